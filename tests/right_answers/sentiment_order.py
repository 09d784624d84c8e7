"""Sentiment and order: other right answers, and every trap written a second way."""

from collections import Counter

import numpy as np

# ---- encode ------------------------------------------------------------------------------------


def by_comprehension(texts, vocab, L):
    rows = [[vocab.get(w, 1) for w in t.lower().split()] + [0] * L for t in texts]
    return np.array([row[:L] for row in rows], dtype="int32").reshape(len(texts), L)


def word_by_word(texts, vocab, L):
    table = np.full((len(texts), L), 0, dtype=np.int16)
    for n, text in enumerate(texts):
        words = text.casefold().split()
        for t in range(min(L, len(words))):
            try:
                table[n, t] = vocab[words[t]]
            except KeyError:
                table[n, t] = 1
    return table


def wrong_encoding(look, cut=lambda row, L: row[:L], side="right", fold=str.lower, wide=None):
    """look(word, vocab, seen) → a number or None."""

    def answer(texts, vocab, L):
        seen, rows = {}, []
        for text in texts:
            found = (look(word, vocab, seen) for word in fold(text).split())
            rows.append(cut([n for n in found if n is not None], L))
        width = wide(rows) if wide else L
        table = np.zeros((len(rows), width), dtype=int)
        for n, row in enumerate(rows):
            start = width - len(row) if side == "left" else 0
            table[n, start : start + len(row)] = row
        return table

    return answer


def known_or_one(word, vocab, seen):
    return vocab.get(word, 1)


def new_number(word, vocab, seen):
    if word not in vocab and word not in seen:
        seen[word] = len(vocab) + len(seen) + 2
    return vocab.get(word) or seen[word]


# ---- make_vocab --------------------------------------------------------------------------------


def by_counter(texts, size):
    counts = Counter(word for text in texts for word in text.lower().split())
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {word: i + 2 for i, (word, _) in enumerate(ranked) if i + 2 < size}


def by_unique(texts, size):
    words, counts = np.unique(" ".join(texts).lower().split(), return_counts=True)
    order = np.argsort(-counts, kind="stable")[: size - 2]
    return dict(zip((str(w) for w in words[order]), range(2, size), strict=False))


def wrong_vocab(rank, first=2, extra=0):
    def answer(texts, size):
        words = [word for text in texts for word in text.lower().split()]
        found = sorted(set(words), key=rank(words, texts))[: max(size - 2 + extra, 0)]
        return dict(zip(found, range(first, first + len(found)), strict=True))

    return answer


def frequent(words, texts):
    return lambda word: (-words.count(word), word)


# ---- last_state --------------------------------------------------------------------------------


def largest_place(states, mask):
    last = np.where(mask, np.arange(mask.shape[1]), -1).max(axis=1)
    return np.take_along_axis(states, last[:, None, None], axis=1)[:, 0]


def carried_along(states, mask):
    """What a masked RNN does: keep the state where nothing is read."""
    kept = np.zeros_like(states[:, 0])
    for t in range(states.shape[1]):
        kept = np.where(mask[:, t, None], states[:, t], kept)
    return kept


def picked(place):
    def answer(states, mask):
        return np.stack([row[place(m)] for row, m in zip(states, mask, strict=True)])

    return answer


# ---- counterfactual_consistency ----------------------------------------------------------------


def one_by_one(predict, texts, edit, flips=True):
    results = []
    for text in texts:
        changed = edit(text)
        if changed == text:
            continue
        results.append((predict([text])[0] > 0.5) ^ (predict([changed])[0] > 0.5))
    share = sum(map(int, results)) / len(results)
    return share if flips else 1 - share


def all_at_once(predict, texts, edit, flips=True):
    edited = [edit(text) for text in texts]
    touched = np.array([a != b for a, b in zip(texts, edited, strict=True)])
    signs = np.sign(np.asarray(predict(texts + edited)) - 0.5).clip(0).reshape(2, -1)
    same = (signs[0] == signs[1])[touched]
    return np.mean(~same) if flips else np.mean(same)


def wrong_share(mark, keep=lambda a, b: a != b, turn=True):
    def answer(predict, texts, edit, flips=True):
        kept = [t for t in texts if keep(t, edit(t))]
        p, q = np.array(predict(kept)), np.array(predict([edit(t) for t in kept]))
        value = np.mean(mark(p, q))
        return value if flips or not turn else 1 - value

    return answer


def crossed(p, q):
    return (p > 0.5) ^ (q > 0.5)


RIGHT = {
    "encode": [by_comprehension, word_by_word],
    "make_vocab": [by_counter, by_unique],
    "last_state": [largest_place, carried_along],
    "counterfactual_consistency": [one_by_one, all_at_once],
    "standard_error": ["1.12 %", "1.118%"],
    "padding_share": ["58.3 %", "58%"],
    "flaws": [{2, 3, 5, 6}, "2，3，5，6"],
}

TWINS = {
    "encode": {
        1: wrong_encoding(known_or_one, side="left"),
        2: wrong_encoding(known_or_one, cut=lambda row, L: row[max(len(row) - L, 0) :]),
        3: wrong_encoding(lambda word, vocab, seen: vocab.get(word)),
        4: wrong_encoding(lambda word, vocab, seen: vocab.get(word, 0)),
        5: wrong_encoding(new_number),
        6: wrong_encoding(known_or_one, fold=str),
        7: wrong_encoding(known_or_one, wide=lambda rows: max([0, *map(len, rows)])),
    },
    "make_vocab": {
        1: wrong_vocab(frequent, first=0),
        2: wrong_vocab(frequent, first=1),
        3: wrong_vocab(frequent, extra=2),
        4: wrong_vocab(lambda words, texts: str),
        5: wrong_vocab(
            lambda words, texts: (
                lambda word: (-sum(word in text.lower().split() for text in texts), word)
            )
        ),
        6: wrong_vocab(lambda words, texts: lambda word: (-words.count(word), words.index(word))),
    },
    "last_state": {
        1: picked(lambda m: len(m) - 1),
        2: picked(lambda m: np.count_nonzero(m) - 1),
        3: lambda states, mask: np.stack(
            [row[m].mean(axis=0) for row, m in zip(states, mask, strict=True)]
        ),
        4: picked(lambda m: 0 if m.all() else int(np.flatnonzero(~m)[0])),
        5: lambda states, mask: states[:, -1] * mask[:, -1:],
        6: lambda states, mask: np.einsum("nth,nt->nh", states, mask.astype(float)),
        7: lambda states, mask: np.stack(
            [row[m].max(axis=0) for row, m in zip(states, mask, strict=True)]
        ),
        8: picked(lambda m: int(np.flatnonzero(m)[0])),
    },
    "counterfactual_consistency": {
        1: wrong_share(crossed, keep=lambda a, b: True),
        2: wrong_share(lambda p, q: abs(p - q) > 0),
        3: wrong_share(lambda p, q: (p < 0.5) ^ (q < 0.5)),
        4: wrong_share(lambda p, q: np.maximum(p, q) - np.minimum(p, q)),
        5: wrong_share(lambda p, q: ~(p > 0.5) & (q > 0.5)),
        6: wrong_share(lambda p, q: abs(np.mean(q > 0.5) - np.mean(p > 0.5))),
        7: wrong_share(crossed, turn=False),
    },
    "standard_error": {1: "0.0125%", 2: "2.19%"},
    "padding_share": {1: "41.7 %", 2: "140%"},
}

TWO_AT_ONCE = {
    "encode": [
        (wrong_encoding(known_or_one, side="left", fold=str), {1, 6}),
        (wrong_encoding(lambda word, vocab, seen: vocab.get(word, 0), side="left"), {1, 4}),
    ],
    "make_vocab": [(wrong_vocab(lambda words, texts: str, first=0), {1, 4})],
    "last_state": [
        (lambda states, mask: states[:, -1] * mask.sum(axis=1)[:, None], {1, 6}),
    ],
    "counterfactual_consistency": [
        (wrong_share(lambda p, q: abs(p - q), keep=lambda a, b: True), {1, 4}),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the vocabulary comes from the training texts",
                    "train texts alone make the vocabulary",
                    "I fit the vocabulary on the training split",
                ],
                "the vocabulary is not limited to training texts",
            ),
            (
                [
                    "unknown words get number 1",
                    "reserve an index for OOV words",
                    "padding has a number of its own",
                ],
                "there is no number for unknown words",
            ),
            (
                [
                    "the mask hides the padding",
                    "read the state at the last real word",
                    "the RNN skips the padding",
                ],
                "I do not mask anything",
            ),
            (
                [
                    "then a GRU reads the words",
                    "an LSTM over the embeddings",
                    "embedding and GRU and a dense layer",
                ],
                "no GRU is needed",
            ),
            (
                [
                    "compare with a bag of words",
                    "the baselines must fail",
                    "a mean embedding stays at chance",
                ],
                "I would not bother with a baseline",
            ),
            (
                [
                    "then I test on counterfactual pairs",
                    "swap the connective",
                    "the prediction must flip",
                ],
                "I never test counterfactuals",
            ),
        ],
        "zh": [
            (
                ["词表只从训练集来", "只用训练文本建词表", "词表在训练数据上建"],
                "词表不必限于训练集",
            ),
            (
                ["未知词编号为 1", "给 OOV 留一个编号", "padding 的编号是 0"],
                "没有给未知词留编号",
            ),
            (
                ["用掩码挡住 padding", "取最后一个真实词的状态", "让网络跳过 padding"],
                "没有用掩码",
            ),
            (
                ["用 GRU 读一遍", "上面接 LSTM", "embedding 加 GRU"],
                "不用 GRU",
            ),
            (
                ["和词袋比", "旁边放基线", "平均 embedding 停在瞎猜"],
                "不需要基线",
            ),
            (
                ["做反事实测试", "交换连词看看", "改一个词预测应当翻转"],
                "没做反事实测试",
            ),
        ],
    }
}

EQUIVALENT = {}
