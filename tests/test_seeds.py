"""The demo corpus keeps its promises: invented, whole, and replayable decision by decision."""

import json
import os
import re
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import pytest
from pypdf import PdfReader

SEEDS = Path(__file__).parent.parent / "seeds"
SHARED = Path(os.environ.get("CLAIM_TRACKER_SHARED", SEEDS.parent.parent / "shared"))
MIME = {".html": "text/html", ".txt": "text/plain", ".pdf": "application/pdf"}
VERDICTS = {"true", "mostly-true", "misleading", "mostly-false", "false", "unproven"}
STANCES = {"asserted", "corroborated", "disputed"}
DISPUTES = {"denial", "contradiction", "figure"}
GROUPS = {"Reviewer", "Editor", "Auditor", "Operator"}
# Each verb with the keys that it must and may have, beside day, time, by and do.
NEEDS: dict[str, tuple[set[str], set[str]]] = {
    "dismiss": ({"quote", "reason"}, set()),
    "reword": ({"claim", "wording", "reason"}, set()),
    "rate": ({"claim", "verdict", "explanation"}, set()),
    "confirm": ({"claim"}, set()),
    "withdraw": ({"claim", "quote", "reason"}, set()),
}
NEW_CLAIM = ({"quote", "as"}, {"wording"})
LINK = ({"quote", "to", "stance"}, {"kind"})
# Case matters: "AP" is an agency, "ap" is not; "libération" is a word.
REAL_NAMES = re.compile(
    r"\b(AFP|AP|Reuters|dpa|EFE|ANSA|BBC|CNN|BFM\w*|TF1\w*|Le Monde|Figaro|Libération|Mediapart"
    r"|Guardian|Bloomberg|Ouest-France|France ?(2|3|24|Info|Inter)|Epoch Times|Next INpact|Tik ?Tok"
    r"|YouTube|Instagram|Facebook|Twitter|Google|Snapchat|Glucksmann|Bardella)\b"
)


def load(name: str) -> Any:
    return json.loads((SEEDS / name).read_text(encoding="utf-8"))


OUTLETS = load("outlets.json")
DOCUMENTS = load("documents.json")
PEOPLE = load("story.json")["people"]
STEPS = load("story.json")["steps"]


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@cache
def text_of(file: str) -> str:
    """All that a person sees on the page, comments and navigation too, with spaces folded."""
    path = SEEDS / "documents" / file
    if path.suffix == ".pdf":
        return folded("\n".join(page.extract_text() for page in PdfReader(path).pages))
    if path.suffix == ".txt":
        return folded(path.read_text(encoding="utf-8"))
    page = lxml.html.document_fromstring(path.read_text(encoding="utf-8"))
    return folded(str(page.xpath("string(//body)")))


def words_of(text: str, run: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + run]) for i in range(len(words) - run + 1)}


def test_every_listed_document_exists_and_every_document_is_listed() -> None:
    listed = [document["file"] for document in DOCUMENTS]
    assert sorted(listed) == sorted(path.name for path in (SEEDS / "documents").iterdir())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["file"])
def test_a_document_says_what_it_is_and_where_it_came_from(document: dict[str, str]) -> None:
    domains = {outlet["name"]: outlet["domain"] for outlet in OUTLETS}
    host = urlsplit(document["url"]).hostname or ""
    assert f".{host}".endswith(f".{domains[document['outlet']]}")
    assert document["content_type"] == MIME[Path(document["file"]).suffix]
    assert datetime.fromisoformat(document["received_at"]).utcoffset() is not None
    assert (SEEDS / "documents" / document["file"]).stat().st_size < 100_000


def test_documents_are_listed_in_the_order_they_arrived() -> None:
    arrivals = [datetime.fromisoformat(document["received_at"]) for document in DOCUMENTS]
    assert arrivals == sorted(arrivals)


def test_only_a_correction_reuses_an_address() -> None:
    first_at: dict[str, str] = {}
    for document in DOCUMENTS:
        assert first_at.get(document["url"]) == document.get("corrects"), document["file"]
        first_at.setdefault(document["url"], document["file"])


def test_outlets_are_of_a_known_kind_and_live_under_the_reserved_domain() -> None:
    names = [outlet["name"] for outlet in OUTLETS]
    assert len(names) == len(set(names))
    for outlet in OUTLETS:
        assert set(outlet) == {"name", "kind", "owner", "domain", "language"}
        assert outlet["kind"] in {"outlet", "agency", "institution"}
        assert outlet["domain"].endswith(".example")


def test_no_real_newsroom_platform_or_politician_is_named() -> None:
    for path in sorted(SEEDS.glob("*.*")):
        assert not REAL_NAMES.search(path.read_text(encoding="utf-8")), path.name
    for document in DOCUMENTS:
        assert not REAL_NAMES.search(text_of(document["file"])), document["file"]


def test_no_sentence_is_borrowed_from_the_real_articles() -> None:
    real = sorted((SHARED / "seeds").glob("*.txt"))
    if not real:
        pytest.skip(f"the real articles are not in {SHARED}: set CLAIM_TRACKER_SHARED")
    theirs = words_of(" ".join(path.read_text(encoding="utf-8") for path in real), run=7)
    for document in DOCUMENTS:
        assert not words_of(text_of(document["file"]), run=7) & theirs, document["file"]


@pytest.mark.parametrize("step", [s for s in STEPS if "quote" in s], ids=lambda s: s["quote"])
def test_a_quote_stands_once_in_the_whole_corpus(step: dict[str, str]) -> None:
    found = {d["file"]: text_of(d["file"]).count(folded(step["quote"])) for d in DOCUMENTS}
    assert sum(found.values()) == 1, {file: count for file, count in found.items() if count}


def test_each_step_has_the_keys_of_its_verb() -> None:
    for step in STEPS:
        accepted = LINK if "to" in step else NEW_CLAIM
        must, may = accepted if step["do"] == "accept" else NEEDS[step["do"]]
        keys = set(step) - {"day", "time", "by", "do"}
        assert must <= keys <= must | may, step
        assert step.get("verdict", "true") in VERDICTS
        assert step.get("stance", "asserted") in STANCES
        assert ("kind" in step) == (step.get("stance") == "disputed")
        assert step.get("kind", "figure") in DISPUTES


def test_the_story_runs_forward_through_the_past_two_weeks() -> None:
    moments = [(step["day"], time.fromisoformat(step["time"])) for step in STEPS]
    assert moments == sorted(moments)
    assert all(-14 <= day < 0 for day, _ in moments)


def test_a_claim_is_named_before_it_is_used() -> None:
    handles: set[str] = set()
    for step in STEPS:
        used = step.get("to") or step.get("claim")
        assert used is None or used in handles, step
        assert step.get("as") not in handles, step
        handles |= {step["as"]} if "as" in step else set()
    assert len(handles) >= 8


def test_everybody_who_decides_is_on_the_desk() -> None:
    group = {person["username"]: person["group"] for person in PEOPLE}
    assert set(group.values()) == GROUPS
    assert {group[step["by"]] for step in STEPS} <= {"Reviewer", "Editor"}


def test_what_is_withdrawn_was_accepted_for_that_claim() -> None:
    stands: set[tuple[str, str]] = set()
    for step in STEPS:
        if step["do"] == "accept":
            stands.add((step.get("to") or step["as"], step["quote"]))
        if step["do"] == "withdraw":
            assert (step["claim"], step["quote"]) in stands
            stands.remove((step["claim"], step["quote"]))


def test_a_second_person_confirms_the_claim_as_it_was_rated() -> None:
    last: dict[str, dict[str, Any]] = {}
    for step in STEPS:
        claim = step.get("claim") or step.get("to") or step.get("as")
        if step["do"] == "confirm":
            assert last[claim]["do"] == "rate"
            assert last[claim]["by"] != step["by"]
        if claim:
            last[claim] = step
    assert {step["do"] for step in last.values()} >= {"rate", "confirm"}


def test_a_reprint_of_the_despatch_never_corroborates() -> None:
    for step in STEPS:
        if step.get("stance") == "corroborated":
            holder = next(d for d in DOCUMENTS if step["quote"] in text_of(d["file"]))
            assert "AVP" not in text_of(holder["file"]), step["quote"]
