"""A day in the life of a reviewer, of a program that reads the API, and of a stranger."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx
from lxml import html

from tests.client import API
from tests.journeys.at_work import PASSWORD
from tests.load import day
from tests.load.day import Day
from tests.load.driver import Closed, Driver, Failed
from tests.load.prepared import Morning, sentence

QUEUE = "/admin/claims/proposal/"
ARRIVING = 0.1  # of the day, within which all reviewers come
AT_ONCE = 3  # proposals that somebody takes on at once
CONTEXT = ssl.create_default_context()  # made once: it reads every certificate there is


@asynccontextmanager
async def connected() -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's connections to the desk, a new one for each request.

    One that is kept may be closed by the server while the next request is on its way, as HTTP
    allows: that would be no error of the desk's, and could not be told from one.
    """
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(limits=limits, verify=CONTEXT, trust_env=False) as client:
        yield client


class Reviewer:
    """Logs in, takes on what waits, and decides it by the forms of the pages."""

    def __init__(
        self, driver: Driver, client: httpx.AsyncClient, name: str, chance: Random
    ) -> None:
        self.driver, self.client, self.name, self.chance = driver, client, name, chance

    async def day(self, plan: Day) -> None:
        """From the door to the last decision, and out again."""
        await self.driver.until(self.chance.uniform(0, ARRIVING) * plan.seconds)
        await self._log_in()
        for moment in day.times(plan, plan.decisions, self.chance)[::AT_ONCE]:
            await self.driver.until(max(moment, self.driver.now()))
            with suppress(Failed):
                await self._sitting(min(AT_ONCE, plan.decisions))
        await self._post("log out", "/admin/logout/", {}, expected=(200, 302))

    async def _log_in(self) -> None:
        await self._get("log-in page", "/admin/login/")
        typed = {"username": self.name, "password": PASSWORD, "next": "/admin/"}
        await self._post("log in", "/admin/login/", typed, expected=(302,))
        await self._get("first page", "/admin/")

    async def _sitting(self, many: int) -> None:
        """Take some proposals on, and decide them."""
        page = f"{QUEUE}?p={self.chance.randint(1, 3)}"
        queue = await self.driver.ask(self.client, "queue", page, expected=(200, 302))
        if queue.status_code == 302:  # so long it is no more, and the admin leads to its beginning
            queue = await self._get("queue", queue.headers["Location"])
        shown: Any = html.document_fromstring(queue.text)
        rows = shown.xpath("//input[@name='_selected_action']/@value")
        if not rows:
            return
        chosen = self.chance.sample(rows, min(many, len(rows)))
        taken = {"action": "take_on", "_selected_action": chosen}
        await self._post("take on", QUEUE, taken, expected=(302,))
        for proposal in chosen:
            await self._decide(f"{QUEUE}{proposal}/change/")
            await self.driver.until(self.driver.now() + self.chance.expovariate(1))

    async def _decide(self, address: str) -> None:
        page = await self._get("proposal", address)
        await self._post("who has it open", address.replace("/change/", "/open/"), {})
        verb = "accept" if self.chance.random() < 0.6 else "dismiss"
        form = _form(page, verb)
        if form is None:  # a colleague was faster
            self.driver.done["found it decided"] += 1
            return
        if verb == "dismiss":
            form["reason"] = "Hors sujet."
        answer = await self._post(verb, address, form, expected=(302, 409))
        if answer.status_code == 409:
            self.driver.done["a colleague was first"] += 1
            return
        self.driver.done[verb] += 1
        await self._get("next proposal", answer.headers["Location"])

    async def _get(self, kind: str, path: str) -> httpx.Response:
        return await self.driver.ask(self.client, kind, path)

    async def _post(
        self, kind: str, path: str, form: Mapping[str, Any], expected: tuple[int, ...] = (200,)
    ) -> httpx.Response:
        sent = {**form, "csrfmiddlewaretoken": self.client.cookies["csrftoken"]}
        return await self.driver.ask(
            self.client, kind, path, method="POST", expected=expected, data=sent
        )


def _form(page: httpx.Response, verb: str) -> dict[str, str] | None:
    """The fields of the page's form for a verb, as a browser would send them."""
    forms: Any = html.document_fromstring(page.text)
    for found in forms.forms:
        fields = dict(found.fields)
        if fields.get("verb") == verb:
            return {name: value or "" for name, value in fields.items()}
    return None


class Client:
    """A program that asks for what it follows, most of the time whether anything is new."""

    def __init__(
        self, driver: Driver, client: httpx.AsyncClient, secret: str, chance: Random, known: Morning
    ) -> None:
        self.driver, self.client, self.chance = driver, client, chance
        self.claims = chance.sample(known.claims, min(3, len(known.claims)))
        self.key = {"Authorization": f"Bearer {secret}"}
        self.etags: dict[UUID, str] = {}
        self.position = 0
        self.documents: list[str] = []

    async def day(self, moments: list[float], wishes: list[str]) -> None:
        """Ask for one thing after the other, each at its time."""
        for moment, wish in zip(moments, wishes, strict=True):
            await self.driver.until(max(moment, self.driver.now()))
            asking: Callable[[], Awaitable[None]] = getattr(self, wish)
            with suppress(Failed):
                await asking()

    async def status(self) -> None:
        claim = self.chance.choice(self.claims)
        known = {"If-None-Match": self.etags[claim]} if claim in self.etags else {}
        kind = "status, if changed" if known else "status"
        answer = await self._get(kind, f"/claims/{claim}/", known, (200, 304) if known else (200,))
        self.etags[claim] = answer.headers["ETag"]
        if answer.status_code == 200:
            self.driver.must(answer.json()["id"] == str(claim), f"{claim} is another claim")

    async def listing(self) -> None:
        asked = self.chance.choice(
            ["", "?status=disputed", "?q=pont", "?limit=10&include=evidence"]
        )
        answer = await self._get("list", f"/claims/{asked}")
        self.driver.must("results" in answer.json(), "a list without results")

    async def history(self) -> None:
        await self._get("history", f"/claims/{self.chance.choice(self.claims)}/events/")

    async def evidence(self) -> None:
        await self._get("evidence", f"/claims/{self.chance.choice(self.claims)}/evidence/")

    async def feed(self) -> None:
        await self._follow("feed", f"/events/?from={self.position}&limit=200")

    async def long_poll(self) -> None:
        """Jump to the end of the feed, and wait there."""
        size = (await self._get("feed", f"/events/?from={2**40}")).json()["size"]
        self.position = max(self.position, size)
        wait = self.chance.randint(1, 5)
        await self._follow("feed, waiting up to 5 s", f"/events/?from={self.position}&wait={wait}")

    async def match(self) -> None:
        said = sentence(self.chance.randrange(500))
        await self._post("match", "/match", {"text": f"{said} Le maire l'a dit."}, (200,))

    async def send(self) -> None:
        """Send an article; in one case of four twice, as after a broken connection."""
        number = 500_000 + self.chance.randrange(10**6)
        body = {"title": f"À Ville-{number}", "text": sentence(number)}
        name = {"Idempotency-Key": str(uuid4())}
        first = await self._post("send", "/documents/", body, (200, 202), name)
        self.documents.append(first.json()["id"])
        if self.chance.random() < 0.25:
            again = await self._post("send", "/documents/", body, (first.status_code,), name)
            same = again.json()["id"] == first.json()["id"]
            self.driver.must(same, f"{name} made two documents of one")

    async def follow_up(self) -> None:
        """How far is what I sent?"""
        where = f"{self.documents[-1]}/" if self.documents else ""
        await self._get("document" if where else "documents", f"/documents/{where}")

    async def _follow(self, kind: str, path: str) -> None:
        """Go on in the feed, in which no position may be left out."""
        answer = (await self._get(kind, path)).json()
        positions = [event["position"] for event in answer["events"]]
        whole = positions == list(range(self.position, answer["next"]))
        self.driver.must(whole, f"the feed from {self.position} on is {positions}")
        self.position = answer["next"]

    async def _get(
        self,
        kind: str,
        path: str,
        headers: dict[str, str] | None = None,
        expected: tuple[int, ...] = (200,),
    ) -> httpx.Response:
        sent = {**self.key, **(headers or {})}
        return await self.driver.ask(self.client, kind, API + path, expected=expected, headers=sent)

    async def _post(
        self, kind: str, path: str, body: dict[str, str], expected: tuple[int, ...],
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:  # fmt: skip
        sent = {**self.key, **(headers or {})}
        return await self.driver.ask(
            self.client, kind, API + path, method="POST", expected=expected, headers=sent, json=body
        )


async def stranger(
    driver: Driver, client: httpx.AsyncClient, moments: list[float], chance: Random, known: Morning
) -> None:
    """Reads what everybody may read."""
    for moment in moments:
        await driver.until(max(moment, driver.now()))
        page = f"/claims/{chance.choice(known.public)}"
        about = f"{driver.url}{page}"
        kind, path = chance.choice(
            [
                ("public page", page),
                ("public page", page),
                ("public card", f"{page}/card"),
                ("public list", "/claims/"),
                ("public list", "/claims/?q=pont"),
                ("public feed", "/claims/feed.atom"),
                ("oembed", f"/oembed?url={about}"),
            ]
        )
        with suppress(Failed):
            await driver.ask(client, kind, path)


async def till_closing(life: Awaitable[None]) -> None:
    """Live until the day is over, or until somebody cannot even get in."""
    with suppress(Closed, Failed):
        await life
