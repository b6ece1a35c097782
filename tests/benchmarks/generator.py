"""A log and its claims as long as the disk allows, multiplied by PostgreSQL from one real claim.

Every claim has the ten events of `workload`, under a name and a wording of its own. The events
are dealt in blocks of a thousand claims, version by version, so that a claim's history is spread
over the log as it is at a desk, and not written side by side. Hashes are the first claim's, which
only a proof would notice; folding the log gives exactly the claims (`replay` is asked).
"""

import psycopg
from django.db import connection

from claims import lexemes
from claims.ledger import log
from claims.projections import NAMES
from tests.benchmarks import workload
from tests.conftest import unguarded

TOGETHER = 1000  # claims whose events are dealt in turn
BLOCK = TOGETHER * workload.EACH
BEGAN = "2024-01-01T00:00:00Z"
# Words as rare as Zipf says, of letters that no stemmer cuts.
WORDS = """
CREATE UNLOGGED TABLE grown AS
SELECT number, md5('claim ' || number)::uuid AS claim, (
    SELECT string_agg(translate(left(md5(floor(exp(random() * ln(60000)))::text), 6),
        '0123456789abcdef', 'bdfgkmptvzbdfgkm'), ' ')
    FROM generate_series(1, 18) WHERE number IS NOT NULL
) AS wording
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
"""
PLACED = f"""
CREATE UNLOGGED TABLE placed AS
SELECT %(size)s + (number - %(first)s) / {TOGETHER} * {BLOCK}
       + (version - 1) * {TOGETHER} + (number - %(first)s) %% {TOGETHER} AS position,
       claim, version, wording
FROM grown, generate_series(1, {workload.EACH}) AS version ORDER BY 1
"""
RECORDED = f"timestamptz '{BEGAN}' + position * interval '1 second'"
EVENTS = f"""
INSERT INTO ledger.event
SELECT placed.position, gen_random_uuid(), claim, version, type, schema_version, actor,
       effective_at, {RECORDED.replace("position", "placed.position")}, gen_random_uuid(),
       commitment, prev_hash, leaf_hash
FROM placed JOIN ledger.event AS first USING (version)
WHERE first.stream_id = %(pattern)s ORDER BY placed.position
"""
PAYLOADS = """
INSERT INTO ledger.payload (position, salt, body)
SELECT placed.position, salt, replace(body, %(wording)s, placed.wording)
FROM placed JOIN ledger.event AS first USING (version)
    JOIN ledger.payload AS said ON said.position = first.position
WHERE first.stream_id = %(pattern)s ORDER BY placed.position
"""
COMMANDS = """
INSERT INTO ledger.command
SELECT command_id, sha256(''), position, position, recorded_at FROM ledger.event
WHERE position >= %(size)s
"""
HEAD = f"""
UPDATE ledger.head SET size = last.position + 1, recorded_at = {RECORDED}
FROM (SELECT max(position) AS position FROM placed) AS last
"""
OWN = {
    '"id"': "placed.claim",
    '"wording"': "placed.wording",
    '"evidence"': "replace(pattern.evidence::text, %(wording)s, placed.wording)::jsonb",
    '"position"': "placed.position",
    '"recorded_at"': RECORDED.replace("position", "placed.position"),
}
CLAIMS = f"""
INSERT INTO claims_claim ({NAMES})
SELECT {", ".join(OWN.get(name, f"pattern.{name}") for name in NAMES.split(", "))}
FROM placed, claims_claim AS pattern
WHERE pattern.id = %(pattern)s AND placed.version = pattern.version
"""
TABLES = ("ledger.event", "ledger.payload", "ledger.command", "claims_claim", "claims_lexeme")
PATTERN = """
SELECT claims_claim.id, wording FROM claims_claim
JOIN ledger.event ON stream_id = id AND event.version = 1 AND event.position = 0
"""


def grow(owner: psycopg.Connection, events: int) -> None:
    """Let the log hold at least so many events, and the read side their claims."""
    if log.size() == 0:
        write = workload.recording(workload.EACH)
        write()
    while (size := log.size()) < events:
        _multiply(owner, size, min(events - size, 100 * BLOCK))
    lexemes.recount()
    for table in TABLES:
        owner.execute(f"VACUUM ANALYZE {table}".encode())


def _multiply(owner: psycopg.Connection, size: int, events: int) -> None:
    blocks = -(-events // BLOCK)
    first = size // workload.EACH
    with connection.cursor() as cursor:
        cursor.execute(PATTERN)
        pattern, wording = cursor.fetchone()
    given = {
        "size": size, "first": first, "last": first + blocks * TOGETHER - 1,
        "pattern": pattern, "wording": wording,
    }  # fmt: skip
    with unguarded(owner):
        for statement in (WORDS, PLACED):
            with psycopg.ClientCursor(owner) as cursor:
                cursor.execute(statement.encode(), given)
        owner.execute("ANALYZE placed")
        for statement in (EVENTS, PAYLOADS, COMMANDS, HEAD, CLAIMS):
            with psycopg.ClientCursor(owner) as cursor:
                cursor.execute(statement.encode(), given)
        owner.execute("DROP TABLE grown, placed")
