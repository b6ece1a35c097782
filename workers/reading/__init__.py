"""Bytes to a Reading: pure and deterministic, so that a document can be read again for ever."""

from workers.reading.reader import READER, read
from workers.reading.types import (
    SPOKEN,
    Attribution,
    Denial,
    Kind,
    Passage,
    Quantity,
    Reading,
    ToldBy,
    Tolerance,
    Unreadable,
)

__all__ = [
    "READER",
    "SPOKEN",
    "Attribution",
    "Denial",
    "Kind",
    "Passage",
    "Quantity",
    "Reading",
    "ToldBy",
    "Tolerance",
    "Unreadable",
    "read",
]
