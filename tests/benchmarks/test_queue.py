"""The queue's page by the number of proposals that wait: it should not notice."""

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from uuid import uuid4

import psycopg
from django.core.cache import cache
from django.test import Client

from claims.models import Finding, Proposal
from claims.proposals import priority
from tests.claims import build
from tests.claims.desk.screens import browser

SIZES = {"quick": (100, 10_000), "long": (100, 100_000)}
LOOKS = 15
PAGES = ("/admin/claims/proposal/", "/admin/claims/proposal/?whose=next")


def fill(up_to: int) -> None:
    """Let so many proposals wait, each with its passage."""
    number = Proposal.objects.count()
    while number < up_to:
        many = range(number, min(up_to, number + 5000))
        rows = [_proposal(each) for each in many]
        Proposal.objects.bulk_create(rows)
        pairs = zip(rows, many, strict=True)
        Finding.objects.bulk_create([_finding(row, each) for row, each in pairs])
        number = many[-1] + 1


def _proposal(number: int) -> Proposal:
    at, score = build.AT + timedelta(seconds=number), number % 97 / 97
    return Proposal(
        id=uuid4(), claim=uuid4(), begins=True, wording=f"Le pont {number} a coûté {number} euros.",
        language="fr", score=score, priority=priority(score, 0, at), disputed=number % 7 == 0,
        created_at=at,
    )  # fmt: skip


def _finding(proposal: Proposal, number: int) -> Finding:
    return Finding(
        proposal=proposal, claim=proposal.claim, stance="supports", document=f"{number:064x}",
        outlet=f"Outlet {number % 40}", origin=f"Outlet {number % 40}", quote=proposal.wording,
        start=0, end=len(proposal.wording), score=proposal.score, matcher="rules/2",
        fingerprint=f"{number:064x}",
    )  # fmt: skip


def milliseconds(client: Client, address: str) -> float:
    """How long a page takes, in the median."""
    taken = []
    for _ in range(LOOKS):
        begin = time.perf_counter()
        assert client.get(address).status_code == 200
        taken.append(1000 * (time.perf_counter() - begin))
    return median(taken)


def test_the_queue_by_its_length(
    asked: str,
    tell: Callable[[str], None],
    committed: None,
    owner_connection: psycopg.Connection,
) -> None:
    cache.clear()
    client = browser()
    found: dict[str, list[float]] = {page: [] for page in PAGES}
    for size in SIZES[asked]:
        fill(size)
        for table in ("claims_proposal", "claims_finding"):
            owner_connection.execute(f"VACUUM ANALYZE {table}".encode())
        for page in PAGES:
            milliseconds(client, page)
            found[page].append(milliseconds(client, page))
    few, many = SIZES[asked]
    lines = [f"The queue's page in ms, with {few:,} and with {many:,} open proposals"]
    lines += [
        f"  {page:45} {first:7.1f} {then:7.1f}   {then / first:5.2f} times"
        for page, (first, then) in found.items()
    ]
    tell("\n".join(lines))
