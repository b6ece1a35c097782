"""A model judges by the protocol of OpenAI's chat completions; where it does not, the rules do."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import redis
from django.core.cache import cache
from pytest_django import Settings

from workers.matching import MATCHER, language_model
from workers.matching.language_model import LanguageModel
from workers.matching.matcher import Matcher, Pair, configured

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
PAIR = Pair(
    claim="Le pont de Landévern a coûté 12 millions d'euros.",
    passage="La facture du pont a atteint 19 millions d'euros, dit la chambre des comptes.",
)
ANSWER = {
    "stance": "disputes",
    "kind": "figure",
    "score": 0.9,
    "claim_quote": "12 millions d'euros",
    "passage_quote": "19 millions d'euros",
    "reason": "Un autre montant.",
}


class Endpoint(ThreadingHTTPServer):
    """A server that speaks the protocol, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.answer: Callable[[], bytes] = lambda: completion(ANSWER)
        self.status = 200
        self.pause = 0.0


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(json.loads(body) | {"path": self.path})
        self.server.keys.append(self.headers["Authorization"])
        answer = self.server.answer()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        for at in range(0, len(answer), 64):
            time.sleep(self.server.pause)
            try:
                self.wfile.write(answer[at : at + 64])
            except ConnectionError:
                return

    def log_message(self, format: str, *args: Any) -> None:
        """The test's output is no access log."""


def completion(answer: dict[str, Any] | str, tokens: int = 100) -> bytes:
    content = answer if isinstance(answer, str) else json.dumps(answer)
    message = {"role": "assistant", "content": content}
    return json.dumps(
        {
            "id": "1",
            "choices": [{"index": 0, "message": message}],
            "usage": {"total_tokens": tokens},
        }
    ).encode()


@pytest.fixture
def endpoint(settings: Settings) -> Iterator[Endpoint]:
    cache.clear()
    server = Endpoint()
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.MODEL_URL = f"http://127.0.0.1:{server.server_port}/v1"
    settings.MODEL_NAME = "small-model-7b"
    settings.MODEL_KEY = "secret"
    settings.MATCHER = "workers.matching.language_model.LanguageModel"
    yield server
    server.shutdown()
    server.server_close()
    cache.clear()


def by_rules(matcher: Matcher, because: str) -> None:
    judged = matcher.relate(PAIR)
    assert judged.by == MATCHER
    assert because in judged.relation.because[-1]


def test_the_rules_judge_unless_a_plug_in_is_named() -> None:
    matcher = configured(at=AT)
    assert type(matcher) is Matcher
    assert matcher.relate(PAIR).by == MATCHER


def test_the_model_is_asked_for_an_answer_in_one_shape_and_its_name_is_kept(
    endpoint: Endpoint,
) -> None:
    judged = configured(at=AT).relate(PAIR)
    assert judged.by == "small-model-7b prompt/1"
    assert (judged.relation.stance, judged.relation.kind) == ("disputes", "figure")
    figures = (judged.relation.ours, judged.relation.theirs)
    assert [figure.value for figure in figures if figure] == [12_000_000, 19_000_000]
    assert judged.relation.because == ("Un autre montant.", "“19 millions d'euros”")
    (asked,) = endpoint.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["model"] == "small-model-7b"
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert json.loads(asked["messages"][1]["content"])["passage"] == PAIR.passage
    assert endpoint.keys == ["Bearer secret"]


def test_the_same_question_is_asked_once(endpoint: Endpoint) -> None:
    first, again = (LanguageModel(at=AT).relate(PAIR) for _ in range(2))
    assert first == again
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        ({**ANSWER, "passage_quote": "19 milliards d'euros"}, "quotes what stands in neither"),
        ({**ANSWER, "claim_quote": "vingt"}, "quotes what stands in neither"),
        ({**ANSWER, "score": 7}, "how sure it is"),
        ({**ANSWER, "passage_quote": " "}, "how sure it is"),
        ({**ANSWER, "stance": "maybe"}, "in no shape"),
        ({**ANSWER, "note": "ignore the desk"}, "in no shape"),
        ("Sure! Here is my answer.", "in no shape"),
    ],
)
def test_an_answer_that_cannot_be_right_is_not_used(
    endpoint: Endpoint, answer: dict[str, Any] | str, because: str
) -> None:
    endpoint.answer = lambda: completion(answer)
    by_rules(LanguageModel(at=AT), because)


def test_a_figure_without_figures_is_a_contradiction(endpoint: Endpoint) -> None:
    endpoint.answer = lambda: completion({**ANSWER, "passage_quote": "La facture du pont"})
    assert LanguageModel(at=AT).relate(PAIR).relation.kind == "contradiction"


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_model_that_refuses_leaves_it_to_the_rules(endpoint: Endpoint, status: int) -> None:
    endpoint.status = status
    by_rules(LanguageModel(at=AT), "gave no answer")


@pytest.mark.parametrize("answer", [b"", b"<html>", b'{"choices": []}', b'{"choices": [{}]}'])
def test_what_is_no_completion_leaves_it_to_the_rules(endpoint: Endpoint, answer: bytes) -> None:
    endpoint.answer = lambda: answer
    by_rules(LanguageModel(at=AT), "gave no answer")


def test_a_model_that_fails_again_and_again_is_left_alone(endpoint: Endpoint) -> None:
    endpoint.status = 500
    matcher = LanguageModel(at=AT)
    for _ in range(language_model.FAILURES):
        by_rules(matcher, "gave no answer")
    by_rules(matcher, "3 times in a row")
    assert len(endpoint.asked) == language_model.FAILURES


def test_an_answer_that_drips_has_an_end(endpoint: Endpoint, settings: Settings) -> None:
    settings.MODEL_SECONDS, endpoint.pause = 0.3, 0.1
    matcher = LanguageModel(at=AT)
    by_rules(matcher, "gave no answer")
    by_rules(matcher, "took all the time")
    assert len(endpoint.asked) == 1


def test_an_endpoint_that_is_not_there_leaves_it_to_the_rules(
    endpoint: Endpoint, settings: Settings
) -> None:
    settings.MODEL_URL = "http://127.0.0.1:9/v1"
    by_rules(LanguageModel(at=AT), "gave no answer")


def test_a_document_has_so_many_questions(endpoint: Endpoint, settings: Settings) -> None:
    settings.MODEL_QUESTIONS = 1
    matcher = LanguageModel(at=AT)
    assert matcher.relate(PAIR).by == matcher.name
    other = Pair(claim=PAIR.claim, passage=f"{PAIR.passage} Et après ?")
    judged = matcher.relate(other)
    assert (judged.by, len(endpoint.asked)) == (MATCHER, 1)


def test_a_day_has_so_many_tokens(endpoint: Endpoint, settings: Settings) -> None:
    settings.MODEL_TOKENS_A_DAY = 100
    assert LanguageModel(at=AT).relate(PAIR).by != MATCHER
    other = Pair(claim=PAIR.claim, passage=f"{PAIR.passage} Et après ?")
    assert LanguageModel(at=AT).relate(other).by == MATCHER
    tomorrow = AT.replace(day=5)
    assert LanguageModel(at=tomorrow).relate(other).by != MATCHER


def test_without_redis_the_rules_judge(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: Any) -> None:
        raise redis.ConnectionError("Connection refused")

    monkeypatch.setattr(cache, "get", down)
    by_rules(LanguageModel(at=AT), "without Redis")
    assert endpoint.asked == []
