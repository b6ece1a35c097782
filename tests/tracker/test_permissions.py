"""Who may do what, asked of every address of the admin.

One row for each address: what it answers to GET and to POST, for each kind of person. An address
that has no row here fails the test: whoever adds one says who may use it.
"""

from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.utils import timezone

from claims.clients import keys, webhooks
from claims.desk import verbs
from claims.models import Claim, Delivery, Entry, Proposal, Story
from sources import intake
from sources.models import Feed, Source, Version
from tests.claims import build
from tests.claims.desk.screens import browser, page, proposed
from tests.client import addresses

pytestmark = pytest.mark.django_db
PEOPLE = ("", "Reviewer", "Editor", "Auditor", "Operator", "superuser")
# Who may see the queue may keep a list of it under a name and is shown as reading a proposal: that
# is theirs and changes nothing of the desk's.
# In the order of PEOPLE, the first being nobody. 302 leads to the log-in page, or back from a verb;
# 400 is a verb without its form, which only those get to who may use it.
TABLE = """\
for-me/                                         | 302 200 200 200 200 200 | 302 400 400 400 400 400
claims/story/                                   | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/story/add/                               | 302 200 200 403 403 200 | 302 200 200 403 403 200
claims/story/<int:story>/stix/                  | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/story/<path:object_id>/history/          | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/story/<path:object_id>/delete/           | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/story/<path:object_id>/change/           | 302 200 200 200 200 200 | 302 200 200 403 403 200
claims/story/<path:object_id>/                  | 302 302 302 302 302 302 | 302 302 302 302 302 302
figures/<slug:name>.csv                         | 302 200 200 200 200 200 | 302 200 200 200 200 200
security/                                       | 302 200 200 200 200 200 | 302 200 200 200 200 200
security/enrol/                                 | 302 200 200 200 200 200 | 302 200 200 200 200 200
security/codes/                                 | 302 302 302 302 302 302 | 302 302 302 302 302 302
security/remove/                                | 302 302 302 302 302 302 | 302 302 302 302 302 302
security/everywhere/                            | 302 302 302 302 302 302 | 302 302 302 302 302 302
security/code/                                  | 302 302 302 302 302 302 | 302 302 302 302 302 302
search/                                         | 302 200 200 200 200 200 | 302 200 200 200 200 200
                                                | 302 200 200 200 200 200 | 302 200 200 200 200 200
login/                                          | 200 302 302 302 302 302 | 200 200 200 200 200 200
logout/                                         | 302 405 405 405 405 405 | 302 200 200 200 200 200
password_change/                                | 302 200 200 200 200 200 | 302 200 200 200 200 200
password_change/done/                           | 302 200 200 200 200 200 | 302 405 405 405 405 405
autocomplete/                                   | 302 403 403 403 403 403 | 302 405 405 405 405 405
jsi18n/                                         | 302 200 200 200 200 200 | 302 405 405 405 405 405
r/<path:content_type_id>/<path:object_id>/      | 302 404 404 404 404 404 | 302 404 404 404 404 404
claims/claim/<uuid:claim>/merge/                | 302 403 200 403 403 200 | 302 403 400 403 403 400
claims/claim/<uuid:claim>/unmerge/              | 302 403 200 403 403 200 | 302 403 400 403 403 400
claims/claim/<uuid:claim>/move/                 | 302 403 400 403 403 400 | 302 403 400 403 403 400
claims/claim/<uuid:claim>/shelf/                | 302 403 403 403 403 403 | 302 400 400 403 403 400
claims/claim/<uuid:claim>/meant/                | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/claim/                                   | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/claim/add/                               | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/claim/<path:object_id>/history/          | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/claim/<path:object_id>/delete/           | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/claim/<path:object_id>/change/           | 302 200 200 200 200 200 | 302 403 403 403 403 403
claims/claim/<path:object_id>/                  | 302 302 302 302 302 302 | 302 302 302 302 302 302
claims/entry/<int:position>/erase/              | 302 403 403 403 403 200 | 302 403 403 403 403 400
claims/entry/                                   | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/entry/add/                               | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/entry/<path:object_id>/history/          | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/entry/<path:object_id>/delete/           | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/entry/<path:object_id>/change/           | 302 200 200 200 200 200 | 302 403 403 403 403 403
claims/entry/<path:object_id>/                  | 302 302 302 302 302 302 | 302 302 302 302 302 302
claims/apikey/                                  | 302 403 403 200 200 200 | 302 403 403 200 200 200
claims/apikey/add/                              | 302 403 403 403 200 200 | 302 403 403 403 200 200
claims/apikey/<path:object_id>/history/         | 302 403 403 200 200 200 | 302 403 403 200 200 200
claims/apikey/<path:object_id>/delete/          | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/apikey/<path:object_id>/change/          | 302 403 403 200 200 200 | 302 403 403 403 403 403
claims/apikey/<path:object_id>/                 | 302 302 302 302 302 302 | 302 302 302 302 302 302
claims/delivery/                                | 302 403 200 200 200 200 | 302 403 200 200 200 200
claims/delivery/<path:object_id>/               | 302 302 302 302 302 302 | 302 302 302 302 302 302
claims/delivery/<path:object_id>/change/        | 302 403 200 200 200 200 | 302 403 403 403 403 403
claims/delivery/<path:object_id>/delete/        | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/delivery/<path:object_id>/history/       | 302 403 200 200 200 200 | 302 403 200 200 200 200
claims/delivery/add/                            | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/pulled/                                  | 302 403 200 200 200 200 | 302 403 200 200 200 200
claims/pulled/<path:object_id>/                 | 302 302 302 302 302 302 | 302 302 302 302 302 302
claims/pulled/<path:object_id>/change/          | 302 403 302 302 302 302 | 302 403 403 403 403 403
claims/pulled/<path:object_id>/delete/          | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/pulled/<path:object_id>/history/         | 302 302 302 302 302 302 | 302 302 302 302 302 302
claims/pulled/add/                              | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/pulled/csv/                              | 302 403 200 200 200 200 | 302 403 200 200 200 200
claims/subscription/                            | 302 403 200 200 200 200 | 302 403 200 200 200 200
claims/subscription/<path:object_id>/           | 302 302 302 302 302 302 | 302 302 302 302 302 302
claims/subscription/<path:object_id>/change/    | 302 403 200 200 200 200 | 302 403 403 403 403 400
claims/subscription/<path:object_id>/delete/    | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/subscription/<path:object_id>/history/   | 302 403 200 200 200 200 | 302 403 200 200 200 200
claims/subscription/add/                        | 302 403 403 403 200 200 | 302 403 403 403 200 200
auth/user/<id>/password/                        | 302 403 403 403 200 200 | 302 403 403 403 200 200
auth/user/                                      | 302 403 403 200 200 200 | 302 403 403 200 200 200
auth/user/add/                                  | 302 403 403 403 200 200 | 302 403 403 403 200 200
auth/user/<path:object_id>/history/             | 302 403 403 200 200 200 | 302 403 403 200 200 200
auth/user/<path:object_id>/delete/              | 302 403 403 403 403 403 | 302 403 403 403 403 403
auth/user/<path:object_id>/change/              | 302 403 403 200 200 200 | 302 403 403 403 200 200
auth/user/<path:object_id>/                     | 302 302 302 302 302 302 | 302 302 302 302 302 302
auth/group/                                     | 302 403 403 200 200 200 | 302 403 403 200 200 200
auth/group/add/                                 | 302 403 403 403 403 200 | 302 403 403 403 403 200
auth/group/<path:object_id>/history/            | 302 403 403 200 200 200 | 302 403 403 200 200 200
auth/group/<path:object_id>/delete/             | 302 403 403 403 403 200 | 302 403 403 403 403 200
auth/group/<path:object_id>/change/             | 302 403 403 200 200 200 | 302 403 403 403 403 200
auth/group/<path:object_id>/                    | 302 302 302 302 302 302 | 302 302 302 302 302 302
claims/proposal/run/<uuid:run>/                 | 302 404 404 404 404 404 | 302 404 404 404 404 404
claims/proposal/news/                           | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/proposal/filters/                        | 302 403 403 403 403 403 | 302 302 302 302 302 302
claims/proposal/<uuid:proposal>/open/           | 302 403 403 403 403 403 | 302 200 200 200 200 200
claims/proposal/<uuid:proposal>/claims/         | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/proposal/                                | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/proposal/add/                            | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/proposal/<path:object_id>/history/       | 302 200 200 200 200 200 | 302 200 200 200 200 200
claims/proposal/<path:object_id>/delete/        | 302 403 403 403 403 403 | 302 403 403 403 403 403
claims/proposal/<path:object_id>/change/        | 302 200 200 200 200 200 | 302 400 400 403 403 400
claims/proposal/<path:object_id>/               | 302 302 302 302 302 302 | 302 302 302 302 302 302
sources/feed/                                   | 302 200 200 200 200 200 | 302 200 200 200 200 200
sources/feed/add/                               | 302 403 200 403 200 200 | 302 403 200 403 200 200
sources/feed/<path:object_id>/history/          | 302 200 200 200 200 200 | 302 200 200 200 200 200
sources/feed/<path:object_id>/delete/           | 302 403 200 403 200 200 | 302 403 200 403 200 200
sources/feed/<path:object_id>/change/           | 302 200 200 200 200 200 | 302 403 200 403 200 200
sources/feed/<path:object_id>/                  | 302 302 302 302 302 302 | 302 302 302 302 302 302
sources/source/                                 | 302 200 200 200 200 200 | 302 200 200 200 200 200
sources/source/add/                             | 302 403 200 403 200 200 | 302 403 200 403 200 200
sources/source/<path:object_id>/history/        | 302 200 200 200 200 200 | 302 200 200 200 200 200
sources/source/<path:object_id>/delete/         | 302 403 403 403 403 200 | 302 403 403 403 403 200
sources/source/<path:object_id>/change/         | 302 200 200 200 200 200 | 302 403 200 403 200 200
sources/source/<path:object_id>/                | 302 302 302 302 302 302 | 302 302 302 302 302 302
sources/document/<uuid:document>/origin/        | 302 403 403 403 403 403 | 302 302 302 403 403 302
sources/document/                               | 302 200 200 200 200 200 | 302 200 200 200 200 200
sources/document/add/                           | 302 200 200 403 200 200 | 302 200 200 403 200 200
sources/document/<path:object_id>/history/      | 302 200 200 200 200 200 | 302 200 200 200 200 200
sources/document/<path:object_id>/delete/       | 302 403 403 403 403 403 | 302 403 403 403 403 403
sources/document/<path:object_id>/change/       | 302 200 200 200 200 200 | 302 403 403 403 403 403
sources/document/<path:object_id>/              | 302 302 302 302 302 302 | 302 302 302 302 302 302
sources/version/<str:sha256>/take-down/         | 302 403 403 403 403 403 | 302 403 403 403 403 302
sources/version/                                | 302 200 200 200 200 200 | 302 200 200 200 200 200
sources/version/add/                            | 302 403 403 403 403 403 | 302 403 403 403 403 403
sources/version/<path:object_id>/history/       | 302 200 200 200 200 200 | 302 200 200 200 200 200
sources/version/<path:object_id>/delete/        | 302 403 403 403 403 403 | 302 403 403 403 403 403
sources/version/<path:object_id>/change/        | 302 200 200 200 200 200 | 302 403 403 403 403 403
sources/version/<path:object_id>/               | 302 302 302 302 302 302 | 302 302 302 302 302 302
^(?P<app_label>claims|auth|sources)/$           | 302 200 200 200 200 200 | 302 200 200 200 200 200
(?P<url>.*)$                                    | 302 404 404 404 404 404 | 302 404 404 404 404 404
"""
# The same of what is posted to a claim's and a proposal's page: its verbs.
VERBS = """\
claim withdraw    | 302 403 400 403 403 400
claim reattribute | 302 403 400 403 403 400
claim reword      | 302 400 400 403 403 400
claim rate        | 302 400 400 403 403 400
claim confirm     | 302 400 400 403 403 400
claim send_back   | 302 400 400 403 403 400
claim unrate      | 302 400 400 403 403 400
claim publish     | 302 403 400 403 403 400
claim unpublish   | 302 403 400 403 403 400
proposal accept   | 302 400 400 403 403 400
proposal dismiss  | 302 400 400 403 403 400
proposal begin    | 302 400 400 403 403 400
proposal undo     | 302 400 400 403 403 400
proposal handle   | 302 302 302 403 403 302
"""
DECIDE, KEEP = {"Reviewer", "Editor", "superuser"}, {"Editor", "Operator", "superuser"}
HELP = {"Operator", "superuser"}
# Which bulk actions a list offers, and to whom; a list that is not named offers none.
ACTIONS = {
    "claims/proposal/": dict.fromkeys(
        ("accept_as_proposed", "dismiss_with_reason", "take_on", "give_back"), DECIDE
    ),
    "claims/apikey/": {"revoke": HELP},
    "claims/delivery/": {"send_again": HELP},
    "auth/user/": {"lift": HELP, "reset_factor": HELP},
    "auth/group/": {"delete_selected": {"superuser"}},
    "sources/feed/": {"delete_selected": KEEP, "look_now": KEEP},
    "sources/source/": {"delete_selected": {"superuser"}},
    "sources/document/": dict.fromkeys(("read_again", "judge_anew"), DECIDE | {"Operator"}),
}


def rows(table: str, columns: int) -> dict[str, list[str]]:
    """A table's rows by their first column; an address may hold the sign between columns."""
    split = [line.rsplit("|", columns) for line in table.splitlines()]
    return {name.strip(): [one.strip() for one in others] for name, *others in split}


ROWS = rows(TABLE, 2)


@pytest.fixture
def desk() -> dict[str, str]:
    """One of everything, by what stands for it in an address."""
    begun = build.recorded(build.begins())
    held = proposed(number=2)
    document = intake.receive(
        by="user:1", at=build.AT, body=b"Le compte a 80 000 abonnes."
    ).document
    person = build.person("site")
    key, _ = keys.make(name="site", user=person, at=timezone.now())
    hook = webhooks.subscribe(
        name="site", user=person, url="https://a.example/h", at=timezone.now()
    )
    sent = Delivery.objects.create(
        subscription=hook, message="msg_1", kind="test", created_at=timezone.now()
    )
    # Each logs in once: what a request does to a session is undone with all else that it did.
    opened = {who: client_of(who).cookies.get(settings.SESSION_COOKIE_NAME) for who in PEOPLE}
    sessions = {f"session of {who}": one.value if one else "" for who, one in opened.items()}
    return {
        **sessions,
        "figures/<slug:name>": "queue",
        "claims/proposal/run/<uuid:run>": str(begun),
        "claims/story/<path:object_id>": (story := str(Story.objects.create(name="Élection").pk)),
        "claims/story/<int:story>": story,
        "claims/claim/<path:object_id>": str(begun),
        "claims/claim/<uuid:claim>": str(begun),
        "claims/entry/<path:object_id>": "0",
        "claims/entry/<int:position>": "0",
        "claims/proposal/<path:object_id>": str(held.pk),
        "claims/proposal/<uuid:proposal>": str(held.pk),
        "claims/apikey/<path:object_id>": str(key.pk),
        "auth/user/<path:object_id>": str(person.pk),
        "auth/user/<id>": str(person.pk),
        "auth/group/<path:object_id>": str(Group.objects.get(name="Editor").pk),
        "sources/feed/<path:object_id>": str(Feed.objects.create(url="https://a.example/f").pk),
        "sources/source/<path:object_id>": str(Source.objects.create(name="AVP").pk),
        "sources/document/<path:object_id>": str(document.pk),
        "sources/document/<uuid:document>": str(document.pk),
        "sources/version/<path:object_id>": Version.objects.get().pk,
        "sources/version/<str:sha256>": Version.objects.get().pk,
        "claims/subscription/<path:object_id>": str(hook.pk),
        "claims/delivery/<path:object_id>": str(sent.pk),
        "claims/pulled/<path:object_id>": "1",
        "r/<path:content_type_id>/<path:object_id>": "r/1/1",
        "^(?P<app_label>": "claims",
        "(?P<url>.*)$": "nothing-here/",
    }


def filled(address: str, desk: dict[str, str]) -> str:
    """The address of something that is there."""
    for place, value in desk.items():
        if address.startswith(place):
            kept = place.split("<")[0] if "/<" in place and not place.startswith("r/") else ""
            rest = "/" if address.startswith("^") else address[len(place) :]
            return f"/admin/{kept}{value}{rest}"
    assert "<" not in address, f"say in `desk` what stands for {address}"
    return f"/admin/{address}"


def client_of(who: str) -> Client:
    if not who:
        return Client(raise_request_exception=False)
    group = "" if who == "superuser" else who
    client = browser(group, name=f"a {who}", is_superuser=who == "superuser")
    client.raise_request_exception = False
    return client


def answers(address: str, method: str, desk: dict[str, str], sent: Any = None) -> str:
    """What each kind of person is answered; nothing of it stays."""
    found = []
    for who in PEOPLE:
        client = Client(raise_request_exception=False)
        if session := desk[f"session of {who}"]:
            client.cookies[settings.SESSION_COOKIE_NAME] = session
        with transaction.atomic():
            answer = getattr(client, method)(filled(address, desk), sent)
            found.append(str(answer.status_code))
            transaction.set_rollback(True)
    return " ".join(found)


def test_every_address_of_the_admin_has_its_row() -> None:
    assert set(addresses("admin/")) == ROWS.keys()


def test_each_address_answers_each_person_as_the_table_says(desk: dict[str, str]) -> None:
    told = {
        address: [answers(address, method, desk) for method in ("get", "post")] for address in ROWS
    }
    assert told == ROWS


def test_every_verb_of_a_claims_page_has_its_row() -> None:
    posted = {name.split()[1] for name in rows(VERBS, 1) if name.startswith("claim ")}
    assert posted == set(verbs.VERBS)


def test_each_verb_is_for_those_the_table_names(desk: dict[str, str]) -> None:
    table, told = rows(VERBS, 1), {}
    for name in table:
        model, verb = name.split()
        address = f"claims/{model}/<path:object_id>/change/"
        told[name] = [answers(address, "post", desk, {"verb": verb})]
    assert told == table


def test_each_list_offers_its_actions_to_those_who_may(desk: dict[str, str]) -> None:
    for model in admin.site._registry:
        place = f"{model._meta.app_label}/{model._meta.model_name}/"
        asked = ACTIONS.get(place, {})
        for who in PEOPLE:
            theirs = {action for action, people in asked.items() if who in people}
            seen = offered(who, place)
            assert seen - SAVING == theirs, (place, who)
            assert seen >= SAVING or not seen, (place, who)


# Whoever sees a list may save what they see.
SAVING = {"as_csv", "as_json"}


def offered(who: str, place: str) -> set[str]:
    """The bulk actions that the list offers to a person."""
    shown = client_of(who).get(f"/admin/{place}")
    if shown.status_code != 200:
        return set()
    return {str(one) for one in page(shown).xpath("//select[@name='action']/option/@value") if one}


def test_an_admin_cannot_edit_history_either(desk: dict[str, str]) -> None:
    """Not by a form that Django's own pages would take, nor by its action to delete."""
    root = client_of("superuser")
    models: tuple[Any, ...] = (Entry, Claim, Proposal, Version)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    for model in models:
        place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        (one, *_) = model.objects.all()
        forged = {name.attname: "1" for name in model._meta.concrete_fields} | {"_save": "Save"}
        chosen = {"action": "delete_selected", "_selected_action": [str(one.pk)], "post": "yes"}
        assert root.post(f"{place}add/", forged).status_code == 403
        assert root.post(f"{place}{one.pk}/change/", forged).status_code in {400, 403}
        assert root.post(f"{place}{one.pk}/delete/", {"post": "yes"}).status_code == 403
        assert root.post(place, chosen).status_code in {200, 302, 400}
    assert [list(model.objects.order_by("pk").values()) for model in models] == before
