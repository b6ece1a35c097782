"""What can be done on a claim's page: each verb of `review`, the permission it takes, its form."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy

from claims import review, verdicts
from claims.desk import pages
from claims.models import Claim
from claims.review import Decision

# Taking back what readers may have seen is for editors: one step, and in the history.
WITHDRAW_VERDICT = "claims.withdraw_verdict"


def _withdraw(claim: UUID, decision: Decision, form: Mapping[str, str]) -> None:
    version, of = int(form["version"]), form.get("of", "")
    review.withdraw(claim, decision, version=version, reason=form["reason"], of=of)


def _reattribute(claim: UUID, decision: Decision, form: Mapping[str, str]) -> None:
    review.reattribute(
        claim,
        decision,
        version=int(form["version"]),
        origin=form["origin"],
        reason=form["reason"],
        of=form.get("of", ""),
    )


def _reword(claim: UUID, decision: Decision, form: Mapping[str, str]) -> None:
    review.reword(claim, decision, wording=form["wording"], reason=form.get("reason", ""))


def _rate(claim: UUID, decision: Decision, form: Mapping[str, str]) -> None:
    chosen = form.getlist("source") if isinstance(form, QueryDict) else []
    typed = filter(None, [*chosen, *form.get("sources", "").split()])
    review.rate(
        claim,
        decision,
        verdict=form["verdict"],
        explanation=form["explanation"],
        sources=list(dict.fromkeys(typed)),
    )


def _confirm(claim: UUID, decision: Decision, form: Mapping[str, str]) -> None:
    review.confirm(claim, decision, rating=int(form["rating"]))


def _unrate(claim: UUID, decision: Decision, form: Mapping[str, str]) -> None:
    review.unrate(claim, decision, rating=int(form["rating"]), reason=form["reason"])


def _send_back(claim: UUID, decision: Decision, form: Mapping[str, str]) -> None:
    review.send_back(claim, decision, rating=int(form["rating"]), reason=form["reason"])


def _publish(claim: UUID, decision: Decision, form: Mapping[str, str]) -> None:
    review.publish(claim, decision)


def _unpublish(claim: UUID, decision: Decision, form: Mapping[str, str]) -> None:
    review.unpublish(claim, decision, reason=form["reason"])


Verb = Callable[[UUID, Decision, Mapping[str, str]], None]
# What can be done on a claim's page, the permission it takes, and what is said when it is done.
VERBS: dict[str, tuple[str, Verb, Any]] = {
    "withdraw": (
        "claims.withdraw_evidence", _withdraw, gettext_lazy("The evidence is withdrawn."),
    ),
    "reattribute": (
        "claims.withdraw_evidence", _reattribute,
        gettext_lazy("The evidence counts under another origin."),
    ),
    "reword": ("claims.reword_claim", _reword, gettext_lazy("The claim is reworded.")),
    "rate": (
        "claims.rate_claim", _rate,
        gettext_lazy("The claim is rated; a second person has to confirm it."),
    ),
    "confirm": ("claims.confirm_rating", _confirm, gettext_lazy("The rating is confirmed.")),
    "send_back": (
        "claims.confirm_rating", _send_back, gettext_lazy("The rating is sent back."),
    ),
    "unrate": ("claims.rate_claim", _unrate, gettext_lazy("The rating is taken back.")),
    "publish": ("claims.publish_claim", _publish, gettext_lazy("The claim is public.")),
    "unpublish": (
        "claims.publish_claim", _unpublish, gettext_lazy("The claim is public no more."),
    ),
}  # fmt: skip
# The names of what a form holds, for whoever is told of it.
LABELS = {
    "wording": gettext_lazy("Wording"),
    "reason": gettext_lazy("Because"),
    "because": gettext_lazy("Because"),
    "verdict": gettext_lazy("Verdict"),
    "explanation": gettext_lazy("Explanation"),
    "sources": gettext_lazy("Sources"),
    "source": gettext_lazy("Sources"),
    "origin": gettext_lazy("Origin"),
    "stance": gettext_lazy("The passage"),
}
TITLES = {
    "withdraw": gettext_lazy("Withdraw evidence"),
    "reattribute": gettext_lazy("Count evidence under another origin"),
    "reword": gettext_lazy("Reword the claim"),
    "rate": gettext_lazy("Rate the claim"),
    "confirm": gettext_lazy("Confirm the rating"),
    "send_back": gettext_lazy("Send the rating back"),
    "unrate": gettext_lazy("Take the rating back"),
    "publish": gettext_lazy("Publish the claim"),
    "unpublish": gettext_lazy("Take the claim back from the public"),
    "merge": gettext_lazy("Merge the claims"),
    "unmerge": gettext_lazy("Undo the merge"),
    "move": gettext_lazy("Move evidence to another claim"),
    "accept": gettext_lazy("Accept the proposal"),
    "begin": gettext_lazy("Put a new claim on record"),
    "dismiss": gettext_lazy("Dismiss the proposal"),
    "undo": gettext_lazy("Undo the decision"),
}


def permission(name: str, claim: Claim) -> str:
    """The permission that a verb takes on this claim; empty for no verb."""
    needed, _verb, _done = VERBS.get(name, ("", None, ""))
    return WITHDRAW_VERDICT if name == "unrate" and verdicts.confirmed(claim) else needed


def may(request: HttpRequest, claim: Claim) -> dict[str, bool]:
    """Which forms the page shows: those which this person may send, and which could succeed."""
    if claim.merged_into:
        return {}
    may = {name: request.user.has_perm(permission(name, claim)) for name in VERBS}
    verdict = claim.verdict
    mine = verdict is not None and verdict["by"] == review.actor(pages.person(request))
    waits = verdict is not None and verdict["state"] == "pending"
    may["confirm"] &= waits and not mine and verdict is not None and not verdict["outdated"]
    may["send_back"] &= waits and not mine
    may["unrate"] &= verdict is not None
    may["publish"] &= not claim.published and bool(claim.wording)
    may["unpublish"] &= claim.published
    may["merge"] = request.user.has_perm("claims.merge_claims")
    return may
