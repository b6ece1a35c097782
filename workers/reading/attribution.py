"""Who speaks in a passage, as far as the document says so, and which of its words say it.

An outlet's own sentence has no speaker. The words that name one are found here; whom they mean is
for `referents` to say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from workers.reading.names import Cast
from workers.reading.passages import Quotation, Span, quoted_share
from workers.reading.referents import NOBODY, Referents, Speaker
from workers.reading.speech import (
    ACCORDING,
    ACCUSED_BY,
    AFTER_QUOTE,
    ANYBODY,
    AS_SAID,
    AS_THEY_SAY,
    ASIDE,
    ASKS_FOR_MORE,
    BEGINS_A_SPEAKER,
    DENIAL_CLAUSE,
    FOR_SOMEBODY,
    HAS_ITS_VERB,
    LAST_CLAUSE,
    PLURAL,
    PRONOUN,
    PRONOUN_IN_VERB,
    ROLE_WORDS,
    SAYS_THAT,
    SAYS_WHAT,
    SKIPPED,
    SPEECH,
    SPOKESPERSON_WORDS,
    SUBJECT,
    TRAILING,
    WHO_ENDS,
)


@dataclass(slots=True)
class Conversation:
    """What has been said so far in one document: whom a pronoun or a role can mean."""

    text: str
    cast: Cast
    referents: Referents = field(init=False)
    _sentence: str = ""
    _start: int = 0

    def __post_init__(self) -> None:
        self.referents = Referents(self.cast)

    def speakers(self, line: Span, spans: list[Span], quotes: list[Quotation]) -> list[Speaker]:
        """The speaker of each sentence of one line; a quotation keeps its speaker to its end."""
        earlier = Speaker(self.referents.last)
        framed, acted = [], []
        for span in spans:
            framed.append(self._framed(span, quotes))
            acted.append(Speaker(self.referents.last))
        said = {quote: _sayer(quote, spans, framed) for quote in quotes}
        found: list[Speaker] = []
        for span, frame, actor in zip(spans, framed, acted, strict=True):
            speaker = frame
            if not frame.name and quoted_share(span, quotes) > 0.5:
                speaker = self._of_quotation(span, said, earlier)
            found.append(speaker)
            earlier = speaker if speaker.name else actor
        if last := next((speaker.name for speaker in reversed(found) if speaker.name), ""):
            self.referents.last = last
        return found

    def _of_quotation(
        self, span: Span, said: dict[Quotation, Speaker], earlier: Speaker
    ) -> Speaker:
        """Who speaks in the innermost quotation that holds this sentence."""
        middle = (span[0] + span[1]) // 2
        holding = [quote for quote in said if quote.start <= middle < quote.end]
        for quote in reversed(holding):
            if said[quote].name:
                return Speaker(said[quote].name, "the quotation goes on")
        if earlier.name and self._is_direct_speech(span, holding):
            return Speaker(earlier.name, "a quotation that follows their words")
        return NOBODY

    def _is_direct_speech(self, span: Span, holding: list[Quotation]) -> bool:
        """Whole sentences, or words behind a colon; a few quoted words may be anybody's."""
        start = span[0]
        opened = [quote.start for quote in holding]
        return any(at <= start + 1 or self.text[start:at].rstrip().endswith(":") for at in opened)

    def _framed(self, span: Span, quotes: list[Quotation]) -> Speaker:
        """The speaker that the sentence itself names outside its quotations."""
        self._start, end = span
        outside = _outside(self.text[self._start : end], self._start, quotes)
        outside = DENIAL_CLAUSE.sub(lambda clause: " " * len(clause.group()), outside)
        self._sentence = outside
        speaker = next(self._frames(outside), NOBODY)
        if speaker.name:
            self.referents.last = speaker.name
        elif speaker.cue is None:
            self.referents.remember_subject(outside)
        return speaker

    def _frames(self, outside: str) -> Iterator[Speaker]:
        """Every way in which the sentence may name its speaker, the surest first."""
        yield from self._according(outside)
        yield from self._behind(outside, AFTER_QUOTE)
        yield from self._behind(outside, AS_SAID)
        yield from self._before(outside, AS_THEY_SAY)
        yield from self._before(outside, TRAILING)
        yield from self._direct(outside)
        yield from self._behind(outside, ASIDE, known_only=True)

    def _according(self, outside: str) -> Iterator[Speaker]:
        for pattern in (ACCORDING, ACCUSED_BY):
            for found in pattern.finditer(outside):
                because = " ".join(found.group().split())
                yield from self._spoken(found.span("who"), found.span("verb"), because)
        if (whose := FOR_SOMEBODY.match(outside)) and self.cast.person_in(whose["who"]):
            yield from self._spoken(whose.span("who"), whose.span("verb"), whose["verb"])

    def _behind(
        self, outside: str, pattern: re.Pattern[str], *, known_only: bool = False
    ) -> Iterator[Speaker]:
        """Speakers whose words follow the verb."""
        for found in pattern.finditer(outside):
            if pattern is AFTER_QUOTE and found.start() == 0 and outside[0] not in '»”"’':
                continue
            if inverted := PRONOUN_IN_VERB.search(found["verb"]):
                at = found.start("verb")
                pronoun = (at + inverted.start() + 1, at + inverted.end())
                speaker = self._pronoun(found["verb"])
                yield self._placed(speaker, pronoun, found.span("verb"))
                continue
            yield from self._after_verb(found, known_only=known_only)

    def _pronoun(self, verb: str) -> Speaker:
        """Whom the pronoun behind a verb means; "dit-on" means nobody in particular."""
        return NOBODY if verb.endswith("-on") else self.referents.again(verb)

    def _after_verb(self, found: re.Match[str], *, known_only: bool) -> Iterator[Speaker]:
        outside, (start, end) = self._sentence, found.span("who")
        for _ in range(3):
            skipped = SKIPPED.match(outside, start, end)
            start = skipped.end() if skipped else start
        if not BEGINS_A_SPEAKER.match(outside, start, end):
            return
        first, *rest = outside[start:end].split(",")
        if company := self.referents.spoken_for(",".join([first, *rest[:2]])):
            speaker = Speaker(company, outside[start:end].strip(" ."))
            yield self._placed(speaker, (start, start + len(first)), found.span("verb"))
            return
        who = (start, start + len(first))
        if ROLE_WORDS.search(first) and not self.cast.person_in(first):
            # "la vice-présidente de A, B et C, Jane Doe": the name closes the list of her duties.
            named = [part for part in rest if self.cast.person_in(part) == part.strip(" .")]
            at = outside.find(named[0], start) if named else start
            who = (at, at + len(named[0])) if named else who
        because = f"{found['verb']} {outside[who[0] : who[1]].strip(' .')}".strip()
        yield from self._spoken(who, found.span("verb"), because, known_only=known_only)
        if rest:  # "son propriétaire, le groupe Ovalis"
            who = (start + len(first) + 1, start + len(first) + 1 + len(rest[0]))
            yield from self._spoken(who, found.span("verb"), found["verb"], known_only=True)

    def _before(self, outside: str, pattern: re.Pattern[str]) -> Iterator[Speaker]:
        """Speakers whose words stand before the verb, behind what they say."""
        for found in pattern.finditer(outside):
            if BEGINS_A_SPEAKER.match(f" {found['who']} ") or PLURAL.fullmatch(found["who"]):
                because = f"{found['who']} {found['verb']}"
                yield from self._spoken(found.span("who"), found.span("verb"), because)

    def _direct(self, outside: str) -> Iterator[Speaker]:
        """Speakers who are the subject of a verb that says what they say."""
        for verb in SPEECH.finditer(outside):
            reach = max(0, verb.start() - 200)
            before = SUBJECT.search(outside[reach : verb.start()].rstrip())
            if before is None or not SAYS_WHAT.match(outside, verb.end()):
                continue
            if ASKS_FOR_MORE.search(outside, verb.start(), verb.end() + 2):
                continue
            first = reach + before.start()
            if company := self.referents.spoken_for(before.group()):
                speaker = Speaker(company, f"{before.group().strip()} {verb.group()}")
                yield self._placed(speaker, (first, first + before.end()), verb.span())
                continue
            start, end = self._subject(before.group())
            # One comma parts no subject from its verb: what stands before is what is said.
            parted = before.group().endswith(",")
            single = before.group().count(",") == 1
            if parted and (single or HAS_ITS_VERB.match(before.group()[start:])):
                continue
            who = (first + start, first + end)
            anybody = ANYBODY.fullmatch(outside[slice(*who)].strip(" ,"))
            says = anybody and SAYS_THAT.match(outside, verb.end())
            yield from self._spoken(who, verb.span(), verb.group(), known_only=not says)

    def _subject(self, before: str) -> Span:
        """Where the subject stands in the words before its verb: behind the last comma, as a rule.

        "Jane Doe, an engineer, says": an apposition stands between, and the name before it.
        """
        pieces = [found.span() for found in re.finditer(r"[^,(]+", before)]
        start, end = pieces[-1] if pieces else (0, len(before))
        subject, opening = before[start:end], before[slice(*pieces[0])] if pieces else ""
        cast = self.referents.cast
        described = cast.person_in(opening) and not cast.person_in(subject)
        stressed = PRONOUN.fullmatch(subject.strip()) is not None
        if len(pieces) > 1 and before.rstrip().endswith(",") and described:
            start, end = pieces[0]
        elif len(pieces) > 1 and (stressed or not self.referents.name_of(subject)):
            known = self.referents.name_of(opening) or ANYBODY.fullmatch(opening.strip())
            start, end = pieces[0] if known else (start, end)
        clause = LAST_CLAUSE.search(before[start:end])
        return start + (clause.start() if clause else 0), end

    def _spoken(
        self, who: Span, cue: Span, because: str, *, known_only: bool = False
    ) -> Iterator[Speaker]:
        """The speaker that some words of the sentence name, if they name one."""
        speaker = self.referents.resolve(
            self._sentence[slice(*who)], because, known_only=known_only, sentence=self._sentence
        )
        if speaker:
            yield self._placed(speaker, who, cue)

    def _placed(self, speaker: Speaker, who: Span, cue: Span) -> Speaker:
        """The speaker with the place of their words: the name alone, where it is among them."""
        words = self._sentence[slice(*who)]
        if found := SPOKESPERSON_WORDS.search(words):
            who, words = (who[0] + found.start(), who[1]), found.group()
        name = re.search(re.escape(speaker.name), words, re.IGNORECASE)
        if name and speaker.name and not found:
            start, end = who[0] + name.start(), who[0] + name.end()
        else:
            start = who[0] + len(words) - len(words.lstrip(" ,.\xa0"))
            kept = WHO_ENDS.split(self._sentence[start : who[1]])[0].rstrip(" ,.;:\xa0")
            end = start + len(kept)
        base = self._start
        cue = (base + cue[0], base + cue[1])
        return replace(speaker, who=(base + start, base + end) if end > start else None, cue=cue)


def _sayer(quote: Quotation, spans: list[Span], framed: list[Speaker]) -> Speaker:
    """Who the sentences that touch a quotation say is speaking."""
    for (start, end), speaker in zip(spans, framed, strict=True):
        if speaker.name and start < quote.end + 2 and end > quote.start - 2:
            return speaker
    return NOBODY


def _outside(sentence: str, start: int, quotes: list[Quotation]) -> str:
    """The sentence with what is quoted blanked out, marks kept, so that offsets stay."""
    chars = list(sentence)
    for quote in quotes:
        left, right = max(quote.start - start, -1) + 1, min(quote.end - start, len(chars) + 1) - 1
        for at in range(max(left, 0), max(right, 0)):
            chars[at] = "\x00"
    blank = "".join(chars)
    return re.sub(r"\x00+", lambda run: " " * len(run.group()), blank)
