"""The words by which French and English say that something is unsure or not so.

Tables only: what they mean for a sentence is decided in `modality`.
"""

import re

# A conditional is a future stem and an ending of the imperfect. These stems end like no
# infinitive, or like one that verbs in -rer share, so that they are told by heart.
WHOLE_STEMS = frozenset({"ser", "aur", "ir", "fer", "saur"})
STEM_ENDS = re.compile(
    r"(?:(?<!r)er|ir|dr|ttr|[aoi]îtr|(?:conn|par|n)aitr|devr|cevr|vivr|suivr|pleuvr|mouvr|"
    r"(?:c|m|p)ourr|verr|querr|clur|incr|ompr|(?:pl|t|tr)air|vaudr|oir)$"
)
# The imperfect of verbs in -rer ("tirait", "encadrait") ends like a conditional and is none.
IMPERFECT_STEMS = re.compile(
    r"(?:(?:at|re|é|sou)?tir|(?:ad)?mir|\w*spir|désir|(?:cha|re)?vir|cir|soupir|déchir|empir|étir|"
    r"délir|\w*cadr|\w*gendr|\w*ffondr|\w*poudr|éclair|flair|foir|moir|\w{0,3}err(?<!verr))$"
)
# Wishes and duties: a conditional, and no reserve about what is so.
WISHING_STEMS = frozenset({"voudr", "souhaiter", "aimer", "préférer", "préfèrer", "faudr", "devr"})

HEDGES = re.compile(
    r"\b(?:soupçonn\w{1,5}|soupçons? (?:de|d['’]|pès\w{1,4}|vis\w{1,4})|"
    r"accusée?s? (?:par|de|d['’])|mise?s? en examen|présumée?s?|supposée?s?|prétendue?s?|"
    r"éventuel(?:le)?s?|potentiel(?:le)?s?|probablement|peut-être|sans doute|semble(?:nt)? avoir|"
    r"(?<!l')(?<!l’)à en croire|d['’]après des sources|"
    r"allegedly|alleged|reportedly|supposedly|apparently|purportedly|purported|suspected|"
    r"probably|perhaps|possibly|"
    r"accused of|is said to|are said to|(?:may|might|could) (?:have|be|still|also|yet|well)|"
    r"believed to|thought to have)\b",
    re.IGNORECASE,
)
CONDITION = re.compile(r"\b(?:si|s['’]ils?|if)\s", re.IGNORECASE)
# "Elle a promis que 40 postes seraient sauvés": the future, as seen from when it was said.
SAID_THAT = re.compile(
    r"\b(?:dit|promis|assuré|affirmé|annoncé|prévenu|averti|déclaré|indiqué|précisé|ajouté|juré|"
    r"disait|assurait|affirmait|promettait|annonçait|savoir)\b[^.;:!?\n«»“”\"]{0,60}?\bqu[e'’]",
    re.IGNORECASE,
)
NEGATIVE = re.compile(
    r"\b(?P<pas>pas(?! à pas| de (?:tir|porte|danse))|point)\b|"
    r"\b(?P<alone>jamais|aucune?s?|rien|nullement|guère|non(?!-)|ni|"
    r"personne(?=\s(?:ne\s|n['’])))\b|"
    r"\b(?P<paired>plus|personne|nulle?)\b|"
    r"(?P<english>\b(?:not|never|(?-i:no|No(?=\s[a-z]))|none|nobody|nothing|neither|nor|cannot|"
    r"without any)\b|"
    r"\b\w{2,6}n['’]t\b)",
    re.IGNORECASE,
)
NE = re.compile(r"\b(?:ne\b|n['’]\s?(?=\w))[^.;:!?\n]{0,80}$", re.IGNORECASE)
# "pas" is a step and "point" a dot behind an article, a number or an adjective.
NO_NEGATION = re.compile(
    r"\b(?:un|le|les|des|du|ses?|leurs?|mes|premiers?|faux|grands?|deux|trois|quelques|chaque|"
    r"au|aux|ce|cet|ces|à|si|de|d['’]|pourquoi)\s?$",
    re.IGNORECASE,
)
RESTRICTED = re.compile(r"\bqu(?:e\b|['’])", re.IGNORECASE)
