"""API keys: made, shown once, revoked. A key does what its user may do, so whoever keeps the desk's
people makes one for those alone who may do no more than they; others make their own."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from claims.access import rights
from claims.clients import keys
from claims.desk import pages
from claims.models import ApiKey


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who will use the key, and whose rights it has."""

    class Meta:
        model = ApiKey
        fields = ("name", "user")
        widgets = {
            "name": UnfoldAdminTextInputWidget(),
            "user": UnfoldAdminSelectWidget(),
        }


@admin.register(ApiKey)
class KeyAdmin(pages.ReadOnly):
    """The list of keys, never with what would open the door."""

    list_display = ("name", "begins", "user", "created_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    ordering = ("-created_at",)
    fields = ("name", "user", "begins", "created_at", "revoked_at")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.add_apikey")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        rights = ("view", "add", "change", "delete")
        return any(request.user.has_perm(f"claims.{right}_apikey") for right in rights)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        rights = ("change", "delete")
        return any(request.user.has_perm(f"claims.{right}_apikey") for right in rights)

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
            key, secret = keys.make(
                name=form.cleaned_data["name"],
                user=form.cleaned_data["user"],
                at=timezone.now(),
            )
            context |= {"key": key, "secret": secret}
            return TemplateResponse(request, "desk/key_made.html", context)
        return TemplateResponse(request, "desk/key_new.html", context | {"form": form})

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
