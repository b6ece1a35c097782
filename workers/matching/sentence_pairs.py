"""A local model of sentence pairs (natural language inference) judges, from a folder of ONNX files.

MODEL_PATH holds `model.onnx`, `tokenizer.json` and `config.json` as Hugging Face's exporters write
them; the labels in `id2label` must be entailment, contradiction and anything else for neither. The
passage is the premise and the claim the hypothesis. Nothing is fetched.
"""

import hashlib
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from workers.matching.matcher import Judged, Matcher, Pair
from workers.matching.relation import Relation, Stance

LONGEST = 512  # tokens of a pair
STANCES: dict[str, Stance] = {"entailment": "supports", "contradiction": "disputes"}


class SentencePairs(Matcher):
    """The model at MODEL_PATH judges; of a dispute the rules say whether it is one of figures."""

    def __init__(self, *, at: datetime) -> None:
        super().__init__(at=at)
        self.model = _loaded(Path(settings.MODEL_PATH))

    def relate(self, pair: Pair) -> Judged:
        """What the passage says to the claim, by the label that the model finds likeliest."""
        label, score = self.model.label(pair.passage, pair.claim)
        because = (f"the model reads {label}: {score:.2f}",)
        found = Relation(STANCES.get(label, "unrelated"), score, because)
        if found.stance == "disputes":
            found = replace(found, kind="contradiction")
            ruled = super().relate(pair).relation
            if ruled.stance == "disputes":
                found = replace(ruled, score=score, because=(*because, *ruled.because))
        return Judged(found, self.model.name)


class _Model:
    """A tokenizer and a network that go together; `name` says which, by the network's digest."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        network = (folder / "model.onnx").read_bytes()
        self.name = f"{folder.name} {hashlib.sha256(network).hexdigest()[:12]}"
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
        self.inputs = {node.name for node in self.session.get_inputs()}
        config = msgspec.json.decode((folder / "config.json").read_bytes(), type=_Config)
        self.labels = [config.id2label[str(at)].lower() for at in range(len(config.id2label))]
        if not set(STANCES) <= set(self.labels):
            raise ValueError(f"its labels are {', '.join(self.labels)}")

    def label(self, premise: str, hypothesis: str) -> tuple[str, float]:
        """The likeliest label of a pair, and how likely it is."""
        encoded = self.tokenizer.encode(premise, hypothesis)
        fields = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        given = {name: np.array([fields[name]], np.int64) for name in self.inputs}
        logits: Any = self.session.run(None, given)[0][0]
        likely = np.exp(logits - logits.max())
        at = int(likely.argmax())
        return self.labels[at], float(likely[at] / likely.sum())


class _Config(msgspec.Struct):
    id2label: dict[str, str]


@cache
def _loaded(folder: Path) -> _Model:
    """The model in a folder, loaded once a process.

    Raises:
        ImproperlyConfigured: it cannot be, with what to do.
    """
    try:
        return _Model(folder)
    except ImportError as error:
        raise ImproperlyConfigured(
            "A model from a folder needs the packages of the extra `onnx`: install them."
        ) from error
    except Exception as error:
        raise ImproperlyConfigured(
            f"MODEL_PATH must name a folder with model.onnx, tokenizer.json and config.json of a "
            f"sentence-pair model; {folder} does not hold one: {error}"
        ) from error
