"""Migrations lead back as well as forward, where nothing was erased."""

import pytest
from django.core.management import call_command
from django.db import connection

from claims.models import Claim, Finding, Proposal
from claims.replay import replay
from sources import intake
from sources.models import Document
from tests.claims.build import AT, begins, corroborated, disputed, recorded
from tests.claims.desk.screens import proposed


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


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    ("claims", "sources"), [("0022", "0011"), ("0020", "0011"), ("0018", "0010"), ("0015", "0008")]
)
def test_a_desk_of_an_older_schema_is_brought_up_to_date_with_all_it_holds(
    claims: str, sources: str
) -> None:
    kept = recorded(begins(), corroborated(2), disputed(3))
    recorded(begins(4))
    proposal = proposed(kept, 5)
    document = intake.receive(by="desk", at=AT, body=b"Le pont est ferme.").document
    before = Claim.objects.order_by("id").values()
    stood = list(before)

    call_command("migrate", "claims", claims, verbosity=0)
    call_command("migrate", "sources", sources, verbosity=0)
    call_command("migrate", verbosity=0)

    assert list(before.all()) == stood
    assert replay(mend=False).different == []
    assert Proposal.objects.get(id=proposal.id).state == "open"
    assert Finding.objects.filter(proposal=proposal.id).count() == 1
    assert Document.objects.get(id=document.id).state == "waiting"
