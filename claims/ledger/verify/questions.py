"""What an outsider can ask of a log: one event, one claim, all of it, or a proof in a file.

Each question is answered in sentences, to a Report, by computing everything again. No Django, no
database, no trust.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from claims.events import Unsayable
from claims.ledger import export
from claims.ledger.entry import GENESIS, Entry, leaf_hash
from claims.ledger.merkle import ProofError
from claims.ledger.note import Checkpoint, NoteError
from claims.ledger.verify import checks
from claims.ledger.verify.places import Absent, Folder, Unavailable
from claims.ledger.verify.published import Published
from claims.ledger.verify.replayed import Replayed
from claims.ledger.verify.told import Told
from claims.ledger.verify.whole import Progress, Whole

REFUSALS = (NoteError, ProofError, Unavailable)
MOST = 25  # sentences on what does not hold; the rest is counted
MOST_MANIFEST = 64 * 1024  # bytes
ALWAYS = (
    "That everything that was decided was also recorded",
    "That what was recorded is true, or held from the time that it names",
    "That this is the newest state: no witness signed it, so compare checkpoints with others",
)


class Report:
    """What was found, said as it is found."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._write = say
        self.wrong = 0

    def holds(self, sentence: str) -> None:
        self._say(f"holds          {sentence}")

    def fails(self, sentence: str) -> None:
        self.wrong += 1
        if self.wrong <= MOST:
            self._say(f"DOES NOT HOLD  {sentence.rstrip('.')}.")

    def all_hold(self, findings: Iterable[str]) -> bool:
        """Say each finding of something wrong; whether there was none."""
        before = self.wrong
        for sentence in findings:
            self.fails(sentence)
        return self.wrong == before

    def cannot(self, sentence: str) -> None:
        self._say(f"not proved     {sentence}.")

    def shows(self, line: str) -> None:
        self._say(f"                   {line}")

    def _say(self, line: str) -> None:
        """Say a line, in which nothing that was published can command the reader's terminal."""
        shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
        self._write("".join(shown))

    def close(self) -> int:
        """The last word, as an exit code too."""
        if self.wrong > MOST:
            self._say(f"               and {self.wrong - MOST:,} more like these.")
        for sentence in ALWAYS:
            self.cannot(sentence)
        count = "one check does" if self.wrong == 1 else f"{self.wrong:,} checks do"
        self._say("")
        self._say(
            f"NOT VERIFIED: {count} not hold."
            if self.wrong
            else "Verified: all of the above holds."
        )
        return 1 if self.wrong else 0


def ask_event(log: Published, position: int, report: Report) -> None:
    """One event: its place in the signed tree, and what it says."""
    if position >= log.size:
        report.fails(f"Position {position:,} is not signed: the log ends before {log.size:,}")
        return
    leaf = log.leaf(position)
    log.prove(position, leaf_hash(leaf))
    report.holds(f"Position {position:,} of the signed log holds this entry:")
    show(leaf, report)
    if not log.place.said:
        report.cannot("What the event says: texts are not published here")
        return
    entry = next(log.place.entries(position), None)
    if entry is None:
        report.fails(f"Position {position:,}: what was said there is missing")
        return
    wrong = [*checks.wrong(entry)]
    if entry.leaf() != leaf:
        names = ", ".join(checks.differences(entry, leaf))
        wrong.append(f"what was handed over is not the event that the log holds: {names} differs")
    if not report.all_hold(f"Position {position:,}: {what}" for what in wrong):
        return
    if entry.body is None:
        report.cannot("What the event said: its text was erased")
    else:
        report.holds(f"It says what was committed to then: {entry.body}")


def ask_claim(log: Published, claim: UUID, report: Report) -> None:
    """A claim's whole chain, and the status that it adds up to."""
    shown = log.place.claim(claim)
    fold, before, positions = Replayed(), None, list[str]()
    sound = True
    for entry in log.place.history(claim):
        wrong = [*checks.wrong(entry), *_misplaced(log, claim, entry, before)]
        try:
            fold.add(entry)
        except Unsayable as error:
            wrong.append(f"it cannot be understood: {error}")
        sound &= report.all_hold(f"Position {entry.position:,}: {what}" for what in wrong)
        before = entry
        positions.append(f"{entry.position:,}")
    if not positions:
        report.fails(f"There is no event of claim {claim}")
    elif sound:
        report.holds(f"The claim has {len(positions)} events, each naming the one before it.")
        report.holds(f"The signed log holds all of them, at {', '.join(positions)}.")
        _ask_status(fold, shown, report)
    report.cannot("That no later event of this claim was withheld: `log` shows that")


def _misplaced(log: Published, claim: UUID, entry: Entry, before: Entry | None) -> list[str]:
    """What is wrong with an entry's place in the log and after the one before it."""
    wrong = []
    version, previous = (before.version, before.leaf_hash) if before else (0, GENESIS)
    if entry.stream_id != claim:
        wrong.append(f"it is an event of {entry.stream_id}")
    if (entry.version, entry.prev_hash) != (version + 1, previous):
        wrong.append(f"as version {entry.version} it does not continue version {version}")
    if entry.position >= log.size:
        wrong.append(f"it is not signed yet: the checkpoint ends before {log.size:,}")
        return wrong
    try:
        log.prove(entry.position, leaf_hash(entry.leaf()))
    except REFUSALS as error:
        wrong.append(f"it is not what the signed log holds there: {error}")
    return wrong


def _ask_status(fold: Replayed, shown: dict[str, Any] | None, report: Report) -> None:
    if fold.erased:
        at = ", ".join(f"{position:,}" for position in fold.erased)
        report.cannot(f"What was said at {at}: it was erased, and counts as what remains of it")
    if shown is None:
        report.fails("The desk does not show this claim, though it has a history")
    elif report.all_hold(f"The claim as it is shown: {what}" for what in fold.wrong(shown)):
        state = fold.state
        report.holds(f"They add up to what is shown: {state.status.value}, “{state.wording}”")


def ask_log(log: Published, pinned: Checkpoint | None, report: Report, progress: Progress) -> None:
    """The whole log; of a desk's own log also every text, every claim, and the export's files."""
    whole = Whole(log)
    if report.all_hold(whole.wrong(pinned, progress)):
        report.holds(f"All {log.size:,} entries and all tiles add up to the signed root.")
        if pinned:
            report.holds(f"Its first {pinned.size:,} entries are those of the pinned checkpoint.")
        if whole.ours:
            report.holds("Every event stands in its place and names the one before it.")
    place = log.place
    if whole.ours and place.said:
        told = Told(log, whole.chain)
        _ask_texts(told, report, progress)
        if isinstance(place, Folder):
            expected = export.manifest(place.folder, size=told.size, root=told.root)
            report.all_hold(_unlike(_manifest(place), json.loads(expected), expected))
    elif isinstance(place, Folder) and _manifest(place):
        report.fails("This is an export, and its texts are missing (entries.jsonl)")
    elif whole.ours:
        report.cannot("What the events say, and any status: texts are not published here")


def _ask_texts(told: Told, report: Report, progress: Progress) -> None:
    if report.all_hold(told.wrong(progress)):
        erased = f", but for {len(told.erased):,} that were erased" if told.erased else ""
        report.holds(f"All {told.size:,} texts are those that their entries commit to{erased}.")
        report.holds(f"All {told.claims:,} claims are shown as their events add up.")
    if told.size > told.log.size:
        report.cannot(
            f"That positions {told.log.size:,} to {told.size - 1:,} stay as they are: no "
            "checkpoint covers them yet"
        )


def _manifest(folder: Folder) -> bytes:
    try:
        return folder.read(export.MANIFEST, MOST_MANIFEST)
    except Absent:
        return b""


def _unlike(raw: bytes, expected: dict[str, Any], exact: bytes) -> Iterable[str]:
    """In what a manifest is not the one that its folder has earned."""
    if raw == exact:
        return
    try:
        found = json.loads(raw)
        files = found["files"]
        changed = [name for name in expected if name != "files" and found[name] != expected[name]]
        changed += [
            name
            for name in {**files, **expected["files"]}
            if files.get(name) != expected["files"].get(name)
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        changed = []
    if not raw:
        yield "The file manifest.json is missing: the export was not finished, or not copied whole"
    elif changed:
        yield f"The file manifest.json does not fit what the folder holds: {', '.join(changed)}"
    else:
        yield "The file manifest.json is not written as an export writes it"


def show(leaf: bytes, report: Report) -> None:
    """An entry of ours by the names of its parts; of any other log, its beginning."""
    parts = [("entry", f"{leaf[:200]!r}")]
    if leaf.startswith(checks.HEADER):
        values = leaf.decode(errors="replace").split("\n")
        parts = [*zip(checks.NAMES, values, strict=False)][1:]
    for name, value in parts:
        report.shows(f"{name:15}{value}")
