"""The five-minute guide does what it says, command by command, on a real desk."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.claims.build import begins, corroborated, disputed, recorded
from tests.client import key
from tests.conftest import ROOT, Server

GUIDE = (ROOT / "docs" / "quickstart.md").read_text()


def blocks(language: str) -> list[str]:
    """The examples of the guide in a language, in their order."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.slow
def test_the_guide_leads_from_a_key_to_every_change(live: Server, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    wording = "Le compte Loopi d’Hélène Marchadour réunissait 84 000 abonnés."
    recorded(begins(wording=wording), corroborated(2), disputed(3))
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {**os.environ, "DESK": live.url, "KEY": key(scopes=["read", "log"]), "PATH": tools}
    (tmp_path / "guide.sh").write_text("set -euo pipefail\n" + "\necho\n".join(blocks("sh")))
    (tmp_path / "guide.py").write_text("\n".join(blocks("python")))

    def run(*command: str) -> str:
        ran = subprocess.run(
            command, cwd=tmp_path, env=given, capture_output=True, text=True, timeout=120
        )
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
        return ran.stdout

    said = run("bash", "guide.sh")
    assert "304\n" in said
    assert '"stance":"' in said
    assert '"next":2' in said
    told = run(sys.executable, "guide.py")
    assert "disputed 2" in told
    assert "2 disputed" in told
