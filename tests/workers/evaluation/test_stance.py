"""How well claim and passage are told apart does not fall: on two hundred pairs of our own."""

import csv

import pytest

from workers.evaluation import stance

# What was reached in 2026-11, rounded down: precision and recall, on dev and on test.
FLOORS = {
    "disputes": (0.95, 0.5),
    "disputes: figure": (0.99, 0.75),
    "disputes: denial": (0.99, 0.75),
    "supports": (0.6, 0.65),
}


def test_there_are_two_hundred_pairs_of_both_languages_and_every_label() -> None:
    with stance.LABELLED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len({(row["claim"], row["passage"]) for row in rows}) >= 200
    assert {row["language"] for row in rows} == {"fr", "en"}
    assert {row["label"] for row in rows} == stance.DISPUTES | {"supports", "unrelated"}
    assert {row["split"] for row in rows} == {"dev", "test"}


@pytest.mark.parametrize("split", ["dev", "test"])
def test_our_own_pairs_are_told_apart_as_well_as_before(split: str) -> None:
    for name, count in stance.own(split).items():
        precision, recall = FLOORS[name]
        assert count.precision >= precision, name
        assert count.recall >= recall, name


def test_what_is_unrelated_is_not_taken_for_a_dispute() -> None:
    assert all(stance.own(split)["disputes"].wrong <= 1 for split in ("dev", "test"))
