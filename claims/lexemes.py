"""In how many claims each word stands: the statistics that ranking a search needs.

Triggers of `claims_claim` and `claims_proposal` add to them with every change. What is here can be
thrown away and counted again.
"""

from django.db import connection, transaction

FOLD = """
WITH gone AS (DELETE FROM claims_lexeme RETURNING lexeme, claims)
INSERT INTO claims_lexeme
    SELECT lexeme, sum(claims) FROM gone GROUP BY lexeme HAVING sum(claims) <> 0
"""
RECOUNT = """
INSERT INTO claims_lexeme
WITH found AS (
    SELECT search FROM claims_claim WHERE status <> 'merged'
    UNION ALL SELECT search FROM claims_proposal WHERE begins AND state = 'open'
)
SELECT lexeme, count(*) FROM found, unnest(tsvector_to_array(search)) AS lexeme GROUP BY lexeme
UNION ALL SELECT '', count(*) FROM found HAVING count(*) > 0
UNION ALL SELECT ' ', sum(length(search)) FROM found HAVING sum(length(search)) > 0
"""


@transaction.atomic
def fold() -> None:
    """Add up the changes of each word; words that stand nowhere any more are gone then.

    Of two at a time, the second waits for the first and finds nothing to do.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('claims_lexeme'))")
        cursor.execute(FOLD)


@transaction.atomic
def recount() -> None:
    """Count every word anew, while nobody changes what is counted."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("LOCK TABLE claims_claim, claims_proposal IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM claims_lexeme")
        cursor.execute(RECOUNT)
