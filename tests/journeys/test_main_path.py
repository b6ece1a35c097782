"""The main job: documents, worker, proposals, decisions in a browser, status and feed by key."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from claims.models import Claim, Entry, Proposal
from sources import intake
from tests.claims.desk.screens import proposed
from tests.client import API, key
from tests.journeys.at_work import PASSWORD, reviewer, states, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.conftest import Server

pytestmark = pytest.mark.slow
SEEDS = Path(__file__).resolve().parents[2] / "seeds"
FILES = ("01-avp-depeche.txt", "02-courrier-reprise.html", "05-hexametre-enquete.html")
QUEUE = "/admin/claims/proposal/"


def hand_in_the_demo() -> None:
    """Some of the demo's documents, which tell one story with two figures in it."""
    for about in json.loads((SEEDS / "documents.json").read_text(encoding="utf-8")):
        if about["file"] in FILES:
            intake.receive(
                body=(SEEDS / "documents" / about["file"]).read_bytes(),
                url=about["url"],
                filename=about["file"],
                content_type=about["content_type"],
                by="test",
                at=datetime.fromisoformat(about["received_at"]),
            )


def log_in(page: "Page", name: str) -> None:
    """Log in as by hand."""
    page.goto("/admin/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/")


def other_window(page: "Page", address: str) -> "Page":
    """Another browser on the same desk, which shares no cookie with the first."""
    browser: Browser | None = page.context.browser
    assert browser
    return browser.new_context(base_url=address, locale="en-GB").new_page()


def open_first(page: "Page") -> Proposal:
    """Open the first proposal of the queue, and say which one it is."""
    page.goto(QUEUE)
    first = Proposal.objects.filter(state="open").order_by(
        "-disputed", "-score", "created_at", "id"
    )[0]
    page.locator("#result_list").get_by_role("link", name=first.wording).first.click()
    page.wait_for_url(f"**{first.pk}/change/")
    return first


def test_from_documents_to_a_status_and_a_feed(
    worker: "Server", live: "Server", browser_page: "Page"
) -> None:
    reviewer("amina", "Amina")
    hand_in_the_demo()
    until(lambda: states() == {"read"})

    log_in(browser_page, "amina")
    accepted = open_first(browser_page)
    assert accepted.findings.count() > 1
    browser_page.get_by_role("button", name="Accept").click()
    browser_page.get_by_text("Accepted: ").wait_for()
    dismissed = open_first(browser_page)
    browser_page.fill("#reason", "Hors sujet.")
    browser_page.get_by_role("button", name="Dismiss").click()
    browser_page.get_by_text("Dismissed: ").wait_for()
    browser_page.goto(f"/admin/claims/claim/{accepted.claim}/change/")
    timeline = browser_page.locator(".desk-timeline").inner_text()

    assert f"Amina Diallo put it on record as “{accepted.wording}”" in timeline
    dismissed.refresh_from_db()
    assert (dismissed.state, dismissed.reason) == ("dismissed", "Hors sujet.")
    answers_by_key(live, Claim.objects.get())


def answers_by_key(live: "Server", claim: Claim) -> None:
    """What a developer elsewhere sees of it: the status, that it is unchanged, and every event."""
    bearer = {"Authorization": f"Bearer {key('Auditor')}"}
    with httpx.Client(base_url=live.url + API, headers=bearer) as client:
        shown = client.get(f"/claims/{claim.pk}/")
        assert (shown.status_code, shown.json()["status"]) == (200, "disputed")
        assert shown.headers["ETag"] == f'W/"{claim.version}"'  # it came compressed
        known = {"If-None-Match": shown.headers["ETag"]}
        again = client.get(f"/claims/{claim.pk}/", headers=known)
        assert (again.status_code, again.content) == (304, b"")

        events = followed(client)
        assert [event["position"] for event in events] == list(range(Entry.objects.count()))
        assert [event["version"] for event in events] == list(range(1, claim.version + 1))
        assert {event["claim"] for event in events} == {str(claim.pk)}
        assert {"asserted", "disputed"} <= {event["type"] for event in events}


def followed(client: httpx.Client) -> list[dict[str, Any]]:
    """Every event of the feed, two at a time, as docs/api.md says that it is followed."""
    events: list[dict[str, Any]] = []
    while True:
        answer = client.get("/events/", params={"from": len(events), "limit": 2}).json()
        if not answer["events"]:
            return events
        events += answer["events"]
        assert answer["next"] == len(events)


def test_who_decides_second_sees_what_the_first_did_and_loses_no_word(
    live: "Server", browser_page: "Page"
) -> None:
    for name in ("amina", "tomas"):
        reviewer(name, name.title())
    proposed()
    first, second = browser_page, other_window(browser_page, live.url)
    log_in(first, "amina")
    log_in(second, "tomas")
    proposal = open_first(first)
    assert open_first(second) == proposal

    first.get_by_role("button", name="Accept").click()
    first.get_by_text("Accepted: ").wait_for()
    second.fill("#reason", "Personne ne peut plus les compter.")
    second.get_by_role("button", name="Dismiss").click()
    told = second.get_by_role("alert").inner_text()

    assert "Amina Diallo has accepted this proposal already" in told
    assert second.locator("#typed").input_value() == "Personne ne peut plus les compter."
    proposal.refresh_from_db()
    assert proposal.state == "accepted"
    assert not Entry.objects.filter(type="dismissed").exists()
