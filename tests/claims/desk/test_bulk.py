"""Many decisions at once: bit by bit, with a bar, and a report of what was refused."""

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from claims.desk import bulk
from claims.models import Entry, Proposal, Run
from tests.claims import build
from tests.claims.desk.screens import browser, page, proposed, text
from tests.claims.desk.test_browser import reviewer

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["reviewer"]
pytestmark = pytest.mark.django_db
QUEUE = "/admin/claims/proposal/"


def asked(client: Client, action: str, **fields: Any) -> Any:
    """Tick every box of the queue and choose an action."""
    shown = page(client.get(QUEUE))
    sent = {
        "action": action,
        "_selected_action": shown.xpath("//input[@name='_selected_action']/@value"),
        "shown": shown.xpath("//input[@name='shown']/@value"),
        **fields,
    }
    return client.post(QUEUE, sent)


def many(number: int = 24) -> None:
    for each in range(1, number + 1):
        proposed(number=each, quote=f"Phrase {each}.")


def test_many_are_accepted_step_by_step_and_what_is_refused_is_told() -> None:
    many()
    client, other = browser(), browser(name="bo")
    answer = asked(client, "accept_as_proposed")
    assert not Entry.objects.exists()
    first = Proposal.objects.order_by("-priority", "id")[0]
    build_one = {"verb": "dismiss", "expected": "0", "revision": "1", "reason": "Non.",
                 "command": "00000000-0000-4000-8000-000000000001"}  # fmt: skip
    other.post(f"{QUEUE}{first.pk}/change/", build_one)
    for _ in range(10):
        shown = client.post(answer.headers["Location"])
    assert "24 of 24 are decided or refused." in text(shown)
    assert "Bo Diallo has dismissed this proposal already" in text(shown)
    assert Proposal.objects.filter(state="accepted").count() == 23
    assert Entry.objects.count() == 23


def test_several_of_one_claim_are_decided_one_after_the_other() -> None:
    claim = build.recorded(build.begins(99))
    for each in range(1, 23):
        proposed(claim, each, quote=f"Phrase {each}.", origin=f"Origin {each}")
    client = browser()
    answer = asked(client, "dismiss_with_reason", because="", reason="Autre chose.")
    for _ in range(5):
        shown = client.post(answer.headers["Location"])
    assert "Refused" not in text(shown)
    assert Entry.objects.filter(type="dismissed").count() == 22


def test_a_step_that_was_cut_off_decides_nothing_twice() -> None:
    many()
    answer = asked(browser(), "accept_as_proposed")
    run = Run.objects.get()
    bulk.step(run)
    Run.objects.update(done=0, own={}, refused=[])
    browser().post(answer.headers["Location"])
    run.refresh_from_db()
    assert (run.done, run.refused) == (bulk.A_STEP, [])
    assert Entry.objects.count() == bulk.A_STEP


def test_a_few_are_decided_at_once() -> None:
    many(3)
    answer = asked(browser(), "accept_as_proposed")
    assert answer.headers["Location"].startswith(QUEUE)
    assert Entry.objects.count() == 3
    assert not Run.objects.exists()


def test_nobody_goes_on_with_what_somebody_else_asked_for() -> None:
    many()
    answer = asked(browser(), "accept_as_proposed")
    assert browser(name="bo").post(answer.headers["Location"]).status_code == 404
    assert not Entry.objects.exists()


@pytest.mark.slow
def test_the_bar_goes_to_its_end_by_itself(reviewer: "Page") -> None:
    many(25)
    reviewer.goto(QUEUE)
    reviewer.check("#action-toggle")
    reviewer.select_option("select[name=action]", "accept_as_proposed")
    reviewer.click("button[name=index]")
    reviewer.get_by_text("25 of 25 are decided or refused.").wait_for()
    assert reviewer.locator("progress").get_attribute("value") == "25"
    assert Entry.objects.count() == 25
