"""`manage.py erase`: says what goes, asks, and does all of it or nothing."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from claims.models import Claim
from sources import intake
from sources.models import Version
from tests.claims.build import AT, begins, disputed, recorded

pytestmark = pytest.mark.django_db
SECRET = "Zinedine"


@pytest.fixture(autouse=True)
def ada() -> User:
    return User.objects.create_superuser("ada")


def erase(position: int, **options: Any) -> str:
    said = StringIO()
    call_command("erase", position, stdout=said, **{"reason": "Ruling 12/26.", **options})
    return said.getvalue()


def test_it_says_what_will_go_and_erases_it() -> None:
    claim = recorded(begins(), disputed(1, start=90, speaker=SECRET), disputed(1, start=200))
    said = erase(1, yes=True)
    assert f"position 1 (disputed; claim {claim}, version 2): what it says" in said
    assert "Events that quote the same document and stay: 0, 2" in said
    assert "Erased, as recorded at position 3." in said
    assert SECRET not in repr(Claim.objects.values())


def test_it_asks_first_and_takes_no_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded()
    answers = iter(["yes", "erase"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    with pytest.raises(CommandError, match="Nothing was erased"):
        erase(0)
    assert Claim.objects.get().wording
    erase(0)
    assert not Claim.objects.get().wording


def test_the_document_goes_in_the_same_act_or_not_at_all() -> None:
    received = intake.receive(by="ada", at=AT, body=b"Zinedine habite ici.")
    version = Version.objects.get(document=received.document)
    recorded(begins(document=version.sha256))

    with pytest.raises(CommandError, match="Say why"):
        erase(0, yes=True, document=True, reason=" ")
    version.refresh_from_db()
    assert version.removed_at is None

    assert "version 1 of" in erase(0, yes=True, document=True)
    version.refresh_from_db()
    assert (bytes(version.body), version.removed_because) == (b"", "Ruling 12/26.")


@pytest.mark.parametrize(
    ("position", "options", "says"),
    [
        (9, {}, "There is no event at position 9. Nothing was erased."),
        (0, {"document": True}, "quotes no document that is here"),
        (0, {"by": "nobody"}, "There is nobody with the login “nobody”"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    position: int, options: dict[str, Any], says: str
) -> None:
    recorded()
    with pytest.raises(CommandError, match=says):
        erase(position, yes=True, **options)


def test_of_several_administrators_one_has_to_be_named() -> None:
    recorded()
    bea = User.objects.create_superuser("bea")
    with pytest.raises(CommandError, match="--by LOGIN"):
        erase(0, yes=True)
    assert "Erased" in erase(0, yes=True, by="bea")
    assert bea.pk
