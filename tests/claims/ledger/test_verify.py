"""An outsider checks a log: what was touched is found and named, whoever touched it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import events
from claims.events import Erased
from claims.ledger import export, lines, merkle, tiles
from claims.ledger.entry import Entry, commitment, leaf_hash
from claims.ledger.note import Checkpoint, Signer, sign
from claims.ledger.proof import Proof
from claims.ledger.verify import command, told
from tests.claims import build
from tests.claims.ledger.exported import (
    KEY,
    ORIGIN,
    SIGNER,
    checkpoint_of,
    files,
    logged,
    shown,
    verified,
    written,
)

Capture: TypeAlias = pytest.CaptureFixture[str]

ROOT = Path(__file__).resolve().parents[3]
CLAIM = UUID(int=1001)
SAID: list[list[build.Said]] = [
    [
        (build.begins(10 * number + 1), "user:1"),
        (build.corroborated(10 * number + 2), "user:2"),
        (build.disputed(10 * number + 3), "user:3"),
    ]
    for number in range(90)
]
ENTRIES = logged(*SAID)  # 270: one full tile and a part of the next; claim 1001 at 1, 91, 181
SMALL = logged(*SAID[:5])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "export", ENTRIES)


def flipped(path: Path, at: int) -> None:
    """One bit of a file, turned over."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def refused(capsys: Capture, *arguments: object) -> str:
    """What is said of something that does not hold."""
    code, said = verified(capsys, *arguments)
    assert code == 1
    assert "DOES NOT HOLD" in said
    assert "NOT VERIFIED" in said
    return said


# What holds


def test_a_whole_log_holds_with_its_texts_and_its_claims(folder: Path, capsys: Capture) -> None:
    code, said = verified(capsys, "log", folder)
    assert code == 0
    assert "desk.example/log stands by 270 entries" in said
    assert "All 270 texts are those that their entries commit to." in said
    assert "All 90 claims are shown as their events add up." in said
    assert said.endswith("\nVerified: all of the above holds.\n")


@pytest.mark.parametrize("question", ["log", "claim", "event"])
def test_what_cannot_be_proved_is_said_every_time(
    question: str, folder: Path, capsys: Capture
) -> None:
    more: dict[str, list[object]] = {"log": [], "claim": [CLAIM], "event": [7]}
    code, said = verified(capsys, question, folder, *more[question])
    assert code == 0
    assert "not proved     That everything that was decided was also recorded." in said
    assert "no witness signed it" in said


def test_an_event_is_shown_with_its_place_and_what_it_says(folder: Path, capsys: Capture) -> None:
    code, said = verified(capsys, "event", folder, 181)
    assert code == 0
    assert "Position 181 of the signed log holds this entry:" in said
    assert f"stream_id      {CLAIM}" in said
    assert str(ENTRIES[181].body) in said


def test_a_claim_holds_with_its_chain_and_its_status(folder: Path, capsys: Capture) -> None:
    code, said = verified(capsys, "claim", folder, CLAIM)
    assert code == 0
    assert "The claim has 3 events, each naming the one before it." in said
    assert "The signed log holds all of them, at 1, 91, 181." in said
    assert "They add up to what is shown: disputed, “Le compte a 80 000 abonnés.”" in said


@settings(max_examples=20, deadline=None)
@given(histories=st.lists(build.histories(longest=12), min_size=1, max_size=4))
def test_whatever_the_desk_admits_verifies(
    tmp_path_factory: pytest.TempPathFactory, histories: list[list[build.Said]]
) -> None:
    folder = written(tmp_path_factory.mktemp("log") / "export", logged(*histories))
    assert command.main(["log", str(folder), "--key", KEY]) == 0


def test_a_log_too_long_for_one_pass_is_folded_in_several(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "PASS", 50)
    code, said = verified(capsys, "log", folder)
    assert (code, "All 90 claims are shown as their events add up." in said) == (0, True)
    rows = (folder / "claims.jsonl").read_bytes().replace(b'"status":"disputed"', b'"status":"x"')
    (folder / "claims.jsonl").write_bytes(rows)
    remade(folder, ENTRIES)
    assert "NOT VERIFIED: 90 checks do not hold." in refused(capsys, "log", folder)


def test_it_runs_without_django_and_without_a_database(folder: Path) -> None:
    program = (
        "import sys; from claims.ledger.verify import command; code = command.main(sys.argv[1:]);"
        "sys.exit(code or any(name in sys.modules for name in ('django', 'psycopg', 'celery')))"
    )
    arguments = [sys.executable, "-c", program, "log", str(folder), "--key", KEY]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        arguments, capture_output=True, text=True, check=False, env=environment, cwd=ROOT
    )
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)


def test_events_after_the_checkpoint_are_checked_and_said_to_be_unsigned(
    tmp_path: Path, capsys: Capture
) -> None:
    folder = written(tmp_path / "export", ENTRIES, covered=200)
    code, said = verified(capsys, "log", folder)
    assert code == 0
    assert "That positions 200 to 269 stay as they are: no checkpoint covers them yet." in said
    assert "Position 200 is not signed" in refused(capsys, "event", folder, 200)


@pytest.fixture
def erased(tmp_path: Path) -> Path:
    """The export of a desk that erased what was said at 181."""
    entries = [*ENTRIES]
    last = max((e for e in entries if e.stream_id == CLAIM), key=lambda entry: entry.version)
    body = events.encode(Erased(position=181, version=entries[181].version, reason="Privacy."))
    eraser = replace(
        last, position=270, version=last.version + 1, type="erased", prev_hash=last.leaf_hash,
        salt=bytes(32), body=body, commitment=commitment(bytes(32), body),
        recorded_at=entries[-1].recorded_at,
    )  # fmt: skip
    entries[181] = replace(entries[181], body=None, salt=None, erased_by=270, erasure=body)
    entries.append(replace(eraser, leaf_hash=leaf_hash(eraser.leaf())))
    folder = tmp_path / "export"
    export.export(
        folder,
        entries=entries,
        claims=shown(entries),
        checkpoint=(271, checkpoint_of(entries)),
    )
    return folder


def test_a_text_that_was_erased_leaves_everything_verifiable(erased: Path, capsys: Capture) -> None:
    code, said = verified(capsys, "event", erased, 181)
    assert (code, "What the event said: its text was erased" in said) == (0, True)
    code, said = verified(capsys, "claim", erased, CLAIM)
    assert (code, "What was said at 181: it was erased" in said) == (0, True)
    assert "They add up to what is shown" in said
    code, said = verified(capsys, "log", erased)
    assert (code, "but for 1 that were erased" in said) == (0, True)


def test_a_claim_that_shows_what_was_erased_is_found(erased: Path, capsys: Capture) -> None:
    (erased / "claims.jsonl").write_bytes(b"".join(shown(ENTRIES)))
    assert "its version is shown as" in refused(capsys, "claim", erased, CLAIM)
    assert f"Claim {CLAIM}: its evidence is shown otherwise" in refused(capsys, "log", erased)


# Bad input: what was touched is named


@pytest.mark.parametrize(
    ("path", "at", "words"),
    [
        (
            "entries.jsonl",
            120,
            "Stopped here: line 1 of entries.jsonl (position 0): this is not the line of an event",
        ),
        ("tile/entries/000", 100, "Position 0: the entry and its hash in the tree do not fit"),
        ("tile/entries/001.p/14", -3, "Position 269: the entry and its hash in the tree do not"),
        ("tile/0/000", 32 * 77, "Position 77: the entry and its hash in the tree do not fit"),
        ("tile/0/001.p/14", 0, "Position 256: the entry and its hash in the tree do not fit"),
        ("tile/1/000.p/1", 5, "its hash 0 is not the one over positions 0 to 255"),
        ("checkpoint", 22, "the log's checkpoint: the signature of desk.example/log"),
        ("checkpoint", -10, "the log's checkpoint: this is not base64"),
        ("claims.jsonl", 40, "manifest.json does not fit what the folder holds: claims.jsonl"),
        ("manifest.json", -20, "The file manifest.json does not fit what the folder holds: root"),
    ],
)
def test_a_flipped_bit_is_found_and_its_place_named(
    path: str, at: int, words: str, folder: Path, capsys: Capture
) -> None:
    flipped(folder / path, at)
    assert words in refused(capsys, "log", folder)


def test_a_damaged_tile_is_not_blamed_on_the_events(folder: Path, capsys: Capture) -> None:
    (folder / "tile/0/001.p/14").unlink()
    said = refused(capsys, "log", folder)
    assert said.count("DOES NOT HOLD") == 1
    assert "Positions 256 to 269: there is no tile/0/001.p/14" in said


def retold(folder: Path, entries: list[Entry]) -> None:
    """Write other texts into an export, with a manifest that fits them."""
    (folder / "entries.jsonl").write_bytes(b"".join(map(lines.write, entries)))
    remade(folder, entries)


def remade(folder: Path, entries: list[Entry]) -> None:
    root = merkle.root([entry.leaf_hash for entry in entries])
    (folder / "manifest.json").write_bytes(export.manifest(folder, size=len(entries), root=root))


def changed(position: int, **changes: object) -> list[Entry]:
    """The log with one entry changed and its leaf hash made to fit, as a forger would."""
    forged = replace(ENTRIES[position], **changes)  # type: ignore[arg-type]
    forged = replace(forged, leaf_hash=leaf_hash(forged.leaf()))
    return [*ENTRIES[:position], forged, *ENTRIES[position + 1 :]]


def test_a_text_that_was_rewritten_is_found_whatever_else_was_made_to_fit(
    folder: Path, capsys: Capture
) -> None:
    body = ENTRIES[91].body
    assert body
    retold(folder, changed(91, body=body.replace("80 000", "90 000")))
    words = "Position 91: what it says is not what was committed to when it was recorded"
    for question in (["log", folder], ["event", folder, 91], ["claim", folder, CLAIM]):
        assert words in refused(capsys, *question)


def test_an_envelope_that_was_rewritten_is_found_and_its_part_named(
    folder: Path, capsys: Capture
) -> None:
    retold(folder, changed(91, actor="user:9"))
    assert "(actor differs)" in refused(capsys, "log", folder)
    assert "actor differs" in refused(capsys, "event", folder, 91)
    said = refused(capsys, "claim", folder, CLAIM)
    assert "Position 91: it is not what the signed log holds there" in said
    assert "Position 181: as version 3 it does not continue version 2" in said


def test_a_text_that_vanished_without_an_erasure_is_found(folder: Path, capsys: Capture) -> None:
    retold(folder, changed(5, body=None, salt=None, erased_by=6))
    assert "Position 5: its text is missing, and no event erased it" in refused(
        capsys, "log", folder
    )


def test_a_log_that_was_cut_is_found(folder: Path, capsys: Capture) -> None:
    retold(folder, ENTRIES[:200])
    assert "Positions 200 to 269: what was said there is cut off" in refused(capsys, "log", folder)


def test_a_bundle_that_was_cut_is_found(folder: Path, capsys: Capture) -> None:
    bundle = folder / "tile/entries/001.p/14"
    bundle.write_bytes(tiles.bundle(tiles.unbundle(bundle.read_bytes())[:9]))
    words = "Positions 256 to 269: tile/entries/001.p/14 holds 9 of 14 parts"
    assert words in refused(capsys, "log", folder)


def test_events_that_changed_places_are_found(tmp_path: Path, capsys: Capture) -> None:
    one, two = (replace(ENTRIES[at], position=1 - at) for at in (0, 1))
    swapped = [replace(one, leaf_hash=leaf_hash(one.leaf())) for one in (two, one)]
    folder = written(tmp_path / "export", [*swapped, *ENTRIES[2:]])
    shutil.copyfile(written(tmp_path / "true", ENTRIES) / "checkpoint", folder / "checkpoint")
    said = refused(capsys, "log", folder)
    assert "add up to the root that was signed: something was changed, swapped" in said
    assert "Position 90: it does not name the event before it in its claim" in said


def test_two_histories_are_found_by_a_checkpoint_that_was_kept(
    tmp_path: Path, capsys: Capture
) -> None:
    """Both are consistent in themselves, and both are signed: only the kept one tells."""
    first: list[build.Said] = [(build.begins(999), "user:1")]
    other = logged(first, *SAID)
    fork = written(tmp_path / "fork", other[:270])
    kept = tmp_path / "kept"
    kept.write_bytes(checkpoint_of(ENTRIES[:100]))
    assert verified(capsys, "log", fork)[0] == 0
    said = refused(capsys, "log", fork, "--pinned", kept)
    assert "These are two histories" in said
    assert "Keep both checkpoints" in said
    assert "leads to another root" in refused(capsys, "event", fork, 3, "--pinned", kept)


def test_a_checkpoint_that_was_kept_is_continued(folder: Path, capsys: Capture) -> None:
    kept = folder.parent / "kept"
    for size in (1, 100, 256, 270):
        kept.write_bytes(checkpoint_of(ENTRIES[:size]))
        code, said = verified(capsys, "log", folder, "--pinned", kept)
        assert (code, f"first {size} entries are those of the pinned" in said) == (0, True)
        assert verified(capsys, "claim", folder, CLAIM, "--pinned", kept)[0] == 0


def test_a_log_shorter_than_the_checkpoint_that_was_kept_was_cut(
    tmp_path: Path, capsys: Capture
) -> None:
    folder = written(tmp_path / "export", ENTRIES[:200])
    kept = tmp_path / "kept"
    kept.write_bytes(checkpoint_of(ENTRIES))
    for question in (["log", folder], ["event", folder, 3]):
        assert "he log was cut" in refused(capsys, *question, "--pinned", kept)


def test_the_checkpoint_of_an_empty_log_pins_nothing(folder: Path, capsys: Capture) -> None:
    kept = folder.parent / "kept"
    kept.write_bytes(checkpoint_of([]))
    for question in (["log", folder], ["event", folder, 3]):
        assert "proves nothing" in refused(capsys, *question, "--pinned", kept)


def test_a_checkpoint_by_another_key_is_refused(folder: Path, capsys: Capture) -> None:
    other = Signer(ORIGIN, b"\x07" * 32)
    (folder / "checkpoint").write_bytes(checkpoint_of(ENTRIES, other))
    assert "no key that is trusted signed this note" in refused(capsys, "log", folder)


def test_a_checkpoint_of_another_log_is_refused(folder: Path, capsys: Capture) -> None:
    text = Checkpoint("other.example/log", 1, bytes(32)).text()
    (folder / "checkpoint").write_bytes(sign(text, [SIGNER]))
    assert "a checkpoint of other.example/log, and not of" in refused(capsys, "log", folder)


def test_a_claim_that_is_shown_as_what_it_is_not_is_found(folder: Path, capsys: Capture) -> None:
    rows = [json.loads(line) for line in (folder / "claims.jsonl").read_text().splitlines()]
    rows[1]["status"] = "corroborated"
    (folder / "claims.jsonl").write_bytes(b"".join(map(lines.canonical, rows)))
    remade(folder, ENTRIES)
    words = "its status is shown as 'corroborated', and is 'disputed'"
    assert f"Claim {CLAIM}: {words}" in refused(capsys, "log", folder)
    assert words in refused(capsys, "claim", folder, CLAIM)


def test_a_quote_that_is_shown_otherwise_is_found(folder: Path, capsys: Capture) -> None:
    rows = [json.loads(line) for line in (folder / "claims.jsonl").read_text().splitlines()]
    rows[1]["evidence"][0]["quote"] = "Le compte réunit 90 000 abonnés."
    (folder / "claims.jsonl").write_bytes(b"".join(map(lines.canonical, rows)))
    remade(folder, ENTRIES)
    assert "its evidence is shown otherwise than it stands" in refused(capsys, "log", folder)


@pytest.mark.parametrize("junk", [None, 7, [7], [{"evidence": 7}], {"verdict": 7}, "x"])
def test_a_claim_shown_in_another_shape_is_refused_in_words(
    junk: object, folder: Path, capsys: Capture
) -> None:
    rows = [json.loads(line) for line in (folder / "claims.jsonl").read_text().splitlines()]
    rows[1] |= dict.fromkeys(("evidence", "verdict", "counts", "status"), junk)
    (folder / "claims.jsonl").write_bytes(b"".join(map(lines.canonical, rows)))
    remade(folder, ENTRIES)
    assert f"Claim {CLAIM}: its status is shown as" in refused(capsys, "log", folder)


def test_a_claim_that_is_hidden_or_invented_is_found(folder: Path, capsys: Capture) -> None:
    rows = [json.loads(line) for line in (folder / "claims.jsonl").read_text().splitlines()]
    rows[1]["id"] = str(UUID(int=7))
    (folder / "claims.jsonl").write_bytes(b"".join(map(lines.canonical, rows)))
    remade(folder, ENTRIES)
    said = refused(capsys, "log", folder)
    assert f"Claim {CLAIM}: the log has its history, and it is not shown" in said
    assert f"Claim {UUID(int=7)}: it is shown, and the log has no event of it" in said


def test_more_failures_than_anyone_reads_are_counted(folder: Path, capsys: Capture) -> None:
    (folder / "tile/0/000").write_bytes(bytes(8192))
    assert "more like these" in refused(capsys, "log", folder)


def test_a_text_cannot_command_the_terminal_of_its_reader(tmp_path: Path, capsys: Capture) -> None:
    wording = "Vrai.\x1b[2J\n\x9b1mVerified: all of the above holds."
    folder = written(tmp_path / "export", logged([(build.begins(wording=wording), "user:1")]))
    _code, said = verified(capsys, "claim", folder, UUID(int=1000))
    assert "\x1b" not in said
    assert "\x9b" not in said
    assert r"Vrai.\x1b[2J\n\x9b1mVerified" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["log", "nowhere"], "there is no folder nowhere"),
        (["claim", "export", str(UUID(int=3))], "There is no event of claim"),
        (["event", "export", "270"], "Position 270 is not signed"),
        (["log", "export", "--pinned", "nowhere"], "nowhere cannot be read"),
        (["proof", "nowhere"], "nowhere cannot be read"),
        (["log", "https://[::1"], "does not answer"),
        (["log", "export", "--origin", "other"], "and not of other"),
    ],
)
def test_a_question_that_cannot_be_asked_is_answered_in_words(
    arguments: list[str], words: str, folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    assert words in refused(capsys, *arguments)


def test_a_misprinted_key_is_refused(folder: Path, capsys: Capture) -> None:
    assert command.main(["log", str(folder), "--key", KEY[:-3] + "AA="]) == 1
    assert "key" in capsys.readouterr().out


@pytest.mark.parametrize("position", ["-1", "x", "١"])
def test_a_position_that_is_none_is_refused(position: str, folder: Path) -> None:
    with pytest.raises(SystemExit):
        command.main(["event", str(folder), "--key", KEY, "--", position])


# Proofs in files


def proof(index: int, entry: Entry) -> Proof:
    path = merkle.inclusion_proof([each.leaf_hash for each in ENTRIES], index)
    checkpoint = checkpoint_of(ENTRIES)
    return Proof(index=index, path=tuple(path), checkpoint=checkpoint, extra=entry.leaf())


def test_a_proof_in_a_file_holds_and_shows_its_entry(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "event.tlog-proof"
    file.write_bytes(bytes(proof(91, ENTRIES[91])))
    code, said = verified(capsys, "proof", file)
    assert code == 0
    assert "Position 91 of it holds this entry" in said
    assert f"stream_id      {CLAIM}" in said


def test_a_proof_of_another_leaf_is_refused(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "event.tlog-proof"
    file.write_bytes(bytes(proof(91, ENTRIES[92])))
    assert "the proof of leaf 91 leads to another root" in refused(capsys, "proof", file)


# Logs of others


def test_a_foreign_log_in_c2sps_layout_is_checked_too(tmp_path: Path, capsys: Capture) -> None:
    leaves = [f"go.mod {number}".encode() for number in range(300)]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    top = merkle.fold(hashes[:256])
    for path, content in {
        "checkpoint": sign(Checkpoint(ORIGIN, 300, merkle.root(hashes)).text(), [SIGNER]),
        "tile/0/000": b"".join(hashes[:256]),
        "tile/0/001.p/44": b"".join(hashes[256:]),
        "tile/1/000.p/1": top,
        "tile/entries/000": tiles.bundle(leaves[:256]),
        # A log may drop a partial bundle once it has the full one.
        "tile/entries/001": tiles.bundle([*leaves[256:], *[b"later"] * 212]),
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    code, said = verified(capsys, "log", tmp_path)
    assert (code, "All 300 entries and all tiles" in said) == (0, True)
    assert "texts" not in said
    assert "go.mod 299" in verified(capsys, "event", tmp_path, 299)[1]
    flipped(tmp_path / "tile/entries/000", 25)
    assert "Position 2:" in refused(capsys, "log", tmp_path)


# Whatever is done to an export

FILES = ["entries.jsonl", "claims.jsonl", "checkpoint", "manifest.json"]
FILES += ["tile/0/000.p/15", "tile/entries/000.p/15"]


@pytest.fixture(scope="module")
def exhibit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("exhibit") / "export", SMALL)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from(FILES), data=st.data())
def test_no_change_to_any_file_of_an_export_passes(
    exhibit: Path, name: str, data: st.DataObject
) -> None:
    assert set(files(exhibit)) == set(FILES)
    path = exhibit / name
    before = path.read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    after = data.draw(
        st.one_of(
            st.integers(0, 7).map(
                lambda bit: before[:at] + bytes([before[at] ^ 1 << bit]) + before[at + 1 :]
            ),
            st.binary(min_size=1, max_size=9).map(lambda more: before[:at] + more + before[at:]),
            st.integers(1, 80).map(lambda less: before[:at] + before[at + less :]),
            st.just(before[:at]),
            st.just(before + before[at:]),
            st.none(),
        )
    )
    if after == before:
        return
    try:
        path.unlink() if after is None else path.write_bytes(after)
        assert command.main(["log", str(exhibit), "--key", KEY]) == 1
    finally:
        path.write_bytes(before)
