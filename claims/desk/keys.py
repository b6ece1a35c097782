"""API keys: made, shown once, rotated, revoked.

A key does what its user may do, so whoever keeps the desk's people makes one for those alone who
may do no more than they; others make their own.
"""

from datetime import date, datetime, time, timedelta
from ipaddress import ip_network
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from claims.access import rights
from claims.clients import keys
from claims.desk import pages
from claims.models import ApiKey


class KeyForm(forms.Form):
    """Who will use the key, whose rights it has, what it may do, from where and how long."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("Who uses it, and where."),
        widget=UnfoldAdminTextInputWidget,
    )
    user = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Acts as"), widget=UnfoldAdminSelectWidget
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), choices=ApiKey.SCOPES, initial=["read"]
    )
    networks = forms.CharField(
        label=gettext_lazy("Only from these networks"),
        required=False,
        help_text=gettext_lazy("One on each line, as in 203.0.113.0/24. Empty: from everywhere."),
    )
    per_minute = forms.IntegerField(
        label=gettext_lazy("Requests a minute"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=gettext_lazy("Empty: what the desk allows any key."),
        widget=UnfoldAdminTextInputWidget,
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Works until the end of"),
        required=False,
        help_text=gettext_lazy("A day, as in 2027-01-31. Empty: until it is revoked."),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
    )

    def clean_networks(self) -> list[str]:
        """The networks that are named, each of which must be one."""
        named = self.cleaned_data["networks"].replace(",", " ").split()
        try:
            return [str(ip_network(one, strict=False)) for one in named]
        except ValueError as error:
            told = _("%(what)s: give networks as in 203.0.113.0/24 or 2001:db8::/32.")
            raise forms.ValidationError(told % {"what": error}) from error

    def clean_expires_on(self) -> date | None:
        """A day to come."""
        day: date | None = self.cleaned_data["expires_on"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("Choose a day to come."))
        return day

    def made(self, *, at: datetime) -> tuple[ApiKey, str]:
        """The key that the form asks for, and its secret."""
        given = dict(self.cleaned_data)
        day: date | None = given.pop("expires_on")
        midnight = datetime.combine(day + timedelta(days=1), time.min) if day else None
        ends = timezone.make_aware(midnight) if midnight else None
        return keys.make(**given, expires_at=ends, at=at)


@admin.register(ApiKey)
class KeyAdmin(pages.ReadOnly):
    """The list of keys, never with what would open the door."""

    list_display = (
        "name", "begins", "user", "may", "last_used_at", "expires_at", "created_at", "revoked_at",
    )  # fmt: skip
    list_select_related = ("user",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    ordering = ("-created_at",)
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.add_apikey")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        rights = ("view", "add", "change", "delete")
        return any(request.user.has_perm(f"claims.{right}_apikey") for right in rights)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        rights = ("change", "delete")
        return any(request.user.has_perm(f"claims.{right}_apikey") for right in rights)

    @admin.display(description=gettext_lazy("may"))
    def may(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description=gettext_lazy("begins with"))
    def begins(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form, and after it the page that shows the secret this once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = KeyForm(request.POST if request.method == "POST" else None)
        form.fields["user"].queryset = _users(pages.person(request))  # type: ignore[attr-defined]
        context = self.page(request, _("New API key"))
        if request.method == "POST" and form.is_valid():
            key, secret = form.made(at=timezone.now())
            context |= {"key": key, "secret": secret}
            return TemplateResponse(request, "desk/key_made.html", context)
        return TemplateResponse(request, "desk/key_new.html", context | {"form": form})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The key as it is, and a new secret or its end for those who may."""
        key: ApiKey = self.shown(request, object_id)
        may_change = self._may_change(request, key)
        context = self.page(request, key.name, key) | {
            "key": key,
            "may": [str(dict(ApiKey.SCOPES).get(one, one)) for one in key.scopes],
            "may_change": may_change,
        }
        if request.method != "POST":
            return TemplateResponse(request, "desk/key.html", context)
        verb = request.POST.get("verb")
        if verb not in {"rotate", "revoke"} or not may_change:
            raise PermissionDenied
        if verb == "rotate":
            context["secret"] = keys.rotate(key, at=timezone.now())
            return TemplateResponse(request, "desk/key_made.html", context | {"rotated": True})
        keys.revoke(key, at=timezone.now())
        messages.success(request, _("The key opens nothing any more."))
        return HttpResponseRedirect(request.path)

    def _may_change(self, request: HttpRequest, key: ApiKey) -> bool:
        """A new secret opens what its user may do: whoever makes keys for that user may make it."""
        mine = _users(pages.person(request)).filter(pk=key.user_id).exists()
        return mine and self.has_revoke_permission(request) and key.revoked_at is None

    @admin.action(description=gettext_lazy("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        live = list(queryset.filter(revoked_at=None))
        for key in live:
            keys.revoke(key, at=timezone.now())
        revoked = ngettext("%d key revoked.", "%d keys revoked.", len(live))
        messages.success(request, revoked % len(live))


def _users(maker: User) -> QuerySet[User]:
    """Whom a key that this person makes may act as."""
    if not maker.has_perm("auth.change_user"):
        return User.objects.filter(pk=maker.pk)
    return rights.within_reach(maker).filter(is_active=True).order_by("username")
