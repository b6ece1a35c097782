"""Whatever a text is made of, its passages hold all of it, in order, and nothing else."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workers.reading import SPOKEN, Attribution, Kind, Reading, read
from workers.reading.modality import conditionals, is_hedged, is_negated
from workers.reading.passages import MAX_QUOTATIONS, MAX_SENTENCE, lines, quotations, sentences

FETCHED = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
OPENING = "La digue de Vaux a cédé lundi matin."
PIECES = st.sampled_from(
    ["« ", " »", "“", "”", '"', ' " ', "‘", "’", "(…)", "(", ")", "[", "]", ". ", "… ", "... ",
     "? ", "!", ": ", ", ", " – ", "\n", "\n\n", "\u00a0", "\t", " ", "M. ", "J.-P. ", "etc. ",
     "U.S. ", "12,5 % ", "1. ", "- ", "Selon ", "d'après ", "according to ", "a affirmé que ",
     "a-t-il dit", "assure ", "said ", "un porte-parole de ", "Léa Brun", "Marc Ott", "Nordlys ",
     "le maire ", "il ", "elle ", "Celui qui ", "ce que la mairie dément", "a nié ", "denied ",
     "rejette ",
     "ne ", "pas ", "n'", "jamais ", "aurait ", "seraient ", "si ", "à mon avis ", "we believe ",
     "Éditorial\n", "Commentaires (2)\n", "Lire aussi : ", "la digue a cédé ", "the dam broke ",
     "é", "\u2028", "\u200b", "😀", "İ", "ß", "A", "a"]
)  # fmt: skip
TEXTS = st.lists(PIECES, min_size=1, max_size=120).map("".join)
PADDED = TEXTS.map(lambda text: f"{OPENING}\n{text}")


def _read(text: str) -> Reading:
    return read(text.encode(), content_type="text/plain", fetched_at=FETCHED)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example('Elle dit : " Tout va bien. " Puis elle part. " Non. "')
@example("J'ai dit. (…) Au revoir. (...) Encore ?")
@example("." * 50 + " A" * 50)
def test_sentences_hold_every_word_once_and_in_order(text: str) -> None:
    reached = 0
    for line in lines(text):
        spans = sentences(text, line)
        for start, end in spans:
            assert not text[reached:start].strip()
            assert reached <= start < end
            assert end - start <= MAX_SENTENCE
            assert text[start:end] == text[start:end].strip()
            reached = end
        assert all(line[0] <= q.start < q.end <= line[1] for q in quotations(text, line))
    assert not text[reached:].strip()


@settings(max_examples=200, deadline=None)
@given(PADDED)
def test_what_is_said_of_a_passage_stands_in_the_text(text: str) -> None:
    reading = _read(text)
    reached = 0
    for passage in reading.passages:
        assert not reading.text[reached : passage.start].strip()
        reached = passage.end
        for span in (passage.speaker_span, passage.cue_span):
            if span:
                assert passage.start <= span[0] < span[1] <= passage.end
                assert reading.text[slice(*span)].strip() == reading.text[slice(*span)]
        if passage.attribution is Attribution.NONE:
            assert (passage.speaker, passage.cue_span) == ("", None)
        if passage.kind not in SPOKEN:
            assert passage.checkworthy < 0.5
    assert not reading.text[reached:].strip()


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("ß")
@example("Selon  »M. ")
def test_a_claim_is_worded_in_the_words_of_its_passage(text: str) -> None:
    reading = _read(f"{OPENING}\n{text}")
    for passage in reading.passages:
        own = _letters(reading.text) + _letters(passage.speaker)
        assert set(_letters(passage.wording)) <= set(own)


def _letters(text: str) -> list[str]:
    """The words of a text in one spelling; capitals may fall on any of them."""
    plain = "".join(char if char.isalnum() else " " for char in text.lower())
    return plain.split()


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_modality_is_told_of_any_text(text: str) -> None:
    assert is_hedged(text) in (True, False)
    assert is_negated(text) in (True, False)
    assert all(text[slice(*span)].isalpha() for span in conditionals(text))


@pytest.mark.parametrize("unit", ["Elle dit. ", "« ", "« “ ", '" ', "A. ", "a", "(…) ", "selon "])
def test_a_line_of_megabytes_is_cut_where_it_can_be(unit: str) -> None:
    text = unit * (2_000_000 // len(unit))
    spans = lines(text)
    assert max(end - start for start, end in spans) <= 8_000
    assert sum(text[a:b].count(unit.strip()) for a, b in spans) >= 0.99 * text.count(unit.strip())
    assert all(len(quotations(text, line)) <= MAX_QUOTATIONS for line in spans[:20])


def test_thousands_of_nested_quotations_are_read_to_their_end() -> None:
    text = (
        "Léa Brun dit : "
        + "« Il a dit : “ Elle a dit : " * 3000
        + "la digue a cédé"
        + " ” »" * 3000
    )
    reading = _read(text)
    assert reading.passages[-1].end == len(reading.text)
    assert {p.kind for p in reading.passages} <= set(Kind)
