"""An event as it is told over HTTP, with the hashes by which it can be checked."""

import json
from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from claims import history
from claims.ledger.entry import Entry, timestamp


class Hashes(serializers.Serializer[Entry]):
    """In hexadecimal; how they are made is in docs/api.md."""

    leaf = serializers.CharField()
    previous = serializers.CharField(help_text="The leaf hash of the event before, in this claim.")
    commitment = serializers.CharField()
    salt = serializers.CharField(allow_null=True)


class Erasure(serializers.Serializer[Entry]):
    """That what was said is off the record, and why."""

    position = serializers.IntegerField(help_text="Of the event that erased it.")
    reason = serializers.CharField(help_text="Empty once that was erased as well.")


class Event(serializers.Serializer[Entry]):
    """One event; `data` is what was said, or null once that was erased."""

    position = serializers.IntegerField()
    event_id = serializers.UUIDField()
    claim = serializers.UUIDField(source="stream_id")
    version = serializers.IntegerField()
    type = serializers.CharField()
    schema_version = serializers.IntegerField()
    actor = serializers.CharField(help_text="A pseudonym.")
    effective_at = serializers.DateTimeField(help_text="When it holds.")
    recorded_at = serializers.DateTimeField(help_text="When the ledger took it.")
    command_id = serializers.UUIDField()
    data = serializers.DictField(allow_null=True)  # type: ignore[assignment]  # a field
    erased = Erasure(allow_null=True)
    hashes = Hashes()

    def to_representation(self, entry: Entry) -> dict[str, Any]:
        """Field by field, with times exactly as they are hashed."""
        return {
            "position": entry.position,
            "event_id": str(entry.event_id),
            "claim": str(entry.stream_id),
            "version": entry.version,
            "type": entry.type,
            "schema_version": entry.schema_version,
            "actor": entry.actor,
            "effective_at": timestamp(entry.effective_at),
            "recorded_at": timestamp(entry.recorded_at),
            "command_id": str(entry.command_id),
            "data": None if entry.body is None else json.loads(entry.body),
            "erased": _erased(entry),
            "hashes": {
                "leaf": entry.leaf_hash.hex(),
                "previous": entry.prev_hash.hex(),
                "commitment": entry.commitment.hex(),
                "salt": entry.salt.hex() if entry.salt else None,
            },
        }


def _erased(entry: Entry) -> dict[str, Any] | None:
    by = history.erased(entry)
    return {"position": entry.erased_by, "reason": by.reason} if by else None


def shown(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    event = Event()
    return [event.to_representation(entry) for entry in entries]
