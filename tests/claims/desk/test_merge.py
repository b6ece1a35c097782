"""Merging, its undoing and moving evidence: looked at beforehand, done, and undone."""

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from claims import picture
from claims.events import Withdrawn
from claims.models import Claim, Entry
from tests.claims import build
from tests.claims.desk.screens import EVIL, at, browser, form, page, text

pytestmark = pytest.mark.django_db
CLAIM = "/admin/claims/claim/"


def test_a_claim_is_merged_after_a_look_and_the_merge_is_undone() -> None:
    one = build.recorded(build.begins(1, wording="Le compte a 80 000 abonnés.", language="fr"))
    other = build.recorded(
        build.begins(7, origin="R", wording="80 000 abonnés suivaient le compte.", language="fr")
    )
    editor = browser("Editor")
    asked = editor.get(f"{CLAIM}{one}/merge/")
    assert "80 000 abonnés suivaient le compte." in text(asked)
    address = f"{CLAIM}{one}/merge/?with={other}"
    looked = editor.get(address)
    assert "Corroborated 2 articles, 2 origins" in text(looked)
    assert Entry.objects.count() == 2
    done = editor.post(address, form(looked, "merge") | {"reason": "La même."}, follow=True)
    assert "can be undone" in text(done)
    assert "This claim became part of:" in text(done)
    address = f"{CLAIM}{one}/unmerge/"
    done = editor.post(address, form(editor.get(address), "unmerge"), follow=True)
    assert "stand by themselves again" in text(done)
    assert [row.status for row in Claim.objects.all()] == ["asserted", "asserted"]


def test_evidence_is_moved_after_a_look() -> None:
    one = build.recorded(build.begins(1), build.corroborated(2))
    other = build.recorded(build.begins(7, origin="Reuters"))
    editor = browser("Editor")
    address = f"{CLAIM}{one}/move/?version=2"
    assert build.QUOTE in text(editor.get(address))
    address = f"{address}&with={other}"
    looked = editor.get(address)
    done = editor.post(address, form(looked, "move") | {"reason": "Autre compte."}, follow=True)
    assert "stands for the other claim now" in text(done)
    assert Claim.objects.get(id=other).status == "corroborated"
    again = editor.get(f"{CLAIM}{one}/move/?version=2")
    assert "stands no more" in text(again)


def test_other_claims_are_offered_while_one_types_and_never_the_claim_itself() -> None:
    one = build.recorded(build.begins(1, wording="La piscine ferme.", language="fr"))
    build.recorded(build.begins(7, wording="La piscine rouvre.", language="fr"))
    found = browser("Editor").get(f"{CLAIM}{one}/meant/", {"q": "piscine", "version": "2"})
    shown = found.content.decode()
    assert "rouvre" in shown
    assert "ferme" not in shown
    assert "version=2" in shown


@pytest.mark.parametrize("page_", ["merge", "unmerge", "move"])
def test_only_editors_merge_and_move(page_: str) -> None:
    one, other = build.recorded(build.begins(1)), build.recorded(build.begins(7))
    for group in ("Reviewer", "Auditor"):
        client = browser(group, name=group.lower())
        address = f"{CLAIM}{one}/{page_}/?with={other}&version=1"
        assert client.get(address).status_code == 403
        assert client.post(address, {"expected": "1"}).status_code == 403


def test_what_is_no_claim_is_not_found() -> None:
    one, editor = build.recorded(build.begins(1)), browser("Editor")
    for address in (f"{uuid4()}/merge/", f"{one}/merge/?with={uuid4()}", f"{one}/merge/?with=x"):
        assert editor.get(f"{CLAIM}{address}").status_code == 404
    assert editor.get(f"{CLAIM}{one}/move/").status_code == 400
    assert "not part of another" in text(editor.get(f"{CLAIM}{one}/unmerge/"))


def test_a_long_history_is_drawn_and_told_in_pages_with_as_many_queries() -> None:
    claim = build.recorded(build.begins(1))
    client = browser("Editor")
    row = Claim.objects.get()

    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(at(row))
        return len(asked)

    counted()
    before = counted()
    for number in range(2, 140):
        word = build.corroborated(number, origin=f"Origin {number}", title=EVIL)
        build.say(claim, word)
    shown = client.get(at(row))
    assert counted() <= before + 1
    assert len(page(shown).xpath("//ol[@class='desk-timeline']/li")) == 100
    assert "Earlier events" in text(shown)
    older = page(client.get(f"{at(row)}?entries=2"))
    assert older.xpath("//li[@id='v1']")
    (drawn,) = page(shown).xpath("//svg")
    assert drawn.xpath(".//a")
    assert not page(shown).xpath("//script[contains(., 'evil')]")


def test_the_page_says_whether_the_signed_log_holds_the_history() -> None:
    claim = Claim.objects.get(id=build.recorded(build.begins(1)))
    assert "No checkpoint is signed yet." in text(browser().get(at(claim)))


words = st.sampled_from(["asserted", "corroborated", "disputed", "rated", "withdrawn", "merged"])


@given(st.lists(st.tuples(words, st.integers(0, 10**7)), min_size=1, max_size=60))
def test_every_life_fits_into_its_picture(life: list[tuple[str, int]]) -> None:
    seconds = sorted(after for _word, after in life)
    entries = [
        (version, word, build.AT + timedelta(seconds=after))
        for version, ((word, _after), after) in enumerate(zip(life, seconds, strict=True), 1)
    ]
    marks = list(picture._marks(entries, entries[0][2], entries[-1][2]))
    assert sum(mark.number for mark in marks) == len(life)
    assert all(0 <= mark.x <= picture.WIDTH and 8 <= mark.y <= picture.HEIGHT - 8 for mark in marks)
    rows: dict[float, list[float]] = {}
    for mark in marks:
        rows.setdefault(mark.y, []).append(mark.x)
    assert all(b - a >= picture.STEP for xs in rows.values() for a, b in pairwise(sorted(xs)))


def test_the_picture_is_whole_xml() -> None:
    claim = build.recorded(build.begins(1), build.corroborated(), build.disputed(3))
    shown = browser().get(at(Claim.objects.get(id=claim))).content.decode()
    svg = shown[
        shown.index('<svg viewBox="0 0 720') : shown.index(
            "</svg>", shown.index('<svg viewBox="0 0 720')
        )
        + 6
    ]
    root = etree.fromstring(svg.encode())
    assert root.get("role") == "group"


def test_the_picture_ends_as_the_claim_stands_where_something_was_erased() -> None:
    claim = build.recorded(
        build.begins(1),
        build.asserted(2, origin="Agency 1"),
        build.disputed(3),
        Withdrawn(version=3, reason="A slip."),
    )
    build.erased(claim, 2)
    drawn = picture.of_life(Entry.objects.filter(stream_id=claim).order_by("-version"))
    assert drawn["stretches"][-1].status == Claim.objects.get(id=claim).status == "asserted"
