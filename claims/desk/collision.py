"""Two people on one claim: what I was about to do, what happened meanwhile, and a choice."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from claims import scale, sentences
from claims.desk import pages, verbs
from claims.models import Claim, Entry

# What a form sends besides what a person typed or chose.
NAMED = {
    "csrfmiddlewaretoken", "verb", "expected", "command", "revision", "version", "of", "rating",
    "into_expected", "to_expected", "out_of_expected",
}  # fmt: skip


def page(
    request: HttpRequest,
    desk: Any,
    claim: UUID,
    expected: int,
    *,
    also: dict[str, int] | None = None,
) -> HttpResponse:
    """The form as it was sent, for the claim as it is now; nothing of it is lost.

    `also` are the versions of other claims that the form names, as they are now.
    """
    now = Claim.objects.defer("search").get(id=claim)
    since = Entry.objects.filter(stream_id=claim, version__gt=expected).order_by("version")
    fresh = {"expected": now.version, "command": pages.new_command(), **(also or {})}
    verb = request.POST.get("verb", "")
    context = desk.page(request, _("The claim has changed meanwhile"), now) | {
        "claim": now,
        "doing": verbs.TITLES.get(verb, verb),
        "said": list(_said(request)),
        "sent": _sent(request, fresh),
        "meanwhile": sentences.tell(list(since)),
        "back": pages.claim_link(claim),
    }
    return TemplateResponse(request, "desk/collision.html", context, status=409)


def _said(request: HttpRequest) -> Any:
    """What the person typed or chose, each with its name."""
    for name, values in request.POST.lists():
        if name not in NAMED and any(values):
            words = [scale.named(str(value)) if name == "verdict" else value for value in values]
            yield verbs.LABELS.get(name, name), ", ".join(map(str, words))


def _sent(request: HttpRequest, fresh: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fields to send again, on what is true now."""
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and name not in fresh
        for value in values
    ]
    return [*kept, *fresh.items()]
