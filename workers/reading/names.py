"""Who is in a document: its people, and the company it is about.

No list of the world's names is kept. A name is a run of capitalised words; what stands around it
says whether it is a person ("le chercheur X", "X a dit") or a company ("l'application X"). Where
two companies fit equally well, the document is about neither and the words are left as they are.
"""

import re
from collections import Counter
from dataclasses import dataclass

from workers.reading.abbreviations import words

_WORD = re.compile(r"(?:[ldjmtnscLDJMTNSC]|[Qq]u|jusqu|[Ll]orsqu)['’](?=\w)|\w[\w\-’']*\w|\w")
_PARTICLES = frozenset(words("de von van der den bin ben al el da di du dos la le"))
_FUNCTION = frozenset(
    words(
        "le la les l un une des du de au aux ce cet cette ces il elle ils elles on nous vous je j "
        "tu son sa ses leur leurs notre nos mais et ou or donc car si dans en sur pour par avec "
        "selon après avant depuis pendant quand lorsque alors ainsi aussi puis enfin près de d à "
        "déjà celui ceux celle bref contre sans sous vers chez moins plus durant comme "
        "deuxièmement premièrement cependant toutefois interrogé interrogée chaque tout toute "
        "tous pourquoi oui non the a an this that these those he she it they we you i his her its "
        "their but and so in at on by with from before since when while as if according however "
        "there no not for to of lundi mardi mercredi jeudi vendredi samedi dimanche monday "
        "tuesday wednesday thursday friday saturday sunday asked speaking m mme mr mrs ms dr"
    )
)
# Names of seats of power and of media that newspapers put before a person's name or instead of it.
_NOT_A_PERSON = frozenset(
    words(
        "commission union parti parlement conseil sénat cour ministère institut université banque "
        "place assemblée république états comité agence fédération office centre groupe "
        "association bercy matignon élysée beauvau bruxelles paris london washington moscou pékin "
        "kremlin times post news herald tribune gazette journal courrier reports daily télévision "
        "radio european united national world north south east west great new house white council "
        "court party parliament ministry department university bank city institute agency street "
        "saint sainte grande royaume holding holdings inc ltd corp networks technologies motors "
        "airlines systems"
    )
)
_TITLES = frozenset(
    words(
        "mayor president senator minister professor governor judge sir lord lady pope chancellor "
        "secretary commissioner councillor prime général colonel maître ministre sénateur maire"
    )
)
ROLE = (
    r"(?:vice-)?président[e]?|ministre|candidate?|députée?|eurodéputée?|sénat(?:eur|rice)|maire|"
    r"élue?|chercheu(?:r|se)|spécialiste|direct(?:eur|rice)|avocate?|professeure?|experte?|"
    r"porte-parole|journaliste|patronn?e?|PDG|préf[eè]te?|adjointe?|secrétaire|leader|councillor|chair|gérante?|responsable|juge|magistrate?|procureure?|militante?|économiste|"
    r"president|minister|senator|mayor|candidate|researcher|spokes(?:man|woman|person)|director|"
    r"lawyer|professor|expert|chief executive|CEO|chairman|chairwoman|governor|lawmaker|"
    r"commissioner|commissaire|lawyer|scientist|doctor|médecin"
)
COMPANY_NOUN = (
    r"application|réseau|network|service|appli|plateforme|entreprise|société|compagnie|"
    r"réseau social|géant|firme|"
    r"multinationale|marque|filiale|start-up|opérateur|constructeur|groupe|app|platform|company|"
    r"firm|social network|giant|brand|startup|operator|manufacturer"
)
_ROLE_BEFORE = re.compile(rf"\b(?:{ROLE})(?:\s[\wà-ÿ\-’']{{1,20}}){{0,4}},?\s$", re.IGNORECASE)
_COMPANY_BEFORE = re.compile(
    rf"\b(?:{COMPANY_NOUN}|porte-parole de|spokes(?:man|woman|person) for|compte|account on)"
    r"(?:\s[a-zà-ÿ]{3,12}){0,2}\s(?:de\s|d['’])?[«“\"]?\s?$",
    re.IGNORECASE,
)
# "X, candidat de ..." says what X is; in "à X, le candidat a dit" somebody else may be meant.
_APPOSITION = re.compile(r",\s(?!(?:le|la|les|l['’])\b)[^.,;\n]{1,40}", re.IGNORECASE)
_ARTICLE_BEFORE = re.compile(r"(?:\b(?:le|la|les|du|des|au|aux|the)\s|\b[lL]['’])$", re.IGNORECASE)
_PLACED = re.compile(
    r"(?:\b(?:en|à|au|aux|la|le|les|du|des|vers|in|at|the|from)\s|\b[lL]['’])$", re.IGNORECASE
)
_SOME_COMPANY = re.compile(rf"\b(?:l['’]|la |le |the )(?:{COMPANY_NOUN})\b", re.IGNORECASE)
_ACTS = re.compile(
    r"\s(?:a|ont|est|dément|affirme|assure|nie|has|says|said|denie[sd]|told)\b", re.IGNORECASE
)
# Spellings that everybody knows; where one is here, the desk reads it and not the article's slip.
_WELL_KNOWN = {
    name.replace(" ", "").casefold(): name
    for name in words(
        "TikTok Facebook Instagram YouTube WhatsApp Google Meta Telegram Twitter LinkedIn Snapchat "
        "Amazon Apple Microsoft OpenAI Huawei Shein Temu ByteDance Netflix Uber Airbnb"
    )
}


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a name stands."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cast:
    """The people and companies of one document."""

    people: dict[str, str]  # last name or whole name -> whole name
    companies: dict[str, str]  # squashed spelling -> the spelling to show
    company: str  # the one the document is about; empty when none or several fit
    roles: dict[str, str]  # "candidat" -> whole name
    protagonist: str  # the person named most often; empty when two are named as often

    def person_in(self, words: str) -> str:
        """The last person named in some words, by whole or last name."""
        found = [self.people[m.name] for m in names(words) if m.name in self.people]
        tails = [
            self.people[last]
            for m in names(words)
            if (last := m.name.split()[-1]) in self.people and m.name not in self.people
        ]
        return found[-1] if found else tails[-1] if tails else ""

    def company_in(self, words: str) -> str:
        """The first company named in some words, in whatever spelling."""
        for mention in names(words):
            if (key := squash(mention.name)) in self.companies:
                return self.companies[key]
        return ""


def squash(name: str) -> str:
    """One key for "TikTok", "Tik Tok", "Tik-Tok" and "Tiktok"."""
    return re.sub(r"[\s\-'’]", "", name).casefold()


def names(text: str) -> list[Mention]:
    """Runs of capitalised words, without the function word that opens a sentence."""
    found: list[Mention] = []
    run: list[re.Match[str]] = []
    last_end = -1
    for word in _WORD.finditer(text):
        gap = text[last_end : word.start()] if last_end >= 0 else ""
        last_end = word.end()
        capital = word.group()[0].isupper() and word.group().lower() not in _FUNCTION
        capital = capital and word.group()[-1] not in "'’"
        # "Nordlys's" and "AFP" end a name: "l'AFP Léa Brun" are two.
        alone = len(run) == 1 and run[0].group().isupper() and len(run[0].group()) > 2
        if run and (alone or run[-1].group().endswith(("'s", "’s"))):
            _close(text, run, found)
        particle = bool(run) and word.group().lower() in _PARTICLES
        if run and (gap not in (" ", "\u00a0") or not (capital or particle)):
            _close(text, run, found)
        if capital or (particle and run):
            run.append(word)
    _close(text, run, found)
    return found


def _close(text: str, run: list[re.Match[str]], found: list[Mention]) -> None:
    while run and run[-1].group().lower() in _PARTICLES:
        run.pop()
    titles = [at for at, word in enumerate(run[:-1]) if word.group().lower() in _TITLES]
    del run[: titles[-1] + 1 if titles else 0]
    while len(run) > 2 and run[0].group().lower() in _NOT_A_PERSON:
        run.pop(0)
    if run:
        name = " ".join(text[run[0].start() : run[-1].end()].split())
        name = name.removesuffix("'s").removesuffix("’s")
        found.append(Mention(name, run[0].start(), run[0].start() + len(name)))
    run.clear()


def cast_of(text: str) -> Cast:
    """Everybody a document names, from the document alone."""
    mentions = names(text)
    people = _people(text, mentions)
    companies, company = _companies(text, [m for m in mentions if m.name not in people])
    whole = tuple(Mention(people[m.name], m.start, m.end) for m in mentions if m.name in people)
    often = Counter(mention.name for mention in whole).most_common(2)
    clear = len(often) == 1 or (len(often) == 2 and often[0][1] > often[1][1])
    protagonist = often[0][0] if clear else ""
    people = {key: name for key, name in people.items() if squash(key) not in companies}
    return Cast(people, companies, company, _roles(text, whole), protagonist)


def _people(text: str, mentions: list[Mention]) -> dict[str, str]:
    votes: Counter[str] = Counter()
    for mention in mentions:
        if _could_be_a_person(mention.name):
            votes[mention.name] += _person_vote(text, mention)
    people = {name: name for name, vote in votes.items() if vote > 0}
    for name in sorted(people, key=lambda name: (votes[name], name)):
        people[name.split()[-1]] = name
    return people


def _could_be_a_person(name: str) -> bool:
    parts = name.split()
    if not 2 <= sum(part.lower() not in _PARTICLES for part in parts) <= 4:
        return False
    capitals = [part for part in parts if part.lower() not in _PARTICLES]
    if any(part.lower() in _NOT_A_PERSON or any(map(str.isdigit, part)) for part in capitals):
        return False
    return not any(part.isupper() and len(part) > 2 for part in capitals[:1]) and (
        squash(name) not in _WELL_KNOWN
    )


def _person_vote(text: str, mention: Mention) -> int:
    before = text[max(0, mention.start - 70) : mention.start]
    if _ROLE_BEFORE.search(before):
        return 3
    if _ARTICLE_BEFORE.search(before) or _COMPANY_BEFORE.search(before):
        return -2
    return 2 if _ACTS.match(text, mention.end) else 1


def _companies(text: str, mentions: list[Mention]) -> tuple[dict[str, str], str]:
    spellings: dict[str, Counter[str]] = {}
    votes: Counter[str] = Counter()
    called: Counter[str] = Counter()
    bare: Counter[str] = Counter()
    for mention in mentions:
        key = squash(mention.name)
        spellings.setdefault(key, Counter())[mention.name] += 1
        votes[key] += 1
        before = text[max(0, mention.start - 60) : mention.start]
        named = _COMPANY_BEFORE.search(before)
        # "l'entreprise de Jane Doe" is no company of that name, "l'application Blue Fox" is.
        owned = named and re.search(r"\b(?:de|d['’])\s?$", named.group())
        called[key] += bool(named) and not (owned and _could_be_a_person(mention.name))
        bare[key] += not _PLACED.search(before)
    likely = {key for key in votes if called[key] or key in _WELL_KNOWN}
    if not likely and _SOME_COMPANY.search(text):
        # The article says "l'entreprise" and names one thing again and again, never as a place.
        likely = {key for key in votes if bare[key] > 2 and 2 * bare[key] > votes[key]}
    shown = {key: _WELL_KNOWN.get(key) or spellings[key].most_common(1)[0][0] for key in likely}
    ranked = sorted(likely, key=lambda key: (-votes[key] - 2 * called[key], key))
    if not ranked:
        return shown, ""
    weight = [votes[key] + 2 * called[key] for key in ranked[:2]]
    clear = len(weight) == 1 or weight[0] >= 2 * weight[1]
    return shown, shown[ranked[0]] if clear else ""


def _roles(text: str, mentions: tuple[Mention, ...]) -> dict[str, str]:
    """Which person a document calls "le candidat": the role stands beside the name."""
    counts: dict[str, Counter[str]] = {}
    role = re.compile(rf"\b(?:{ROLE})\b", re.IGNORECASE)
    for mention in mentions:
        before = text[max(0, mention.start - 70) : mention.start]
        after = _APPOSITION.match(text, mention.end)
        near = _ROLE_BEFORE.search(before)
        around = (near.group() if near else "") + (after.group() if after else "")
        for found in role.finditer(around):
            counts.setdefault(found.group().lower(), Counter())[mention.name] += 1
    return {word: who.most_common(1)[0][0] for word, who in counts.items()}
