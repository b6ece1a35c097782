"""What is written: one event like the desk's, in every shape that a line needs it.

A claim has ten events here: it is asserted, and nine documents of other origins follow.
"""

import json
import secrets
from collections.abc import Callable
from itertools import count
from uuid import UUID, uuid4

import psycopg
from django.db import transaction

from claims import events, history
from claims.events import Word
from claims.history import Change
from claims.ledger import log
from claims.ledger.entry import Draft
from tests.claims import build

EACH = 10  # events of a claim
WORDS: list[Word] = [
    build.begins(1),
    *(build.corroborated(number) for number in range(2, EACH)),
    build.disputed(EACH),
]
BODIES = [events.encode(word) for word in WORDS]
TYPES = [events.name(word) for word in WORDS]
REQUEST = bytes(32)

# The same row in one plain table: what PostgreSQL has to store, and nothing else.
LIMIT = """
CREATE TABLE limit_row (
    position bigserial PRIMARY KEY, event_id uuid, stream_id uuid, version integer, type text,
    schema_version smallint, actor text, effective_at timestamptz, recorded_at timestamptz,
    command_id uuid, commitment bytea, prev_hash bytea, leaf_hash bytea, salt bytea, body text,
    UNIQUE (stream_id, version)
)"""
COLUMNS = (
    "event_id, stream_id, version, type, schema_version, actor, effective_at, recorded_at,"
    " command_id, commitment, prev_hash, leaf_hash, salt, body"
)
HASH = "ab" * 32
MOMENT = "2026-03-01T09:30:00.000000Z"
SAID = BODIES[0].replace("'", "''")
INSERT = (
    f"INSERT INTO limit_row ({COLUMNS}) VALUES (gen_random_uuid(), gen_random_uuid(), 1,"
    " 'asserted', 1, 'user:1', '2026-03-01T09:30:00Z', now(), gen_random_uuid(),"
    f" '\\x{HASH}', '\\x{HASH}', '\\x{HASH}', '\\x{HASH}', '{SAID}')"
)


def call(schema: str) -> str:
    """The same event through the function of a schema; the server fills in the ids."""
    event = {
        "id": "%s", "stream": "%s", "version": 1, "type": "asserted", "schema": 1,
        "effective_at": MOMENT, "body": BODIES[0], "salt": HASH,
    }  # fmt: skip
    command = {"id": "%s", "request": HASH, "actor": "user:1", "events": [event]}
    text = json.dumps(command, ensure_ascii=False).replace("'", "''")
    ids = ", ".join(["gen_random_uuid()"] * 3)
    return f"SELECT * FROM {schema}.append(format('{text}', {ids})::jsonb)"


def places() -> "Callable[[int], list[tuple[UUID, int]]]":
    """Gives the next places to write to: ten versions of a claim, then another claim."""
    numbers = count()
    claim = uuid4()

    def next_ones(many: int) -> list[tuple[UUID, int]]:
        nonlocal claim
        found = []
        for _ in range(many):
            version = next(numbers) % EACH + 1
            if version == 1:
                claim = uuid4()
            found.append((claim, version))
        return found

    return next_ones


def drafts(where: list[tuple[UUID, int]]) -> list[Draft]:
    """The events for these places."""
    return [
        Draft(
            event_id=uuid4(),
            stream_id=claim,
            version=version,
            type=TYPES[version - 1],
            schema_version=1,
            effective_at=build.AT,
            body=BODIES[version - 1],
            salt=secrets.token_bytes(32),
        )
        for claim, version in where
    ]


def appending(batch: int) -> Callable[[], int]:
    """The ledger alone, from a connection of Django's."""
    following = places()

    def write() -> int:
        with transaction.atomic():
            log.append(uuid4(), request=REQUEST, actor="user:1", drafts=drafts(following(batch)))
        return batch

    return write


def recording(batch: int) -> Callable[[], int]:
    """The whole path of a decision: read, admit, append, project."""
    following = places()

    def write() -> int:
        said: dict[UUID, list[int]] = {}
        for claim, version in following(batch):
            said.setdefault(claim, []).append(version)
        changes = [
            Change(claim=claim, expected=v[0] - 1, words=tuple(WORDS[n - 1] for n in v))
            for claim, v in said.items()
        ]
        history.record(changes, actor="user:1", at=build.AT, command=uuid4())
        return batch

    return write


def calling(url: str, schema: str, batch: int) -> Callable[[], int]:
    """The function of a schema from a plain connection, with documents that cost the client least.

    The documents are prepared; only their ids are filled in.
    """
    connection = psycopg.connect(url, autocommit=True)
    following = places()
    query = f"SELECT * FROM {schema}.append(%s::jsonb)"

    def write() -> int:
        document = {
            "id": str(uuid4()),
            "request": HASH,
            "actor": "user:1",
            "events": [
                {
                    "id": str(uuid4()),
                    "stream": str(claim),
                    "version": version,
                    "type": TYPES[version - 1],
                    "schema": 1,
                    "effective_at": MOMENT,
                    "body": BODIES[version - 1],
                    "salt": HASH,
                }
                for claim, version in following(batch)
            ],
        }
        connection.execute(query, [json.dumps(document)])
        return batch

    return write


def copying(url: str, batch: int) -> Callable[[], int]:
    """The limit of batches: COPY of ready bytes, of which only the ids are filled in."""
    connection = psycopg.connect(url)
    mark = "00000000-0000-4000-8000-"
    rows = [
        "\t".join(
            [
                str(uuid4()), f"{mark}{number // EACH:012}", str(number % EACH + 1),
                TYPES[number % EACH], "1", "user:1", "2026-03-01T09:30:00Z",
                "2026-03-01T09:30:00Z", str(uuid4()), *[f"\\\\x{HASH}"] * 4, BODIES[number % EACH],
            ]
        )
        for number in range(batch)
    ]  # fmt: skip
    ready = "".join(f"{row}\n" for row in rows).encode()

    def write() -> int:
        filled = ready.replace(mark.encode(), f"{uuid4()}"[:24].encode())
        copying = f"COPY limit_row ({COLUMNS}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(copying) as copy:
            copy.write(filled)
        connection.commit()
        return batch

    return write
