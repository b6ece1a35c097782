"""Webhooks: made, shown their secret once, changed, rotated, paused and tried out.

Whoever is no superuser keeps only their own, as with API keys.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.validators import URLValidator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import sentences
from claims.clients import webhooks
from claims.desk import pages
from claims.models import Claim, Story, Subscription
from claims.models.waiting import display_name

LATEST = 10
KINDS = {
    **sentences.WORDS,
    webhooks.RECALL: gettext_lazy("Recall"),
    webhooks.TEST: gettext_lazy("Test"),
}
MOST_CLAIMS = 500


class WebhookForm(forms.Form):
    """Where messages go, and of what; a list in which nothing is chosen means all."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("Who hears of it, and where."),
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        validators=[URLValidator(schemes=["https", "http"])],
        help_text=gettext_lazy(
            "Messages are posted there. Take https, and no address with a password."
        ),
    )
    types = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        required=False,
        choices=[(kind, KINDS[kind]) for kind in webhooks.TYPES],
        help_text=gettext_lazy("Nothing chosen: all of them."),
    )
    statuses = forms.MultipleChoiceField(
        label=gettext_lazy("Only while the claim is"),
        required=False,
        choices=Claim.STATUSES,
        help_text=gettext_lazy("Nothing chosen: whatever its status. Recalls come in any case."),
    )
    stories = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Only claims of these stories"),
        required=False,
        coerce=int,
        help_text=gettext_lazy("Nothing chosen: of any, and of none."),
    )
    claims = forms.CharField(
        label=gettext_lazy("Only these claims"),
        required=False,
        help_text=gettext_lazy("Their ids, one on each line. Empty: all claims."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: Any = self.fields["stories"]
        named.choices = list(Story.objects.filter(archived=False).values_list("pk", "name"))

    def clean_url(self) -> str:
        """The address, where the desk would ever send something there."""
        url: str = self.cleaned_data["url"]
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise forms.ValidationError(
                _("The address holds a user name or password; messages are signed instead.")
            )
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if port not in settings.FETCH_PORTS:
            allowed = ", ".join(map(str, settings.FETCH_PORTS))
            told = _("Nothing is sent to port %(port)s; these are used: %(allowed)s.")
            raise forms.ValidationError(told % {"port": port, "allowed": allowed})
        return url

    def clean_claims(self) -> list[UUID]:
        """The claims that are named, each of which must be there."""
        named = self.cleaned_data["claims"].replace(",", " ").split()
        if len(named) > MOST_CLAIMS:
            raise forms.ValidationError(_("At most %d claims can be named.") % MOST_CLAIMS)
        try:
            ids = [UUID(one) for one in named]
        except ValueError as error:
            raise forms.ValidationError(_("These are not all ids of claims.")) from error
        missing = set(ids) - set(pages.by_id(ids))
        if missing:
            told = _("There is no claim %s.") % ", ".join(map(str, sorted(missing)))
            raise forms.ValidationError(told)
        return list(dict.fromkeys(ids))


@admin.register(Subscription)
class SubscriptionAdmin(pages.ReadOnly):
    """The list of webhooks, and the page of each; never with its secret."""

    list_display = ("name", "where", "user", "how", "waiting", "succeeded_at")
    list_select_related = ("user",)
    list_filter = (("stopped_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "url")
    ordering = ("name", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        rows: QuerySet[Subscription] = super().get_queryset(request)
        waiting = Count("deliveries", filter=Q(deliveries__state="waiting"))
        return rows.annotate(waits=waiting)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.add_subscription")

    @admin.display(description=gettext_lazy("address"))
    def where(self, row: Subscription) -> SafeString:
        return format_html('<span class="desk-wrap">{}</span>', row.url)

    @admin.display(description=gettext_lazy("state"))
    def how(self, row: Subscription) -> SafeString:
        if row.stopped_at is None:
            return format_html('<span class="desk-badge desk-badge--read">{}</span>', _("Running"))
        stopped = (
            '<span class="desk-badge desk-badge--failed">{}</span> <span class="desk-sub">{}</span>'
        )
        return format_html(stopped, _("Stopped"), row.stopped_because)

    @admin.display(description=gettext_lazy("waiting"))
    def waiting(self, row: Any) -> int:
        return int(row.waits)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form, and after it the page that shows the secret this once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = WebhookForm(request.POST if request.method == "POST" else None)
        users = get_user_model().objects.filter(is_active=True)
        if not request.user.is_superuser:
            users = users.filter(pk=pages.person(request).pk)
        form.fields["user"] = forms.ModelChoiceField(
            users.order_by("username"), label=_("Owner"), initial=request.user.pk,
            help_text=_("Hears by e-mail if it has to be stopped, and of recalls of their keys."),
        )  # fmt: skip
        context = self.page(request, _("New webhook")) | {"form": form}
        if request.method == "POST" and form.is_valid():
            made = webhooks.subscribe(**form.cleaned_data, at=timezone.now())
            context |= {"subscription": made, "secret": made.secret}
            return TemplateResponse(request, "desk/webhook_secret.html", context)
        return TemplateResponse(request, "desk/webhook_new.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The webhook as it is, and for those who may, what can be done with it."""
        row: Subscription = self.shown(request, object_id)
        context = self.page(request, row.name, row) | {"subscription": row}
        if request.method != "POST":
            return self._shown(request, row, context, WebhookForm(initial=_given(row)))
        if not _may_keep(request, row):
            raise PermissionDenied
        verb = request.POST.get("verb", "")
        if verb == "rotate":
            secret = webhooks.rotate(row, at=timezone.now())
            return TemplateResponse(
                request, "desk/webhook_secret.html", context | {"secret": secret, "rotated": True}
            )
        if verb == "change":
            form = WebhookForm(request.POST)
            if not form.is_valid():
                return self._shown(request, row, context, form)
            webhooks.change(row, **form.cleaned_data)
            messages.success(request, _("The webhook is changed."))
        elif verb in VERBS:
            messages.success(request, VERBS[verb](request, row))
        else:
            raise BadRequest("The form is damaged; load the page again.")
        return HttpResponseRedirect(request.path)

    def _shown(
        self, request: HttpRequest, row: Subscription, context: dict[str, Any], form: WebhookForm
    ) -> HttpResponse:
        latest = list(row.deliveries.order_by("-id")[:LATEST])
        for delivery in latest:
            delivery.word = KINDS.get(delivery.kind, delivery.kind)  # type: ignore[attr-defined]
        log = reverse("admin:claims_delivery_changelist")
        context |= {
            "form": form,
            "may_keep": _may_keep(request, row),
            "latest": latest,
            "log": f"{log}?subscription__id__exact={row.pk}",
            "types": [KINDS.get(kind, kind) for kind in row.types],
            "stories": Story.objects.filter(pk__in=row.stories),
            "statuses": [dict(Claim.STATUSES).get(one, one) for one in row.statuses],
        }
        return TemplateResponse(request, "desk/webhook.html", context)


def _may_keep(request: HttpRequest, row: Subscription) -> bool:
    """Whether the person may change it: the right to, and that it is theirs, or all rights."""
    theirs = request.user.is_superuser or row.user_id == request.user.pk
    return theirs and request.user.has_perm("claims.change_subscription")


def _given(row: Subscription) -> dict[str, Any]:
    claims = "\n".join(map(str, row.claims))
    return {"name": row.name, "url": row.url, "types": row.types, "statuses": row.statuses,
            "claims": claims, "stories": row.stories}  # fmt: skip


def _pause(request: HttpRequest, row: Subscription) -> str:
    who = display_name(pages.person(request))
    webhooks.stop(row, _("Paused by %s.") % who, at=timezone.now())
    return _("It is paused, and keeps its place.")


def _resume(request: HttpRequest, row: Subscription) -> str:
    webhooks.resume(row, at=timezone.now())
    return _("It goes on where it was stopped.")


def _test(request: HttpRequest, row: Subscription) -> str:
    webhooks.test(row, at=timezone.now())
    return _("A test message is on its way; what came of it is told below within a minute.")


VERBS: dict[str, Callable[[HttpRequest, Subscription], str]] = {
    "pause": _pause,
    "resume": _resume,
    "test": _test,
}


def stopped() -> int:
    """How many webhooks are stopped."""
    return Subscription.objects.exclude(stopped_at=None).count()
