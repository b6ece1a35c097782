"""The reading room's pages: documents with their passages, versions, and who publishes.

What a document says is hostile text and is only ever shown escaped. Rows change through `intake`
alone, except for the lists that people keep (`kept`).
"""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin

from sources import intake, nudge, quoted
from sources.intake import Received, Unacceptable
from sources.kept import FeedAdmin as FeedAdmin
from sources.kept import SourceAdmin as SourceAdmin
from sources.models import Document, Version
from sources.upload import UploadForm

CHANGE_ORIGIN = "sources.change_origin"
TAKE_DOWN = "sources.take_down_version"


def waiting() -> int:
    """How many documents wait to be read."""
    return Document.objects.filter(state=Document.State.WAITING).count()


def failed() -> int:
    """How many documents could not be read."""
    return Document.objects.filter(state=Document.State.FAILED).count()


class ReadOnly(ModelAdmin):
    """Pages on what only `intake` changes."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def page(self, request: HttpRequest, title: str, obj: Model | None = None) -> dict[str, Any]:
        """What unfold's templates need around a page of ours."""
        context: dict[str, Any] = self.admin_site.each_context(request)
        page = {"opts": self.opts, "title": title, "original": obj}
        return context | page

    def shown(self, request: HttpRequest, object_id: str) -> Any:
        """The object that a page shows, for those who may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found


@admin.register(Document)
class DocumentAdmin(ReadOnly):
    """What was handed in, how far reading it has come, and what was read."""

    list_display = ("what", "progress", "source", "origin", "language", "received_at")
    list_display_links = None
    list_select_related = ("source",)
    list_filter = ("state", "source", "language")
    search_fields = ("title", "url", "filename", "origin")
    search_help_text = gettext_lazy("Title, address, file name or origin")
    ordering = ("-received_at",)
    sortable_by = ("received_at",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("read_again", "judge_anew")

    def has_read_again_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request))

    @admin.display(description=gettext_lazy("document"))
    def what(self, document: Document) -> SafeString:
        return render_to_string("sources/cells/what.html", {"document": document})

    @admin.display(description=gettext_lazy("state"))
    def progress(self, document: Document) -> SafeString:
        return render_to_string("sources/cells/state.html", {"document": document})

    @admin.action(description=gettext_lazy("Read again"), permissions=["read_again"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        chosen = list(queryset)
        lost = [one for one in chosen if one.state == Document.State.FAILED or one.not_before]
        for document in lost:
            intake.retry(document, at=timezone.now())
        if lost:
            again = ngettext(
                "%d document is read again.", "%d documents are read again.", len(lost)
            )
            messages.success(request, again % len(lost))
        if others := len(chosen) - len(lost):
            kept = ngettext(
                "%d document has not failed and stays as it is.",
                "%d documents have not failed and stay as they are.",
                others,
            )
            messages.warning(request, kept % others)

    def has_judge_anew_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request))

    @admin.action(
        description=gettext_lazy("Judge anew by today's rules"), permissions=["judge_anew"]
    )
    def judge_anew(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        read = list(queryset.filter(state=Document.State.READ).values_list("id", flat=True))
        for document in read:
            nudge.reread(document)
        done = ngettext(
            "%d document is judged anew in a moment; decisions stay.",
            "%d documents are judged anew in a moment; decisions stay.",
            len(read),
        )
        messages.success(request, done % len(read))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form to hand a document in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        posted = request.method == "POST"
        form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
        if posted and form.is_valid():
            try:
                received = form.receive(request.user.get_username())
            except Unacceptable as refusal:
                form.add_error(form.field_of(), str(refusal))
            else:
                return _to_document(request, received)
        context = self.page(request, _("Hand in a document")) | {"form": form}
        return TemplateResponse(request, "sources/upload.html", context)

    def get_urls(self) -> list[Any]:
        change = self.admin_site.admin_view(self.change_origin)
        own = path("<uuid:document>/origin/", change, name="sources_document_origin")
        return [own, *super().get_urls()]

    def change_origin(self, request: HttpRequest, document: UUID) -> HttpResponse:
        """Say whose words the document prints, for the reason that the form gives."""
        if request.method != "POST" or not request.user.has_perm(CHANGE_ORIGIN):
            raise PermissionDenied
        found = get_object_or_404(Document, id=document)
        name, because = request.POST.get("origin", ""), request.POST.get("because", "")
        try:
            intake.overrule(found, name=name, because=because, by=request.user.get_username())
        except ValueError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Its passages that wait in the queue follow in a moment."))
        return HttpResponseRedirect(reverse("admin:sources_document_change", args=[document]))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The document, its versions, and the passages of the newest."""
        document = self.shown(request, object_id)
        versions = list(document.by_age().defer("body", "text"))
        newest = document.by_age().defer("body").first()
        context = self.page(request, Truncator(str(document)).chars(60), document) | {
            "document": document,
            "versions": versions,
            "may_upload": self.has_add_permission(request),
            "may_change_origin": document.state == "read" and request.user.has_perm(CHANGE_ORIGIN),
            **(quoted.passages(request, newest) if newest else {}),
        }
        return TemplateResponse(request, "sources/document.html", context)


@admin.register(Version)
class VersionAdmin(ReadOnly):
    """One version of a document, for ever as it was captured; evidence points into it."""

    list_display = ("sha256", "document", "number", "captured_at", "reader")
    list_select_related = ("document",)
    search_fields = ("sha256", "document__title")
    ordering = ("-captured_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        rows: QuerySet[Version] = super().get_queryset(request)
        return rows.defer("body").select_related("document")

    def get_urls(self) -> list[Any]:
        down = self.admin_site.admin_view(self.take_down)
        own = path("<str:sha256>/take-down/", down, name="sources_version_take_down")
        return [own, *super().get_urls()]

    def take_down(self, request: HttpRequest, sha256: str) -> HttpResponse:
        """Take the version down, for the reason that the form gives."""
        if request.method != "POST" or not request.user.has_perm(TAKE_DOWN):
            raise PermissionDenied
        get_object_or_404(Version.objects.only("sha256"), sha256=sha256)
        try:
            intake.take_down(sha256, because=request.POST.get("because", ""), at=timezone.now())
        except ValueError as error:
            messages.error(request, str(error))
        else:
            done = _("It is taken down. Quotes of it on claims are erased there, event by event.")
            messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:sources_version_change", args=[sha256]))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The version's passages, with the one marked that a link asks for."""
        version = self.shown(request, object_id)
        context = self.page(request, Truncator(str(version)).chars(60), version) | {
            "document": version.document,
            "may_change_origin": request.user.has_perm(CHANGE_ORIGIN),
            "may_take_down": request.user.has_perm(TAKE_DOWN) and version.removed_at is None,
            "since": quoted.since(request, version),
            **quoted.passages(request, version),
        }
        return TemplateResponse(request, "sources/version.html", context)


def _to_document(request: HttpRequest, received: Received) -> HttpResponse:
    if received.new:
        messages.success(request, _("The document is handed in and will be read in a moment."))
    else:
        messages.info(request, _("The desk has this document already: here it is."))
    address = reverse("admin:sources_document_change", args=[received.document.pk])
    return HttpResponseRedirect(address)
