"""The event log: everything on record, newest first, found by claim and by event."""

from uuid import UUID

import pytest

from claims import sentences
from claims.models import Entry
from tests.claims import build
from tests.claims.desk.screens import browser, page, text

pytestmark = pytest.mark.django_db


def test_the_newest_event_comes_first() -> None:
    build.recorded(build.begins(1), build.disputed(2))

    shown = text(browser().get("/admin/claims/entry/"))

    assert shown.index("recorded a denial") < shown.index("put it on record")


def test_what_was_erased_or_is_not_understood_yet_is_told_as_such() -> None:
    told = {"actor": "user:1", "schema_version": 1}

    erased = sentences.told(Entry(body=None, **told), {"user:1": "Amina"})
    unknown = sentences.told(Entry(body="{}", **told | {"schema_version": 99}), {})

    assert erased == "Amina recorded something that was erased since."
    assert "upgrade it" in unknown


def test_the_log_is_searched_by_claim_and_filtered_by_event() -> None:
    claim: UUID = build.recorded(build.begins(1), build.corroborated(2))
    build.recorded(build.begins(3))
    client = browser()

    def count(**asked: str) -> int:
        rows = page(client.get("/admin/claims/entry/", asked))
        return len(rows.xpath("//tr[contains(@class, 'data-row')]"))

    assert count() == 3
    assert count(q=str(claim)) == 2
    assert count(q="no id") == 0
    assert count(type="corroborated") == 1
    assert client.get("/admin/claims/entry/1/change/").status_code == 200
