"""What a fact-checker would want, and what not."""

from datetime import UTC, datetime

import pytest

from workers.reading import Passage, read
from workers.reading.modality import is_hedged, is_negated

FETCHED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def _only(text: str) -> Passage:
    (passage,) = read(text.encode(), content_type="text/plain", fetched_at=FETCHED).passages
    return passage


@pytest.mark.parametrize(
    "text",
    [
        "La ville de Vaux a dépensé 420.000 euros en 2024.",
        "Son compte comptait près de 3.000 abonnés à la fermeture.",
        "Le Conseil a interdit la chasse dans la forêt de Brenne en mars 2025.",
        "La société Nordlys est soupçonnée d'avoir caché des pertes.",
        "The council of Harrow Vale banned cars from its centre in 2024.",
        "The firm has allegedly paid two officials in Harrow Vale.",
    ],
)
def test_facts_that_can_be_checked_are_wanted(text: str) -> None:
    assert _only(text).checkworthy >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "La ville de Vaux sera bien plus belle dans quelques années.",
        "Il faut que le conseil de Vaux agisse sans attendre.",
        "Je pense que la ville de Vaux mérite mieux que cela.",
        "« Pour nous tous, c'est une question de dignité », a dit Léa Brun.",
        "Merci à tous les habitants de Vaux pour leur accueil !",
        "Vous pouvez venir découvrir le nouveau marché de Vaux.",
        "The mayor hopes that Harrow Vale will recover soon.",
        "I think that Harrow Vale is a wonderful place to live.",
    ],
)
def test_wishes_opinions_and_predictions_are_not(text: str) -> None:
    assert _only(text).checkworthy < 0.5


def test_a_language_without_rules_is_never_proposed() -> None:
    text = "Die Stadt hat im Jahr 2024 mehr als 420.000 Euro für das neue Theater ausgegeben."
    passage = _only(text)
    assert passage.language == "de"
    assert passage.checkworthy < 0.5


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Le maire aurait vendu le terrain.", True),
        ("Les comptes contiendraient des erreurs.", True),
        ("Elle est soupçonnée de fraude.", True),
        ("He reportedly sold the land.", True),
        ("Le maire préparait la vente et rencontrait les acheteurs.", False),
        ("Un portrait du maire se trouvait au mur.", False),
        ("He sold the land.", False),
    ],
)
def test_reserve_is_heard(sentence: str, expected: bool) -> None:
    assert is_hedged(sentence) is expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Le maire n'a jamais vendu le terrain.", True),
        ("Aucune vente n'a eu lieu.", True),
        ("They didn't sell it.", True),
        ("Plus de 300 personnes sont venues.", False),
        ("Il ne vend que des pommes.", False),
        ("They sold it.", False),
    ],
)
def test_negation_is_heard(sentence: str, expected: bool) -> None:
    assert is_negated(sentence) is expected


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("Mais la ville a payé 3 millions d'euros.", "La ville a payé 3 millions d'euros."),
        ("Selon Léa Brun, la ville a payé 3 millions.", "La ville a payé 3 millions."),
        ("« La ville a payé 3 millions », a dit Léa Brun.", "La ville a payé 3 millions."),
        ("“The town paid 3 million,” said Mary Stone.", "The town paid 3 million."),
        ("« Nous avons payé 3 millions », a dit Léa Brun.",
         "Léa Brun : « Nous avons payé 3 millions »."),
        ("HARROW VALE, May 3 (AFP) - The town paid 3 million.", "The town paid 3 million."),
        ("La ville demande au club de « rendre les clés » avant le 3 mai.",
         "La ville demande au club de « rendre les clés » avant le 3 mai."),
    ],
)  # fmt: skip
def test_a_claim_reads_like_the_passage_without_its_frame(text: str, wording: str) -> None:
    assert _only(text).wording == wording
