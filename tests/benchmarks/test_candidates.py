"""Finding claims for a text, by the number of claims, beside bm25s in memory."""

import random
import time
from collections.abc import Callable
from statistics import quantiles
from uuid import UUID

import bm25s
import psycopg
from psycopg import sql

from claims import lexemes
from workers.matching.search import candidates

SIZES = {"quick": (10_000, 100_000), "long": (10_000, 100_000, 1_000_000)}
LIMIT = 50
QUERIES = 100
DAY = "2026-01-01"
COLUMNS = (
    "id, claim, begins, wording, language, claimant, context, score, priority, disputed, revision, "
    "state, created_at, reason"
)


class Vocabulary:
    """Words as often as Zipf says, from letters that no stemmer cuts."""

    def __init__(self, seed: int, words: int = 60_000) -> None:
        self.random = random.Random(seed)
        self.words = ["".join(self.random.choices("bdfgkmptvz", k=6)) for _ in range(words)]
        self.weights = [1 / (rank + 10) for rank in range(words)]

    def texts(self, many: int, words: int) -> list[str]:
        """So many texts of so many words each."""
        drawn = self.random.choices(self.words, self.weights, k=many * words)
        return [" ".join(drawn[at : at + words]) for at in range(0, len(drawn), words)]


def put_in(owner: psycopg.Connection, texts: list[str]) -> None:
    """Claims that wait as proposals; the words are counted once, and not claim by claim."""
    draw = random.Random(len(texts))
    owner.execute("ALTER TABLE claims_proposal DISABLE TRIGGER count_lexemes")
    copying = sql.SQL("COPY claims_proposal ({}) FROM STDIN").format(sql.SQL(COLUMNS))
    with owner.cursor().copy(copying) as copy:
        for text in texts:
            claim = str(UUID(int=draw.getrandbits(128), version=4))
            copy.write_row(
                (
                    claim,
                    claim,
                    True,
                    text,
                    "fr",
                    "",
                    "",
                    0.5,
                    0.5,
                    False,
                    1,
                    "open",
                    "2026-01-01",
                    "",
                )
            )
    owner.execute("ALTER TABLE claims_proposal ENABLE TRIGGER count_lexemes")
    lexemes.recount()
    owner.execute("VACUUM ANALYZE claims_proposal")
    owner.execute("VACUUM ANALYZE claims_lexeme")


def timed(search: Callable[[str], object], texts: list[str]) -> tuple[float, float]:
    """Milliseconds a text takes, in the median and at the 95th percentile."""
    taken = []
    for text in texts:
        begin = time.perf_counter()
        search(text)
        taken.append((time.perf_counter() - begin) * 1000)
    cuts = quantiles(taken, n=20)
    return cuts[9], cuts[18]


def in_memory(texts: list[str]) -> Callable[[str], object]:
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, stopwords=None, show_progress=False), show_progress=False)

    def search(text: str) -> object:
        asked = bm25s.tokenize([text], stopwords=None, show_progress=False)
        return index.retrieve(asked, k=LIMIT, show_progress=False)

    return search


def test_by_the_number_of_claims(
    server: str, asked: str, tell: Callable[[str], None], owner_connection: psycopg.Connection
) -> None:
    vocabulary = Vocabulary(1)
    questions = vocabulary.texts(QUERIES, 25)
    rows = [f"Candidates ({server})", "     claims    SQL p50      p95   bm25s p50      p95"]
    texts: list[str] = []
    for size in SIZES[asked]:
        new = vocabulary.texts(size - len(texts), 18)
        put_in(owner_connection, new)
        texts += new
        assert candidates(texts[0], LIMIT)
        ours = timed(lambda text: candidates(text, LIMIT), questions)
        theirs = timed(in_memory(texts), questions)
        rows.append(
            f"  {size:>9,} {ours[0]:>7.1f} ms {ours[1]:>5.1f} ms {theirs[0]:>8.1f} ms "
            f"{theirs[1]:>5.1f} ms"
        )
    tell("\n".join(rows))
