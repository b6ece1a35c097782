"""What is told to clients without being asked, and what they took with them when they asked."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.clients import ApiKey
from claims.models.record import Claim


class Subscription(models.Model):
    """An address that wants to hear of events; each of its lists, where empty, means all.

    `cursor` is the first position of the ledger that it has no deliveries of yet. `secret` has to
    be kept as it is, because every message is signed with it.
    """

    name = models.CharField(_("name"), max_length=100, help_text=_("Who hears of it, and where."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="subscriptions",
    )
    url = models.TextField(_("address"))
    types = ArrayField(models.CharField(max_length=20), verbose_name=_("events"), default=list)
    statuses = ArrayField(
        models.CharField(max_length=20), verbose_name=_("status of the claim"), default=list
    )
    claims = ArrayField(models.UUIDField(), verbose_name=_("claims"), default=list)
    stories = ArrayField(models.BigIntegerField(), verbose_name=_("stories"), default=list)
    secret = models.CharField(max_length=100)
    # While a secret is rotated, messages are signed with the one before as well.
    old_secret = models.CharField(max_length=100, blank=True, default="")
    old_until = models.DateTimeField(null=True)
    cursor = models.BigIntegerField()
    created_at = models.DateTimeField(_("made at"))
    succeeded_at = models.DateTimeField(_("last success"), null=True)
    # It hung until nobody waited any more: nothing is sent before.
    not_before = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True)
    stopped_because = models.TextField(_("why it is stopped"), blank=True, default="")

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to a subscription, and how far it has come; ids have the order of the ledger.

    `kind` is the word of the ledger's event at `position`, "recall", or "test", which has neither
    position nor claim. `status` is the claim's after that event; `held` is, of a recall, which keys
    hold what.
    """

    STATES = (
        ("waiting", _("Waiting")),
        ("delivered", _("Delivered")),
        ("failed", _("Failed")),
    )

    subscription = models.ForeignKey(
        Subscription,
        verbose_name=_("webhook"),
        on_delete=models.CASCADE,
        related_name="deliveries",
    )
    message = models.CharField(_("message"), max_length=40, unique=True)
    kind = models.CharField(_("event"), max_length=20)
    position = models.BigIntegerField(_("position"), null=True)
    claim = models.UUIDField(_("claim"), null=True)
    version = models.IntegerField(null=True)
    status = models.CharField(_("status"), max_length=20, blank=True, default="")
    verdict = models.TextField(blank=True, default="")
    held = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=12, choices=STATES, default="waiting")
    attempts = models.IntegerField(_("attempts"), default=0)
    answer = models.TextField(_("last answer"), blank=True, default="")
    created_at = models.DateTimeField(_("made at"))
    begun_at = models.DateTimeField(null=True)  # the first of its attempts
    next_at = models.DateTimeField(_("next attempt"), null=True)
    done_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = (
            models.UniqueConstraint(
                fields=["subscription", "position", "kind"], name="one_delivery_an_event"
            ),
        )
        indexes = (
            models.Index(
                fields=["subscription", "claim", "id"],
                condition=Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(
                fields=["subscription", "id"],
                condition=Q(state="waiting"),
                name="delivery_next",
            ),
            models.Index(
                fields=["subscription", "claim", "-id"],
                condition=Q(kind="recall"),
                name="delivery_recall",
            ),
            models.Index(fields=["done_at"], condition=Q(state="delivered"), name="delivery_done"),
            models.Index(
                fields=["subscription"], condition=Q(state="failed"), name="delivery_failed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.message}"


class Pulled(models.Model):
    """Which version of a claim a key took last, and what the claim's standing was then."""

    key = models.ForeignKey(
        ApiKey, verbose_name=_("API key"), on_delete=models.CASCADE, related_name="pulled"
    )
    claim = models.UUIDField(_("claim"), db_index=True)
    version = models.IntegerField(_("version"))
    status = models.CharField(_("status"), max_length=20, choices=Claim.STATUSES)
    verdict = models.TextField(_("verdict"), blank=True, default="")
    pulled_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("copy that a client holds")
        verbose_name_plural = _("copies that clients hold")
        constraints = (
            models.UniqueConstraint(fields=["key", "claim"], name="one_copy_a_key_and_claim"),
        )

    def __str__(self) -> str:
        return f"{self.claim} {self.version}"
