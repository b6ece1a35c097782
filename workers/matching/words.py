"""The words of a sentence, as far as two sentences are to be compared.

A light stemmer for French and English at once: claims quote each other across both languages, and
a wrong stem costs a shared word, never a dispute. Stems are compared; reasons show the words.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

# A sentence has some thirty words; whatever is longer is judged by its beginning.
LONGEST = 400

_WORD = re.compile(r"[^\W_]+n['’]t\b|[^\W_]+|[.!?;:,()«»“”\"…–—]")
_STARTS_SENTENCE = frozenset('.!?«“"…:–—')
_BREAKS_CLAUSE = frozenset(".!?;:,()…–—")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP = _words(
    "a ai aie au aux avait avaient avant avec avoir ayant c ca car ce cela celle celles celui "
    "ces cet cette ceux chaque chez ci comme d dans de depuis des desormais deux dont donc du "
    "elle elles en encore entre est et etaient etait etant ete etre eu eux fait faire fois "
    "font furent fut hier il ils j jusque l la le les leur leurs lors lorsque lui ma mais me "
    "meme memes mes moi mon n ne ni nos notre nous on ont or ou par parce pas pendant peu peut "
    "peuvent plus plusieurs pour pourquoi puis qu quand que quel quelle quelles quels qui s sa "
    "sans se sera seront ses si soit son sont sous sur ta te tes toi ton tous tout toute "
    "toutes tres tu un une va vers voici vos votre vous y alors apres ainsi aussi auprès bien "
    "cependant contre dit dire deja egalement enfin afin affirme affirmer assure declare "
    "declarer explique expliquer estime indique indiquer selon precise ajoute rapporte environ "
    "pres moins jamais rien aucun aucune non doit doivent aurait auraient serait seraient "
    "soient puisse ait aient notamment about according added after all also although an and "
    "any are as at be been before being both but by can could did do does doing during each "
    "for from had has have he her here him his how i if in into is it its itself just many may "
    "me might more most must my no nor not of on one only or other our out over said say says "
    "she should so some such t than that the their them then there these they this those "
    "through to told too under up us was we were what when where which while who whom why will "
    "with would you your without never nothing none"
)
_SUFFIXES = tuple(
    sorted(
        _words(
            "issement issaient issait ements ement ation ations ition itions ateur atrice "
            "ateurs ment aient eraient erait ait ais ant ante ance ence ent eur euse eux "
            "ive if ite ique isme iste able ible al ale aux el elle ee er ez era ont ir it ie "
            "ion ing ed ly ness ful e ant i u y es"
        ),
        key=lambda suffix: (-len(suffix), suffix),
    )
)
_NEGATING_PREFIXES = ("in", "im", "il", "ir", "un", "dis", "non", "anti")


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: as written, its stem, whether it is a name, and the clause it stands in."""

    shown: str
    stem: str
    at: int
    clause: int
    is_name: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """Every token, folded, with the content words among them.

    Of the numbers only years are words; figures are compared as quantities.
    """

    tokens: tuple[str, ...]
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The tokens with one space between them, so that cues are found at token offsets."""
        return " ".join(self.tokens)

    def clause_at(self, offset: int) -> int:
        """The clause, counted as in `Word`, that holds an offset of `text`."""
        return sum(mark in _BREAKS_CLAUSE for mark in self.text[:offset].split())

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(word.stem for word in self.words)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(word.stem for word in self.words if word.is_name)


def fold(text: str) -> str:
    """Lower case without accents: "Évènement" is "evenement"."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def stem(word: str) -> str:
    """The beginning that a folded word shares with its other forms, at least four letters long."""
    if word.isdigit():
        return word
    if len(word) > 4 and word[-1] in "sx" and word[-2] != "s":
        word = word[:-1]
    for suffix in () if word in _WHOLE else _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word.removesuffix(suffix)
    return word


def _opposite_stems(*pairs: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """ "rise rose, fall fell" as two sets of stems."""
    sides = ([frozenset(map(stem, side.split())) for side in pair.split(",")] for pair in pairs)
    return tuple((one, other) for one, other in sides)


# Cut shorter, these would meet words they have nothing to do with ("donner", "parti", "animer").
_WHOLE = _words("donnee parti partie annee publicite organe general animal commune")
_OPPOSITES = _opposite_stems(
    "augmente augmentation hausse progresse croissance increased rise rose risen rising grow grew, "
    "baisse diminue diminution recul chute decreased fall fell fallen drop decline declined",
    "autorise autorisee legal allow allowed permitted, interdit interdite interdiction prohibited "
    "banned illegal",
    "ouvert ouverte ouvrir opened open, ferme fermee fermer fermeture closed close",
    "gagne remporte victoire wins won, perdu perdre perd defaite loses lost",
    "vivant vivante alive, mort morte decede dead died",
    "accepte accepter approuve approved accepted, refuse refuser rejette rejected refused",
    "innocent innocente, coupable guilty",
    "arrive arriver arrivee arrived, quitte quitter left leaves",
    "achete acheter bought buys, vend vendu vendre sold sells",
    "superieur superieure, inferieur inferieure",
    "obligatoire mandatory compulsory, facultatif facultative optional voluntary",
    "sauve saved, ruine tue killed ruined",
    "arrete arreter stopped, continue poursuit poursuivre continued",
    "premier premiere first, dernier derniere last",
    "majorite majority, minorite minority",
    "vrai vraie true, faux fausse false",
    "construit construire built, detruit detruire destroyed demolished",
    "public publique, prive privee private",
    "reussi reussit succeeded, echoue failed",
    "plein pleine full, vide empty",
    "confirme confirmed, infirme dementi refuted",
)


def opposites(one: str, other: str) -> bool:
    """Whether two stems say the contrary: by the table, or by a prefix ("legal", "illegal")."""
    short, long = sorted((one, other), key=len)
    if len(short) >= 5 and long.endswith(short) and long.removesuffix(short) in _NEGATING_PREFIXES:
        return True
    return any((one in a and other in b) or (one in b and other in a) for a, b in _OPPOSITES)


def sentence(text: str) -> Sentence:
    """The words of a text, in order; at most LONGEST of them."""
    tokens: list[str] = []
    words: list[Word] = []
    clause, opening, previous_capital = 0, True, False
    for match in _WORD.finditer(text):
        if len(tokens) >= LONGEST:
            break
        raw = match[0]
        word = fold(raw).replace("’", "'")
        tokens.append(word)
        if not raw[0].isalnum():
            clause += raw in _BREAKS_CLAUSE
            opening, previous_capital = raw in _STARTS_SENTENCE, False
            continue
        mixed = raw[1:] != raw[1:].lower() and len(raw) > 1
        capital = raw[0].isupper()
        counts = raw.isdigit() and len(raw) == 4 if raw[0].isdigit() else len(word) > 1
        if counts and word not in _STOP:
            is_name = mixed or (capital and (not opening or previous_capital))
            words.append(Word(raw, stem(word), len(tokens) - 1, clause, is_name))
        opening, previous_capital = False, capital
    return Sentence(tuple(tokens), tuple(words))


def same_names(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences with names spelled alike: "Tik Tok" as "TikTok", "Gluksmann" as "Glucksmann".

    A pair of words is joined only where another sentence writes it as one word, and a name takes
    another spelling only where one letter is missing or different in six or more.
    """
    singles = {fold(word.shown): word.stem for s in sentences for word in s.words}
    joined = [_joined(s, singles) for s in sentences]
    spelling: dict[str, str] = {}
    for name in sorted({name for s in joined for name in s.names if len(name) >= 6}):
        spelling[name] = next((known for known in spelling.values() if _alike(known, name)), name)
    return [
        replace(
            s,
            words=tuple(replace(w, stem=spelling.get(w.stem, w.stem)) for w in s.words),
        )
        for s in joined
    ]


def _joined(s: Sentence, singles: dict[str, str]) -> Sentence:
    words: list[Word] = []
    for word in s.words:
        last = words[-1] if words else None
        if last and last.at == word.at - 1:
            whole = fold(last.shown + word.shown)
            if whole in singles:
                shown = f"{last.shown} {word.shown}"
                words[-1] = replace(word, shown=shown, stem=singles[whole], is_name=True)
                continue
        words.append(word)
    return replace(s, words=tuple(words))


def _alike(a: str, b: str) -> bool:
    """Whether at most one letter was dropped, added or changed (not the first one)."""
    if a[0] != b[0] or abs(len(a) - len(b)) > 1:
        return False
    short, long = sorted((a, b), key=len)
    same = next(
        (i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y),
        len(short),
    )
    return short[same + (len(a) == len(b)) :] == long[same + 1 :]


def shown(words: Iterable[Word], stems: Iterable[str]) -> str:
    """The first few of these stems as the text writes them, for a reason a reviewer reads."""
    wanted, found = set(stems), dict[str, str]()
    for word in words:
        if word.stem in wanted:
            found.setdefault(word.stem, word.shown)
    return ", ".join(list(found.values())[:5])
