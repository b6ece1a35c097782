"""The description of the API is exactly true: a machine that believes it finds nothing wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from claims.events import Confirmed, Published, Rated
from claims.models import ApiKey, Story, StoryClaim
from tests.claims import build
from tests.claims.build import begins, corroborated, disputed, recorded, say
from tests.claims.desk.screens import proposed
from tests.client import API, key
from tests.conftest import Server

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance,negative_data_rejection,"
    "unsupported_method,allow_header_conformance,ignored_auth"
)

# A body may be too large before anybody looks at what it says.
SETTINGS = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 411, 412, 413, 415, 422, 428, 429]
"""


@pytest.fixture
def desk(live: Server) -> Server:
    """A desk with a little of everything."""
    claim = recorded(begins(), corroborated(2), disputed(3))
    say(claim, Published(), Rated(verdict="false", explanation="Trente-sept.", against=3))
    say(claim, Confirmed(rating=5), by="user:2")
    erased = recorded(begins(4))
    build.erased(erased, 1)
    story = Story.objects.create(name="The election")
    StoryClaim.objects.create(story=story, claim=claim)
    proposed(number=7)
    return live


@pytest.mark.slow
def test_schemathesis_finds_nothing(desk: Server, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run",
        f"{desk.url}{API}/schema/?format=json",
        "--header", f"Authorization: Bearer {key('Reviewer')}",
        "--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--seed", "1",
        "--checks", CHECKS,
        "--exclude-path", f"{API}/events/stream", "--no-color", "--generation-database", "none",
        "--request-timeout", "20",
    ]  # fmt: skip
    (tmp_path / "schemathesis.toml").write_text(SETTINGS)
    ApiKey.objects.update(per_minute=1_000_000)
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
