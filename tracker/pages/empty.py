"""What each list says while it is empty: what the screen is for, and what to do next.

It stands here because it alone knows both the claims and the documents. Lists that only a filter
has emptied say so themselves.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True, slots=True)
class Empty:
    """A list's purpose, and the step that fills it, with its page where a person may take it."""

    purpose: Any
    step: Any
    verb: Any = ""
    page: str = ""
    permission: str = ""


LISTS = {
    "claims_proposal": Empty(
        purpose=_("Here waits what machines found in documents until a person decides on it."),
        step=_("Nothing waits now. Hand in a document: its passages that are worth checking appear "
               "here within seconds."),
        verb=_("Hand in a document"),
        page="sources_document_add",
        permission="sources.add_document",
    ),
    "claims_claim": Empty(
        purpose=_("Here is every claim that the desk has on record, with its status and evidence."),
        step=_("None is on record yet. Open the queue and accept a proposal: it becomes one."),
        verb=_("Open the queue"),
        page="claims_proposal_changelist",
        permission="claims.view_proposal",
    ),
    "claims_entry": Empty(
        purpose=_("Here is all that ever happened to the claims, in order and for ever."),
        step=_("Nothing has happened yet. Each decision on a proposal or a claim writes one line."),
        verb=_("Open the queue"),
        page="claims_proposal_changelist",
        permission="claims.view_proposal",
    ),
    "claims_story": Empty(
        purpose=_("Here are claims under one name, such as an election."),
        step=_("None has a name yet. Make a story, then add claims to it on their own pages."),
        verb=_("New story"),
        page="claims_story_add",
        permission="claims.add_story",
    ),
    "claims_subscription": Empty(
        purpose=_("Here is who hears by webhook of what the desk records, and how that goes."),
        step=_("Nobody does yet. A webhook names an address and what it wants to hear of."),
        verb=_("New webhook"),
        page="claims_subscription_add",
        permission="claims.add_subscription",
    ),
    "claims_delivery": Empty(
        purpose=_("Here is every message to a webhook, with what its address answered."),
        step=_("None was sent yet. Each event that a webhook asks for becomes one."),
        verb=_("Webhooks"),
        page="claims_subscription_changelist",
        permission="claims.view_subscription",
    ),
    "claims_pulled": Empty(
        purpose=_("Here is which API key still holds a status or verdict that no longer holds."),
        step=_("Nobody does: whoever took a claim knows how it stands."),
        verb=_("API keys"),
        page="claims_apikey_changelist",
        permission="claims.view_apikey",
    ),
    "sources_document": Empty(
        purpose=_("Here is what the desk reads: files, addresses and texts, and how far each is."),
        step=_("Nothing was handed in yet. Begin with a file, an address or a text."),
        verb=_("Hand in a document"),
        page="sources_document_add",
        permission="sources.add_document",
    ),
    "sources_version": Empty(
        purpose=_("Here is each text that was captured, as it was; evidence points into it."),
        step=_("Nothing was read yet. Hand in a document: its text appears here."),
        verb=_("Hand in a document"),
        page="sources_document_add",
        permission="sources.add_document",
    ),
    "sources_feed": Empty(
        purpose=_("Here are the feeds and news sitemaps that are looked at for new articles."),
        step=_("None is looked at yet. Add the address of an outlet’s feed: what it lists is read "
               "by itself from then on."),
        verb=_("Add a feed"),
        page="sources_feed_add",
        permission="sources.add_feed",
    ),
    "sources_source": Empty(
        purpose=_("Here is who publishes, and who owns whom: outlets of one owner are one origin."),
        step=_("No outlet is known yet. Add those that the desk reads, each with its domain."),
        verb=_("Add an outlet"),
        page="sources_source_add",
        permission="sources.add_source",
    ),
    "claims_apikey": Empty(
        purpose=_("Here are the keys with which programs use the desk; each acts as a person."),
        step=_("There is none yet. Make one for each program, to be revoked by itself."),
        verb=_("Make a key"),
        page="claims_apikey_add",
        permission="claims.add_apikey",
    ),
    "auth_user": Empty(
        purpose=_("Here are the desk’s people and what each may do."),
        step=_("Add a person, then put them in a group: Reviewer, Editor, Auditor or Operator."),
        verb=_("Add a person"),
        page="auth_user_add",
        permission="auth.add_user",
    ),
    "auth_group": Empty(
        purpose=_("Here is what a Reviewer, an Editor, an Auditor and an Operator may do."),
        step=_("The groups are made with the tables: run manage.py migrate."),
    ),
}  # fmt: skip


def state(request: HttpRequest) -> dict[str, Any]:
    """For unfold's pages: what the list that is asked for says while it is empty."""
    match = request.resolver_match
    name = (match.url_name or "").removesuffix("_changelist") if match else ""
    if (found := LISTS.get(name)) is None:
        return {}
    may = found.page and request.user.has_perm(found.permission)
    link = reverse(f"admin:{found.page}") if may else ""
    return {"empty": found, "empty_link": link}
