"""The words with which French and English newspapers say that somebody speaks, accuses or denies.

Patterns only: what they mean for a sentence is decided in attribution and denial. Each of them is
bounded, so that no sentence, however made, costs more than its length.
"""

import re

from workers.reading.names import COMPANY_NOUN, ROLE

_ER = (
    "affirm|assur|déclar|expliqu|précis|ajout|estim|dénonc|accus|indiqu|soulign|confi|développ|"
    "constat|énumèr|énumér|alert|martel|martèl|insist|regrett|déplor|répèt|répét|comment|racont|"
    "témoign|observ|avanc|révèl|révél|annonc|signal|rapport|rappel|rappell|critiqu|plaid|tranch|"
    "lanc|jug|justifi|confirm|argument|ironis|félicit|indign|ni|contest|rejet|rejett|réfut|"
    "recommand|demand|rétorqu|gliss|lâch|souffl|résum|insurg|interrog|relèv|relev|not|twitt|"
    "tweet|pest|tonn|soupir|réclam|espèr|espér|souhait|jur|assèn|assén|clam|proclam|argu|alarm|"
    "calcul|évalu|chiffr|recens|redout|considèr|considér|murmur|exig|propos|"
    "tempèr|tempér|anticip|nuanc|concèd|concéd|relat|certifi|détaill|renchéri"
)
_FRENCH_NOW = (
    rf"(?:{_ER})(?:e|ent|ait|aient|a|èrent)|dit|disent|disait|soutien(?:t|nent)|soutenait|"
    r"reconnaît|prévient|répond(?:ent)?|conclut|prétend(?:ent)?|écrit|défend|dément(?:ent)?|"
    r"garantit|avertit|poursuit|prédit|promet(?:tent)?|prévoit|admet(?:tent)?|maintient|croit|"
    r"pense(?:nt)?|souhaiterait|voudrait|se souvient"
)
_FRENCH_PAST = (
    rf"(?:{_ER})ée?s?|dit|soutenu|reconnu|prévenu|répondu|conclu|prétendu|écrit|défendu|démenti|"
    r"garanti|averti|poursuivi|prédit|promis|admis|maintenu|appris|fait (?:savoir|valoir)"
)
_FRENCH = (
    rf"(?:s['’]est (?:félicité|réjoui|indigné|défendu|étonné|inquiété)e?s?|(?:l['’]|s['’]|nous |"
    rf"m['’]|y )?(?:a|ont|avait|avaient)"
    rf"(?:-t-(?:il|elle|on)|-(?:ils|elles))?\s(?:(?!été\b)[\wà-ÿ]{{2,15}}\s){{0,3}}?(?:{_FRENCH_PAST})"
    rf"|(?:l['’]|s['’]|se |le |nous |m['’])?(?:{_FRENCH_NOW})(?:-t)?(?:-(?:il|elle|ils|elles|on))?"
    r"|peut-on lire|lit-on|(?:se |s['’])?(?:demande|interroge)(?:-t-(?:il|elle))?)"
)
_ENGLISH_VERBS = (
    r"said|says|say|told|tells|claim(?:s|ed)|stat(?:es|ed)|add(?:s|ed)|insist(?:s|ed)|"
    r"argu(?:es|ed)|announc(?:es|ed)|warn(?:s|ed)|den(?:ies|ied)|reject(?:s|ed)|refut(?:es|ed)|"
    r"disput(?:es|ed)|accus(?:es|ed)|alleg(?:es|ed)|explain(?:s|ed)|wrote|writes|not(?:es|ed)|"
    r"confirm(?:s|ed)|declar(?:es|ed)|suggest(?:s|ed)|acknowledg(?:es|ed)|snap(?:s|ped)|"
    r"recall(?:s|ed)|retort(?:s|ed)|repl(?:ies|ied)|answer(?:s|ed)|tweet(?:s|ed)|"
    r"complain(?:s|ed)|admit(?:s|ted)|maintain(?:s|ed)|condemn(?:s|ed)|predict(?:s|ed)|"
    r"promis(?:es|ed)|hop(?:es|ed)|wonder(?:s|ed)|point(?:s|ed) out|found|finds|estimat(?:es|ed)|"
    r"report(?:s|ed)|call(?:s|ed)|asks|asked|demand(?:s|ed)|vow(?:s|ed)|sigh(?:s|ed)|"
    r"conced(?:es|ed)|testif(?:ies|ied)|conclud(?:es|ed)|sum(?:s|med)|thinks|believes|"
    r"is demanding|are demanding|hope|believe|think|argue|insist|warn|complain|"
    r"allege|claim|deny|fear|estimate"
)
# Verbs that may close a sentence ("..., a police source said") and are no nouns besides.
_ENGLISH_CLOSING = (
    r"(?:has |had |have |also )?(?:said|says|told|added|adds|wrote|writes|noted|notes|found|warned|"
    r"warns|recalled|recalls|explained|explains|insisted|insists|announced|confirmed|argued|"
    r"argues|claimed|claims|stated|states|admitted|sighs|sighed|retorted|replied|tweeted|"
    r"estimates|estimated|reported)"
)
_ENGLISH = rf"(?:has |have |had )?(?:also |repeatedly |firmly |flatly )?(?:{_ENGLISH_VERBS})"
# "X is accused" is said of X and not by X.
_ACTIVE = r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbeen )(?<!\bbeing )"
VERB = rf"{_ACTIVE}(?<![\w'’-])(?:{_FRENCH}|{_ENGLISH})(?![\w'’-])"
ACCORDING = re.compile(
    r"(?:^|(?<=[\s(«“\"]))(?P<verb>[Ss]elon|[Dd]['’]après|[Aa]ux dires d[eu’']|[Aa]ccording to|"
    r"[ÀàAa] en croire|[Dd]e l['’]avis d(?:es?|u)|(?:(?<=^)[Dd]e (?=source\s)))\s?"
    r"(?P<who>[^,;:\n«“\"]{2,160})"
)
FOR_SOMEBODY = re.compile(
    r"^(?P<verb>Pour|For)\s(?P<who>[^.;:\n«“\"]{3,160}),\s(?:on|il|elle|c['’]|ce|cela|le|la|les|the|it)\b"
)
ACCUSED_BY = re.compile(
    r"\b(?P<verb>(?:accusée?s?|soupçonnée?s?|critiquée?s?|accused|suspected) (?:par|by))\s"
    r"(?P<who>[^,.;:\n«“\"]{3,80})"
)
# The words of a speaker behind the verb, as in "», assure Léa Brun".
AFTER_QUOTE = re.compile(
    rf"(?:[»”\"’][\s\xa0]?[,.]?\s?|^)(?:comme )?(?P<verb>{VERB})(?P<who>[^\n«“\"]{{0,260}})"
)
AS_SAID = re.compile(rf"\b(?:[Cc]omme|[Aa]s)\s(?P<verb>{VERB})(?P<who>[^\n,;«“\"]{{2,160}})")
ASIDE = re.compile(rf",\s(?P<verb>{VERB})(?P<who>[^\n;:«“\"]{{0,160}})")
# ... and before it, behind the words: "”, Mary Stone said", ", a police source said".
TRAILING = re.compile(
    rf"[,»”\"’]\s(?P<who>[^\s,;:«»“”\"\n]"
    rf"(?:(?!\s(?:did|was|were|has|had|is|are|not|declined)\s)[^,;:«»“”\"\n]){{1,80}}?)\s"
    rf"(?P<verb>{_ENGLISH_CLOSING})(?=[\s,.]|$)"
)
AS_THEY_SAY = re.compile(
    rf"^(?:[Aa]s|[Cc]omme)\s(?P<who>[^,;:«»“”\"\n]{{2,100}}?)\s(?P<verb>{_ENGLISH})(?=[\s,.]|$)"
)
# ", ce que X dément": X answers the sentence and does not say it.
DENIAL_CLAUSE = re.compile(
    r",\s(?:ce qu[e'’]|ce dont|mais|which|but|(?:allégations?|accusations?) qu[e'’]|"
    r"an? (?:claim|allegation|accusation) (?:that )?)\s?"
    r"(?P<who>[^,;:.\n]{1,80}?)\s?(?:l['’]|les |has |have |a |ont )?(?:\w{1,12}ment )?"
    r"(?:dément\w{0,4}|nie(?:nt)?|nié|conteste(?:nt)?|contesté|réfute(?:nt)?|réfuté|rejette(?:nt)?|"
    r"rejeté|récuse(?:nt)?|den(?:y|ies|ied)|reject(?:s|ed)?|disput(?:es?|ed))\b[^,;:.\n]{0,60}",
    re.IGNORECASE,
)
SPEECH = re.compile(rf"(?<=\s){VERB}")
SUBJECT = re.compile(r"[^;:\n«»“”\"]{1,200}$")
SAYS_WHAT = re.compile(
    r"(?:\s[^\s,.;]{1,18}){0,7}?[\s,:]{1,3}(?:que\b|qu['’]|that\b|avoir\b|être\b|ne pas\b|of\b|"
    r"[«“\"])|\s?:|\s\w{1,3}\s\w|\s(?:the|its|having|it|he|she|they)\b|\s\w{1,30}"
)
SKIPPED = re.compile(
    r"\s{0,2}(?:(?:à|au|aux|auprès d[eu]|sur|devant|dans|chez|lors d(?:[eu]|['’]une?)|to)\s"
    r"(?:l['’]|la |le |les |son |sa |ses |une? )?[\w.\-]{1,30}(?:\sde\s(?:l['’])?[\w.\-]{1,20})?|"
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|"
    r"samedi|"
    r"dimanche|hier|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)|à son tour|encore|également|"
    r"ainsi|alors)(?=[\s,])"
)
WHO_ENDS = re.compile(
    r"(?<!close)\s(?:à|au|aux|auprès|sur|devant|dans|lors|le \d|lundi|mardi|mercredi|jeudi|"
    r"vendredi|samedi|dimanche|ce (?:matin|soir|jeudi|lundi|mardi)|hier|en \w+ant|"
    r"d(?:e\s|['’])(?:ne pas )?\w+(?:er|ir|oir|dre|tre)|de source|of|qui|que|"
    r"in (?:a|an) |on |to |who|during|after|as)(?=\s|$)"
)
BEGINS_A_SPEAKER = re.compile(
    r"\s(?:(?:l['’]|d['’]autres )\w|(?:la|le|les|une?|des|son|sa|ses|leurs?|cet?|cette|ces|the|"
    r"an?|his|her|"
    r"their|notre|nos|our|il|elle|ils|elles|he|she|they|M\.|M|Mme)\s|[A-ZÀ-Ý])"
)
ENTOURAGE = re.compile(
    r"\b(?:(?:l['’]|son |leur |the )?(?:entourage|équipe|avocate?|conseil|camp)\b|(?:les|ses|"
    r"des) proches|"
    r"un proche|une source|des sources|people close|(?:his|her|their) (?:team|aides|lawyer)|"
    r"aides to|"
    r"lawyers? for|"
    r"sources? (?:close|proche))",
    re.IGNORECASE,
)
SPOKESPERSON = re.compile(r"porte-parole|spokes(?:man|woman|person|people)", re.IGNORECASE)
PRONOUN = re.compile(r"(?:^|.*\s)(?:il|elle|ils|elles|he|she|they|on|celui-ci|celle-ci)", re.I)
PRONOUN_IN_VERB = re.compile(r"-(?:il|elle|ils|elles|on)\b")
COMPANY_WORDS = re.compile(
    rf"(?:^|\s)(?:l['’]|la |le |the |cette |ce |this )(?:{COMPANY_NOUN})\b", re.IGNORECASE
)
ROLE_WORDS = re.compile(rf"(?<![\w-])(?P<role>{ROLE})(?![\w-])", re.IGNORECASE)
_BODIES = (
    "institution|organisation|ministère|gouvernement|exécutif|parquet|commission|association|ong|"
    "autorités|police|mairie|préfecture|direction|syndicat|agence|institut|observatoire|centre|"
    "fédération|collectif|ligue|chambre|cour|tribunal|région|département|commune|ville|hôpital|"
    "exploitant|opposition|majorité|défense|accusation|pompiers|secours|gendarmes|enquêteurs|"
    "magistrats|juges|riverains|habitants|organisateurs|médecins|chercheurs|experts|témoins?|"
    "syndicats|associations|parents|salariés|élus|auteurs|victime|prévenu|suspect|procureure?|"
    "government|ministry|agency|council|union|court|prosecutors?|company|charity|institute|office|"
    "department|county|city|town|hospital|operator|defence|defense|board|committee|watchdog|"
    "confrères|gendarmerie|justice|rectorat|clinique|armée|marine|treasury|"
    "officials|investigators|firefighters|researchers|residents|organisers|organizers|campaigners"
)
INSTITUTION = re.compile(
    rf"(?:l['’]|la |le |les |nos |the |its |his |her )"
    rf"(?:[\wà-ÿ\-'’]{{2,20}}\s){{0,2}}(?:{_BODIES})\b"
    r"[\wà-ÿ\- ’']{0,50}|"
    r"(?:certaine?s|plusieurs|des|une?|an?|some|several|"
    r"many|local)\s[\wà-ÿ\-]{3,20}(?:\s[\wà-ÿ\-]{3,20}){0,2}",
    re.IGNORECASE,
)
NAMED = re.compile(
    r"(?:[Ll]a\s|[Ll]e\s|[Ll]es\s|[Ll]['’]|[Tt]he\s)(?=.{0,60}[A-ZÀ-Ý]\w)"
    r"(?!.{0,60}\s(?:a|ont|est|sont|has|have|is|are)\s)[\wà-ÿ\- ’']{2,60}"
)
OURSELVES = re.compile(
    r"^(?:nous|nos|je|on|notre|we|our|i|rien|ça|cela)\b"
    r"(?!\s(?:journal|confrères))",
    re.IGNORECASE,
)
# The end of a sentence that only says who said it: "», a-t-il dit", ", according to the agency".
CLOSING_FRAME = re.compile(
    rf"(?<=[»”\"]),?\s(?:{VERB}|(?:[A-Z]\w+\s){{1,3}}(?:said|says|told|added)\b|"
    r"(?:he|she|they|the [\w\s]{2,30}?)\s(?:said|says|told|added)\b)[^«»“”\"]{0,220}$|"
    r",\s(?:according to|selon|d['’]après)\s[^,;:«»“”\"]{2,100}$"
)
# Where the subject of a verb begins, behind "et", "mais", "and that" and their like.
LAST_CLAUSE = re.compile(
    r"(?:(?<=\bmais\s)|(?<=\bet que\s)|(?<=\balors que\s)|(?<=\band that\s)|(?<=\bbut\s)|"
    r"(?<=\bwhile\s)|(?<=\bcar\s)|^(?:\W{0,2}(?:(?:et|mais|or|donc|car|but|and|so|pourtant|yet)\s){1,2})?)"
    r"(?!.{0,200}\b(?:mais|et que|alors que|and that|but|while|car)\s)\S"
)
# A bare plural speaks in English, and opens a French sentence: "police", "organisers".
PLURAL = re.compile(r"(?:(?:[A-Z]?[a-z]{3,20}\s){0,2}[A-Za-z][a-z]{3,20}s|[Pp]olice)", re.ASCII)
SPOKEN_FOR = re.compile(
    r"(?:porte-parole d(?:e la |e l['’]|u |es |e |['’])|"
    r"spokes(?:man|woman|person|people) for (?:the )?)"
    r"(?P<owner>[\wà-ÿ][\wà-ÿ\-’' ]{1,60})",
    re.IGNORECASE,
)
SUBJECT_OF = re.compile(
    r"[^:;\n«“\"]{3,160}?\s(?:a|est|avait|était|was|has|had|is|met|ne|n['’]\w+|se|"
    r"[a-z]{3,12}ed|toured|makes|remembers|quitte|reçoit)\s"
)
# Anybody speaks who says "that": "le producteur dit avoir", "the farmer says that".
SAYS_THAT = re.compile(r"\s(?:que\b|qu['’]|that\b|avoir\b|être\b|n['’]avoir\b)")
ANYBODY = re.compile(
    r"(?:l['’]|(?:le|la|les|une?|the|an?)\s)[a-zà-ÿ\-]{3,20}(?:\s[a-zà-ÿ\-]{3,20}){0,2}",
    re.IGNORECASE,
)
# With a figure behind them these verbs ask or count and report nothing.
ASKS_FOR_MORE = re.compile(
    r"(?:demand|réclam|exig|propos|recens|lanc|chiffr|évalu|call|found|find|report)\w{0,4}\s\d",
    re.IGNORECASE,
)
# A clause that has its verb already is no subject of another: "L'homme était connu, a dit X".
HAS_ITS_VERB = re.compile(
    r"^(?:(?!\b(?:qui|who|which|that|dont)\b).)*?\b(?:est|sont|était|étaient|a|ont|avait|avaient|sera|"
    r"seront|aurait|auraient|was|were|is|are|has|had|will)\s",
    re.IGNORECASE,
)
LEADING_AS_SAID = re.compile(rf"^[Cc]omme\s{VERB}[^,;:«“\"\n]{{2,80}},\s")
# "un porte-parole de la société" within longer words.
SPOKESPERSON_WORDS = re.compile(
    r"(?:\b(?:une?|l[ea]|an?|the|son|sa|its)\s)?(?:porte-parole|spokes(?:man|woman|person|people))\b.*",
    re.IGNORECASE,
)
# "Mme Roy", "Mr. Dunne": a person, of whom the document may say no more.
TITLED = re.compile(
    r"(?:M\.|Mme|Mlle|Me|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Pr\.?)\s[A-ZÀ-Ý][\wà-ÿ\-’']{1,30}"
    r"(?:\s[\wà-ÿ\-’']{1,30}){0,2}"
)
