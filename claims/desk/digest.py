"""A letter about what waits, to whoever wants one; nothing is sent where nothing waits.

That it was sent is kept before it is sent: a letter may be lost with a mail server, and is never
sent twice for one day.
"""

import logging
import smtplib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from claims.desk import figures, handling, shelf
from claims.models import Digest, Proposal

log = logging.getLogger(__name__)
MONDAY = 0


def send(*, at: datetime) -> int:
    """Write to everybody who wants a letter today and has not got it; how many were sent."""
    today = at.date()
    wanted = ["daily", *(["weekly"] if today.weekday() == MONDAY else [])]
    due = Digest.objects.filter(Q(sent_on=None) | Q(sent_on__lt=today), every__in=wanted)
    people = due.filter(person__is_active=True).exclude(person__email="").select_related("person")
    sent = 0
    for one in people:
        mine = Digest.objects.filter(Q(sent_on=None) | Q(sent_on__lt=today), pk=one.pk)
        if mine.update(sent_on=today):
            sent += _sent(one, at)
    return sent


def _sent(one: Digest, at: datetime) -> bool:
    """Whether somebody was written to; an address that fails is told in the log."""
    with override(one.language):
        found = waiting(one.person, at=at)
        if not any(found[name] for name in ("open", "assigned", "verdicts", "notes", "moved")):
            return False
        letter = EmailMultiAlternatives(
            subject=_("Claim Tracker: what waits for you"),
            body=render_to_string("desk/digest.txt", found),
            to=[one.person.email],
        )
        letter.attach_alternative(render_to_string("desk/digest.html", found), "text/html")
    try:
        letter.send()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("The digest for user %s could not be sent: %s", one.person.pk, error)
        return False
    return True


def waiting(person: User, *, at: datetime) -> dict[str, Any]:
    """What waits for a person who may see the queue, each with its address."""
    mine = figures.waiting_for(person) if person.has_perm("claims.view_proposal") else {}
    scheme = "https" if settings.HTTPS else "http"
    site = f"{scheme}://{settings.LOG_ORIGIN.partition('/')[0]}"
    free = handling.for_me(Proposal.objects.filter(state="open"), person, at.date())
    return {
        "site": site,
        "queue": site + reverse("admin:claims_proposal_changelist"),
        "claims": site + reverse("admin:claims_claim_changelist"),
        "for_me": site + reverse("for-me"),
        "open": free.count() if mine else 0,
        "assigned": mine.get("assigned", 0),
        "verdicts": mine.get("verdicts", 0),
        "notes": shelf.unread(person),
        "moved": list(figures.moved(at=at)) if mine else [],
    }
