"""How a desk groups its claims and talks about them. None of it is in the ledger, or ever public.

Claims are named by their ids: a read model that others point at could not be folded again.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Story(models.Model):
    """Claims under one name, such as an election."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True)
    archived = models.BooleanField(
        _("archived"), default=False, help_text=_("It is offered for no more claims.")
    )

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class StoryClaim(models.Model):
    """That a claim belongs to a story."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="claims")
    claim = models.UUIDField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["story", "claim"], name="once_in_a_story"),)

    def __str__(self) -> str:
        return f"{self.story}: {self.claim}"


class Tag(models.Model):
    """A short word on a claim."""

    claim = models.UUIDField(db_index=True)
    word = models.CharField(_("tag"), max_length=40)

    class Meta:
        ordering = ("word",)
        constraints = (models.UniqueConstraint(fields=["word", "claim"], name="one_tag_a_word"),)

    def __str__(self) -> str:
        return self.word


class Note(models.Model):
    """What somebody tells their colleagues about a claim; deleted, its words are gone."""

    claim = models.UUIDField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    text = models.TextField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return self.text[:80]


class Mention(models.Model):
    """That a note calls upon somebody, and when they saw it."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions"
    )
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["note", "person"], name="one_mention_a_note"),
        )
        indexes = (
            models.Index(
                fields=["person"], condition=models.Q(read_at=None), name="mention_unread"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.note}"


class Digest(models.Model):
    """How often somebody is written to of what waits for them, in which language, and when last."""

    EVERY = (("never", _("Never")), ("daily", _("Every day")), ("weekly", _("On Mondays")))

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="digest"
    )
    every = models.CharField(_("how often"), max_length=8, choices=EVERY, default="never")
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    sent_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.person}: {self.every}"
