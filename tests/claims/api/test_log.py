"""The log as a stranger finds it: without a key, at the paths of the specification."""

import gzip
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from claims.ledger import log, merkle, tiles, tree
from claims.ledger.checkpoint import sign_next
from claims.ledger.entry import leaf_hash
from claims.ledger.merkle import ProofError
from claims.ledger.note import Checkpoint, Signer, open_checkpoint
from claims.ledger.proof import Proof
from tests.claims import build
from tests.claims.ledger.test_log import STREAMS, append, draft
from tests.client import API, client, problem

pytestmark = pytest.mark.usefixtures("committed")
KEY = Signer("desk.example/log", bytes(32))


@pytest.fixture
def stranger() -> Client:
    return Client(raise_request_exception=False)


def signed(folder: Path) -> Checkpoint:
    """Sign the log as it stands."""
    memory = folder / "checkpoint"
    found = sign_next(origin=KEY.name, signers=[KEY], memory=memory, using="signer")
    assert found
    return found.checkpoint


@pytest.fixture
def grown(tmp_path: Path) -> Checkpoint:
    """The checkpoint of a log with two full tiles and a part of a third, and one event after it."""
    append(*(draft(STREAMS[0], version) for version in range(1, 601)))
    checkpoint = signed(tmp_path)
    append(draft(STREAMS[1], 1))
    return checkpoint


def fetched(stranger: Client, path: str) -> bytes:
    """What is at a path of the log, which any cache may keep for ever."""
    response = stranger.get(f"/log/{path}")
    assert response.status_code == 200, path
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    return bytes(response.content)


def test_the_checkpoint_is_a_signed_note_that_is_cached_for_seconds(
    stranger: Client, grown: Checkpoint
) -> None:
    response = stranger.get("/log/checkpoint")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=5"
    assert not response.cookies
    opened = open_checkpoint(response.content, origin=KEY.name, verifiers=[KEY.verifier])
    assert opened == grown
    assert stranger.head("/log/checkpoint").status_code == 200
    assert stranger.post("/log/checkpoint").status_code == 405


def test_before_the_first_checkpoint_there_is_nothing_to_see(stranger: Client) -> None:
    build.recorded()
    for path in ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"):
        response = stranger.get(f"/log/{path}")
        assert response.status_code == 404
        assert response["Cache-Control"] == "no-store"


def test_a_stranger_rebuilds_the_whole_tree_from_tiles(stranger: Client, grown: Checkpoint) -> None:
    def hashes(level: int, first: int, end: int) -> list[bytes]:
        index, start = divmod(first, tiles.SPAN)
        path = tiles.path(level, index, tiles.width(level, index, grown.size))
        return tiles.tile(fetched(stranger, path))[start : start + end - first]

    assert tiles.root(hashes, grown.size) == grown.root
    proof = tiles.inclusion_proof(hashes, index=300, size=grown.size)
    (entry,) = log.feed(300, 1)
    merkle.verify_inclusion(
        leaf_hash=entry.leaf_hash, index=300, size=grown.size, proof=proof, root=grown.root
    )


def test_every_entry_hashes_to_its_place_in_the_tile(stranger: Client, grown: Checkpoint) -> None:
    for index in range(3):
        width = tiles.width(0, index, grown.size)
        entries = tiles.unbundle(fetched(stranger, tiles.path(tiles.ENTRIES, index, width)))
        hashes = tiles.tile(fetched(stranger, tiles.path(0, index, width)))
        assert [leaf_hash(entry) for entry in entries] == hashes
        assert entries[0].startswith(b"claim-tracker event 1\n")


def test_parts_of_a_tile_that_is_full_meanwhile_are_still_there(
    stranger: Client, grown: Checkpoint
) -> None:
    whole = fetched(stranger, "tile/0/000")
    assert len(whole) == 8192
    assert fetched(stranger, "tile/0/000.p/100") == whole[: 100 * 32]
    assert len(fetched(stranger, "tile/1/000.p/2")) == 64
    bundle = tiles.unbundle(fetched(stranger, "tile/entries/000.p/100"))
    assert len(bundle) == 100


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/002", "tile/0/002.p/89", "tile/0/003.p/1", "tile/1/000", "tile/1/000.p/3",
        "tile/2/000.p/1", "tile/63/000.p/1", "tile/entries/002", "tile/entries/002.p/89",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/0", "tile/0/x000/000",
        "tile/00/000", "tile/64/000", "tile/-1/000", "tile/x/000", "tile/0/000/", "tile/0/",
        "tile/entries/", f"tile/{'9' * 5000}/000", "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/٠/000", "tile/0/../0/000", "nothing",
    ],
)  # fmt: skip
def test_what_no_checkpoint_covers_or_no_path_names_is_not_there(
    path: str, stranger: Client, grown: Checkpoint
) -> None:
    assert stranger.get(f"/log/{path}").status_code == 404


def test_entries_come_compressed_to_those_who_ask(stranger: Client, grown: Checkpoint) -> None:
    response = stranger.get("/log/tile/entries/000", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == fetched(stranger, "tile/entries/000")
    assert len(response.content) < 60_000


# Proofs


def test_the_proof_of_an_event_needs_nothing_but_the_logs_key(
    stranger: Client, grown: Checkpoint
) -> None:
    for position in (0, 255, 256, 599):
        response = stranger.get(f"{API}/events/{position}/proof")
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert response.content.startswith(b"c2sp.org/tlog-proof@v1\nextra ")
        proof = Proof.parse(response.content)
        assert proof.index == position
        assert bytes(proof) == response.content
        hashed = leaf_hash(proof.extra)
        assert proof.verify(hashed, origin=KEY.name, verifiers=[KEY.verifier]) == grown
        with pytest.raises(ProofError, match="another root"):
            proof.verify(bytes(32), origin=KEY.name, verifiers=[KEY.verifier])


def test_the_proof_of_a_claim_is_that_of_its_last_event(stranger: Client, tmp_path: Path) -> None:
    claim = build.recorded(build.begins(), build.corroborated(2))
    build.recorded()
    signed(tmp_path)
    proof = Proof.parse(stranger.get(f"{API}/claims/{claim}/proof").content)
    _first, last = log.stream(claim)
    assert (proof.index, proof.extra) == (1, last.leaf())
    proof.verify(last.leaf_hash, origin=KEY.name, verifiers=[KEY.verifier])


def test_an_event_that_the_signer_has_not_seen_yet_is_proved_soon(
    stranger: Client, tmp_path: Path
) -> None:
    claim = build.recorded()
    for path in ("events/0", f"claims/{claim}"):
        response = stranger.get(f"{API}/{path}/proof")
        told = problem(response, 404, "not-found")
        assert told["detail"].startswith("Event 0 is recorded, and the newest checkpoint covers 0")
        assert response["Retry-After"] == "5"
    signed(tmp_path)
    assert stranger.get(f"{API}/events/0/proof").status_code == 200


def test_what_does_not_exist_is_not_proved(stranger: Client, grown: Checkpoint) -> None:
    told = problem(stranger.get(f"{API}/events/601/proof"), 404, "not-found")
    assert told["detail"] == "There is no event 601."
    problem(stranger.get(f"{API}/events/{10**30}/proof"), 404, "not-found")
    problem(stranger.get(f"{API}/events/-1/proof"), 404, "not-found")
    problem(stranger.get(f"{API}/claims/{uuid4()}/proof"), 404, "not-found")


def test_a_claim_names_the_newest_checkpoint(tmp_path: Path) -> None:
    claim, reader = build.recorded(), client()
    address = f"{API}/claims/{claim}/"
    assert reader.get(address).json()["checkpoint"] is None
    signed(tmp_path)
    published = tree.newest()
    assert published
    named = reader.get(address).json()["checkpoint"]
    assert named["size"] == published.size == 1
    assert named["signed_at"].startswith(published.signed_at.isoformat()[:19])
    for pages in ("claims/", "events/", f"claims/{claim}/events/"):
        assert reader.get(f"{API}/{pages}").json()["checkpoint"] == named


def test_a_claim_is_told_in_the_same_bytes_by_the_long_way_and_by_the_short(
    tmp_path: Path, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Paris"
    claim, reader = build.recorded(build.begins(), build.disputed(2)), client()
    signed(tmp_path)
    # The first time there is something to note of the client; then there is not.
    first, again = (reader.get(f"{API}/claims/{claim}/") for _time in range(2))
    assert again.content == first.content
    for name in ("ETag", "Cache-Control", "Content-Type"):
        assert again[name] == first[name]
    assert not first.json()["checkpoint"]["signed_at"].endswith("Z")
