"""Nobody at the desk waits for ever for a machine that is gone, and no lock does."""

import time

import pytest
from django.db import DatabaseError, connection, transaction

from tracker.waiting import OPTIONS, SESSION


@pytest.mark.django_db
def test_every_session_has_the_limits_at_the_server() -> None:
    with connection.cursor() as cursor:
        for name, value in SESSION.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            assert cursor.fetchone()[0].replace("1min", "60s") == value, name


@pytest.mark.django_db
def test_a_client_notices_that_its_server_is_gone() -> None:
    connection.ensure_connection()
    given = connection.connection.info.get_parameters()
    for name in ("keepalives_idle", "keepalives_interval", "keepalives_count", "connect_timeout"):
        assert given[name] == str(OPTIONS[name])


def _lock(*, seconds: float) -> None:
    """Lock a table, and do nothing for a while."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
        cursor.execute("LOCK TABLE claims_claim IN ACCESS EXCLUSIVE MODE NOWAIT")
        time.sleep(seconds)
        cursor.execute("SELECT 1")


def test_a_transaction_that_nobody_goes_on_with_frees_what_it_had_locked(committed: None) -> None:
    with pytest.raises(DatabaseError, match="idle-in-transaction timeout"):
        _lock(seconds=1)
    connection.close()
    _lock(seconds=0)
