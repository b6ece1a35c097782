"""The whole way from bytes to a Reading, each step a pure function of the one before."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from py3langid import langid

from workers.reading.attribution import Conversation
from workers.reading.checkworthy import WANTED, judge
from workers.reading.denial import denials
from workers.reading.extract import extract
from workers.reading.kinds import is_appeal, line_kinds, prefix_end
from workers.reading.modality import is_hedged, is_negated
from workers.reading.names import cast_of
from workers.reading.opinion import is_rubric, voices_opinion
from workers.reading.origin import masthead
from workers.reading.passages import (
    Quotation,
    Span,
    lines,
    quotations,
    quoted_share,
    sentences,
)
from workers.reading.referents import NOBODY, Speaker
from workers.reading.types import SPOKEN, Attribution, Kind, Passage, Reading
from workers.reading.wording import bare, wording

READER = "reader/3"

# The rules read the first two; the others are there so that a German text is not called French.
_LANGUAGES = ["fr", "en", "de", "es", "it", "nl", "pt"]
_LONG_ENOUGH_TO_TELL = 80
_BEHIND = 4  # characters between a quotation and the words for its speaker: a comma, spaces
_RUBRIC_WITHIN = 6  # lines from the top, where a piece is called an editorial
MOSTLY = 0.45  # the share of a sentence between quotation marks that makes it a quotation


def read(body: bytes, *, content_type: str, url: str = "", fetched_at: datetime) -> Reading:
    """What a document says and who says it.

    Nothing is fetched and no clock is read: the same bytes give the same Reading. Raises
    Unreadable, with the reason as a sentence, for whatever has no text to read.
    """
    fetched_at = fetched_at if fetched_at.tzinfo else fetched_at.replace(tzinfo=UTC)
    page = extract(body, content_type=content_type, url=url, fetched_at=fetched_at)
    spans = lines(page.text)
    kinds = line_kinds(page.text, spans)
    language = _language(page.text[:20_000])
    conversation = Conversation(page.text, cast_of(page.text))
    passages: list[Passage] = []
    for line, kind in zip(spans, kinds, strict=True):
        passages.extend(_line(conversation, line, kind, language))
    if any(is_rubric(page.text[slice(*line)]) for line in spans[:_RUBRIC_WITHIN]):
        passages = [_in_an_opinion_piece(passage) for passage in passages]
    head = masthead(page, spans, [kind is Kind.HEADING for kind in kinds], url=url)
    return Reading(
        text=page.text,
        title=head.title,
        outlet=head.outlet,
        authors=head.authors,
        canonical_url=page.canonical_url,
        published_at=head.published_at,
        published_precision=head.published_precision,
        modified_at=head.modified_at,
        language=language,
        origin=head.origin,
        origin_because=head.origin_because,
        told_by=head.told_by,
        left_out=page.left_out,
        passages=tuple(passages),
        denials=tuple(denials(conversation, passages)),
    )


@cache
def _identifier() -> langid.LanguageIdentifier:
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LANGUAGES)
    return identifier


def _language(text: str) -> str:
    return str(_identifier().classify(text)[0])


def _line(
    conversation: Conversation, line: Span, kind: Kind | None, language: str
) -> list[Passage]:
    """The passages of one line: itself, if it is no prose, else its sentences."""
    if kind is not None:
        return [Passage(start=line[0], end=line[1], kind=kind, language=language)]
    text = conversation.text
    body = prefix_end(text, line)
    found = []
    if body > line[0]:
        found.append(Passage(start=line[0], end=body, kind=Kind.BOILERPLATE, language=language))
    spans = sentences(text, (body, line[1]))
    quotes = quotations(text, line)
    speakers = conversation.speakers(line, spans, quotes)
    for span, speaker in zip(spans, speakers, strict=True):
        found.append(_passage(text, span, quotes, speaker, language))
    return found


def _passage(
    text: str, span: Span, quotes: list[Quotation], speaker: Speaker, language: str
) -> Passage:
    sentence = text[span[0] : span[1]]
    if len(sentence) >= _LONG_ENOUGH_TO_TELL:
        language = _language(sentence)
    kind = _kind(sentence, span, quotes, speaker)
    if kind is Kind.BOILERPLATE:
        speaker = NOBODY
    passage = Passage(
        start=span[0],
        end=span[1],
        kind=kind,
        language=language,
        speaker=speaker.name,
        speaker_span=speaker.who,
        cue_span=speaker.cue,
        attribution=_attribution(kind, span, quotes, speaker),
    )
    return _judged(passage, sentence, speaker, quotes) if kind in SPOKEN else passage


def _judged(passage: Passage, sentence: str, speaker: Speaker, quotes: list[Quotation]) -> Passage:
    """The passage with how surely it is said and whether it is worth checking."""
    hedged = is_hedged(sentence)
    judgement = judge(
        bare(sentence), speaker=speaker.name, hedged=hedged, language=passage.language
    )
    attributed = (f"speaker: “{speaker.because}”",) if speaker.because else ()
    if (
        judgement.score < WANTED
        and passage.attribution is Attribution.NONE
        and (voices_opinion(sentence))
    ):
        return replace(passage, kind=Kind.OPINION, because=("an opinion of whoever writes",))
    inside = _opened_before((passage.start, passage.end), quotes)
    return replace(
        passage,
        hedged=hedged,
        negated=is_negated(sentence),
        wording=wording(
            sentence,
            speaker=speaker.name,
            inside=inside,
            who=_within(passage, speaker.who),
            cue=_within(passage, speaker.cue),
        ),
        checkworthy=judgement.score,
        because=attributed + judgement.because,
    )


def _in_an_opinion_piece(passage: Passage) -> Passage:
    """What an editorial says in its own voice is opinion unless it can be checked."""
    own = passage.kind is Kind.STATEMENT and passage.attribution is Attribution.NONE
    if not own or passage.checkworthy >= WANTED:
        return passage
    because = ("stands in an opinion piece", *passage.because)
    return replace(passage, kind=Kind.OPINION, checkworthy=0.0, because=because)


def _attribution(kind: Kind, span: Span, quotes: list[Quotation], speaker: Speaker) -> Attribution:
    if kind is Kind.QUOTATION or quoted_share(span, quotes) > MOSTLY:
        return Attribution.DIRECT
    return Attribution.INDIRECT if speaker.name or speaker.cue else Attribution.NONE


def _within(passage: Passage, span: Span | None) -> Span | None:
    """A span of the text as one of the passage."""
    return (span[0] - passage.start, span[1] - passage.start) if span else None


def _opened_before(span: Span, quotes: list[Quotation]) -> bool:
    return any(quote.start < span[0] < quote.end for quote in quotes)


def _kind(sentence: str, span: Span, quotes: list[Quotation], speaker: Speaker) -> Kind:
    if is_appeal(sentence):
        return Kind.BOILERPLATE
    quote = _opening_quotation(span, quotes)
    framed = quote is not None and _frame_follows(quote, speaker)
    asked = sentence[: quote.end - span[0]] if quote and framed else sentence
    if asked.rstrip(" \u00a0,»”\"’')").endswith("?"):
        return Kind.QUESTION
    quoted = framed or quoted_share(span, quotes) > MOSTLY
    return Kind.QUOTATION if quoted else Kind.STATEMENT


def _opening_quotation(span: Span, quotes: list[Quotation]) -> Quotation | None:
    """The quotation that a sentence begins with."""
    return next((q for q in quotes if q.start == span[0] and q.end <= span[1]), None)


def _frame_follows(quote: Quotation, speaker: Speaker) -> bool:
    """Do the words that say who speaks stand right behind a quotation: "« ... », a dit X"?"""
    words = [span for span in (speaker.who, speaker.cue) if span]
    return bool(words) and 0 <= min(words)[0] - quote.end <= _BEHIND
