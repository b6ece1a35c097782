"""The core as Django knows it, and what must be right before any of it runs."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = _("Claims")


@register()
def scale(**_kwargs: Any) -> list[CheckMessage]:
    """Is the desk's scale one? Every command that runs checks refuses one that is none."""
    hint = 'As in {"true": [5, "True", "Vrai"], "unproven": [null, "Unproven", "Non démontré"]}.'
    given = settings.VERDICTS
    if not isinstance(given, dict) or not given:
        return [Error("VERDICTS is no scale: it names no verdict.", hint=hint, id="claims.E001")]
    wrong = [key for key, step in given.items() if not _is_step(key, step)]
    lacks = "lacks a number or null, and two names"
    return [Error(f"VERDICTS: “{key}” {lacks}.", hint=hint, id="claims.E001") for key in wrong]


def _is_step(key: Any, step: Any) -> bool:
    if not isinstance(key, str) or not 0 < len(key) <= 40 or not isinstance(step, list):
        return False
    if len(step) != 3 or isinstance(step[0], bool):
        return False
    number, *names = step
    named = all(isinstance(name, str) and name.strip() for name in names)
    return named and (number is None or isinstance(number, int | float))
