"""Data that lessons read: seeded, offline, small. `data/README.md` holds sources and licences.

`digits` and `digits28` read `data/digits.npz`; `reviews` and `translations` are generated. `mnist`
and `imdb` load the real sets through Keras where the network allows it, and otherwise name what to
use instead.
"""

import hashlib
import io
import os
import urllib.request
from pathlib import Path

import numpy as np

from whiteboard.environment import choose

FOLDER = Path(__file__).resolve().parents[2] / "data"
TEST_SIZE = 450  # of the 1,797 digits: a quarter, so that one test image is 0.22 points
KERAS_FILES = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
PATIENCE = 5.0  # seconds to wait for the server before naming the stand-in


_NO_IMDB = (
    "IMDb is not in Keras's cache and its server cannot be reached: use data.reviews(), which "
    "needs no network and returns the same layout.",
    "Keras 缓存里没有 IMDb，也连不上它的服务器：请用 data.reviews()，不用联网，格式相同。",
)

# What `reviews` is made of. A word's number is its place here; the first three are Keras's.
REVIEW_WORDS = (
    "<pad> <start> <unknown> the was not but although "
    "food service music room price staff plot view "
    "really quite exactly all that very "
    "good great lovely superb pleasant charming "
    "bad awful dull poor boring terrible"
).split()
_NOUNS, _FILLERS, _GOOD, _BAD = range(8, 16), range(16, 22), range(22, 28), range(28, 34)

# What `translations` is made of: classifier, the Chinese for "old" (旧 for things, 老 for living
# beings), noun in the singular and the plural, noun in Chinese, adjectives that it bears in both.
_THINGS = """
    只 老 cat cats 猫 small big white black old
    只 老 dog dogs 狗 small big white black old
    只 -- bird birds 鸟 small big white black
    匹 老 horse horses 马 small big white black old
    条 -- fish fish 鱼 small big
    条 -- river rivers 河 small big
    本 旧 book books 书 old new good
    本 旧 magazine magazines 杂志 old new good
    张 旧 map maps 地图 small big old new good
    张 旧 table tables 桌子 small big white black old new good
    辆 旧 car cars 汽车 small big old new good
    辆 旧 bus buses 公交车 small big old new
    位 -- teacher teachers 老师 new good
    位 老 doctor doctors 医生 old new good
"""
_THINGS = [line.split() for line in _THINGS.split("\n") if line.strip()]
_NUMERALS = dict(zip("one two three four five six".split(), "一两三四五六", strict=True))
_ADJECTIVES = dict(zip("small big white black new good".split(), "小大白黑新好", strict=True))
_SUBJECTS = dict(zip("I we they he she".split(), "我 我们 他们 他 她".split(), strict=True))
_VERBS = {  # after I, we and they: after he and she, in Chinese
    "like": ("likes", "喜欢"),
    "see": ("sees", "看见"),
    "need": ("needs", "需要"),
    "find": ("finds", "找到"),
    "draw": ("draws", "画"),
    "miss": ("misses", "想念"),
}
# Phrase and, for each Chinese word, the place of the English word that it renders.
_TIMES = [
    (["every", "day"], [("每", 0), ("天", 1)]),
    (["on", "Sundays"], [("星期天", 1)]),
    (["in", "winter"], [("冬天", 1)]),
    (["at", "night"], [("晚上", 1)]),
]
_SPECIAL = "<pad> <start> <end> <unknown>".split()
# A word's number is its place here; the first four are the same in both languages.
ENGLISH_WORDS = [
    *_SPECIAL,
    *_SUBJECTS,
    *[form for verb in _VERBS for form in (verb, _VERBS[verb][0])],
    *_NUMERALS,
    *_ADJECTIVES,
    "old",
    *dict.fromkeys(form for thing in _THINGS for form in thing[2:4]),
    "that",
    "and",
    *[word for words, _ in _TIMES for word in words],
]
CHINESE_WORDS = [
    *_SPECIAL,
    *_SUBJECTS.values(),
    *[verb for _, verb in _VERBS.values()],
    *_NUMERALS.values(),
    *_ADJECTIVES.values(),
    *"老旧",
    *dict.fromkeys(thing[0] for thing in _THINGS),
    *[thing[4] for thing in _THINGS],
    "的",
    "和",
    *[word for _, words in _TIMES for word, _ in words],
]


class DataError(RuntimeError):
    """A data set that cannot be loaded; the message is one sentence with the remedy."""


def digits(split=False):
    """Handwritten digits, 8×8.

    Args:
        split: False for all images in the set's order; True for a fixed, shuffled split.

    Returns:
        (x, y), or ((x_train, y_train), (x_test, y_test)) with 1,347 and 450 images.
        x: (n, 8, 8) float32 in [0, 1], multiples of 1/16; 0 is background. y: (n,) int64, 0–9.

    Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, doi:10.24432/C50P49; the 1,797 test images. Licence: CC BY 4.0.
    """
    with np.load(io.BytesIO(_verified("digits.npz")), allow_pickle=False) as arrays:
        x, y = arrays["x"].astype(np.float32) / 16, arrays["y"].astype(np.int64)
    return _split(x, y) if split else (x, y)


def digits28():
    """Handwritten digits enlarged to 28×28: the offline stand-in for MNIST, in its layout.

    The 8×8 images of `digits` under bilinear interpolation (pixel centres aligned, edges held).
    They hold no more detail than 8×8 and are easier than MNIST: a small CNN reaches 0.985.

    Returns:
        ((x_train, y_train), (x_test, y_test)) with 1,347 and 450 images, the split of `digits`.
        x: (n, 28, 28) float32 in [0, 1]; 0 is background. y: (n,) int64, 0–9.

    Source and licence: those of `digits`.
    """
    (x_train, y_train), (x_test, y_test) = digits(split=True)
    return (_enlarge(x_train, 28), y_train), (_enlarge(x_test, 28), y_test)


def mnist():
    """MNIST, downloaded by Keras once and then kept in its cache (~/.keras).

    Returns:
        ((x_train, y_train), (x_test, y_test)) with 60,000 and 10,000 images.
        x: (n, 28, 28) float32 in [0, 1]; 0 is background. y: (n,) int64, 0–9.

    Raises:
        DataError: offline and not in the cache; the message names `digits28`.

    Source: Y. LeCun, C. Cortes and C. J. C. Burges, from NIST special databases 1 and 3, as
    published with Keras, which gives CC BY-SA 3.0 as its licence.
    """
    _reach(
        "mnist.npz",
        "MNIST is not in Keras's cache and its server cannot be reached: use data.digits28(), "
        "which needs no network and returns the same layout.",
        "Keras 缓存里没有 MNIST，也连不上它的服务器：请用 data.digits28()，不用联网，格式相同。",
    )
    from keras.datasets import mnist as source

    (x_train, y_train), (x_test, y_test) = source.load_data()
    return (
        (x_train.astype(np.float32) / 255, y_train.astype(np.int64)),
        (x_test.astype(np.float32) / 255, y_test.astype(np.int64)),
    )


def imdb(num_words=10_000):
    """IMDb reviews as word numbers, downloaded by Keras once and then kept in its cache (~/.keras).

    Args:
        num_words: keep the most frequent words; rarer ones become 2 (0 pads, 1 starts a review).

    Returns:
        ((x_train, y_train), (x_test, y_test)) with 25,000 reviews each.
        x: (25000,) object array of lists of int. y: (25000,) int64, 1 is positive.

    Raises:
        DataError: offline and not in the cache; the message names `reviews`.

    Source: A. L. Maas et al. (2011), Learning Word Vectors for Sentiment Analysis, ACL, as
    published with Keras. The authors state no licence; the course does not redistribute it.
    """
    _reach("imdb.npz", *_NO_IMDB)
    from keras.datasets import imdb as source

    (x_train, y_train), (x_test, y_test) = source.load_data(num_words=num_words)
    return (x_train, y_train.astype(np.int64)), (x_test, y_test.astype(np.int64))


def imdb_words(num_words=10_000):
    """The words behind `imdb`'s numbers, from the same server and cache.

    Args:
        num_words: as many as `imdb` was given.

    Returns:
        List of num_words strings: a number's word is at its place; 0, 1 and 2 are <pad>, <start>
        and <unknown>.

    Raises:
        DataError: offline and not in the cache; the message names `reviews`.
    """
    _reach("imdb_word_index.json", *_NO_IMDB)
    from keras.datasets import imdb as source

    ranks = source.get_word_index()  # word → 1 for the most frequent; `load_data` adds 3
    common = sorted((rank, word) for word, rank in ranks.items() if rank + 3 < num_words)
    return ["<pad>", "<start>", "<unknown>", "<unused>", *(word for _, word in common)]


def reviews():
    """Two-clause reviews whose order decides: the offline stand-in for IMDb, in its layout.

    "the plot was not really dull but the music was lovely". One clause praises, the other blames.
    With `but` the second clause decides, with `although` the first. Exactly one clause is negated,
    so both adjectives are of one kind, and no single word tells the label.

    Returns:
        ((x_train, y_train), (x_test, y_test)) with 6,000 and 2,000 reviews, no two alike.
        x: (n,) object array of lists of 11 to 14 word numbers (`REVIEW_WORDS`), the first always 1.
        y: (n,) int64, 1 is positive.

    Source: generated here from a fixed seed. Licence: the course's own.
    """
    random = np.random.RandomState(0)
    found = {}
    while len(found) < 8000:
        review, label = _review(random)
        found[tuple(review)] = label
    x = np.empty(len(found), dtype=object)
    x[:] = [list(review) for review in found]
    y = np.array(list(found.values()), dtype=np.int64)
    return (x[:6000], y[:6000]), (x[6000:], y[6000:])


def _review(random):
    """One (word numbers, label)."""
    number = {word: place for place, word in enumerate(REVIEW_WORDS)}
    kind = _GOOD if random.randint(2) else _BAD
    negated = random.randint(2)  # which clause, 0 or 1
    connective = ("but", "although")[random.randint(2)]
    nouns = random.choice(_NOUNS, size=2, replace=False)
    clauses = []
    for place in (0, 1):
        clause = [number["the"], int(nouns[place]), number["was"]]
        if place == negated:
            fillers = random.choice(_FILLERS, size=random.randint(4))
            clause += [number["not"], *map(int, fillers)]
        clauses.append([*clause, int(random.choice(kind))])
    decisive = 1 if connective == "but" else 0
    praises = (kind is _GOOD) != (decisive == negated)
    return [1, *clauses[0], number[connective], *clauses[1]], int(praises)


def translations():
    """English sentences, their Chinese, and which English word each Chinese word renders.

    "she draws two books that I like at night" → 晚上 她 画 我 喜欢 的 两 本 书. The time phrase
    moves to the front, a relative clause before its noun. The noun chooses the classifier
    (三只猫、两本书、一匹马) and the word for "old" (旧书、老马). A relative clause belongs to the
    noun just before it, a time phrase to the whole sentence.

    Returns:
        ((x_train, y_train, links_train), (x_test, y_test, links_test)) with 8,000 and 1,000 pairs;
        no English sentence occurs twice. Each is an (n,) object array of lists of int.
        x: 4 to 17 word numbers (`ENGLISH_WORDS`). y: 5 to 19 word numbers (`CHINESE_WORDS`).
        Neither holds <start> or <end>. links: for each word of y the place in x of the word that it
        renders; a classifier renders its noun. So a noun has two links, the prepositions on, in
        and at have none, every other English word has one.

    Source: generated here from a fixed seed. Licence: the course's own.
    """
    random = np.random.RandomState(0)
    english = {word: number for number, word in enumerate(ENGLISH_WORDS)}
    chinese = {word: number for number, word in enumerate(CHINESE_WORDS)}
    found = {}
    while len(found) < 9000:
        source, target = _translation(random)
        y = [chinese[word] for word, _ in target]
        found[tuple(english[word] for word in source)] = (y, [link for _, link in target])
    x, y, links = (np.empty(len(found), dtype=object) for _ in range(3))
    x[:] = [list(source) for source in found]
    y[:] = [target for target, _ in found.values()]
    links[:] = [link for _, link in found.values()]
    return (x[:8000], y[:8000], links[:8000]), (x[8000:], y[8000:], links[8000:])


def _translation(random):
    """One (English words, [(Chinese word, place of its English word)])."""
    main = _subject_and_verb(random)
    source, target = _clause(main, 0)
    first = random.randint(len(_THINGS))
    words, rendered = _noun_phrase(random, first, main, len(source))
    source, target = source + words, target + rendered
    if random.rand() < 0.35:
        source, target = [*source, "and"], [*target, ("和", len(source))]
        second = (first + random.randint(1, len(_THINGS))) % len(_THINGS)  # another noun
        words, rendered = _noun_phrase(random, second, main, len(source))
        source, target = source + words, target + rendered
    if random.rand() < 0.5:
        words, rendered = _TIMES[random.randint(len(_TIMES))]
        target = [(word, len(source) + place) for word, place in rendered] + target
        source = source + words
    return source, target


def _noun_phrase(random, thing, main, start):
    """ "two old books", perhaps "that she likes"; its first word stands at place `start`."""
    classifier, aged, singular, plural, noun, *adjectives = _THINGS[thing]
    numeral = list(_NUMERALS)[random.randint(len(_NUMERALS))]
    source, target = [numeral], [(_NUMERALS[numeral], start)]
    described = random.rand() < 0.5
    place = start + 1 + described  # of the noun
    target.append((classifier, place))
    if described:
        adjective = adjectives[random.randint(len(adjectives))]
        source.append(adjective)
        target.append((aged if adjective == "old" else _ADJECTIVES[adjective], start + 1))
    source.append(singular if numeral == "one" else plural)
    target.append((noun, place))
    if random.rand() < 0.5:
        said = main
        while said == main:  # nobody says "I see six horses that I see"
            said = _subject_and_verb(random)
        words, rendered = _clause(said, place + 2)
        source += ["that", *words]
        target = [*rendered, ("的", place + 1), *target]
    return source, target


def _subject_and_verb(random):
    return tuple(list(words)[random.randint(len(words))] for words in (_SUBJECTS, _VERBS))


def _clause(subject_and_verb, start):
    """Subject and verb, which agree in English."""
    subject, verb = subject_and_verb
    third, rendered = _VERBS[verb]
    words = [subject, third if subject in ("he", "she") else verb]
    return words, [(_SUBJECTS[subject], start), (rendered, start + 1)]


def _verified(name):
    """Bytes of a file in `data/`, after comparing them with `data/checksums.txt`."""
    try:
        listed = (FOLDER / "checksums.txt").read_text(encoding="utf-8").split()
        # As `sha256sum` writes them: digest, name, digest, name, …
        expected = dict(zip(listed[1::2], listed[::2], strict=True)).get(name)
        content = (FOLDER / name).read_bytes()
    except (OSError, ValueError):
        expected, content = None, b""
    if hashlib.sha256(content).hexdigest() != expected:
        raise DataError(
            choose(
                f"data/{name} is missing or damaged: restore it with `git checkout -- data`.",
                f"data/{name} 缺失或损坏：请用 `git checkout -- data` 恢复。",
            )
        )
    return content


def _split(x, y):
    # RandomState's streams are frozen for good (NumPy NEP 19); those of default_rng may change.
    order = np.random.RandomState(0).permutation(len(x))
    train, test = order[TEST_SIZE:], order[:TEST_SIZE]
    return (x[train], y[train]), (x[test], y[test])


def _enlarge(images, size):
    """Bilinear enlargement: (n, side, side) → (n, size, size), the same bits on every machine."""
    side = images.shape[1]
    position = (np.arange(size) + 0.5) * side / size - 0.5
    position = position.clip(0, side - 1)
    low = np.floor(position).astype(int).clip(0, side - 2)
    share = (position - low).astype(np.float32)
    # Element by element rather than as a matrix product: BLAS sums in an order of its own.
    rows = images[:, low] * (1 - share)[:, None] + images[:, low + 1] * share[:, None]
    return rows[:, :, low] * (1 - share) + rows[:, :, low + 1] * share


def _reach(name, en, zh):
    """Return when Keras holds `name` or can fetch it; otherwise raise the sentence, in seconds."""
    cache = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    if (cache / "datasets" / name).exists():
        return
    # Keras downloads without a time limit: a silent network would hang the notebook.
    request = urllib.request.Request(KERAS_FILES + name, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=PATIENCE).close()
    except OSError:  # refused, unknown host, no answer in time: all of them
        raise DataError(choose(en, zh)) from None
