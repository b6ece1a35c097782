"""The read side: what each claim looks like after its latest entry.

Only `history` calls this, so that the read side can never say what no entry says. `row` is
the one place where a State becomes columns, for the live table and for a rebuilt one alike.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import JSONField
from psycopg.types.json import Jsonb

from claims import events
from claims.models import Claim
from claims.status import Standing, State

# The columns that are folded from the ledger; PostgreSQL generates the others from these.
FIELDS = [field for field in Claim._meta.concrete_fields if not field.generated]
ATTRIBUTES = [field.attname for field in FIELDS]
JSON = {field.attname for field in FIELDS if isinstance(field, JSONField)}
NAMES = ", ".join(f'"{field.column}"' for field in FIELDS)
UPSERT = f"""
INSERT INTO {Claim._meta.db_table} ({NAMES}) VALUES ({", ".join(["%s"] * len(FIELDS))})
ON CONFLICT (id) DO UPDATE SET {
    ", ".join(f'"{f.column}" = EXCLUDED."{f.column}"' for f in FIELDS if not f.primary_key)
}
"""  # noqa: S608


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Where the latest entry of a claim stands in the log, and the times of its history."""

    position: int
    asserted_at: datetime
    changed_at: datetime
    recorded_at: datetime


def show(claim: UUID, state: State, mark: Mark) -> None:
    """Write the claim's row as the state has it; the caller holds the ledger's head."""
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, stored(row(claim, state, mark)))


def stored(columns: dict[str, Any]) -> list[Any]:
    """The columns of a row in the order of NAMES, as the database takes them."""
    return [
        Jsonb(value, dumps=msgspec.json.encode) if name in JSON and value is not None else value
        for name, value in ((name, columns[name]) for name in ATTRIBUTES)
    ]


def row(claim: UUID, state: State, mark: Mark) -> dict[str, Any]:
    """The columns of a claim's row, but for the one that PostgreSQL generates."""
    supporting = (item.evidence for item in state.standing if item.supports)
    return {
        "id": claim,
        "version": state.version,
        "position": mark.position,
        "status": state.status.value,
        "wording": state.wording,
        "language": state.language,
        "claimant": state.claimant,
        "context": next((one.title for one in supporting), ""),
        "origins": len(state.origins),
        "articles": state.articles,
        "disputes": len(state.disputes),
        "evidence": [piece(item) for item in state.standing],
        "verdict": verdict(state),
        "published": state.published,
        "merged_into": UUID(state.merged_into) if state.merged_into else None,
        "asserted_at": mark.asserted_at,
        "changed_at": mark.changed_at,
        "recorded_at": mark.recorded_at,
    }


def piece(item: Standing) -> dict[str, Any]:
    """A standing piece of evidence as plain values, with every field of its word."""
    plain: dict[str, Any] = msgspec.to_builtins(msgspec.structs.asdict(item.evidence))
    plain["version"], plain["claim"], plain["via"] = item.version, item.claim, item.via
    plain["word"] = events.name(item.evidence)
    return plain


def verdict(state: State) -> dict[str, Any] | None:
    """The desk's verdict with its own state; `outdated` once the claim changed under it."""
    if state.verdict is None:
        return None
    made = state.verdict
    sources = {"sources": list(made.sources)} if made.sources else {}
    return {
        **sources,
        "verdict": made.verdict,
        "explanation": made.explanation,
        "version": made.version,
        "state": "confirmed" if made.confirmed_by else "pending",
        "by": made.by,
        "confirmed_by": made.confirmed_by,
        "outdated": state.outdated,
    }
