"""The same event kept by other libraries: what a desk without a ledger of its own would have."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.db import connections, transaction
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from tests.benchmarks import workload
from tests.claims import build

STATE = workload.BODIES[0].encode()
TABLE = "peer_event"


@contextmanager
def tables() -> Iterator[None]:
    """The tables of all peers for a while, owned by the owner and used by the application."""
    tracked = list(apps.get_app_config("tracked").get_models())
    owner = connections["owner"]
    with _datastore("OWNER_DATABASE_URL") as datastore:
        PostgresApplicationRecorder(datastore, events_table_name=TABLE).create_table()
    with owner.schema_editor() as editor:
        for model in tracked:
            editor.create_model(model)
    for model in tracked:
        for trigger in getattr(model._meta, "triggers", ()):
            trigger.install(model, database="owner")
    yield
    with owner.schema_editor() as editor:
        for model in reversed(tracked):
            editor.delete_model(model)
    with owner.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")
    owner.close()


def recording(batch: int) -> Callable[[], int]:
    """`eventsourcing`'s recorder that numbers events in order; each call is a transaction."""
    recorder = PostgresApplicationRecorder(_datastore("DATABASE_URL"), events_table_name=TABLE)
    following = workload.places()

    def write() -> int:
        said = [StoredEvent(c, v, "claims:Asserted", STATE) for c, v in following(batch)]
        recorder.insert_events(said)
        return batch

    return write


def tracking(batch: int) -> Callable[[], int]:
    """django-pghistory on a model that is saved anew for every event."""
    tracked: Any = next(iter(apps.get_app_config("tracked").get_models()))
    following = workload.places()
    rows: dict[Any, Any] = {}

    def write() -> int:
        with transaction.atomic():
            for claim, version in following(batch):
                row = rows.get(claim) or tracked(stream_id=claim)
                row.version, row.type = version, workload.TYPES[version - 1]
                row.actor, row.effective_at = "user:1", build.AT
                row.body = workload.BODIES[version - 1]
                row.save()
                rows.clear()
                rows[claim] = row
        return batch

    return write


def _datastore(name: str) -> PostgresDatastore:
    url = urlsplit(os.environ[name])
    return PostgresDatastore(
        url.path[1:],
        url.hostname or "",
        url.port or 5432,
        url.username or "",
        url.password or "",
    )
