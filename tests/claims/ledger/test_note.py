"""Signed notes, keys and checkpoints, against the examples of their specifications."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.ledger.note import (
    Checkpoint,
    Note,
    NoteError,
    Signer,
    Verifier,
    base64_of,
    open_checkpoint,
    open_note,
    sign,
)

OURS = Signer("desk.example/log", bytes(range(32)))
OTHERS = Signer("other.example/log", bytes(32))
TEXT = "desk.example/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def examples(shared: Path, name: str) -> list[bytes]:
    """The notes that a specification shows."""
    text = (shared / "vectors" / "c2sp" / f"{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block.encode() for block in blocks if "\n— " in block]


# The specifications' own examples


def test_the_published_verifier_key_opens_the_published_note(shared: Path) -> None:
    text = (shared / "vectors" / "c2sp" / "signed-note.md").read_text(encoding="utf-8")
    vkey = re.search(r"^ {4}(example\.com/foo\+\S+)$", text, re.MULTILINE)
    assert vkey
    key = Verifier.parse(vkey[1])
    assert str(key) == vkey[1]
    _poem, message = examples(shared, "signed-note")
    assert open_note(message, [key]) == ("This is an example message.\n", (key,))
    with pytest.raises(NoteError, match="does not hold"):
        open_note(message.replace(b"an example", b"no example"), [key])


def test_the_text_of_a_note_may_hold_empty_lines(shared: Path) -> None:
    poem, _message = examples(shared, "signed-note")
    note = Note.parse(poem)
    assert note.text.endswith("sole:\n\ned è subito sera.\n")
    assert [each.name for each in note.signatures] == ["quasimodo.example/salvatore"]
    assert bytes(note) == poem


def test_the_published_checkpoint_is_read_and_written_as_it_stands(shared: Path) -> None:
    (published,) = examples(shared, "tlog-checkpoint")
    note = Note.parse(published)
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == note.text
    assert bytes(note) == published


# Keys


@given(st.binary(min_size=32, max_size=32))
def test_keys_are_read_as_they_are_written(seed: bytes) -> None:
    signer = Signer("desk.example/log", seed)
    assert Signer.parse(signer.secret()) == signer
    assert Verifier.parse(str(signer.verifier)) == signer.verifier


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda key: key.replace("desk", "disk"), "misprint"),
        (lambda key: "+".join(key.split("+")[:2]), "three parts"),
        (lambda key: key + "=", "not base64"),
        (lambda key: key.replace("+", " +", 1), "no space"),
        (lambda key: f"n+00000000+{base64_of(bytes([1, 2]))}", "32 bytes"),
        (lambda key: f"n+00000000+{base64_of(bytes([2]) + bytes(32))}", "not an Ed25519"),
        (lambda key: "", "three parts"),
    ],
)
def test_a_misprinted_verifier_key_is_refused(change: Callable[[str], str], reason: str) -> None:
    with pytest.raises(NoteError, match=reason):
        Verifier.parse(change(str(OURS.verifier)))


def test_a_signing_key_is_never_shown_by_accident() -> None:
    encoded = OURS.secret()[-30:]
    assert encoded in OURS.secret()
    assert encoded not in repr(OURS) + str(OURS)
    with pytest.raises(NoteError) as error:
        Signer.parse(OURS.secret().replace("desk", "disk"))
    assert encoded not in str(error.value)
    with pytest.raises(NoteError, match="begins with PRIVATE"):
        Signer.parse(str(OURS.verifier))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x00b"])
def test_a_name_that_could_forge_a_line_is_refused(name: str) -> None:
    with pytest.raises(NoteError, match="name of a key"):
        Signer(name, bytes(32))


# Signing and opening


def test_a_note_of_several_signers_is_opened_by_each_who_knows_one() -> None:
    raw = sign(TEXT, [OURS, OTHERS])
    ours, others = OURS.verifier, OTHERS.verifier
    assert open_note(raw, [ours]) == (TEXT, (ours,))
    assert open_note(raw, [others]) == (TEXT, (others,))
    assert open_note(raw, [others, ours])[1] == (ours, others)


def test_a_note_may_carry_sixteen_signatures_and_more() -> None:
    signers = [Signer("desk.example/log", bytes([number]) * 32) for number in range(50)]
    assert len(open_note(sign(TEXT, signers), [each.verifier for each in signers])[1]) == 50


def test_a_note_that_only_strangers_signed_is_refused_and_names_them() -> None:
    with pytest.raises(NoteError, match=r"no key that is trusted.*signed by other\.example/log"):
        open_note(sign(TEXT, [OTHERS]), [OURS.verifier])


def test_a_stranger_with_our_name_or_our_id_is_still_a_stranger() -> None:
    imposter = Signer(OURS.name, bytes(32))
    same_id = OTHERS.sign(TEXT)
    raw = bytes(Note(TEXT, (imposter.sign(TEXT), OURS.sign(TEXT))))
    assert open_note(raw, [OURS.verifier])[1] == (OURS.verifier,)
    forged = type(same_id)(OTHERS.name, OURS.verifier.key_id, same_id.signature)
    with pytest.raises(NoteError, match="no key that is trusted"):
        open_note(bytes(Note(TEXT, (forged,))), [OURS.verifier])


def test_one_false_signature_of_a_known_key_spoils_the_note() -> None:
    genuine = OURS.sign(TEXT)
    false = type(genuine)(genuine.name, genuine.key_id, bytes(64))
    for signatures in ((genuine, false), (false, OTHERS.sign(TEXT))):
        with pytest.raises(NoteError, match="does not hold"):
            open_note(bytes(Note(TEXT, signatures)), [OURS.verifier, OTHERS.verifier])
    short = type(genuine)(genuine.name, genuine.key_id, b"\x00")
    with pytest.raises(NoteError, match="does not hold"):
        open_note(bytes(Note(TEXT, (short,))), [OURS.verifier])


GOOD = sign(TEXT, [OURS])
MALFORMED = {
    "nothing": b"",
    "no signature": TEXT.encode() + b"\n",
    "no blank line": GOOD.replace(b"\n\n", b"\n"),
    "no final newline": GOOD[:-1],
    "an empty line at the end": GOOD + b"\n",
    "a carriage return": GOOD.replace(b"\n", b"\r\n"),
    "a tabulator": GOOD.replace(b"desk", b"d\tsk", 1),
    "not UTF-8": GOOD.replace(b"desk", b"d\xffsk", 1),
    "a hyphen for the dash": GOOD.replace("—".encode(), b"-"),
    "two spaces": GOOD.replace("— ".encode(), "—  ".encode()),
    "no key name": GOOD.replace("— desk.example/log".encode(), "— ".encode()),
    "a plus in the name": GOOD.replace("— desk".encode(), "— d+sk".encode()),
    "no base64": GOOD[:-3] + b"*=\n",
    "base64 without its padding": GOOD[:-2] + b"\n",
    "an id without a signature": TEXT.encode() + "\n— desk.example/log AAAAAA==\n".encode(),
    "one malformed line among good ones": GOOD + "— desk.example/log\n".encode(),
    "a hundred and one signatures": GOOD + OTHERS.sign(TEXT).line().encode() * 100,
    "more than a megabyte": GOOD + OTHERS.sign(TEXT).line().encode() * 20000,
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_note_is_refused_whole(what: str) -> None:
    with pytest.raises(NoteError):
        open_note(MALFORMED[what], [OURS.verifier])


@given(st.data())
def test_no_change_of_a_signed_byte_goes_unnoticed(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD) - 1))
    value = data.draw(st.integers(0, 255))
    assume(GOOD[place] != value)
    with pytest.raises(NoteError):
        open_note(GOOD[:place] + bytes([value]) + GOOD[place + 1 :], [OURS.verifier])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_a_refusal(raw: bytes) -> None:
    with suppress(NoteError):
        assert bytes(Note.parse(raw)) == raw


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_whatever_can_be_signed_can_be_opened(text: str) -> None:
    try:
        raw = sign(text, [OURS])
    except NoteError:
        assert not text.endswith("\n") or any(c < " " and c != "\n" for c in text)
        return
    assert open_note(raw, [OURS.verifier]) == (text, (OURS.verifier,))


def test_nobody_signs_nothing() -> None:
    with pytest.raises(NoteError):
        sign(TEXT, [])


# Checkpoints


def test_a_checkpoint_is_opened_for_its_log_and_key_alone() -> None:
    raw = sign(TEXT, [OURS])
    opened = open_checkpoint(raw, origin="desk.example/log", verifiers=[OURS.verifier])
    assert (opened.origin, opened.size, opened.text()) == ("desk.example/log", 1, TEXT)
    with pytest.raises(NoteError, match="no key that is trusted"):
        open_checkpoint(raw, origin="desk.example/log", verifiers=[OTHERS.verifier])
    with pytest.raises(NoteError, match=r"a checkpoint of desk\.example/log, and not of other"):
        open_checkpoint(raw, origin="other.example/log", verifiers=[OURS.verifier])


ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", f"log\n1\n{ROOT}", f"log\n{ROOT}\n", f"\n1\n{ROOT}\n", f"log\n01\n{ROOT}\n",
        f"log\n-1\n{ROOT}\n", f"log\n+1\n{ROOT}\n", f"log\n1.0\n{ROOT}\n", f"log\n١\n{ROOT}\n",
        f"log\n{2**63}\n{ROOT}\n", f"log\n{'9' * 5000}\n{ROOT}\n", "log\n1\nAAAA\n",
        f"log\n1\n{ROOT[:-1]}\n", f"log\n1\n{ROOT[:-2]}J=\n", f"log\n1\n{ROOT}\n\n",
        f"log\n1\n{ROOT}\n\nmore\n", f"log\n1 \n{ROOT}\n",
    ],
)  # fmt: skip
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


@given(
    st.builds(
        Checkpoint,
        st.just("desk.example/log"),
        st.integers(0, 2**63 - 1),
        st.binary(min_size=32, max_size=32),
        st.lists(st.sampled_from(["more", "and more"]), max_size=2).map(tuple),
    )
)
def test_checkpoints_are_read_as_they_are_written(checkpoint: Checkpoint) -> None:
    assert Checkpoint.parse(checkpoint.text()) == checkpoint
