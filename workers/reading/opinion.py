"""What is an opinion of whoever writes, and no report: editorials, letters, reviews, wishes.

An opinion is told by its words where the text speaks in its own voice; what somebody is quoted with
or reported to think is a passage like others. In a piece that calls itself an editorial, whatever
states nothing that can be checked is one.
"""

import re

_RUBRIC = re.compile(
    r"(?:l['’]|le |notre |the )?(?:éditorial|édito|tribune(?: libre)?|opinion|point de vue|billet"
    r"(?: d['’]humeur)?|chronique|carte blanche|libre opinion|courrier des lecteurs|"
    r"editorial|op-ed|leader|viewpoint|commentary|letters? to the editor|letters|our view)"
    r"(?:\s?[:|–—\-.].{0,120})?",
    re.IGNORECASE,
)
_IN_MY_VIEW = re.compile(
    r"\b(?:à (?:mon|notre) (?:humble )?avis|selon (?:moi|nous)|à mes yeux|pour (?:ma|notre) part|"
    r"de mon point de vue|"
    r"je (?:crois|pense|trouve|estime|juge|regrette|considère|déplore|souhaite|préfère|doute|"
    r"suis (?:convaincu|persuadé|certain|d['’]avis|consterné|indigné)e?|"
    r"ne (?:crois|pense|trouve|partage|comprends|peux) )|j['’](?:estime|espère|avoue)|"
    r"nous (?:croyons|pensons|estimons|regrettons|déplorons|espérons|refusons de|"
    r"ne (?:croyons|pensons|partageons|pouvons) )|"
    r"in (?:my|our) (?:humble )?(?:view|opinion)|to my mind|"
    r"(?:i|we) (?:\w{4,10}ly )?(?:believe|think|find it|feel|hope|trust|regret|doubt|deplore|"
    r"cannot (?:accept|help|pretend|ignore|go on)|"
    r"do not (?:share|believe|think)|don['’]t (?:share|believe|think)))",
    re.IGNORECASE,
)
_APPEALS = re.compile(
    r"(?:^|[,;:]\s)(?:espérons|souhaitons|gageons|parions|avouons|admettons|cessons|osons|"
    r"ne nous y trompons pas|ne nous leurrons pas|let us (?:hope|not)|let['’]s (?:hope|not|be)|"
    r"make no mistake)\b|"
    r"\b(?:il (?:est|serait) (?:grand |plus que )?temps (?:que|de|d['’])|"
    r"il faut (?:que|agir|cesser|en finir|mettre fin|oser|dire|reconnaître)|"
    r"on (?:peut|doit|ne peut que) (?:regretter|déplorer|espérer|s['’]étonner|se réjouir|saluer)|"
    r"force est de (?:constater|reconnaître)|it is (?:high |about )?time\b|"
    r"must (?:finally|now|at last|stop)|ought to|deserves? better)",
    re.IGNORECASE,
)
_EVALUATES = re.compile(
    r"\b(?:quel(?:le)?s? (?:honte|gâchis|bonheur|horreur|dommage|scandale|tristesse|courage|"
    r"aveu)|what an? (?:disgrace|shame|pity|waste|joy|scandal|mess)|"
    r"magnifiques?|formidables?|sublimes?|merveilleu(?:x|ses?)|admirables?|scandaleu(?:x|ses?)|"
    r"honteu(?:x|ses?)|inadmissibles?|inacceptables?|lamentables?|navrante?s?|désolante?s?|"
    r"consternante?s?|ridicules?|absurdes?|indignes? d|au sommet de son art|"
    r"jou(?:e|ent) avec le feu|magnificent|superb|wonderful|scandalous|shameful|disgraceful|"
    r"outrageous|unacceptable|lamentable|ridiculous|absurd|play(?:s|ing) with fire)\b",
    re.IGNORECASE,
)


def is_rubric(line: str) -> bool:
    """Does a line call what follows an editorial, a column or letters of readers?"""
    return _RUBRIC.fullmatch(line.strip()) is not None


def voices_opinion(sentence: str) -> bool:
    """Does a sentence in the text's own voice judge, wish or appeal?"""
    return any(pattern.search(sentence) for pattern in (_IN_MY_VIEW, _APPEALS, _EVALUATES))
