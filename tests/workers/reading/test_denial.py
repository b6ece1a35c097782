"""Denials are found, given to who denies, and tied to what is denied."""

from datetime import UTC, datetime

import pytest

from workers.reading import Reading, read
from workers.reading.denial import denies

FETCHED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ACCUSED = "La société Nordlys est accusée d'avoir versé 4.000 tonnes de boue dans le fleuve en 2023"


def _read(text: str) -> Reading:
    return read(text.encode(), content_type="text/plain", fetched_at=FETCHED)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        (f"{ACCUSED}.\n\nL'entreprise a démenti les accusations qui la visent.", 0),
        (f"{ACCUSED}.\n\nUn porte-parole de Nordlys assure : « C'est entièrement faux. »", 0),
        (f"{ACCUSED}, ce que l'entreprise dément fermement.", 0),
        (f"{ACCUSED}.\n\nNordlys nie tout en bloc\n\nLe fleuve a été fermé lundi.", 0),
        (f"{ACCUSED}.\n\nNordlys réfute ces accusations.", 0),
        (f"{ACCUSED}.\n\nL'entreprise rejette ces reproches.", 0),
        (f"{ACCUSED}.\n\nNordlys a nié avoir versé de la boue.", 0),
        ("The company Nordlys is accused of dumping 4,000 tonnes of mud in 2023.\n\n"
         "Nordlys called the claim false.", 0),
        ("The company Nordlys is accused of dumping 4,000 tonnes of mud in 2023.\n\n"
         "Nordlys has refuted the allegations.", 0),
        ("The company Nordlys is accused of dumping 4,000 tonnes of mud in 2023.\n\n"
         "Nordlys denied the allegations on Monday.", 0),
        ("The company Nordlys allegedly dumped 4,000 tonnes of mud, which the firm denies.", 0),
    ],
)  # fmt: skip
def test_a_denial_is_tied_to_the_accusation(text: str, denied: int) -> None:
    reading = _read(text)
    (denial,) = reading.denials
    assert (denial.speaker, denial.of) == ("Nordlys", denied)
    assert denial.because
    assert reading.passages[denied].checkworthy >= 0.5


def test_the_claim_of_a_denied_sentence_is_worded_without_the_denial() -> None:
    (passage,) = _read(f"{ACCUSED}, ce que l'entreprise dément fermement.").passages
    assert passage.wording == f"{ACCUSED}."
    assert passage.hedged


def test_a_disputed_measurement_is_the_one_that_was_measured() -> None:
    reading = _read(
        "L'association Eau Vive a mesuré 58 milligrammes de nitrates par litre lundi.\n\n"
        "La fermeture aurait coûté 18.000 euros à la commune.\n\nLa Régie conteste ces résultats."
    )
    assert [denial.of for denial in reading.denials] == [0]


def test_a_disputed_figure_is_the_last_one_that_somebody_else_gave() -> None:
    reading = _read(
        "Marc Ott a ajouté que le site perdait 2 millions d'euros par an depuis 2022.\n\n"
        "Les syndicats contestent ce chiffre."
    )
    assert [(denial.speaker, denial.of) for denial in reading.denials] == [("les syndicats", 0)]


@pytest.mark.parametrize(
    "text",
    [
        "Nordlys dément les accusations.",
        f"{ACCUSED}.\n\nL'entreprise ne dément pas les accusations.",
        f"{ACCUSED}.\n\nLe fleuve a été fermé lundi aux baigneurs.",
    ],
)
def test_nothing_is_disputed_where_nobody_denies_or_nothing_was_said(text: str) -> None:
    assert _read(text).denials == ()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("La direction dément tout projet de fermeture.", True),
        ("Léa Brun conteste le montant avancé.", True),
        ("Le maire a jugé ces propos mensongers et infondés.", True),
        ("He disputes the figure of 85,000.", True),
        ("The minister dismissed the report as baseless.", True),
        ("Le conseil rejette la proposition de la ville.", False),
        ("Léa Brun ne conteste pas le montant avancé.", False),
        ("The council rejected the plan.", False),
        ("Elle n'a jamais nié les faits.", False),
    ],
)
def test_a_plan_can_be_rejected_and_only_words_denied(sentence: str, expected: bool) -> None:
    assert denies(sentence) is expected
