"""The words: what is stored can be read for ever, and what cannot be stored is refused."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from claims import events
from claims.events import DisputeKind, Quantity, Unsayable, decode, encode
from tests.claims import build

# One stored body of every shape ever written, and what it means. A line here never changes: a
# word that gets a new field gets a new line below the old ones.
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PUBLISHED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
PLACE: dict[str, Any] = {
    "document": DIGEST,
    "url": "https://courrier.example/a",
    "outlet": "Le Courrier",
    "origin": "AFP",
    "title": "Un compte",
    "quote": "« 80 000 abonnés »",
    "start": 7,
    "end": 25,
    "found_by": "bm25/1",
}
STORED = [
    (
        '{"document":"' + DIGEST + '","end":25,"found_by":"bm25/1","language":"fr",'
        '"origin":"AFP","outlet":"Le Courrier","quote":"« 80 000 abonnés »","start":7,'
        '"title":"Un compte","url":"https://courrier.example/a","word":"asserted",'
        '"wording":"Le compte a 80 000 abonnés."}',
        events.Asserted(**PLACE, wording="Le compte a 80 000 abonnés.", language="fr"),
    ),
    (
        '{"claimant":"Ada Roy","document":"' + DIGEST + '","end":25,"found_by":"reviewer",'
        '"language":"fr","origin":"AFP","outlet":"Le Courrier",'
        '"published_at":"2026-02-03T04:05:06Z","quote":"« 80 000 abonnés »",'
        '"speaker":"Ada Roy","start":7,"title":"Un compte",'
        '"url":"https://courrier.example/a","word":"asserted","wording":"80 000 abonnés."}',
        events.Asserted(
            **{**PLACE, "found_by": "reviewer"},
            speaker="Ada Roy",
            published_at=PUBLISHED,
            wording="80 000 abonnés.",
            language="fr",
            claimant="Ada Roy",
        ),
    ),
    (
        '{"document":"' + DIGEST + '","end":25,"found_by":"bm25/1","origin":"AFP",'
        '"outlet":"Le Courrier","quote":"« 80 000 abonnés »","start":7,"title":"Un compte",'
        '"url":"https://courrier.example/a","word":"corroborated"}',
        events.Corroborated(**PLACE),
    ),
    (
        '{"document":"' + DIGEST + '","end":25,"found_by":"bm25/1","kind":"denial",'
        '"origin":"AFP","outlet":"Le Courrier","quote":"« 80 000 abonnés »",'
        '"speaker":"TikTok","start":7,"title":"Un compte",'
        '"url":"https://courrier.example/a","word":"disputed"}',
        events.Disputed(**PLACE, speaker="TikTok", kind=DisputeKind.DENIAL),
    ),
    (
        '{"document":"' + DIGEST + '","end":25,"found_by":"bm25/1","kind":"figure",'
        '"origin":"AFP","ours":{"text":"80 000","tolerance":"exact","unit":"abonnés",'
        '"value":"80000"},"outlet":"Le Courrier","quote":"« 80 000 abonnés »","start":7,'
        '"theirs":{"text":"près de 60 000","tolerance":"about","unit":"abonnés",'
        '"value":"60000"},"title":"Un compte","url":"https://courrier.example/a",'
        '"word":"disputed"}',
        events.Disputed(
            **PLACE,
            kind=DisputeKind.FIGURE,
            ours=Quantity(value="80000", unit="abonnés", tolerance="exact", text="80 000"),
            theirs=Quantity(
                value="60000", unit="abonnés", tolerance="about", text="près de 60 000"
            ),
        ),
    ),
    (
        '{"document":"' + DIGEST + '","end":25,"found_by":"bm25/1","kind":"figure",'
        '"origin":"AFP","ours":{"end":31,"start":17,"text":"80 000 abonnés",'
        '"tolerance":"exact","unit":"abonné","value":"80000"},"outlet":"Le Courrier",'
        '"quote":"« 80 000 abonnés »","start":7,"theirs":{"end":16,"start":2,'
        '"text":"entre 60 000 et 70 000","tolerance":"between","unit":"abonné",'
        '"upper":"70000","value":"60000"},"title":"Un compte",'
        '"url":"https://courrier.example/a","word":"disputed"}',
        events.Disputed(
            **PLACE,
            kind=DisputeKind.FIGURE,
            ours=Quantity(
                value="80000",
                unit="abonné",
                tolerance="exact",
                text="80 000 abonnés",
                start=17,
                end=31,
            ),
            theirs=Quantity(
                value="60000",
                unit="abonné",
                tolerance="between",
                text="entre 60 000 et 70 000",
                upper="70000",
                start=2,
                end=16,
            ),
        ),
    ),
    (
        '{"document":"' + DIGEST + '","end":25,"found_by":"bm25/1","origin":"AFP",'
        '"outlet":"Le Courrier","quote":"« 80 000 abonnés »","reason":"Un autre compte.",'
        '"stance":"supports","start":7,"title":"Un compte",'
        '"url":"https://courrier.example/a","word":"dismissed"}',
        events.Dismissed(**PLACE, stance="supports", reason="Un autre compte."),
    ),
    (
        '{"against":3,"explanation":"Le compte est fermé.","sources":["https://a.example/1"],'
        '"verdict":"false","word":"rated"}',
        events.Rated(
            verdict="false",
            explanation="Le compte est fermé.",
            against=3,
            sources=("https://a.example/1",),
        ),
    ),
    (
        '{"rating":4,"reason":"Il manque la source.","sent_back":true,"word":"unrated"}',
        events.Unrated(rating=4, reason="Il manque la source.", sent_back=True),
    ),
    (
        '{"reason":"Par erreur.","version":2,"word":"reopened"}',
        events.Reopened(version=2, reason="Par erreur."),
    ),
    ('{"word":"published"}', events.Published()),
    (
        '{"reason":"Il manque une source.","word":"unpublished"}',
        events.Unpublished(reason="Il manque une source."),
    ),
    (
        '{"reason":"Article corrigé.","version":2,"word":"withdrawn"}',
        events.Withdrawn(version=2, reason="Article corrigé."),
    ),
    (
        '{"claim":"3f2a","reason":"Article corrigé.","version":2,"word":"withdrawn"}',
        events.Withdrawn(version=2, reason="Article corrigé.", claim="3f2a"),
    ),
    (
        '{"word":"reworded","wording":"Près de 80 000."}',
        events.Reworded(wording="Près de 80 000."),
    ),
    (
        '{"language":"en","reason":"Clearer.","word":"reworded","wording":"About 80,000."}',
        events.Reworded(wording="About 80,000.", language="en", reason="Clearer."),
    ),
    (
        '{"against":3,"explanation":"Le compteur public dit 61 000.","verdict":"false",'
        '"word":"rated"}',
        events.Rated(verdict="false", explanation="Le compteur public dit 61 000.", against=3),
    ),
    ('{"rating":4,"word":"confirmed"}', events.Confirmed(rating=4)),
    (
        '{"rating":4,"reason":"Trop tôt.","word":"unrated"}',
        events.Unrated(rating=4, reason="Trop tôt."),
    ),
    ('{"into":"3f2a","word":"merged"}', events.Merged(into="3f2a")),
    (
        '{"into":"3f2a","reason":"La même chose.","word":"merged"}',
        events.Merged(into="3f2a", reason="La même chose."),
    ),
    (
        '{"claim":"77ab","evidence":[],"word":"absorbed","wording":"60 000."}',
        events.Absorbed(claim="77ab", wording="60 000.", evidence=()),
    ),
    (
        '{"claim":"77ab","evidence":[{"claim":"77ab","evidence":{"document":"' + DIGEST + '",'
        '"end":25,"found_by":"bm25/1","origin":"AFP","outlet":"Le Courrier",'
        '"quote":"« 80 000 abonnés »","start":7,"title":"Un compte",'
        '"url":"https://courrier.example/a","word":"corroborated"},"version":2}],'
        '"word":"absorbed","wording":"60 000."}',
        events.Absorbed(
            claim="77ab",
            wording="60 000.",
            evidence=(
                events.Carried(claim="77ab", version=2, evidence=events.Corroborated(**PLACE)),
            ),
        ),
    ),
    ('{"out_of":"3f2a","word":"unmerged"}', events.Unmerged(out_of="3f2a")),
    (
        '{"out_of":"3f2a","reason":"Deux comptes.","word":"unmerged"}',
        events.Unmerged(out_of="3f2a", reason="Deux comptes."),
    ),
    ('{"claim":"77ab","word":"released"}', events.Released(claim="77ab")),
    (
        '{"position":17,"reason":"Vie privée.","version":3,"word":"erased"}',
        events.Erased(position=17, version=3, reason="Vie privée."),
    ),
    (
        '{"position":17,"reason":"Vie privée.","remains":{"claim":"3f2a","reason":"","version":2,'
        '"word":"withdrawn"},"version":3,"word":"erased"}',
        events.Erased(
            position=17,
            version=3,
            reason="Vie privée.",
            remains=events.Withdrawn(version=2, reason="", claim="3f2a"),
        ),
    ),
    (
        '{"position":21,"reason":"Aussi.","remains":{"position":17,"reason":"Vie privée.",'
        '"remains":{"claim":"77ab","evidence":[],"word":"absorbed","wording":""},"version":3,'
        '"word":"erased"},"version":4,"word":"erased"}',
        events.Erased(
            position=21,
            version=4,
            reason="Aussi.",
            remains=events.Erased(
                position=17,
                version=3,
                reason="Vie privée.",
                remains=events.Absorbed(claim="77ab", wording="", evidence=()),
            ),
        ),
    ),
]


@pytest.mark.parametrize(("body", "word"), STORED)
def test_what_was_once_stored_is_read_and_written_alike_for_ever(
    body: str, word: events.AnyWord
) -> None:
    assert decode(body, schema_version=1) == word
    assert encode(word) == body


def test_the_table_of_stored_bodies_holds_every_word_and_every_field() -> None:
    shown: dict[str, set[str]] = {name: set() for name in events.WORDS}
    for body, word in STORED:
        shown[events.name(word)] |= json.loads(body).keys() - {"word"}
    inherited = {"speaker", "published_at"}  # shown where Asserted is
    for name, word_class in events.WORDS.items():
        fields = set(word_class.__struct_fields__)
        assert shown[name] | inherited >= fields, name


@given(build.words)
def test_every_word_is_decoded_to_what_was_encoded(word: events.AnyWord) -> None:
    body = encode(word)
    assert decode(body, schema_version=1) == word
    assert encode(decode(body, schema_version=1)) == body


@given(build.words)
def test_a_stored_body_is_canonical_json(word: events.AnyWord) -> None:
    body = encode(word)
    assert rfc8785.dumps(json.loads(body)).decode() == body
    assert json.loads(body)["word"] == events.name(word)


@given(build.words)
def test_what_equals_its_default_is_left_out(word: events.AnyWord) -> None:
    stored = json.loads(encode(word))
    for field in msgspec.structs.fields(word):
        left_out = not field.required and getattr(word, field.name) == field.default
        assert left_out == (field.name not in stored)


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_the_canonical_form_is_that_of_the_vectors_of_rfc_8785(name: str, shared: Path) -> None:
    vectors = shared / "vectors" / "jcs"
    given_text = (vectors / "input" / f"{name}.json").read_bytes()
    expected = (vectors / "output" / f"{name}.json").read_bytes()
    assert rfc8785.dumps(json.loads(given_text)) == expected.rstrip(b"\n")


# The words are of one schema, so that what a newer program wrote is never half understood.


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"word":"merged","into":"3f2a","why":"x"}', "why"),
        ('{"word":"forgotten"}', "forgotten"),
        ('{"into":"3f2a"}', "word"),
        ('{"word":"merged"}', "into"),
        ('{"word":"merged","into":null}', "into"),
        ('{"word":"confirmed","rating":"4"}', "rating"),
        ('{"word":"confirmed","rating":4', "shape"),
        ('["merged"]', "shape"),
        ("", "shape"),
    ],
)
def test_a_body_of_no_known_shape_is_refused_in_words(body: str, says: str) -> None:
    with pytest.raises(Unsayable, match=f"No word has this shape.*|.*{says}") as refused:
        decode(body, schema_version=1)
    assert says in str(refused.value)


def test_an_unknown_field_deep_inside_is_refused_too() -> None:
    body = STORED[4][0].replace('"value":"60000"', '"value":"60000","per":"day"')
    with pytest.raises(Unsayable, match="per"):
        decode(body, schema_version=1)


def test_a_word_of_a_newer_schema_asks_for_a_newer_program() -> None:
    with pytest.raises(Unsayable, match=r"schema 2, this program knows 1: upgrade it"):
        decode('{"rating":4,"word":"confirmed"}', schema_version=2)


@pytest.mark.parametrize("reason", ["\0", "a\0b", "\\\0", "\\\\\0", "\n\0"])
def test_a_nul_character_is_refused_because_the_database_cannot_keep_it(reason: str) -> None:
    with pytest.raises(Unsayable, match="NUL"):
        encode(events.Merged(into="3f2a", reason=reason))


@given(st.text(st.sampled_from("\\u0\0"), max_size=12))
def test_only_a_real_nul_is_refused_and_not_its_spelling(reason: str) -> None:
    word = events.Merged(into="3f2a", reason=reason)
    if "\0" in reason:
        with pytest.raises(Unsayable, match="NUL"):
            encode(word)
    else:
        assert decode(encode(word), schema_version=1) == word


@pytest.mark.parametrize("half", ["\ud800", "a\udfffb"])
def test_half_a_character_is_refused_in_words(half: str) -> None:
    with pytest.raises(Unsayable, match="This merged cannot be written down"):
        encode(events.Merged(into="3f2a", reason=half))


def test_a_number_that_json_cannot_hold_exactly_is_refused() -> None:
    with pytest.raises(Unsayable, match="This confirmed cannot be written down"):
        encode(events.Confirmed(rating=2**53))


def test_what_is_too_long_is_refused_and_says_how_long_it_may_be() -> None:
    room = events.LONGEST_BODY - len('{"into":"3f2a","reason":"","word":"merged"}')
    assert len(encode(events.Merged(into="3f2a", reason="x" * room))) == events.LONGEST_BODY
    with pytest.raises(Unsayable, match="longer than 256 KiB; shorten it"):
        encode(events.Merged(into="3f2a", reason="x" * (room + 1)))
    with pytest.raises(Unsayable, match="longer than 256 KiB"):
        encode(events.Merged(into="3f2a", reason="é" * (room // 2 + 1)))


def test_a_word_is_filed_under_its_name() -> None:
    assert events.WORDS[events.name(build.begins())] is events.Asserted
    assert set(events.WORDS) == {
        "asserted", "corroborated", "disputed", "dismissed", "reopened", "withdrawn",
        "reworded", "rated",
        "confirmed", "unrated", "published", "unpublished",
        "merged", "absorbed", "unmerged", "released", "erased",
    }  # fmt: skip


def test_the_stand_in_for_an_erased_word_is_no_word_and_is_never_stored() -> None:
    assert "redacted" not in events.WORDS
    with pytest.raises(Unsayable, match="redacted"):
        decode('{"was":"asserted","word":"redacted"}', schema_version=1)


def test_an_erasure_may_be_as_long_as_the_merge_that_remains_of_it() -> None:
    quote = "x" * (events.LONGEST_BODY // 2)
    piece = events.Carried(
        claim="77ab", version=2, evidence=events.Corroborated(**{**PLACE, "quote": quote})
    )
    merge = events.Absorbed(claim="77ab", wording="60 000.", evidence=(piece,) * 3)
    erasure = events.Erased(position=1, version=1, reason="Vie privée.", remains=merge)
    assert decode(encode(erasure), schema_version=1) == erasure
