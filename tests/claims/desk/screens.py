"""What tests of the pages need: somebody who is logged in, and the forms of a page as it came."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from lxml import html

from claims import proposals
from claims.models import Claim, Proposal
from tests.claims import build

EVIL = "<script>alert('evil')</script>"


def browser(group: str = "Reviewer", name: str = "amina", **changes: Any) -> Client:
    """A browser in which a member of the group is logged in."""
    names = {"first_name": name.title(), "last_name": "Diallo"}
    user, _ = User.objects.get_or_create(
        username=name, defaults={"is_staff": True, **names, **changes}
    )
    if group:
        user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def page(response: Any) -> html.HtmlElement:
    """The page's elements, where it came at all."""
    assert isinstance(response, HttpResponse)
    return html.document_fromstring(response.content.decode())


def text(response: Any) -> str:
    """What a person reads on the page, in one line."""
    return " ".join(page(response).text_content().split())


def form(response: Any, verb: str) -> dict[str, str]:
    """The fields of the page's form for a verb, as a browser would send them."""
    for found in page(response).forms:
        fields = dict(found.fields)
        if fields.get("verb") == verb:
            return {name: value or "" for name, value in fields.items()}
    raise AssertionError(f"the page has no form to {verb}")


def proposed(claim: UUID | None = None, number: int = 1, **changes: Any) -> Proposal:
    """An open proposal: of a new claim, or of evidence for the one that is given."""
    passage = build.found(number, **changes)
    beginning = None if claim else build.beginning()
    proposal = proposals.propose(claim or uuid4(), passage, at=build.AT, beginning=beginning)
    assert proposal
    return proposal


def at(thing: Proposal | Claim) -> str:
    """The address of a proposal's or a claim's page."""
    return reverse(f"admin:claims_{thing._meta.model_name}_change", args=[thing.pk])


def said(response: Any) -> list[str]:
    """The messages that came with the answer."""
    return [str(message) for message in response.context["messages"]]
