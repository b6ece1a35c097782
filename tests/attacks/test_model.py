"""The threat model names places in the code and tests, which have to be there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def named() -> list[Path]:
    """Every file and folder that docs/security.md names; a bare name is beside the one before."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    places: list[Path] = []
    for name in re.findall(r"`([\w./-]+(?:/[\w.-]+|\.py|\.sql|\.md|\.yml|/run))`", text):
        beside = places[-1].parent / name if places and "/" not in name else ROOT / name
        places.append(beside if beside.exists() else ROOT / name)
    return places


def test_every_place_that_the_threat_model_names_is_there() -> None:
    places = named()
    assert len(places) > 30
    assert [str(place.relative_to(ROOT)) for place in places if not place.exists()] == []


def test_every_threat_has_a_test() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = text.partition("## Threats")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?!threat|---)(.+?) \|(.+)\|(.+)\|$", table, re.MULTILINE)
    assert len(rows) > 20
    untested = [
        threat for threat, _, shown in rows if "tests/" not in shown and ".ci/run" not in shown
    ]
    assert untested == ["a package with a known hole, or another one than we looked at"]
