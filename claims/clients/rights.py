"""What a client may ask for: the scopes of its key, or with none, what is public."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from claims.models import ApiKey

if TYPE_CHECKING:  # REST framework loads this module to make that one.
    from rest_framework.views import APIView


class InScope(BasePermission):
    """A key needs the scope that the view names in `scopes` for the method, or `read` for reading.

    Without a key or a session nobody is let in, but for views that say that they are `public`, and
    only where ANONYMOUS_READING is on; what such a view shows then is for it to say.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if isinstance(request.auth, ApiKey):
            needed = scope(view, request.method or "GET")
            if needed not in request.auth.scopes:
                told = _("This key lacks the scope “{scope}”; make one that has it.")
                raise PermissionDenied(told.format(scope=needed))
            return True
        if request.user and request.user.is_authenticated:
            return True
        public = getattr(view, "public", False) and request.method in SAFE_METHODS
        return bool(settings.ANONYMOUS_READING and public)


def scope(view: "APIView", method: str) -> str:
    """The scope that a method of a view takes; `read` unless it says otherwise."""
    named: dict[str, str] = getattr(view, "scopes", {})
    return named.get("GET" if method in ("HEAD", "OPTIONS") else method, "read")


def stranger(request: Request) -> bool:
    """Whether the request comes without a key or a session: it sees what is public, and no more."""
    return not (request.user and request.user.is_authenticated)
