"""The words a claim's history is written in. Pure: meaning, no behaviour.

A history is a sequence of these words and nothing else, and each was said by a person. A stored
word and its bytes never change: a new field gets a default, a new meaning gets a new word, and
`tests/claims/test_events.py` keeps one stored entry of every shape ever written.

The grammar: `asserted` begins every history. `asserted`, `corroborated` and `disputed` bring
evidence; `withdrawn` takes a piece of it back. `rated` awaits `confirmed`, and `unrated` takes
it back. `published` shows the claim to everybody, and `unpublished`
ends that. `merged` and `absorbed` are two ends of one act, as are `unmerged` and `released`.
`erased` takes the text of any of them off the record.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec
import rfc8785

SCHEMA_VERSION = 1
LONGEST_BODY = 256 * 1024  # bytes of JSON
# An escaped NUL, which PostgreSQL cannot keep; an escaped backslash before "u0000" is harmless.
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Unsayable(ValueError):
    """The words cannot be stored; the message says which part of them and why."""


class DisputeKind(StrEnum):
    """How a passage stands against a claim."""

    DENIAL = "denial"  # somebody says that it is not so
    CONTRADICTION = "contradiction"  # both cannot be true
    FIGURE = "figure"  # another figure for the same thing


class Value(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """A part of a word. What equals its default is left out of the stored bytes."""


class Word(Value, frozen=True, kw_only=True, tag_field="word", tag=str.lower):
    """One thing that a person said of a claim; stored with its name under the key `word`."""


class Quantity(Value, frozen=True, kw_only=True):
    """A figure as a text gives it; `value` is a decimal number in digits.

    `tolerance` is "exact", "about", "at_least", "at_most", or "between" with `upper` as the other
    end. `text` stands at `start` to `end` of the quote, or of the claim's wording at the time; both
    are 0 where that was not kept.
    """

    value: str
    unit: str
    tolerance: str
    text: str
    upper: str = ""
    start: int = 0
    end: int = 0


class Evidence(Word, frozen=True, kw_only=True):
    """A verbatim quote in one immutable version of a document.

    `document` is the SHA-256 of that version, `start` and `end` are character offsets into its
    text. `origin` is who the report really comes from: reprints share it.
    """

    document: str
    url: str
    outlet: str
    origin: str
    title: str
    quote: str
    start: int
    end: int
    speaker: str = ""
    published_at: datetime | None = None
    found_by: str  # "matcher/version", or "reviewer"


class Asserted(Evidence, frozen=True, kw_only=True):
    """A document puts the claim forward; the first one gives its wording."""

    wording: str = ""
    language: str = ""
    claimant: str = ""


class Corroborated(Evidence, frozen=True, kw_only=True):
    """A document of an independent origin supports the claim."""


class Disputed(Evidence, frozen=True, kw_only=True):
    """A reviewer judged that the quote denies or contradicts the claim."""

    kind: DisputeKind
    ours: Quantity | None = None  # the figure of the claim, where figures differ
    theirs: Quantity | None = None  # the figure that the quote gives


class Dismissed(Evidence, frozen=True, kw_only=True):
    """A proposed link was judged not to bear on the claim: the memory of a no."""

    stance: str  # what was proposed: "supports" or "disputes"
    reason: str


class Reopened(Word, frozen=True, kw_only=True):
    """The dismissal that was recorded as `version` is taken back: the passage waits again."""

    version: int
    reason: str


class Withdrawn(Word, frozen=True, kw_only=True):
    """The evidence that came with `version` is taken back.

    Where that evidence was taken over from an absorbed claim, `claim` names it and `version`
    counts in its history.
    """

    version: int
    reason: str
    claim: str = ""


class Reworded(Word, frozen=True, kw_only=True):
    """The claim is put better; the earlier wording stays in the history."""

    wording: str
    language: str = ""
    reason: str = ""


class Rated(Word, frozen=True, kw_only=True):
    """A verdict on the desk's scale, made on the claim as it stood at version `against`."""

    verdict: str
    explanation: str
    against: int
    sources: tuple[str, ...] = ()  # addresses that the explanation rests on


class Confirmed(Word, frozen=True, kw_only=True):
    """A second person stands by the rating that was made at version `rating`."""

    rating: int


class Unrated(Word, frozen=True, kw_only=True):
    """The rating that was made at version `rating` is taken back.

    `sent_back` where a second person did not confirm it and says what is missing.
    """

    rating: int
    reason: str
    sent_back: bool = False


class Published(Word, frozen=True, kw_only=True):
    """From now on everybody may read of the claim."""


class Unpublished(Word, frozen=True, kw_only=True):
    """The claim is shown to strangers no more."""

    reason: str


class Carried(Value, frozen=True, kw_only=True):
    """A copy of a piece of evidence, as one claim hands it over to another."""

    claim: str
    version: int
    evidence: Asserted | Corroborated | Disputed


class Merged(Word, frozen=True, kw_only=True):
    """This claim became part of the claim `into`."""

    into: str
    reason: str = ""


class Absorbed(Word, frozen=True, kw_only=True):
    """The claim `claim` became part of this one and brought its evidence along."""

    claim: str
    wording: str
    evidence: tuple[Carried, ...]


class Unmerged(Word, frozen=True, kw_only=True):
    """This claim stands by itself again; `out_of` is the claim it was part of."""

    out_of: str
    reason: str = ""


class Released(Word, frozen=True, kw_only=True):
    """The claim `claim` stands by itself again and took its evidence with it."""

    claim: str


class Erased(Word, frozen=True, kw_only=True):
    """What the event at `position`, this claim's `version`, said was taken off the record.

    `remains` is what that event did, without what it said: a withdrawal is not undone because
    its reason had to go. Of evidence, wordings and ratings nothing remains.
    """

    position: int
    version: int
    reason: str
    remains: "Left | None" = None


class Redacted(Word, frozen=True, kw_only=True):
    """Stands in a history for a word that was erased, of which `was` is all that is known.

    It is never stored.
    """

    was: str


Support: TypeAlias = Asserted | Corroborated
# The words that did something to others, which outlasts what they said.
Left: TypeAlias = (
    Reopened | Withdrawn | Unrated | Unpublished | Merged | Absorbed | Unmerged | Erased
)
AnyWord: TypeAlias = (
    Asserted | Corroborated | Disputed | Dismissed | Reopened | Withdrawn | Reworded | Rated
    | Confirmed | Unrated | Published | Unpublished | Merged | Absorbed | Unmerged | Released
    | Erased
)  # fmt: skip
WORDS: dict[str, type[Word]] = {word.__name__.lower(): word for word in AnyWord.__args__}
_decoder = msgspec.json.Decoder(AnyWord)


def name(word: Word) -> str:
    """The name under which the ledger files a word: "asserted"."""
    return str(word.__struct_config__.tag)


def encode(word: Word) -> str:
    """The exact text that is stored: canonical JSON by RFC 8785.

    Raises:
        Unsayable: a text holds what no JSON may hold, or all of it is longer than LONGEST_BODY.
    """
    plain: Any = msgspec.to_builtins(word)
    try:
        body = rfc8785.dumps(plain)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise Unsayable(f"This {name(word)} cannot be written down: {error}") from error
    if len(body) > _pieces(word) * LONGEST_BODY:
        raise Unsayable(f"This {name(word)} is longer than {LONGEST_BODY // 1024} KiB; shorten it.")
    if NUL.search(body):
        raise Unsayable(f"This {name(word)} holds a NUL character; remove it.")
    return body.decode()


def _pieces(word: Word | None) -> int:
    """A merge copies what was said before, each piece of it within the limit already."""
    if isinstance(word, Erased):
        return _pieces(word.remains) + 1
    return 1 + len(word.evidence) if isinstance(word, Absorbed) else 1


def decode(body: str, *, schema_version: int) -> AnyWord:
    """The word behind a stored body, brought up to today's shape where it is older.

    Raises:
        Unsayable: the body is of a newer schema than this program knows, or of no known shape.
    """
    if schema_version > SCHEMA_VERSION:
        raise Unsayable(
            f"The ledger holds a word of schema {schema_version}, this program knows "
            f"{SCHEMA_VERSION}: upgrade it."
        )
    try:
        word: AnyWord = _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise Unsayable(f"No word has this shape: {error}") from error
    return word
