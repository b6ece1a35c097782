"""Logging in with two factors in a real browser: by keyboard, in light and dark, axe content."""

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.claims.access.phone import ADMIN, LOGIN, PASSWORD, SECURITY, code, somebody

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow


def give_password(page: "Page", password: str = PASSWORD) -> None:
    page.goto(LOGIN)
    page.fill("[name=username]", "amina")
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


def faults(page: "Page") -> list[Any]:
    page.wait_for_load_state("networkidle")
    return [
        (page.url, one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in Axe().run(page).response["violations"]
        if one["impact"] in {"critical", "serious"}
    ]


def told(line: Any) -> str:
    """What the browser says, and about which address."""
    return f"{line.text} {line.location['url']}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_reviewer_enrols_and_logs_in_with_the_phone(browser_page: "Page", scheme: Any) -> None:
    user, page = somebody(), browser_page
    page.emulate_media(color_scheme=scheme)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(told(line)) if line.type == "error" else None)
    page.goto(LOGIN)
    found = faults(page)

    give_password(page)
    page.goto(SECURITY)
    found += faults(page)
    page.get_by_role("link", name="Set up the second factor").press("Enter")
    found += faults(page)
    page.get_by_label("Code").fill(code(user))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    recovery = page.locator("#codes li").first.inner_text()
    found += faults(page)
    page.goto(SECURITY)
    page.get_by_role("link", name="Remove the second factor").press("Enter")
    found += faults(page)

    page.context.clear_cookies()
    give_password(page)
    page.get_by_label("Code").wait_for()
    found += faults(page)
    page.get_by_label("Code").fill(recovery)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ADMIN}")

    assert not found
    assert not [error for error in errors if "favicon" not in error]


def test_who_is_shut_out_reads_how_long(browser_page: "Page") -> None:
    somebody()
    for _ in range(5):
        give_password(browser_page, "wrong")
    browser_page.get_by_text("refused for 15 minutes").wait_for()
    assert not faults(browser_page)
