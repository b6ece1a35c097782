"""Every list of the admin as a file, with what it shows and nothing more."""

import csv
import io
import json
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from claims.events import Confirmed, Rated
from claims.models import ApiKey, Story, StoryClaim
from tests.claims.build import begins, corroborated, disputed, recorded, say
from tests.claims.desk.screens import browser, proposed
from tests.client import key
from tracker.pages.lists import safe

pytestmark = pytest.mark.django_db
CLAIMS = "/admin/claims/claim/"


def saved(client: Client, address: str, how: str, *ids: Any) -> str:
    sent = {"action": f"as_{how}", "index": "0", "_selected_action": [str(one) for one in ids]}
    response = client.post(address, sent)
    assert response.status_code == 200, response
    assert "attachment" in response["Content-Disposition"]
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def test_the_ticked_claims_are_saved_as_csv_with_the_columns_of_the_page() -> None:
    claim, _other = recorded(begins(), corroborated(2)), recorded(begins(2))
    text = saved(browser("Reviewer"), CLAIMS, "csv", claim)
    assert text.startswith("\ufeff")
    head, row = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    assert head[:3] == ["id", "claim", "status"]
    assert row[0] == str(claim)
    assert row[2] == "Corroborated"
    assert "<" not in "".join(row)


def test_all_rows_that_a_filter_finds_are_saved_at_once() -> None:
    for number in range(1, 61):
        recorded(begins(number))
    say(recorded(begins(99)), disputed(3))
    sent = {"action": "as_json", "index": "0", "select_across": "1", "_selected_action": ["x"]}
    response: Any = browser("Reviewer").post(f"{CLAIMS}?status__exact=asserted", sent)
    told = json.loads(b"".join(response.streaming_content))
    assert len(told) == 60
    assert {one["standing"] for one in told} == {"Asserted"}


def test_no_list_gives_away_a_secret() -> None:
    secret = key()
    row = ApiKey.objects.get()
    for how in ("csv", "json"):
        text = saved(
            browser("", name="root", is_superuser=True), "/admin/claims/apikey/", how, row.pk
        )
        assert row.digest not in text
        assert secret not in text
        assert row.prefix in text


def test_every_list_of_the_admin_can_be_saved_empty_or_not() -> None:
    root = browser("", name="root", is_superuser=True)
    proposed()
    recorded()
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        if root.get(address).status_code != 200:
            continue
        ids = list(model._default_manager.values_list("pk", flat=True)[:1])
        if ids:
            assert json.loads(saved(root, address, "json", *ids))[0]["id"] == str(ids[0])


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_spreadsheet_computes_nothing_of_what_articles_say(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    assert safe(f"a{cell}") == f"a{cell}"


def test_who_sees_no_list_saves_none() -> None:
    claim = recorded()
    sent = {"action": "as_csv", "index": "0", "_selected_action": [str(claim)]}
    assert browser("", name="new").post(CLAIMS, sent).status_code == 403


def test_a_story_is_a_stix_bundle_that_can_be_imported_again() -> None:
    import stix2

    story = Story.objects.create(name="The election")
    claim = recorded(begins(claimant="Ada Roy"), corroborated(2), disputed(3))
    say(claim, Rated(verdict="false", explanation="Trente-sept.", against=3))
    say(claim, Confirmed(rating=4), by="user:2")
    StoryClaim.objects.create(story=story, claim=claim)
    address = f"/admin/claims/story/{story.pk}/stix/"

    response = browser("Reviewer").get(address)

    assert response["Content-Type"] == "application/stix+json;version=2.1"
    made = stix2.parse(response.content.decode())
    kinds = sorted(one.type for one in made.objects)
    assert kinds == ["identity", "note", "opinion", "report"]
    note = next(one for one in made.objects if one.type == "note")
    assert note.id == f"note--{claim}"
    hashes = [dict(one.hashes) for one in note.external_references if "hashes" in one]
    assert all(len(one["SHA-256"]) == 64 for one in hashes)
    again = stix2.parse(browser("Reviewer").get(address).content.decode())
    assert sorted(one.id for one in again.objects) == sorted(one.id for one in made.objects)
    assert browser("", name="new").get(address).status_code == 403
