"""The page that takes what an event said off the record: what will go, why, and no way back.

It takes a permission that no group has. The document itself is the other room's to take down;
this page only leads there.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from claims import history, review, sentences
from claims.desk import pages
from claims.events import Evidence
from claims.ledger import log
from claims.models import Claim, Entry

PERMISSION = "claims.erase_event"


def page(request: HttpRequest, entry: Entry, context: dict[str, Any]) -> HttpResponse:
    """Show what erasing the event would empty, or do it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    if request.method != "POST":
        return _shown(request, entry, context)
    decision = pages.decision(request)
    if "reason" not in request.POST:
        raise BadRequest("The form is damaged; load the page again.")
    try:
        review.erase(entry.position, decision, reason=request.POST["reason"])
    except pages.REFUSALS as error:
        sentence = pages.refusal(error, entry.stream_id, decision.expected)
        return _shown(request, entry, context | {"refused": sentence})
    messages.success(request, _("It is erased. Copies in backups go when those do."))
    return HttpResponseRedirect(f"{pages.claim_link(entry.stream_id)}#v{entry.version}")


def _shown(request: HttpRequest, entry: Entry, context: dict[str, Any]) -> HttpResponse:
    try:
        losses = history.losses(entry.position)
    except review.Refused as error:
        context["refused"] = context.get("refused") or str(error)
        losses = []
    emptied = [loss.entry.position for loss in losses]
    word = losses[0].word if losses else None
    context |= {
        "entry": entry,
        "claim": Claim.objects.defer("search").filter(id=entry.stream_id).first(),
        "losses": sentences.tell(list(Entry.objects.filter(position__in=emptied))),
        "new_command": pages.new_command(),
        "typed": request.POST.get("reason", ""),
    }
    if isinstance(word, Evidence):
        held = [other.position for other in log.holding(word.document)]
        context["others"] = [position for position in held if position not in emptied]
        context["document"] = pages.version_link(word.document)
    status = 409 if context.get("refused") else 200
    return TemplateResponse(request, "desk/erase.html", context, status=status)
