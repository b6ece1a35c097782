"""How the admin looks, and what its pages may load; not for an operator to set."""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.templatetags.static import static

PRIMARY = {
    "50": "oklch(97.1% .014 243)",
    "100": "oklch(93.6% .032 243)",
    "200": "oklch(88.2% .059 243)",
    "300": "oklch(80.9% .105 243)",
    "400": "oklch(70.7% .135 245)",
    "500": "oklch(62.3% .155 248)",
    "600": "oklch(54.6% .160 250)",
    "700": "oklch(48.8% .150 252)",
    "800": "oklch(42.4% .125 253)",
    "900": "oklch(37.9% .100 254)",
    "950": "oklch(28.2% .075 255)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Claim Tracker",
    "SITE_HEADER": "Claim Tracker",
    "SITE_SYMBOL": "fact_check",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_LANGUAGES": False,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda request: static("desk/desk.css")],
    "SCRIPTS": [
        lambda request: static("desk/keys.js"),
        lambda request: static("desk/live.js"),
    ],
    "DASHBOARD_CALLBACK": "tracker.pages.overview.first_page",
    "COLORS": {"primary": PRIMARY},
    "ACCOUNT": {"navigation": "claims.desk.security.account"},
    "GLOBAL_CALLBACK": "tracker.pages.empty.state",
    "SIDEBAR": {"navigation": "tracker.pages.sidebar.navigation"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Alpine.js, on which unfold's pages are built, evaluates expressions and sets styles.
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
