"""Signed notes and checkpoints: c2sp.org/signed-note and c2sp.org/tlog-checkpoint, Ed25519. Pure.

One type of signature is enough for a log, so only that one is spoken; signatures of any other key
or type (witnesses, later algorithms) are carried along and ignored. What is malformed in any place
is refused whole: a note of which only a part is understood is not the note that was signed.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"  # the signature type of the specification
MOST_SIGNATURES = 100
MOST_BYTES = 1024 * 1024
SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(Exception):
    """A note, key or checkpoint that is refused; the message is the reason, in words."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key by name. Its text form is the vkey: `name+id in hexadecimal+base64`."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.public) != 32:
            raise NoteError(f"an Ed25519 public key has 32 bytes, and not {len(self.public)}")

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """A key from its text form; raises NoteError where that is not one."""
        name, key_id, encoded = _parts(vkey.strip(), "verifier key")
        material = unbase64(encoded)
        if material[:1] != ED25519:
            raise NoteError(f"the verifier key of {name} is not an Ed25519 key")
        verifier = cls(name, material[1:])
        if key_id != verifier.key_id.hex():
            raise NoteError(f"the verifier key of {name} does not have the id {key_id}: a misprint")
        return verifier

    @property
    def key_id(self) -> bytes:
        """Which key of that name it is; short, and no proof of anything."""
        named = self.name.encode() + b"\n" + ED25519 + self.public
        return hashlib.sha256(named).digest()[:4]

    def holds(self, text: str, signature: bytes) -> bool:
        """Did this key sign the text?"""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64_of(ED25519 + self.public)}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key by name. Its text form is the one that Go's sumdb/note writes and reads."""

    name: str
    seed: bytes

    PREFIX = "PRIVATE+KEY+"

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.seed) != 32:
            raise NoteError(f"an Ed25519 private key has 32 bytes, and not {len(self.seed)}")

    @classmethod
    def parse(cls, skey: str) -> "Signer":
        """A key from its text form; raises NoteError, which never shows any of it."""
        if not skey.startswith(cls.PREFIX):
            raise NoteError(f"a signing key begins with {cls.PREFIX}")
        name, key_id, encoded = _parts(skey.strip().removeprefix(cls.PREFIX), "signing key")
        material = unbase64(encoded)
        if material[:1] != ED25519:
            raise NoteError(f"the signing key of {name} is not an Ed25519 key")
        signer = cls(name, material[1:])
        if key_id != signer.verifier.key_id.hex():
            raise NoteError(f"the signing key of {name} does not have the id that it names")
        return signer

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._private().public_key().public_bytes_raw())

    def sign(self, text: str) -> "Signature":
        """The signature of a text; Ed25519 gives the same one every time."""
        return Signature(self.name, self.verifier.key_id, self._private().sign(text.encode()))

    def secret(self) -> str:
        """The text form, for the key's own file and nothing else."""
        key_id = self.verifier.key_id.hex()
        return f"{self.PREFIX}{self.name}+{key_id}+{base64_of(ED25519 + self.seed)}"

    def __repr__(self) -> str:
        return f"Signer({self.name!r}, ...)"

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Signature:
    """A line below a note; what it is worth, only the holder of that key can tell."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """The line as it stands in a note."""
        return f"— {self.name} {base64_of(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text with the signatures below it, none of them verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, raw: bytes) -> "Note":
        """A note from its bytes; raises NoteError where it is malformed in any way."""
        whole = _decoded(raw)
        head, separator, lines = whole.rpartition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise NoteError("a note is a text, an empty line, and lines of signatures")
        signatures = lines[:-1].split("\n")
        if len(signatures) > MOST_SIGNATURES:
            raise NoteError(f"a note with more than {MOST_SIGNATURES} signatures is refused")
        return cls(head + "\n", tuple(_signature(line) for line in signatures))

    def __bytes__(self) -> bytes:
        return f"{self.text}\n{''.join(each.line() for each in self.signatures)}".encode()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its name, its size, and the root over all its entries."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """A checkpoint from the text of a note; raises NoteError where it is not one."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise NoteError("a checkpoint is an origin, a size and a root, each on a line")
        origin, size, encoded, *extensions = lines
        if not SIZE.fullmatch(size) or int(size) >= 2**63:
            raise NoteError(f"the second line of a checkpoint is a size, and not {size[:40]!r}")
        root = unbase64(encoded)
        if len(root) != 32:
            raise NoteError("the third line of a checkpoint is a SHA-256 hash in base64")
        return cls(origin, int(size), root, tuple(extensions))

    def text(self) -> str:
        """The text to sign."""
        lines = (self.origin, str(self.size), base64_of(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def sign(text: str, signers: Iterable[Signer]) -> bytes:
    """A note of this text, signed by each of the keys.

    Raises NoteError where the text cannot be a note's, or nobody signs it.
    """
    raw = bytes(Note(text, tuple(signer.sign(text) for signer in signers)))
    if Note.parse(raw).text != text:
        raise NoteError("the text of a note ends in a newline")
    return raw


def open_note(raw: bytes, verifiers: Sequence[Verifier]) -> tuple[str, tuple[Verifier, ...]]:
    """The text of a note and the known keys that signed it, at least one.

    Raises NoteError where the note is malformed, a known key's signature does not hold, or none
    of the keys signed it. Signatures of unknown keys are ignored, as the specification asks.
    """
    note = Note.parse(raw)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    if len(known) < len(set(verifiers)):
        raise NoteError("two different keys share a name and an id: take one of them away")
    signed: dict[Verifier, None] = {}
    for each in note.signatures:
        verifier = known.get((each.name, each.key_id))
        if verifier is None:
            continue
        if not verifier.holds(note.text, each.signature):
            raise NoteError(f"the signature of {each.name}+{each.key_id.hex()} does not hold")
        signed[verifier] = None
    if not signed:
        names = ", ".join(f"{each.name}+{each.key_id.hex()}" for each in note.signatures)
        raise NoteError(f"no key that is trusted signed this note; it is signed by {names}")
    return note.text, tuple(signed)


def open_checkpoint(raw: bytes, *, origin: str, verifiers: Sequence[Verifier]) -> Checkpoint:
    """The checkpoint of the log of that origin, signed by one of its keys.

    Raises NoteError where it is another log's, or as `open_note` does.
    """
    text, _signed = open_note(raw, verifiers)
    checkpoint = Checkpoint.parse(text)
    if checkpoint.origin != origin:
        raise NoteError(f"this is a checkpoint of {checkpoint.origin}, and not of {origin}")
    return checkpoint


def base64_of(value: bytes) -> str:
    """RFC 4648, section 4."""
    return base64.b64encode(value).decode()


def unbase64(text: str) -> bytes:
    """The bytes of the one base64 text that stands for them; raises NoteError for any other."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        value = b""
    if not value or base64_of(value) != text:
        raise NoteError("this is not base64 by RFC 4648, section 4")
    return value


def _decoded(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise NoteError(f"a note of more than {MOST_BYTES:,} bytes is refused")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise NoteError("a note is UTF-8, and this is not") from None
    if any(character < " " and character != "\n" for character in text):
        raise NoteError("a note holds no control characters but newlines")
    return text


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—" or not encoded:
        raise NoteError("a line of a signature is: em dash, name, base64, with a space between")
    _check_name(name)
    value = unbase64(encoded)
    if len(value) < 5:
        raise NoteError(f"the signature of {name} holds nothing but the id of a key")
    return Signature(name, value[:4], value[4:])


def _check_name(name: str) -> None:
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name):
        raise NoteError("the name of a key has at least one character, and no space and no plus")


def _parts(key: str, what: str) -> tuple[str, str, str]:
    """Name, id and material; only the last of them, being base64, may hold a plus."""
    parts = key.split("+", 2)
    if len(parts) != 3:
        raise NoteError(f"a {what} has three parts with a plus between: name, id, key")
    return parts[0], parts[1], parts[2]
