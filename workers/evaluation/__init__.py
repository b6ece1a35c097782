"""How well the workers read: labelled data in, tables out, by the very code that the desk runs.

One module a measure, named in MEASURES. Each is given the folder of public sets and measures what
it finds there, and what the project has labelled itself under `tests/`.
"""

from collections.abc import Callable
from pathlib import Path

from workers.evaluation import annotated, articles, figures, modality, retrieval, sentences, stance
from workers.evaluation.table import Table

MEASURES: dict[str, Callable[[Path], list[Table]]] = {
    "sentences": sentences.measure,
    "modality": modality.measure,
    "annotated": annotated.measure,
    "figures": figures.measure,
    "stance": stance.measure,
    "retrieval": retrieval.measure,
    "articles": articles.measure,
}
