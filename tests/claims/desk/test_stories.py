"""Stories, tags and notes: for the desk alone, and never in the history."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims import review
from claims.models import Claim, Entry, Mention, Note, Story, StoryClaim, Tag
from tests.claims import build
from tests.claims.desk.screens import EVIL, at, browser, page, proposed, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim() -> Claim:
    return Claim.objects.get(id=build.recorded(build.begins()))


def put(client: Client, claim: Claim, verb: str, **fields: Any) -> Any:
    address = f"/admin/claims/claim/{claim.pk}/shelf/"
    return client.post(address, {"verb": verb, **fields}, follow=True)


def test_a_claim_is_put_into_a_story_and_found_by_it_in_both_lists(claim: Claim) -> None:
    client, other = browser(), build.recorded(build.begins(9))
    client.post("/admin/claims/story/add/", {"name": "Élection 2027", "description": ""})
    story = Story.objects.get()
    put(client, claim, "join", story=story.pk)
    put(client, claim, "join", story=story.pk)
    link = proposed(claim.pk, 5, quote="Oui.")
    proposed(other, 6, quote="Non.")
    assert StoryClaim.objects.count() == 1
    found = page(client.get(f"/admin/claims/claim/?story={story.pk}"))
    assert found.xpath(f"//a[contains(@href, '{claim.pk}')]")
    assert not found.xpath(f"//a[contains(@href, '{other}')]")
    queue = page(client.get(f"/admin/claims/proposal/?story={story.pk}"))
    boxes = queue.xpath("//input[@name='_selected_action']/@value")
    assert boxes == [str(link.pk)]
    assert "Le compte a 80 000 abonnés." in text(
        client.get(f"/admin/claims/story/{story.pk}/change/")
    )
    put(client, claim, "leave", story=story.pk)
    assert not StoryClaim.objects.exists()
    assert Entry.objects.count() == 2


def test_a_merged_claim_is_shown_as_the_one_it_became_part_of(claim: Claim) -> None:
    story = Story.objects.create(name="Élection")
    StoryClaim.objects.create(story=story, claim=claim.pk)
    other = build.recorded(build.begins(9, wording="La suivante.", language="fr"))
    by = build.person("ada")
    review.merge(claim.pk, build.decision(by, 1), into=other, into_expected=1)
    shown = text(browser().get(f"/admin/claims/story/{story.pk}/change/"))
    assert "La suivante." in shown
    assert "80 000" not in shown


def test_tags_are_words_that_are_put_on_and_taken_off(claim: Claim) -> None:
    client = browser()
    put(client, claim, "tag", word="Santé, vaccins ,santé")
    assert sorted(Tag.objects.values_list("word", flat=True)) == ["santé", "vaccins"]
    put(client, claim, "untag", tag=Tag.objects.get(word="vaccins").pk)
    assert Tag.objects.count() == 1
    assert "Give a word." in text(put(client, claim, "tag", word=" , "))


def test_a_note_calls_upon_a_colleague_who_sees_it_once_as_new(claim: Claim) -> None:
    amina, bo = browser(), browser(name="bo")
    answer = put(amina, claim, "say", text=f"@bo regarde ceci, @nobody aussi. {EVIL}")
    assert "Nobody here is called @nobody" in text(answer)
    assert not page(answer).xpath("//script[contains(., 'evil')]")
    assert Mention.objects.get().person.username == "bo"
    assert "For me 1" in text(bo.get("/admin/"))
    mine = text(bo.get("/admin/for-me/"))
    assert "New Amina Diallo" in mine
    assert "regarde ceci" in mine
    assert "New Amina" not in text(bo.get("/admin/for-me/"))
    assert "Nobody has called upon you" in text(amina.get("/admin/for-me/"))


def test_only_who_wrote_a_note_deletes_it_and_its_words_are_gone(claim: Claim) -> None:
    amina, bo = browser(), browser(name="bo")
    put(amina, claim, "say", text="À garder.\r\nOu pas. مرحبا")
    note = Note.objects.get()
    assert note.text == "À garder.\nOu pas. مرحبا"
    assert "Only who wrote a note" in text(put(bo, claim, "take_back", note=note.pk))
    answer = put(amina, claim, "take_back", note=note.pk)
    assert "À garder" not in text(answer)
    note.refresh_from_db()
    assert note.text == ""


@pytest.mark.parametrize("said", ["", "x" * 5001])
def test_a_note_that_is_none_is_refused(claim: Claim, said: str) -> None:
    assert "between one and five thousand" in text(put(browser(), claim, "say", text=said))
    assert not Note.objects.exists()


def test_an_auditor_reads_and_writes_nothing(claim: Claim) -> None:
    put(browser(), claim, "say", text="Une note.")
    auditor = browser("Auditor", name="ruth")
    assert "Une note." in text(auditor.get(at(claim)))
    assert put(auditor, claim, "say", text="Moi aussi.").status_code == 403
    assert auditor.post("/admin/claims/story/add/", {"name": "X"}).status_code == 403
    assert not Note.objects.filter(by__username="ruth").exists()


def test_damaged_forms_are_refused(claim: Claim) -> None:
    client = browser()
    assert put(client, claim, "shout").status_code == 400
    assert "Choose a story." in text(put(client, claim, "join", story="x"))
    assert put(client, Claim(id=uuid4()), "say", text="x").status_code == 400


def test_a_claim_with_many_notes_takes_as_many_queries(claim: Claim) -> None:
    client = browser()

    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(at(claim))
        return len(asked)

    put(client, claim, "say", text="Une.")
    counted()
    before = counted()
    for number in range(20):
        put(client, claim, "say", text=f"Note {number} @amina")
        put(client, claim, "tag", word=f"mot {number}")
    assert counted() == before
