"""Numbers that count nothing: dates, times, addresses, scores and the names of things.

They are blanked before figures are looked for, and not cut out, so that every offset stays true.
"""

import re
from collections.abc import Iterable

from workers.reading import dates

_CODES = re.compile(
    r"""https?://\S+ | www\.\S+ | [\w.+-]{1,64}@[\w.-]{1,100}
    # the time of day
    | \b\d{1,2}:\d{2}(?::\d{2})?\b | \b\d{1,2}\s?h\s?\d{2}\b | \b\d{1,2}\s?h\b
    | \b(?:à|vers|dès)\s+\d{1,2}\s+heures?\b
    | \b\d{1,2}(?:[.:]\d{2})?\s?(?:[ap]m\b|[ap]\.m\.)
    # days and years that are no whole date
    | \b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s+\d{1,2}\b
    | \b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b
    # telephone numbers
    | (?<!\w)(?:\+\d{1,3}\s?\d|0\d)(?:[\s.]\d{2}){4}\b
    | (?<!\w)(?<!\d\s)(?:\+\d{1,3}\s)?\(?0\d{2,4}\)?\s\d{3,4}\s\d{3,4}\b
    # marks at school
    | \b\d{1,2}(?:,\d)?(?:\ssur\s|/)(?:10|20)\b
    # what has a number for a name
    | \b(?:articles?|art\.|numéro|page|chapit?re|chapter|section|alinéa|route|top|version|
      covid|ligne|tome|volume|phase|épisode|saison|season|chaîne|channel|figure|chambre|room|
      vol|flight|bus|quai|platform|code\spostal|catégorie|category|r[ée]solution|directive|
      kilomètre|loi|law|bill|décret|étage|niveau|level|zone)[\s-]{0,2}\d+(?:[.,]\d+)*
    | (?<!\w)n(?:[°º]|[o0]\.)\s?\d+(?:[-/.]\d+)*
    | \b\d{1,4}(?:\s(?:bis|ter))?,?\s(?:rue|avenue|boulevard|place|quai|chemin|impasse)\b
    | (?-i:\b\d{1,4}\s(?:[A-Z]\w+\s){1,3}(?:Street|Road|Avenue|Lane|Square)\b)
    | (?-i:\b\d{1,2}-[A-ZÀ-Ý]\w+)
    | (?-i:France\s(?:2|3|4|5|24)\b) | (?-i:\b(?:[B-Z]|[A-Z]{2,3})\s\d{1,4}\b(?!\s[^\W\d_]+s\b))
    | (?-i:\b(?:Vingt-Sept|Sept\sà\sHuit|Ten\sDowning))""",
    re.VERBOSE | re.IGNORECASE,
)


def blank(text: str) -> str:
    """The text with every number that counts nothing made NULs; its length stays."""
    undated = blanked(text, ((moment.start, moment.end) for moment in dates.find(text)))
    return _CODES.sub(lambda match: "\0" * len(match[0]), undated)


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with NULs in these spans."""
    characters = list(text)
    for start, end in spans:
        characters[start:end] = "\0" * (end - start)
    return "".join(characters)
