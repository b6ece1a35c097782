"""A claim as its history leaves it: the State that words add up to, and its Status. Pure."""

from enum import StrEnum

import msgspec

from claims import events
from claims.events import Evidence

# A claim stands corroborated when this many independent origins support it.
INDEPENDENT_ORIGINS = 2


class Status(StrEnum):
    """What the desk says of a claim, folded from its history and never set."""

    ASSERTED = "asserted"
    CORROBORATED = "corroborated"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence that stands: it came with `version` in the history of claim `claim`.

    `claim` is empty for the claim's own evidence; `via` is the absorbed claim that brought it.
    """

    version: int
    evidence: Evidence
    claim: str = ""
    via: str = ""

    @property
    def supports(self) -> bool:
        return isinstance(self.evidence, events.Support)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A rating and who stands by it; `version` is where it was made."""

    verdict: str
    explanation: str
    version: int
    by: str
    confirmed_by: str = ""
    sources: tuple[str, ...] = ()


class State(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a claim after `version` words; `changed` is the last that altered
    its wording or evidence, which a verdict must have seen."""

    version: int = 0
    changed: int = 0
    wording: str = ""
    language: str = ""
    claimant: str = ""
    standing: tuple[Standing, ...] = ()
    dismissed: tuple[Standing, ...] = ()  # the passages of a no that stands
    verdict: Verdict | None = None
    published: bool = False
    merged_into: str = ""
    absorbed: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        if self.merged_into:
            return Status.MERGED
        if not self.origins:
            return Status.WITHDRAWN
        if self.disputes:
            return Status.DISPUTED
        enough = len(self.origins) >= INDEPENDENT_ORIGINS
        return Status.CORROBORATED if enough else Status.ASSERTED

    @property
    def origins(self) -> frozenset[str]:
        """The independent origins that support the claim: five reprints of one are one."""
        return frozenset(item.evidence.origin for item in self.standing if item.supports)

    @property
    def articles(self) -> int:
        """How many documents support the claim."""
        return len({item.evidence.document for item in self.standing if item.supports})

    @property
    def outdated(self) -> bool:
        """Whether the claim has a verdict, and changed under it."""
        return self.verdict is not None and self.changed > self.verdict.version

    @property
    def disputes(self) -> tuple[Standing, ...]:
        return tuple(item for item in self.standing if not item.supports)

    def standing_as(self, version: int, claim: str = "") -> Standing | None:
        """The standing evidence that came with `version` of `claim` (empty: this one)."""
        found = (item for item in self.standing if (item.version, item.claim) == (version, claim))
        return next(found, None)
