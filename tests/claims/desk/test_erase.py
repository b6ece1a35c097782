"""Erasing on the desk's pages: for those with the permission, with everything said before."""

from uuid import UUID

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from claims import review
from claims.models import Claim
from tests.claims import build
from tests.claims.desk.screens import browser, page, text

pytestmark = pytest.mark.django_db
SECRET = "Zinedine"


def eraser(name: str = "amina") -> Client:
    """A browser of an editor who may erase as well."""
    client = browser("Editor", name)
    right = Permission.objects.get(codename="erase_event")
    User.objects.get(username=name).user_permissions.add(right)
    return client


def at(position: int) -> str:
    return f"/admin/claims/entry/{position}/erase/"


def sent(client: Client, position: int, **typed: str) -> dict[str, str]:
    """The fields of the erasing form, as a browser would send them."""
    (form,) = (f for f in page(client.get(at(position))).forms if "reason" in f.fields)
    return {name: value or "" for name, value in dict(form.fields).items()} | typed


def test_no_group_may_erase() -> None:
    assert not Group.objects.filter(permissions__codename="erase_event").exists()
    assert not Group.objects.filter(permissions__codename="take_down_version").exists()
    claim = build.recorded()
    client = browser("Editor")
    assert client.get(at(0)).status_code == 403
    assert client.post(at(0)).status_code == 403
    for address in (f"/admin/claims/claim/{claim}/change/", "/admin/claims/entry/0/change/"):
        assert "Erase what it says" not in text(client.get(address))
    assert not Client().get(at(0)).headers["Location"].startswith(at(0))


def test_the_claim_and_the_event_lead_to_the_page_that_says_what_will_go() -> None:
    claim = build.recorded(build.begins(speaker=SECRET), build.disputed(1, start=99))
    other, by = build.recorded(build.begins(7)), build.person("ada")
    review.merge(claim, build.decision(by, 2), into=other, into_expected=1)
    client = eraser()
    for address in (f"/admin/claims/claim/{claim}/change/", "/admin/claims/entry/0/change/"):
        assert at(0) in page(client.get(address)).xpath("//a/@href")

    shown = text(client.get(at(0)))

    assert "position 0, version 1" in shown
    assert "position 4, version 2" in shown
    assert SECRET in shown
    assert "These events quote the same document and stay as they are, at positions: 1" in shown


def test_what_was_erased_is_gone_from_every_page() -> None:
    claim: UUID = build.recorded(build.begins(speaker=SECRET, wording=SECRET))
    client = eraser()

    done = client.post(at(0), sent(client, 0, reason="Vie privée."), follow=True)

    assert done.redirect_chain[-1][0] == f"/admin/claims/claim/{claim}/change/#v1"
    shown = text(done)
    assert "It is erased." in shown
    assert SECRET not in shown
    assert "(the wording was erased)" in shown
    assert "erased what version 1 said: Vie privée." in shown
    for address in ("", "claims/claim/", "claims/entry/", "claims/entry/0/change/"):
        assert SECRET not in text(client.get(f"/admin/{address}"))
    assert "(the wording was erased)" in text(client.get("/admin/claims/claim/"))
    assert "erased already" in text(client.get(at(0)))


def test_a_reason_is_needed_and_what_was_typed_comes_back() -> None:
    build.recorded()
    client = eraser()
    refused = client.post(at(0), sent(client, 0, reason=" "))
    assert refused.status_code == 409
    assert "Say why it is erased" in text(refused)
    assert Claim.objects.get().wording


def test_a_claim_that_changed_meanwhile_is_looked_at_again() -> None:
    claim = build.recorded()
    client = eraser()
    fields = sent(client, 0, reason="Vie privée.")
    build.say(claim, build.disputed())
    refused = client.post(at(0), fields)
    assert refused.status_code == 409
    assert "recorded a denial" in text(refused)
    assert Claim.objects.get(id=claim).wording


def test_a_damaged_form_and_an_event_that_never_was_are_told_apart() -> None:
    build.recorded()
    client = eraser()
    fields = sent(client, 0)
    fields.pop("reason")
    assert client.post(at(0), fields).status_code == 400
    assert client.get(at(99)).status_code == 404
