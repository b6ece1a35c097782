"""What of the claims a client asks for: filters, order, and the members of each that are sent."""

from typing import Any

from django.db.models import Q
from rest_framework import serializers

from claims import verdicts
from claims.api.moments import Moments
from claims.api.shapes import INCLUDED, ClaimDetail
from claims.models import Claim, StoryClaim
from claims.models.record import in_own_words
from tracker.asking import Listing, Parameters

LANGUAGE = r"^[a-z]{2,3}$"
ORDERS = {
    "-changed": "-position", "changed": "position",
    "-begun": "-asserted_at", "begun": "asserted_at",
    "-origins": "-origins", "-disputes": "-disputes",
}  # fmt: skip


class Names(serializers.MultipleChoiceField):
    """Several of a few names, with commas between them or each for itself."""

    def to_internal_value(self, data: Any) -> Any:
        given = [data] if isinstance(data, str) else data
        names = [name for one in given for name in str(one).split(",")]
        return super().to_internal_value(names)  # type: ignore[arg-type]  # a list


class Shown(Parameters):
    """What of a claim is sent."""

    fields = Names(  # type: ignore[assignment]  # a field
        choices=ClaimDetail.Meta.fields,
        required=False,
        help_text="Only these members, and `id`; with commas between them.",
    )
    include = Names(
        choices=tuple(sorted(INCLUDED)),
        required=False,
        help_text="These members, too, with commas between them.",
    )


class Wanted(Moments, Shown, Listing):
    """The filters of the list of claims, its order, and what of each is sent."""

    status = serializers.ChoiceField(Claim.STATUSES, required=False)
    q = serializers.CharField(
        required=False, max_length=500, help_text="Words, in the claim's own language."
    )
    source = serializers.CharField(  # type: ignore[assignment]  # a field
        required=False, help_text="The name of an outlet or an origin of its evidence."
    )
    language = serializers.RegexField(LANGUAGE, required=False, help_text='As in "fr".')
    verdict = serializers.CharField(
        required=False, max_length=100, help_text="A confirmed verdict, by its key on the scale."
    )
    story = serializers.IntegerField(
        required=False, min_value=1, max_value=2**62, help_text="A story of the desk, by its id."
    )
    order = serializers.ChoiceField(
        list(ORDERS), required=False, help_text='The order; "-changed" if not given.'
    )


class OneAsked(Moments, Shown):
    """What can be asked of one claim."""


def named(given: dict[str, Any]) -> set[str]:
    """The members that are asked for by name."""
    return set(given.get("fields", ())) | set(given.get("include", ()))


def wanted(
    *,
    status: str = "",
    q: str = "",
    source: str = "",
    language: str = "",
    verdict: str = "",
    story: int | None = None,
    **_paging: Any,
) -> Q:
    """The claims that a client asks for."""
    condition = Q()
    if status:
        condition &= Q(status=status)
    if language:
        condition &= Q(language=language)
    if source:
        outlet, origin = (Q(evidence__contains=[{key: source}]) for key in ("outlet", "origin"))
        condition &= outlet | origin
    if verdict:
        condition &= Q(verdict__verdict=verdict) & verdicts.CONFIRMED
    if story:
        condition &= Q(id__in=StoryClaim.objects.filter(story=story).values("claim"))
    if q:
        condition &= in_own_words(q)
    return condition
