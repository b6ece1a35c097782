"""`claim-tracker-verify`: an outsider's check of a log. No Django, no database, and no trust.

Everything is computed again from what is published, and held against a checkpoint that one of the
given keys signed. What holds, what does not hold and what cannot be proved are told apart, in
plain words; the exit code is 0 only if all that was asked holds.
"""

import argparse
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

from tqdm import tqdm

from claims.ledger.entry import leaf_hash
from claims.ledger.merkle import ProofError
from claims.ledger.note import NoteError, Verifier
from claims.ledger.proof import Proof
from claims.ledger.verify import published
from claims.ledger.verify.places import Absent, Folder, Place, Unavailable, Web
from claims.ledger.verify.published import Published
from claims.ledger.verify.questions import REFUSALS, Report, ask_claim, ask_event, ask_log, show
from claims.ledger.verify.whole import Progress

WHERE = "the log's address, or the folder of an export or of any log in C2SP's tlog-tiles layout"


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask what the arguments ask, say what was found, and give the exit code."""
    asked = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    report = Report(tqdm.write)  # it steps aside for the progress bar
    try:
        _ask(asked, report)
    except REFUSALS as error:
        report.fails(f"Stopped here: {error}")
    except KeyboardInterrupt:
        report.fails("Stopped here, by you: what comes after was not checked")
    return report.close()


def _ask(asked: argparse.Namespace, report: Report) -> None:
    verifiers = [Verifier.parse(vkey) for vkey in asked.key]
    origin = asked.origin or verifiers[0].name
    if asked.question == "proof":
        _ask_proof(asked.file, origin, verifiers, report)
        return
    with ExitStack() as stack:
        log = _opened(_place(asked, stack), origin, verifiers, report)
        pinned = asked.pinned and published.pinned(asked.pinned, origin=origin, verifiers=verifiers)
        if asked.question == "log":
            ask_log(log, pinned, report, stack.enter_context(_bar()))
            return
        if pinned:
            log.continues(pinned)
            report.holds(f"It continues the pinned checkpoint of {pinned.size:,} entries.")
        if asked.question == "claim":
            ask_claim(log, asked.claim, report)
        else:
            ask_event(log, asked.position, report)


def _ask_proof(file: Path, origin: str, verifiers: Sequence[Verifier], report: Report) -> None:
    """A proof that somebody was given: it holds the entry, its path and the checkpoint."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}") from error
    proof = Proof.parse(raw)
    if not proof.extra:
        raise ProofError("the proof does not hold the entry that it is about")
    checkpoint = proof.verify(leaf_hash(proof.extra), origin=origin, verifiers=verifiers)
    report.holds(f"{origin} signed a log of {checkpoint.size:,} entries.")
    report.holds(f"Position {proof.index:,} of it holds this entry:")
    show(proof.extra, report)
    report.cannot("What the event says: `event` and `claim` check the text")


def _place(asked: argparse.Namespace, stack: ExitStack) -> Place:
    """The place that is named; a desk's own address leads to its log."""
    if not asked.where.startswith(("http://", "https://")):
        return Folder(Path(asked.where))
    key = ""
    if asked.api_key:
        try:
            key = asked.api_key.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Unavailable(f"{asked.api_key} cannot be read: {error}") from error
    return stack.enter_context(Web(asked.where, key=key))


def _opened(place: Place, origin: str, verifiers: Sequence[Verifier], report: Report) -> Published:
    """The log with its newest checkpoint, once that is known to be signed."""
    try:
        log = Published(place, origin=origin, verifiers=verifiers)
    except (Absent, NoteError) as error:
        raise NoteError(f"the log's checkpoint: {error}") from error
    report.holds(f"The checkpoint is signed: {origin} stands by {log.size:,} entries.")
    return log


@contextmanager
def _bar() -> Iterator[Progress]:
    """A progress bar on stderr."""
    with tqdm(unit=" entries", dynamic_ncols=True, leave=False, mininterval=0.5) as bar:

        def progress(what: str, done: int, of: int) -> None:
            if bar.desc != f"{what}: ":
                bar.set_description(what, refresh=False)
                bar.reset(of)
            bar.total = of
            bar.update(done - bar.n)

        yield progress


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="claim-tracker-verify",
        description="Check a log without trusting whoever publishes it.",
    )
    questions = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--key", required=True, action="append", metavar="VKEY",
        help="the log's public key, from a source you trust; may be given more than once",
    )  # fmt: skip
    common.add_argument("--origin", help="the log's name, where it is not that of the key")
    place = argparse.ArgumentParser(add_help=False, parents=[common])
    place.add_argument(
        "--pinned", type=Path, metavar="FILE", help="an older checkpoint that you kept"
    )
    place.add_argument(
        "--api-key", type=Path, metavar="FILE", help="a file with your key for the texts of a desk"
    )
    for name, what in (
        ("log", "the whole log, every tile, and of a desk every text and claim"),
        ("claim", "a claim's whole chain, and the status it adds up to"),
        ("event", "one event"),
    ):
        question = questions.add_parser(name, help=what, parents=[place])
        question.add_argument("where", metavar="URL_OR_FOLDER", help=WHERE)
        if name == "claim":
            question.add_argument("claim", type=UUID, help="its id")
        elif name == "event":
            question.add_argument("position", type=_position, help="its place in the log, from 0")
    question = questions.add_parser("proof", help="a proof in a file", parents=[common])
    question.add_argument("file", type=Path, metavar="FILE", help="as the desk hands it out")
    return parser


def _position(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ValueError
    return int(text)
