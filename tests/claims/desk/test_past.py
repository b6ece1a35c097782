"""A claim's page as of a moment: what the desk said then, and nothing to decide."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils.timezone import localtime

from claims import events, review
from claims.ledger import log
from claims.models import Claim
from tests.claims import build
from tests.claims.build import AT, begins, corroborated, disputed, recorded, say
from tests.claims.desk.screens import at, browser, page, text

pytestmark = pytest.mark.django_db


def one(*words: events.Word) -> Claim:
    return Claim.objects.get(id=recorded(*words))


def actions(response: Any) -> list[str]:
    """The forms on the page that change something."""
    return [form.method for form in page(response).forms if form.fields.get("verb")]


def test_the_page_tells_what_was_said_then_and_lets_nobody_decide() -> None:
    claim = one(begins())
    say(claim.id, disputed(2))
    say(claim.id, events.Reworded(wording="Autrement dit."))
    editor = browser("Editor")

    then = editor.get(at(claim), {"as_of": 1})

    assert "As we said it on" in text(then)
    assert "position 1 This is the past" in text(then)
    assert "Disputed 1 article" in text(then)
    assert "recorded a denial" in text(then)
    assert "Autrement dit." not in text(then)
    assert actions(editor.get(at(claim)))
    assert actions(then) == []
    links = {link.text: link.get("href") for link in page(then).iter("a")}
    assert links["Back to now"] == at(claim)
    assert links["Link to this moment"] == "?as_of=1"


def test_a_time_is_one_of_the_desks_own_zone() -> None:
    claim = one(begins())
    recorded_at = log.between(0, 1)[0].recorded_at
    say(claim.id, events.Reworded(wording="Autrement dit."))

    with override_settings(TIME_ZONE="Pacific/Auckland"):
        typed = localtime(recorded_at).replace(tzinfo=None).isoformat()
        then = browser().get(at(claim), {"as_of": typed, "valid_at": ""})

    assert "position 0" in text(then)
    assert "Autrement dit." not in text(then)


def test_what_held_is_the_second_clock() -> None:
    claim = one(begins())
    say(claim.id, disputed(2), at=AT + timedelta(days=9))
    say(claim.id, corroborated(3))

    then = browser().get(at(claim), {"as_of": "", "valid_at": "2026-03-02T00:00"})

    assert "position 2, with what held on March 2, 2026" in text(then)
    assert "Corroborated 2 articles, 2 origins" in text(then)
    assert "recorded a denial" not in text(then)


def test_the_form_sent_again_shows_the_same_moment() -> None:
    claim = one(begins())
    for number in range(2, 9):
        say(claim.id, corroborated(number))
    reader = browser()
    shown = page(reader.get(at(claim), {"as_of": 7}))

    form = next(form for form in shown.forms if "valid_at" in form.fields)

    assert "position 7" in text(reader.get(at(claim), dict(form.fields)))


def test_empty_fields_ask_for_now() -> None:
    claim = one(begins())

    shown = text(browser().get(at(claim), {"as_of": "", "valid_at": ""}))

    assert "This is the past" not in shown


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"as_of": "9"}, "does not go that far yet"),
        ({"as_of": "2999-01-01T00:00"}, "in the future"),
        ({"as_of": "0"}, "on record since position 1"),
        ({"as_of": "1999-01-01T00:00"}, "on record since position 1"),
        ({"valid_at": "2026-02-01T00:00"}, "it holds since 2026-03-01"),
        ({"as_of": "nonsense"}, "“nonsense” is not a time"),
        ({"as_of": "2026-02-30T00:00"}, "is not a time"),
        ({"valid_at": "0001-01-01T00:00+14:00"}, "is not a time"),
        ({"valid_at": "9999-12-31T23:59:59.999999"}, "is not a time"),
        ({"as_of": "<script>"}, "“<script>” is not a time"),
    ],
)
def test_what_cannot_be_shown_is_said_on_the_page_as_it_is_now(
    asked: dict[str, str], told: str
) -> None:
    recorded()
    claim = one(begins(2))

    answer = browser().get(at(claim), asked)

    assert answer.status_code == 400
    (alert,) = page(answer).xpath("//*[@role='alert']")
    assert told in alert.text
    assert "This is the past" not in text(answer)


def test_a_merged_claim_leads_to_the_other_at_the_same_moment() -> None:
    part, whole = one(begins()), one(begins(2, wording="Le tout."))
    decision = build.decision(build.person("editor"), 1)
    review.merge(part.id, decision, into=whole.id, into_expected=1)
    say(whole.id, events.Reworded(wording="Plus que le tout."))
    reader = browser()

    merged, before = reader.get(at(part), {"as_of": 3}), reader.get(at(part), {"as_of": 1})

    links = {link.text: link.get("href") for link in page(merged).iter("a")}
    assert links["Le tout."] == f"{at(whole)}?as_of=3"
    assert "became part of" not in text(before)
    assert "This claim took over: Le compte" in text(reader.get(at(whole), {"as_of": 3}))


def test_every_entry_leads_to_the_claim_as_of_it() -> None:
    claim = one(begins(), corroborated(2))

    shown = page(browser().get(at(claim)))

    found = [
        link.get("href") for link in shown.iter("a") if link.text == "The claim as of this entry"
    ]
    assert found == ["?as_of=1", "?as_of=0"]


def test_who_may_not_see_claims_does_not_see_their_past() -> None:
    assert browser("").get(at(one(begins())), {"as_of": 0}).status_code == 403
