"""Training memory: other right answers, and every trap written a second way."""

import math
from fractions import Fraction

import numpy as np

# ---- state_bytes -------------------------------------------------------------------------------


def paper_formulas(parameters, stage, ranks, optimizer="adam"):
    """Rajbhandari et al. 2020, §5.1–5.3, as a NumPy array."""
    K = {"adam": 12, "momentum": 8, "sgd": 4, "adam8bit": 6}[optimizer]
    psi = float(parameters)
    parts = np.array([2 * psi, 2 * psi, K * psi])
    whole = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]])[stage]
    return np.where(whole == 1, parts, parts / ranks)


def whole_bytes(parameters, stage, ranks, optimizer="adam"):
    """Integers: a shard is rounded up to a whole byte, as a padded buffer would be."""
    extra = {"sgd": 0, "momentum": 4, "adam": 8, "adam8bit": 2}
    sizes = [2 * parameters, 2 * parameters, (4 + extra[optimizer]) * parameters]
    for part in range(3 - stage, 3):
        sizes[part] = -(-sizes[part] // ranks)
    return sizes


def exact(parameters, stage, ranks, optimizer="adam"):
    """Fractions until the end; floats of single precision."""
    count = dict(zip(("sgd", "adam8bit", "momentum", "adam"), (4, 6, 8, 12), strict=True))
    shares = [Fraction(1, ranks) if stage >= first else Fraction(1) for first in (3, 2, 1)]
    sizes = (2, 2, count[optimizer])
    return tuple(np.float32(float(a * b * parameters)) for a, b in zip(sizes, shares, strict=True))


def wrong_states(per_parameter, divide, scale=1.0):
    """`per_parameter(optimizer)`: three sizes; `divide(stage)`: which of them are sharded."""

    def answer(parameters, stage, ranks, optimizer="adam"):
        sizes = np.multiply(per_parameter(optimizer), parameters).astype(float)
        factor = scale(ranks) if callable(scale) else scale
        return [
            factor * (size / ranks if sharded else size)
            for size, sharded in zip(sizes, divide(stage), strict=True)
        ]

    return answer


STATES = {"adam": 12, "momentum": 8, "sgd": 4, "adam8bit": 6}
MOMENTS = {"adam": 2, "momentum": 1, "sgd": 0, "adam8bit": 2}


def right_sizes(optimizer):
    return 2, 2, STATES[optimizer]


def right_division(stage):
    return stage > 2, stage > 1, stage > 0


# ---- activation_bytes --------------------------------------------------------------------------


def equation_two(sequence, batch, hidden, heads, layers, recompute="none", tensor_parallel=1):
    """Korthikanti et al. 2022, eq. 2, in floats."""
    s, b, h, a, t = map(float, (sequence, batch, hidden, heads, tensor_parallel))
    per = {
        "none": 10 + 24 / t + 5 * a * s / (h * t),
        "selective": 10 + 24 / t,
        "full": 2.0,
    }
    return s * b * h * per[recompute] * layers


def block_by_block(sequence, batch, hidden, heads, layers, recompute="none", tensor_parallel=1):
    """Attention 11sbh + 5as²b, MLP 19sbh, LayerNorms 4sbh; whole numbers."""
    sbh, t = sequence * batch * hidden, tensor_parallel
    scores = heads * batch * sequence * sequence
    if recompute == "full":
        return np.int64(sbh) * 2 * layers
    attention = 3 * sbh + (8 * sbh + (5 * scores if recompute != "selective" else 0)) // t
    mlp = 3 * sbh + 16 * sbh // t
    return (attention + mlp + 4 * sbh) * layers


def wrong_activations(whole, split, scores, full=2, exponent=1, ways_of_full=False, times=None):
    """Per layer: whole·sbh + (split·sbh + scores·score elements) / t."""

    def answer(sequence, batch, hidden, heads, layers, recompute="none", tensor_parallel=1):
        sbh = float(sequence) * batch * hidden
        ways = tensor_parallel**exponent
        depth = layers if times is None else times(layers, recompute)
        if recompute == "full":
            return full * sbh * depth / (tensor_parallel if ways_of_full else 1)
        square = scores(recompute, sequence, hidden, heads) * sbh / hidden
        return depth * (whole * sbh + (split * sbh + square) / ways)

    return answer


def five_scores(recompute, sequence, hidden, heads):
    return 5 * heads * sequence if recompute == "none" else 0


def no_batch_in_scores(sequence, batch, hidden, heads, layers, recompute="none", tensor_parallel=1):
    shape = (hidden, heads, layers, recompute, tensor_parallel)
    wide = equation_two(sequence, batch, hidden, 0, *shape[2:])
    return (
        wide + equation_two(sequence, 1, *shape) - equation_two(sequence, 1, hidden, 0, *shape[2:])
    )


def scores_times(number):
    return lambda *shape: number / 5 * five_scores(*shape)


# ---- max_batch ---------------------------------------------------------------------------------


def per_example(sequence, hidden, heads, layers, recompute, again=True):
    """(kept by all layers, restored in one) for one example."""
    kept = equation_two(sequence, 1, hidden, heads, layers, recompute)
    layer = equation_two(sequence, 1, hidden, heads, 1, recompute)
    return kept + again * (equation_two(sequence, 1, hidden, heads, 1) - layer)


def closed_form(
    card_gb, parameters, stage, ranks, sequence, hidden, heads, layers, recompute="none"
):
    free = card_gb * 10**9 - sum(paper_formulas(parameters, stage, ranks))
    fit = np.floor(free / per_example(sequence, hidden, heads, layers, recompute))
    return int(np.maximum(fit, 0))


def halving(card_gb, parameters, stage, ranks, sequence, hidden, heads, layers, recompute="none"):
    """Search between a batch that fits and one that does not; returns a float."""

    def peak(batch):
        one = (sequence, batch, hidden, heads, 1)
        kept = block_by_block(*one, recompute) * (layers - 1) + block_by_block(*one)
        return sum(exact_sum(parameters, stage, ranks)) + Fraction(int(kept))

    def exact_sum(parameters, stage, ranks):
        for size, first in ((2, 3), (2, 2), (12, 1)):
            yield Fraction(size * parameters, ranks if stage >= first else 1)

    low, high = 0, 10**6
    if peak(0) > card_gb * 10**9:
        return 0.0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if peak(middle) <= card_gb * 10**9 else (low, middle)
    return float(low)


def wrong_batch(finish, gb=10**9, states=paper_formulas, share=None, again=True, mode=None):
    """`finish(free, each, ranks)` turns bytes free and bytes per example into a batch."""

    def answer(
        card_gb, parameters, stage, ranks, sequence, hidden, heads, layers, recompute="none"
    ):
        each = per_example(sequence, hidden, heads, layers, mode or recompute, again)
        if share and stage > 0:
            each /= ranks
        return finish(card_gb * gb - np.sum(states(parameters, stage, ranks)), each, ranks)

    return answer


def input_counted_twice(
    card_gb, parameters, stage, ranks, sequence, hidden, heads, layers, recompute="none"
):
    each = equation_two(sequence, 1, hidden, heads, layers, recompute)
    each += equation_two(sequence, 1, hidden, heads, 1)
    return max(0, int((card_gb * 1e9 - np.sum(paper_formulas(parameters, stage, ranks))) // each))


def one_example_restored(
    card_gb, parameters, stage, ranks, sequence, hidden, heads, layers, recompute="none"
):
    each = per_example(sequence, hidden, heads, layers, recompute, again=False)
    once = per_example(sequence, hidden, heads, layers, recompute) - each
    free = card_gb * 1e9 - np.sum(paper_formulas(parameters, stage, ranks)) - once
    return max(0, int(free // each))


def down(free, each, ranks):
    return max(int(free // each), 0)


RIGHT = {
    "state_bytes": [paper_formulas, whole_bytes, exact],
    "activation_bytes": [equation_two, block_by_block],
    "max_batch": [closed_form, halving],
    "full_fine_tuning": ["224 GB", "208.6 GiB", (0.224, "TB")],
    "lora": ["28.5 GB", "26.55 GiB"],
    "communication": ["45 GB", (41.9, "GiB")],
    "two_ways": ["48.1 GB", "44.8 GiB"],
    "long_context": ["19.9 GB", "18.55 GiB"],
    "flaws": [{2, 3, 5, 6, 8}, "2，3，5，6，8"],
}

TWINS = {
    "state_bytes": {
        1: wrong_states(lambda o: (2, 4, STATES[o]), right_division),
        2: wrong_states(
            lambda o: (2, 2, {"adam": 8, "momentum": 4, "sgd": 0, "adam8bit": 2}[o]),
            right_division,
        ),
        3: wrong_states(lambda o: (2, 2, 2 * MOMENTS[o] if o != "adam8bit" else 2), right_division),
        4: wrong_states(right_sizes, lambda stage: [stage > 0] * 3),
        5: wrong_states(right_sizes, lambda stage: (stage > 1, stage > 0, stage > 0)),
        6: wrong_states(right_sizes, lambda stage: (stage >= 1, stage >= 2, stage == 3)),
        7: wrong_states(right_sizes, lambda stage: (stage > 1, stage > 2, stage > 0)),
        8: wrong_states(lambda o: (2, 2, 4 + 4 + 4), right_division),
        9: wrong_states(right_sizes, right_division, scale=10**-9),
        10: wrong_states(right_sizes, right_division, scale=float),
        11: wrong_states(
            lambda o: (2, 2, MOMENTS[o] if o == "adam8bit" else STATES[o]), right_division
        ),
        12: wrong_states(lambda o: (2, 2, STATES[o] if o != "sgd" else 0), right_division),
        13: wrong_states(lambda o: (2 + 4, 2, STATES[o] - 4), right_division),
        14: lambda *given, **named: np.sum(paper_formulas(*given, **named)),
        15: wrong_states(right_sizes, right_division, scale=1 / 1024**3),
        16: wrong_states(right_sizes, lambda stage: [stage == own for own in (3, 2, 1)]),
    },
    "activation_bytes": {
        1: wrong_activations(0, 34, five_scores),
        2: wrong_activations(20, 48, scores_times(10), full=4),
        3: wrong_activations(12, 24, scores_times(6)),
        4: wrong_activations(6, 12, scores_times(3), full=1),
        5: wrong_activations(10, 24, scores_times(0)),
        6: wrong_activations(10, 24, lambda mode, s, h, a: five_scores(mode, s, h, 1)),
        7: wrong_activations(10, 24, lambda mode, s, h, a: five_scores(mode, h, h, a)),
        8: wrong_activations(10, 24, scores_times(2.5)),
        9: wrong_activations(10, 24, scores_times(2)),
        10: wrong_activations(10, 24, five_scores, times=lambda layers, mode: 1),
        11: wrong_activations(10, 24, lambda mode, s, h, a: five_scores("none", s, h, a)),
        12: wrong_activations(10, 24, five_scores, full=0),
        13: wrong_activations(
            10, 24, five_scores, times=lambda layers, mode: 1 if mode == "full" else layers
        ),
        14: wrong_activations(10, 24, five_scores, ways_of_full=True),
        15: wrong_activations(10, 24, five_scores, exponent=0),
        16: no_batch_in_scores,
    },
    "max_batch": {
        1: wrong_batch(down, gb=1024**3),
        2: wrong_batch(lambda free, each, ranks: max(-int(-free // each), 0)),
        3: wrong_batch(down, states=lambda *_: 0.0),
        4: wrong_batch(down, states=lambda parameters, stage, ranks: 16.0 * parameters),
        5: wrong_batch(lambda free, each, ranks: int(free // each)),
        6: wrong_batch(lambda free, each, ranks: np.clip(free / each, 0, None)),
        7: wrong_batch(lambda free, each, ranks: ranks * down(free, each, ranks)),
        8: wrong_batch(down, share=True),
        9: wrong_batch(down, again=False),
        10: wrong_batch(down, mode="none"),
        11: wrong_batch(lambda free, each, ranks: max(-int(-free // each), 1) - 1),
        12: input_counted_twice,
        13: one_example_restored,
    },
    "full_fine_tuning": {
        1: "26.08 GiB",
        2: "56 GB",
        3: (84, "GB"),
        4: "104.3 GiB",
        5: "168 GB",
        6: "252 GB",
        7: "280 GB",
    },
    "lora": {1: "503 MB", 2: "28 GB", 3: "26.31 GiB", 4: "56.5 GB", 5: "224.5 GB"},
    "communication": {1: "30 GB", 2: "22.5 GB", 3: "15 GB", 4: "90 GB"},
    "two_ways": {1: "17.5 GB", 2: "140 GB", 3: "385 GB", 4: "36.6 GB"},
    "long_context": {1: "9.96 GB", 2: "2490 MB", 3: "39.8 GB"},
}

TWO_AT_ONCE = {
    "state_bytes": [
        (wrong_states(lambda o: (2, 4, STATES[o] - 4), right_division), {1, 2}),
        (wrong_states(lambda o: (2, 2, STATES[o] - 4), lambda stage: [stage > 0] * 3), {2, 4}),
        (wrong_states(lambda o: (2, 4, 12), right_division, scale=1e-9), {1, 8, 9}),
    ],
    "activation_bytes": [
        (wrong_activations(0, 68, scores_times(10)), {1, 2}),
        (wrong_activations(12, 24, lambda mode, s, h, a: 6 * s if mode == "none" else 0), {3, 6}),
        (wrong_activations(10, 24, scores_times(2), times=lambda layers, mode: 1), {9, 10}),
        (wrong_activations(10, 24, five_scores, full=0, exponent=0), {12, 15}),
    ],
    "max_batch": [
        (wrong_batch(lambda free, each, ranks: math.ceil(free / each), gb=2**30), {1, 2, 5}),
        (wrong_batch(down, states=lambda *_: 0.0, again=False), {3, 9}),
        (wrong_batch(lambda free, each, ranks: ranks * max(0, free / each)), {6, 7, 8}),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "it is 16 bytes per parameter",
                    "sixteen bytes for every weight",
                    "that's sixteen in total",
                    "2 + 2 + 12 for mixed-precision Adam",
                ],
                "it is not 16 bytes",
            ),
            (
                [
                    "there is an fp32 master copy of the weights",
                    "Adam keeps momentum and variance",
                    "plus fp32 weights",
                    "the first and second moments",
                    "it stores master weights in single precision",
                ],
                "you need no master copy",
            ),
            (
                ["that makes 224 GB", "16 times 14 is 224", "about 224 gigabytes in total"],
                "it never needs 224 GB",
            ),
            (
                [
                    "ZeRO-1 shards the optimizer states",
                    "stage 1 splits only the optimizer",
                    "Stage one partitions the Adam states",
                    "first it partitions the optimizer state",
                ],
                "ZeRO-1 does not shard the optimizer state",
            ),
            (
                [
                    "ZeRO-3 also shards the parameters",
                    "in stage 3 the weights are split as well",
                    "ZeRO 3 partitions everything",
                ],
                "ZeRO-3 does not shard the weights",
            ),
            (
                [
                    "ZeRO-3 needs 1.5x the communication",
                    "communication stays the same for stages 1 and 2",
                    "it communicates half again as much",
                    "traffic is unchanged for the first two",
                    "ZeRO-1 and 2 communicate no more than data parallelism",
                ],
                "it isn't 1.5 times the traffic",
            ),
            (
                [
                    "activations come on top of that",
                    "the activations grow with the batch",
                    "plus the activations",
                    "Then activation memory",
                ],
                "activations never depend on the batch",
            ),
            (
                [
                    "gradient checkpointing costs about a third more compute",
                    "recomputing takes one extra forward pass",
                    "checkpointing adds one forward",
                    "checkpointing is roughly 33 % slower",
                ],
                "recomputation does not cost a third",
            ),
        ],
        "zh": [
            (
                ["每个参数 16 字节", "按十六个字节一个参数算", "2+2+12 个字节", "一共 16Ψ"],
                "不是 16 字节",
            ),
            (
                [
                    "还有一份 fp32 主权重",
                    "动量和方差都是 fp32",
                    "里面有 master weight",
                    "再加 m 和 v",
                ],
                "不需要主权重",
            ),
            (
                ["一共 224 GB", "14 乘 16 等于 224", "光模型状态就 224G"],
                "用不到 224 GB，别这么算，不是 224 GB",
            ),
            (
                ["ZeRO-1 把 Adam 的状态切开", "第一阶段切优化器", "stage 1 把优化器状态分到各卡"],
                "ZeRO-1 不切优化器状态",
            ),
            (
                ["ZeRO-3 连参数也切", "第三阶段把权重也分掉", "stage 3 全都切"],
                "ZeRO-3 不切权重",
            ),
            (
                ["ZeRO-3 通信量是 1.5 倍", "前两个通信量没有增加", "通信多一半", "ZeRO-3 多 50%"],
                "通信量不是 1.5 倍",
            ),
            (
                ["激活值另算", "还要加上激活值", "激活随 batch 增长"],
                "激活值不随 batch 变",
            ),
            (
                ["重计算大约多三分之一的计算", "多一次前向", "checkpointing 大概慢 30%"],
                "重计算没有多一次前向",
            ),
        ],
    }
}

EQUIVALENT = {
    "max_batch": {
        "max(0, free / (kept + restored)) → max(free / (kept + restored), 0) in "
        "return int(max(0, free / (kept + restored)))": "same value: max is symmetric",
    },
}
