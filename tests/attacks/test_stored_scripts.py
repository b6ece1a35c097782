"""Whatever a document, an outlet or a colleague has written is shown, and never run.

Every text that the desk keeps is replaced by one that would run in a careless page; then every
address of the admin is looked at. So a page or a column that is added tomorrow is tried as well.
"""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import DatabaseError, models, transaction
from django.test import Client
from lxml import etree, html

from claims import events
from claims.models import Claim, Proposal
from sources import intake
from sources.models import Document
from tests.claims import build
from tests.claims.desk.screens import proposed
from tests.client import client
from tests.tracker.test_permissions import ROWS, client_of, desk, filled
from workers.ingest import ingest

pytestmark = pytest.mark.django_db
__all__ = ["desk"]
MARK = "zqx"
POISON = f"""'"><img src={MARK} onerror={MARK}()><script>{MARK}()</script>{{{{{MARK}}}}}</title>"""
LINK = f"javascript:{MARK}()"
# Where Alpine and htmx take an attribute for a program.
PROGRAMS = ("on", "x-", "@", ":", "hx-on")
LINKS = ("href", "src", "action", "formaction", "data")

DATA = "application/ld+json"  # is no program, as long as it does not end its element
# Names by which something is found; another one is another thing.
KEYS = {"password", "digest", "prefix", "sha256", "codename", "app_label", "model", "language"}
ARTICLE = f"""<!DOCTYPE html><html lang="fr"><head><title>Pont {MARK} &lt;script&gt;{MARK}()</title>
<meta name="author" content='"&gt;&lt;img src={MARK} onerror={MARK}()&gt;'>
<link rel="canonical" href="{LINK}"></head><body><article><h1>Le pont &lt;script&gt;{MARK}()</h1>
<p>Le pont a été fermé le 3 mars 2026 pour 84 000 véhicules &lt;script&gt;{MARK}()&lt;/script&gt;, a
déclaré le maire d'Arvelle &lt;img src={MARK} onerror={MARK}()&gt;.</p><script>{MARK}()</script>
<p><a href="{LINK}">La préfecture</a> compte 61 000 véhicules par jour sur ce pont.</p>
</article></body></html>""".encode()


@pytest.fixture
def poisoned(desk: dict[str, str]) -> dict[str, str]:
    """The desk with what an evil document brings, and evil in whatever else is text."""
    taken = intake.receive(
        by="user:1", at=build.AT, body=ARTICLE, content_type="text/html", url="https://a.example/"
    )
    ingest(taken.document.pk, at=build.AT)
    assert Document.objects.get(pk=taken.document.pk).state == Document.State.READ
    evil: dict[str, Any] = dict.fromkeys(("outlet", "origin", "title", "quote"), POISON)
    evil |= {"start": 10, "end": 10 + len(POISON)}
    claim = build.recorded(build.begins(wording=POISON, claimant=POISON, **evil))
    build.say(claim, build.disputed(url=LINK, **evil), build.dismissed(reason=POISON, **evil))
    build.say(claim, events.Published())
    proposal = proposed(claim, number=5, because=(POISON,), **evil)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField):
                poison(model, field)
    about = {"claims/claim/<": str(claim), "claims/proposal/<": str(proposal.pk)}
    return {
        place: next((about[one] for one in about if place.startswith(one)), value)
        for place, value in desk.items()
    }


def poison(model: Any, field: Any) -> None:
    """Put evil into a column, where the database lets it in."""
    if field.name in KEYS or field.choices or field.primary_key or not model._meta.managed:
        return
    text = LINK if isinstance(field, models.URLField) or field.name == "url" else POISON
    rows = model._default_manager
    if model is User:
        rows = rows.exclude(username__startswith="a ")
    try:
        with transaction.atomic():
            if field.unique:
                rows.filter(pk=rows.values("pk")[:1]).update(
                    **{field.name: text[: field.max_length]}
                )
            else:
                rows.update(**{field.name: text[: field.max_length]})
    except DatabaseError:
        return  # a constraint or a trigger keeps it out


def runs(page: html.HtmlElement) -> list[str]:
    """What of the evil text would run on a page."""
    found = [
        f"<{one.tag}>"
        for one in page.xpath("//script|//style")
        if MARK in (one.text or "") and (one.get("type") != DATA or "<" in one.text)
    ]
    for element in page.iter():
        for name, value in getattr(element, "attrib", {}).items():
            plain = re.sub(r"[\x00-\x20]", "", value).lower()
            if MARK in value and name.startswith(PROGRAMS):
                found.append(f"{name}={value}")
            if name in LINKS and (plain.startswith("javascript:") or value == MARK):
                found.append(f"{name}={value}")
    return found


def test_nothing_that_is_stored_runs_on_any_page_of_the_admin(poisoned: dict[str, str]) -> None:
    client = client_of("superuser")
    shown, ran = 0, {}
    for address in ROWS:
        answer = client.get(filled(address, poisoned), follow=True)
        if not answer.content.strip() or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        page: html.HtmlElement = html.document_fromstring(answer.content.decode())
        shown += MARK in page.text_content()
        if found := runs(page):
            ran[address] = found
    assert ran == {}
    assert shown > 12


def test_nothing_that_is_stored_runs_on_a_public_page(poisoned: dict[str, str]) -> None:
    claim = Claim.objects.get(published=True).pk
    shown = 0
    for address in ("/claims/", f"/claims/{claim}", f"/claims/{claim}/card", f"/claims/?q={MARK}"):
        answer = Client().get(address)
        assert answer.status_code == 200, address
        page: html.HtmlElement = html.document_fromstring(answer.content.decode())
        assert runs(page) == [], address
        shown += MARK in page.text_content()
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy, address
        assert "default-src 'none'" in policy, address
    assert shown >= 3
    for feed in ("/claims/feed.atom", f"/claims/{claim}/feed.atom"):
        etree.fromstring(Client().get(feed).content)


def test_what_the_api_tells_is_data_and_never_a_page(poisoned: dict[str, str]) -> None:
    reader = client("Editor")
    told = 0
    for path in ("claims/", f"claims/{Claim.objects.first().pk}/", "proposals/", "documents/"):  # type: ignore[union-attr]
        answer = reader.get(f"/api/v1/{path}", headers={"Accept": "text/html,*/*"})
        assert answer["Content-Type"].partition(";")[0] in {
            "application/json", "application/problem+json",
        }  # fmt: skip
        assert answer["X-Content-Type-Options"] == "nosniff"
        told += MARK in answer.content.decode()
    assert told >= 2
    assert Proposal.objects.exists()


CARELESS = (
    f"<p onclick='{MARK}()'>",
    f"<script>{MARK}()</script>",
    f"<a href=' java\tscript:{MARK}()'>",
    f"<div x-data='{{a: \"{MARK}\"}}'>",
    f"<img src={MARK}>",
    f"<b @click='{MARK}'>",
)


@pytest.mark.parametrize("page", CARELESS)
def test_the_watch_sees_what_would_run(page: str) -> None:
    assert runs(html.document_fromstring(f"<body>{page}</body>")) != []


def test_a_page_that_only_shows_it_is_let_pass() -> None:
    page = f"<body><p title='{MARK}'>&lt;script&gt;{MARK}()</p><a href='https://a/{MARK}'>x</a>"
    assert runs(html.document_fromstring(page)) == []


def test_what_is_typed_into_an_address_is_not_run_either(client: Client) -> None:
    root = client_of("superuser")
    for address in ("/admin/claims/proposal/", "/admin/claims/claim/", "/admin/sources/document/"):
        answer = root.get(address, {"q": POISON})
        assert runs(html.document_fromstring(answer.content)) == []
    missing = root.get(f"/admin/{POISON}/", follow=True)
    assert f"<img src={MARK}" not in missing.content.decode()
