"""What a reader found in a document: plain values, no behaviour, no Django.

All offsets are character offsets into `Reading.text`, so that a quote can be checked verbatim
against the stored version for ever: `reading.text[passage.start : passage.end]`.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Unreadable(Exception):
    """The document cannot be read; the message is the reason, in a sentence for a person."""


# What libraries raise for files that are broken; not the signal that reading takes too long, which
# is an exception of its own.
BROKEN = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError,
    NotImplementedError, OSError, RuntimeError, SyntaxError, TypeError, ValueError, struct.error,
    zlib.error,
)  # fmt: skip


class ToldBy(StrEnum):
    """Where a document says a thing of itself."""

    JSON_LD = "json-ld"  # schema.org, in a page's head
    META = "meta"  # the meta elements of a page
    LINK = "link"  # a page's canonical link
    PAGE = "page"  # found among what stands on a page
    TEXT = "text"  # its own head or foot, as it is read
    HEADER = "header"  # of a mail
    PROPERTIES = "properties"  # of a Word document
    ADDRESS = "address"
    FEED = "feed"  # that listed it


class Kind(StrEnum):
    """What a passage is. Only what is SPOKEN is ever proposed."""

    STATEMENT = "statement"
    QUOTATION = "quotation"
    QUESTION = "question"
    HEADING = "heading"
    BOILERPLATE = "boilerplate"
    COMMENT = "comment"
    OPINION = "opinion"


SPOKEN = frozenset({Kind.STATEMENT, Kind.QUOTATION})


class Attribution(StrEnum):
    """How the words of a passage are somebody's: quoted, reported, or the document's own."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    NONE = "none"


class Tolerance(StrEnum):
    """How tightly a figure was given: "80 000", "près de 60 000", "plus de 10", "moins de 5"."""

    EXACT = "exact"
    ABOUT = "about"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"  # "entre 10 et 15": from `value` to `upper`


class Precision(StrEnum):
    """How long a stretch a date leaves open, beginning with the most exact."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DECADE = "decade"


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """A figure with its unit ("abonnés", "%"); start and end cover it and its tolerance word."""

    value: Decimal
    unit: str
    tolerance: Tolerance
    text: str
    start: int
    end: int
    upper: Decimal | None = None  # of a range; `value` is its lower end


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A date as a text gives it: some time from `since` up to but without `until`.

    Both are None where they hang on a day of publication that is not known. A range has the
    precision of its ends.
    """

    since: date | None
    until: date | None
    precision: Precision
    text: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """One sentence (or heading, or line of boilerplate) of the text."""

    start: int
    end: int
    kind: Kind
    language: str
    speaker: str = ""
    speaker_span: tuple[int, int] | None = None  # the words of this sentence for the speaker
    cue_span: tuple[int, int] | None = None  # the words that say that somebody speaks
    attribution: Attribution = Attribution.NONE
    hedged: bool = False
    negated: bool = False
    wording: str = ""  # a claim one could put on the ledger, close to the passage's own words
    checkworthy: float = 0.0  # 0..1: does it state a fact that can be checked?
    because: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Denial:
    """A span in which somebody denies what another passage of the same document says."""

    start: int
    end: int
    speaker: str
    of: int  # index of the passage that is denied, in Reading.passages
    because: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A document as read. The same bytes and the same reader give the same Reading."""

    text: str
    title: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    canonical_url: str = ""
    published_at: datetime | None = None
    published_precision: str = ""  # "minute", "day" or "month": how much of the date is known
    modified_at: datetime | None = None
    language: str = ""
    origin: str = ""  # who the text really comes from ("AFP"); empty: the outlet itself
    origin_because: str = ""
    told_by: Mapping[str, ToldBy] = field(default_factory=dict)  # by the name of what is told
    left_out: tuple[str, ...] = ()  # attachments, by their names: they are not read
    passages: tuple[Passage, ...] = ()
    denials: tuple[Denial, ...] = ()
