"""Whom the words for a speaker mean: a name, a role, a company, a pronoun, or nobody surely.

A speaker is a name where the words lead to one, and the article's own words ("l'entourage de X")
where they do not: a guess would put words into a mouth.
"""

import re
from dataclasses import dataclass

from workers.reading.names import Cast, names
from workers.reading.passages import Span
from workers.reading.speech import (
    COMPANY_WORDS,
    ENTOURAGE,
    INSTITUTION,
    NAMED,
    OURSELVES,
    PLURAL,
    PRONOUN,
    ROLE_WORDS,
    SPOKEN_FOR,
    SPOKESPERSON,
    SUBJECT_OF,
    TITLED,
    WHO_ENDS,
)

# "le président de l'association": a role is a speaker, whoever holds it.
_HOLDER = re.compile(
    r"(?:l['’]|la |le |les |the |un |une |an? |son |sa |ses |his |her |their )", re.I
)
# "cet article de L'Écho": the paper speaks.
_PUBLISHED = re.compile(
    r"(?:cet?|une?|cette|an?|the|this) (?:article|rapport|enquête|étude|report|story|study) "
    r"(?:d(?:e(?: la)?|u|es)\s|de l['’]|d['’]|by |from |in )(?=(?:the )?(?-i:[A-ZÀ-Ý]))",
    re.IGNORECASE,
)
_OPENING_ARTICLE = re.compile(
    r"(?:L[ae]s?\s|L['’]|Certain|Plusieurs|Des\s|The\s|Some\s|Une?\s|An?\s)"
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, which words say so, and where in the text these stand.

    There is a cue without a name where somebody speaks and the text does not tell surely who.
    """

    name: str = ""
    because: str = ""
    who: Span | None = None
    cue: Span | None = None


NOBODY = Speaker()


@dataclass(slots=True)
class Referents:
    """Whom a word can mean at this point of a document."""

    cast: Cast
    last: str = ""  # who spoke or acted last, where a pronoun surely means them

    def name_of(self, words: str) -> str:
        """The name behind some words ("l'application", "the senator"); empty when none is sure."""
        speaker = self.resolve(words, "", known_only=True)
        return speaker.name if speaker else ""

    def again(self, because: str) -> Speaker:
        """Whom a pronoun means; nobody in particular where that is not sure."""
        return Speaker(self.last, because if self.last else "")

    def resolve(
        self, words: str, because: str, *, known_only: bool = False, sentence: str = ""
    ) -> Speaker | None:
        """From the words for a speaker to a name, or to the words themselves.

        With `known_only`, words are taken as they are only if they look like an institution or a
        name. `sentence` is where they stand, for whom "son avocat" works for.
        """
        words = " ".join(words.split()).strip(" ,.;:")
        if not words or OURSELVES.match(words):
            return None
        if company := self.spoken_for(words):
            reason = f"{words} {because}".strip() if known_only else because or words
            return Speaker(company, reason)
        if ENTOURAGE.search(words):
            return Speaker(self._entourage(words, sentence), because or words)
        if name := self._named(words):
            return Speaker(name, because)
        if COMPANY_WORDS.search(words) and self.cast.company:
            return Speaker(self.cast.company, f"{words}, {because}")
        if PRONOUN.fullmatch(words):
            return self.again(f"{words} {because}")
        if (role := ROLE_WORDS.search(words)) and len(words) < 60:
            if name := self._by_role(role["role"].lower()):
                return Speaker(name, f"{words} {because}")
            return self._described(words, because, known_only=not _HOLDER.match(words))
        return self._described(words, because, known_only=known_only)

    def spoken_for(self, words: str) -> str:
        """Whom the spokesperson that some words name speaks for; empty for no spokesperson."""
        if not SPOKESPERSON.search(words):
            return ""
        if named := self.cast.company_in(words):
            return named
        if COMPANY_WORDS.search(words) and self.cast.company:
            return self.cast.company
        found = SPOKEN_FOR.search(words)
        return found["owner"] if found else ""

    def remember_subject(self, outside: str) -> None:
        """The person a sentence begins with is whom the next "il" or "elle" means.

        Where the sentence names others as well, a pronoun could mean any of them.
        """
        people = {name for m in names(outside) if (name := self.cast.person_in(m.name))}
        subject = SUBJECT_OF.match(outside)
        if subject and (actor := self._actor(subject.group().rsplit(None, 1)[0])):
            self.last = actor
        if len(people) > 1 or (people and self.last not in people):
            self.last = ""

    def _named(self, words: str) -> str:
        """The person or company that words name, rather than what they work for."""
        cast, first = self.cast, WHO_ENDS.split(words)[0]
        return cast.person_in(first) or cast.person_in(words) or cast.company_in(words)

    def _actor(self, words: str) -> str:
        if name := self.cast.person_in(words):
            return name
        if role := ROLE_WORDS.search(words):
            return self._by_role(role["role"].lower())
        actor = self._described(words, "", known_only=True)
        return actor.name if actor else ""

    def _by_role(self, role: str) -> str:
        last = self.last if self.last in self.cast.people.values() else ""
        return self.cast.roles.get(role) or self.cast.protagonist or last

    def _described(self, words: str, because: str, *, known_only: bool) -> Speaker | None:
        if (article := _PUBLISHED.match(words)) and (by := names(words[article.end() :])):
            return Speaker(by[0].name, because)
        # "the leader of Ashcombe council" is one; what else follows a speaker is not their name.
        if not (" of " in words and NAMED.fullmatch(words)):
            words = WHO_ENDS.split(words)[0].strip()
        if known_only and not _looks_like_a_speaker(words):
            return None
        if not 2 < len(words) <= 80:
            return None
        # "La Commission" opens a sentence; as a speaker it is "la Commission".
        opened = _OPENING_ARTICLE.match(words) or PLURAL.fullmatch(words)
        return Speaker(words[0].lower() + words[1:] if opened else words, because)

    def _entourage(self, words: str, sentence: str) -> str:
        found = ENTOURAGE.search(words)
        phrase = WHO_ENDS.split(words[found.start() if found else 0 :])[0].strip()
        owner = self.cast.person_in(sentence.split(phrase)[0]) or self.last
        if owner and re.match(r"son ", phrase, re.IGNORECASE):
            vowel = phrase[4:5] in "aeéiou"
            owner = re.sub(r"^(?:l['’]\w+|l\w \w+) de ", "", owner)
            return f"{'l’' if vowel else 'le '}{phrase[4:]} de {owner}"
        return phrase[:1].lower() + phrase[1:] if phrase[:2] in ("L'", "L’") else phrase


def _looks_like_a_speaker(words: str) -> bool:
    """An institution, a plural of people, or a name and nothing else."""
    if any(pattern.fullmatch(words) for pattern in (NAMED, INSTITUTION, PLURAL, TITLED)):
        return True
    return any(mention.name == words for mention in names(words))
