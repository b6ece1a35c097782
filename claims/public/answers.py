"""How public pages are answered: strictly, to be kept for a while, in the reader's language."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

LANGUAGES = ("en", "fr")
BRIEFLY = "public, max-age=60"
STRICT = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
View = Callable[..., HttpResponseBase]


def strictly(**differently: list[str]) -> Callable[[View], View]:
    """A page for strangers: only read, no scripts, nothing from elsewhere, in the language that its
    address or the browser asks for."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, **named: Any) -> HttpResponseBase:
            asked = request.GET.get("lang", "")
            language = asked if asked in LANGUAGES else translation.get_language() or "en"
            with translation.override(language):
                response = view(request, **named)
            response["Content-Language"] = language
            patch_vary_headers(response, ["Accept-Language"])
            return response

        policy = {**STRICT, **{name.replace("_", "-"): to for name, to in differently.items()}}
        made: View = require_safe(csp(policy)(answered))
        return made

    return decorate


def kept(
    request: HttpRequest,
    body: str,
    content_type: str = "text/html; charset=utf-8",
    status: int = 200,
) -> HttpResponseBase:
    """The answer with an ETag of what it says, or 304 where the client has that."""
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    known = get_conditional_response(request, etag=etag) if status == 200 else None
    response: HttpResponseBase = known or HttpResponse(body, content_type, status=status)
    response["ETag"], response["Cache-Control"] = etag, BRIEFLY
    return response


def rendered(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    """A public page's text; it is the same for everybody, so that nothing of the request is in it
    but its language."""
    language = translation.get_language() or "en"
    here = request.build_absolute_uri(request.path)
    common = {
        "here": here,
        "language": language,
        "others": [(one, f"{here}?lang={one}") for one in LANGUAGES if one != language],
        "all": request.build_absolute_uri(reverse("public")),
        "atom": request.build_absolute_uri(reverse("atom")),
    }
    return render_to_string(template, common | context)
