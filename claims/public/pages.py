"""The page of a published claim, the list of them, and the card that others put on their pages."""

import json
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt

from claims import origins, picture, scale, sentences, verdicts
from claims.clients import disclosed
from claims.clients.claimreview import exportable, lives, place, review
from claims.ledger import log, tree
from claims.models import Claim, Entry
from claims.models.record import in_words
from claims.public.answers import kept, rendered, strictly

PAGE = 50  # claims in a list
TOLD = 200  # events of a history
# A JSON document inside a page must not end the element that holds it.
UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@strictly()
def index(request: HttpRequest) -> HttpResponseBase:
    """The published claims, the one that changed last first, or those that words are found in."""
    words = request.GET.get("q", "").strip()[:200]
    found = disclosed.claims().defer("search", "evidence").order_by("-position")
    if words:
        found = found.filter(in_words(words))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    claims = [
        {"claim": one, "verdict": verdicts.of(one, stranger=True), "path": path(one)}
        for one in page
    ]
    context = {"claims": claims, "page": page, "words": words}
    return kept(request, rendered(request, "public/index.html", context))


@strictly()
def claim(request: HttpRequest, claim: UUID) -> HttpResponseBase:
    """A published claim: how it stands, on what, since when, and how to check all that."""
    row = disclosed.claims().defer("search").filter(id=claim).first()
    if row is None:
        return _not_here(request, claim, "public-claim")
    entries = disclosed.of(claim, log.stream(claim))
    shown = {entry.version for entry in entries}
    timeline = Entry.objects.filter(stream_id=claim).order_by("-version")
    life = lives([claim])[claim]
    exported = review(row, life, place(request)) if exportable(row) else None
    context = {
        "claim": row,
        "verdict": verdicts.of(row, stranger=True),
        "groups": grouped(row),
        "picture": picture.of_life(timeline, shown),
        "history": _told(entries),
        "corrections": [(scale.named(was), why, at) for was, why, at in life.corrections],
        "proof": _proof(request, row),
        "jsonld": _inside_a_page(exported) if exported else "",
        "card": request.build_absolute_uri(reverse("card", args=[claim])),
        "oembed": oembed_address(request, claim),
    }
    return kept(request, rendered(request, "public/claim.html", context))


@xframe_options_exempt
@strictly(frame_ancestors=["*"])
def card(request: HttpRequest, claim: UUID) -> HttpResponseBase:
    """How a claim stands, in a few lines, for the pages of others."""
    row = disclosed.claims().defer("search", "evidence").filter(id=claim).first()
    if row is None:
        return _not_here(request, claim, "card")
    address = request.build_absolute_uri(path(row))
    context = {"claim": row, "verdict": verdicts.of(row, stranger=True), "address": address}
    return kept(request, rendered(request, "public/card.html", context))


def _not_here(request: HttpRequest, claim: UUID, to: str) -> HttpResponseBase:
    """Where the claim is instead, or that it is not public, or no more."""
    row = Claim.objects.only("merged_into").filter(id=claim).first()
    into = row and row.merged_into
    if into and disclosed.claims().filter(id=into).exists():
        response = HttpResponseRedirect(reverse(to, args=[into]))
        response["Cache-Control"] = "no-cache"  # A merge can be undone.
        return response
    was = row is not None and Entry.objects.filter(stream_id=claim, type="published").exists()
    context = {"gone": was, "title": _("Taken back") if was else _("Nothing here")}
    text = rendered(request, "public/absent.html", context)
    return kept(request, text, status=410 if was else 404)


def grouped(claim: Claim) -> list[dict[str, Any]]:
    """The evidence by origin, with the addresses of the web alone."""
    groups = origins.grouped(claim.evidence)
    for piece in (piece for group in groups for piece in group["pieces"]):
        # A log that was imported may hold any address, one that is a program among them.
        if not piece["url"].startswith(("https://", "http://")):
            piece["url"] = ""
    return groups


def _told(entries: list[Any]) -> list[dict[str, Any]]:
    """The history as sentences in the name of the desk, the newest first."""
    desk = dict.fromkeys((entry.actor for entry in entries), _("The desk"))
    return [
        {
            "version": entry.version,
            "position": entry.position,
            "at": entry.effective_at,
            "sentence": sentences.told(entry, desk),
        }
        for entry in reversed(entries[-TOLD:])
    ]


def _proof(request: HttpRequest, claim: Claim) -> dict[str, Any]:
    """Where the claim's last event is in the signed log, and where that can be checked."""
    newest = tree.newest()
    return {
        "position": claim.position,
        "covered": newest is not None and claim.position < newest.size,
        "size": newest.size if newest else 0,
        "signed_at": newest.signed_at if newest else None,
        "address": request.build_absolute_uri(reverse("claim-proof", args=[claim.id])),
        "log": request.build_absolute_uri("/log"),
    }


def path(claim: Claim) -> str:
    """The path of a claim's page."""
    return reverse("public-claim", args=[claim.id])


def oembed_address(request: HttpRequest, claim: UUID) -> str:
    """Where the embedding of a claim's page is described."""
    page = request.build_absolute_uri(reverse("public-claim", args=[claim]))
    return f"{request.build_absolute_uri(reverse('oembed'))}?url={page}"


def _inside_a_page(document: dict[str, Any]) -> SafeString:
    text = json.dumps(document, ensure_ascii=False, indent=1).translate(UNSAFE)
    return mark_safe(text)  # noqa: S308  -- nothing in it can end its element
