"""Are sentences cut where people cut them? French treebanks, by the ends of their sentences.

A treebank is a list of sentences; what stood between them is lost. It is put back in two ways, and
both are printed. "As printed": a space follows a sentence that ends with a full stop, a question
or exclamation mark or an ellipsis (and what closes behind it), and a line ends after any other,
as after a title, a signature or an item of a list in a newspaper. "One line": a space follows each
sentence, so that an end without any mark can be found by nobody.

An end counts as found where the reader ends a sentence at that very character.
"""

import re
from collections.abc import Callable
from pathlib import Path

from workers.evaluation.table import COUNTED, Counted, Table
from workers.evaluation.treebank import Sentence, treebanks
from workers.reading.passages import lines, sentences

_TERMINATED = re.compile(r"[.!?…][\s»”\"'’)\]]{0,6}$")


def as_printed(before: Sentence) -> str:
    """What a newspaper puts behind a sentence: a new line where no mark ends it."""
    return " " if _TERMINATED.search(before.text) else "\n"


def one_line(before: Sentence) -> str:
    """A space, whatever the sentence ends with."""
    return " "


JOINS = {"as printed": as_printed, "one line": one_line}


def measure(shared: Path) -> list[Table]:
    """Precision and recall of the ends of sentences on each set that is there."""
    rows = [
        (f"{name}, {joined}", *boundaries(found, join).cells)
        for name, found in treebanks(shared)
        for joined, join in JOINS.items()
    ]
    return [Table("Sentences: do they end where people end them?", ("set", *COUNTED), tuple(rows))]


def boundaries(found: list[Sentence], join: Callable[[Sentence], str]) -> Counted:
    """Join the sentences to one text, cut it, and compare where sentences end."""
    text, truth = "", set[int]()
    for sentence in found:
        text += sentence.text
        truth.add(len(text))
        text += join(sentence)
    ends = {end for line in lines(text) for _, end in sentences(text, line)}
    return Counted(right=len(ends & truth), wrong=len(ends - truth), missed=len(truth - ends))
