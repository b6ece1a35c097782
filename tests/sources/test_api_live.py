"""Sending documents to the real server: what a test in one process cannot show."""

import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from sources.models import Document
from tests.client import API, key

DOCUMENTS = f"{API}/documents/"


def post(live: Any, secret: str, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    """What the server answers to a JSON body, or to the headers of one that never comes."""
    connection = HTTPConnection(urlsplit(live.url).netloc, timeout=20)
    connection.putrequest("POST", DOCUMENTS)
    sent = {"Content-Length": str(len(body)), "Content-Type": "application/json", **headers}
    for name, value in {**sent, "Authorization": f"Bearer {secret}"}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


@pytest.fixture
def secret(committed: None) -> str:
    return key("Reviewer")


def test_a_document_of_200_megabytes_is_refused_before_it_is_on_its_way(
    live: Any, secret: str
) -> None:
    status, body = post(live, secret, b"", **{"Content-Length": str(200 * 10**6)})

    assert status == 413
    assert body["type"].endswith("/problems/too-large/")


def test_one_document_sent_eight_times_at_once_is_one_document(live: Any, secret: str) -> None:
    body = json.dumps({"text": "Le pont est fermé depuis lundi."}).encode()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(live, secret, body), range(8)))

    assert sorted(status for status, _ in answers) == [200] * 7 + [202]
    assert len({document["id"] for _, document in answers}) == 1
    assert Document.objects.count() == 1
