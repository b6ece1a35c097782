"""Published claims for machines: our vocabulary, oEmbed, Atom, the sitemap and robots.txt."""

import json
import re
from typing import Any
from uuid import UUID

from django.contrib.sitemaps import Sitemap
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from claims import sentences, verdicts
from claims.clients import disclosed
from claims.models import Claim, Entry
from claims.public.answers import kept, strictly
from claims.public.pages import path

LINKED = "application/ld+json"
NEWEST = 100  # events in the Atom feed
WIDTH, HEIGHT = 600, 240  # pixels of a card
PAGE = re.compile(r"/claims/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
# Our own words, beside those of schema.org: what each means.
VOCABULARY = {
    "claimStatus": "How a claim stands: asserted, corroborated, disputed, withdrawn or merged.",
    "asserted": "At least one document puts the claim forward, of fewer origins than it takes.",
    "corroborated": "Documents of at least two independent origins support the claim; no dispute.",
    "disputed": "At least one document denies or contradicts the claim.",
    "withdrawn": "No evidence that supports the claim stands any more.",
    "independentOrigins": "How many origins support the claim; reprints of one despatch are one.",
    "supportingArticles": "How many documents support the claim.",
    "standingDisputes": "How many pieces of evidence deny or contradict the claim.",
    "historyVersion": "How many events the claim's history has.",
    "logPosition": "The position of the claim's last event in the public log.",
}


@strictly()
def vocabulary(request: HttpRequest) -> HttpResponseBase:
    """Our own words as a JSON-LD context that resolves to what each means."""
    here = request.build_absolute_uri(reverse("vocabulary"))
    terms = {name: f"{here}#{name}" for name in VOCABULARY}
    status = {"claimStatus": {"@id": f"{here}#claimStatus", "@type": "@vocab"}}
    graph = [
        {"@id": f"{here}#{name}", "rdfs:label": name, "rdfs:comment": meaning}
        for name, meaning in VOCABULARY.items()
    ]
    rdfs = "http://www.w3.org/2000/01/rdf-schema#"
    document = {"@context": {"rdfs": rdfs, **terms, **status}, "@graph": graph}
    return kept(request, json.dumps(document, indent=1), LINKED)


@strictly()
def oembed(request: HttpRequest) -> HttpResponseBase:
    """How the page of a claim is embedded elsewhere, by oembed.com, as JSON."""
    named = PAGE.search(request.GET.get("url", ""))
    if request.GET.get("format", "json") != "json":
        return JsonResponse({"error": "Only JSON is there: format=json."}, status=501)
    claim = disclosed.claims().filter(id=named[1]).first() if named else None
    if claim is None:
        told = "No published claim is at this address; give that of its page as url."
        return JsonResponse({"error": told}, status=404)
    width = min(_number(request, "maxwidth"), WIDTH)
    height = min(_number(request, "maxheight"), HEIGHT)
    source = request.build_absolute_uri(reverse("card", args=[claim.id]))
    frame = (
        f'<iframe src="{escape(source)}" width="{width}" height="{height}" title="'
        f'{escape(claim.wording)}" loading="lazy" frameborder="0"></iframe>'
    )
    document = {
        "version": "1.0",
        "type": "rich",
        "title": claim.wording,
        "provider_name": request.get_host(),
        "provider_url": request.build_absolute_uri("/"),
        "cache_age": 300,
        "width": width,
        "height": height,
        "html": frame,
    }
    return kept(request, json.dumps(document, ensure_ascii=False), "application/json")


def _number(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and 0 < len(given) < 6 else 10_000


@strictly()
def atom(request: HttpRequest, claim: UUID | None = None) -> HttpResponseBase:
    """What happened to published claims, or to one of them, the newest first, by RFC 4287."""
    shown = disclosed.claims() if claim is None else disclosed.claims().filter(id=claim)
    known = shown.defer("search", "evidence").in_bulk(
        list(shown.order_by("-position").values_list("id", flat=True)[:NEWEST])
    )
    entries = Entry.objects.filter(stream_id__in=known, type__in={*disclosed.OPEN, "unrated"})
    feed = Atom1Feed(
        title=_("Claims, as they change"),
        link=request.build_absolute_uri(reverse("public")),
        description="",
        feed_url=request.build_absolute_uri(),
        feed_guid=request.build_absolute_uri(request.path),
    )
    for entry in entries.order_by("-position")[:NEWEST]:
        if entry.type != "unrated" or disclosed.of(entry.stream_id, [entry]):
            feed.add_item(**_entry(request, entry, known[entry.stream_id]))
    return kept(request, feed.writeString("utf-8"), "application/atom+xml; charset=utf-8")


def _entry(request: HttpRequest, entry: Entry, claim: Claim) -> dict[str, Any]:
    sentence = sentences.told(entry, {entry.actor: _("The desk")})
    standing = claim.get_status_display()
    if made := verdicts.of(claim, stranger=True):
        standing = f"{standing}, {made['name']}"
    return {
        "title": claim.wording,
        "link": request.build_absolute_uri(path(claim)),
        "description": f"{sentence} ({_('now')}: {standing})",
        "unique_id": entry.event_id.urn,
        "pubdate": entry.effective_at,
        "updateddate": entry.recorded_at,
        "author_name": _("The desk"),
    }


class ClaimPages(Sitemap):  # type: ignore[type-arg]  # it takes none when it runs
    """The pages of published claims, for search engines."""

    limit = 5000

    def items(self) -> Any:
        return disclosed.claims().defer("search", "evidence").order_by("-position")

    def location(self, item: Claim) -> str:
        return path(item)

    def lastmod(self, item: Claim) -> Any:
        return item.recorded_at


@strictly()
def robots(request: HttpRequest) -> HttpResponseBase:
    """What robots may read: the public pages."""
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    rules = ["User-agent: *", "Disallow: /admin/", "Disallow: /api/", f"Sitemap: {sitemap}", ""]
    return kept(request, "\n".join(rules), "text/plain; charset=utf-8")
