"""Near-copies are found by their sketches, and told from articles on the same matter."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from workers.matching.likeness import COPY, containment, sketch, triples

WORDS = [f"mot{number}" for number in range(2000)]


def article(random: Random, sentences: int = 40) -> list[str]:
    return [" ".join(random.choices(WORDS, k=random.randint(9, 24))) for _ in range(sentences)]


def shares(one: list[str], other: list[str]) -> float:
    """What both have in common, where their sketches find each other at all."""
    if not set(sketch(one)) & set(sketch(other)):
        return 0.0
    return containment(triples("\n".join(one)), triples("\n".join(other)))


def test_a_copy_cut_to_a_quarter_is_found() -> None:
    whole = article(Random(1))
    assert shares(whole, whole[:10]) == 1.0


def test_a_despatch_inside_a_longer_article_is_found() -> None:
    random = Random(2)
    despatch = article(random, 12)
    assert shares(despatch, article(random) + despatch + article(random)) == 1.0


def test_a_copy_with_every_fifth_word_changed_is_found() -> None:
    random = Random(3)
    whole = article(random)
    changed = [
        " ".join(random.choice(WORDS) if random.random() < 0.2 else word for word in one.split())
        for one in whole
    ]
    assert shares(whole, changed) > COPY


def test_articles_of_other_words_are_no_copies() -> None:
    random = Random(4)
    one = article(random)
    assert all(shares(one, article(random)) < COPY for _ in range(50))


def test_a_quotation_that_both_print_makes_no_copy() -> None:
    random = Random(5)
    quotation = article(random, 2)
    assert shares(article(random, 20) + quotation, article(random, 20) + quotation) < COPY


def test_of_a_short_notice_nobody_can_say_whose_it_is() -> None:
    notice = ["Le conseil se réunit mardi."]
    assert sketch(notice) == []
    assert containment(triples(notice[0]), triples(notice[0])) == 0.0


def test_accents_case_and_punctuation_make_no_difference() -> None:
    one = article(Random(6))
    assert sketch(one) == sketch([f"« {sentence.upper()} » !" for sentence in one])
    assert triples("L'Élysée a démenti, hier.") == triples("l’elysee A DEMENTI hier")


def test_stored_keys_stay_what_they_are() -> None:
    text = [" ".join(f"mot{number}" for number in range(40))]
    assert sketch(text)[:3] == [-8417589495487983801, -8329326656500211917, -7979252963872229111]


@given(st.lists(st.text(max_size=200), max_size=20))
def test_any_text_has_keys_that_the_database_takes_or_none(sentences: list[str]) -> None:
    keys = sketch(sentences)
    assert keys == sorted(set(keys))
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert keys == sketch(sentences)
