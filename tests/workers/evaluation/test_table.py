"""Counts become figures, and figures a table that a person can read."""

from workers.evaluation.table import COUNTED, Table, counted


def test_precision_and_recall_are_shares_of_what_was_found_and_of_what_is_there() -> None:
    found = counted([True, True, True, False, False], [True, True, False, True, False])
    assert (found.right, found.wrong, found.missed) == (2, 1, 1)
    assert (found.precision, found.recall) == (2 / 3, 2 / 3)
    assert round(found.f1, 6) == round(2 / 3, 6)


def test_where_nothing_is_found_there_is_no_division_by_zero() -> None:
    nothing = counted([False, False], [True, False])
    assert (nothing.precision, nothing.recall, nothing.f1) == (0, 0, 0)


def test_a_table_stands_in_columns() -> None:
    row = ("pairs", *counted([True], [True]).cells)
    shown = str(Table("Stance", ("set", *COUNTED), (row,), note="dev only"))
    assert shown.splitlines() == [
        "Stance",
        "set        P      R     F1  right  wrong  missed",
        "-" * 48,
        "pairs  1.000  1.000  1.000      1      0       0",
        "dev only",
    ]
