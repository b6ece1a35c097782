"""Migrations lead back as well as forward, where nothing was erased."""

import pytest
from django.core.management import call_command
from django.db import connection


def tables() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))


@pytest.mark.usefixtures("committed")
def test_the_way_back_and_forward_again_leads_to_the_same_tables() -> None:
    before = tables()
    call_command("migrate", "claims", "0002", verbosity=0)
    call_command("migrate", "sources", "0001", verbosity=0)
    assert tables() < before
    call_command("migrate", verbosity=0)
    assert tables() == before
