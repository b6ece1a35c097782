"""The first page: what waits, what happened, and what a new reviewer does first."""

import pytest

from tests.claims import build
from tests.claims.desk.screens import browser, page, proposed, text

pytestmark = pytest.mark.django_db


def tiles(group: str) -> dict[str, str]:
    """The numbers of the first page, by their titles."""
    found = page(browser(group).get("/admin/")).xpath("//a[@class='desk-tile']")
    return {str(one[0].tail): str(one[0].text) for one in found}


def test_the_first_page_counts_what_waits() -> None:
    proposed()
    build.recorded(build.begins(5), build.disputed(6))

    assert tiles("Reviewer") == {
        "Proposals": "1",
        "Disputed claims": "1",
        "Waiting documents": "0",
        "Failed documents": "0",
    }


def test_the_latest_events_are_sentences() -> None:
    build.recorded(build.begins(), build.disputed(3))

    assert "user:1 recorded a denial: Paper 3 writes" in text(browser().get("/admin/"))


def test_an_empty_desk_tells_what_to_do_first() -> None:
    assert "Hand in a document under Documents" in text(browser().get("/admin/"))


def test_every_page_of_the_menu_opens() -> None:
    root = browser("", name="root", is_superuser=True)
    links = page(root.get("/admin/")).xpath("//*[@id='nav-sidebar-apps']//a/@href")

    assert len(links) == 17
    for link in [*links, "/admin/claims/", "/admin/sources/", "/admin/password_change/"]:
        assert root.get(link).status_code == 200


def test_the_sidebar_offers_only_what_one_may_see() -> None:
    reviewer = browser().get("/admin/").content.decode()
    root = browser("", name="root", is_superuser=True).get("/admin/").content.decode()

    assert "/admin/claims/apikey/" not in reviewer
    assert "/admin/claims/apikey/" in root
    assert "/admin/auth/user/" in root


def test_only_the_list_that_is_open_is_marked_in_the_sidebar() -> None:
    for query, title in (("", "Claims"), ("?status__exact=disputed", "Disputed claims")):
        opened = page(browser().get(f"/admin/claims/claim/{query}"))
        (marked,) = opened.xpath("//*[@id='nav-sidebar-apps']//a[contains(@class, ' active')]")
        assert title in marked.text_content()


def test_users_and_groups_are_kept_with_their_forms_and_nobody_is_deleted() -> None:
    root = browser("", name="root", is_superuser=True)
    person = build.person("leaver")

    assert root.get("/admin/auth/user/add/").status_code == 200
    assert root.get(f"/admin/auth/user/{person.pk}/change/").status_code == 200
    assert root.get("/admin/auth/group/").status_code == 200
    assert root.post(f"/admin/auth/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
