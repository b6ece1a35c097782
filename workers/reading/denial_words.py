"""The words with which French and English deny, and with which they accuse. Patterns only."""

import re

# A plan can be rejected, and a price disputed; words that are denied can only be untrue.
DENIES = re.compile(
    r"(?<![\w-])(?:(?P<always>(?:(?:a|ont|avait|avaient)\s(?:\w{2,15}\s){0,3}?"
    r"(?:démenti|nié|réfuté)|"
    r"dément(?:ent|ait)?|nie(?:nt)?|niait|réfute(?:nt)?|réfutait|"
    r"s['’](?:inscrit|est inscrite?) en faux|"
    r"(?:has |have |had )?(?:\w{4,12}ly )?(?:den(?:y|ies|ied)|refut(?:es|ed)|rebut(?:s|ted))))|"
    r"(?:(?:a|ont|avait|avaient)\s(?:\w{2,15}\s){0,3}?(?:contesté|rejeté|récusé|balayé)|"
    r"conteste(?:nt)?|contestait|rejette(?:nt)?|récuse(?:nt)?|balaie(?:nt)?|"
    r"(?:has |have |had )?(?:\w{4,12}ly )?(?:reject(?:s|ed)|disput(?:es?|ed)|dismiss(?:es|ed))))"
    r"(?![\w-])",
    re.IGNORECASE,
)
WHAT_IS_DENIED = re.compile(
    r"\b(?:accusations?|allégations?|soupçons?|informations?|rumeurs?|affirmations?|faits|propos|"
    r"reproches?|montants?|chiffres?|versions?|thèses?|critiques|avoir|être|que|tout|toute|claims?|"
    r"allegations?|reports?|rumou?rs?|charges|figures?|findings|accounts?|amounts?|"
    r"wrongdoing|doing|having|it|that|any|ces?|this|these)\b|\bqu['’]",
    re.IGNORECASE,
)
CALLED_FALSE = re.compile(
    r"\b(?:call(?:s|ed)|brand(?:s|ed)|described?|dismiss(?:es|ed))\b[^.!?\n]{1,60}?\b(?:false|untrue|"
    r"baseless|unfounded|fabricated|nonsense|a lie|lies)\b|"
    r"\b(?:qualifi(?:e|ent|é)|juge(?:nt)?|jugé|estim(?:e|ent|é))\b[^.!?\n]{1,60}?\b(?:faux|fausses?|"
    r"mensongère?s?|infondée?s?|calomnieu(?:x|ses?)|sans fondement|de mensonges?)",
    re.IGNORECASE,
)
FALSE = re.compile(
    r"\b(?:accusations?|allégations?|affirmations?|informations?|rumeurs?|propos|c['’]|cela|"
    r"claims?|"
    r"allegations?|reports?|this|that|it|they|these)\b[^.!?\n]{0,40}?\b(?:est|sont|étaient|is|"
    r"are|was|were)\s"
    r"(?:[\wà-ÿ]{3,15}\s){0,2}(?:faux|fausses?|infondée?s?|mensongères?|mensongers?|sans fondement|"
    r"dénuée?s de (?:tout )?fondement|calomnieu(?:x|ses?)|false|untrue|baseless|unfounded|"
    r"fabricated)\b",
    re.IGNORECASE,
)
NOT_DENYING = re.compile(
    r"\b(?:ne|n['’]|not|never|neither)\s?(?:a |ont |l['’]a )?(?:pas |did |has )?"
    r"(?:dément|nie|conteste|réfute|den(?:y|ied)|disputed?|reject)|"
    r"\b(?:ne|n['’]).{1,12}\b(?:pas|jamais)\s(?:été\s)?(?:démenti|nié|contesté|réfuté|rejeté)",
    re.IGNORECASE,
)
ACCUSES = re.compile(
    r"\b(?:accus\w{1,9}|soupçon\w{0,7}|allégations?|suspect\w{0,5}|suspicions?|alleg\w{2,8}|"
    r"reproch\w{1,6}|"
    r"dénonc\w{1,6}|mis en cause|ingérences?|interference|blam(?:ed?|es)|charged with)\b",
    re.IGNORECASE,
)


FIGURES_DENIED = re.compile(
    r"\b(?:ces|cette|cet|ce|the|these|this|those)\s(?:résultats?|chiffres?|mesures?|analyses?|"
    r"étude|"
    r"sondage|estimations?|figures?|results?|findings|numbers?|measurements?|study|poll)\b",
    re.IGNORECASE,
)
FIGURE_DENIED = re.compile(
    r"\b(?:ce|ces|cette|the|this|these|those)\s(?:chiffres?|montants?|estimations?|figures?|"
    r"numbers?|amounts?)\b",
    re.IGNORECASE,
)
MEASURED = re.compile(
    r"\b(?:mesur\w{1,4}|analys\w{1,4}|étude|sondage|résultats?|measured|found|study|poll|results?|"
    r"estim\w{1,4})\b.{0,200}\d|\d.{0,200}\b(?:selon|d['’]après|according to)\b",
    re.IGNORECASE,
)
CHARGES = re.compile(
    r"\b(?:aurait|auraient|soupçons? pèse(?:nt)?|"
    r"(?:est|sont|is|are|was|were) (?:soupçonn|accus|suspect)|"
    r"accuse[sd]?\b|"
    r"allegedly|reportedly)",
    re.IGNORECASE,
)
