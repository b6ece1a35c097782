"""The dashboard, the alerts and the guide speak of figures that a real desk really tells."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from claims.clients import webhooks
from claims.ledger import signing
from sources import intake
from tests.claims import build
from tests.claims.desk.screens import proposed
from tests.conftest import Server
from tests.journeys.at_work import article, hand_in, until
from tests.tracker.watching.test_metrics import Samples, scraped, value, watched
from tracker.celery import heartbeat

__all__ = ["watched"]
DOCS = Path(__file__).resolve().parents[3] / "docs"
WATCHING = DOCS / "watching"
PREFIX = "claim_tracker_"
SELECTOR = re.compile(rf"{PREFIX}(?P<name>\w+)(?:\{{(?P<labels>[^}}]*)\}})?")
# Only told where there is a replica: tests/tracker/test_replica.py has one.
OF_A_REPLICA = re.compile(r"replica_|read_answers_")
LABEL = re.compile(r'(\w+)(=~?|!~)"([^"]*)"')


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((WATCHING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    shown = json.loads((WATCHING / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    return [panel for panel in shown if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


@pytest.fixture
def whole(watched: Server, worker: Server, settings: Any, tmp_path: Path) -> Samples:
    """A scrape of a desk where everything has happened once."""
    settings.SIGNING_KEY_FILE, settings.CHECKPOINT_FILE = (
        str(tmp_path / "signer" / name) for name in ("key", "checkpoint")
    )
    key = Path(settings.SIGNING_KEY_FILE)
    signing.make_key(key, name=settings.LOG_ORIGIN, seed=bytes(32), add=False)
    owner = User.objects.create(username="owner")
    webhooks.subscribe(name="CMS", user=owner, url="https://a.example", at=timezone.now())
    build.recorded(build.begins())
    proposed(number=7)
    call_command("sign-checkpoints")
    call_command("replay")
    ended = intake.receive(url="https://b.example/", by="t", at=timezone.now()).document
    intake.fail(ended, "There is no page.", at=timezone.now())
    hand_in(article("Arvelle", 2))
    heartbeat.delay()

    def done() -> bool:
        samples = scraped(watched)
        read = value(samples, "documents", state="read") == 1
        return read and value(samples, "beat_timestamp_seconds") is not None

    until(done)
    assert httpx.get(f"{watched.url}/admin/login/").status_code == 200
    return scraped(watched)


@pytest.mark.slow
def test_whatever_is_drawn_warned_of_or_explained_is_in_a_real_scrape(whole: Samples) -> None:
    for expression in expressions():
        found = list(SELECTOR.finditer(expression))
        assert found or expression.startswith("max(up"), expression
        for selector in (one for one in found if not OF_A_REPLICA.match(one["name"])):
            wanted = LABEL.findall(selector["labels"] or "")
            assert any(
                name == selector["name"] and all(fits(labels, *one) for one in wanted)
                for name, labels in whole
            ), f"{selector[0]} in {expression}"

    explained = documented()
    told = {re.sub(r"_(bucket|sum|count)$", "", name) for name, _labels in whole}
    assert told == explained


def fits(labels: tuple[tuple[str, str], ...], name: str, how: str, text: str) -> bool:
    """Does a sample have such a label? Of errors of ours there are none to be had here."""
    has = dict(labels).get(name)
    if how == "!~":
        return has is not None and not re.fullmatch(text, has)
    if how == "=" or has is None:
        return has == text
    return text == "5.." or bool(re.fullmatch(text, has))


def documented() -> set[str]:
    """The names in the guide's table of figures."""
    guide = (DOCS / "operations.md").read_text(encoding="utf-8")
    table = guide.split("### The figures")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    assert len(rules()) >= 20
    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["description"]
        assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))


def test_every_panel_has_a_place_of_its_own() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())


def test_prometheus_own_tool_finds_the_alerts_right_and_sees_them_come() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool on this machine (Debian: apt-get install prometheus)")
    for verb, name in (("check", "alerts.yml"), ("test", "alerts_test.yml")):
        command = [promtool, verb, "rules", str(WATCHING / name)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
