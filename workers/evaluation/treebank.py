"""Sentences of a Universal Dependencies treebank, as far as the measures need them.

Format: https://universaldependencies.org/format.html (CoNLL-U): `# text = ...`, then one line a
token of ten columns, of which the second is the form and the sixth the features.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SETS = {
    "GSD dev": "ud-fr/gsd-dev.conllu",
    "Sequoia (Est Républicain)": "ud-fr/sequoia-annodis-er.conllu",
}
_RESTRICTION = frozenset({"ne", "n'", "n’", "que", "qu'", "qu’"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with the form and the features of each of its tokens."""

    text: str
    tokens: tuple[tuple[str, frozenset[str]], ...]

    @property
    def conditional(self) -> bool:
        """Does it hold a verb in the conditional mood (Mood=Cnd)?"""
        return any("Mood=Cnd" in features for _, features in self.tokens)

    @property
    def negated(self) -> bool:
        """Does it hold a negation? "ne ... que" restricts and denies nothing; it is none."""
        negative = {
            form.lower()
            for form, features in self.tokens
            if {"Polarity=Neg", "PronType=Neg"} & features
        }
        neither = any(form.lower() == "ni" for form, _ in self.tokens)  # its feature is on "ne"
        return bool(negative - _RESTRICTION) or (bool(negative) and neither)


def treebanks(shared: Path) -> Iterator[tuple[str, list[Sentence]]]:
    """Name and sentences of each set that is in the folder of public sets."""
    for name, path in SETS.items():
        if (file := shared / "eval" / path).is_file():
            yield name, list(_sentences(file))


def _sentences(path: Path) -> Iterator[Sentence]:
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = block.splitlines()
        text = next((row[9:] for row in rows if row.startswith("# text = ")), "")
        columns = [row.split("\t") for row in rows if row[:1].isdigit()]
        if text:
            tokens = tuple((row[1], frozenset(row[5].split("|"))) for row in columns)
            yield Sentence(text, tokens)
