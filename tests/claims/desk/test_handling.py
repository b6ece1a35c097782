"""Whose a proposal is, until when nobody sees it, who has it open, and lists under a name."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims import proposals
from claims.desk import handling
from claims.models import Claim, Entry, Handling, Proposal, SavedFilter
from tests.claims import build
from tests.claims.desk.screens import EVIL, at, browser, form, page, proposed, text

pytestmark = pytest.mark.django_db
QUEUE = "/admin/claims/proposal/"


@pytest.fixture(autouse=True)
def _nobody_here() -> None:
    cache.clear()


def handle(client: Client, proposal: Proposal, **fields: str) -> Any:
    return client.post(at(proposal), {"verb": "handle", **fields}, follow=True)


def rows(client: Client, query: str = "") -> list[str]:
    """The ids of the proposals that a list shows, in its order."""
    boxes = page(client.get(f"{QUEUE}{query}")).xpath("//input[@name='_selected_action']")
    return [box.get("value") for box in boxes]


def ids(*shown: Proposal) -> list[str]:
    return [str(one.pk) for one in shown]


def test_disputes_come_first_and_then_what_is_likely_waits_or_is_read_by_many() -> None:
    unlikely = proposed(number=1, score=0.4, quote="Un.")
    read = proposed(number=2, score=0.4, quote="Deux.", reach=1_000_000)
    likely = proposed(number=3, score=0.9, quote="Trois.")
    disputed = proposed(
        build.recorded(build.begins(9)), 4, stance="disputes", kind="denial", score=0.1
    )
    assert rows(browser()) == ids(disputed, likely, read, unlikely)
    day = timedelta(days=1)
    early = proposals.priority(0.4, 0, build.AT)
    assert early == pytest.approx(proposals.priority(0.42, 0, build.AT + day))


def test_what_is_snoozed_is_in_no_list_until_its_day() -> None:
    proposal, client = proposed(), browser()
    until = timezone.localdate() + timedelta(days=2)
    answer = handle(client, proposal, until=until.isoformat())
    assert "comes back by itself" in text(answer)
    assert rows(client) == []
    assert rows(client, "?whose=snoozed") == ids(proposal)
    Handling.objects.update(snoozed_until=timezone.localdate())
    assert rows(client) == ids(proposal)


@pytest.mark.parametrize(
    ("until", "sentence"), [("2020-01-01", "to come"), ("2026-02-31", "no day")]
)
def test_a_day_that_is_none_or_past_is_refused(until: str, sentence: str) -> None:
    answer = handle(browser(), proposed(), until=until)
    assert answer.status_code == 409
    assert sentence in text(answer)


def test_what_is_assigned_to_others_is_not_among_my_next_ten() -> None:
    client, other = browser(), browser(name="bo")
    bo = User.objects.get(username="bo")
    mine, theirs = proposed(number=1, quote="Un."), proposed(number=2, quote="Deux.")
    handle(client, theirs, assignee=str(bo.pk))
    assert rows(client, "?whose=next") == ids(mine)
    assert rows(other, "?whose=mine") == ids(theirs)
    assert set(rows(client)) == set(ids(mine, theirs))
    assert "for Bo Diallo" in text(client.get(QUEUE))
    handle(other, theirs, assignee="")
    assert Handling.objects.get().assignee is None


def test_many_are_assigned_to_me_at_once() -> None:
    first, second = proposed(number=1, quote="Un."), proposed(number=2, quote="Deux.")
    client = browser()
    client.post(QUEUE, {"action": "take_on", "_selected_action": ids(first, second)})
    assert sorted(rows(client, "?whose=mine")) == sorted(ids(first, second))


def test_taking_many_on_costs_no_more_queries_than_taking_one_on(
    django_assert_num_queries: Any,
) -> None:
    amina = User.objects.create(username="amina")
    many = [proposed(number=n, quote=f"Numéro {n}.") for n in range(1, 21)]
    with django_assert_num_queries(1):
        assert handling.assign(many[:1], amina) == 1
    handling.snooze(many[0], timezone.localdate() + timedelta(days=2))
    with django_assert_num_queries(1):
        assert handling.assign(many, amina) == 20
    assert Handling.objects.filter(assignee=amina).count() == 20
    assert Handling.objects.exclude(snoozed_until=None).count() == 1


def test_an_auditor_assigns_nothing_and_nobody_is_assigned_who_does_not_decide() -> None:
    proposal = proposed()
    auditor = browser("Auditor", name="ruth")
    assert handle(auditor, proposal, assignee="").status_code == 403
    ruth = User.objects.get(username="ruth")
    assert handle(browser(), proposal, assignee=str(ruth.pk)).status_code == 400


def test_my_next_ten_are_ten_and_the_first_of_them_comes_next() -> None:
    every = [proposed(number=n, quote=f"Numéro {n}.", score=1 - n / 100) for n in range(1, 13)]
    assert rows(browser(), "?whose=next") == ids(*every[:10])


def test_who_has_a_proposal_open_is_told_to_others_and_not_to_them() -> None:
    proposal, amina, bo = proposed(), browser(), browser(name="bo")
    address = f"{QUEUE}{proposal.pk}/open/"
    assert text_of(amina.post(address)) == ""
    assert "Amina Diallo has this open, too." in text_of(bo.post(address))
    assert "open: Bo Diallo" in text(amina.get(QUEUE))
    bo.post(address, {"gone": "1"})
    assert "open: Bo" not in text(amina.get(QUEUE))


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_without_redis_nobody_is_seen_and_everything_works(settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    proposal, client = proposed(), browser()
    assert client.post(f"{QUEUE}{proposal.pk}/open/").status_code == 200
    assert rows(client) == ids(proposal)


def test_what_is_new_and_what_others_decided_is_told_without_a_reload() -> None:
    proposal, client, since = proposed(), browser(), (build.AT - timedelta(days=1)).isoformat()
    other = browser(name="bo")
    other.post(at(proposal), form(other.get(at(proposal)), "accept"))
    proposed(number=2, quote="Autre chose.")
    told = client.get(f"{QUEUE}news/", {"since": since, "shown": [str(proposal.pk), "no id"]})
    said = told.content.decode()
    assert "1 new proposal: show it" in said
    assert f'data-decided="{proposal.pk}">Accepted: Bo Diallo' in said


def test_a_list_is_kept_under_a_name_for_me_or_by_an_editor_for_the_desk() -> None:
    client, editor = browser(), browser("Editor", name="jeanne")
    client.post(f"{QUEUE}filters/", {"name": "Démentis", "query": "stance=denial", "shared": "on"})
    editor.post(f"{QUEUE}filters/", {"name": "Français", "query": "language=fr", "shared": "on"})
    shown = page(client.get(QUEUE))
    links = {link.text_content().strip(): link.get("href") for link in shown.xpath("//a")}
    assert links["Démentis"] == "?stance=denial"
    assert "Démentis" not in text(editor.get(QUEUE))
    again = {"name": "Démentis", "query": "x=1"}
    answer = client.post(f"{QUEUE}filters/", again, follow=True)
    assert "You have a list of that name already." in text(answer)
    kept = SavedFilter.objects.get(name="Démentis")
    editor.post(f"{QUEUE}filters/", {"gone": str(kept.pk)})
    assert SavedFilter.objects.filter(pk=kept.pk).exists()
    client.post(f"{QUEUE}filters/", {"gone": str(kept.pk)})
    assert not SavedFilter.objects.filter(pk=kept.pk).exists()


def test_other_claims_are_found_while_somebody_types() -> None:
    proposal = proposed()
    build.recorded(build.begins(5, wording="La piscine de Bruzac a fermé.", language="fr"))
    build.recorded(build.begins(6, wording=f"Le musée {EVIL} a rouvert.", language="fr"))
    client = browser()

    def found(words: str) -> str:
        answer = client.get(f"{QUEUE}{proposal.pk}/claims/", {"q": words})
        return answer.content.decode()

    assert "La piscine de Bruzac" in found("pisci")
    assert "La piscine de Bruzac" in found("piscines bruz")
    assert "&lt;script&gt;" in found("musée")
    assert str(Claim.objects.get(wording__startswith="La pis").pk) in found(
        str(Claim.objects.get(wording__startswith="La pis").pk)
    )
    assert "No claim says this" in found("xylophone")
    assert found("").strip() == ""
    assert "No claim" in found("q' | & ! :* (((")


def test_undo_is_offered_on_the_next_page_and_is_an_event() -> None:
    claim = build.recorded(build.begins(9))
    proposal, client = proposed(claim), browser()
    answer = client.post(at(proposal), form(client.get(at(proposal)), "accept"), follow=True)
    undo = form(answer, "undo")
    answer = client.post(at(proposal), undo, follow=True)
    assert "Undone: it waits again" in text(answer)
    assert [entry.type for entry in Entry.objects.order_by("position")] == [
        "asserted",
        "corroborated",
        "withdrawn",
    ]
    assert "Accept" in text(answer)
    answer = client.post(at(proposal), undo)
    assert answer.status_code == 409
    assert "nothing to undo" in text(answer)


def test_a_passage_is_put_on_record_as_a_new_claim() -> None:
    claim = build.recorded(build.begins(9))
    proposal, client = proposed(claim), browser()
    sent = form(client.get(at(proposal)), "begin") | {"wording": "Une autre affirmation."}
    for _ in range(2):
        assert client.post(at(proposal), sent).status_code == 302
    assert set(Claim.objects.values_list("wording", flat=True)) > {"Une autre affirmation."}
    assert Entry.objects.count() == 2


def test_a_reviewer_who_lost_the_permission_is_told_and_nothing_is_decided() -> None:
    proposal, client = proposed(), browser()
    sent = form(client.get(at(proposal)), "accept")
    user = User.objects.get(username="amina")
    user.groups.set([Group.objects.get(name="Auditor")])
    assert client.post(at(proposal), sent).status_code == 403
    assert not Entry.objects.exists()


def test_a_quote_of_five_thousand_words_and_one_from_right_to_left_are_shown_as_text() -> None:
    for quote in ("mot " * 5000, "قال الوزير إن الجسر كلف ٨٤ ألف يورو", EVIL * 3):
        proposal = proposed(number=len(quote) % 97 + 1, quote=quote.strip(), title=EVIL)
        answer = browser().get(at(proposal))
        assert quote.strip()[:60] in page(answer).text_content()
        assert not page(answer).xpath("//script[contains(., 'evil')]")


def test_the_queue_and_the_review_screen_take_as_many_queries_however_long_they_are() -> None:
    client = browser()
    first = proposed(number=1, quote="Un.")

    def counted(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(address)
        return len(asked)

    counted(QUEUE)
    counted(at(first))
    proposed(number=50, quote="La suivante.", score=0.01)
    before = counted(QUEUE), counted(at(first))
    for number in range(2, 40):
        proposed(number=number, quote=f"Numéro {number}.")
    assert (counted(QUEUE), counted(at(first))) == before
