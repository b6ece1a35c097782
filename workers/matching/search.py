"""The claims that a text may speak of, by BM25 over stems, in two SQL statements.

Claims on the ledger and claims that still wait as proposals are searched alike, so that two
documents that arrive together meet before anybody has decided anything. The rarest words of the
text are looked up, as many as BUDGET allows: the sum of the claims that hold them bounds the work,
however many claims there are. What they bring is ranked by all words of the text, with the formula
of Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), k1 = 1.2 and b = 0.75.

Rank says which claim is nearest, and not whether any is near. That is what the cosine of the two
texts' words tells, each word weighed by its rarity (Salton and Buckley, "Term-weighting approaches
in automatic text retrieval", 1988). Both together give the order.
"""

import math
import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db import connection

from claims.models import Claim, Proposal

_HUMP = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])")
LONGEST = 5000  # characters of a text that are searched for
BUDGET = 4_000  # claims that are looked at for one text

STEMS = """
WITH stem AS (
    SELECT 'fr' AS language, * FROM unnest(to_tsvector('french', %(text)s))
    UNION ALL
    SELECT 'en', * FROM unnest(to_tsvector('english', %(text)s))
), total AS (
    SELECT coalesce(sum(claims) FILTER (WHERE lexeme = ''), 0) AS claims,
           coalesce(sum(claims) FILTER (WHERE lexeme = ' '), 0) AS lexemes
    FROM claims_lexeme WHERE lexeme IN ('', ' ')
)
SELECT lexeme, bool_or(language = 'fr'), bool_or(language = 'en'), max(cardinality(positions)),
       (SELECT coalesce(sum(claims), 0) FROM claims_lexeme known WHERE known.lexeme = stem.lexeme),
       total.claims, total.lexemes
FROM stem, total GROUP BY lexeme, total.claims, total.lexemes
"""

RANKED = """
WITH word AS MATERIALIZED (
    SELECT * FROM unnest(%(lexemes)s::text[], %(fr)s::boolean[], %(en)s::boolean[],
        %(tf)s::float[], %(idf)s::float[]) AS word (lexeme, fr, en, tf, idf)
), hit AS MATERIALIZED (
    SELECT id, search, language FROM claims_claim
    WHERE status <> 'merged' AND search @@ %(rare)s::tsquery
    UNION ALL
    SELECT claim, search, language FROM claims_proposal
    WHERE state = 'open' AND begins AND search @@ %(rare)s::tsquery
), best AS MATERIALIZED (
    SELECT id, search, language, sum(
        idf * tf.claim * 2.2 / (tf.claim + 1.2 * (0.25 + 0.75 * length(search) / %(average)s))
    ) AS score
    FROM hit, unnest(search) AS stem JOIN word USING (lexeme),
        LATERAL (SELECT cardinality(stem.positions) AS claim) AS tf
    GROUP BY id, search, language ORDER BY score DESC, id LIMIT 2 * %(limit)s
), weighed AS (
    SELECT id, score, fr, en, language, (1 + ln(cardinality(stem.positions)))
           * ln(1 + (%(claims)s - df + 0.5) / (df + 0.5)) AS theirs,
           (1 + ln(word.tf)) * word.idf AS ours
    FROM best, unnest(search) AS stem LEFT JOIN word USING (lexeme), LATERAL (
        SELECT coalesce(sum(claims), 0) AS df FROM claims_lexeme AS known
        WHERE known.lexeme = stem.lexeme
    ) AS counted
), near AS (
    SELECT id, score, coalesce(
        sum(ours * theirs) FILTER (WHERE CASE WHEN language = 'fr' THEN fr ELSE en END), 0
    ) / (sqrt(sum(theirs * theirs)) * (
        SELECT sqrt(sum(((1 + ln(tf)) * idf) ^ 2)) FROM word
        WHERE CASE WHEN weighed.language = 'fr' THEN fr ELSE en END
    )) AS cosine
    FROM weighed GROUP BY id, score, language
)
SELECT id, score, cosine FROM near
ORDER BY score / max(score) OVER () + cosine / greatest(max(cosine) OVER (), 1e-9) DESC, id
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim that a text may speak of: its rank by BM25, and how near it is, from 0 to 1."""

    claim: UUID
    score: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Described:
    """What a claim says, and the headline under which it was first said."""

    wording: str
    context: str


@dataclass(frozen=True, slots=True)
class _Stem:
    """A word of a text: in which languages, how often there, and in how many claims."""

    lexeme: str
    fr: bool
    en: bool
    tf: int
    df: int
    claims: int  # all of them
    lexemes: int  # of all of them together

    @property
    def idf(self) -> float:
        return math.log(1 + (self.claims - self.df + 0.5) / (self.df + 0.5))


def candidates(text: str, limit: int) -> list[Candidate]:
    """The claims a text may speak of, best first."""
    with connection.cursor() as cursor:
        cursor.execute(STEMS, {"text": _spelt_out(text[:LONGEST])})
        stems = [_Stem(*row) for row in cursor.fetchall()]
        rare = _rare(stems)
        if not rare:
            return []
        asked: dict[str, Any] = {
            "lexemes": [stem.lexeme for stem in stems],
            "fr": [stem.fr for stem in stems],
            "en": [stem.en for stem in stems],
            "tf": [stem.tf for stem in stems],
            "idf": [stem.idf for stem in stems],
            "rare": " | ".join(map(_quoted, rare)),
            "claims": stems[0].claims,
            "average": stems[0].lexemes / stems[0].claims,
            "limit": limit,
        }
        # With its values in the statement PostgreSQL sees which words are rare, and plans for it.
        cursor.execute(RANKED, asked)
        return [Candidate(claim, score, cosine) for claim, score, cosine in cursor.fetchall()]


def _spelt_out(text: str) -> str:
    """ "#GlobalWarming" and "@CityOfBreville" are one word to PostgreSQL, to a reader several."""
    humped = (_HUMP.sub(" ", word) for word in text.split() if _HUMP.search(word))
    return " ".join([text, *humped])


def _rare(stems: list[_Stem]) -> list[str]:
    """The words to look claims up by: the rarest, as far as BUDGET goes."""
    known = sorted((stem for stem in stems if stem.df > 0), key=lambda stem: (stem.df, stem.lexeme))
    spent = accumulate(stem.df for stem in known)
    return [stem.lexeme for stem, sum_ in zip(known, spent, strict=True) if sum_ <= BUDGET]


def _quoted(lexeme: str) -> str:
    """A lexeme as a tsquery takes it."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def described(claims: list[UUID], *, proposed: bool = True) -> dict[UUID, Described]:
    """The wording and headline of each claim on the ledger, and of those that are still
    `proposed`, unless only the others are wanted."""
    fields = ("wording", "context")
    rows = [*Claim.objects.filter(id__in=claims).values_list("id", *fields)]
    if proposed:
        waiting = Proposal.objects.filter(claim__in=claims, begins=True, state="open")
        rows = [*waiting.values_list("claim", *fields), *rows]
    return {claim: Described(wording, context) for claim, wording, context in rows}
