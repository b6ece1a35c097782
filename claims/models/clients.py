"""Who may call the API."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiKey(models.Model):
    """A client's key: only its hash is kept, and it can do no more than its user can."""

    SCOPES = (
        ("read", _("Read claims, sources, documents and proposals")),
        ("log", _("Follow the log: every event with what it says")),
        ("submit", _("Send documents")),
        ("decide", _("Decide proposals, in the name of its user")),
    )

    name = models.CharField(_("name"), max_length=100, help_text=_("Who uses it, and where."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("acts as"),
        on_delete=models.CASCADE,
        related_name="api_keys",
    )
    prefix = models.CharField(_("begins with"), max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    # The secret before the last rotation, which opens the door along with it for a while.
    former_prefix = models.CharField(max_length=12, blank=True, db_index=True)
    former_digest = models.CharField(max_length=64, blank=True)
    former_until = models.DateTimeField(_("the former one works until"), null=True)
    scopes = ArrayField(
        models.CharField(max_length=10, choices=SCOPES),
        verbose_name=_("may"),
        default=list,
    )
    networks = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("only from"),
        default=list,
        help_text=_("Networks as in 203.0.113.0/24; none: from everywhere."),
    )
    per_minute = models.PositiveIntegerField(
        _("requests a minute"), null=True, help_text=_("Empty: what the desk allows any key.")
    )
    created_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"), null=True)
    last_used_at = models.DateTimeField(
        _("last used"), null=True, help_text=_("To within ten minutes.")
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
