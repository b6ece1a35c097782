"""A claim's history as sentences: who did what, for the timeline, the log and the dashboard."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.contrib.auth import get_user_model
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims import events, scale
from claims.events import DisputeKind, Evidence, Unsayable, Word
from claims.models import Entry
from claims.models.waiting import display_name

WORDS = {
    "asserted": _("Asserted"),
    "corroborated": _("Corroborated"),
    "disputed": _("Disputed"),
    "dismissed": _("Dismissed"),
    "reopened": _("Dismissal undone"),
    "withdrawn": _("Evidence withdrawn"),
    "reworded": _("Reworded"),
    "rated": _("Rated"),
    "confirmed": _("Rating confirmed"),
    "unrated": _("Rating taken back"),
    "published": _("Published"),
    "unpublished": _("No longer public"),
    "merged": _("Merged"),
    "absorbed": _("Took over a claim"),
    "unmerged": _("Unmerged"),
    "released": _("Released a claim"),
    "erased": _("Erased"),
}
SENTENCES = {
    "begun": _("%(who)s put it on record as “%(wording)s”: %(passage)s"),
    "asserted": _("%(who)s added one more article of %(origin)s: %(passage)s"),
    "corroborated": _("%(who)s corroborated it: %(passage)s (independent origin: %(origin)s)"),
    "denial": _("%(who)s recorded a denial: %(passage)s"),
    "contradiction": _("%(who)s recorded a contradiction: %(passage)s"),
    "figure": _("%(who)s recorded another figure, %(theirs)s instead of %(ours)s: %(passage)s"),
    "dismissed": _("%(who)s dismissed a passage of %(outlet)s: %(reason)s"),
    "reopened": _("%(who)s took back the dismissal of version %(version)s: %(reason)s"),
    "withdrawn": _("%(who)s withdrew the evidence of version %(version)s: %(reason)s"),
    "reworded": _("%(who)s reworded it: “%(wording)s” %(reason)s"),
    "rated": _("%(who)s rated it “%(verdict)s”: %(explanation)s"),
    "confirmed": _("%(who)s confirmed the rating of version %(rating)s."),
    "sent_back": _("%(who)s sent back the rating of version %(rating)s: %(reason)s"),
    "unrated": _("%(who)s took back the rating of version %(rating)s: %(reason)s"),
    "published": _("%(who)s published it."),
    "unpublished": _("%(who)s took it back from the public: %(reason)s"),
    "merged": _("%(who)s made it part of claim %(into)s. %(reason)s"),
    "absorbed": _("%(who)s made the claim “%(wording)s” part of this one."),
    "unmerged": _("%(who)s took it out of claim %(out_of)s again. %(reason)s"),
    "released": _("%(who)s took claim %(claim)s out of this one again."),
    "erased": _("%(who)s erased what version %(version)s said: %(reason)s"),
}


def names(actors: Iterable[str]) -> dict[str, str]:
    """The names of the people behind the ledger's pseudonyms, with one query for all of them."""
    keys = {actor.removeprefix("user:") for actor in actors}
    people = get_user_model().objects.in_bulk([int(key) for key in keys if key.isdecimal()])
    return {f"user:{key}": display_name(person) for key, person in people.items()}


def tell(entries: list[Entry]) -> list[Any]:
    """The entries, each with its `sentence` and `who` said it; one query for all the names."""
    people = names(entry.actor for entry in entries)
    rows: list[Any] = entries
    for entry in rows:
        entry.sentence = told(entry, people)
        entry.who = people.get(entry.actor, entry.actor)
        entry.word = WORDS.get(entry.type, entry.type)
    return rows


def told(entry: Entry, people: Mapping[str, str]) -> str:
    """The entry as a sentence, also where its word was erased or is newer than this program."""
    who = people.get(entry.actor, entry.actor)
    if entry.body is None:
        return gettext("%(who)s recorded something that was erased since.") % {"who": who}
    try:
        word = events.decode(entry.body, schema_version=entry.schema_version)
    except Unsayable as unreadable:
        return str(unreadable)
    return (str(SENTENCES[_kind(word)]) % _fields(word, who)).strip()


def meanwhile(entries: Iterable[Entry]) -> str:
    """What others did, and when: "14:02: Amina Diallo reworded it: ..."."""
    entries = list(entries)
    people = names(entry.actor for entry in entries)
    return " ".join(
        f"{date_format(localtime(entry.recorded_at), 'H:i')}: {told(entry, people)}"
        for entry in entries
    )


def passage(word: Evidence) -> str:
    """Who says what, in which outlet."""
    said = (
        gettext("%(outlet)s quotes %(speaker)s: “%(quote)s”")
        if word.speaker
        else gettext("%(outlet)s writes “%(quote)s”")
    )
    return said % msgspec.structs.asdict(word)


def _kind(word: Word) -> str:
    if isinstance(word, events.Asserted) and word.wording:
        return "begun"
    if isinstance(word, events.Unrated) and word.sent_back:
        return "sent_back"
    return word.kind.value if isinstance(word, events.Disputed) else events.name(word)


def _fields(word: Word, who: str) -> dict[str, Any]:
    fields = {**msgspec.structs.asdict(word), "who": who}
    if isinstance(word, Evidence):
        fields["passage"] = passage(word)
    if isinstance(word, events.Disputed) and word.kind is DisputeKind.FIGURE:
        fields |= {
            name: figure.text if figure else "?"
            for name, figure in (("ours", word.ours), ("theirs", word.theirs))
        }
    if isinstance(word, events.Rated):
        fields["verdict"] = scale.named(word.verdict)
    return fields
