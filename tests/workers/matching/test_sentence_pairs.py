"""A local sentence-pair model judges, from its folder and with nothing fetched."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import pytest
from django.core.exceptions import ImproperlyConfigured
from onnx import TensorProto, helper, numpy_helper
from pytest_django import Settings
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from workers.matching import sentence_pairs
from workers.matching.matcher import Pair, configured

pytest.importorskip("onnxruntime", reason="there is no onnxruntime for this machine")
AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
WORDS = ["[UNK]", "[CLS]", "[SEP]", "yes", "no"]
LABELS = {"0": "ENTAILMENT", "1": "NEUTRAL", "2": "CONTRADICTION"}
# What each word adds to a label: "yes" speaks for entailment, "no" for contradiction.
WEIGHTS = np.array([[0, 0.3, 0], [0, 0, 0], [0, 0, 0], [9, 0, 0], [0, 0, 9]], np.float32)


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A model that adds up what each word of a pair speaks for."""
    place = tmp_path / "tiny-nli"
    place.mkdir()
    nodes = [
        helper.make_node("Gather", ["weights", "input_ids"], ["found"]),
        helper.make_node("ReduceSum", ["found", "words"], ["logits"], keepdims=0),
    ]
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, None])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 3])
    kept = [
        numpy_helper.from_array(WEIGHTS, "weights"),
        numpy_helper.from_array(np.array([1], np.int64), "words"),
    ]
    graph = helper.make_graph(nodes, "tiny", [ids], [logits], kept)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(made, str(place / "model.onnx"))
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    tokenizer.save(str(place / "tokenizer.json"))
    (place / "config.json").write_text(json.dumps({"model_type": "bert", "id2label": LABELS}))
    settings.MATCHER = "workers.matching.sentence_pairs.SentencePairs"
    settings.MODEL_PATH = str(place)
    yield place
    sentence_pairs._loaded.cache_clear()


@pytest.mark.parametrize(
    ("passage", "stance", "kind"),
    [
        ("yes", "supports", ""),
        ("no", "disputes", "contradiction"),
        ("something else altogether", "unrelated", ""),
    ],
)
def test_the_likeliest_label_is_the_stance(
    folder: Path, passage: str, stance: str, kind: str
) -> None:
    judged = configured(at=AT).relate(Pair(claim="claim", passage=passage))
    assert (judged.relation.stance, judged.relation.kind) == (stance, kind)
    assert 0.5 < judged.relation.score <= 1
    assert judged.by.startswith("tiny-nli ")
    assert judged.relation.because[0].startswith("the model reads ")


def test_a_dispute_of_figures_keeps_both_figures(folder: Path) -> None:
    pair = Pair(
        claim="no : La ville de Morvane a acheté 300 bus électriques.",
        passage="La ville de Morvane a acheté 900 bus électriques.",
    )
    relation = configured(at=AT).relate(pair).relation
    assert (relation.stance, relation.kind) == ("disputes", "figure")
    assert relation.ours
    assert relation.theirs
    assert [relation.ours.value, relation.theirs.value] == [300, 900]


def test_a_text_of_any_length_is_judged(folder: Path) -> None:
    long = "yes " * 5000
    judged = configured(at=AT).relate(Pair(claim=long, passage=long))
    assert judged.relation.stance == "supports"


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_folder_that_holds_no_model_is_told_of_in_a_sentence(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(ImproperlyConfigured, match="MODEL_PATH must name a folder"):
        configured(at=AT)


def test_a_model_of_other_labels_is_refused(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"id2label": {"0": "POSITIVE"}}))
    with pytest.raises(ImproperlyConfigured, match="its labels are positive"):
        configured(at=AT)
