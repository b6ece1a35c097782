"""Empty lists say what they are for, and lead on those who may take the next step."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.claims.desk.screens import browser, page, proposed, text
from tracker.pages import empty

pytestmark = pytest.mark.django_db


def lists() -> dict[str, str]:
    """Every list of the admin, by the name that its text has."""
    names = [f"{one._meta.app_label}_{one._meta.model_name}" for one in admin.site._registry]
    return {name: reverse(f"admin:{name}_changelist") for name in names}


def test_every_list_has_its_text() -> None:
    assert lists().keys() == empty.LISTS.keys()


def test_each_empty_list_says_what_it_is_for_and_what_to_do() -> None:
    root = browser("", name="root", is_superuser=True)
    for name, address in lists().items():
        if name in {"auth_user", "auth_group"}:
            continue  # They are never empty for who may look at them.
        shown, told = root.get(address), empty.LISTS[name]
        assert str(told.purpose) in text(shown), name
        assert str(told.step) in text(shown), name
        assert page(shown).xpath("//*[contains(@class, 'desk-empty')]//a"), name
        (link,) = page(shown).xpath("//*[contains(@class, 'desk-empty')]//a/@href")
        assert root.get(link).status_code == 200, name


def test_who_may_not_take_the_step_is_not_led_there() -> None:
    shown = browser("Auditor").get("/admin/sources/feed/")
    assert str(empty.LISTS["sources_feed"].purpose) in text(shown)
    assert not page(shown).xpath("//*[contains(@class, 'desk-empty')]//a")


def test_a_list_that_is_not_empty_or_only_filtered_says_nothing_of_it() -> None:
    proposed()
    purpose = str(empty.LISTS["claims_proposal"].purpose)
    client = browser()
    assert purpose not in text(client.get("/admin/claims/proposal/"))
    assert purpose not in text(client.get("/admin/claims/proposal/?state=dismissed"))
    filtered = text(client.get("/admin/claims/proposal/?q=nothing"))
    assert "No results found" in filtered
    assert purpose not in filtered
