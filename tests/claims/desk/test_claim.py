"""A claim's page: where it stands, what happened, and what a person may do to it."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims import events, review, sentences
from claims.events import DisputeKind, Quantity
from claims.models import Claim, Entry
from claims.status import Status
from tests.claims import build
from tests.claims.desk.screens import EVIL, at, browser, form, page, said, text

pytestmark = pytest.mark.django_db


def on_record(*words: events.Word) -> Claim:
    return Claim.objects.get(id=build.recorded(*(words or (build.begins(),))))


def do(client: Client, claim: Claim, verb: str, **typed: Any) -> Any:
    """Fill in the page's form for a verb and send it."""
    return client.post(at(claim), form(client.get(at(claim)), verb) | typed, follow=True)


def test_the_page_tells_where_the_claim_stands() -> None:
    claim = on_record(build.begins(claimant="la région"), build.asserted(2, origin="Agency 1"))

    shown = text(browser().get(at(claim)))

    assert "Asserted 2 articles, 1 origin · claimed by la région" in shown
    assert "Origin: Agency 1 Paper 1, Paper 2" in shown


def test_the_timeline_tells_who_did_what() -> None:
    browser()
    amina = User.objects.get(username="amina")
    claim = build.recorded()
    build.say(claim, build.corroborated(2, speaker="la maire"), by=f"user:{amina.pk}")

    shown = text(browser("Auditor", name="ruth").get(at(Claim.objects.get(id=claim))))

    sentence = f"Amina Diallo corroborated it: Paper 2 quotes la maire: “{build.QUOTE}”"
    assert f"{sentence} (independent origin: Agency 2)" in shown
    assert "version 2, position 1" in shown
    assert '"word": "corroborated"' in shown


def test_every_word_makes_a_sentence() -> None:
    other = str(uuid4())
    said_of_it = (
        build.disputed(3),
        build.disputed(4, kind=DisputeKind.CONTRADICTION),
        build.disputed(5, kind=DisputeKind.FIGURE, ours=Quantity(**build.OURS),
                       theirs=Quantity(**build.THEIRS)),
        build.dismissed(6),
        events.Withdrawn(version=2, reason="Un autre compte."),
        events.Reworded(wording="Mieux.", reason="Plus clair."),
        events.Rated(verdict="misleading", explanation="Chiffre ancien.", against=7),
        events.Unrated(rating=8, reason="Trop tôt."),
        events.Absorbed(claim=other, wording="L’autre.", evidence=()),
        events.Released(claim=other),
        events.Merged(into=other, reason="La même."),
        events.Unmerged(out_of=other),
    )  # fmt: skip
    claim = on_record(build.begins(), *said_of_it)

    shown = text(browser().get(at(claim)))

    for words in (
        "recorded a denial",
        "recorded a contradiction",
        "recorded another figure, 60 000 abonnés instead of 80 000 abonnés",
        "dismissed a passage of Paper 6",
        "withdrew the evidence of version 2: Un autre compte.",
        "reworded it: “Mieux.” Plus clair.",
        "rated it “Misleading”: Chiffre ancien.",
        "took back the rating of version 8",
        "made the claim “L’autre.” part of this one",
        f"took claim {other} out of this one",
        f"made it part of claim {other}. La même.",
        f"took it out of claim {other}",
    ):
        assert words in shown


def test_every_word_has_a_name_and_a_sentence() -> None:
    assert sentences.WORDS.keys() == events.WORDS.keys()
    kinds = {kind.value for kind in DisputeKind}
    more = kinds | {"begun", "sent_back"}
    assert sentences.SENTENCES.keys() == (events.WORDS.keys() - {"disputed"}) | more


def test_a_dispute_shows_both_figures() -> None:
    figures = {"ours": Quantity(**build.OURS), "theirs": Quantity(**build.THEIRS)}
    claim = on_record(build.begins(), build.disputed(3, kind=DisputeKind.FIGURE, **figures))

    both = page(browser().get(at(claim))).xpath("//*[@class='desk-versus']//b")

    assert [one.text for one in both] == ["80 000 abonnés", "60 000 abonnés"]


def test_an_editor_lets_evidence_count_under_another_origin() -> None:
    claim = on_record(build.begins(1), build.corroborated(2))
    editor = browser("Editor", name="jeanne")

    answer = do(editor, claim, "reattribute", version="2", origin="Agency 1", reason="Une dépêche.")

    assert said(answer) == ["The evidence counts under another origin."]
    assert "2 articles, 1 origin" in text(answer)


def test_an_editor_withdraws_evidence_and_says_why() -> None:
    claim = on_record(build.begins(), build.corroborated())
    editor = browser("Editor")

    answer = do(editor, claim, "withdraw", version="2", reason="Un autre compte.")

    assert said(answer) == ["The evidence is withdrawn."]
    assert Claim.objects.get().status == Status.ASSERTED


def test_a_reviewer_rewords_and_rates_and_a_second_one_confirms() -> None:
    claim, amina = on_record(), browser()
    do(amina, claim, "reword", wording="Le compte a eu 80 000 abonnés.")
    do(amina, claim, "rate", verdict="mostly-true", explanation="Le compte est public.")

    own = amina.get(at(claim))
    assert "Mostly true To be confirmed" in text(own)
    assert not page(own).xpath("//*[@name='verb' and @value='confirm']")
    answer = do(browser(name="tomas"), claim, "confirm")

    assert "Mostly true Confirmed" in text(answer)
    assert "confirmed by Tomas Diallo" in text(answer)
    do(browser("Editor", name="jeanne"), claim, "unrate", reason="Trop tôt.")
    assert Claim.objects.get().verdict is None


def test_a_verdict_is_outdated_once_the_claim_has_changed() -> None:
    claim, amina = on_record(), browser()
    do(amina, claim, "rate", verdict="true", explanation="Le compte est public.")
    build.say(claim.id, build.disputed())

    assert "True Outdated" in text(amina.get(at(claim)))


def test_a_refusal_keeps_what_was_typed_and_shows_the_claim_as_it_is() -> None:
    claim, amina = on_record(), browser()
    sent = form(amina.get(at(claim)), "rate")
    do(browser(name="tomas"), claim, "reword", wording="Mieux dit.")

    typed = {"verdict": "false", "explanation": "Une longue explication."}
    answer = amina.post(at(claim), sent | typed)

    assert answer.status_code == 409
    assert "Tomas Diallo reworded it: “Mieux dit.”" in text(answer)
    again = form(answer, "rate")
    assert (again["expected"], again["verdict"]) == ("2", "false")
    assert again["explanation"] == "Une longue explication."


def test_what_the_desk_refuses_is_said_in_a_sentence() -> None:
    claim = on_record()

    answer = do(browser(), claim, "reword", wording=claim.wording)

    assert "This is the wording the claim has already." in text(answer)


def test_a_desk_too_busy_to_decide_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    claim, amina = on_record(), browser()
    sent = form(amina.get(at(claim)), "reword") | {"wording": "Mieux dit."}

    def busy(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(review, "reword", busy)
    answer = amina.post(at(claim), sent)

    assert "The desk is very busy and nothing was decided" in text(answer)
    assert "Mieux dit." in text(answer)


def test_pressing_a_button_twice_does_it_once() -> None:
    claim, amina = on_record(), browser()
    sent = form(amina.get(at(claim)), "reword") | {"wording": "Mieux dit."}

    assert [amina.post(at(claim), sent).status_code for _ in range(2)] == [302, 302]
    assert Entry.objects.count() == 2


@pytest.mark.parametrize(
    ("group", "verb"),
    [("Reviewer", "withdraw"), ("Auditor", "reword"), ("Auditor", "rate"), ("Editor", "erase")],
)
def test_nobody_does_what_they_may_not(group: str, verb: str) -> None:
    claim = on_record()
    sent = {"verb": verb, "expected": "1", "command": str(uuid4()), "version": "1", "reason": "x"}

    assert browser(group).post(at(claim), sent).status_code == 403
    assert Entry.objects.count() == 1


def test_a_damaged_form_is_refused() -> None:
    claim = on_record()
    sent = {"verb": "withdraw", "expected": "1", "command": str(uuid4())}

    for damage in ({"version": "x"}, {"version": "1"}):
        assert browser("Editor").post(at(claim), sent | damage).status_code == 400


def test_merged_claims_lead_to_each_other() -> None:
    lost, kept = build.recorded(build.begins(1)), build.recorded(build.begins(2))
    by = build.decision(build.person("editor"), 1)
    review.merge(lost, by, into=kept, into_expected=1)
    client = browser()

    assert str(kept) in client.get(at(Claim(id=lost))).content.decode()
    assert str(lost) in client.get(at(Claim(id=kept))).content.decode()
    assert not page(client.get(at(Claim(id=lost)))).xpath("//*[@name='verb']")


def test_history_is_read_only_for_everybody() -> None:
    claim, root = on_record(), browser("", name="root", is_superuser=True)

    for model, key in (("claim", claim.id), ("entry", 0)):
        assert root.get(f"/admin/claims/{model}/add/").status_code == 403
        assert root.post(f"/admin/claims/{model}/{key}/delete/", {"post": "yes"}).status_code == 403
    assert root.post("/admin/claims/entry/0/change/", {"actor": "user:2"}).status_code == 403
    assert "delete_selected" not in root.get("/admin/claims/entry/").content.decode()


def test_claims_are_found_by_words_in_either_language_and_by_id() -> None:
    claim = on_record()
    client = browser()

    for term, found in (("abonné", 1), (str(claim.id), 1), (str(uuid4()), 0), ("girafe", 0)):
        rows = page(client.get("/admin/claims/claim/", {"q": term})).xpath(
            "//tr[contains(@class, 'data-row')]"
        )
        assert len(rows) == found, term


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", ["/admin/claims/claim/", "/admin/claims/entry/", "/admin/"])
def test_long_lists_take_no_more_queries_than_short_ones(address: str) -> None:
    client = browser()
    build.say(uuid4(), build.begins(), by="user:1")
    short = queries(client, address)
    for number in range(2, 10):
        person = build.person(f"person {number}")
        build.say(uuid4(), build.begins(number), by=f"user:{person.pk}")

    assert queries(client, address) == short


def test_hostile_text_in_a_claim_is_text() -> None:
    evil = {name: f"{name} {EVIL}" for name in ("outlet", "origin", "speaker", "title")}
    claim = on_record(
        build.begins(
            1,
            quote=EVIL,
            end=10 + len(EVIL),
            wording=f"wording {EVIL}",
            claimant=f"who {EVIL}",
            **evil,
        ),
        build.disputed(2, quote=EVIL, **evil),
    )
    client = browser()

    for address in (at(claim), "/admin/claims/claim/", "/admin/claims/entry/", "/admin/",
                    "/admin/claims/entry/0/change/"):  # fmt: skip
        answer = client.get(address)
        assert EVIL not in answer.content.decode()
        assert EVIL in text(answer)
