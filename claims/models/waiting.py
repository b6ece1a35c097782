"""What awaits a person: proposals, and the passages that they rest on."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models.record import STEMMED


def display_name(person: AbstractUser) -> str:
    """A person's name, or the login where they gave none."""
    return person.get_full_name() or person.get_username()


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
        ("superseded", _("Superseded")),
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
    # What is shown first: see `proposals.priority`.
    priority = models.FloatField(_("priority"))
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
        permissions = (
            ("decide_proposal", _("Can accept and dismiss proposals")),
            ("view_decisions", _("Can see who decided how much")),
        )
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
                fields=["-disputed", "-priority", "id"],
                condition=Q(state="open"),
                name="proposal_queue",
            ),
            models.Index(
                fields=["created_at"],
                include=["disputed"],
                condition=Q(state="open"),
                name="proposal_waiting",
            ),
            models.Index(fields=["created_at"], name="proposal_made"),
            models.Index(
                fields=["-decided_at"],
                condition=Q(decided_at__isnull=False),
                name="proposal_decided",
            ),
        )

    def __str__(self) -> str:
        return self.wording or gettext("(the wording was erased)")

    @property
    def decider(self) -> str:
        """The name of who decided it; empty where nobody has."""
        return display_name(self.decided_by) if self.decided_by else ""


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
