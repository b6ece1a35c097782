"""What a claim looks like over HTTP: in a list, by itself, and what is left of a merged one."""

from functools import cached_property
from typing import Any, cast

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from claims import origins, verdicts
from claims.api.log import Checkpoint, newest
from claims.api.moments import AsOf
from claims.models import Claim, Story, StoryClaim

INCLUDED = frozenset({"evidence", "stories"})
VERDICT_STATES = ("pending", "confirmed")


class Counts(serializers.Serializer[Claim]):
    """How much stands for and against a claim."""

    origins = serializers.IntegerField(help_text="Independent origins that support it.")
    articles = serializers.IntegerField(help_text="Documents that support it.")
    disputes = serializers.IntegerField()


class Verdict(serializers.Serializer[dict[str, Any]]):
    """The desk's verdict; `outdated` where the claim has changed since."""

    verdict = serializers.CharField()
    explanation = serializers.CharField()
    sources = serializers.ListField(
        child=serializers.CharField(),
        default=list,
        read_only=True,
        help_text="Addresses that the explanation rests on.",
    )
    version = serializers.IntegerField()
    state = serializers.ChoiceField(VERDICT_STATES)
    by = serializers.CharField()
    confirmed_by = serializers.CharField()
    outdated = serializers.BooleanField()


class Figure(serializers.Serializer[dict[str, Any]]):
    """A figure as a text gives it; `value` is a decimal number in digits."""

    value = serializers.CharField()
    unit = serializers.CharField()
    tolerance = serializers.CharField(
        help_text='"exact", "about", "at_least", "at_most", or "between" with `upper`.'
    )
    text = serializers.CharField()
    upper = serializers.CharField(
        default="", read_only=True, help_text="The other end of a range, or empty."
    )
    start = serializers.IntegerField(
        default=0,
        read_only=True,
        help_text="In characters of the quote, or of the claim's wording; `end` is 0 if not kept.",
    )
    end = serializers.IntegerField(default=0, read_only=True)


class Evidence(serializers.Serializer[dict[str, Any]]):
    """A piece of evidence that stands, pinned to an immutable version of a document."""

    version = serializers.IntegerField(help_text="Where in the claim's history it came.")
    claim = serializers.CharField(help_text="The absorbed claim whose history that is, or empty.")
    word = serializers.ChoiceField(["asserted", "corroborated", "disputed"])
    kind = serializers.CharField(
        default="", read_only=True, help_text="How it disputes the claim, if it does."
    )
    outlet = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    quote = serializers.CharField()
    speaker = serializers.CharField()
    document = serializers.CharField(help_text="The SHA-256 of the version's bytes.")
    start = serializers.IntegerField(help_text="In characters of the version's text.")
    end = serializers.IntegerField()
    ours = Figure(
        default=None, allow_null=True, read_only=True, help_text="The figure of the claim."
    )
    theirs = Figure(
        default=None, allow_null=True, read_only=True, help_text="The figure that the quote gives."
    )
    found_by = serializers.CharField()


class Origin(serializers.Serializer[dict[str, Any]]):
    """Evidence that comes from one origin, however many outlets printed it."""

    origin = serializers.CharField()
    evidence = Evidence(many=True)


class StoryNamed(serializers.ModelSerializer[Story]):
    """A story that a claim belongs to."""

    class Meta:
        model = Story
        fields = ("id", "name")
        read_only_fields = fields


class ClaimSummary(serializers.ModelSerializer[Claim]):
    """A claim in a list; its `wording` is empty where that was erased, and all but its `id` is left
    out that was not asked for."""

    # What is left out unless it is asked for, but for what is always there.
    always: frozenset[str] = frozenset()
    counts = Counts(source="*", read_only=True)
    verdict = serializers.SerializerMethodField(
        help_text="Without a key only a confirmed one.",
    )
    evidence = serializers.SerializerMethodField()
    stories = serializers.SerializerMethodField(help_text="Where `include` names them.")

    class Meta:
        model = Claim
        fields: tuple[str, ...] = (
            "id", "wording", "language", "claimant", "status", "version", "position", "counts",
            "verdict", "published", "merged_into", "asserted_at", "changed_at", "recorded_at",
            "evidence", "stories",
        )  # fmt: skip
        read_only_fields = fields

    def get_fields(self) -> dict[str, Any]:
        """Those that were asked for; what only `include` brings is left out where it does not."""
        fields = super().get_fields()
        if "include" not in self.context:
            return fields  # It is described, and not filled.
        include, asked = self.context["include"], self.context["fields"]
        wanted = set(asked) | {"id"} if asked else fields.keys() - (INCLUDED - self.always)
        return {name: field for name, field in fields.items() if name in wanted | include}

    @extend_schema_field(Verdict(allow_null=True))
    def get_verdict(self, claim: Claim) -> dict[str, Any] | None:
        made = verdicts.of(claim, stranger=bool(self.context.get("stranger")))
        return Verdict(made).data if made else None

    @extend_schema_field(Origin(many=True))
    def get_evidence(self, claim: Claim) -> list[dict[str, Any]]:
        return grouped(claim.evidence)

    @extend_schema_field(StoryNamed(many=True))
    def get_stories(self, claim: Claim) -> Any:
        return StoryNamed(self._stories.get(claim.id, []), many=True).data

    @cached_property
    def _stories(self) -> dict[Any, list[Story]]:
        """The stories of all claims that are shown, with one query."""
        rows = self.parent.instance if self.parent else [self.instance]
        found: dict[Any, list[Story]] = {}
        belongs = StoryClaim.objects.filter(claim__in=[row.id for row in cast(Any, rows)])
        for link in belongs.select_related("story").order_by("story__name"):
            found.setdefault(link.claim, []).append(link.story)
        return found


class ClaimDetail(ClaimSummary):
    """A claim with all evidence that stands."""

    always = frozenset({"evidence"})
    checkpoint = serializers.SerializerMethodField()
    as_of = AsOf(required=False, help_text="The moment that was asked for.")

    class Meta(ClaimSummary.Meta):
        fields: tuple[str, ...] = (*ClaimSummary.Meta.fields, "checkpoint", "as_of")
        read_only_fields = fields

    @extend_schema_field(Checkpoint(allow_null=True))
    def get_checkpoint(self, claim: Claim) -> dict[str, Any] | None:
        return newest()


class EvidenceByOrigin(serializers.Serializer[Any]):
    """All evidence that stands for and against a claim, at a version of it."""

    claim = serializers.UUIDField()
    version = serializers.IntegerField()
    origins = Origin(many=True)


class MergedClaim(serializers.Serializer[Any]):
    """What is left of a claim that became part of another one."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    merged_into = serializers.UUIDField()


@extend_schema_serializer(many=False)
class ClaimPage(serializers.Serializer[Any]):
    """A page of the list of claims."""

    as_of = AsOf(required=False, help_text="The moment that was asked for.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True, help_text="Null as of a moment.")
    results = ClaimSummary(many=True)
    checkpoint = Checkpoint(allow_null=True, required=False, help_text="Not as of a moment.")


def asked_for(given: dict[str, Any], *, stranger: bool) -> dict[str, Any]:
    """What the serializers of claims must know of a request: which members, and who looks."""
    include = set(given.get("include", ()))
    return {"fields": given.get("fields"), "include": include, "stranger": stranger}


def grouped(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pieces of evidence by their origin, the origin that came first first."""
    shown = Origin()
    return [
        shown.to_representation({"origin": origin, "evidence": pieces})
        for origin, pieces in origins.by_origin(evidence).items()
    ]
