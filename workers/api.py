"""`POST /api/v1/match`: the door at which clients ask whether something has been checked."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from claims.api.shapes import ClaimSummary, Figure, asked_for
from claims.clients import recall
from claims.models import Claim
from tracker.asking import Strict, Text
from workers.answering import Answer, Answered, Checked, check
from workers.placing import figure
from workers.reading import Unreadable

LONGEST = 200_000  # characters


class Asked(Strict):
    """A sentence, a text, or a whole article as HTML."""

    text = Text(required=False, max_length=LONGEST)
    html = Text(required=False, max_length=LONGEST)
    title = Text(
        required=False, max_length=500, help_text="The headline, which helps to find the matter."
    )

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if ("text" in sent) == ("html" in sent):
            raise serializers.ValidationError({"text": [_("Send either a text or html.")]})
        return sent


class Match(serializers.Serializer[Answer]):
    """A claim on record that a passage speaks of."""

    claim = ClaimSummary()
    stance = serializers.ChoiceField(["supports", "disputes"])
    kind = serializers.CharField(help_text="How it disputes the claim, if it does.")
    score = serializers.FloatField(help_text="From 0 to 1.")
    because = serializers.ListField(child=serializers.CharField())
    ours = Figure(allow_null=True, help_text="The figure of the claim.")
    theirs = Figure(allow_null=True, help_text="The figure of the passage.")


class MatchedPassage(serializers.Serializer[Answered]):
    """A passage of what was sent; `start` and `end` count characters of its plain text."""

    start = serializers.IntegerField()
    end = serializers.IntegerField()
    quote = serializers.CharField()
    speaker = serializers.CharField()
    checkworthy = serializers.FloatField(help_text="From 0 to 1.")
    matches = Match(many=True, help_text="Empty where the desk has nothing on it.")


class Matches(serializers.Serializer[Checked]):
    """What the desk has on a text, passage by passage."""

    passages = MatchedPassage(many=True)
    left_out = serializers.IntegerField(help_text="Passages that were too many to look up.")


class Matching(APIView):
    """Has this been checked? The claims on record that a text speaks of."""

    scopes = {"POST": "read"}

    @extend_schema(operation_id="match", request=Asked, responses=Matches)
    def post(self, request: Request) -> Response:
        """A machine's answer, and no verdict: read the claim before you rely on it."""
        sent = Asked(data=request.data)
        sent.is_valid(raise_exception=True)
        given, now = sent.validated_data, timezone.now()
        name, kind = ("text", "text/plain") if "text" in given else ("html", "text/html")
        body = given[name].encode()
        try:
            found = check(
                body,
                content_type=f"{kind}; charset=utf-8",
                title=given.get("title", ""),
                at=now,
            )
        except Unreadable as error:
            raise serializers.ValidationError({name: [str(error)]}) from error
        ids = {answer.claim for one in found.passages for answer in one.answers}
        rows = Claim.objects.defer("evidence", "search").in_bulk(list(ids))
        recall.taken(request.auth, rows.values(), at=now)
        passages = [_told(one, rows) for one in found.passages]
        return Response({"passages": passages, "left_out": found.left_out})


def _told(one: Answered, rows: dict[UUID, Claim]) -> dict[str, Any]:
    """A passage and its matches as they are sent."""
    claim = ClaimSummary(context=asked_for({}, stranger=False))
    return {
        "start": one.passage.start,
        "end": one.passage.end,
        "quote": one.quote,
        "speaker": one.passage.speaker,
        "checkworthy": one.passage.checkworthy,
        "matches": [
            {
                "claim": claim.to_representation(rows[answer.claim]),
                "stance": answer.relation.stance,
                "kind": answer.relation.kind,
                "score": answer.relation.score,
                "because": list(answer.relation.because),
                "ours": figure(answer.relation.ours),
                "theirs": figure(answer.relation.theirs),
            }
            for answer in one.answers
        ],
    }
