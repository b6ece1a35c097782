"""The tables of the core: a window on the ledger, the read model, and what awaits a person.

No table holds a foreign key to Claim: a read model that others point at could not be thrown away
and folded again. Rows change only through `history` (claims) and `review` (proposals).
"""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
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
        )
        permissions = (
            ("reword_claim", _("Can reword a claim")),
            ("withdraw_evidence", _("Can withdraw evidence")),
            ("rate_claim", _("Can rate a claim")),
            ("confirm_rating", _("Can confirm a rating")),
            ("merge_claims", _("Can merge and unmerge claims")),
        )

    def __str__(self) -> str:
        return self.wording or gettext("(the wording was erased)")


class Proposal(models.Model):
    """What a machine proposes and a person decides: a new claim, or more evidence for one.

    A proposal that `begins` a claim names the id the claim will have, so that later findings can
    join it while it waits. `revision` counts its findings' changes: a decision names the one it
    saw.
    """

    STATES = (
        ("open", _("Open")),
        ("accepted", _("Accepted")),
        ("dismissed", _("Dismissed")),
    )

    id = models.UUIDField(primary_key=True, editable=False)
    claim = models.UUIDField(_("claim"), db_index=True)
    begins = models.BooleanField(_("new claim"))
    wording = models.TextField(_("wording"))
    language = models.CharField(_("language"), max_length=12)
    claimant = models.TextField(_("claimant"), blank=True)
    context = models.TextField(_("headline"), blank=True)
    score = models.FloatField(_("score"))
    disputed = models.BooleanField(_("holds a dispute"), default=False)
    revision = models.IntegerField(default=1)
    state = models.CharField(_("state"), max_length=12, choices=STATES, default="open")
    created_at = models.DateTimeField(_("proposed at"))
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.TextField(_("reason"), blank=True)
    command = models.UUIDField(null=True)
    position = models.BigIntegerField(_("position"), null=True)
    # The evidence whose source was changed, by its version in the history of the claim, or of the
    # absorbed claim `replaces_of`.
    replaces = models.IntegerField(null=True)
    replaces_of = models.CharField(max_length=36, blank=True, default="")
    search = models.GeneratedField(
        expression=STEMMED, output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        permissions = (("decide_proposal", _("Can accept and dismiss proposals")),)
        constraints = (
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(begins=True),
                name="one_proposal_begins_a_claim",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | Q(begins=False), name="nothing_new_replaces"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(decided_at__isnull=False),
                name="a_decision_has_its_time",
            ),
        )
        indexes = (
            GinIndex(
                fields=["search"],
                condition=Q(state="open", begins=True),
                name="proposal_search",
            ),
            models.Index(
                fields=["claim", "replaces"],
                condition=Q(replaces__isnull=False),
                name="proposal_replaces",
            ),
            models.Index(
                fields=["-disputed", "-score", "created_at"],
                condition=Q(state="open"),
                name="proposal_queue",
            ),
        )

    def __str__(self) -> str:
        return self.wording or gettext("(the wording was erased)")


class Finding(models.Model):
    """A passage that a proposal rests on, copied from its document to be judged here."""

    STANCES = (("supports", _("Supports")), ("disputes", _("Disputes")))
    KINDS = (
        ("denial", _("Denial")),
        ("contradiction", _("Contradiction")),
        ("figure", _("Other figure")),
    )

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="findings")
    claim = models.UUIDField()
    stance = models.CharField(_("stance"), max_length=12, choices=STANCES)
    kind = models.CharField(_("kind"), max_length=16, choices=KINDS, blank=True)
    document = models.CharField(_("document version"), max_length=64)
    url = models.TextField(_("address"), blank=True)
    outlet = models.TextField(_("outlet"))
    origin = models.TextField(_("origin"))
    origin_because = models.TextField(_("why this origin"), blank=True, default="")
    title = models.TextField(_("headline"), blank=True)
    quote = models.TextField(_("quote"))
    start = models.IntegerField()
    end = models.IntegerField()
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    speaker = models.TextField(_("speaker"), blank=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    ours = models.JSONField(_("the claim's figure"), null=True)
    theirs = models.JSONField(_("the passage's figure"), null=True)
    score = models.FloatField(_("score"))
    because = models.JSONField(_("reasons"), default=list)
    matcher = models.CharField(_("matcher"), max_length=64)
    fingerprint = models.CharField(max_length=64, db_index=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["claim", "document", "start", "end"],
                name="one_finding_a_passage",
            ),
        )

    def __str__(self) -> str:
        return self.quote


class ApiKey(models.Model):
    """A client's key: only its hash is kept, and it can do what its user can."""

    name = models.CharField(_("name"), max_length=100, help_text=_("Who uses it, and where."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("acts as"),
        on_delete=models.CASCADE,
        related_name="api_keys",
    )
    prefix = models.CharField(_("begins with"), max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("made at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
