"""What is on record: a window on the ledger, and the read model that is folded from it."""

from collections.abc import Iterator

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.status import Status

# What can be searched of a claim, stemmed in its own language.
SEARCHABLE = Concat(
    "wording",
    Value(" "),
    "claimant",
    Value(" "),
    "context",
    output_field=models.TextField(),
)
STEMMED = Case(
    When(language="fr", then=SearchVector(SEARCHABLE, config="french")),
    default=SearchVector(SEARCHABLE, config="english"),
)


def in_words(words: str) -> Q:
    """The claims that have these words, in whichever of the two languages they are meant."""
    french, english = _queries(words)
    return Q(search=french) | Q(search=english)


def in_own_words(words: str) -> Q:
    """The claims that have these words, each stemmed in the language of the claim."""
    french, english = _queries(words)
    return Q(language="fr", search=french) | (~Q(language="fr") & Q(search=english))


def _queries(words: str) -> Iterator[SearchQuery]:
    for config in ("french", "english"):
        yield SearchQuery(words, config=config, search_type="websearch")


class Entry(models.Model):
    """One event as it stands in the ledger: read-only, by a view."""

    position = models.BigIntegerField(_("position"), primary_key=True)
    event_id = models.UUIDField()
    stream_id = models.UUIDField(_("claim"))
    version = models.IntegerField(_("version"))
    type = models.TextField(_("event"))
    schema_version = models.SmallIntegerField()
    actor = models.TextField(_("who"))
    effective_at = models.DateTimeField(_("effective at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    command_id = models.UUIDField()
    leaf_hash = models.BinaryField()
    body = models.TextField(_("what"), null=True)  # noqa: DJ001  -- None once erased
    erased_by = models.BigIntegerField(_("erased by the event at"), null=True)
    erasure = models.TextField(null=True)  # noqa: DJ001  -- what that event says

    class Meta:
        managed = False
        db_table = "claims_entry"
        ordering = ("position",)
        verbose_name = _("event")
        verbose_name_plural = _("events")
        permissions = (("erase_event", _("Can erase what an event said")),)

    def __str__(self) -> str:
        return f"{self.position} {self.type}"


class Claim(models.Model):
    """The read model: what a claim's history adds up to. Folded from the ledger, never edited."""

    STATUSES = (
        (Status.ASSERTED.value, _("Asserted")),
        (Status.CORROBORATED.value, _("Corroborated")),
        (Status.DISPUTED.value, _("Disputed")),
        (Status.WITHDRAWN.value, _("Withdrawn")),
        (Status.MERGED.value, _("Merged")),
    )

    id = models.UUIDField(primary_key=True, editable=False)
    version = models.IntegerField(_("version"))
    position = models.BigIntegerField(_("position"))
    status = models.CharField(_("status"), max_length=20, choices=STATUSES)
    wording = models.TextField(_("wording"))
    language = models.CharField(_("language"), max_length=12)
    claimant = models.TextField(_("claimant"), blank=True)
    context = models.TextField(_("headline"), blank=True)
    origins = models.IntegerField(_("origins"))
    articles = models.IntegerField(_("articles"))
    disputes = models.IntegerField(_("disputes"))
    evidence = models.JSONField(_("evidence"), encoder=DjangoJSONEncoder)
    verdict = models.JSONField(_("verdict"), null=True, encoder=DjangoJSONEncoder)
    published = models.BooleanField(_("public"), default=False, db_default=False)
    merged_into = models.UUIDField(_("merged into"), null=True)
    asserted_at = models.DateTimeField(_("asserted at"))
    changed_at = models.DateTimeField(_("changed at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    search = models.GeneratedField(
        expression=STEMMED, output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        indexes = (
            GinIndex(fields=["search"], name="claim_search"),
            GinIndex(fields=["evidence"], name="claim_evidence", opclasses=["jsonb_path_ops"]),
            models.Index(fields=["status", "-position"], name="claim_by_status"),
            models.Index(fields=["-position"], name="claim_by_change"),
            models.Index(
                fields=["-position"], condition=Q(verdict__isnull=False), name="claim_rated"
            ),
            models.Index(fields=["-position"], condition=Q(published=True), name="claim_published"),
        )
        permissions = (
            ("reword_claim", _("Can reword a claim")),
            ("withdraw_evidence", _("Can withdraw evidence")),
            ("rate_claim", _("Can rate a claim")),
            ("confirm_rating", _("Can confirm a rating")),
            ("merge_claims", _("Can merge and unmerge claims")),
            ("withdraw_verdict", _("Can withdraw a confirmed verdict")),
            ("publish_claim", _("Can publish a claim, and take it back")),
        )

    def __str__(self) -> str:
        return self.wording or gettext("(the wording was erased)")

    @property
    def erased(self) -> bool:
        """Whether nothing of it is left but that it was there."""
        return not self.wording and not self.evidence


class ReadSideCheck(models.Model):
    """That the whole ledger was folded again, and how many claims the read side had otherwise.

    Of `mended` ones none is left so.
    """

    at = models.DateTimeField(db_index=True)
    size = models.BigIntegerField()
    claims = models.BigIntegerField()
    different = models.BigIntegerField()
    mended = models.BooleanField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.at}: {self.different} of {self.claims} claims"

    @property
    def left(self) -> int:
        """How many claims it left as no ledger says."""
        return 0 if self.mended else self.different
