"""Counting parameters: other right answers, and every trap written a second way."""

import math

import numpy as np


def shapes(
    cfg, tie=None, kv=None, gates=None, norm=None, final=True, bias=None, places=True, out=True
):
    """Every tensor, (part, shape); the arguments break one idea each."""
    D, F = cfg["width"], cfg["ffn"]
    wide = D // cfg["heads"] * (kv or cfg["kv_heads"])
    up = gates if gates is not None else 1 + cfg["gated"]
    bias = bias or cfg["biases"]
    one = norm if norm is not None else {"layer": [(D,), (D,)], "rms": [(D,)]}[cfg["norm"]]
    table = [(0, (cfg["vocab"], D))]
    if places:
        table.append((0, (cfg["positions"], D)))
    rows = []
    for _ in range(cfg["layers"]):
        rows += [(1, (D, D)), (1, (D, wide)), (1, (D, wide))] + [(1, (D, D))] * out
        rows += [(2, (D, F))] * up + [(2, (F, D))]
        rows += [(3, s) for s in one] * 2
        if bias != "none":
            rows += [(1, (D,)), (1, (wide,)), (1, (wide,))]
        if bias == "all":
            rows += [(1, (D,)), (2, (D,))] + [(2, (F,))] * up
    if final:
        rows += [(3, s) for s in one]
    tied = cfg["tied"] if tie is None else tie
    return table + rows + ([] if tied else [(4, (D, cfg["vocab"]))])


def by_tensors(cfg, **broken):
    total = [0] * 5
    for part, shape in shapes(cfg, **broken):
        total[part] += math.prod(shape)
    return total


def by_layer(cfg):
    """One layer's numbers as an array, times the layers."""
    D, h = cfg["width"], cfg["width"] // cfg["heads"]
    ratio = cfg["kv_heads"] * h
    bias = {"none": (0, 0), "qkv": (D + 2 * ratio, 0), "all": (2 * D + 2 * ratio, D)}[cfg["biases"]]
    ups = 1 + cfg["gated"]
    ffn = (ups + 1) * D * cfg["ffn"] + bias[1] + (ups * cfg["ffn"] if cfg["biases"] == "all" else 0)
    layer = np.array([2 * D * (D + ratio) + bias[0], ffn])
    attention, ffn = (layer * cfg["layers"]).tolist()
    vectors = 1 + (cfg["norm"] == "layer")
    return (
        D * (cfg["vocab"] + cfg["positions"]),
        attention,
        ffn,
        vectors * D * (1 + 2 * cfg["layers"]),
        (not cfg["tied"]) * D * cfg["vocab"],
    )


def wrong_count(**broken):
    def answer(cfg):
        return by_tensors(cfg, **{k: v(cfg) if callable(v) else v for k, v in broken.items()})

    return answer


def one_layer(cfg):
    e, a, f, n, h = by_tensors(cfg)
    return e, a // cfg["layers"], f // cfg["layers"], n, h


def four_biases(cfg):
    parts = by_tensors(cfg)
    if cfg["biases"] == "qkv":
        parts[1] += cfg["width"] * cfg["layers"]
    return parts


# ---- ffn_width ---------------------------------------------------------------------------------


def by_ceil(width, multiple_of, multiplier=1.0):
    hidden = math.floor(multiplier * math.floor(8 * width / 3))
    return math.ceil(hidden / multiple_of) * multiple_of


def by_remainder(width, multiple_of, multiplier=1.0):
    hidden = int((2 * (4 * width)) // 3 * multiplier)
    return hidden + (-hidden) % multiple_of


def wrong_width(base=lambda D: int(8 * D / 3), rounding=math.ceil, use=True):
    def answer(width, multiple_of, multiplier=1.0):
        hidden = int(base(width) * (multiplier if use else 1))
        return int(rounding(hidden / multiple_of)) * multiple_of

    return answer


def rounding_first(width, multiple_of, multiplier=1.0):
    return int(math.ceil(int(8 * width / 3) / multiple_of) * multiple_of * multiplier)


def cut_once(width, multiple_of, multiplier=1.0):
    hidden = math.floor(width * 4 * multiplier * 2 / 3)
    return hidden + (-hidden) % multiple_of


# ---- count_checkpoint --------------------------------------------------------------------------


def seen_storages(tensors):
    seen, numbers, size = set(), 0, 0
    for _, shape, dtype, storage in tensors:
        if storage not in seen:
            seen.add(storage)
            n = math.prod(shape)
            numbers += n
            size += n * int("".join(c for c in dtype if c.isdigit())) // 8
    return numbers, size


def by_numpy(tensors):
    rows = {t[3]: t for t in reversed(tensors)}.values()
    n = np.array([np.prod(shape, dtype=int) for _, shape, _, _ in rows], dtype=int)
    b = np.array([{"f32": 4, "bf16": 2, "f16": 2, "i8": 1}[d] for _, _, d, _ in rows], dtype=int)
    return int(n.sum()), int(n @ b)


def wrong_checkpoint(same=lambda t: t[3], size=math.prod, width=None):
    def answer(tensors):
        kept = []
        for t in tensors:
            if same(t) not in [same(k) for k in kept]:
                kept.append(t)
        bits = [width or int(t[2].lstrip("bfi")) for t in kept]
        sizes = [size(t[1]) for t in kept]
        return sum(sizes), sum(n * b // 8 for n, b in zip(sizes, bits, strict=True))

    return answer


# ---- width_for ---------------------------------------------------------------------------------


def by_search(parameters, layers, vocab, multiple=64):
    low, high = 0, 10**6 // multiple
    while high - low > 1:
        middle = (low + high) // 2
        D = middle * multiple
        low, high = (middle, high) if D * (vocab + 12 * layers * D) <= parameters else (low, middle)
    return low * multiple


def by_numpy_roots(parameters, layers, vocab, multiple=64):
    D = max(np.roots([12 * layers, vocab, -parameters]).real)
    return int(D // multiple) * multiple


def wrong_for(square=12, tables=1, finish=lambda D, m: math.floor(D / m) * m):
    def answer(parameters, layers, vocab, multiple=64):
        D = max(np.roots([square * layers, tables * vocab, -parameters]).real)
        return int(finish(D, multiple))

    return answer


RIGHT = {
    "count": [by_tensors, by_layer],
    "ffn_width": [by_ceil, by_remainder],
    "count_checkpoint": [seen_storages, by_numpy],
    "width_for": [by_search, by_numpy_roots],
    "gpt2_xl": [1.4746e9, "1.47B"],
    "weights_file": ["16.06 GB", "14.96 GiB"],
    "flaws": [{1, 3, 4, 6}, "1，3，4，6"],
}

TWINS = {
    "count": {
        1: wrong_count(tie=False),
        2: wrong_count(kv=lambda cfg: cfg["heads"]),
        3: wrong_count(gates=1),
        4: wrong_count(norm=[]),
        5: wrong_count(final=False),
        6: wrong_count(norm=lambda cfg: [(cfg["width"],)]),
        7: wrong_count(bias="none"),
        8: wrong_count(places=False),
        9: wrong_count(out=False),
        10: one_layer,
        11: four_biases,
    },
    "ffn_width": {
        1: wrong_width(base=lambda D: 4 * D),
        2: wrong_width(rounding=math.floor),
        3: wrong_width(rounding=round),
        4: rounding_first,
        5: wrong_width(use=False),
        6: wrong_width(rounding=lambda q: math.floor(q) + 1),
        7: cut_once,
    },
    "count_checkpoint": {
        1: wrong_checkpoint(same=lambda t: t[0]),
        2: wrong_checkpoint(same=lambda t: t[1:3]),
        3: wrong_checkpoint(width=32),
        4: wrong_checkpoint(size=lambda shape: math.prod(shape) * (len(shape) > 0)),
        5: wrong_checkpoint(size=lambda shape: int(np.sum(shape))),
    },
    "width_for": {
        1: wrong_for(tables=0),
        2: wrong_for(tables=2),
        3: wrong_for(square=8),
        4: wrong_for(square=4),
        5: wrong_for(finish=lambda D, m: math.ceil(D / m) * m),
        6: wrong_for(finish=lambda D, m: D),
    },
    "gpt2_xl": {1: "0.49B", 2: 983e6, 3: "1.557B"},
    "weights_file": {1: "32.12 GB", 2: "8.03 GB"},
}

TWO_AT_ONCE = {
    "count": [
        (wrong_count(tie=False, places=False), {1, 8}),
        (wrong_count(gates=1, norm=[]), {3, 4}),
    ],
    "ffn_width": [(wrong_width(base=lambda D: 4 * D, rounding=math.floor), {1, 2})],
    "count_checkpoint": [(wrong_checkpoint(same=lambda t: t[0], width=32), {1, 3})],
    "width_for": [(wrong_for(tables=0, square=8), {1, 3})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the embedding is V times D",
                    "if the head is tied it is free",
                    "weight tying saves one",
                ],
                "there is no embedding",
            ),
            (
                ["attention has 4D² a layer", "four projection matrices", "GQA makes it smaller"],
                "there are not four matrices",
            ),
            (
                ["the FFN has 8D²", "SwiGLU has three", "then the feed-forward block"],
                "no FFN is in it",
            ),
            (
                [
                    "roughly 12LD²",
                    "12 times layers times width squared",
                    "twelve D squared a layer",
                ],
                "it is not 12LD²",
            ),
            (
                ["trained on broad data", "it serves many tasks", "it is pretrained"],
                "it is not pretrained",
            ),
        ],
        "zh": [
            (["词嵌入是词表乘宽度", "输出层和它共享", "先看 embedding"], "没有词嵌入"),
            (["注意力每层 4D²", "四个矩阵", "GQA 时更少"], "不是四个矩阵"),
            (["FFN 每层 8D²", "SwiGLU 是三个矩阵", "前馈网络占大头"], "没有 FFN"),
            (["合计约 12LD²", "12 乘层数乘宽度平方", "每层十二倍宽度平方"], "不是 12LD²"),
            (["先说定义", "能用于多种任务", "经过预训练"], "没有预训练"),
        ],
    }
}

EQUIVALENT = {
    "count": {
        "D // cfg['heads'] → D / cfg['heads'] in kv = D // cfg[\"heads\"] * cfg[\"kv_heads\"]": (
            "type: heads divide the width, so the float holds the same whole number"
        ),
    },
    "width_for": {
        "int(root) → root in return int(root) // multiple * multiple": "type: rounding down to a "
        "multiple rounds to a whole number too",
    },
}
