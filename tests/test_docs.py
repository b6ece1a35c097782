"""The documentation is whole: what there is, is documented, and the pages lead to each other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from claims import events
from tracker import metrics

ROOT = Path(__file__).resolve().parent.parent
DOCS = {path.name: path.read_text() for path in (ROOT / "docs").glob("*.md")}
COMMANDS = [
    path.stem for path in ROOT.glob("*/management/commands/*.py") if not path.stem.startswith("_")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_a_guide(command: str) -> None:
    guides = [(ROOT / "README.md").read_text(), *DOCS.values()]
    assert any(re.search(rf"manage\.py {command}\b", text) for text in guides)


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
