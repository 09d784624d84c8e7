"""Bundled data and figures: what their docstrings promise, offline and in one process each."""

import hashlib
import os
import re
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from sklearn.datasets import load_digits
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from whiteboard import data, plot

matplotlib.use("Agg")

ROOT = Path(__file__).parents[1]


# --- data -----------------------------------------------------------------------------------------


def test_digits_are_those_of_scikit_learn():
    x, y = data.digits()
    source = load_digits()
    assert (x.shape, x.dtype, y.dtype) == ((1797, 8, 8), np.float32, np.int64)
    np.testing.assert_array_equal(x, source.images / 16)
    np.testing.assert_array_equal(y, source.target)


def test_the_split_is_fixed_and_loses_no_image():
    (x_train, y_train), (x_test, y_test) = data.digits(split=True)
    assert (len(x_train), len(x_test), len(y_train), len(y_test)) == (1347, 450, 1347, 450)
    x, _ = data.digits()
    joined = np.concatenate([x_train, x_test]).reshape(1797, -1)
    assert sorted(map(bytes, joined)) == sorted(map(bytes, x.reshape(1797, -1)))
    assert y_test[:8].tolist() == [2, 8, 2, 6, 6, 7, 1, 9]
    assert np.bincount(y_test).min() >= 30


def test_digits28_has_the_layout_of_mnist():
    (x_train, y_train), (x_test, y_test) = data.digits28()
    assert x_train.shape == (1347, 28, 28) and x_test.shape == (450, 28, 28)
    assert x_train.dtype == np.float32 and y_train.dtype == np.int64
    assert x_train.min() == 0 and 0.99 < x_train.max() <= 1
    small = data.digits(split=True)[1]
    np.testing.assert_array_equal(y_test, small[1])
    # The same bits on every machine; and the definition of bilinear, in loops, for one image.
    digest = hashlib.sha256(x_test.tobytes()).hexdigest()
    assert digest[:16] == "a20c813deb96d834"
    image, large = small[0][0].astype(float), x_test[0]
    for row, column in [(0, 0), (27, 27), (5, 19), (13, 14), (22, 9)]:
        expected = 0.0
        for i in range(8):
            for j in range(8):
                height = np.clip((row + 0.5) * 2 / 7 - 0.5, 0, 7)
                width = np.clip((column + 0.5) * 2 / 7 - 0.5, 0, 7)
                expected += image[i, j] * max(0, 1 - abs(height - i)) * max(0, 1 - abs(width - j))
        np.testing.assert_allclose(large[row, column], expected, atol=1e-6)


def test_reviews_need_their_order():
    (x_train, y_train), (x_test, y_test) = data.reviews()
    assert len(x_train) == len(y_train) == 6000 and len(x_test) == len(y_test) == 2000
    assert not {tuple(x) for x in x_train} & {tuple(x) for x in x_test}
    assert {len(x) for x in x_train} == {11, 12, 13, 14}
    assert all(x[0] == 1 and max(x) < len(data.REVIEW_WORDS) for x in x_train)
    assert 0.48 < y_train.mean() < 0.52
    texts = [" ".join(f"w{word}" for word in x) for x in [*x_train, *x_test]]
    counts = CountVectorizer().fit_transform(texts)
    model = LogisticRegression(max_iter=200).fit(counts[:6000], y_train)
    assert abs(model.score(counts[6000:], y_test) - 0.5) < 0.05


def test_every_review_means_what_its_label_says():
    (x_train, y_train), (x_test, y_test) = data.reviews()
    for review, label in zip([*x_train, *x_test], [*y_train, *y_test], strict=True):
        words = [data.REVIEW_WORDS[number] for number in review[1:]]
        connective = "but" if "but" in words else "although"
        place = words.index(connective)
        first, second = words[:place], words[place + 1 :]
        decisive = second if connective == "but" else first
        good = data.REVIEW_WORDS.index(decisive[-1]) in data._GOOD
        assert (good != ("not" in decisive)) == bool(label)
        assert ("not" in first) != ("not" in second)


CLASSIFIERS = {
    **dict.fromkeys(["猫", "狗", "鸟"], "只"),
    **dict.fromkeys(["鱼", "河"], "条"),
    **dict.fromkeys(["书", "杂志"], "本"),
    **dict.fromkeys(["地图", "桌子"], "张"),
    **dict.fromkeys(["汽车", "公交车"], "辆"),
    **dict.fromkeys(["老师", "医生"], "位"),
    "马": "匹",
}


def sentences():
    """Every pair as (English words, Chinese words, links)."""
    for x, y, links in data.translations():
        for source, target, link in zip(x, y, links, strict=True):
            english = [data.ENGLISH_WORDS[number] for number in source]
            yield english, [data.CHINESE_WORDS[number] for number in target], link


def test_no_translation_occurs_twice():
    train, test = data.translations()
    assert [len(part) for part in train] == [8000] * 3 and [len(part) for part in test] == [
        1000
    ] * 3
    assert len({tuple(x) for x in [*train[0], *test[0]]}) == 9000
    for words in (data.ENGLISH_WORDS, data.CHINESE_WORDS):
        assert (
            len(set(words)) == len(words) and words[:4] == "<pad> <start> <end> <unknown>".split()
        )
    for place, words in [(0, data.ENGLISH_WORDS), (1, data.CHINESE_WORDS)]:
        used = [{number for x in part[place] for number in x} for part in (train, test)]
        assert used[0] == used[1] == set(range(4, len(words)))  # no word is new in the test
    assert {len(x) for x in test[0]} == set(range(4, 18))
    assert max(map(len, [*train[1], *test[1]])) == 19
    # The same pairs on every machine.
    digest = hashlib.sha256(repr([list(part) for part in (*train, *test)]).encode())
    assert digest.hexdigest()[:16] == "63bea7af0b122e74"


def test_links_lead_each_word_to_the_word_it_renders():
    meanings = {}
    for english, chinese, links in sentences():
        assert len(links) == len(chinese) and set(links) <= set(range(len(english)))
        for word, link in zip(chinese, links, strict=True):
            meanings.setdefault(word, set()).add(english[link])
        content = [
            link
            for word, link in zip(chinese, links, strict=True)
            if word not in CLASSIFIERS.values()
        ]
        silent = [place for place, word in enumerate(english) if word in ("on", "in", "at")]
        assert sorted(content + silent) == list(range(len(english)))  # one to one
    assert meanings["喜欢"] == {"like", "likes"} and meanings["马"] == {"horse", "horses"}
    assert meanings["的"] == {"that"} and meanings["天"] == {"day"}
    assert meanings["旧"] == meanings["老"] == {"old"}
    assert meanings["匹"] == meanings["马"] and meanings["本"] == meanings["书"] | meanings["杂志"]


def test_the_chinese_is_right():
    for _, chinese, links in sentences():
        for place, word in enumerate(chinese):
            if word in CLASSIFIERS.values():  # after its numeral, before its noun
                noun = next(word for word in chinese[place:] if word in CLASSIFIERS)
                assert CLASSIFIERS[noun] == word and chinese[place - 1] in "一两三四五六"
                assert chinese.index(noun) - place in (1, 2)
                assert links[chinese.index(noun)] == links[place]
            if word in "老旧":
                living = chinese[place + 1] in ("猫", "狗", "马", "医生")
                assert word == ("老" if living else "旧")
        assert sum(word in CLASSIFIERS for word in chinese) == sum(
            word in CLASSIFIERS.values() for word in chinese
        )


def test_the_english_agrees():
    for english, _, _ in sentences():
        assert ("he" in english or "she" in english) == any(
            verb in english for verb in "likes sees needs finds draws misses".split()
        )
        for word, following in pairwise(english):
            if word in ("he", "she"):
                assert following in "likes sees needs finds draws misses".split()
            elif word in ("I", "we", "they"):
                assert following in "like see need find draw miss".split()
        for place, word in enumerate(english):
            if word in data._NUMERALS:
                noun = english[place + 1 + (english[place + 1] in [*data._ADJECTIVES, "old"])]
                things = {thing[2]: thing[3] for thing in data._THINGS}
                assert noun in (things if word == "one" else things.values())


def test_neither_order_nor_classifiers_can_be_left_out():
    (x, y, links), (x_test, y_test, links_test) = data.translations()
    classifiers = {data.CHINESE_WORDS.index(word) for word in set(CLASSIFIERS.values())}
    renderings = {}
    for source, target, link in zip(x, y, links, strict=True):
        for word, place in zip(target, link, strict=True):
            if word not in classifiers:
                renderings.setdefault(source[place], []).append(word)
    lexicon = {word: max(set(found), key=found.count) for word, found in renderings.items()}
    word_by_word = [[lexicon[word] for word in source if word in lexicon] for source in x_test]
    assert not any(map(list.__eq__, word_by_word, y_test))
    # Nor with every classifier put in by the answer: most sentences have something to move.
    in_order = [[word for word in target if word not in classifiers] for target in y_test]
    assert 0.15 < np.mean(list(map(list.__eq__, word_by_word, in_order))) < 0.25
    # The words alone are nearly all found: what is hard is where they go.
    assert (
        np.mean([sorted(a) == sorted(b) for a, b in zip(word_by_word, in_order, strict=True)]) > 0.9
    )
    moved = [
        np.any(
            np.diff([place for word, place in zip(y, link, strict=True) if word not in classifiers])
            < 0
        )
        for y, link in zip(y_test, links_test, strict=True)
    ]
    assert 0.65 < np.mean(moved) < 0.8


def test_every_file_is_listed_described_and_intact():
    listed = (ROOT / "data/checksums.txt").read_text(encoding="utf-8").splitlines()
    described = (ROOT / "data/README.md").read_text(encoding="utf-8")
    names = {line.split()[1] for line in listed}
    on_disk = {path.name for path in (ROOT / "data").iterdir()}
    assert on_disk == names | {"README.md", "checksums.txt"}
    for line in listed:
        digest, name = line.split()
        assert hashlib.sha256((ROOT / "data" / name).read_bytes()).hexdigest() == digest
        section = described.split(f"## {name}")[1].split("\n## ")[0]
        assert "**Source:**" in section and "**Licence:**" in section


@pytest.mark.parametrize("damage", ["bytes", "gone", "list"])
def test_a_damaged_file_says_how_to_restore_it(tmp_path, monkeypatch, damage):
    for name in ("digits.npz", "checksums.txt"):
        content = (ROOT / "data" / name).read_bytes()
        (tmp_path / name).write_bytes(content)
    if damage == "bytes":
        content = bytearray((tmp_path / "digits.npz").read_bytes())
        content[1000] ^= 1
        (tmp_path / "digits.npz").write_bytes(content)
    elif damage == "gone":
        (tmp_path / "digits.npz").unlink()
    else:
        (tmp_path / "checksums.txt").write_text("one", encoding="utf-8")
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    monkeypatch.setenv("EDITION", "en")
    with pytest.raises(
        data.DataError, match=r"^data/digits\.npz is missing or damaged: .*git checkout"
    ):
        data.digits()
    monkeypatch.setenv("EDITION", "zh")
    with pytest.raises(data.DataError, match="缺失或损坏"):
        data.digits28()


@pytest.mark.parametrize(
    ("load", "stand_in"),
    [("mnist", "digits28"), ("imdb", "reviews"), ("imdb_words", "reviews")],
)
@pytest.mark.parametrize("obstacle", ["refused", "silent"])
def test_without_a_network_the_stand_in_is_named(tmp_path, monkeypatch, load, stand_in, obstacle):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("EDITION", "en")
    monkeypatch.setattr(data, "PATIENCE", 0.3)
    if obstacle == "refused":
        monkeypatch.setattr(data, "KERAS_FILES", "http://127.0.0.1:9/")
        error, seconds = call(load)
    else:
        import socket

        with socket.create_server(("127.0.0.1", 0)) as server:  # listens and never answers
            port = server.getsockname()[1]
            monkeypatch.setattr(data, "KERAS_FILES", f"http://127.0.0.1:{port}/")
            error, seconds = call(load)
    assert f"use data.{stand_in}()" in str(error) and "\n" not in str(error)
    assert error.__suppress_context__ and hasattr(data, stand_in)
    assert seconds < 30, "a silent server must not hang the notebook"


def call(load):
    started = time.monotonic()
    with pytest.raises(data.DataError) as raised:
        getattr(data, load)()
    return raised.value, time.monotonic() - started


def test_a_cached_set_needs_no_network(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(data, "KERAS_FILES", "http://127.0.0.1:9/")
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").touch()
    data._reach("mnist.npz", "en", "zh")


def test_the_numbers_of_imdb_have_their_words(tmp_path, monkeypatch):
    from keras.datasets import imdb

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(data, "KERAS_FILES", "http://127.0.0.1:9/")
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "imdb_word_index.json").touch()
    monkeypatch.setattr(imdb, "get_word_index", lambda: {"and": 2, "rare": 4, "the": 1, "a": 3})
    words = data.imdb_words(num_words=7)  # as Keras numbers them: 3 more than the rank
    assert words == ["<pad>", "<start>", "<unknown>", "<unused>", "the", "and", "a"]


def test_data_imports_nothing_heavy():
    program = (
        "import sys; from whiteboard import data; data.digits28()\n"
        "print(*{'tensorflow', 'keras', 'sklearn', 'matplotlib'} & set(sys.modules))"
    )
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=variables, capture_output=True, text=True, cwd="/"
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, ""), ran.stderr


# --- plot -----------------------------------------------------------------------------------------

RANDOM = np.random.default_rng(0)
FIGURES = {
    "curves": lambda ax: plot.curves(
        {"a": RANDOM.random(50), "b": RANDOM.random((5, 50))}, xlabel="step", logy=True, ax=ax
    ),
    "bars": lambda ax: plot.bars({"none": 1.0, "dropout": 12.5}, ylabel="accuracy", ax=ax),
    "stacked_bars": lambda ax: plot.stacked_bars(
        {"weights": [1, 2], "gradients": [1, 2]}, ["Adam", "SGD"], ylabel="GiB", ax=ax
    ),
    "histograms": lambda ax: plot.histograms(
        {"train": RANDOM.normal(size=1000), "test": RANDOM.normal(1, size=500)}, ax=ax
    ),
    "image_grid": lambda ax: plot.image_grid(data.digits()[0][:20], range(20), 10, ax=ax),
    "heatmap": lambda ax: plot.heatmap(
        RANDOM.normal(size=(4, 6)), rows="abcd", form="{:.1f}", signed=True, ax=ax
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_small_white_and_changes_nothing_else(name, tmp_path):
    before = dict(plot.plt.rcParams)
    ax = FIGURES[name](None)
    assert dict(plot.plt.rcParams) == before
    assert ax.figure.get_facecolor() == (1, 1, 1, 1)
    ax.figure.savefig(tmp_path / "figure.png", dpi=100)
    assert (tmp_path / "figure.png").stat().st_size < 60_000
    given = plot.plt.figure().add_subplot()
    assert FIGURES[name](given) is given
    plot.plt.close("all")


def test_every_shared_figure_is_drawn_here():
    names = re.findall(
        r"^@_styled\ndef (\w+)", Path(plot.__file__).read_text(encoding="utf-8"), re.M
    )
    assert sorted(names) == sorted(FIGURES)


def test_every_figure_of_a_notebook_is_shown(tmp_path):
    cells = ["from whiteboard import plot", *["ax = plot.curves({'a': [1, 2]})"] * 2]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment["PYTHONPATH"] = str(Path(data.__file__).parents[1])
    client = NotebookClient(book, kernel_name="python3")
    client.execute(env=environment, stderr=subprocess.DEVNULL)
    assert [len(cell.outputs) for cell in book.cells] == [0, 1, 1]
