"""What a fact-checker would want, and what not."""

from datetime import UTC, datetime

import pytest

from workers.reading import Kind, Passage, read
from workers.reading.modality import conditionals, is_hedged, is_negated

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
        ("Elle a promis que 40 postes seraient sauvés.", False),
        ("Elle a affirmé que le maire aurait vendu le terrain.", True),
        ("Si le vote était reporté, les élus perdraient la face.", False),
        ("Je dirais que c'est assez.", False),
        ("Il voudrait vendre le terrain.", False),
        ("Le terrain may have been sold.", True),
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
        ("Personne ne l'a vu.", True),
        ("Une personne l'a vu.", False),
        ("Il ne l'a vu que plus tard.", False),
        ("Pas à pas, le premier pas est fait.", False),
        ("No worker was hurt.", True),
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
        ("La ville a payé 3 millions, a indiqué son maire à la presse.",
         "La ville a payé 3 millions."),
        ("La préfète Léa Brun affirme que la ville a payé 3 millions.",
         "La ville a payé 3 millions."),
        ("Léa Brun affirme qu'elle a payé 3 millions.",
         "Léa Brun affirme qu'elle a payé 3 millions."),
        ("Léa Brun n'a jamais affirmé que la ville avait payé.",
         "Léa Brun n'a jamais affirmé que la ville avait payé."),
        ("Léa Brun aurait affirmé que la ville a payé 3 millions.",
         "Léa Brun aurait affirmé que la ville a payé 3 millions."),
        ("Léa Brun redoute que la ville ait payé 3 millions.",
         "Léa Brun redoute que la ville ait payé 3 millions."),
        ("The mayor said invoices showed that the town paid 3 million.",
         "The mayor said invoices showed that the town paid 3 million."),
        ("Léa Brun nie que la ville ait payé 3 millions.",
         "Léa Brun nie que la ville ait payé 3 millions."),
        ("Léa Brun a répondu à la presse : « Nous avons payé 3 millions. »",
         "Léa Brun : « Nous avons payé 3 millions »."),
        ("Celui qui dirige la ville a payé 3 millions.",
         "Celui qui dirige la ville a payé 3 millions."),
        ("HARROW VALE, May 3 (AFP) - The town paid 3 million.", "The town paid 3 million."),
        ("La ville demande au club de « rendre les clés » avant le 3 mai.",
         "La ville demande au club de « rendre les clés » avant le 3 mai."),
    ],
)  # fmt: skip
def test_a_claim_reads_like_the_passage_without_its_frame(text: str, wording: str) -> None:
    assert _only(text).wording == wording


@pytest.mark.parametrize(
    ("sentence", "verbs"),
    [
        ("Il aurait vendu, viendrait et partirait.", ["aurait", "viendrait", "partirait"]),
        ("Nous serions partis si vous vouliez.", ["serions"]),
        ("Il conclurait, mettrait, vaincrait et romprait.",
         ["conclurait", "mettrait", "vaincrait", "romprait"]),
        ("Il tirait, montrait, encadrait, livrait et serrait.", []),
        ("Le portrait de Calais, désormais vrai, s'effondrait.", []),
    ],
)  # fmt: skip
def test_the_conditional_is_known_by_its_stem(sentence: str, verbs: list[str]) -> None:
    assert [sentence[slice(*span)] for span in conditionals(sentence)] == verbs


@pytest.mark.parametrize(
    "text",
    [
        "À mon avis, la ville de Vaux mérite mieux que cela.",
        "Il est grand temps que la ville de Vaux se réveille.",
        "Quelle honte pour la ville de Vaux et pour son maire !",
        "We believe that Harrow Vale deserves better than this.",
        "Éditorial\n\nLa ville de Vaux dort, et ses élus avec elle.",
    ],
)
def test_what_whoever_writes_thinks_is_an_opinion_and_never_proposed(text: str) -> None:
    passage = read(text.encode(), content_type="text/plain", fetched_at=FETCHED).passages[-1]
    assert passage.kind is Kind.OPINION
    assert passage.checkworthy < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Éditorial\n\nLa ville de Vaux a supprimé 42 lignes de car en 2024.",
        "À mon avis, la ville de Vaux a dépensé 420.000 euros en 2024 pour sa gare.",
        "La maire Léa Brun juge la décision de la ville honteuse.",
    ],
)
def test_a_fact_in_an_editorial_and_the_opinion_of_another_are_no_opinion(text: str) -> None:
    passage = read(text.encode(), content_type="text/plain", fetched_at=FETCHED).passages[-1]
    assert passage.kind is Kind.STATEMENT
