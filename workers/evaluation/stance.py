"""Does a passage contradict a claim? French pairs of DACCORD and of RTE-3, by their labels."""

import csv
from collections.abc import Iterator
from pathlib import Path

from workers.evaluation.table import COUNTED, Counted, Table, counted
from workers.matching.relation import relate


def measure(shared: Path) -> list[Table]:
    """Precision and recall of disputes on each set that is there."""
    sets = {"DACCORD dev": "daccord/dev.tsv", "RTE-3 dev": "rte3-fr/dev.tsv"}
    found = {name: shared / "eval" / path for name, path in sets.items()}
    rows = [(name, *_disputes(path).cells) for name, path in found.items() if path.is_file()]
    return [Table("Stance: does the passage dispute the claim?", ("set", *COUNTED), tuple(rows))]


def _disputes(path: Path) -> Counted:
    pairs = list(_pairs(path))
    found = [relate(claim, passage).stance == "disputes" for claim, passage, _ in pairs]
    return counted(found, [truth for *_, truth in pairs])


def _pairs(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Claim, passage, and whether the passage contradicts the claim."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield row["hypothesis"], row["premise"], row["label_text"] == "contradiction"
