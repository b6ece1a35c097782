"""Who speaks in a passage, as far as the document says so.

An outlet's own sentence has no speaker. A speaker is a name where the words lead to one, and the
article's own words ("l'entourage de X") where they do not: a guess would put words into a mouth.
"""

import re
from dataclasses import dataclass

from workers.reading.names import Cast
from workers.reading.passages import Quotation, Span, quoted_share
from workers.reading.speech import (
    ACCORDING,
    ACCUSED_BY,
    AFTER_QUOTE,
    AS_SAID,
    ASIDE,
    BEGINS_A_SPEAKER,
    COMPANY_WORDS,
    DENIAL_CLAUSE,
    ENTOURAGE,
    FOR_SOMEBODY,
    INSTITUTION,
    NAMED,
    OURSELVES,
    PRONOUN,
    PRONOUN_IN_VERB,
    ROLE_WORDS,
    SAYS_WHAT,
    SKIPPED,
    SPEECH,
    SPOKESPERSON,
    SUBJECT,
    WHO_ENDS,
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks and which words say so."""

    name: str = ""
    because: str = ""


NOBODY = Speaker()


@dataclass(slots=True)
class Conversation:
    """What has been said so far in one document: whom a pronoun or a role can mean."""

    text: str
    cast: Cast
    last: Speaker = NOBODY
    _sentence: str = ""

    def speakers(self, line: Span, spans: list[Span], quotes: list[Quotation]) -> list[Speaker]:
        """The speaker of each sentence of one line; a quotation keeps its speaker to its end."""
        earlier = self.last
        framed = [self._framed(span, quotes) for span in spans]
        said = {quote: _sayer(quote, spans, framed) for quote in quotes}
        found: list[Speaker] = []
        for span, frame in zip(spans, framed, strict=True):
            speaker = frame
            if not frame.name and quoted_share(span, quotes) > 0.5:
                speaker = self._of_quotation(span, said, earlier)
            found.append(speaker)
            earlier = speaker if speaker.name else earlier
        self.last = next((speaker for speaker in reversed(found) if speaker.name), self.last)
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

    def name_of(self, words: str) -> str:
        """The name behind some words ("l'application", "the senator"); empty when none is sure."""
        speaker = self._resolve(words, "", known_only=True)
        return speaker.name if speaker else ""

    def _is_direct_speech(self, span: Span, holding: list[Quotation]) -> bool:
        """Whole sentences, or words behind a colon; a few quoted words may be anybody's."""
        start = span[0]
        opened = [quote.start for quote in holding]
        return any(at <= start + 1 or self.text[start:at].rstrip().endswith(":") for at in opened)

    def _framed(self, span: Span, quotes: list[Quotation]) -> Speaker:
        """The speaker that the sentence itself names outside its quotations."""
        start, end = span
        sentence = self.text[start:end]
        outside = DENIAL_CLAUSE.sub("", _outside(sentence, start, quotes))
        self._sentence = outside
        speaker = (
            self._according(outside)
            or self._inverted(outside, AFTER_QUOTE, AS_SAID)
            or self._direct(outside)
            or self._inverted(outside, ASIDE)
            or NOBODY
        )
        if speaker.name:
            self.last = speaker
        else:
            self._remember_subject(outside)
        return speaker

    def _according(self, outside: str) -> Speaker | None:
        if found := ACCORDING.search(outside) or ACCUSED_BY.search(outside):
            return self._resolve(found["who"], found.group().strip())
        found = FOR_SOMEBODY.match(outside)
        name = self.cast.person_in(found["who"]) if found else ""
        sentence_start = outside.split(None, 1)[0] if outside.strip() else ""
        return Speaker(name, f"{sentence_start} {name}") if name else None

    def _inverted(self, outside: str, *patterns: re.Pattern[str]) -> Speaker | None:
        for pattern in patterns:
            for found in pattern.finditer(outside):
                if pattern is AFTER_QUOTE and found.start() == 0 and outside[0] not in '»”"':
                    continue
                verb = outside[found.start() : found.start("who")]
                if PRONOUN_IN_VERB.search(verb):
                    return self._again(verb.strip('»”" ,'))
                if speaker := self._after_verb(found["who"], verb, known_only=pattern is ASIDE):
                    return speaker
        return None

    def _after_verb(self, who: str, verb: str, *, known_only: bool) -> Speaker | None:
        for _ in range(2):
            who = who[skipped.end() :] if (skipped := SKIPPED.match(who)) else who
        if not BEGINS_A_SPEAKER.match(who):
            return None
        first, *rest = who.split(",")
        if company := self.spoken_for(",".join([first, *rest[:2]])):
            return Speaker(company, who.strip(" ."))
        if ROLE_WORDS.search(first) and not self.cast.person_in(first):
            # "la vice-présidente de A, B et C, Jane Doe": the name closes the list of her duties.
            named = [part for part in rest if self.cast.person_in(part) == part.strip(" .")]
            first = named[0] if named else first
        because = f"{verb.strip('»”, ').strip()}{first}".strip()
        return self._resolve(first.strip(" ."), because, known_only=known_only)

    def _direct(self, outside: str) -> Speaker | None:
        for verb in SPEECH.finditer(outside):
            before = SUBJECT.search(outside[max(0, verb.start() - 200) : verb.start()].rstrip())
            if before is None or not SAYS_WHAT.match(outside, verb.end()):
                continue
            who = re.split(r"[,(]\s?", before.group())
            subject = who[-1]
            if company := self.spoken_for(before.group()):
                return Speaker(company, f"{before.group().strip()} {verb.group()}")
            stressed = PRONOUN.fullmatch(subject.strip()) is not None
            if len(who) > 1 and (stressed or not self.name_of(subject)) and self.name_of(who[0]):
                subject = who[0]
            speaker = self._resolve(_last_clause(subject), verb.group(), known_only=True)
            if speaker:
                return speaker
        return None

    def _again(self, because: str) -> Speaker | None:
        """A pronoun: whoever spoke or acted last."""
        return Speaker(self.last.name, because) if self.last.name else None

    def _remember_subject(self, outside: str) -> None:
        """The person a sentence begins with is whom the next "il" or "elle" means."""
        subject = re.match(r"[^:;\n«“\"]{3,160}?\s(?:a|est|avait|was|has|had|is)\s", outside)
        name = self.cast.person_in(subject.group()) if subject else ""
        if not name and subject and (role := ROLE_WORDS.search(subject.group())):
            name = self._by_role(role["role"].lower())
        if not name and subject:
            actor = self._described(subject.group().rsplit(None, 1)[0], "", known_only=True)
            name = actor.name if actor else ""
        if name:
            self.last = Speaker(name, "")

    def _by_role(self, role: str) -> str:
        return self.cast.roles.get(role) or self.cast.protagonist or self.last.name

    def _resolve(self, words: str, because: str, *, known_only: bool = False) -> Speaker | None:
        """From the words for a speaker to a name, or to the words themselves."""
        words = " ".join(words.split()).strip(" ,.;:")
        if not words or OURSELVES.match(words):
            return None
        if company := self.spoken_for(words):
            return Speaker(
                company, f"{words} {because}".strip() if known_only else because or words
            )
        if ENTOURAGE.search(words):
            return Speaker(self._entourage(words), because or words)
        if name := self.cast.person_in(words):
            return Speaker(name, because)
        if company := self.cast.company_in(words):
            return Speaker(company, because)
        if COMPANY_WORDS.search(words) and self.cast.company:
            return Speaker(self.cast.company, f"{words}, {because}")
        if PRONOUN.fullmatch(words):
            return self._again(f"{words} {because}")
        if (role := ROLE_WORDS.search(words)) and len(words) < 60:
            name = self._by_role(role["role"].lower())
            return Speaker(name, f"{words} {because}") if name else None
        return self._described(words, because, known_only=known_only)

    def spoken_for(self, words: str) -> str:
        """The company whose spokesperson some words name."""
        if not SPOKESPERSON.search(words):
            return ""
        named = self.cast.company_in(words)
        return named or (self.cast.company if COMPANY_WORDS.search(words) else "")

    def _described(self, words: str, because: str, *, known_only: bool) -> Speaker | None:
        words = WHO_ENDS.split(words)[0].strip()
        if known_only and not (NAMED.fullmatch(words) or INSTITUTION.fullmatch(words)):
            return None
        if not 2 < len(words) <= 80:
            return None
        # "La Commission" opens a sentence; as a speaker it is "la Commission".
        lower = re.match(
            r"(?:L[ae]s?\s|L['’]|Certain|Plusieurs|Des\s|The\s|Some\s|Une?\s|An?\s)", words
        )
        return Speaker(words[0].lower() + words[1:] if lower else words, because)

    def _entourage(self, words: str) -> str:
        found = ENTOURAGE.search(words)
        phrase = WHO_ENDS.split(words[found.start() if found else 0 :])[0].strip()
        owner = self.cast.person_in(self._sentence.split(phrase)[0]) or self.last.name
        if owner and re.match(r"son ", phrase, re.IGNORECASE):
            vowel = phrase[4:5] in "aeéiou"
            owner = re.sub(r"^(?:l['’]\w+|l\w \w+) de ", "", owner)
            return f"{'l’' if vowel else 'le '}{phrase[4:]} de {owner}"
        return phrase[:1].lower() + phrase[1:] if phrase[:2] in ("L'", "L’") else phrase


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


def _last_clause(words: str) -> str:
    """What stands after the last conjunction: the subject of the verb that follows."""
    words = re.sub(
        r"^\W{0,2}(?:(?:et|mais|or|donc|car|but|and|so|pourtant|yet)\s){1,2}", "", words, flags=re.I
    )
    return re.split(r"\s(?:mais|et que|alors que|and that|but|while|car)\s", words)[-1]
