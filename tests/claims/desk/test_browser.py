"""The pages in a real browser: they work by keyboard, in light and dark, and axe finds no fault."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group, Permission, User
from django.utils.timezone import localtime

from claims.clients import webhooks
from claims.events import DisputeKind, Quantity
from claims.models import Claim, Entry, Proposal
from tests.claims import build
from tests.claims.desk.screens import at, proposed

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Server

pytestmark = pytest.mark.slow
PASSWORD = "a long pass phrase"


@pytest.fixture
def reviewer(live: "Server", browser_page: "Page") -> "Page":
    """A browser window in which a reviewer has logged in, as by hand."""
    user = User.objects.create_user("amina", password=PASSWORD, is_staff=True, first_name="Amina")
    user.groups.add(Group.objects.get(name="Editor"))
    browser_page.goto("/admin/")
    browser_page.fill("[name=username]", "amina")
    browser_page.fill("[name=password]", PASSWORD)
    browser_page.press("[name=password]", "Enter")
    browser_page.wait_for_url("**/admin/")
    return browser_page


def test_a_reviewer_accepts_in_the_queue_and_on_the_page(reviewer: "Page") -> None:
    first, second = proposed(number=1, score=0.9), proposed(number=2, quote="Autre chose.")

    reviewer.goto("/admin/claims/proposal/")
    reviewer.check(f"input[value='{first.pk}']")
    reviewer.select_option("select[name=action]", "accept_as_proposed")
    reviewer.click("button[name=index]")
    reviewer.get_by_text("1 proposal accepted.").wait_for()
    reviewer.get_by_role("link", name=second.wording).click()
    reviewer.fill("#wording", "Ce que j’en dis.")
    reviewer.get_by_role("button", name="Accept").dblclick()
    reviewer.get_by_text("The queue is empty").wait_for()

    assert set(Claim.objects.values_list("wording", flat=True)) == {
        first.wording,
        "Ce que j’en dis.",
    }
    assert Entry.objects.count() == 2
    assert not Proposal.objects.filter(state="open").exists()


def test_a_reviewer_dismisses_without_a_mouse(reviewer: "Page") -> None:
    proposal = proposed()
    reviewer.goto(at(proposal))

    reviewer.keyboard.press("d")
    reviewer.keyboard.press("Tab")
    reviewer.keyboard.type("Hors sujet.")
    reviewer.keyboard.press("Tab")
    reviewer.keyboard.press("Enter")
    reviewer.get_by_text("The queue is empty").wait_for()

    assert Proposal.objects.get().reason == "Hors sujet."


def test_filters_open_and_apply_by_keyboard(reviewer: "Page") -> None:
    proposed()
    reviewer.goto("/admin/claims/proposal/")

    reviewer.locator("summary", has_text="Stance").focus()
    reviewer.keyboard.press("Enter")
    reviewer.keyboard.press("Tab")
    reviewer.keyboard.press("Tab")
    reviewer.keyboard.press("Enter")
    reviewer.wait_for_url("**stance=disputes**")


def test_a_reviewer_looks_back_by_keyboard_and_returns(reviewer: "Page") -> None:
    claim = build.recorded(build.begins())
    before = localtime(Entry.objects.get().recorded_at)
    build.say(claim, build.disputed(3))
    reviewer.goto(at(Claim.objects.get()))

    reviewer.get_by_text("As of another moment").focus()
    reviewer.keyboard.press("Enter")
    field = reviewer.get_by_label("As we said it on")
    field.fill((before + timedelta(milliseconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3])
    reviewer.keyboard.press("Tab")
    reviewer.get_by_role("button", name="Show").press("Enter")
    reviewer.get_by_text("position 0").first.wait_for()
    assert reviewer.get_by_text("nothing can be decided here").is_visible()
    assert not reviewer.get_by_text("Rate this claim").count()
    assert not reviewer.get_by_role("heading", name="Disputes").count()
    reviewer.get_by_role("link", name="Back to now").press("Enter")
    reviewer.get_by_role("heading", name="Disputes").wait_for()
    assert reviewer.get_by_text("Rate this claim").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault_or_an_error(reviewer: "Page", scheme: str) -> None:
    figures = {"ours": Quantity(**build.OURS), "theirs": Quantity(**build.THEIRS)}
    disputed = build.disputed(3, kind=DisputeKind.FIGURE, **figures)
    claim = Claim.objects.get(id=build.recorded(build.begins(), build.corroborated(), disputed))
    proposal = proposed(claim.pk, 5, quote="Oui.")
    reviewer.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    errors: list[str] = []
    reviewer.on("pageerror", lambda error: errors.append(str(error)))
    reviewer.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)

    found = {}
    pages = ("proposal", "claim", "entry", "subscription", "delivery", "pulled")
    editor = User.objects.get(username="amina")
    editor.user_permissions.set(Permission.objects.filter(codename__endswith="_subscription"))
    webhook = webhooks.subscribe(
        name="The website", user=editor, url="https://paper.example/hook", at=build.AT
    )
    webhooks.stop(webhook, "The address answered: 410 Gone", at=build.AT)
    webhooks.test(webhook, at=build.AT)
    addresses = [
        "/admin/",
        at(proposal),
        at(claim),
        f"{at(claim)}?as_of=1",
        "/admin/sources/document/add/",
        "/admin/claims/subscription/add/",
        f"/admin/claims/subscription/{webhook.pk}/change/",
    ]
    for address in [*addresses, *(f"/admin/claims/{page}/" for page in pages)]:
        reviewer.goto(address)
        reviewer.wait_for_load_state("networkidle")
        for fault in Axe().run(reviewer).response["violations"]:
            if fault["impact"] in {"critical", "serious"}:
                found[address, fault["id"]] = [node["html"][:120] for node in fault["nodes"]]

    assert not found
    assert not [error for error in errors if "favicon" not in error]
