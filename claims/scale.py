"""The desk's scale of verdicts: their names, their numbers, and the ends of the numbers."""

from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import get_language


class Step(NamedTuple):
    """One verdict of the scale; `number` is None for what nobody can rate."""

    key: str
    number: float | None
    english: str
    french: str


def steps() -> list[Step]:
    """The scale, best first."""
    return [Step(key, *given) for key, given in settings.VERDICTS.items()]


def named(key: str, language: str = "") -> str:
    """A verdict's name, in the reader's language if none is given; its key where it has none."""
    spoken = (language or get_language() or "en").partition("-")[0]
    _number, english, french = settings.VERDICTS.get(key, (None, key, key))
    return str(french if spoken == "fr" else english)


def numbers() -> tuple[float, float]:
    """The worst and the best number of the scale."""
    known = [step.number for step in steps() if step.number is not None]
    return (min(known), max(known)) if known else (0, 0)


def number(key: str) -> Any:
    """The number of a verdict; None where it has none."""
    return settings.VERDICTS.get(key, (None,))[0]
