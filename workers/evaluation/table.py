"""What a measure prints: a table of figures, and the counts that most of them come from."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under a title; every row has one cell for each column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    note: str = ""

    def __str__(self) -> str:
        cells = [list(map(_shown, row)) for row in (self.columns, *self.rows)]
        widths = [max(len(row[at]) for row in cells) for at in range(len(self.columns))]
        lines = [_line(row, widths) for row in cells]
        rule = "-" * max(map(len, lines))
        return "\n".join([self.title, lines[0], rule, *lines[1:], *filter(None, [self.note])])


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How often something was found: rightly, wrongly, and not where it should have been."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 0 where nothing was found."""
        return self.right / (self.right + self.wrong) if self.right else 0.0

    @property
    def recall(self) -> float:
        """The share of what is right that was found; 0 where nothing was found."""
        return self.right / (self.right + self.missed) if self.right else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def cells(self) -> tuple[object, ...]:
        """The cells of a row under COUNTED."""
        return (self.precision, self.recall, self.f1, self.right, self.wrong, self.missed)


COUNTED = ("P", "R", "F1", "right", "wrong", "missed")


def counted(found: Sequence[bool], truth: Sequence[bool]) -> Counted:
    """Compare what was found of each case with the truth of it."""
    pairs = list(zip(found, truth, strict=True))
    return Counted(
        right=pairs.count((True, True)),
        wrong=pairs.count((True, False)),
        missed=pairs.count((False, True)),
    )


def _shown(cell: object) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    rest = "".join(f"  {cell:>{width}}" for cell, width in others)
    return f"{first[0]:<{first[1]}}{rest}".rstrip()
