"""The house keeps its shape: its rooms, their size, and what stands at its door."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from tracker import server, settings

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("tracker", "claims", "sources", "workers")
TOP = {
    "CHANGELOG.md", "LICENSE", "README.md", "claims", "docker-compose.yml", "docs", "manage.py",
    "pyproject.toml", "requirements.txt", "seeds", "sources", "tests", "tracker", "workers",
}  # fmt: skip


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def test_nothing_else_stands_at_the_top_of_the_house() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, node.name


def test_a_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if not ast.get_docstring(tree := ast.parse(path.read_text(encoding="utf-8")))
        and len(tree.body) > 3
    ]
    assert silent == []


def test_the_lock_names_versions_and_hashes_and_no_host() -> None:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    pinned = [line for line in lock.splitlines() if line and line[0].isalnum()]
    assert pinned
    assert all("==" in line for line in pinned)
    assert lock.count("--hash=sha256:") >= len(pinned)


def test_the_lock_holds_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8").lower()
    for one in asked:
        name = one.split("[")[0].split(">")[0].split("=")[0].strip().lower()
        assert f"\n{name}==" in f"\n{lock}", name


def test_every_setting_is_in_the_operators_guide_and_nothing_else_is() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = guide.partition("## Settings")[2].partition("\n## ")[0]
    told = set(re.findall(r"`([A-Z_]+)`", "".join(re.findall(r"^\| (.+?) \|", table, re.M))))
    source = (ROOT / "tracker" / "settings.py").read_text(encoding="utf-8")
    written = set(re.findall(r'(?:env\.\w+|database)\(\s*"([A-Z_]+)"', source))
    # What was asked for while settings were read, and the servers' own.
    assert told == settings.env.names | server.env.names | written
    assert len(told) > 40
