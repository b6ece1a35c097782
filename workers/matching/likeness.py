"""Which texts are copies of each other: sketches to find near-copies by, and how near they are.

A sketch is a set of 64-bit keys of which two texts share at least one where they are near-copies,
and hardly ever otherwise: the bands of a MinHash over word triples (Broder, "On the resemblance and
containment of documents", 1997), which find a text that was reworded, and one key for each long
sentence, which finds a piece of it inside another text. A shared key is only a hint; `containment`
decides. Keys are stored, so that everything here gives the same for ever: a new way of making
them is a new version of the reader.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from workers.matching.words import fold

COPY = 0.3  # share of the smaller text's word triples that the other one has
FEWEST_TRIPLES = 30  # of less text nobody can say whose it is
LONG_SENTENCE = 8  # words; a shorter one is anybody's
MOST_SENTENCES = 400
HASHES, BAND = (
    128,
    2,
)  # two texts that have .3 of their triples in common share a band 99.7% of times

_WORD = re.compile(r"\w+")


def triples(text: str) -> frozenset[int]:
    """The word triples of a text, without case, accents and punctuation, as 64-bit numbers."""
    words = _words(text)
    return frozenset(
        _number(" ".join(three)) for three in zip(words, words[1:], words[2:], strict=False)
    )


def containment(one: frozenset[int], other: frozenset[int]) -> float:
    """How much of the smaller text the other one has, from 0 to 1; 0 where it is too short."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= FEWEST_TRIPLES else 0.0


def sketch(sentences: Iterable[str]) -> list[int]:
    """The keys of a text, given by its sentences, as signed 64-bit numbers in order.

    Empty where the text is too short for anybody to say whose it is.
    """
    said = list(sentences)
    found = triples("\n".join(said))
    if len(found) < FEWEST_TRIPLES:
        return []
    spoken = [words for sentence in said if len(words := _words(sentence)) >= LONG_SENTENCE]
    keys = {_number(" ".join(words)) for words in spoken[:MOST_SENTENCES]}
    return sorted({_signed(key) for key in keys} | set(_bands(found)))


def _bands(found: frozenset[int]) -> list[int]:
    """MinHash by multiplication and addition modulo 2^64, two values to a band."""
    numbers = np.fromiter(found, np.uint64, len(found))
    least = np.array([(numbers * a + b).min() for a, b in _COEFFICIENTS], np.uint64)
    bands = least.reshape(-1, BAND)
    return [_signed(_number(f"{at} {band.tolist()}")) for at, band in enumerate(bands)]


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _signed(key: int) -> int:
    """The key as PostgreSQL's bigint holds it."""
    return key - 2**64 if key >= 2**63 else key


def _coefficients() -> NDArray[np.uint64]:
    """Fixed for ever; the multipliers are odd, so that no number is lost."""
    rows = [(_number(f"multiply {n}") | 1, _number(f"add {n}")) for n in range(HASHES)]
    return np.array(rows, np.uint64)


_COEFFICIENTS = _coefficients()
