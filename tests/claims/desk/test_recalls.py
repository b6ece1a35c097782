"""The recall list: who still holds what the desk does not say any more."""

import csv
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.clients import keys
from claims.models import ApiKey
from tests.claims import build
from tests.claims.build import AT, begins, disputed, recorded, say
from tests.claims.desk.screens import EVIL, browser, text
from tests.client import API, client

pytestmark = pytest.mark.django_db
LIST = "/admin/claims/pulled/"


def test_an_editor_sees_who_holds_an_old_status_and_which() -> None:
    claim, other = recorded(begins(wording=EVIL)), recorded(begins(5, wording="Autre chose."))
    reader = client(name="website")
    for one in (claim, other):
        reader.get(f"{API}/claims/{one}/")
    say(claim, disputed(2))
    editor = browser("Editor", name="jeanne")
    shown = text(editor.get(LIST))
    assert EVIL in shown
    assert "website" in shown
    assert "Asserted version 1" in shown
    assert "Disputed version 2" in shown
    assert "Autre chose." not in shown
    assert "Autre chose." in text(editor.get(LIST, {"copy": "all"}))
    assert EVIL in text(editor.get(LIST, {"q": str(claim)}))
    assert EVIL in text(editor.get(LIST, {"q": "website"}))
    assert EVIL not in text(editor.get(LIST, {"q": str(other)}))
    keys.revoke(ApiKey.objects.get(), at=AT)
    assert EVIL not in text(editor.get(LIST))


def test_the_list_can_be_taken_along_as_a_table_that_runs_nothing() -> None:
    claim = recorded(begins(wording="=HYPERLINK(1)"))
    client(name="website").get(f"{API}/claims/{claim}/")
    say(claim, disputed(2))
    response = browser("Auditor", name="ruth").get(f"{LIST}csv/")
    assert response["Content-Type"].startswith("text/csv")
    (row,) = csv.DictReader(StringIO(response.content.decode()))
    assert (row["claim"], row["wording"]) == (str(claim), "'=HYPERLINK(1)")
    assert (row["held_version"], row["held_status"]) == ("1", "asserted")
    assert (row["version"], row["status"], row["owner"]) == ("2", "disputed", "website")


def test_a_reviewer_sees_no_clients() -> None:
    reviewer = browser("Reviewer")
    assert reviewer.get(LIST).status_code == 403
    assert reviewer.get(f"{LIST}csv/").status_code == 403


def test_its_queries_do_not_grow_with_its_rows() -> None:
    reader, editor, costs = client(name="website"), browser("Editor", name="jeanne"), []
    for number in range(1, 12):
        claim = recorded(begins(number))
        reader.get(f"{API}/claims/{claim}/")
        say(claim, build.disputed(50 + number))
        with CaptureQueriesContext(connection) as ran:
            shown = text(editor.get(LIST))
        assert shown.count("Disputed version 2") == number
        costs.append(len(ran))
    assert costs[1] == costs[-1]
