"""Sentences, quotations and kinds: what a reviewer sees as one passage."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.reading import Kind, Unreadable, read
from workers.reading.passages import lines, quotations, sentences

FETCHED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ARTICLE = """\
Le pont de Vaux rouvre avec un an de retard

Par Ana Morel avec AFP
Publié le 3 mars 2026 à 10h15
3 min

Le pont de Vaux a rouvert lundi après 14 mois de travaux, a annoncé la préfecture du département.

Un chantier qui coûte cher

« Nous avons payé 3 millions d'euros. C'est trop », a déclaré Luc Perrin, le maire. Qui paiera ?

Soutenez Le Courrier de Vaux dès maintenant
Notre journal vit de vos dons et ne reçoit aucune aide.
Déjà abonné ? Connectez-vous

Commentaires (2)
Le 04/03/2026 à 09h12
Le pont a coûté 9 millions d'euros en 2025, tout le monde le sait.
"""


def _split(text: str) -> list[str]:
    return [text[a:b] for line in lines(text) for a, b in sentences(text, line)]


@pytest.mark.parametrize(
    "parts",
    [
        ["M. Perrin est venu.", "Mme Roy aussi."],
        ["Le Dr. Alba a vu J. K. Morel.", "Elle va bien."],
        ["Il pèse 3.5 kg, etc. pour 2,4 m.", "C'est peu."],
        ["Des fruits, p. ex. des pommes, ont gelé.", "Rien ne reste."],
        ["The U.S. Senate voted on Jan. 5.", "The bill passed."],
        ["« Tout va bien. »", "Le maire sourit."],
        ["Il a dit : « Tout va bien ».", "Puis il est parti."],
        ["« Vraiment ? » demande-t-elle.", "Personne ne répond."],
        ["Il hésite… puis il signe.", "La séance est levée."],
        ["“We won.”", "The crowd left."],
        ["J'ai choisi (…)", "Au conseil, on vote."],
        ["Le conseil a voté.", "(…) Le maire sourit."],
        ['Elle dit : " Tout va bien. "', "Puis elle part."],
        ["Il vit à Saint-Cloud.", "à l'époque, il écrivait."],
        ["Ils sont sept.", "Puis ils partent."],
        ["Le score est de 4 à 3.", "Vaux a gagné."],
        ["Il a volé... 30 euros.", "Rien de plus."],
        ["Mme A. B. Roy plaide.", "Me. Alba répond."],
        ["Le pont (long de 3 km).", "Il est neuf."],
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(parts: list[str]) -> None:
    assert _split(" ".join(parts)) == parts


def test_quotations_hold_one_another_and_end_with_their_line() -> None:
    text = "Il cite : “le rapport dit « tout va bien » ici” et « rien d'autre"
    found = [text[q.start : q.end] for q in quotations(text, (0, len(text)))]
    assert found == [
        "“le rapport dit « tout va bien » ici”",
        "« tout va bien »",
        "« rien d'autre",
    ]


def test_each_line_of_an_article_is_taken_for_what_it_is() -> None:
    reading = read(ARTICLE.encode(), content_type="text/plain", fetched_at=FETCHED)
    kinds = {reading.text[p.start : p.end]: p.kind for p in reading.passages}
    assert kinds["Le pont de Vaux rouvre avec un an de retard"] is Kind.HEADING
    assert kinds["Par Ana Morel avec AFP"] is Kind.BOILERPLATE
    assert kinds["Publié le 3 mars 2026 à 10h15"] is Kind.BOILERPLATE
    assert kinds["3 min"] is Kind.BOILERPLATE
    assert kinds["Un chantier qui coûte cher"] is Kind.HEADING
    assert kinds["« Nous avons payé 3 millions d'euros."] is Kind.QUOTATION
    assert kinds["Qui paiera ?"] is Kind.QUESTION
    assert kinds["Soutenez Le Courrier de Vaux dès maintenant"] is Kind.BOILERPLATE
    assert kinds["Notre journal vit de vos dons et ne reçoit aucune aide."] is Kind.BOILERPLATE
    assert kinds["Déjà abonné ? Connectez-vous"] is Kind.BOILERPLATE
    last = "Le pont a coûté 9 millions d'euros en 2025, tout le monde le sait."
    assert kinds[last] is Kind.COMMENT


def test_only_statements_and_quotations_are_ever_worth_checking() -> None:
    reading = read(ARTICLE.encode(), content_type="text/plain", fetched_at=FETCHED)
    proposed = {p.kind for p in reading.passages if p.checkworthy > 0}
    assert proposed <= {Kind.STATEMENT, Kind.QUOTATION}


def test_a_link_to_the_comments_above_an_article_does_not_make_it_one() -> None:
    body = "8 commentaires\n\nLe pont de Vaux a rouvert lundi, a annoncé la préfecture."
    reading = read(body.encode(), content_type="text/plain", fetched_at=FETCHED)
    assert reading.passages[-1].kind is Kind.STATEMENT


FRAGMENTS = st.sampled_from(
    ["« ", " »", '"', "“", "”", ". ", "\n", " dément ", " a dit que ", "12 000 ", "Léa Roy ", "… ",
     "selon ", ", ", "(", ")", "<p>", "TikTok ", "\u00a0", "Commentaires (3)\n", "é", "M. ", "? "]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.lists(FRAGMENTS, max_size=80).map("".join)))
def test_any_bytes_are_read_or_refused_and_always_the_same_way(body: bytes | str) -> None:
    raw = body if isinstance(body, bytes) else body.encode()
    for kind in ("text/plain", "text/html"):
        try:
            reading = read(raw, content_type=kind, fetched_at=FETCHED)
        except Unreadable:
            continue
        assert reading == read(raw, content_type=kind, fetched_at=FETCHED)
        reached = 0
        for passage in reading.passages:
            assert reached <= passage.start < passage.end <= len(reading.text)
            assert reading.text[passage.start : passage.end].strip()
            assert 0 <= passage.checkworthy <= 1
            reached = passage.end
        for denial in reading.denials:
            assert 0 <= denial.of < len(reading.passages)
            assert denial.start < denial.end <= len(reading.text)


@pytest.mark.parametrize(
    "unit", ["« Abc. ", "Léa Roy a dit que ", ", ce que ", '" abc ', "a", "A. "]
)
def test_a_long_line_costs_its_length_and_not_its_square(unit: str) -> None:
    body = (unit * 100_000)[:60_000].encode()
    reading = read(body, content_type="text/plain", fetched_at=FETCHED)
    assert max(p.end - p.start for p in reading.passages) <= 8_000
