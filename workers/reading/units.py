"""What is counted: the noun or sign after a number, under one name in French and English.

A unit is the noun in the singular, with followers and abonnés made one by a small table; "" where
the noun is left out ("dont 797 créés"). A currency is its sign, and a measure its symbol.
Percentage points are "point" and never "%". Durations become months, days or minutes, whichever is
exact: a year is 12 months, a week 7 days, an hour 60 minutes. A month is no fixed number of days,
so months and days are never compared.
"""

import re

from workers.reading.numerals import table, words_of

UNITS = table(
    "€: euro eur; $: dollar usd; £: pound sterling; ¥: yen; abonné: abonné abonnée follower;"
    "abonné: subscriber; personne: personne people person gens; compte: compte account;"
    "mort: mort morte dead death décès; utilisateur: utilisateur utilisatrice user;"
    "blessé: blessé blessée injured wounded; enfant: enfant child children;"
    "femme: femme woman women; homme: homme man men; manifestant: manifestante;"
    "soldat: soldat soldier; employé: employé employée employee; emploi: emploi job;"
    "pays: pays country countries; voix: voix vote; vue: vue view; vidéo: vidéo video;"
    "ville: ville town city cities; entreprise: entreprise company companies firm; fois: fois time;"
    "logement: logement home dwelling; salarié: salarié salariée; député: député députée;"
    "réfugié: réfugié réfugiée refugee; retraité: retraité retraitée; délégué: délégué déléguée;"
    "accusé: accusé accusée; invité: invité invitée; habitant: habitant habitante inhabitant;"
    "habitant: resident; membre: member; maison: maison house; bateau: bateau boat;"
    "manifestant: manifestant protester demonstrator; électeur: électeur voter; élève: élève pupil;"
    "visiteur: visiteur visitor; passager: passager passenger; école: école school; livre: livre;"
    "book: book; train: train; avion: avion plane; navire: navire ship; agriculteur: agriculteur;"
    "agriculteur: farmer; point: point; tonne: tonne; ha: hectare; km: kilomètre kilometre;"
    "km: kilometer; m: mètre metre meter; kg: kilo kilogramme kilogram; °C: degré degree;"
    "litre: litre liter; an: an année year year-old; mois: mois month; décennie: décennie decade;"
    "semaine: semaine week; jour: jour journée day; heure: heure hour; minute: minute min"
)
DURATIONS = {
    "décennie": ("month", 120),
    "an": ("month", 12),
    "mois": ("month", 1),
    "semaine": ("day", 7),
    "jour": ("day", 1),
    "heure": ("minute", 60),
    "minute": ("minute", 1),
}
_INVARIANT = words_of("pays cas voix mois fois corps prix temps bus avis gas")
_ADJECTIVES = words_of(
    "nouveaux nouvelles nouveau nouvelle autres autre faux fausses petits petites grands grandes "
    "jeunes premiers premières derniers dernières anciens anciennes vrais vraies bons bonnes "
    "mauvais prétendus prétendues longs longues new other active more additional fake false "
    "different such percentage"
)
_NO_NOUN = words_of(
    "le la les des du de et est un une dans pour que qui au aux sur par avec en à sont ont a était "
    "étaient dont ou mais plus moins très contre ce ces cette il elle ils elles se y ne pas avant "
    "après depuis chez selon vers près soit si on mis pris the of and is in to on for with by at "
    "are was were that from or but than have has had who which it they he she as per against "
    "before after since not be been its his her their our my ses sa son leur leurs notre nos"
)
_OF = re.compile(r"\s{1,3}(?:d['’]|(?:de|of)(?=\s))", re.IGNORECASE)
_SYMBOL = re.compile(
    r"\s{0,3}(?P<symbol>%|[€$£¥]|(?:pour|per)\s?cents?\b|percent\b"
    r"|(?-i:km/h|km²|km2|km|kg|cm|mm|m²|m|ha|°[CF]|[GMTk]Wh?)(?!\w)"
    r"|(?P<speed>kilom[eè]t(?:re|er)s?\s(?:par\sheure|per\shour|an\shour))\b"
    r"|(?P<fahrenheit>degrees\sFahrenheit|degrés\sFahrenheit)\b"
    r"|(?P<celsius>degrees\sCelsius|degrés\sCelsius)\b)",
    re.IGNORECASE,
)
_SPELLED_OUT = {"speed": "km/h", "fahrenheit": "°F", "celsius": "°C"}
_NOUN = re.compile(r"(?:(?<=['’])|[\s-]{1,3})(?P<noun>[^\W\d_]+(?:['’-][^\W\d_]+)*)")
_OF_POINTS = re.compile(r"\s(?:de\spourcentage|of\sa\spercentage\spoint)\b", re.IGNORECASE)


def unit(text: str, at: int, language: str, *, many: bool) -> tuple[str, int]:
    """The unit that follows a number in a text, and where it ends; "" where there is none."""
    if match := _SYMBOL.match(text, at):
        spelled_out = (sign for name, sign in _SPELLED_OUT.items() if match[name])
        symbol = next(spelled_out, match["symbol"])
        return ("%" if "cent" in symbol.lower() else symbol), match.end()
    of = _OF.match(text, at)
    cursor = of.end() if of else at
    for _ in range(4):
        match = _NOUN.match(text, cursor)
        word = match["noun"].lower().replace("’", "'") if match else "de"
        if not match or word in _NO_NOUN or "'" in word:
            break
        cursor = match.end()
        if word in _ADJECTIVES:
            continue
        if name := _noun(word, many=many):
            points = _OF_POINTS.match(text, cursor) if name == "point" else None
            return name, points.end() if points else cursor
        if language != "en":
            break  # French puts nearly all adjectives after the noun, English before it
    return "", at


def _noun(word: str, *, many: bool) -> str:
    """The unit a word stands for; "" where it cannot be the thing counted."""
    single = word if word in _INVARIANT or not word.endswith(("s", "x")) else word[:-1]
    if word.endswith("aux") and not word.endswith("eaux"):
        single = word[:-2] + "l"
    for form in (word, single):
        if name := UNITS.get(form):
            return name
    is_plural = word.endswith(("s", "x")) and not word.endswith("ss")
    # A bare participle ("797 créés") means that the noun was left out.
    is_participle = single.endswith(("é", "ée")) and not single.endswith(("ité", "iété"))
    return "" if (many and not is_plural) or is_participle else single
