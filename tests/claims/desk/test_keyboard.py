"""A reviewer's day by keyboard, in a real browser, alone and with somebody else on one claim."""

import time
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from claims.models import Claim, Entry, Proposal
from tests.claims import build
from tests.claims.desk.screens import at, proposed
from tests.claims.desk.test_browser import PASSWORD, reviewer
from tests.journeys.at_work import reviewer as another

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["reviewer"]
pytestmark = pytest.mark.slow
DECISIONS = 100


def test_accept_dismiss_skip_undo_attach_and_begin_without_a_mouse(reviewer: "Page") -> None:
    known = build.recorded(build.begins(9, wording="La piscine de Bruzac a fermé.", language="fr"))
    for number in range(1, 6):
        proposed(number=number, quote=f"Phrase numéro {number}.", score=1 - number / 10)
    link = proposed(known, 7, quote="Le stade a brûlé.", score=0.1)
    keys = reviewer.keyboard

    reviewer.goto("/admin/claims/proposal/")
    keys.press("a")
    reviewer.get_by_text("Phrase numéro 1.").first.wait_for()
    keys.press("a")
    reviewer.get_by_text("Accepted: ").wait_for()
    keys.press("u")
    reviewer.get_by_text("Undone: it waits again").wait_for()
    assert "Phrase numéro 1." in reviewer.inner_text("mark")
    keys.press("a")
    reviewer.get_by_text("Accepted: ").wait_for()
    keys.press("d")
    keys.press("ArrowDown")
    keys.press("Control+Enter")
    reviewer.get_by_text("Dismissed: ").wait_for()
    assert "Phrase numéro 3." in reviewer.inner_text("mark")
    keys.press("s")
    reviewer.wait_for_function("document.querySelector('mark').innerText.includes('4')")
    keys.press("c")
    keys.type("piscin")
    reviewer.get_by_role("link", name="La piscine de Bruzac").wait_for()
    keys.press("ArrowDown")
    keys.press("Enter")
    reviewer.get_by_text("Accept it as evidence for this claim instead.").wait_for()
    keys.press("a")
    reviewer.get_by_text("Accepted: ").wait_for()
    reviewer.goto(at(link))
    keys.press("n")
    keys.press("Control+a")
    keys.type("Le stade de Bruzac a brûlé.")
    keys.press("Control+Enter")
    reviewer.get_by_text("Accepted: ").wait_for()

    assert Proposal.objects.filter(state="dismissed").get().reason == "It is about something else."
    assert Claim.objects.get(id=known).articles == 2
    assert Claim.objects.filter(wording="Le stade de Bruzac a brûlé.").exists()
    assert sorted(Proposal.objects.filter(state="open").values_list("wording", flat=True))
    assert Entry.objects.filter(type="withdrawn").count() == 1


def test_single_keys_are_left_alone_while_typing_and_can_be_switched_off(reviewer: "Page") -> None:
    proposal = proposed()
    reviewer.goto(at(proposal))
    reviewer.keyboard.press("e")
    reviewer.keyboard.type("a d s u")
    assert "a d s u" in reviewer.input_value("#wording")
    reviewer.keyboard.press("Escape")
    reviewer.keyboard.press("?")
    reviewer.get_by_role("dialog").wait_for()
    reviewer.uncheck("#desk-keys-on")
    reviewer.get_by_role("button", name="Close").click()
    reviewer.keyboard.press("a")
    time.sleep(0.3)
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_two_reviewers_on_one_proposal_see_each_other_and_the_second_loses_nothing(
    reviewer: "Page",
) -> None:
    proposal = proposed()
    another("bo", "Bo")
    context = reviewer.context.browser.new_context(  # type: ignore[union-attr]
        base_url=reviewer.url.partition("/admin")[0]
    )
    second = context.new_page()
    second.goto("/admin/")
    second.fill("[name=username]", "bo")
    second.fill("[name=password]", PASSWORD)
    second.press("[name=password]", "Enter")
    second.wait_for_url("**/admin/")
    reviewer.goto(at(proposal))
    second.goto(at(proposal))
    second.get_by_text("Amina has this open, too.").wait_for()
    second.fill("#reason", "Je tapais encore.")
    reviewer.keyboard.press("a")
    reviewer.get_by_text("The queue is empty").wait_for()
    second.keyboard.press("Control+Enter")
    second.get_by_text("Amina has accepted this proposal already").wait_for()
    assert second.input_value("#typed") == "Je tapais encore."
    context.close()


def test_a_hundred_decisions_by_keyboard(reviewer: "Page") -> None:
    for number in range(1, DECISIONS + 1):
        proposed(number=number, quote=f"Phrase numéro {number}.")
    reviewer.goto("/admin/claims/proposal/")
    began = time.monotonic()
    reviewer.keyboard.press("a")
    for number in range(DECISIONS):
        reviewer.wait_for_selector("mark")
        with reviewer.expect_navigation():
            if number % 3:
                reviewer.keyboard.press("a")
            else:
                reviewer.keyboard.press("d")
                reviewer.keyboard.press("ArrowDown")
                reviewer.keyboard.press("Control+Enter")
    took = time.monotonic() - began
    print(f"{DECISIONS} decisions in {took:.1f} s, {took / DECISIONS:.2f} s each")  # noqa: T201
    assert not Proposal.objects.filter(state="open").exists()
    assert Proposal.objects.filter(state="dismissed").count() == 34


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_tablet_with_everything_open(reviewer: "Page", scheme: str) -> None:
    claim = build.recorded(build.begins(9), build.corroborated())
    proposal = proposed(claim, 5, quote="Oui.")
    decided = proposed(claim, 6, quote="Non.")
    reviewer.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    reviewer.set_viewport_size({"width": 820, "height": 1180})
    reviewer.goto(at(decided))
    reviewer.keyboard.press("a")
    reviewer.get_by_text("Accepted: ").wait_for()
    found = {}
    for address in (at(proposal), "/admin/claims/proposal/"):
        reviewer.goto(address)
        reviewer.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        for fault in Axe().run(reviewer).response["violations"]:
            if fault["impact"] in {"critical", "serious"}:
                found[address, fault["id"]] = [node["html"][:120] for node in fault["nodes"]]
        width = reviewer.evaluate("document.documentElement.scrollWidth")
        assert width <= 820, address
    assert not found
