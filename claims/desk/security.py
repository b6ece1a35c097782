"""The pages about one's own account: second factor, recovery codes, sessions; and the lock-out.

A code is asked for on a page of its own after the password. What weakens an account, taking the
second factor away or making new recovery codes, asks for the password and a code once more; wrong
passwords there count like those at the door.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django_otp import login as remember
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from claims.access import factor, sessions
from claims.desk import pages

DIGITS = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


class CodeForm(forms.Form):
    """A code of the person's phone, or a recovery code where that is meant."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=32,
        widget=UnfoldAdminTextInputWidget(attrs=DIGITS | {"autofocus": True}),
    )

    def __init__(self, *args: Any, judge: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.judge = judge

    def clean_code(self) -> str:
        """The code, where it is right."""
        code = str(self.cleaned_data["code"])
        try:
            right = self.judge(code, at=timezone.now())
        except factor.TooSoon as error:
            wait = ngettext(
                "Too many wrong codes: wait %d second, then give a new one.",
                "Too many wrong codes: wait %d seconds, then give a new one.",
                error.seconds,
            )
            raise forms.ValidationError(wait % error.seconds) from error
        if not right:
            raise forms.ValidationError(
                _("This code is not right. Each is good once: wait for the next, and see that "
                  "the phone’s clock is right.")
            )  # fmt: skip
        return code


class ProofForm(CodeForm):
    """The password and a code: what an account is weakened with."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("password", "code")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["code"].widget.attrs.pop("autofocus")

    def clean_password(self) -> str:
        """The password, where it is right; a wrong one counts as an attempt to log in."""
        name = pages.person(self.request).get_username()
        password = str(self.cleaned_data["password"])
        if authenticate(self.request, username=name, password=password) is None:
            raise forms.ValidationError(_("This is not your password."))
        return password

    def clean_code(self) -> str:
        """Who does not know the password uses up no code."""
        return super().clean_code() if "password" in self.cleaned_data else ""


def urls() -> list[Any]:
    """The addresses of these pages, below the admin's."""
    inside = admin.site.admin_view
    return [
        path("security/", inside(overview), name="security"),
        path("security/enrol/", inside(enrol), name="security-enrol"),
        path("security/codes/", inside(renew), name="security-codes"),
        path("security/remove/", inside(remove), name="security-remove"),
        path("security/everywhere/", inside(everywhere), name="security-everywhere"),
        path("security/code/", never_cache(ask), name="security-code"),
    ]


def overview(request: HttpRequest) -> HttpResponse:
    """What protects the account, and what can be done about it."""
    user = pages.person(request)
    context = {
        "phone": factor.device(user),
        "left": factor.left(user),
        "mode": settings.SECOND_FACTOR,
        "idle": settings.SESSION_COOKIE_AGE // 60,
    }
    return _page(request, "desk/security.html", _("Security"), context)


def enrol(request: HttpRequest) -> HttpResponse:
    """The secret for a phone; with a code that it made, the phone counts from then on."""
    user = pages.person(request)
    if settings.SECOND_FACTOR == "off" or factor.device(user):
        return HttpResponseRedirect(reverse("security"))
    confirmed: list[Any] = []

    def judge(code: str, **when: Any) -> bool:
        confirmed.append(factor.confirm(user, code, **when))
        return confirmed[-1] is not None

    form = CodeForm(request.POST if request.method == "POST" else None, judge=judge)
    if form.is_valid():
        remember(request, confirmed[-1])
        request.session.cycle_key()
        sessions.end(user, but=request.session.session_key)
        return _codes(request, user)
    phone = factor.enrolling(user)
    context = {
        "form": form,
        "picture": factor.picture(phone),
        "secret": factor.secret(phone),
        "required": settings.SECOND_FACTOR == "required",
    }
    return _page(request, "desk/security_enrol.html", _("Set up the second factor"), context)


def renew(request: HttpRequest) -> HttpResponse:
    """New recovery codes in place of the old ones."""
    if not factor.device(pages.person(request)):
        return HttpResponseRedirect(reverse("security"))
    form = _proof(request)
    if form.is_valid():
        return _codes(request, pages.person(request))
    context = {"form": form, "what": "codes"}
    return _page(request, "desk/security_proof.html", _("New recovery codes"), context)


def remove(request: HttpRequest) -> HttpResponse:
    """Take the second factor away."""
    if not factor.device(pages.person(request)):
        return HttpResponseRedirect(reverse("security"))
    form = _proof(request)
    if form.is_valid():
        factor.remove(pages.person(request))
        messages.success(request, _("The second factor is removed: the password alone lets in."))
        return HttpResponseRedirect(reverse("security"))
    context = {"form": form, "what": "remove"}
    return _page(request, "desk/security_proof.html", _("Remove the second factor"), context)


def everywhere(request: HttpRequest) -> HttpResponse:
    """End all sessions of the person, this one too."""
    if request.method == "POST":
        sessions.end(pages.person(request), but=request.session.session_key)
        logout(request)
        messages.success(request, _("You are logged out on every device."))
        return HttpResponseRedirect(reverse("admin:login"))
    return HttpResponseRedirect(reverse("security"))


def ask(request: HttpRequest) -> HttpResponse:
    """The code, of somebody whose password was right a moment ago; the gate leads here."""
    onward = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()):
        onward = reverse("admin:index")
    user = pages.person(request)
    if factor.lacking(user) != factor.CODE:
        return HttpResponseRedirect(onward)

    def judge(code: str, **when: Any) -> bool:
        return factor.verified(user, code, **when)

    form = CodeForm(request.POST if request.method == "POST" else None, judge=judge)
    if form.is_valid():
        remember(request, factor.device(user))
        request.session.cycle_key()
        if not factor.left(user):
            messages.warning(request, _("No recovery code is left: make new ones under Security."))
        return HttpResponseRedirect(onward)
    return _page(request, "desk/security_code.html", _("Second factor"), {"form": form})


def locked(request: HttpRequest, response: Any, credentials: Any) -> HttpResponse:
    """The page for too many failed attempts: the same whether there is such an account or not."""
    context = {"minutes": settings.LOGIN_COOL_OFF}
    page = _page(request, "desk/locked.html", _("Too many attempts to log in"), context)
    page.status_code = 429  # RFC 6585: too many requests
    return page.render()


def account(request: HttpRequest) -> list[dict[str, Any]]:
    """The links of the menu below one's own name."""
    own = [{"title": _("Security"), "link": reverse("security")}]
    return [*own, {"title": _("Change password"), "link": reverse("admin:password_change")}]


def _proof(request: HttpRequest) -> ProofForm:
    user = pages.person(request)

    def judge(code: str, **when: Any) -> bool:
        return factor.verified(user, code, **when)

    return ProofForm(
        request.POST if request.method == "POST" else None, judge=judge, request=request
    )


def _codes(request: HttpRequest, user: User) -> HttpResponse:
    """New recovery codes, which no other page shows again."""
    context = {"codes": factor.renew(user)}
    return _page(request, "desk/security_codes.html", _("Recovery codes"), context)


def _page(
    request: HttpRequest, template: str, title: str, context: dict[str, Any]
) -> TemplateResponse:
    shared = admin.site.each_context(request) | {"title": title}
    return TemplateResponse(request, template, shared | context)
