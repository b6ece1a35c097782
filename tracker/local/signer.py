"""The signer on a laptop: a process with a role, a key and a memory that no other process has."""

import os
import secrets
from pathlib import Path

from django.conf import settings

from claims.ledger import signing
from tracker.local import processes

COMMAND = ("django", "sign-checkpoints", "--every=2")


def environment(folder: Path, account: processes.Account | None) -> dict[str, str]:
    """What the signer alone finds in its environment; its key is made at the first start."""
    room = processes.room(folder / "signer", account)
    key = room / "key"
    if not key.exists():
        seed = secrets.token_bytes(32)
        signing.make_key(key, name=settings.LOG_ORIGIN, seed=seed, add=False)
    if account:
        for path in (room, *room.iterdir()):
            os.chown(path, account.uid, account.gid)
    return {
        "SIGNER_DATABASE_URL": os.environ["SIGNER_DATABASE_URL"],
        "SIGNING_KEY_FILE": str(key),
        "CHECKPOINT_FILE": str(room / "checkpoint"),
    }


def public_key(folder: Path) -> str:
    """The verifier key of a demo's log, or nothing where this process may not read the signer's."""
    try:
        return str(signing.keys(folder / "signer" / "key")[-1].verifier)
    except (OSError, signing.Unusable):
        return ""
