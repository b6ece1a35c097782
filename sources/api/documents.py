"""Documents over HTTP: send one in, and see how far reading it has come.

What is sent is checked for its size before it is read, and for its shape before anything is kept;
whether the desk takes it is for `intake` to say.
"""

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Prefetch, QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from sources import submissions
from sources.models import Document, Version
from tracker.asking import Listing, Strict, Text

# What a multipart body holds besides the file: its borders, names and fields.
WRAPPING = 64 * 1024
KEY = re.compile(r"[!-~]{1,255}")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "header",
    description="A name for this request: sent twice with the same one, it is done once.",
)


class TooLarge(APIException):
    """Nothing of it was read."""

    status_code = 413


class NoLength(APIException):
    """The body comes in chunks, and nobody can say beforehand how large it is."""

    status_code = 411
    default_detail = _("Send the body with a Content-Length, and not in chunks.")


class MaySend(IsAuthenticated):
    """Whoever is known may read; sending takes a permission."""

    message = _("Sending documents takes the permission sources.add_document.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        known = super().has_permission(request, view)
        return known and (request.method != "POST" or request.user.has_perm("sources.add_document"))


class Wanted(Listing):
    """The filters of the list of documents."""

    state = serializers.ChoiceField(Document.State.choices, required=False)
    source = serializers.IntegerField(  # type: ignore[assignment]  # a field
        required=False, min_value=1, max_value=2**62, help_text="A source, by its id."
    )


class Article(Strict):
    """What a client sends as JSON: an address, or a text with what is known of it."""

    url = Text(required=False, help_text="Where it was published.")
    text = Text(required=False, trim_whitespace=False)
    title = Text(required=False, max_length=500, help_text="Of the text.")

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if "title" in sent and "text" not in sent:
            raise serializers.ValidationError({"title": [_("A title belongs to a text.")]})
        return sent


class Upload(Strict):
    """What a client sends as multipart/form-data: a text, HTML, PDF, e-mail or Word file."""

    file = serializers.FileField(allow_empty_file=True, max_length=255)
    url = serializers.CharField(
        required=False, allow_blank=True, help_text="Where it was published."
    )


class About(serializers.Serializer[Any]):
    """What a version says of itself, as it was read; empty until then."""

    title = serializers.CharField()
    outlet = serializers.CharField()
    authors = serializers.ListField(child=serializers.CharField())
    canonical_url = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    modified_at = serializers.DateTimeField(allow_null=True)
    told_by = serializers.DictField(
        child=serializers.CharField(),
        help_text="By field: json-ld, meta, link, page, text, header, properties, address or feed.",
    )
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="Attachments that were not read."
    )


class DocumentVersion(serializers.ModelSerializer[Version]):
    """The bytes of a document as they were at one moment, or that they were taken down."""

    about = serializers.SerializerMethodField()

    class Meta:
        model = Version
        fields = (
            "number", "sha256", "content_type", "captured_at", "reader", "about", "removed_at",
            "removed_because",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(About(allow_null=True))
    def get_about(self, version: Version) -> dict[str, Any] | None:
        return version.about or None


class DocumentShown(serializers.ModelSerializer[Document]):
    """A document and how far reading it has come; `reason` is why it could not be read, or why it
    waits for its site until `not_before`."""

    outlet = serializers.CharField(
        source="source.name", default="", read_only=True, help_text="Empty if unknown."
    )
    origin_by = serializers.CharField(
        read_only=True, help_text='Who says so: "text", "copy", "owner", "person", or nobody.'
    )
    versions = DocumentVersion(many=True, read_only=True)

    class Meta:
        model = Document
        fields = (
            "id", "state", "reason", "not_before", "url", "filename", "title", "language", "outlet",
            "origin", "origin_because", "origin_by", "published_at", "received_at", "finished_at",
            "versions",
        )  # fmt: skip
        read_only_fields = fields


# The bytes and the text of a version can be large, and nobody asked for them.
SHOWN = Document.objects.select_related("source").prefetch_related(
    Prefetch("versions", Version.objects.defer("body", "text").order_by("number"))
)


class Documents(ListAPIView[Document]):
    """The documents, the one that came last first."""

    queryset = SHOWN
    serializer_class = DocumentShown
    permission_classes: Any = (*api_settings.DEFAULT_PERMISSION_CLASSES, MaySend)
    scopes = {"POST": "submit"}
    parser_classes: tuple[Any, ...] = (*api_settings.DEFAULT_PARSER_CLASSES, MultiPartParser)
    ordering = ("-received_at", "-id")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse by the length before anything reads the body: even a check of the session does."""
        _check_length(request)
        super().initial(request, *args, **kwargs)

    @extend_schema(operation_id="documents", parameters=[Wanted])
    def get(self, request: Request) -> Response:
        return self.list(request)

    def filter_queryset(self, queryset: QuerySet[Document, Any]) -> QuerySet[Document, Any]:
        given = Wanted.of(self.request)
        names = {"state", "source"} & given.keys()
        return queryset.filter(**{name: given[name] for name in names})

    @extend_schema(
        operation_id="send_document",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": Article, "multipart/form-data": Upload},
        responses={
            202: OpenApiResponse(DocumentShown, description="Taken, and waiting to be read."),
            200: OpenApiResponse(
                DocumentShown, description="The desk has had it before: this is it."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Send a document in; a worker reads it, and its address tells how far that has come."""
        sent = (Upload if request.content_type.startswith("multipart/") else Article)(
            data=request.data
        )
        sent.is_valid(raise_exception=True)
        received = submissions.receive(
            _key(request),
            by=request.user.get_username(),
            at=timezone.now(),
            **_taken(**sent.validated_data),
        )
        document = SHOWN.get(id=received.document.id)
        return Response(
            self.get_serializer(document).data,
            status=202 if received.new else 200,
            headers={"Location": reverse("document", args=[document.id])},
        )


class OneDocument(GenericAPIView[Document]):
    """A document and how far reading it has come."""

    queryset = SHOWN
    serializer_class = DocumentShown

    @extend_schema(operation_id="document")
    def get(self, request: Request, document: UUID) -> Response:
        found = self.get_queryset().filter(id=document).first()
        if found is None:
            raise NotFound(f"There is no document {document}.")
        return Response(self.get_serializer(found).data)


def _key(request: Request) -> str:
    """The name that the client gave its request; empty for none."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return ""
    if not KEY.fullmatch(given):
        told = _("It is 1 to 255 visible ASCII characters, such as a UUID.")
        raise serializers.ValidationError({"Idempotency-Key": [told]})
    return given


def _check_length(request: Request) -> None:
    if "Transfer-Encoding" in request.headers:
        raise NoLength
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError as error:
        raise NoLength from error
    _refuse_if_larger(length, settings.MAX_DOCUMENT_BYTES + WRAPPING)


def _refuse_if_larger(length: int, most: int) -> None:
    if length > most:
        told = _("This has {length}; at most {most} are taken.")
        limit = filesizeformat(settings.MAX_DOCUMENT_BYTES)
        raise TooLarge(told.format(length=filesizeformat(length), most=limit))


def _taken(
    *,
    url: str = "",
    text: str | None = None,
    title: str = "",
    file: "UploadedFile[bytes] | None" = None,
) -> dict[str, Any]:
    """What was sent, as `intake.receive` wants it; a title is the first line of its text."""
    if file is not None:
        _refuse_if_larger(file.size or 0, settings.MAX_DOCUMENT_BYTES)
        return {
            "url": url,
            "body": file.read(),
            "filename": file.name or "",
            "content_type": _content_type(file),
        }
    if text is not None:
        whole = f"{title}\n\n{text}" if title else text
        return {"url": url, "body": whole.encode(), "content_type": "text/plain; charset=utf-8"}
    return {"url": url}


def _content_type(file: "UploadedFile[bytes]") -> str:
    """What the client says that the file is; reading looks at the bytes all the same."""
    charset = f"; charset={file.charset}" if file.charset else ""
    return f"{file.content_type or ''}{charset}"[:200]
