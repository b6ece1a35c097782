"""Are the conditional and negation heard? French treebanks, sentence by sentence.

A sentence is conditional where a token of it has Mood=Cnd, whatever the conditional is for: that
it hedges is for `is_hedged` to say, which leaves out wishes and what follows an "if". A sentence is
negated where a token of it has Polarity=Neg or PronType=Neg, "ne" and "que" aside, because
"ne ... que" restricts and denies nothing.
"""

from pathlib import Path

from workers.evaluation.table import COUNTED, Table, counted
from workers.evaluation.treebank import treebanks
from workers.reading.modality import conditionals, is_negated


def measure(shared: Path) -> list[Table]:
    """Precision and recall of the conditional mood and of negation on each set that is there."""
    rows = []
    for name, found in treebanks(shared):
        texts = [sentence.text for sentence in found]
        mood = counted(
            [bool(conditionals(text)) for text in texts],
            [sentence.conditional for sentence in found],
        )
        negation = counted(
            [is_negated(text) for text in texts], [sentence.negated for sentence in found]
        )
        rows += [(f"{name}, conditional", *mood.cells), (f"{name}, negation", *negation.cells)]
    return [Table("Modality: which sentences are conditional or negated?", ("set", *COUNTED),
                  tuple(rows))]  # fmt: skip
