"""The desk goes on while its ledger is folded again."""

from threading import Event, Thread

from django.db import connection, connections

from claims.replay import replay
from tests.claims.build import begins, corroborated, recorded, say


def test_what_is_recorded_while_the_ledger_is_folded_is_counted_too(committed: None) -> None:
    claim = recorded(begins())
    meanwhile = Event()

    def desk() -> None:
        say(claim, corroborated())
        connections.close_all()
        meanwhile.set()

    def progress(done: int, of: int) -> None:
        Thread(target=desk).start()
        assert meanwhile.wait(10)

    found = replay(mend=False, progress=progress)
    assert (found.size, found.different) == (2, [])


def test_replay_leaves_no_table_behind(committed: None) -> None:
    recorded(begins())
    replay(mend=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.rebuilt')")
        assert cursor.fetchone() == (None,)
