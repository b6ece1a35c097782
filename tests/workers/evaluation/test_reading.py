"""How well sentences are read does not fall: on our own labelled ones, and on public treebanks."""

from pathlib import Path

import pytest

from workers.evaluation import MEASURES, annotated, modality, sentences
from workers.evaluation.table import Table
from workers.reading import Kind

# What was reached in 2026-11, rounded down: precision and recall, on dev and on test.
FLOORS = {
    "exact span": (0.99, 0.99),
    "kind: statement": (0.98, 0.97),
    "kind: quotation": (0.94, 0.97),
    "kind: question": (0.97, 0.97),
    "kind: heading": (0.97, 0.97),
    "kind: boilerplate": (0.97, 0.97),
    "kind: comment": (0.97, 0.97),
    "kind: opinion": (0.97, 0.97),
    "worth checking": (0.94, 0.85),
    "attribution: direct": (0.94, 0.94),
    "attribution: indirect": (0.94, 0.9),
    "speaker": (0.93, 0.9),
    "speaker's words": (0.93, 0.9),
    "cue": (0.97, 0.94),
    "hedged": (0.92, 0.97),
    "negated": (0.94, 0.97),
    "denied": (0.97, 0.97),
}


@pytest.fixture(scope="module")
def own() -> list[annotated.Case]:
    """Every labelled sentence, read."""
    return list(annotated.cases(annotated.LABELLED))


def test_there_are_three_hundred_sentences_of_both_languages_and_every_kind(
    own: list[annotated.Case],
) -> None:
    assert len(own) >= 300
    french = sum(case.row["language"] == "fr" for case in own)
    assert 0.5 < french / len(own) < 0.7
    assert {case.row["kind"] for case in own} == {str(kind) for kind in Kind}


@pytest.mark.parametrize("split", ["dev", "test"])
def test_our_own_sentences_are_read_as_well_as_before(
    own: list[annotated.Case], split: str
) -> None:
    found = annotated.figures([case for case in own if case.row["split"] == split])
    assert found.keys() == FLOORS.keys()
    fallen = {
        what: (count.precision, count.recall)
        for what, count in found.items()
        if count.precision < FLOORS[what][0] or count.recall < FLOORS[what][1]
    }
    assert fallen == {}


def _column(table: Table, name: str) -> dict[str, float]:
    at = table.columns.index(name)
    return {str(row[0]): float(str(row[at])) for row in table.rows}


def test_sentences_of_newspapers_end_where_people_end_them(shared: Path) -> None:
    (table,) = sentences.measure(shared)
    f1 = {name: value for name, value in _column(table, "F1").items() if "as printed" in name}
    assert len(f1) == 2
    assert min(f1.values()) > 0.98


def test_the_conditional_and_negation_are_heard(shared: Path) -> None:
    (table,) = modality.measure(shared)
    assert len(table.rows) == 4
    assert min(*_column(table, "P").values(), *_column(table, "R").values()) > 0.95


def test_where_no_treebank_is_there_is_nothing_to_measure(tmp_path: Path) -> None:
    tables = [*sentences.measure(tmp_path), *modality.measure(tmp_path)]
    assert [table.rows for table in tables] == [(), ()]


def test_a_treebank_is_read_by_its_features(tmp_path: Path) -> None:
    folder = tmp_path / "eval" / "ud-fr"
    folder.mkdir(parents=True)
    rows = [("Il", "_"), ("ne", "Polarity=Neg"), ("viendrait", "Mood=Cnd|VerbForm=Fin"),
            ("que", "Polarity=Neg"), ("lundi", "_"), (".", "_")]  # fmt: skip
    tokens = [f"{n}\t{form}\t_\t_\t_\t{features}\t0\t_\t_\t_" for n, (form, features) in
              enumerate(rows, 1)]  # fmt: skip
    text = [
        "# sent_id = 1",
        "# text = Il ne viendrait que lundi.",
        *tokens,
        "",
        "# text = Non.",
        "",
    ]
    (folder / "gsd-dev.conllu").write_text("\n".join(text), encoding="utf-8")

    (table,) = modality.measure(tmp_path)
    assert [row[0] for row in table.rows] == ["GSD dev, conditional", "GSD dev, negation"]
    assert table.rows[0][4] == 1  # "viendrait" is found
    (table,) = sentences.measure(tmp_path)
    assert _column(table, "right") == {"GSD dev, as printed": 2, "GSD dev, one line": 2}


def test_every_measure_has_a_name_to_be_asked_by() -> None:
    assert {"annotated", "modality", "sentences", "stance"} <= MEASURES.keys()
