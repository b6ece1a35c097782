"""What a line of a document is before anybody reads its sentences: prose, heading, or furniture.

Furniture (appeals for money, subscription walls, menus, bylines, comments of readers) is kept and
named, never dropped and never proposed. A line is called furniture for the words it is made of,
and only where it is short: an article about subscriptions stays an article.
"""

import re

from workers.reading.passages import Span
from workers.reading.types import Kind

_MONTHS = (
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|"
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
_CLOCK = r"(?:(?:à|at|-|,)?\s?\d{1,2}\s?[h:]\s?\d{0,2}(?:\s?[ap]m)?)?"
_DAY = (
    rf"(?:le\s)?(?:\w{{3,9}},?\s)?"
    rf"(?:\d{{1,2}}(?:er|st|nd|rd|th)?\s(?:{_MONTHS})|(?:{_MONTHS})\s\d{{1,2}})"
)
_DATE = rf"(?:{_DAY},?(?:\s\d{{4}})?|(?:le\s)?\d{{1,4}}[/.\-]\d{{1,2}}[/.\-]\d{{1,4}}),?\s?{_CLOCK}"
_STAMP = r"(?:publiée?|mise? à jour|modifiée?|posted|published|updated|modified)"

DATELINE = re.compile(
    rf"(?:[\w\- ]{{2,30}},\s(?=le\s))?(?:{_STAMP}(?:\s(?:le|on))?\s?:?\s?)?{_DATE}"
    rf"(?:\s?[-–|,•]?\s?{_STAMP}(?:\s(?:le|on))?\s?:?\s?{_DATE})?",
    re.IGNORECASE,
)
BYLINE = re.compile(
    r"(?:(?:propos recueillis |texte |écrit |publié |written )?(?:[Pp]ar|[Bb]y|PAR|BY)\s(?:l['’])?"
    r"|\(?(?:[Aa]vec|[Ww]ith)\s(?:l['’])?)[A-ZÀ-Ý][^.!?]{1,90}\)?"
)
_PREFIX = re.compile(r"date\s\d{4}-\d{2}(?:-\d{2})?(?=\s)", re.IGNORECASE)
_TRAILING = re.compile(r"[\s»”\"'’)\]]+$")

_WHOLE_LINES = (
    re.compile(r"[\W_]+"),
    re.compile(r"https?://\S+"),
    re.compile(r"\([A-Z]{2,6}\)\.?"),
    re.compile(r"[a-z]{2,4}(?:[/\-][a-z]{2,8}){1,4}\.?"),
    re.compile(r"\d{1,3}\s?min(?:utes?)?(?:\s(?:de lecture|read))?", re.IGNORECASE),
    re.compile(
        r"(?:réseaux? sociaux|partager|share|imprimer|print|tweeter|commenter|menu|"
        r"rechercher|search|accueil|home|publicité|advertisement|réagir|répondre|reply)",
        re.IGNORECASE,
    ),
)
_SHORT_LINES = re.compile(
    r"déjà abonnée?|(?:re)?connectez-vous|se connecter\b|identifiez-vous|abonnez[- ]vous|"
    r"réservée? (?:aux|à nos) abonnés|vous devez être (?:abonné|connecté)|pour lire la suite|"
    r"(?:à|a) partir de \d{1,3}(?:[,.]\d{1,2})?\s?€|inscrivez-vous|créez? (?:un|votre) compte|"
    r"notre newsletter|newsletter gratuite|faites un don|faire un don|je fais un don|"
    r"votre soutien|soutenez[- ](?:nous|notre|le|la|les)?|offrez-vous|"
    r"already (?:a |an )?(?:subscriber|member|subscribed)|\bsubscribe (?:now|today|to|for)|"
    r"\bsubscribers only|\b(?:sign|log) ?(?:in|up) (?:to|for|now|here)|continue reading|"
    r"create (?:a|an|your) (?:free )?account|sign up for|our newsletter|support (?:us|our)\b|"
    r"mak(?:e|ing) a donation|\bdonate\b|your (?:support|donation|contribution)|become a member|"
    r"(?:accepter|refuser|gérer|accept|reject|manage) (?:(?:tous )?les |all |vos |my )?cookies|"
    r"(?:ce site|nous|nos partenaires) utilis\w{1,4} des cookies|partners use cookies|"
    r"^retrouvez (?:tous?|toute?s?|nos|notre)\b|"
    r"^recevez (?:chaque|toute|tous|notre|nos|le meilleur)\b|^have your say\b|"
    r"^écrivez[- ]nous|^contactez[- ]nous|^(?:write to|contact) us\b|"
    r"il vous reste \d{1,3}\s?%|lettre d['’]information|"
    r"^(?:photos?|photograph|crédits?(?: photo)?|illustration|picture|image)\s?[:©]|"
    r"(?:this site|we) use cookies|"
    r"^(?:à )?(?:lire|voir) (?:aussi|également)|^sur le même (?:sujet|thème)|^à lire\b|"
    r"^(?:read (?:also|more)|also read|see also|related|most read|les plus lus|more on this)\b|"
    r"partage[rz] (?:sur|cet article)|share (?:on|this)|copier le lien|copy (?:the )?link|"
    r"suivez-nous|follow us|tous droits réservés|all rights reserved|©|copyright|"
    r"mentions légales|conditions générales|politique de confidentialité|privacy policy|"
    r"article original publié sur|this article (?:was )?(?:first|originally) (?:appeared|"
    r"published)|"
    r"chaque voix compte|every (?:voice|signature) counts",
    re.IGNORECASE,
)
_PETITION = re.compile(
    r"\b(?:sign(?:ez|er|ant|ons)|sign)\s(?:\w{1,8}\s){0,2}(?:pétition|petition)", re.IGNORECASE
)
_APPEAL = re.compile(
    r"^(?:soutenez|aidez|faites un don|support|help|donate|comment pouvez-vous nous aider)\b",
    re.IGNORECASE,
)
_OURS_AND_YOURS = re.compile(
    r"\b(?:nous|notre|nos|vous|votre|vos|we|our|us|you|your)\b|\bmédia (?:libre|indépendant)|"
    r"\bindependent (?:media|journalism|newsroom)",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:\d{1,5}\s)?(?:vos |les )?(?:commentaires?|comments?|réactions?|laisser un commentaire|"
    r"leave a (?:reply|comment)|join the conversation)\s?[(\[]?\d{0,5}[)\]]?\s?:?",
    re.IGNORECASE,
)
_COMMENT_STAMP = re.compile(
    r"(?:\S.{0,40}\s)?(?:le \d{2}/\d{2}/\d{4} à \d{1,2}h\d{2}|il y a \d{1,3} (?:heures?|jours?|"
    r"mois)|"
    r"\d{1,3} (?:hours?|days?|months?) ago)|\S.{0,40}\s(?:says|a dit|a écrit)\s?:",
    re.IGNORECASE,
)


def prefix_end(text: str, line: Span) -> int:
    """Where a machine's date in front of the first sentence ends; the line's start if none."""
    match = _PREFIX.match(text, line[0], line[1])
    return match.end() if match else line[0]


def line_kinds(text: str, spans: list[Span]) -> list[Kind | None]:
    """The kind of every line; None where its sentences have to be read."""
    rows = [text[start:end] for start, end in spans]
    kinds: list[Kind | None] = []
    seen: set[str] = set()
    comments = _comments_start(rows)
    appealing: frozenset[str] | None = None
    for at, row in enumerate(rows):
        appealing = _appeal(row, appealing)
        if appealing is not None or _is_furniture(row) or (row in seen and not _is_prose(row)):
            kinds.append(Kind.BOILERPLATE)
        elif at >= comments:
            kinds.append(Kind.COMMENT)
        elif _is_heading(row, is_last=at == len(rows) - 1):
            kinds.append(Kind.HEADING)
        else:
            kinds.append(None)
        seen.add(row)
    return _menus(rows, kinds)


def _appeal(row: str, names: frozenset[str] | None) -> frozenset[str] | None:
    """The names in an appeal for support, for as long as the lines after it go on about them."""
    if len(row) < 90 and _APPEAL.match(row):
        return frozenset(re.findall(r"[A-ZÀ-Ý]\w{3,}", row[1:])) | (names or frozenset())
    goes_on = names is not None and (
        _OURS_AND_YOURS.search(row) is not None or any(name in row for name in names)
    )
    return names if goes_on else None


def is_appeal(sentence: str) -> bool:
    """Does one sentence of prose ask the reader for money, a signature or a subscription?"""
    return bool(_PETITION.search(sentence)) or (
        len(sentence) < 160 and _SHORT_LINES.search(sentence) is not None
    )


def _is_furniture(row: str) -> bool:
    if len(row) < 200 and any(pattern.fullmatch(row) for pattern in _WHOLE_LINES):
        return True
    if len(row) > 160:
        return False
    if DATELINE.fullmatch(row) or BYLINE.fullmatch(row):
        return True
    return _SHORT_LINES.search(row) is not None and not _is_prose(row)


def _is_sentence(row: str) -> bool:
    return len(row) > 60 and _TRAILING.sub("", row).endswith((".", "!", "?", "…"))


def _is_prose(row: str) -> bool:
    """A line of several sentences, or one long one: furniture is said in a few words."""
    return len(row) > 120 and _is_sentence(row)


def _is_heading(row: str, *, is_last: bool) -> bool:
    if len(row) > 150 or row.count(" ") > 24 or is_last:
        return False
    return not _TRAILING.sub("", row).endswith((".", "!", "?", "…", ":", ";", ","))


def _comments_start(rows: list[str]) -> int:
    """The line at which readers begin to speak: a title over them or their dated lines.

    A link named "8 comments" above the article is none: prose has to stand before it.
    """
    stamps = [at for at, row in enumerate(rows) if len(row) < 90 and _COMMENT_STAMP.fullmatch(row)]
    titles = [at for at, row in enumerate(rows) if len(row) < 60 and _COMMENTS.fullmatch(row)]
    starts = titles + (stamps[:1] if len(stamps) > 1 else [])
    prose = next((at for at, row in enumerate(rows) if _is_sentence(row)), len(rows))
    return min((at for at in starts if at > prose), default=len(rows))


def _menus(rows: list[str], kinds: list[Kind | None]) -> list[Kind | None]:
    """Three or more tiny lines in a row, or one next to furniture, are a menu or tags."""
    result = list(kinds)
    tiny = [
        kind is Kind.HEADING and row.count(" ") < 3 for row, kind in zip(rows, kinds, strict=True)
    ]
    for at in range(1, len(rows)):
        after_menu = result[at - 1] is Kind.BOILERPLATE
        in_run = tiny[at - 1] and at + 1 < len(rows) and tiny[at + 1]
        if tiny[at] and (in_run or (after_menu and at > 1 and not _leads_prose(rows, at))):
            result[at] = Kind.BOILERPLATE
    return result


def _leads_prose(rows: list[str], at: int) -> bool:
    return at + 1 < len(rows) and len(rows[at + 1]) > 60
