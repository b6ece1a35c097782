"""The claims that a text may speak of, by BM25 over stems, in one SQL statement.

Claims on the ledger and claims that still wait as proposals are searched alike, so that two
documents that arrive together meet before anybody has decided anything. Document frequencies are
counted among the hits, which hold every claim that has any of the words and so give the same.
The formula is Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with the
usual k1 = 1.2 and b = 0.75.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from claims.models import Claim, Proposal

LONGEST = 5000  # characters of a text that are searched for

QUERY = """
WITH word AS MATERIALIZED (
    SELECT DISTINCT lexeme FROM (
        SELECT lexeme FROM unnest(to_tsvector('french', %(text)s))
        UNION ALL
        SELECT lexeme FROM unnest(to_tsvector('english', %(text)s))
    ) AS stems
), anyword AS MATERIALIZED (
    SELECT string_agg(
        '''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''', ' | '
    )::tsquery AS query FROM word
), hit AS MATERIALIZED (
    SELECT id, search FROM claims_claim
    WHERE status <> 'merged' AND search @@ (SELECT query FROM anyword)
    UNION ALL
    SELECT claim, search FROM claims_proposal
    WHERE state = 'open' AND begins AND search @@ (SELECT query FROM anyword)
), total AS MATERIALIZED (
    SELECT (SELECT count(*) FROM claims_claim WHERE status <> 'merged')
         + (SELECT count(*) FROM claims_proposal WHERE state = 'open' AND begins) AS claims,
           (SELECT avg(length(search)) FROM hit) AS average
), term AS MATERIALIZED (
    SELECT hit.id, length(hit.search) AS size, stem.lexeme,
           cardinality(stem.positions) AS tf
    FROM hit, unnest(hit.search) AS stem JOIN word USING (lexeme)
), frequency AS MATERIALIZED (
    SELECT lexeme, count(*) AS df FROM term GROUP BY lexeme
)
SELECT term.id, sum(
    ln(1 + (total.claims - df + 0.5) / (df + 0.5))
    * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * size / total.average))
) AS score
FROM term JOIN frequency USING (lexeme), total
GROUP BY term.id ORDER BY score DESC, term.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Described:
    """What a claim says, and the headline under which it was first said."""

    wording: str
    context: str


def candidates(text: str, limit: int) -> list[tuple[UUID, float]]:
    """The claims a text may speak of, best first, with their BM25 scores."""
    with connection.cursor() as cursor:
        cursor.execute(QUERY, {"text": text[:LONGEST], "limit": limit})
        return [(claim, float(score)) for claim, score in cursor.fetchall()]


def described(claims: list[UUID]) -> dict[UUID, Described]:
    """The wording and headline of each claim, be it on the ledger or still proposed."""
    fields = ("wording", "context")
    waiting = Proposal.objects.filter(claim__in=claims, begins=True, state="open")
    known = Claim.objects.filter(id__in=claims)
    rows = [*waiting.values_list("claim", *fields), *known.values_list("id", *fields)]
    return {claim: Described(wording, context) for claim, wording, context in rows}
