"""Would a fact-checker want this sentence?

The score is a sum of stated reasons and not a model's opinion: a reviewer can see why a sentence
was proposed. It is set so that 0.5 parts the two, and rather misses a claim than proposes a wish.
"""

import re
from dataclasses import dataclass

from workers.reading import quantities
from workers.reading.modality import is_negated
from workers.reading.names import names

WANTED = 0.5  # from here on a sentence states a fact that can be checked

_PAST = re.compile(
    r"\b(?:a|ont|avons|avait|avaient|est|sont|était|étaient|vient|viennent|fut|"
    r"furent)\s(?:(?:été|d['’]|de|déjà|"
    r"donc|aussi|également|bien|rapidement|récemment|en conséquence|à plusieurs reprises|tous|"
    r"toutes|pas|jamais|plus|rien|\w{4,14}ment)\s?){0,3}(?:\w{2,18}(?:é|ée|és|ées|i|is|it|ie|ies|u|us|ue|ues|er|dit|ir|"
    r"ert|erte|ait|aite|int)|pu|dû|eu|su|vu|mis|pris)\b|"
    r"\bêtre\s\w{3,16}(?:é|ée|és|ées)\b|\bavoir\s\w{3,16}(?:é|i|u)\b|"
    r"\b(?:was|were|has|have|had|did)\b|\b\w{3,14}ed\b|\b(?:bought|sold|paid|made|took|gave|held|"
    r"found|lost|won|fell|rose|grew|began|said|told|met|sent|spent|cut|shut|left|built|went)\b"
)
_WHEN = re.compile(
    r"\b(?:(?:en|in|depuis|since|dès|dans les années)\s)?(?:19|20)\d{2}\b|"
    r"\b\d{1,2}(?:er)?\s(?:janvier|"
    r"février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)\b|"
    r"\b(?:janvier|février|juillet|septembre|octobre|novembre|décembre|january|february|march|"
    r"april|"
    r"june|july|august|september|october|november|december|lundi|mardi|mercredi|jeudi|vendredi|"
    r"samedi|dimanche|monday|tuesday|wednesday|thursday|friday|saturday|sunday|hier|yesterday)\b",
    re.IGNORECASE,
)
_ACCUSATION = re.compile(
    r"\b(?:accus(?:e|ent|ée?s?|er|ed|es|ation\w?)|soupçon\w{0,6}|dénonce(?:nt)?|allegations?|"
    r"alleged\w{0,2}|"
    r"suspected|interdi(?:t|te|ts|re|ction)|banned|fraud\w?|corruption|espionnage|blanchiment|"
    r"reportedly|siphonn\w{1,4}|impropres?|toxiques?|pollu\w{1,4}|contamin\w{1,5}|illégal\w{0,3}|"
    r"illegal|désinformation|disinformation|propagande|failles?|"
    r"vulnerabilit\w{1,3}|vulnérabilité\w?|persécut\w{1,6}|tortur\w{1,5}|crimes?)\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"\b(?:révèle|révélé|avance(?:nt)?|affirme(?:nt)?|affirmé|assure|signalé|selon|d['’]après|"
    r"outil de|"
    r"stocké\w{0,2}|demande(?:nt)?|ordonne(?:nt)?|annonce(?:nt)?|exige(?:nt)?|orders?|demands?|"
    r"collecte(?:nt)?|contient|compte \d|représente|according to|revealed|reveals|shows?|"
    r"contains?|costs?|jamais|never)\b",
    re.IGNORECASE,
)
_PREDICTION = re.compile(
    r"\b(?:sera|seront|aura|auront|fera|feront|pourra|pourront|ira|iront|viendra|faudra|devrait|"
    r"devraient|pourrait|pourraient|va|vont)\b(?!\s(?:\w+\s){0,2}(?:été|eu)\b)|\b\w{3,15}(?:era|eront|ira|iront|dra|"
    r"dront)\b|"
    r"\bcompte(?:nt)? (?:bien\b|\w{2,12}(?:er|ir|re)\b)|\bon compte\b|\b(?:will|shall|going to|"
    r"expected to|plans? to|'ll)\b",
    re.IGNORECASE,
)
_NO_PREDICTION = re.compile(
    r"\b(?:opéra|caméra|généra|libéra|considéra|récupéra|opera|camera|era|spira|cira)\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:il (?:faut|faudrait|fallait)|ils? faudraient|nous devons|on doit|souhait\w{1,5}|"
    r"espér\w{1,5}|"
    r"espère|impatients?|aimerai\w{1,3}|voudrai\w{1,3}|appelons à|merci|bravo|should|must|hopes?|"
    r"wish(?:es)?|let['’]s|need to|ought to|thank|please|would like|join us|promet(?:tent)?|"
    r"promises|prédit|prédisent|predicts?|rendez-vous (?:à|au|le|ce|\w{2,5}di))\b",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"\b(?:je (?:crois|pense|trouve|suis|ne me|m['’])|j['’](?:estime|ai choisi|aime|espère)|"
    r"m['’]engage|"
    r"nous (?:inquiétons|croyons|pensons|nous)|à mon avis|selon moi|pour moi|i (?:think|believe|"
    r"feel|guess|hope|am)|we (?:think|believe|feel|are proud)|in my (?:view|opinion)|"
    r"quel(?:le)? (?:bonheur|"
    r"horreur|honte)|magnifique|formidable|terrible|scandaleu\w{1,3}|c['’]est une question de|"
    r"une pompe|"
    r"laboratoire des?|maillon|cheval de Troie|une étape essentielle|au cœur de)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(
    r"\b(?:je|j['’]|nous|nos|notre|mon|ma|mes|i|we|our|my)(?=[\s'’])|\bon\s", re.I
)
_NO_ANSWER = re.compile(
    r"\bn['’](?:a|ont|avait|avaient) pas (?:souhaité|voulu|pu) "
    r"(?:répondre|s['’]exprimer|commenter)|"
    r"\bn['’](?:a|ont|avait|avaient) pas (?:répondu|donné suite|réagi)|"
    r"\b(?:did not|didn['’]t|had not) (?:respond|reply|answer)|\bneither .{2,60} answered\b|"
    r"\b(?:declined|refused) to (?:comment|answer)|\bcould not be reached\b",
    re.IGNORECASE,
)
_SECOND_PERSON = re.compile(r"\b(?:vous|votre|vos|you|your)\b", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"\W{0,3}(?:ils?|elles?|c['’]est|ce|cela|ça|they|it|this|that)\b", re.IGNORECASE
)
# A denial of "the accusations" says nothing by itself; one of "any plan to close" does.
_ONLY_A_DENIAL = re.compile(
    r"\b(?:dément(?:i|ent)?|nie(?:nt)?|nié|réfute(?:nt)?|rejette(?:nt)?|conteste(?:nt)?|denie[sd]|"
    r"rejects?|rejected)\b(?:[^.]{0,30}|[^.]{0,60}\b(?:accusations?|allégations?|soupçons|"
    r"reproches|rumeurs?|allegations?|claims?|reports?|rumou?rs?)\b[^.]{0,40})$|"
    r"\b(?:est|sont|étaient|is|are|was|were)\s(?:\w+\s){0,2}(?:fausses?|faux|false|untrue)\b"
    r"[^.]{0,40}$",
    re.IGNORECASE,
)
_DENIED_BY_NAME = re.compile(
    r"\b(?:avoir|être|que|tout projet|having|that|any plan|\w{3,}ing)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How much a sentence is worth checking, with the reasons in words."""

    score: float
    because: tuple[str, ...]


def judge(sentence: str, *, speaker: str, hedged: bool, language: str) -> Judgement:
    """Add up what speaks for and against checking a sentence."""
    has_figure = bool(quantities.find(sentence))
    named = [name for name in names(sentence) if name.name.casefold() != speaker.casefold()]
    predicts = bool(_PREDICTION.search(_NO_PREDICTION.sub("", sentence)))
    happened = bool(_PAST.search(sentence))
    reasons = [
        (0.35, "gives a figure", has_figure),
        (0.15, "gives a date", bool(_WHEN.search(sentence))),
        (0.15, "names somebody or something", bool(named)),
        (0.1, "names several", len(named) > 1),
        (0.2, "tells of something that happened", happened),
        (0.1, "says that something did not happen", happened and is_negated(sentence)),
        (0.3, "an accusation, a suspicion or a ban", bool(_ACCUSATION.search(sentence))),
        (0.15, "reports a finding", bool(_REPORTS.search(sentence))),
        (0.15, f"said by {speaker}", bool(speaker)),
        (0.15, "said with reserve", hedged),
        (-0.15 if has_figure else -0.35, "speaks of the future", predicts),
        (-0.5, "says that nobody answered", bool(_NO_ANSWER.search(sentence))),
        (-0.4, "a wish or a demand", bool(_WISH.search(sentence))),
        (-0.4, "an opinion or an image", bool(_OPINION.search(sentence))),
        (-0.1, "in the first person", bool(_FIRST_PERSON.search(sentence)) and not happened),
        (-0.3, "speaks to the reader", bool(_SECOND_PERSON.search(sentence)) and not speaker),
        (-0.15, "leans on the sentence before", bool(_POINTS_BACK.match(sentence))),
        (-0.2, "an exclamation", sentence.rstrip('»”" ').endswith("!")),
        (-0.4, "too short to stand alone", len(sentence.split()) < 6),
        (-0.6, "denies another passage", _denies_only(sentence) and not has_figure),
    ]
    score = 0.15 + sum(weight for weight, _, holds in reasons if holds)
    because = [words for _, words, holds in reasons if holds]
    if language not in ("fr", "en"):
        score = min(score, 0.4)
        because.append("neither French nor English: its signs are not known here")
    return Judgement(round(min(1.0, max(0.0, score)), 2), tuple(because))


def _denies_only(sentence: str) -> bool:
    found = _ONLY_A_DENIAL.search(sentence.rstrip(' .»”"'))
    return found is not None and not _DENIED_BY_NAME.search(found.group())
