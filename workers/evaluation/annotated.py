"""What the reader makes of sentences that we wrote and labelled ourselves, in French and English.

`tests/workers/reading/annotated/sentences.tsv` has a header and one sentence a row:

| column | meaning |
|---|---|
| `split` | `dev` (rules may be made for it) or `test` (only reported); alternating, so that both hold the same sorts of sentences, which makes them less independent than two hands would |
| `language` | `fr` or `en` |
| `kind` | a value of `Kind`; a quotation is a sentence that mainly quotes, an opinion is in the text's own voice |
| `checkworthy` | `yes` where a fact-checker would want the sentence |
| `attribution` | a value of `Attribution` |
| `hedged`, `negated`, `denied` | `yes` or `no`: said with reserve; holds a negation; reports that somebody denies |
| `speaker` | whose words they are, by the name that the text gives; a company or ministry for its spokesperson; empty where the text does not tell surely |
| `cue` | the words in the sentence that say that somebody speaks |
| `who` | the words in the sentence that stand for the speaker ("il"); empty: the name itself, where it is there |
| `text` | a small document, with its line breaks as `¶` and the sentence between braces |

A span counts as right where one of the two holds the other: "a affirmé" and "a affirmé mardi".
"""  # noqa: E501  -- a table of Markdown has no line breaks in its cells

import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workers.evaluation.table import COUNTED, Counted, Table, counted
from workers.reading import Attribution, Kind, Passage, Reading, read
from workers.reading.checkworthy import WANTED
from workers.reading.denial import denies
from workers.reading.names import squash

LABELLED = Path(__file__).parents[2] / "tests/workers/reading/annotated/sentences.tsv"
_ARTICLE = re.compile(r"^(?:l['’]|(?:la|le|les|the|an?|des|une?|me)\s)", re.IGNORECASE)
_AT = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled sentence and what was read of it."""

    row: dict[str, str]
    sentence: str
    reading: Reading
    passage: Passage

    def words(self, span: tuple[int, int] | None) -> str:
        """The words at some span of the text; empty for none."""
        return self.reading.text[span[0] : span[1]] if span else ""


def measure(_: Path) -> list[Table]:
    """The project's own sentences, each split by itself; nothing where they are not installed."""
    if not LABELLED.is_file():
        return []
    read_cases = list(cases(LABELLED))
    return [
        Table(f"Own sentences, {split}", ("what", *COUNTED), tuple(_rows(of_split)))
        for split in ("dev", "test")
        if (of_split := [case for case in read_cases if case.row["split"] == split])
    ]


def cases(path: Path) -> Iterable[Case]:
    """Each labelled sentence, read in its small document."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            before, sentence, after = re.split(r"[{}]", row["text"].replace("¶", "\n\n"))
            body = f"{before}{sentence}{after}".encode()
            reading = read(body, content_type="text/plain", fetched_at=_AT)
            yield Case(row, sentence, reading, _nearest(reading, sentence))


def _nearest(reading: Reading, sentence: str) -> Passage:
    """The passage that shares most with the sentence."""
    start = reading.text.find(sentence)
    end = start + len(sentence)
    return max(reading.passages, key=lambda p: min(p.end, end) - max(p.start, start))


def _rows(cases: list[Case]) -> list[tuple[object, ...]]:
    return [(name, *count.cells) for name, count in figures(cases).items()]


def figures(cases: list[Case]) -> dict[str, Counted]:
    """What was found rightly, wrongly and not at all, by what was looked for."""
    spoken = [case for case in cases if case.row["kind"] in (Kind.STATEMENT, Kind.QUOTATION)]
    said: dict[str, Callable[[Case], bool]] = {
        "hedged": lambda case: case.passage.hedged,
        "negated": lambda case: case.passage.negated,
        "denied": lambda case: denies(case.sentence),
    }
    return {
        "exact span": _same(cases, lambda c: c.words((c.passage.start, c.passage.end)),
                            lambda c: c.sentence.strip()),
        **{f"kind: {kind}": _is(cases, "kind", kind, lambda c: c.passage.kind) for kind in Kind},
        "worth checking": counted(
            [case.passage.checkworthy >= WANTED for case in cases],
            [case.row["checkworthy"] == "yes" for case in cases],
        ),
        **{f"attribution: {form}": _is(spoken, "attribution", form, lambda c: c.passage.attribution)
           for form in (Attribution.DIRECT, Attribution.INDIRECT)},
        "speaker": _same(cases, lambda c: c.passage.speaker, lambda c: c.row["speaker"]),
        "speaker's words": _same(cases, lambda c: c.words(c.passage.speaker_span), _who, holds),
        "cue": _same(cases, lambda c: c.words(c.passage.cue_span), lambda c: c.row["cue"], holds),
        **{name: counted([found(case) for case in spoken],
                         [case.row[name] == "yes" for case in spoken])
           for name, found in said.items()},
    }  # fmt: skip


def _who(case: Case) -> str:
    name = _ARTICLE.sub("", case.row["speaker"])
    return case.row["who"] or (name if name.lower() in case.sentence.lower() else "")


def _is(cases: list[Case], column: str, value: str, found: Callable[[Case], str]) -> Counted:
    return counted(
        [found(case) == value for case in cases], [case.row[column] == value for case in cases]
    )


def equal(found: str, truth: str) -> bool:
    """The same name, whatever its article and its capitals."""
    return squash(_ARTICLE.sub("", found)) == squash(_ARTICLE.sub("", truth))


def holds(found: str, truth: str) -> bool:
    """One of the two is a part of the other."""
    ours, theirs = squash(found), squash(truth)
    return ours in theirs or theirs in ours


def _same(
    cases: list[Case],
    found: Callable[[Case], str],
    truth: Callable[[Case], str],
    alike: Callable[[str, str], bool] = equal,
) -> Counted:
    """Compare words: a wrong word is both wrongly found and missed."""
    pairs = [(found(case), truth(case)) for case in cases]
    right = sum(1 for ours, theirs in pairs if ours and theirs and alike(ours, theirs))
    return Counted(
        right=right,
        wrong=sum(1 for ours, _ in pairs if ours) - right,
        missed=sum(1 for _, theirs in pairs if theirs) - right,
    )
