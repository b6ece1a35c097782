"""What a history adds up to, given / when / then: the table of the words, and the fold itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from claims import events, status
from claims.events import DisputeKind, Word
from claims.status import Refused, Standing, State, Status, admit, evolve, fold
from tests.claims import build
from tests.claims.build import asserted, begins, corroborated, dismissed, disputed, history_of

ELSEWHERE = "00000000-0000-0000-0000-000000000001"
QUANTITY: dict[str, Any] = {
    "ours": events.Quantity(**build.OURS),
    "theirs": events.Quantity(**build.THEIRS),
}


def withdrawn(
    version: int, *, reason: str = "Article corrigé.", claim: str = ""
) -> events.Withdrawn:
    return events.Withdrawn(version=version, reason=reason, claim=claim)


def rated(against: int, **changes: Any) -> events.Rated:
    said = {"verdict": "false", "explanation": "Le compteur dit 61 000.", **changes}
    return events.Rated(**said, against=against)


def unrated(rating: int, reason: str = "Trop tôt.") -> events.Unrated:
    return events.Unrated(rating=rating, reason=reason)


def absorbed(claim: str, *evidence: tuple[int, Word]) -> events.Absorbed:
    carried = tuple(
        events.Carried(claim=claim, version=version, evidence=word)  # type: ignore[arg-type]
        for version, word in evidence
    )
    return events.Absorbed(claim=claim, wording="Autrement.", evidence=carried)


def refusal(state: State, word: Word, by: str = "user:1") -> str:
    """The sentence with which the desk refuses the word."""
    with pytest.raises(Refused) as refused:
        admit(state, word, by)
    return str(refused.value)


# Asserted


def test_a_claim_begins_asserted_with_the_wording_of_its_first_document() -> None:
    state = history_of(begins(claimant="Ada Roy"))
    assert state.status is Status.ASSERTED
    assert (state.wording, state.language) == ("Le compte a 80 000 abonnés.", "fr")
    assert state.claimant == "Ada Roy"
    assert state.origins == {"Agency 1"}


@pytest.mark.parametrize(
    "word",
    [
        corroborated(), disputed(), dismissed(), withdrawn(1), events.Reworded(wording="X."),
        rated(0), events.Confirmed(rating=1), unrated(1), events.Merged(into=ELSEWHERE),
        absorbed(ELSEWHERE), events.Unmerged(out_of=ELSEWHERE), events.Released(claim=ELSEWHERE),
    ],
    ids=events.name,
)  # fmt: skip
def test_a_history_begins_with_an_assertion_and_nothing_else(word: Word) -> None:
    assert "begins with an assertion" in refusal(State(), word)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"wording": " "}, "needs a wording"),
        ({"language": ""}, "needs the language"),
        ({"language": "français de France"}, "by its code"),
        ({"quote": " "}, "quote them"),
        ({"origin": ""}, "say who the report comes from"),
        ({"end": 11}, "mark the passage again"),
        ({"start": -1, "end": len(build.QUOTE) - 1}, "mark the passage again"),
    ],
)
def test_a_new_claim_with_something_missing_is_refused(changes: dict[str, Any], says: str) -> None:
    assert says in refusal(State(), begins(**changes))


def test_a_later_document_cannot_change_the_wording_by_the_way() -> None:
    assert "reword it instead" in refusal(history_of(begins(1)), begins(2))


@pytest.mark.parametrize("word", [asserted(1), corroborated(1, origin="AP"), disputed(1)])
def test_the_same_passage_is_not_taken_twice(word: Word) -> None:
    assert "already stands as asserted" in refusal(history_of(begins(1)), word)


def test_another_passage_of_the_same_document_is_taken() -> None:
    assert len(history_of(begins(1), asserted(1, start=90)).standing) == 2


def test_a_withdrawn_passage_can_be_taken_again() -> None:
    state = history_of(begins(1), withdrawn(1), asserted(1))
    assert state.status is Status.ASSERTED


# Corroborated


def test_two_independent_origins_corroborate_a_claim() -> None:
    assert history_of(begins(1), corroborated(2)).status is Status.CORROBORATED


def test_five_reprints_of_one_despatch_are_one_origin() -> None:
    reprints = [asserted(number, origin="AFP") for number in range(2, 6)]
    state = history_of(begins(1, origin="AFP"), *reprints)
    assert len(state.standing) == 5
    assert state.origins == {"AFP"}
    assert state.status is Status.ASSERTED


def test_a_reprint_is_no_corroboration_and_the_refusal_says_what_to_record() -> None:
    said = refusal(history_of(begins(1, origin="AFP")), corroborated(2, origin="AFP"))
    assert said == "AFP already stands for this claim; record it as asserted."


# Disputed


def test_one_standing_dispute_makes_a_claim_disputed_whatever_supports_it() -> None:
    state = history_of(begins(1), corroborated(2), corroborated(4), disputed(3))
    assert state.status is Status.DISPUTED


def test_a_disputing_origin_does_not_support() -> None:
    state = history_of(begins(1), disputed(3, origin="TikTok"))
    assert state.origins == {"Agency 1"}
    admit(state, corroborated(4, origin="TikTok"), "user:1")


def test_a_dispute_of_figures_carries_both() -> None:
    state = history_of(begins(1), disputed(3, kind=DisputeKind.FIGURE, **QUANTITY))
    assert state.status is Status.DISPUTED


@pytest.mark.parametrize(
    "word",
    [
        disputed(kind=DisputeKind.FIGURE),
        disputed(kind=DisputeKind.FIGURE, ours=QUANTITY["ours"]),
        disputed(kind=DisputeKind.FIGURE, theirs=QUANTITY["theirs"]),
        disputed(kind=DisputeKind.DENIAL, **QUANTITY),
    ],
)
def test_a_dispute_of_figures_names_both_and_no_other_dispute_does(word: Word) -> None:
    assert "names both figures" in refusal(history_of(begins(1)), word)


def test_half_a_pair_of_figures_is_refused_for_a_denial_too() -> None:
    word = disputed(kind=DisputeKind.DENIAL, ours=QUANTITY["ours"])
    assert "names both figures" in refusal(history_of(begins(1)), word)


# Withdrawn


def test_withdrawn_evidence_stops_counting() -> None:
    before = history_of(begins(1), corroborated(2), disputed(3))
    after = fold([(withdrawn(3), "user:1")], before)
    assert after.status is Status.CORROBORATED
    assert fold([(withdrawn(2), "user:1")], after).status is Status.ASSERTED


def test_a_claim_without_a_standing_assertion_is_withdrawn_even_if_disputed() -> None:
    assert history_of(begins(1), disputed(3), withdrawn(1)).status is Status.WITHDRAWN


def test_a_withdrawn_claim_keeps_its_wording_and_can_be_asserted_again() -> None:
    state = history_of(begins(1), withdrawn(1), corroborated(2))
    assert (state.status, state.wording) == (Status.ASSERTED, begins().wording)


@pytest.mark.parametrize("version", [0, 2, 9])
def test_what_does_not_stand_cannot_be_withdrawn(version: int) -> None:
    state = history_of(begins(1), dismissed(4))
    assert f"No evidence of version {version} stands" in refusal(state, withdrawn(version))


def test_evidence_is_withdrawn_once_and_with_a_reason() -> None:
    state = history_of(begins(1), corroborated(2))
    assert "Say why" in refusal(state, withdrawn(2, reason=" "))
    after = fold([(withdrawn(2), "user:1")], state)
    assert "may have been withdrawn before" in refusal(after, withdrawn(2))


# Dismissed


def test_a_dismissed_passage_is_remembered_and_changes_nothing_else() -> None:
    before = history_of(begins(1))
    after = fold([(dismissed(4), "user:1")], before)
    assert after == replace(
        before, version=2, dismissed=(Standing(version=2, evidence=dismissed(4)),)
    )


def test_a_no_needs_its_reason() -> None:
    assert "Say why" in refusal(history_of(begins(1)), dismissed(reason=""))


def test_a_dismissal_that_is_taken_back_is_as_if_it_had_not_been_but_for_its_place() -> None:
    undone = events.Reopened(version=2, reason="Par erreur.")
    after = history_of(begins(1), rated(1), dismissed(4))
    assert fold([(events.Reopened(version=3, reason="x"), "user:1")], after).dismissed == ()
    assert fold([(events.Reopened(version=3, reason="x"), "user:1")], after).changed == 1
    state = history_of(begins(1), dismissed(4))
    admit(state, undone, "user:1")
    assert "No dismissal of version 1 stands" in refusal(
        state, events.Reopened(version=1, reason="x")
    )
    assert "Say why" in refusal(state, events.Reopened(version=2, reason=" "))


# Published


def test_a_claim_is_public_once_published_and_until_it_is_taken_back() -> None:
    private = history_of(begins(1))
    public = fold([(events.Published(), "user:1")], private)
    back = fold([(events.Unpublished(reason="Une source manque."), "user:1")], public)

    assert (private.published, public.published, back.published) == (False, True, False)
    assert public.status == private.status
    assert public.changed == private.changed


def test_a_claim_is_published_once_with_a_wording_and_taken_back_with_a_reason() -> None:
    private = history_of(begins(1))
    public = fold([(events.Published(), "user:1")], private)
    wordless = replace(private, wording="")

    assert "public already" in refusal(public, events.Published())
    assert "wording was erased" in refusal(wordless, events.Published())
    assert "not public" in refusal(private, events.Unpublished(reason="x"))
    assert "Say why" in refusal(public, events.Unpublished(reason=" "))


# Reworded


def test_a_claim_is_reworded_and_keeps_its_language_unless_given_one() -> None:
    state = history_of(begins(1), events.Reworded(wording="Près de 80 000."))
    assert (state.wording, state.language) == ("Près de 80 000.", "fr")
    state = history_of(begins(1), events.Reworded(wording="About 80,000.", language="en"))
    assert (state.wording, state.language) == ("About 80,000.", "en")


def test_rewording_changes_something() -> None:
    state = history_of(begins(1))
    assert "has already" in refusal(state, events.Reworded(wording=state.wording))
    same = events.Reworded(wording=state.wording, language="fr")
    assert "has already" in refusal(state, same)
    assert "needs a wording" in refusal(state, events.Reworded(wording=" "))
    spelt_out = events.Reworded(wording="Ainsi.", language="français de France")
    assert "by its code" in refusal(state, spelt_out)
    admit(state, events.Reworded(wording=state.wording, language="en"), "user:1")


# Rated, confirmed, unrated


def test_a_rating_stands_once_a_second_person_confirms_it() -> None:
    state = history_of(begins(1), rated(1), by="user:1")
    assert state.verdict is not None
    assert (state.verdict.by, state.verdict.confirmed_by) == ("user:1", "")
    admit(state, events.Confirmed(rating=2), "user:2")
    state = evolve(state, events.Confirmed(rating=2), "user:2")
    assert state.verdict is not None
    assert state.verdict.confirmed_by == "user:2"
    assert state.status is Status.ASSERTED  # A verdict stands beside the status.


def test_nobody_confirms_their_own_rating() -> None:
    state = history_of(begins(1), rated(1), by="user:1")
    assert "second person" in refusal(state, events.Confirmed(rating=2), "user:1")


def test_a_rating_is_confirmed_once() -> None:
    state = history_of(begins(1), rated(1), by="user:1")
    state = evolve(state, events.Confirmed(rating=2), "user:2")
    assert "confirmed already" in refusal(state, events.Confirmed(rating=2), "user:3")


@pytest.mark.parametrize(
    "change",
    [corroborated(2), disputed(3), withdrawn(1), events.Reworded(wording="Autrement.")],
    ids=events.name,
)
def test_a_rating_made_before_the_claim_changed_is_not_confirmed(change: Word) -> None:
    state = history_of(begins(1), rated(1), change)
    assert "changed since it was rated" in refusal(state, events.Confirmed(rating=2), "user:2")


def test_a_rating_is_made_on_the_claim_as_it_stands() -> None:
    state = history_of(begins(1), corroborated(2))
    assert "has changed since version 1" in refusal(state, rated(1))
    assert "has changed since version 3" in refusal(state, rated(3))
    admit(state, rated(2), "user:1")


def test_a_dismissal_does_not_outdate_a_rating() -> None:
    state = history_of(begins(1), dismissed(4), rated(1), dismissed(5))
    admit(state, events.Confirmed(rating=3), "user:2")


@pytest.mark.parametrize(
    ("word", "says"),
    [
        (rated(1, verdict=""), "needs a verdict"),
        (rated(1, explanation=" "), "needs an explanation"),
        (events.Confirmed(rating=1), "No rating of version 1 stands"),
        (unrated(1), "No rating of version 1 stands"),
    ],
)
def test_an_empty_rating_and_one_that_does_not_stand_are_refused(word: Word, says: str) -> None:
    assert says in refusal(history_of(begins(1)), word)


def test_a_rating_is_taken_back_with_a_reason() -> None:
    state = history_of(begins(1), rated(1))
    assert "Say why" in refusal(state, unrated(2, reason=""))
    after = fold([(unrated(2), "user:1")], state)
    assert after.verdict is None
    assert "No rating of version 2" in refusal(after, events.Confirmed(rating=2), "user:2")


def test_a_new_rating_replaces_the_old_one_and_its_confirmation() -> None:
    state = history_of(begins(1), rated(1), by="user:1")
    state = evolve(state, events.Confirmed(rating=2), "user:2")
    state = evolve(state, rated(1, verdict="true"), "user:2")
    assert state.verdict is not None
    assert (state.verdict.version, state.verdict.confirmed_by) == (4, "")
    assert "No rating of version 2" in refusal(state, events.Confirmed(rating=2), "user:1")


# Merged and absorbed, unmerged and released


def test_a_merged_claim_is_decided_where_it_went() -> None:
    state = history_of(begins(1), events.Merged(into=ELSEWHERE))
    assert state.status is Status.MERGED
    for word in (corroborated(2), events.Merged(into=ELSEWHERE), absorbed(ELSEWHERE), rated(2)):
        assert f"merged into {ELSEWHERE}; decide there" in refusal(state, word)


def test_an_unmerged_claim_stands_as_it_did() -> None:
    words = (begins(1), corroborated(2))
    merged = history_of(*words, events.Merged(into=ELSEWHERE))
    after = fold([(events.Unmerged(out_of=ELSEWHERE), "user:1")], merged)
    assert after == replace(history_of(*words), version=4, changed=4)


@pytest.mark.parametrize("out_of", ["", "00000000-0000-0000-0000-000000000002"])
def test_a_claim_is_unmerged_only_out_of_the_one_it_is_part_of(out_of: str) -> None:
    merged = history_of(begins(1), events.Merged(into=ELSEWHERE))
    assert "is not part of" in refusal(merged, events.Unmerged(out_of=out_of))
    assert "is not part of" in refusal(history_of(begins(1)), events.Unmerged(out_of=out_of))


def test_an_absorbed_claim_brings_its_evidence_along() -> None:
    word = absorbed(ELSEWHERE, (1, asserted(5)), (2, disputed(6)))
    state = history_of(begins(1), word)
    assert state.origins == {"Agency 1", "Agency 5"}
    assert state.status is Status.DISPUTED
    assert [item.via for item in state.standing] == ["", ELSEWHERE, ELSEWHERE]


def test_absorbed_evidence_is_withdrawn_by_the_claim_it_came_from() -> None:
    state = history_of(begins(1), absorbed(ELSEWHERE, (1, asserted(5))))
    after = fold([(withdrawn(1, claim=ELSEWHERE), "user:1")], state)
    assert after.origins == {"Agency 1"}
    assert "No evidence" in refusal(after, withdrawn(1, claim=ELSEWHERE))


def test_a_released_claim_takes_its_evidence_with_it_and_nothing_more() -> None:
    state = history_of(begins(1), absorbed(ELSEWHERE, (1, asserted(5))), corroborated(7))
    after = fold([(events.Released(claim=ELSEWHERE), "user:1")], state)
    assert after.origins == {"Agency 1", "Agency 7"}
    assert after.absorbed == ()


def test_a_claim_is_absorbed_once_and_released_only_where_it_was_absorbed() -> None:
    state = history_of(begins(1), absorbed(ELSEWHERE))
    assert "part of this claim already" in refusal(state, absorbed(ELSEWHERE))
    other = events.Released(claim="00000000-0000-0000-0000-000000000002")
    assert "is not part of this claim" in refusal(state, other)


@pytest.mark.parametrize("into", ["", "elsewhere"])
def test_a_claim_is_merged_into_one_that_is_named(into: str) -> None:
    assert "Name the claim" in refusal(history_of(begins(1)), events.Merged(into=into))


def test_evidence_that_came_through_two_merges_leaves_with_the_last_of_them() -> None:
    """C took over B, which had taken over A: when B leaves, so does what A brought to it."""
    first = "00000000-0000-0000-0000-00000000000a"
    carried = (
        events.Carried(claim=ELSEWHERE, version=1, evidence=asserted(5)),
        events.Carried(claim=first, version=1, evidence=asserted(6)),
    )
    word = events.Absorbed(claim=ELSEWHERE, wording="Autrement.", evidence=carried)
    state = history_of(begins(1), word)
    assert len(state.origins) == 3
    after = fold([(events.Released(claim=ELSEWHERE), "user:1")], state)
    assert after.origins == {"Agency 1"}


def test_a_claim_does_not_bring_the_same_evidence_twice() -> None:
    word = absorbed(ELSEWHERE, (1, asserted(5)), (1, asserted(6)))
    assert "carried over twice" in refusal(history_of(begins(1)), word)


def test_evidence_that_two_absorbed_claims_bring_stands_once() -> None:
    first, second = (f"00000000-0000-0000-0000-00000000000{letter}" for letter in "ab")
    carried = (events.Carried(claim=ELSEWHERE, version=1, evidence=asserted(5)),)
    words = [
        events.Absorbed(claim=claim, wording="Autrement.", evidence=carried)
        for claim in (first, second)
    ]
    state = history_of(begins(1), *words, withdrawn(1, claim=ELSEWHERE))
    assert state.origins == {"Agency 1"}


# The fold


def test_what_is_no_word_is_refused_loudly() -> None:
    class Forgotten(Word, frozen=True, kw_only=True):
        pass

    state = history_of(begins(1))
    with pytest.raises(TypeError, match="Forgotten is not a word"):
        admit(state, Forgotten(), "user:1")
    with pytest.raises(TypeError, match="Forgotten is not a word"):
        evolve(state, Forgotten(), "user:1")


@given(build.histories())
def test_a_history_adds_up_to_the_same_in_one_go_and_step_by_step(
    said: list[build.Said],
) -> None:
    state = State()
    for number, (word, actor) in enumerate(said, 1):
        state = evolve(state, word, actor)
        assert state.version == number
        assert state == fold(said[:number])
    assert state == fold(said)


@given(build.histories(), st.integers(0, 30))
def test_a_history_can_be_folded_on_from_any_state_of_it(said: list[build.Said], cut: int) -> None:
    assert fold(said[cut:], fold(said[:cut])) == fold(said)


@given(build.histories(), build.likely | build.words, build.PEOPLE)
def test_a_word_is_admitted_or_refused_in_a_sentence_and_then_folded(
    said: list[build.Said], word: Word, actor: str
) -> None:
    state = fold(said)
    try:
        admit(state, word, actor)
    except Refused as refused:
        sentence = str(refused)
    else:
        sentence = "."
        assert evolve(state, word, actor).version == len(said) + 1
    assert sentence.endswith(".")
    assert state == fold(said)


@given(build.histories())
def test_the_status_follows_from_the_words_as_the_design_says_it(
    said: list[build.Said],
) -> None:
    """The same rules once more, naively: by keeping books of what each word brings and takes."""
    state = fold(said)
    assert state.status.value == naive_status([word for word, _ in said])
    assert state.wording == [w.wording for w, _ in said if _gives_wording(w)][-1]  # type: ignore[attr-defined]


def _gives_wording(word: Word) -> bool:
    return isinstance(word, events.Reworded) or bool(
        isinstance(word, events.Asserted) and word.wording
    )


def naive_status(words: list[Word]) -> str:
    """What the design's table says of a history, with nothing of the code under test."""
    books: dict[tuple[str, int], tuple[str, str, str]] = {}  # (claim, version): side, origin, via
    merged = False
    for version, word in enumerate(words, 1):
        kind = type(word).__name__
        if isinstance(word, events.Asserted | events.Corroborated | events.Disputed):
            side = "against" if kind == "Disputed" else "for"
            books["", version] = (side, word.origin, "")
        elif isinstance(word, events.Withdrawn):
            del books[word.claim, word.version]
        elif isinstance(word, events.Absorbed):
            for item in word.evidence:
                side = "against" if isinstance(item.evidence, events.Disputed) else "for"
                books.setdefault(
                    (item.claim, item.version), (side, item.evidence.origin, word.claim)
                )
        elif isinstance(word, events.Released):
            books = {key: value for key, value in books.items() if value[2] != word.claim}
        elif kind in {"Merged", "Unmerged"}:
            merged = kind == "Merged"
    origins = {origin for side, origin, _ in books.values() if side == "for"}
    if merged:
        return "merged"
    if not origins:
        return "withdrawn"
    if any(side == "against" for side, _, _ in books.values()):
        return "disputed"
    return "corroborated" if len(origins) >= status.INDEPENDENT_ORIGINS else "asserted"


def test_a_word_about_a_rating_or_a_merge_that_is_not_there_changes_nothing() -> None:
    state = history_of(begins(1), rated(1))
    merged = evolve(state, events.Merged(into=ELSEWHERE), "user:1")

    assert evolve(state, events.Confirmed(rating=9), "user:2").verdict == state.verdict
    assert evolve(state, unrated(9), "user:1").verdict == state.verdict
    assert evolve(merged, events.Unmerged(out_of="another"), "user:1").merged_into == ELSEWHERE
