"""Which part of scikit-learn a sentence is about, so that a question finds the right page: text in, tf-idf, ZipMap.

Data: the sentences of scikit-learn's own documentation strings (BSD-3-Clause), labelled with the package they stand in.
Sentences of one class or function are all in the training part or all held out.
"""

import inspect
import re
from collections.abc import Iterator

import onnx
import pandas as pd
from onnx import helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.discovery import all_estimators, all_functions

from .graphs import run
from .trained_model import SEED, TrainedModel

PACKAGES = ["cluster", "decomposition", "ensemble", "linear_model", "metrics", "neighbors", "preprocessing", "svm"]
SHORTEST_SENTENCE_WORDS = 5
VOCABULARY = 4000
# Latin letters alone: the graph splits words with RE2, whose \w knows no others.
WORD = "[a-zA-Z]+"
EXAMPLE = [
    "How do I group points into clusters when I do not know how many there are?",
    "Which principal components keep most of the variance?",
    "I want to fit a line with an L1 penalty, so that few coefficients stay.",
    "What does the area under the ROC curve say about my classifier?",
    "Scale each column to zero mean and unit variance.",
    "Find the five closest points with a k-d tree.",
]


def train() -> list[TrainedModel]:
    table = _sentences()
    texts, packages = table[["text"]].to_numpy(dtype=object), table["package"].to_numpy(dtype=object)
    splitter = GroupShuffleSplit(n_splits=1, test_size=0.25, random_state=SEED)
    train_rows, test_rows = next(splitter.split(texts, packages, groups=table["owner"]))
    pipeline = _pipeline().fit(texts[train_rows], packages[train_rows])
    graph = _graph(pipeline)
    guesses = run(graph, {"text": texts[test_rows]})["output_label"]
    return [
        TrainedModel(
            name="text",
            version="1",
            graph=graph,
            input_example=pd.DataFrame({"text": EXAMPLE}, dtype=object),
            metrics={"held_out_accuracy": float((guesses == packages[test_rows]).mean())},
        )
    ]


def _sentences() -> pd.DataFrame:
    """Columns text, package, owner. What several packages say in the same words is left out."""
    documented = [*all_estimators(), *all_functions()]
    rows = [
        {"text": sentence, "package": package, "owner": name}
        for name, item in documented
        if (package := item.__module__.split(".")[1]) in PACKAGES
        for sentence in _split_into_sentences(inspect.getdoc(item) or "")
    ]
    table = pd.DataFrame(rows).drop_duplicates(["text", "package"])
    return table[table.groupby("text")["package"].transform("nunique") == 1].reset_index(drop=True)


def _split_into_sentences(documentation: str) -> Iterator[str]:
    prose = re.sub(r"(?m)^\s*(>>>|\.\.\.|\.\. |\[).*$", "", documentation)
    for paragraph in re.split(r"\n\s*\n", prose):
        for sentence in re.split(r"(?<=[.?!])\s+", " ".join(paragraph.split())):
            if len(re.findall(WORD, sentence)) >= SHORTEST_SENTENCE_WORDS:
                yield sentence


def _pipeline() -> Pipeline:
    words = TfidfVectorizer(token_pattern=WORD, max_features=VOCABULARY, sublinear_tf=True)
    return make_pipeline(ColumnTransformer([("words", words, 0)]), LogisticRegression(C=10, max_iter=1000))


def _graph(pipeline: Pipeline) -> onnx.ModelProto:
    model = to_onnx(pipeline, initial_types=[("text", StringTensorType([None, 1]))])
    model.graph.name = "text_1"
    for node in model.graph.node:
        if node.op_type == "StringNormalizer":
            # The default, en_US, is not installed on many servers, and ONNX Runtime then refuses to load the graph.
            node.attribute.append(helper.make_attribute("locale", "C"))
    return model
