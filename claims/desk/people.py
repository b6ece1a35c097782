"""Users and groups, with unfold's forms, and help for who lost a phone or is shut out.

A user is never deleted: the ledger names people by a pseudonym, and this table is where the name
behind it is. Who leaves is made inactive.

An Operator keeps people and must not become more by it (`access.rights`): superusers are out of
reach, so are the password of whoever may do more than an Operator, one's own groups, and every
permission that does not come with one of the groups for reviewing. What is done to an account is
in its history and in the server's log.
"""

import logging
from collections.abc import Callable
from typing import Any

from axes.utils import reset
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from claims.access import factor, rights, sessions
from claims.desk import pages

log = logging.getLogger(__name__)

# A phone's secret is shown to its owner alone, on the Security page.
admin.site.unregister([User, Group, TOTPDevice, StaticDevice])


class PersonForm(UserChangeForm):
    """A person; the groups that are not on offer stay as they are."""

    offered: QuerySet[Group]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(field := self.fields.get("groups"), ModelMultipleChoiceField):
            field.queryset = self.offered

    def clean_groups(self) -> Any:
        chosen = self.cleaned_data["groups"]
        kept = self.instance.groups.exclude(pk__in=self.offered.values("pk"))
        return Group.objects.filter(pk__in=[one.pk for one in [*chosen, *kept]])


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    """People, who are made inactive and never deleted."""

    form = PersonForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser", "phone")
    actions = ("reset_factor", "lift")
    identity = (None, {"fields": ("username", "first_name", "last_name", "email")})
    dates = (gettext_lazy("Important dates"), {"fields": ("last_login", "date_joined")})
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        phones = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.annotate(has_phone=Exists(phones))

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def phone(self, person: Any) -> bool:
        return bool(person.has_phone)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody but a superuser changes a superuser."""
        above = isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser
        return bool(super().has_change_permission(request, obj)) and not above

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Passwords and permissions are in sight of those who may change them."""
        if obj is None or request.user.is_superuser:
            return super().get_fieldsets(request, obj)
        access = {"fields": ("is_active", "is_staff", "groups")}
        return (self.identity, (gettext_lazy("Permissions"), access), self.dates)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody but a superuser decides what one may do oneself."""
        fixed = super().get_readonly_fields(request, obj)
        if obj is not None and obj.pk == request.user.pk and not request.user.is_superuser:
            return (*fixed, "is_active", "is_staff", "groups")
        return fixed

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form, which offers the groups that this person may give."""
        form = super().get_form(request, obj, change=change, **kwargs)
        groups = Group.objects.all()
        if not request.user.is_superuser:
            groups = groups.filter(name__in=rights.GIVEN)
        form.offered = groups  # type: ignore[attr-defined]
        return form

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """A new password, for whom one could not act as otherwise."""
        person = self.get_object(request, id)
        if person and not rights.reaches(pages.person(request), person):
            raise PermissionDenied
        shown: HttpResponse = super().user_change_password(request, id, form_url)
        return shown

    def has_help_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_change_permission(request))

    @admin.action(description=gettext_lazy("Reset the second factor"), permissions=["help"])
    def reset_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        def forget(person: User) -> bool:
            had = factor.remove(person)
            sessions.end(person)
            return had

        done = self._help(request, queryset, forget, "Second factor reset, sessions ended.")
        told = ngettext("%d second factor reset.", "%d second factors reset.", done)
        messages.success(request, told % done)

    @admin.action(description=gettext_lazy("Lift the lock-out"), permissions=["help"])
    def lift(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        def forgive(person: User) -> bool:
            return bool(reset(username=person.get_username()))

        done = self._help(request, queryset, forgive, "Lock-out lifted.")
        told = ngettext("%d lock-out lifted.", "%d lock-outs lifted.", done)
        messages.success(request, told % done)

    def _help(
        self,
        request: HttpRequest,
        queryset: QuerySet[User],
        verb: Callable[[User], bool],
        sentence: str,
    ) -> int:
        """Do it for each person who is in reach, and say so in both logs; for how many."""
        by, done = pages.person(request), 0
        for person in queryset:
            if person.pk == by.pk or not self.has_change_permission(request, person):
                refused = _("%(name)s: not you. Ask a superuser, or use the Security page.")
                messages.error(request, refused % {"name": person})
            elif verb(person):
                self.log_change(request, person, sentence)
                log.warning("%s For user:%s, by user:%s.", sentence, person.pk, by.pk)
                done += 1
        return done


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """What a Reviewer, an Editor, an Auditor and an Operator may do."""
