"""What does a passage say to a claim? Our own labelled pairs, and French ones of two public sets.

`tests/workers/matching/annotated/pairs.tsv` has a header and one pair a row: `split` (`dev`, for
which rules may be made, or `test`, only reported), `language`, `label`, `claim` and `passage`. The
label is `supports`, `unrelated`, or how the passage disputes the claim: `denial` (somebody denies
it), `figure` (another figure for the same thing) or `contradiction`. Another person, place or year
in the same part of what happened once is a contradiction.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from workers.evaluation.table import COUNTED, Counted, Table, counted
from workers.matching.relation import relate

LABELLED = Path(__file__).parents[2] / "tests/workers/matching/annotated/pairs.tsv"
DISPUTES = {"denial", "figure", "contradiction"}


def measure(shared: Path) -> list[Table]:
    """Precision and recall on our own pairs, and of disputes on each public set that is there."""
    sets = {"DACCORD dev": "daccord/dev.tsv", "RTE-3 dev": "rte3-fr/dev.tsv"}
    found = {name: shared / "eval" / path for name, path in sets.items()}
    rows = [(name, *_disputes(path).cells) for name, path in found.items() if path.is_file()]
    public = Table("Stance: does the passage dispute the claim?", ("set", *COUNTED), tuple(rows))
    return [*_own(), *([public] if rows else [])]


def own(split: str) -> dict[str, Counted]:
    """What was found of our own pairs, by what was looked for."""
    with LABELLED.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["split"] == split]
    said = [relate(row["claim"], row["passage"]) for row in rows]
    disputes = [one.stance == "disputes" for one in said]
    truths = [row["label"] in DISPUTES for row in rows]
    figures = {"disputes": counted(disputes, truths)}
    for kind in ("figure", "denial"):
        found = [one.stance == "disputes" and one.kind == kind for one in said]
        figures[f"disputes: {kind}"] = counted(found, [row["label"] == kind for row in rows])
    supports = [one.stance == "supports" for one in said]
    figures["supports"] = counted(supports, [row["label"] == "supports" for row in rows])
    return figures


def _own() -> Iterator[Table]:
    for split in ("dev", "test") if LABELLED.is_file() else ():
        rows = tuple((name, *count.cells) for name, count in own(split).items())
        yield Table(f"Own pairs of claim and passage, {split}", ("what", *COUNTED), rows)


def _disputes(path: Path) -> Counted:
    pairs = list(_pairs(path))
    found = [relate(claim, passage).stance == "disputes" for claim, passage, _ in pairs]
    return counted(found, [truth for *_, truth in pairs])


def _pairs(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Claim, passage, and whether the passage contradicts the claim."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield row["hypothesis"], row["premise"], row["label_text"] == "contradiction"
