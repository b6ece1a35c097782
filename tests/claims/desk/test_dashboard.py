"""The first page: what waits, what happened, and what a new reviewer does first."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.desk import figures
from claims.models import Proposal
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
        "For me": "0",
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

    assert len(links) == 19
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


def decided(number: int, state: str, who: str) -> None:
    """A proposal that somebody decided two hours after it came."""
    proposal = proposed(number=number, quote=f"Phrase {number}.")
    person, _ = User.objects.get_or_create(username=who)
    at = timezone.now() - timedelta(days=1)
    Proposal.objects.filter(pk=proposal.pk).update(
        state=state, created_at=at - timedelta(hours=2), decided_at=at, decided_by=person
    )


def test_the_first_page_tells_how_the_queue_and_its_decisions_do() -> None:
    for number, state in enumerate(("accepted", "accepted", "dismissed"), 1):
        decided(number, state, "bo")
    proposed(number=9)
    shown = text(browser("Editor", name="jeanne").get("/admin/"))
    for words in (
        "The queue, by age", "Decisions, by person", "bo323", "Time to decision", "2.02.0",
        "Accepted, by matcher", "673", "Silent feeds", "Disputed claims that moved",
    ):  # fmt: skip
        assert words in shown, words


def test_who_decided_how_much_is_for_those_who_may_see_it() -> None:
    decided(1, "accepted", "bo")
    client = browser()
    assert "Decisions, by person" not in text(client.get("/admin/"))
    assert client.get("/admin/figures/people.csv").status_code == 404
    assert browser("Editor", name="jeanne").get("/admin/figures/people.csv").status_code == 200


def test_the_numbers_are_there_as_csv_and_no_cell_is_a_formula() -> None:
    decided(1, "accepted", "=cmd()")
    answer = browser("Editor", name="jeanne").get("/admin/figures/people.csv?days=30")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode().splitlines()[1] == "'=cmd(),1,1,1"


def test_the_first_page_takes_as_many_queries_however_much_was_decided() -> None:
    client = browser("Editor", name="jeanne")

    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/admin/?days=90")
        return len(asked)

    decided(1, "accepted", "bo")
    counted()
    before = counted()
    for number in range(2, 20):
        decided(number, "dismissed", f"person {number}")
    assert counted() == before


def test_every_bar_stays_within_its_picture() -> None:
    rows = (("a", 0), ("b", 3), ("c", 12))
    table = figures.Figures(name="x", title="X", columns=("a", "b"), rows=rows)
    assert [length for _row, length in table.bars] == [0.0, 25.0, 100.0]
    nothing = figures.Figures(name="x", title="X", columns=("a", "b"), rows=(("a", 0),))
    assert [length for _row, length in nothing.bars] == [0.0]
