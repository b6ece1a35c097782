"""Beside a claim: the stories it belongs to, its tags, and what colleagues say of it."""

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.desk import deciding, pages
from claims.models import Claim, Digest, Mention, Note, Story, StoryClaim, Tag

KEEP = "claims.change_story"  # stories, tags and notes are kept by those who decide
LONGEST = 5000  # characters of a note
MENTIONED = re.compile(r"(?<![\w@])@([\w.+-]{1,150})")


def of(request: HttpRequest, claim: Claim) -> dict[str, Any]:
    """What stands on a claim's shelf, and what may be added to it while it is a claim by itself."""
    stories = list(Story.objects.filter(claims__claim=claim.id))
    notes = Note.objects.filter(claim=claim.id).select_related("by")
    may = request.user.has_perm(KEEP) and not claim.merged_into
    return {
        "stories": stories,
        "others": Story.objects.filter(archived=False).exclude(pk__in=[one.pk for one in stories]),
        "tags": list(Tag.objects.filter(claim=claim.id)),
        "notes": list(notes[:100]),
        "may": may,
        "colleagues": deciding.reviewers() if may else (),
    }


def change(request: HttpRequest, claim: UUID) -> HttpResponse:
    """Do what one of the shelf's forms asks for, and show the claim again."""
    if request.method != "POST" or not request.user.has_perm(KEEP):
        raise PermissionDenied
    if not Claim.objects.filter(id=claim).exists():
        raise BadRequest("There is no such claim.")
    verb = VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        raise BadRequest("The form is damaged; load the page again.")
    if sentence := verb(request, claim):
        messages.error(request, sentence)
    return HttpResponseRedirect(f"{pages.claim_link(claim)}#shelf")


def mentioned(request: HttpRequest) -> HttpResponse:
    """The notes that call upon this person, the newest first; a look at them reads them.

    The form beside them says how often a letter is wanted.
    """
    if not request.user.has_perm("claims.view_claim"):
        raise PermissionDenied
    if request.method == "POST":
        _want(request)
        return HttpResponseRedirect(request.path)
    mine = Mention.objects.filter(person=pages.person(request)).select_related("note__by")
    shown = list(mine.exclude(note__deleted_at__isnull=False).order_by("-note__at")[:100])
    unread = {one.pk for one in shown if one.read_at is None}
    Mention.objects.filter(pk__in=unread).update(read_at=timezone.now())
    claims = pages.by_id(one.note.claim for one in shown)
    rows = [(one, claims.get(one.note.claim), one.pk in unread) for one in shown]
    context = admin.site.each_context(request) | {
        "title": _("For me"),
        "rows": rows,
        "every": Digest.EVERY,
        "languages": settings.LANGUAGES,
        "digest": Digest.objects.filter(person=pages.person(request)).first(),
    }
    return TemplateResponse(request, "desk/mentions.html", context)


def _want(request: HttpRequest) -> None:
    """Keep how often, and in which language, this person wants a letter."""
    every, language = request.POST.get("every", ""), request.POST.get("language", "")
    if every not in dict(Digest.EVERY) or language not in dict(settings.LANGUAGES):
        raise BadRequest("The form is damaged; load the page again.")
    if not pages.person(request).email:
        messages.warning(request, _("You have no e-mail address here; an Operator can give one."))
    Digest.objects.update_or_create(
        person=pages.person(request), defaults={"every": every, "language": language}
    )
    messages.success(request, _("It is kept."))


def unread(person: Any) -> int:
    """How many notes call upon somebody that they have not seen."""
    waiting = Mention.objects.filter(person=person, read_at=None, note__deleted_at=None)
    return waiting.count()


def _join(request: HttpRequest, claim: UUID) -> str:
    story = Story.objects.filter(pk=_key(request, "story"), archived=False).first()
    if story is None:
        return _("Choose a story.")
    StoryClaim.objects.get_or_create(story=story, claim=claim)
    return ""


def _leave(request: HttpRequest, claim: UUID) -> str:
    StoryClaim.objects.filter(story=_key(request, "story"), claim=claim).delete()
    return ""


def _tag(request: HttpRequest, claim: UUID) -> str:
    words = {" ".join(one.split())[:40] for one in request.POST.get("word", "").split(",")}
    for word in filter(None, words):
        Tag.objects.get_or_create(word=word.casefold(), claim=claim)
    return "" if any(words) else _("Give a word.")


def _untag(request: HttpRequest, claim: UUID) -> str:
    Tag.objects.filter(pk=_key(request, "tag"), claim=claim).delete()
    return ""


@transaction.atomic
def _say(request: HttpRequest, claim: UUID) -> str:
    text = request.POST.get("text", "").replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST:
        return _("A note has between one and five thousand characters.")
    note = Note.objects.create(claim=claim, by=pages.person(request), at=timezone.now(), text=text)
    names = {name.rstrip(".") for name in MENTIONED.findall(text)}
    people = User.objects.filter(username__in=names, is_active=True)
    Mention.objects.bulk_create(Mention(note=note, person=one) for one in people)
    unknown = sorted(names - {one.username for one in people})
    if unknown:
        return _("Nobody here is called %(names)s; the note is kept.") % {
            "names": ", ".join(f"@{name}" for name in unknown)
        }
    return ""


def _take_back(request: HttpRequest, claim: UUID) -> str:
    mine = Note.objects.filter(pk=_key(request, "note"), claim=claim, by=pages.person(request))
    changed = mine.filter(deleted_at=None).update(text="", deleted_at=timezone.now())
    return "" if changed else _("Only who wrote a note deletes it.")


def _key(request: HttpRequest, name: str) -> int:
    found = request.POST.get(name, "")
    return int(found) if found.isdecimal() and len(found) < 18 else 0


VERBS = {
    "join": _join,
    "leave": _leave,
    "tag": _tag,
    "untag": _untag,
    "say": _say,
    "take_back": _take_back,
}
