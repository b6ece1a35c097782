"""Look at a document's address again: was the article corrected, or is it gone?

Advertisements and counters change the bytes of a page at every visit; only another text is another
version, which then goes its usual way. What cannot be had is noted on the document, and what the
desk has of it stays.
"""

import time
from datetime import datetime
from urllib.parse import urlsplit

from sources import fetch, intake
from sources.models import Document, Version
from workers.matching.likeness import triples
from workers.reading import READER, Unreadable, read

SECONDS = 60.0  # after which no more are begun with: what is due is due the next time too
SAME_ARTICLE = 0.2  # the share of word triples in common of an article that was moved


class Moved(Exception):
    """The address leads to something else than the article now; the message says where."""


def recheck(document: Document, *, at: datetime) -> bool:
    """Whether there is another text at the address; if so it is the next version, to be read."""
    newest, new = intake.newest(document), False
    if newest is None or newest.removed_at is not None:
        return False  # What was taken down is not fetched again.
    try:
        page = fetch.fetch(document.url)
        if _says_otherwise(newest, page, at):
            received = intake.receive(
                body=page.body,
                url=document.url,
                content_type=page.content_type,
                by="recheck",
                at=at,
            )
            new = received.new
    except (Unreadable, fetch.Unfetchable, intake.Unacceptable, Moved) as error:
        intake.checked(document, str(error), at=at)
        return False
    intake.checked(document, "", at=at)
    return new


def recheck_due(*, at: datetime) -> int:
    """Look at the addresses that are due, for a while; how many had another text."""
    until, changed = time.monotonic() + SECONDS, 0
    while time.monotonic() < until and (found := intake.due(at=at)):
        changed += sum(recheck(document, at=at) for document in found)
    return changed


def _says_otherwise(newest: Version, page: fetch.Fetched, at: datetime) -> bool:
    """Whether a page has another text than the newest version, both as the reader is now.

    A text that an older reader cut may differ without anybody having corrected anything. Raises
    Moved where the address leads to a page that has next to nothing of the article.
    """
    body = bytes(newest.body)
    if body == page.body:
        return False
    there, asked = urlsplit(page.url), urlsplit(newest.document.url)
    if there.path.strip("/") == "" != asked.path.strip("/"):
        raise Moved("The address leads to the home page now.")
    found = read(page.body, content_type=page.content_type, url=page.url, fetched_at=at)
    known = newest.text or ""
    if newest.reader != READER:
        kind = newest.content_type
        known = read(body, content_type=kind, url=page.url, fetched_at=newest.captured_at).text
    elsewhere = (there.hostname, there.path) != (asked.hostname, asked.path)
    ours, theirs = triples(known), triples(found.text)
    if elsewhere and len(ours & theirs) < SAME_ARTICLE * min(len(ours), len(theirs)):
        raise Moved(f"The address leads to another page now: {page.url[:500]}.")
    return found.text != known
