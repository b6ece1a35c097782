"""A newer version of a document: does what was accepted from an older one still stand in it?

A quote that stands there word for word is carried over, and nobody is asked. For any other the
sentence that took its place is looked for, and a person decides.
"""

from claims.corrections import Resting, resting_on, source_changed, still_stands
from claims.memory import likeness
from claims.retraction import retract
from claims.review import Found
from workers.matching.matcher import Matcher
from workers.matching.relation import relate
from workers.placing import Placing, figure
from workers.reading import SPOKEN, Passage

ALIKE = 0.5  # the share of words in common from which on a sentence took another one's place


def take_back(placing: Placing) -> set[str]:
    """Take back what waits of the document's other versions and is not in this one.

    The versions, of other documents, whose passages are to be placed anew.
    """
    text, orphans = placing.reading.text, set[str]()
    for other in _others(placing):
        orphans |= retract(other, keep=lambda one: one.quote in text, at=placing.at).orphans
    return orphans - set(_others(placing))


def ask_what_became_of_quotes(placing: Placing) -> None:
    """Ask about evidence of the document's other versions whose quote is not in this one."""
    text = placing.reading.text
    for resting in resting_on([*_others(placing), placing.version.sha256]):
        if resting.quote in text:
            still_stands(resting, at=placing.at)
        else:
            source_changed(resting, _instead(resting, placing), at=placing.at)


def _instead(resting: Resting, placing: Placing) -> Found | None:
    """The sentence that stands where the quote stood, or None where nothing is like it."""
    best, share = None, ALIKE
    for passage in placing.reading.passages:
        if passage.kind not in SPOKEN:
            continue
        ratio = likeness(resting.quote, placing.reading.text[passage.start : passage.end])
        if ratio >= share:
            best, share = passage, ratio
    return _found(resting, best, share, placing) if best else None


def _found(resting: Resting, passage: Passage, share: float, placing: Placing) -> Found:
    """The new sentence with the stance of the old one; its figure where the two differ in one."""
    said = placing.reading.text[passage.start : passage.end]
    differs = relate(resting.quote, said)
    changed = f"another figure: {differs.because[0]}" if differs.kind == "figure" else ""
    ours, theirs = resting.figures
    if resting.kind == "figure" and differs.theirs:
        theirs = figure(differs.theirs)
    return placing.found(
        (passage.start, passage.end),
        stance=resting.stance,
        kind=resting.kind,
        speaker=passage.speaker,
        score=share,
        because=(f"{share:.0%} of the words are the same", *filter(None, [changed])),
        matcher=Matcher.name,
        ours=ours,
        theirs=theirs,
    )


def _others(placing: Placing) -> list[str]:
    others = placing.document.versions.exclude(sha256=placing.version.sha256)
    return list(others.values_list("sha256", flat=True))
