"""The pages of the desk are all asked of one web server, which keeps nothing of a test."""

from collections.abc import Iterator

import pytest

from tests.conftest import Server, web_server


@pytest.fixture(scope="session")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real web server, started once for all tests of this folder."""
    server = web_server(tmp_path_factory.mktemp("web"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def live(committed: None, web: Server) -> Server:
    """Its address is `live.url`; no test here may stop it."""
    return web
