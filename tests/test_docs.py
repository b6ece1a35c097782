"""The documentation is whole: what there is, is documented, and the pages lead to each other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import BaseCommand, get_commands, load_command_class

from claims import events
from tracker.watching import metrics

ROOT = Path(__file__).resolve().parent.parent
DOCS = {path.name: path.read_text() for path in (ROOT / "docs").glob("*.md")}
COMMANDS = [
    path.stem for path in ROOT.glob("*/management/commands/*.py") if not path.stem.startswith("_")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_a_guide(command: str) -> None:
    guides = [(ROOT / "README.md").read_text(), *DOCS.values()]
    assert any(re.search(rf"manage\.py {command}\b", text) for text in guides)


def options(command: str) -> tuple[set[str], set[str]]:
    """The options of one of our commands beside Django's own, and those that must be given."""
    mine = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    theirs = BaseCommand().create_parser("manage.py", command)
    known = {option for action in theirs._actions for option in action.option_strings}
    own = [one for one in mine._actions if one.option_strings and one.dest != "help"]
    names = {name for one in own for name in one.option_strings if name not in known}
    return names, {one.option_strings[0] for one in own if one.required}


@pytest.mark.parametrize("command", sorted({*COMMANDS} - {"migrate"}))
def test_a_command_has_the_options_that_the_guides_name_and_no_others(command: str) -> None:
    text = "\n".join([(ROOT / "README.md").read_text(), *DOCS.values()])
    there, needed = options(command)
    assert {name for name in there if not re.search(rf"(?<![\w-]){name}\b", text)} == set()
    for line in re.findall(rf"manage\.py {command}\b(?!-)([^`\n]*)", text):
        named = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", line))
        assert named <= there, line
        assert "..." in line or needed <= named, f"manage.py {command}{line}"


@pytest.mark.parametrize("word", events.WORDS)
def test_every_word_of_the_ledger_is_in_its_specification(word: str) -> None:
    assert f"| `{word}` |" in DOCS["ledger.md"]


def test_every_metric_is_in_the_operators_guide() -> None:
    source = Path(metrics.__file__).read_text()
    named = set(re.findall(r'_(?:one|gauge)\(\s*"([a-z_]+)"', source))
    assert len(named) > 10
    assert {name for name in named if f"`{name}`" not in DOCS["operations.md"]} == set()


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    command += ["--config-file", str(ROOT / ".mkdocs.yml"), "--site-dir", str(tmp_path / "site")]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    assert (tmp_path / "site" / "ledger" / "index.html").exists()
