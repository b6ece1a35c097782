"""Two people on one claim, each in a browser of their own; and the pages that change two claims."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from claims.models import Claim
from tests.claims import build
from tests.claims.desk.screens import at
from tests.claims.desk.test_browser import PASSWORD, reviewer
from tests.journeys.at_work import reviewer as another

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["reviewer"]
pytestmark = pytest.mark.slow


@pytest.fixture
def bo(reviewer: "Page") -> Iterator["Page"]:
    """A second window, in which Bo has logged in."""
    another("bo", "Bo")
    context = reviewer.context.browser.new_context(  # type: ignore[union-attr]
        base_url=reviewer.url.partition("/admin")[0]
    )
    window = context.new_page()
    window.goto("/admin/")
    window.fill("[name=username]", "bo")
    window.fill("[name=password]", PASSWORD)
    window.press("[name=password]", "Enter")
    window.wait_for_url("**/admin/")
    yield window
    context.close()


@pytest.fixture
def claim() -> Claim:
    return Claim.objects.get(id=build.recorded(build.begins(), build.corroborated()))


def opened(window: "Page", words: str) -> None:
    window.locator("summary", has_text=words).click()


def test_what_bo_typed_is_kept_beside_what_amina_did_and_then_done(
    reviewer: "Page", bo: "Page", claim: Claim
) -> None:
    for window in (reviewer, bo):
        window.goto(at(claim))
    opened(bo, "Rate this claim")
    bo.select_option("select[name=verdict]", "misleading")
    bo.fill("[name=explanation]", "Le chiffre est vieux.")
    opened(reviewer, "Reword the claim")
    reviewer.fill("[name=wording]", "Mieux dit.")
    reviewer.get_by_role("button", name="Reword").click()
    reviewer.get_by_text("The claim is reworded.").wait_for()
    bo.get_by_role("button", name="Rate", exact=True).click()
    bo.get_by_text("What happened meanwhile").wait_for()
    shown = bo.inner_text("#content-main")
    for words in ("Rate the claim", "Misleading", "Le chiffre est vieux.", "Amina", "Mieux dit."):
        assert words in shown
    bo.get_by_role("button", name="Do it all the same").click()
    bo.get_by_text("a second person has to confirm it").wait_for()


def test_four_eyes_see_a_verdict_before_anybody_else(
    reviewer: "Page", bo: "Page", claim: Claim
) -> None:
    bo.goto(at(claim))
    opened(bo, "Rate this claim")
    bo.select_option("select[name=verdict]", "false")
    bo.fill("[name=explanation]", "Le compteur dit 61 000.")
    bo.get_by_role("button", name="Rate", exact=True).click()
    bo.get_by_text("To be confirmed").first.wait_for()
    assert not bo.get_by_role("button", name="Confirm this rating").count()
    reviewer.goto("/admin/claims/claim/?verdict=mine")
    reviewer.get_by_role("link", name="Le compte a 80 000 abonnés.").click()
    reviewer.get_by_role("button", name="Confirm this rating").click()
    reviewer.get_by_text("The rating is confirmed.").wait_for()
    opened(reviewer, "Withdraw the verdict at once")
    reviewer.locator("form:has([value=unrate]) [name=reason]").fill("Le compteur se trompe.")
    reviewer.get_by_role("button", name="Take back").click()
    reviewer.get_by_text("Nobody has rated this claim yet.").wait_for()


def test_claims_are_merged_by_keyboard_and_parted_again(reviewer: "Page", claim: Claim) -> None:
    build.recorded(build.begins(7, origin="Reuters", wording="La gare ferme.", language="fr"))
    reviewer.goto(at(claim))
    reviewer.get_by_role("link", name="Merge into another claim").press("Enter")
    reviewer.wait_for_selector("#with")
    reviewer.keyboard.press("c")
    reviewer.keyboard.type("gare")
    reviewer.wait_for_selector("#meant a")
    reviewer.keyboard.press("ArrowDown")
    reviewer.keyboard.press("Enter")
    reviewer.get_by_text("3 articles, 3 origins").wait_for()
    reviewer.get_by_role("button", name="Merge").press("Enter")
    reviewer.get_by_text("This claim became part of:").wait_for()
    reviewer.get_by_role("link", name="Undo the merge").press("Enter")
    reviewer.get_by_role("button", name="Undo the merge").press("Enter")
    reviewer.get_by_text("Both claims stand by themselves again.").wait_for()
    assert set(Claim.objects.values_list("merged_into", flat=True)) == {None}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_two_claims(
    reviewer: "Page", claim: Claim, scheme: str
) -> None:
    other = build.recorded(build.begins(7, origin="R", wording="La gare ferme.", language="fr"))
    reviewer.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    base = f"/admin/claims/claim/{claim.pk}"
    found = {}

    def looked(name: str) -> None:
        reviewer.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        for fault in Axe().run(reviewer).response["violations"]:
            if fault["impact"] in {"critical", "serious"}:
                found[name, fault["id"]] = [node["html"][:120] for node in fault["nodes"]]

    reviewer.goto("/admin/for-me/")
    looked("for me")
    reviewer.goto("/admin/")
    looked("overview")
    for part in ("merge/", f"merge/?with={other}", f"move/?version=2&with={other}", "change/"):
        reviewer.goto(f"{base}/{part}")
        looked(part)
    reviewer.locator("form:has([value=reword]) [name=wording]").fill("Mieux.")
    build.say(claim.pk, build.disputed(9))
    reviewer.get_by_role("button", name="Reword").click()
    reviewer.get_by_text("What happened meanwhile").wait_for()
    looked("collision")
    assert not found


def test_ten_thousand_events_on_one_claim_are_shown_in_pages(reviewer: "Page") -> None:
    claim = build.recorded(build.begins(1))
    for begin in range(2, 10_000, 1000):
        words = [build.asserted(number, origin="Agency 1") for number in range(begin, begin + 1000)]
        build.say(claim, *words)
    reviewer.goto(f"/admin/claims/claim/{claim}/change/")
    reviewer.get_by_role("link", name="Earlier events").click()
    reviewer.get_by_text("Later events").wait_for()
    assert reviewer.locator("ol.desk-timeline > li").count() == 100
    assert reviewer.locator("svg a").count() < 200
