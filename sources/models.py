"""The documents of the desk. Rows change only through `intake`.

A version's bytes and text never change, which the database itself sees to: evidence on the
ledger is pinned to them by SHA-256 and by character offsets. They can be taken down, all at once.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Source(models.Model):
    """Who publishes: an outlet, an agency or an institution, and who owns it."""

    KINDS = (
        ("outlet", _("Outlet")),
        ("agency", _("News agency")),
        ("institution", _("Institution")),
    )

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS, default="outlet")
    owner = models.CharField(_("owner"), max_length=200, blank=True)
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    reach = models.PositiveIntegerField(
        _("readers a month"),
        default=0,
        help_text=_("What many read is shown first; 0 if nobody knows."),
    )
    language = models.CharField(_("language"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = (
            models.UniqueConstraint(
                fields=["domain"], condition=~Q(domain=""), name="one_source_a_domain"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """Something to read, by file or by address, and how far reading it has come."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        READ = "read", _("Read")
        FAILED = "failed", _("Failed")

    class OriginBy(models.TextChoices):
        """Who or what says whose words a document prints; nothing: they are its outlet's own."""

        TEXT = "text", _("What the document says")
        COPY = "copy", _("A document it copies")
        OWNER = "owner", _("Who owns its outlet")
        PERSON = "person", _("A reviewer")

    id = models.UUIDField(primary_key=True, editable=False)
    url = models.TextField(_("address"), blank=True)
    filename = models.TextField(_("file name"), blank=True)
    source = models.ForeignKey(
        Source,
        verbose_name=_("outlet"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    title = models.TextField(_("title"), blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    origin = models.TextField(_("origin"), blank=True)
    origin_because = models.TextField(_("why this origin"), blank=True)
    origin_by = models.CharField(
        _("who says so"), max_length=8, choices=OriginBy.choices, blank=True, default=""
    )
    # Whether what was proposed from this document has heard of its origin.
    origin_told = models.BooleanField(default=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.TextField(_("reason"), blank=True)
    attempts = models.IntegerField(_("attempts"), default=0)
    received_by = models.CharField(_("received from"), max_length=200)
    received_at = models.DateTimeField(_("received at"))
    hints = models.JSONField(_("what a feed says of it"), default=dict, blank=True)
    nudged_at = models.DateTimeField(null=True)
    # Since when it was in the queue, the last time that it was put there.
    waiting_since = models.DateTimeField(null=True)
    # Its site is busy: it is not fetched before.
    not_before = models.DateTimeField(_("not before"), null=True)
    # Its address: when it is looked at again, when it was, and why nothing could be read there.
    check_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(_("checked again at"), null=True)
    check_note = models.TextField(_("what was found there"), blank=True, default="")
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = (
            models.UniqueConstraint(
                fields=["url"], condition=~Q(url=""), name="one_document_an_address"
            ),
        )
        indexes = (
            models.Index(
                fields=["nudged_at"],
                condition=Q(state="waiting"),
                name="document_waiting",
            ),
            models.Index(
                fields=["waiting_since", "not_before"],
                condition=Q(state="waiting"),
                name="document_backlog",
            ),
            # PostgreSQL keeps equal keys once: counting a million reads a few hundred pages.
            models.Index(fields=["state"], name="document_states"),
            models.Index(
                fields=["state", "-finished_at"],
                include=["waiting_since"],
                name="document_finished",
            ),
            models.Index(fields=["-received_at"], name="document_by_arrival"),
            models.Index(fields=["check_at"], condition=Q(state="read"), name="document_due_again"),
            models.Index(
                fields=["id"], condition=Q(origin_told=False), name="document_origin_untold"
            ),
        )
        permissions = (("change_origin", _("Can say whose words a document prints")),)

    def __str__(self) -> str:
        return self.title or self.filename or self.url or str(self.id)

    def by_age(self) -> "models.QuerySet[Version]":
        """Its versions, the newest first: the one that its address gave last."""
        return self.versions.order_by("-seen_at", "-number")

    @property
    def counts_as(self) -> str:
        """The origin that the document's evidence has: documents of one origin count once."""
        outlet = self.source.name if self.source else ""
        return self.origin or outlet or self.filename or f"document {self.id}"


class Feed(models.Model):
    """A feed or a news sitemap that is polled for new articles, and how that goes."""

    url = models.TextField(_("address"), unique=True)
    every = models.PositiveIntegerField(
        _("minutes between two looks"), default=15, validators=[MinValueValidator(5)]
    )
    active = models.BooleanField(_("active"), default=True)
    etag = models.TextField(blank=True, default="", editable=False)
    last_modified = models.TextField(blank=True, default="", editable=False)
    next_at = models.DateTimeField(_("next look"), null=True, editable=False)
    polled_at = models.DateTimeField(_("last look"), null=True, editable=False)
    succeeded_at = models.DateTimeField(_("last success"), null=True, editable=False)
    brought_at = models.DateTimeField(_("last new article"), null=True, editable=False)
    failures = models.IntegerField(_("failures in a row"), default=0, editable=False)
    note = models.TextField(_("what was wrong"), blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        indexes = (models.Index(fields=["next_at"], condition=Q(active=True), name="feed_due"),)

    def __str__(self) -> str:
        return self.url


class Version(models.Model):
    """The bytes of a document as they were captured, and the text that was read from them."""

    sha256 = models.CharField(_("SHA-256"), primary_key=True, max_length=64, editable=False)
    document = models.ForeignKey(
        Document,
        verbose_name=_("document"),
        on_delete=models.PROTECT,
        related_name="versions",
    )
    number = models.IntegerField(_("number"))
    content_type = models.CharField(_("content type"), max_length=200, blank=True)
    body = models.BinaryField()
    captured_at = models.DateTimeField(_("captured at"))
    # When these bytes came last: an earlier version that is put back is the newest again.
    seen_at = models.DateTimeField(_("seen last at"))
    text = models.TextField(_("text"), null=True)  # noqa: DJ001  -- None until it is read
    reader = models.CharField(_("reader"), max_length=64, blank=True)
    matcher = models.CharField(_("matcher"), max_length=64, blank=True, default="")
    # What it says of itself, and where it says so; the names are those of `Outcome`.
    about = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    removed_at = models.DateTimeField(_("taken down at"), null=True)
    removed_because = models.TextField(_("taken down because"), blank=True, default="")

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        permissions = (("take_down_version", _("Can take a version down")),)
        constraints = (
            models.UniqueConstraint(fields=["document", "number"], name="one_version_a_number"),
        )

    def __str__(self) -> str:
        return f"{self.document} ({self.number})"


class Passage(models.Model):
    """One sentence of a version's text, by character offsets, and what the reader made of it."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="passages")
    number = models.IntegerField()
    start = models.IntegerField()
    end = models.IntegerField()
    kind = models.CharField(_("kind"), max_length=16)
    language = models.CharField(_("language"), max_length=12, blank=True)
    speaker = models.TextField(_("speaker"), blank=True)
    # Offsets into the text, like start and end: the words for the speaker and for speaking.
    speaker_start = models.IntegerField(null=True)
    speaker_end = models.IntegerField(null=True)
    cue_start = models.IntegerField(null=True)
    cue_end = models.IntegerField(null=True)
    attribution = models.CharField(_("attribution"), max_length=8, blank=True, default="")
    hedged = models.BooleanField(_("hedged"))
    negated = models.BooleanField(_("negated"))
    checkworthy = models.FloatField(_("worth checking"))
    because = models.JSONField(_("reasons"), default=list)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ("version", "number")
        constraints = (
            models.UniqueConstraint(fields=["version", "number"], name="one_passage_a_number"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.start}-{self.end}"


class Sketch(models.Model):
    """The keys by which near-copies of a version are found: two that share one may be copies."""

    version = models.OneToOneField(Version, primary_key=True, on_delete=models.CASCADE)
    keys = ArrayField(models.BigIntegerField())

    class Meta:
        indexes = (GinIndex(fields=["keys"], name="sketch_keys"),)

    def __str__(self) -> str:
        return f"sketch of {self.version_id}"


class Submission(models.Model):
    """What a client called its request, and the document that came of it."""

    by = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    document = models.ForeignKey(Document, null=True, on_delete=models.CASCADE, related_name="+")
    new = models.BooleanField(default=False)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["by", "key"], name="one_request_a_key"),)

    def __str__(self) -> str:
        return f"{self.by}: {self.key}"
