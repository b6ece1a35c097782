"""The demo's story is told whole, once, however often its telling is begun."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from claims.models import Claim, Entry, Proposal
from sources.models import Document, Source
from tests.claims.access.phone import log_in
from tests.conftest import PATIENCE, ROOT, Server
from tracker.management.commands import seed

# What the story of seeds/README.md comes to, claim by claim: status, origins and articles.
TOLD = {
    "Hélène Marchadour a fermé son compte Loopi.": ("corroborated", 3, 6),
    "Le compte Loopi d’Hélène Marchadour réunissait 84 000 abonnés quand elle l’a fermé.": (
        "disputed", 1, 4,
    ),
    "Loopi est interdit sur les téléphones professionnels des 6 300 agents de la région "
    "Haute-Lisière.": ("asserted", 1, 4),
    "Loopi envoie les données de ses utilisateurs français à sa maison mère, Orsund Holding.": (
        "disputed", 2, 5,
    ),
    "Le compte Loopi d’Hélène Marchadour n’avait rien publié depuis quatorze mois.": (
        "asserted", 1, 1,
    ),
    "L'eau du captage des Tanneries contient 46 milligrammes de nitrates par litre.": (
        "disputed", 1, 1,
    ),
    "La région Haute-Lisière a payé 420 000 euros à Loopi en 2025.": ("withdrawn", 0, 0),
    "Dans 38 des 214 sessions enregistrées, Loopi a échangé des données avec un serveur situé "
    "hors de l'Union européenne.": ("asserted", 1, 1),
}  # fmt: skip
VERDICTS = {"misleading", "mostly-true"}


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("a long pass phrase\n", encoding="utf-8")
    return path


def claims() -> dict[str, tuple[str, int, int]]:
    return {
        claim.wording: (claim.status, claim.origins, claim.articles)
        for claim in Claim.objects.all()
    }


def counts() -> list[int]:
    """How many rows there are of everything that a seed makes."""
    return [kind.objects.count() for kind in (Source, User, Document, Proposal, Claim, Entry)]


@pytest.mark.slow
def test_a_seed_that_was_killed_goes_on_where_it_stopped_and_then_has_nothing_left_to_do(
    worker: Server, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {name: value for name, value in os.environ.items() if "OWNER" not in name}
    command = [sys.executable, "manage.py", "seed", f"--password-file={password_file}"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        deadline = time.monotonic() + PATIENCE
        while Entry.objects.count() < 10:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        running.kill()
    assert Claim.objects.count() < len(TOLD)

    call_command("seed", password_file=password_file)
    assert claims() == TOLD
    assert refusals(capsys) == []
    before = counts()
    call_command("seed", password_file=password_file)

    assert counts() == before
    assert claims() == TOLD
    assert refusals(capsys) == []
    assert set(Claim.objects.values_list("verdict__verdict", flat=True)) == {None, *VERDICTS}
    assert Proposal.objects.filter(state="open").count() > 20
    assert not Document.objects.exclude(state="read").exists()


def refusals(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was said against acts of the story; the rest of it is the progress bar."""
    return [line for line in capsys.readouterr().err.splitlines() if " on day " in line]


@pytest.mark.django_db
def test_a_desk_with_people_of_its_own_gets_no_invented_story(password_file: Path) -> None:
    User.objects.create_user("ada")
    with pytest.raises(CommandError, match="Nothing was written: name an empty database"):
        call_command("seed", password_file=password_file)
    assert list(User.objects.values_list("username", flat=True)) == ["ada"]
    assert counts() == [0, 1, 0, 0, 0, 0]


@pytest.mark.django_db
def test_people_log_in_with_the_one_password_and_a_changed_one_is_kept() -> None:
    described = json.loads((seed.SEEDS / "story.json").read_text(encoding="utf-8"))["people"]

    seed.people(described, "a long pass phrase")
    User.objects.get(username="admin").delete()
    changed = User.objects.get(username="reviewer")
    changed.set_password("another one")
    changed.save()
    seed.people(described, "a long pass phrase")

    assert log_in("editor", "a long pass phrase").status_code == 302
    assert log_in("admin", "a long pass phrase").status_code == 302
    assert log_in("reviewer", "another one").status_code == 302
    groups = User.objects.filter(is_staff=True, groups__isnull=False).values_list(
        "username", "groups__name"
    )
    assert set(groups) == {(one["username"], one["group"]) for one in described}
