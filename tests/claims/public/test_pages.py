"""What strangers see of a published claim: its page, the list, and the card."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from pytest_django import Settings

from claims import review
from claims.events import Confirmed, Published, Rated, Unrated
from claims.models import Claim
from claims.review import Decision
from tests.claims import build
from tests.claims.build import begins, corroborated, disputed, recorded, say
from tests.claims.desk.screens import EVIL, browser, form, page, text
from tests.conftest import Server

pytestmark = pytest.mark.django_db
READER = Client(headers={"Accept-Language": "en"})


def published(*words: Any) -> UUID:
    claim = recorded(*(words or (begins(),)))
    say(claim, Published())
    return claim


def rated(claim: UUID, verdict: str = "false", explanation: str = "Trente-sept.") -> None:
    """A confirmed verdict."""
    version = Claim.objects.get(id=claim).version
    say(claim, Rated(verdict=verdict, explanation=explanation, against=version))
    say(claim, Confirmed(rating=version + 1), by="user:2")


def get(address: str, **headers: str) -> Any:
    return READER.get(address, headers=headers)


def test_nothing_is_public_until_the_desk_publishes_it() -> None:
    claim = recorded()
    assert get(f"/claims/{claim}").status_code == 404
    assert get(f"/claims/{claim}/card").status_code == 404
    assert "No claim is published yet." in text(get("/claims/"))
    say(claim, Published())
    assert get(f"/claims/{claim}").status_code == 200
    assert "80 000" in text(get("/claims/"))


def test_an_editor_publishes_and_takes_back_with_one_button_each() -> None:
    claim = recorded()
    editor, address = browser("Editor"), f"/admin/claims/claim/{claim}/change/"
    editor.post(address, form(editor.get(address), "publish"))
    assert get(f"/claims/{claim}").status_code == 200
    sent = form(editor.get(address), "unpublish") | {"reason": "Une source manque."}
    editor.post(address, sent)
    gone = get(f"/claims/{claim}")
    assert gone.status_code == 410
    assert "public no more" in text(gone)


def test_a_reviewer_publishes_nothing() -> None:
    claim = recorded()
    reviewer, address = browser("Reviewer"), f"/admin/claims/claim/{claim}/change/"
    assert "Publish this claim" not in text(reviewer.get(address))
    sent = {"verb": "publish", "expected": "1", "command": str(uuid4())}
    assert reviewer.post(address, sent).status_code == 403


def test_the_page_tells_how_the_claim_stands_and_on_what() -> None:
    claim = published(begins(), corroborated(2), disputed(3))
    shown = text(get(f"/claims/{claim}"))
    for said in (
        "Disputed", "2 independent origins, 2 articles, 1 dispute", "Agency 1", "Agency 2",
        "What happened", "How to verify this", "The desk published it.",
    ):  # fmt: skip
        assert said in shown


def test_a_verdict_is_shown_once_confirmed_and_a_no_never() -> None:
    claim = published()
    say(claim, Rated(verdict="false", explanation="Trente-sept abonnés.", against=2))
    say(claim, build.dismissed(5, reason="Un avis du bureau."))
    shown = text(get(f"/claims/{claim}"))
    assert "Trente-sept" not in shown
    assert "avis du bureau" not in shown
    say(claim, Confirmed(rating=3), by="user:2")
    shown = text(get(f"/claims/{claim}"))
    assert "False" in shown
    assert "Trente-sept abonnés." in shown


def test_no_person_of_the_desk_is_named_to_strangers() -> None:
    amina = build.person("amina")
    claim = recorded()
    at = Decision(by=amina, at=build.AT, expected=1, command=uuid4())
    review.publish(claim, at)
    assert "amina" not in text(get(f"/claims/{claim}"))


def test_a_verdict_that_was_taken_back_is_told_among_the_corrections() -> None:
    claim = published()
    rated(claim)
    version = Claim.objects.get(id=claim).version - 1
    say(claim, Unrated(rating=version, reason="Un chiffre de mars manquait."))
    shown = text(get(f"/claims/{claim}"))
    assert "Corrections" in shown
    assert "until then the verdict was “False”. Un chiffre de mars manquait." in shown


def test_a_verdict_whose_claim_has_changed_says_so() -> None:
    claim = published()
    rated(claim)
    say(claim, disputed(9))
    assert "the claim has changed since" in text(get(f"/claims/{claim}"))


def test_a_claim_that_became_part_of_another_leads_there() -> None:
    claim, other = published(), published(begins(2))
    by = Decision(by=build.person("ed"), at=build.AT, expected=2, command=uuid4())
    review.merge(claim, by, into=other, into_expected=2, reason="La même.")
    for ending in ("", "/card"):
        answer = get(f"/claims/{claim}{ending}")
        assert (answer.status_code, answer["Location"]) == (302, f"/claims/{other}{ending}")
        assert answer["Cache-Control"] == "no-cache"


def test_what_was_never_there_is_not_found() -> None:
    assert get(f"/claims/{uuid4()}").status_code == 404


def test_each_page_is_there_in_both_languages() -> None:
    claim = published(begins(), corroborated(2))
    french = Client(headers={"Accept-Language": "fr"})
    for address in (f"/claims/{claim}", "/claims/", f"/claims/{claim}/card"):
        for shown in (french.get(address), get(f"{address}?lang=fr")):
            assert "2 origines indépendantes" in text(shown)
            assert shown["Content-Language"] == "fr"
            assert page(shown).get("lang") == "fr"
        assert "2 independent origins" in text(french.get(f"{address}?lang=en"))
        assert "Accept-Language" in get(address)["Vary"]


def test_pages_can_be_kept_and_ask_for_nothing_from_elsewhere() -> None:
    claim = published()
    for address in (f"/claims/{claim}", "/claims/", f"/claims/{claim}/card"):
        shown = get(address)
        policy = shown["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not shown.cookies
        assert shown["Cache-Control"] == "public, max-age=60"
        assert get(address, **{"If-None-Match": shown["ETag"]}).status_code == 304
        assert not page(shown).xpath("//*[@style] | //style | //script[not(@type)]")
    assert get(f"/claims/{claim}", **{"If-None-Match": '"x"'}).status_code == 200


def test_only_the_card_may_stand_on_the_pages_of_others() -> None:
    claim = published()
    card, whole = get(f"/claims/{claim}/card"), get(f"/claims/{claim}")
    assert "frame-ancestors *" in card["Content-Security-Policy"]
    assert "X-Frame-Options" not in card
    assert "frame-ancestors 'none'" in whole["Content-Security-Policy"]
    assert whole["X-Frame-Options"] == "DENY"


def test_what_articles_say_does_nothing_on_the_page() -> None:
    claim = published(
        begins(wording=f"{EVIL}</script>", title=EVIL, outlet=EVIL),
        corroborated(2, quote=f"{EVIL} a dit", end=10 + len(f"{EVIL} a dit"), origin=EVIL),
    )
    rated(claim, explanation=f"</script>{EVIL}")
    for address in (f"/claims/{claim}", "/claims/", f"/claims/{claim}/card"):
        shown = page(get(address))
        assert not [one for one in shown.xpath("//script") if one.get("type") is None]
    (data,) = page(get(f"/claims/{claim}")).xpath("//script")
    assert json.loads(data.text)["claimReviewed"].startswith(EVIL)


def test_claims_are_found_by_words_and_listed_page_by_page() -> None:
    for number in range(1, 54):
        published(begins(number, wording=f"Le pont {number} est fermé."))
    wanted = published(begins(99, wording="Les chevaux sont fatigués."))
    first = get("/claims/")
    assert len(page(first).xpath("//ul[@class='claims']/li")) == 50
    assert "Older" in text(first)
    assert len(page(get("/claims/?page=2")).xpath("//ul[@class='claims']/li")) == 4
    (found,) = page(get("/claims/?q=cheval")).xpath("//ul[@class='claims']/li//a/@href")
    assert found == f"/claims/{wanted}"
    assert "No published claim has these words." in text(get("/claims/?q=girafe"))


def test_a_page_costs_the_same_queries_however_long_its_history_is(
    django_assert_max_num_queries: Any,
) -> None:
    short = published()
    longer = published(begins(2), *[corroborated(number) for number in range(3, 40)])
    for claim in (short, longer):
        rated(claim)
        with django_assert_max_num_queries(8):
            get(f"/claims/{claim}")
    with django_assert_max_num_queries(2):
        get("/claims/")


@pytest.mark.slow
def test_pages_are_accessible_and_work_without_scripts(
    browser_page: Any, live: Server, settings: Settings
) -> None:
    claim = published(begins(), corroborated(2), disputed(3))
    rated(claim)
    refused: list[str] = []
    browser_page.on("console", lambda message: refused.append(message.text))
    for scheme in ("light", "dark"):
        browser_page.emulate_media(color_scheme=scheme)
        for address in ("/claims/", f"/claims/{claim}", f"/claims/{claim}/card"):
            browser_page.goto(address)
            found = Axe().run(browser_page)
            assert found.violations_count == 0, (address, scheme, found.generate_report())
    assert refused == []
