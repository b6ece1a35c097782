"""The queue of proposals: what a reviewer sees there, and deciding many at once."""

from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import events
from claims.models import Claim, Entry, Proposal
from claims.status import Status
from tests.claims import build
from tests.claims.desk.screens import EVIL, browser, page, proposed, said, text

pytestmark = pytest.mark.django_db
QUEUE = "/admin/claims/proposal/"
FIGURE = {"stance": "disputes", "kind": "figure", "ours": build.OURS, "theirs": build.THEIRS}


def rows(response: Any) -> list[str]:
    return [
        row.text_content() for row in page(response).xpath("//tr[contains(@class, 'data-row')]")
    ]


def shown(client: Client) -> list[str]:
    """What the queue's form says of each proposal as it shows it now."""
    return [str(box.get("value")) for box in page(client.get(QUEUE)).xpath("//*[@name='shown']")]


def decide(client: Client, action: str, *chosen: Proposal, **more: Any) -> Any:
    """Tick the boxes of some proposals on the queue as it is now, and run an action."""
    ticked = [str(one.pk) for one in chosen]
    fields = {"action": action, "index": "0", ACTION_CHECKBOX_NAME: ticked, "shown": shown(client)}
    return client.post(QUEUE, fields | more, follow=True)


def test_disputes_come_first_then_the_likeliest() -> None:
    proposed(number=1, quote="Une chose.", score=0.6)
    proposed(number=2, quote="Une autre.", score=0.9)
    proposed(build.recorded(build.begins(7)), 3, quote="Non.", stance="disputes", kind="denial",
             score=0.3)  # fmt: skip

    scores = [row.split("%")[0][-2:] for row in rows(browser().get(QUEUE))]

    assert scores == ["30", "90", "60"]


def test_a_dispute_about_a_figure_shows_both_figures() -> None:
    proposed(build.recorded(build.begins(7)), 2, quote="60 000 abonnés", **FIGURE)

    (row,) = rows(browser().get(QUEUE))

    assert "80 000 abonnés / 60 000 abonnés" in row
    assert "Other figure" in row


def test_only_open_proposals_are_shown_unless_others_are_asked_for() -> None:
    decided, waiting = proposed(number=1), proposed(number=2, quote="Autre chose.")
    client = browser()
    decide(client, "accept_as_proposed", decided)

    assert len(rows(client.get(QUEUE))) == 1
    assert len(rows(client.get(QUEUE, {"state": "accepted"}))) == 1
    assert len(rows(client.get(QUEUE, {"state": "all"}))) == 2
    assert str(waiting.pk) in client.get(QUEUE).content.decode()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"stance": "disputes"}, 1),
        ({"stance": "figure"}, 1),
        ({"stance": "denial"}, 0),
        ({"stance": "supports"}, 1),
        ({"kind": "new"}, 1),
        ({"kind": "link"}, 1),
        ({"outlet": "Paper 2"}, 1),
        ({"language": "fr"}, 2),
        ({"language": "en"}, 0),
        ({"q": "60 000"}, 1),
        ({"q": "nothing of the kind"}, 0),
    ],
)
def test_the_queue_can_be_narrowed(asked: dict[str, str], found: int) -> None:
    proposed(number=1)
    proposed(build.recorded(build.begins(7)), 2, quote="60 000 abonnés", **FIGURE)

    assert len(rows(browser().get(QUEUE, asked))) == found


def test_a_long_queue_takes_no_more_queries_than_a_short_one() -> None:
    client, claim = browser(), build.recorded(build.begins(99))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(QUEUE)
        return len(captured)

    proposed(claim, number=1, quote="Première.")
    queries()
    short = queries()
    for number in range(2, 12):
        proposed(claim, number=number, quote=f"Phrase {number}.")

    assert queries() == short


def test_several_proposals_are_accepted_at_once() -> None:
    first, second = proposed(number=1), proposed(number=2, quote="Autre chose.")

    answer = decide(browser(), "accept_as_proposed", first, second)

    assert said(answer) == ["2 proposals accepted."]
    assert Claim.objects.count() == 2
    assert not Proposal.objects.filter(state="open").exists()


def test_evidence_for_one_claim_is_accepted_at_once_too() -> None:
    claim = build.recorded(build.begins(9))
    both = [proposed(claim, n, quote=f"Phrase {n}.") for n in (1, 2)]

    answer = decide(browser(), "accept_as_proposed", *both)

    assert said(answer) == ["2 proposals accepted."]
    assert Claim.objects.get(id=claim).status == Status.CORROBORATED


def test_what_cannot_be_accepted_is_told_and_the_others_are() -> None:
    claim = build.recorded(build.begins(9))
    stale, fine = proposed(claim, 1, quote="Phrase."), proposed(number=2, quote="Autre chose.")
    client = browser()
    before = shown(client)
    tomas = build.person("tomas")
    build.say(claim, events.Reworded(wording="Mieux."), by=f"user:{tomas.pk}")

    answer = decide(client, "accept_as_proposed", stale, fine, shown=before)

    done, refused = said(answer)
    assert done == "1 proposal accepted."
    assert "tomas reworded it: “Mieux.”" in refused
    assert Proposal.objects.get(pk=stale.pk).state == "open"


def test_pressing_the_button_twice_decides_once() -> None:
    proposal, client = proposed(), browser()
    before = shown(client)

    for _ in range(2):
        answer = decide(client, "accept_as_proposed", proposal, shown=before)
        assert said(answer) == ["1 proposal accepted."]

    assert Entry.objects.count() == 1


def test_dismissing_many_asks_for_the_reason_first() -> None:
    claim = build.recorded(build.begins(9))
    both = [proposed(claim, 1, quote="Phrase."), proposed(number=2, quote="Autre chose.")]
    client = browser()

    asked = decide(client, "dismiss_with_reason", *both)

    assert "Dismiss 2 proposals" in text(asked)
    again = decide(client, "dismiss_with_reason", *both, reason=" ")
    assert "Give a reason." in text(again)
    answer = decide(client, "dismiss_with_reason", *both, reason="Hors sujet.")
    assert said(answer) == ["2 proposals dismissed."]
    assert set(Proposal.objects.values_list("state", "reason")) == {("dismissed", "Hors sujet.")}


def test_a_damaged_form_is_refused_whole() -> None:
    proposal = proposed()
    fields = {"action": "accept_as_proposed", ACTION_CHECKBOX_NAME: [str(proposal.pk)]}

    for damage in ({"shown": f"{proposal.pk} 0 x y"}, {}):
        assert browser().post(QUEUE, fields | damage).status_code == 400
    assert Proposal.objects.get().state == "open"


def test_an_auditor_sees_the_queue_and_can_decide_nothing() -> None:
    proposal, auditor = proposed(), browser("Auditor")

    assert "accept_as_proposed" not in auditor.get(QUEUE).content.decode()
    decide(auditor, "accept_as_proposed", proposal)

    assert Proposal.objects.get().state == "open"


def test_nobody_sees_the_queue_without_the_permission() -> None:
    assert browser("", name="stranger").get(QUEUE).status_code == 403
    assert Client().get(QUEUE).headers["Location"].startswith(reverse("admin:login"))


def test_hostile_text_in_the_queue_is_text() -> None:
    proposed(quote=f"{EVIL} 80 000", outlet=EVIL, origin=f"{EVIL}2", speaker=EVIL, title=EVIL)

    answer = browser().get(QUEUE)

    assert EVIL not in answer.content.decode()
    assert EVIL in text(answer)
