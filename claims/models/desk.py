"""What a desk keeps for itself of its work: who sees to what, until when, and which lists it likes.

None of it is in the ledger, and none of it decides anything.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.waiting import Proposal


class Handling(models.Model):
    """Who sees to a proposal, and the day until which nobody is shown it."""

    proposal = models.OneToOneField(
        Proposal, primary_key=True, on_delete=models.CASCADE, related_name="handling"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assigned to"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    snoozed_until = models.DateField(_("snoozed until"), null=True)

    class Meta:
        verbose_name = _("handling")
        verbose_name_plural = _("handlings")
        permissions = (("assign_proposal", _("Can assign and snooze proposals")),)

    def __str__(self) -> str:
        return f"{self.proposal_id}"


class SavedFilter(models.Model):
    """A list of the queue under a name, for one person or for the whole desk."""

    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("query"), max_length=1000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    shared = models.BooleanField(_("for the whole desk"), default=False)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["owner", "name"], name="one_filter_a_name"),
            models.CheckConstraint(condition=~Q(name=""), name="a_filter_has_its_name"),
        )

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """Many decisions that one person asked for, and how far they have come.

    Each row is what the page showed of a proposal. `own` counts, by claim, the events of this run,
    which are no news to who asked for it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField(blank=True)  # nothing: they are accepted
    rows = models.JSONField()
    done = models.IntegerField(default=0)
    refused = models.JSONField(default=list)
    own = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.done} of {len(self.rows)}"

    @property
    def finished(self) -> bool:
        """Whether every row was decided or refused."""
        return self.done >= len(self.rows)
