"""What goes on at a desk while it breaks: documents come in, people decide, readers follow.

Whoever gets no answer, or one that says nothing of what became of it, sends the same again, as the
API's problems advise and as a button that is pressed twice does. So in the end everything that was
asked is either accepted or refused, and both are kept to be compared with what the desk then holds.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock, Thread
from typing import Any
from uuid import uuid4

import httpx
from lxml import html

from tests.client import API
from tests.faults.desk import Desk
from tests.journeys.at_work import article

PATIENCE = 60  # seconds for the last answers, once everything is whole again
BUSY = "very busy"  # a page that was refused for no reason of the claim's
MOST = 200  # events of the feed at a time


@dataclass(frozen=True)
class Asked:
    """A decision that was sent, and whether the desk took it."""

    command: str
    verb: str
    about: str  # the proposal, or of "reword" the claim
    accepted: bool


@dataclass
class Load:
    """Clients of a desk, each a thread, from `begin` to `end` of a round."""

    desk: Desk
    seed: int
    sent: dict[str, int] = field(default_factory=dict)  # accepted documents, and their sentences
    asked: list[Asked] = field(default_factory=list)
    read: list[dict[str, Any]] = field(default_factory=list)  # the feed, from position 0
    wrong: list[str] = field(default_factory=list)  # what a client saw that must never be seen
    again: int = 0  # how often something had to be sent once more

    def __post_init__(self) -> None:
        self.stopping, self.lock = Event(), Lock()
        self.people = [Person(self, name) for name in self.desk.people["reviewers"][:2]]
        self.number = 0

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for person in self.people:
            person.browser.close()

    def begin(self) -> None:
        """Let everybody work."""
        self.stopping.clear()
        jobs = [self.hand_in, self.follow, self.decide, *(one.work for one in self.people)]
        self.threads = [Thread(target=self._keep, args=(job,), daemon=True) for job in jobs]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        """Let everybody come to the end of what they have begun; the desk must be whole."""
        self.stopping.set()
        deadline = time.monotonic() + PATIENCE
        for thread in self.threads:
            thread.join(max(0, deadline - time.monotonic()))
            if thread.is_alive():
                self.wrong.append("somebody got no answer for a minute from a desk that is whole")
                thread.join()

    def hand_in(self) -> None:
        """Send one document after the other, most of them short."""
        chance = random.Random(f"{self.seed} documents {self.number}")
        with self.by_key() as client:
            while not self.stopping.is_set():
                self.number += 1
                sentences = 25 if chance.random() < 0.1 else chance.randint(1, 5)
                text = article(f"Arvelle-{self.seed}-{self.number}", sentences).decode()
                send = partial(client.post, "/documents/", json={"text": text})
                answer = self.sure(partial(send, headers={"Idempotency-Key": str(uuid4())}))
                if answer.status_code in {200, 202}:
                    self.sent[answer.json()["id"]] = sentences
                else:
                    self.wrong.append(f"a document got {answer.status_code}: {answer.text[:200]}")
                self.stopping.wait(chance.uniform(0.2, 1))

    def decide(self) -> None:
        """Accept one proposal after the other over the API."""
        with self.by_key() as client:
            while not self.stopping.is_set():
                waiting = self.waiting(client)
                if waiting:
                    about = waiting[-1]["id"]  # the desk's people like the first ones
                    shown = self.sure(partial(client.get, f"/proposals/{about}/"))
                    command = str(uuid4())
                    send = partial(
                        client.post,
                        f"/proposals/{about}/decision/",
                        json={"decision": "accept", "command": command},
                        headers={"If-Match": shown.headers["ETag"]},
                    )
                    answer = self.sure(send)
                    if answer.status_code not in {200, 409, 412}:
                        self.wrong.append(f"a decision got {answer.status_code}: {answer.text}")
                    accepted = answer.status_code == 200
                    self.asked.append(Asked(command, "accept", about, accepted))
                self.stopping.wait(0.5)

    def waiting(self, client: httpx.Client) -> list[dict[str, Any]]:
        """Some of the proposals that wait."""
        answer = self.sure(partial(client.get, "/proposals/?state=open&limit=20"))
        found: list[dict[str, Any]] = answer.json()["results"]
        return found

    def follow(self) -> None:
        """Read the feed by its cursor alone."""
        with self.by_key() as client:
            while not self.stopping.is_set():
                self.follow_once(client)
                self.stopping.wait(0.2)

    def follow_once(self, client: httpx.Client) -> int:
        """Read on from where the reader is; how many events came."""
        first = len(self.read)
        asked = {"from": first, "limit": MOST}
        answer = self.sure(lambda: client.get("/events/", params=asked))
        page = answer.json().get("events", [])
        positions = [event["position"] for event in page]
        if positions != list(range(first, first + len(page))):
            self.wrong.append(f"the feed gave {positions} from {first} on")
        self.read += page
        return len(page)

    def by_key(self) -> httpx.Client:
        """A client of the API."""
        headers = {"Authorization": f"Bearer {self.desk.people['key']}"}
        return httpx.Client(base_url=self.desk.url + API, headers=headers, timeout=10)

    def sure(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer of a desk that knows what it says, however often it has to be asked."""
        while True:
            try:
                answer = send()
                if answer.status_code < 500 and BUSY not in answer.text:
                    return answer
                if answer.status_code not in {500, 503} and answer.status_code >= 500:
                    self.wrong.append(f"{answer.request.url} gave {answer.status_code}")
                if answer.status_code == 500:
                    self.unexpected(answer)
            except httpx.HTTPError:
                pass
            self.again += 1
            time.sleep(0.2)

    def unexpected(self, answer: httpx.Response) -> None:
        """An answer that says that nobody had thought of this."""
        with self.lock:
            where = f"{answer.request.method} {answer.request.url.path.split('/')[1:4]}"
            self.desk.ended.append(f"500 for {where}")

    def _keep(self, job: Callable[[], None]) -> None:
        """Work on whatever comes, and tell what must never come."""
        try:
            job()
        except Exception as error:  # noqa: BLE001  -- the test tells it
            self.wrong.append(f"{job.__name__}: {error!r}")


@dataclass
class Person:
    """A reviewer in a browser without pictures: opens a page, and sends the form that is there."""

    load: Load
    name: str

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.load.seed} {self.name}")
        self.browser = httpx.Client(base_url=self.load.desk.url, timeout=10)

    def work(self) -> None:
        """Decide one thing after the other."""
        with self.load.by_key() as client:
            while not self.load.stopping.is_set():
                if self.chance.random() < 0.7:
                    self.decide(client)
                else:
                    self.reword(client)
                self.load.stopping.wait(self.chance.uniform(0, 0.2))

    def decide(self, client: httpx.Client) -> None:
        """Accept or dismiss one of the proposals that wait."""
        if waiting := self.load.waiting(client):
            about = self.chance.choice(waiting)["id"]
            verb = self.chance.choice(["accept", "accept", "dismiss"])
            typed = {"reason": "Hors sujet."} if verb == "dismiss" else {}
            self.send(f"/admin/claims/proposal/{about}/change/", verb, about, typed)

    def reword(self, client: httpx.Client) -> None:
        """Put one of the claims in other words."""
        answer = self.load.sure(lambda: client.get("/claims/?limit=20"))
        if claims := answer.json()["results"]:
            about = self.chance.choice(claims)["id"]
            typed = {"wording": f"Autrement dit, {uuid4()}.", "reason": "Mieux dit."}
            self.send(f"/admin/claims/claim/{about}/change/", "reword", about, typed)

    def send(self, path: str, verb: str, about: str, typed: dict[str, str]) -> None:
        """Send a form of a page until the desk has taken or refused it."""
        form = self.form(path, verb)
        if form is None:
            return  # somebody else was quicker
        answer = self.load.sure(lambda: self.browser.post(path, data=form | typed))
        accepted = answer.status_code == 302 and "login" not in answer.headers["Location"]
        if not accepted and answer.status_code not in {200, 409}:
            where = answer.headers.get("Location", answer.text[:200])
            self.load.wrong.append(f"{verb} got {answer.status_code}: {where}")
        self.load.asked.append(Asked(form["command"], verb, about, accepted))

    def form(self, path: str, verb: str) -> dict[str, str] | None:
        """What the form for a verb holds as the page is shown; None where it has no such form."""
        answer = self.load.sure(lambda: self.browser.get(path))
        if answer.status_code == 302:
            self.log_in()
            answer = self.load.sure(lambda: self.browser.get(path))
        page: Any = html.fromstring(answer.text)
        for form in page.forms:
            fields = {name: value or "" for name, value in form.fields.items()}
            if fields.get("verb") == verb:
                return fields
        return None

    def log_in(self) -> None:
        """Log in by the form."""
        load = self.load
        load.sure(lambda: self.browser.get("/admin/login/"))
        typed = {"username": self.name, "password": load.desk.people["password"]}
        typed["next"] = "/admin/"

        def send() -> httpx.Response:
            token = {"csrfmiddlewaretoken": self.browser.cookies["csrftoken"]}
            return self.browser.post("/admin/login/", data=typed | token)

        answer = load.sure(send)
        if answer.status_code != 302:
            load.wrong.append(f"{self.name} could not log in: {answer.status_code}")
