"""The tree as PostgreSQL keeps it: tiles from events, few reads, and nobody who can rewrite it."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from math import ceil, log2
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import DatabaseError, connections

from claims.ledger import log, merkle, tiles, tree
from claims.ledger.entry import leaf_hash
from claims.ledger.merkle import ProofError
from claims.ledger.tree import Tree
from tests.claims import build
from tests.claims.ledger.test_log import STREAMS, append, draft

EDGE = 256 * 256


@pytest.fixture
def many(committed: None) -> list[bytes]:
    """A log with two full tiles and a part of a third, its full tiles stored by the signer."""
    append(*(draft(STREAMS[0], version) for version in range(1, 601)))
    tree.store_tiles(600, using="signer")
    return [entry.leaf_hash for entry in log.feed(0, 1000)]


def test_stored_tiles_and_computed_edges_make_the_rfcs_root(many: list[bytes]) -> None:
    for size in (1, 2, 255, 256, 257, 511, 512, 513, 599, 600):
        assert Tree(size).root() == merkle.root(many[:size])
        for index in (0, size // 2, size - 1):
            assert Tree(size).inclusion_proof(index) == merkle.inclusion_proof(many[:size], index)
        for old in (1, (size + 1) // 2, size):
            expected = merkle.consistency_proof(many[:size], old)
            assert Tree(size).consistency_proof(old) == expected
    assert Tree(600).tile(0, 1) == many[256:512]
    assert Tree(600).tile(0, 2) == many[512:]
    assert Tree(600).tile(1, 0) == [merkle.root(many[:256]), merkle.root(many[256:512])]
    assert Tree(600).tile(2, 0) == []


def test_only_full_tiles_are_stored_and_each_once(many: list[bytes]) -> None:
    query = "SELECT level, index FROM ledger.tile ORDER BY 1, 2"
    tree.store_tiles(600, using="signer")
    assert rows(query) == [(0, 0), (0, 1)]
    with pytest.raises(DatabaseError, match="does not hold 601 events"):
        tree.store_tiles(601, using="signer")


def test_a_tree_of_two_levels_is_stored_and_read_in_few_reads(
    committed: None, owner_connection: psycopg.Connection
) -> None:
    size = EDGE + 300
    fill(owner_connection, size)
    tree.store_tiles(size, using="signer")
    hashes = [hashlib.sha256(str(position).encode()).digest() for position in range(size)]
    assert rows("SELECT level, count(*) FROM ledger.tile GROUP BY 1 ORDER BY 1") == [
        (0, 257),
        (1, 1),
    ]
    for part in (EDGE - 1, EDGE, EDGE + 1, size):
        stored = Tree(part)
        assert stored.root() == merkle.root(hashes[:part])
        assert stored.reads <= ceil(log2(part) / tiles.BITS)
    stored = Tree(size)
    proof = stored.inclusion_proof(12_345)
    assert stored.reads <= 2 * ceil(log2(size) / tiles.BITS)
    merkle.verify_inclusion(
        leaf_hash=hashes[12_345], index=12_345, size=size, proof=proof, root=stored.root()
    )


def fill(owner: psycopg.Connection, size: int) -> None:
    """Events with cheap leaf hashes, put in past `append`; whoever owns the tables could."""
    owner.execute("SET ROLE tracker_ledger")
    owner.execute(
        "INSERT INTO ledger.event SELECT n, gen_random_uuid(), gen_random_uuid(), 1, 'asserted',"
        " 1, 'user:1', now(), now(), gen_random_uuid(), sha256(''), sha256(''),"
        " sha256(convert_to(n::text, 'UTF8')) FROM generate_series(0, %s - 1) AS n",
        [size],
    )
    owner.execute("UPDATE ledger.head SET size = %s, recorded_at = now()", [size])
    owner.execute("RESET ROLE")


def test_a_missing_tile_is_named(committed: None) -> None:
    append(*(draft(STREAMS[0], version) for version in range(1, 257)))
    with pytest.raises(ProofError, match="tile/0/000 is missing"):
        Tree(256 * 256).tile(0, 0)


# Rewriting it


@pytest.fixture
def connection_of(owner_connection: psycopg.Connection) -> Iterator[dict[str, psycopg.Connection]]:
    """Connections by who they are: the application, the signer, the owner in both his parts."""
    urls = {"application": "DATABASE_URL", "signer": "SIGNER_DATABASE_URL"}
    urls |= {"ledger": "OWNER_DATABASE_URL", "superuser": "SUPERUSER_DATABASE_URL"}
    here = urlsplit(os.environ["OWNER_DATABASE_URL"]).path
    with ExitStack() as stack:
        found = {
            role: stack.enter_context(
                psycopg.connect(
                    urlsplit(os.environ[key])._replace(path=here).geturl(),
                    autocommit=True,
                    options="-c lock_timeout=10s",
                )
            )
            for role, key in urls.items()
            if key in os.environ
        }
        found["ledger"].execute("SET ROLE tracker_ledger")
        yield found | {"owner": owner_connection}


REWRITE = [
    "UPDATE ledger.tile SET hashes = sha256('')",
    "DELETE FROM ledger.tile",
    "TRUNCATE ledger.tile",
    "INSERT INTO ledger.tile SELECT * FROM ledger.tile"
    " ON CONFLICT (level, index) DO UPDATE SET root = sha256('')",
    "UPDATE ledger.checkpoint SET note = 'another'",
    "DELETE FROM ledger.checkpoint",
    "TRUNCATE ledger.checkpoint",
]


@pytest.mark.parametrize("statement", REWRITE)
@pytest.mark.parametrize("role", ["application", "signer", "owner", "ledger", "superuser"])
def test_nobody_rewrites_a_tile_or_a_checkpoint(
    role: str, statement: str, many: list[bytes], connection_of: dict[str, psycopg.Connection]
) -> None:
    if role not in connection_of:
        pytest.skip("this server gives the tests no superuser (SUPERUSER_DATABASE_URL)")
    connection = connection_of[role]
    if role == "superuser":
        connection.execute("SET session_replication_role = replica")
    with pytest.raises(psycopg.DatabaseError) as error:
        connection.execute(statement.encode())
    expected = "42501" if role in ("application", "signer") else "CT403"
    assert error.value.sqlstate == expected


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT ledger.store_tiles(1)",
        "SELECT ledger.store_checkpoint(1, sha256(''), 'forged')",
        "INSERT INTO ledger.checkpoint VALUES (1, 1, sha256(''), 'forged', now())",
    ],
)
def test_the_application_publishes_nothing(
    statement: str, many: list[bytes], connection_of: dict[str, psycopg.Connection]
) -> None:
    with pytest.raises(psycopg.DatabaseError) as error:
        connection_of["application"].execute(statement.encode())
    assert error.value.sqlstate == "42501"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT body FROM ledger.payload",
        "SELECT * FROM ledger.command",
        "SELECT * FROM claims_claim",
        "SELECT ledger.append('{}')",
        "INSERT INTO ledger.tile SELECT * FROM ledger.tile",
        "SET ROLE tracker_ledger",
        "CREATE TABLE public.other ()",
    ],
)
def test_the_signer_neither_reads_what_was_said_nor_writes_anything_else(
    statement: str, many: list[bytes], connection_of: dict[str, psycopg.Connection]
) -> None:
    with pytest.raises(psycopg.DatabaseError) as error:
        connection_of["signer"].execute(statement.encode())
    assert error.value.sqlstate == "42501"


def test_a_checkpoint_never_goes_back(
    many: list[bytes], connection_of: dict[str, psycopg.Connection]
) -> None:
    store = "SELECT ledger.store_checkpoint(%s, %s, %s)"
    signer = connection_of["signer"]
    first = [500, bytes(32), "a note"]
    assert signer.execute(store, first).fetchone() == (1,)
    assert signer.execute(store, first).fetchone() == (1,)
    assert signer.execute(store, [500, bytes(32), "with one more key"]).fetchone() == (2,)
    for worse in ([499, bytes(32), "x"], [500, b"\x01" * 32, "x"], [601, bytes(32), "x"]):
        with pytest.raises(psycopg.DatabaseError) as error:
            signer.execute(store, worse)
        assert error.value.sqlstate == "CT403"


def rows(query: str) -> list[tuple[object, ...]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def test_what_was_recorded_is_in_the_tree(committed: None) -> None:
    build.recorded(build.begins(), build.corroborated(2))
    for entry in tree.envelopes(0, 2):
        assert leaf_hash(entry.leaf()) == entry.leaf_hash
        assert entry.body is None
    assert Tree(log.size()).root() == merkle.root([entry.leaf_hash for entry in log.feed(0, 9)])
