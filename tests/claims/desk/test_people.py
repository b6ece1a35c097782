"""Operators keep people and cannot become more by it; lost phones are reset."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.test import Client

from claims.access import factor
from tests.claims.access.phone import ADMIN, PASSWORD, enrolled, inside, somebody
from tests.claims.desk.screens import browser, page, said, text

pytestmark = pytest.mark.django_db
USERS = "/admin/auth/user/"
KEYS = "/admin/claims/apikey/add/"


@pytest.fixture
def operator() -> Client:
    return browser("Operator", name="noor")


def change(client: Client, user: User, **changes: Any) -> Any:
    """The page of a person as it came, sent with changes."""
    address = f"{USERS}{user.pk}/change/"
    shown = client.get(address)
    fields: dict[str, Any] = {}
    for found in page(shown).forms:
        if found.get("id") == "user_form":
            fields = dict(found.form_values())
            groups = found.xpath(".//select[@name='groups']/option[@selected]/@value")
            fields |= {"groups": list(groups)} if groups else {}
    return client.post(address, fields | changes)


def groups(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


def group(name: str) -> str:
    return str(Group.objects.get(name=name).pk)


def test_an_operator_makes_people_and_puts_them_in_groups(operator: Client) -> None:
    sent = {"username": "neu", "usable_password": "true"}
    sent |= {"password1": PASSWORD, "password2": PASSWORD}
    assert operator.post(f"{USERS}add/", sent).status_code == 302
    made = User.objects.get(username="neu")

    assert change(operator, made, is_staff="on", groups=[group("Editor")]).status_code == 302
    made.refresh_from_db()
    assert made.is_staff
    assert groups(made) == {"Editor"}


def test_an_operator_makes_nobody_a_superuser_and_gives_no_single_permission(
    operator: Client,
) -> None:
    other = somebody(group="")
    right = Permission.objects.get(codename="erase_event")

    forged = {"is_superuser": "on", "user_permissions": [str(right.pk)], "first_name": "Ada"}
    assert change(operator, other, **forged).status_code == 302
    other = User.objects.get(pk=other.pk)
    assert other.first_name == "Ada"
    assert not other.is_superuser
    assert not other.user_permissions.exists()


def test_an_operator_does_not_change_what_they_may_do_themselves(operator: Client) -> None:
    me = User.objects.get(username="noor")
    forged = {"groups": [group("Editor")], "is_superuser": "on", "first_name": "Nour"}
    assert change(operator, me, **forged).status_code == 302

    me = User.objects.get(pk=me.pk)
    assert me.first_name == "Nour"
    assert groups(me) == {"Operator"}
    assert not me.is_superuser


def test_an_operator_makes_no_operators_and_keeps_the_groups_that_are_not_theirs_to_give(
    operator: Client,
) -> None:
    other = somebody()
    assert change(operator, other, groups=[group("Operator")]).status_code == 200
    assert groups(other) == {"Reviewer"}

    other.groups.add(Group.objects.create(name="Erasers"))
    assert change(operator, other, groups=[group("Auditor")]).status_code == 302
    assert groups(other) == {"Auditor", "Erasers"}


def test_superusers_are_out_of_an_operators_reach(operator: Client) -> None:
    root = somebody("root", group="", is_superuser=True)

    assert operator.get(f"{USERS}{root.pk}/change/").status_code == 200
    assert operator.post(f"{USERS}{root.pk}/change/", {"username": "x"}).status_code == 403
    assert set_password(operator, root).status_code == 403
    assert User.objects.get(pk=root.pk).username == "root"


def set_password(client: Client, user: User) -> Any:
    new = "a password of the operator"
    sent = {"password1": new, "password2": new, "usable_password": "true"}
    return client.post(f"{USERS}{user.pk}/password/", sent)


@pytest.mark.parametrize(
    ("name", "status"), [("Reviewer", 403), ("Editor", 403), ("Auditor", 302), ("", 302)]
)
def test_an_operator_sets_no_password_of_who_may_do_more(
    name: str, status: int, operator: Client
) -> None:
    other = somebody(group=name)
    assert set_password(operator, other).status_code == status
    assert User.objects.get(pk=other.pk).check_password(PASSWORD) == (status == 403)


def test_an_operator_sets_no_password_of_who_holds_a_single_permission_more(
    operator: Client,
) -> None:
    other = somebody(group="")
    other.user_permissions.add(Permission.objects.get(codename="erase_event"))
    assert set_password(operator, other).status_code == 403


@pytest.mark.parametrize(
    ("name", "made"),
    [("Editor", False), ("Reviewer", False), ("Auditor", True), ("", True)],
)
def test_an_operator_makes_keys_for_those_alone_who_may_do_no_more(
    name: str, made: bool, operator: Client
) -> None:
    other = somebody(group=name)
    answer = operator.post(KEYS, {"name": "site", "user": str(other.pk), "scopes": "read"})
    assert bool(page(answer).xpath("//*[@id='secret']")) == made


def test_an_operator_makes_no_key_of_a_superuser(operator: Client) -> None:
    root = somebody("root", group="", is_superuser=True)
    assert not page(operator.post(KEYS, {"name": "x", "user": str(root.pk)})).xpath(
        "//*[@id='secret']"
    )


def test_an_operator_decides_nothing_and_changes_no_group(operator: Client) -> None:
    me = User.objects.get(username="noor")
    held = {right.partition(".")[2] for right in me.get_all_permissions()}

    assert not [right for right in held if right.endswith(("_group",)) and right != "view_group"]
    verbs = {right.partition("_")[0] for right in held}
    assert verbs == {"view", "add", "change", "delete"}
    assert "delete_user" not in held


def test_an_auditor_sees_people_without_what_could_open_a_door() -> None:
    other, auditor = somebody(), browser("Auditor", name="ruth")
    shown = auditor.get(f"{USERS}{other.pk}/change/")

    assert shown.status_code == 200
    assert "argon2" not in shown.content.decode()
    assert auditor.post(f"{USERS}{other.pk}/change/", {"username": "x"}).status_code == 403
    for action in ("reset_factor", "lift"):
        auditor.post(USERS, {"action": action, "_selected_action": [str(other.pk)]})
    held = User.objects.get(username="ruth").get_all_permissions()
    assert {right.partition(".")[2].partition("_")[0] for right in held} == {"view"}


def test_the_list_says_who_has_a_second_factor() -> None:
    enrolled()
    somebody("boris")
    shown = browser("Auditor", name="ruth").get(USERS)

    assert "Second factor" in text(shown)
    told = {one.username: one.has_phone for one in shown.context["cl"].result_list}
    assert told == {"amina": True, "boris": False, "ruth": False}


# A lost phone


def reset(client: Client, user: User) -> list[str]:
    sent = {"action": "reset_factor", "_selected_action": [str(user.pk)]}
    return said(client.post(USERS, sent, follow=True))


def test_an_operator_resets_a_lost_phone_and_the_log_says_so(
    operator: Client, caplog: pytest.LogCaptureFixture
) -> None:
    user, _ = enrolled()
    inside()
    assert reset(operator, user) == ["1 second factor reset."]

    assert factor.device(user) is None
    me = User.objects.get(username="noor")
    theirs = [one.get_decoded()["_auth_user_id"] for one in Session.objects.all()]
    assert theirs == [str(me.pk)]
    assert f"Second factor reset, sessions ended. For user:{user.pk}, by user:{me.pk}." in (
        caplog.text
    )
    root = browser("", name="root", is_superuser=True)
    told = text(root.get(f"{USERS}{user.pk}/history/"))
    assert "Second factor reset, sessions ended." in told
    assert inside().get(ADMIN).status_code == 200


def test_nobody_resets_their_own_or_that_of_who_is_above(operator: Client) -> None:
    root, _ = enrolled("root", group="", is_superuser=True)
    me = User.objects.get(username="noor")
    for user in (root, me):
        (refused, done) = reset(operator, user)
        assert "Ask a superuser" in refused
        assert done == "0 second factors reset."
    assert factor.device(root)


def test_nobody_reads_a_phones_secret_in_the_admin() -> None:
    root = browser("", name="root", is_superuser=True)
    for name in ("otp_totp/totpdevice", "otp_static/staticdevice", "axes/accessattempt"):
        assert root.get(f"/admin/{name}/").status_code == 404
