"""Right answers to `dropout` that differ, and each trap written a second time."""

import numpy as np

# ---- dropout -----------------------------------------------------------------------------------


def where_float32(x, p, training, rng):
    """Single-precision draws, chosen by np.where; the mask is 0/1 in float32."""
    if not training:
        return x.copy(), None
    mask = (rng.random(x.shape, dtype=np.float32) > p).astype(np.float32)
    if p == 1:
        return np.zeros_like(x), np.zeros_like(mask)
    return np.where(mask == 1, x / (1 - p), 0.0).astype(x.dtype), mask


def scaled_binomial(x, p, training, rng):
    """The mask already holds the scale, as in many lecture notes."""
    mask = np.ones_like(x)
    if training:
        mask = rng.binomial(1, 1 - p, size=x.shape) / max(1 - p, 1e-12)
    return x * mask, mask


def unit_by_unit(x, p, training, rng):
    """A Python loop with one draw a unit."""
    y, mask = x.copy(), np.ones(x.shape, dtype=int)
    if training:
        for i in range(x.size):
            if rng.uniform() < p:
                y.flat[i] = 0.0
                mask.flat[i] = 0
            else:
                y.flat[i] /= 1 - p
    return y, mask


def cast_to_single(x, p, training, rng):
    """All in float32, as a framework does that knows no other precision; also in evaluation."""
    x = np.asarray(x, dtype=np.float32)
    if not training:
        return x, np.ones_like(x)
    mask = (rng.random(x.shape, dtype=np.float32) >= p).astype(np.float32)
    return (x * mask / np.float32(1 - p) if p < 1 else 0 * x), mask


def row_by_row_choice(x, p, training, rng):
    """rng.choice, one row after the other, from the last to the first."""
    mask = np.ones(x.shape, dtype=bool)
    if not training:
        return x, mask
    for row in reversed(range(len(x))):
        mask[row] = rng.choice([False, True], size=x[row].shape, p=[p, 1 - p])
    y = np.zeros(x.shape, dtype=x.dtype)
    y[mask] = x[mask] / (1 - p) if p < 1 else 0
    return y, mask


def _tail(x, keep, p, factor=None):
    """The end of a right answer: kept units divided by 1 − p, or times `factor`."""
    if p == 1:
        return np.zeros(x.shape), keep
    y = np.zeros(x.shape)
    y[keep] = x[keep] * (1 / (1 - p) if factor is None else factor)
    return y, keep


def _ones(x):
    return np.ones(x.shape)


def threshold(x, p, training, rng):
    mask = np.ones_like(x)
    if training:
        mask[x < 0.5] = 0
    return np.where(mask, x, 0), mask


def unscaled(x, p, training, rng):
    y, mask = x.copy(), rng.binomial(1, 1 - p, size=x.shape)
    if training:
        y[mask == 0] = 0
    return y, mask


def divided_by_p(x, p, training, rng):
    if not training:
        return x, _ones(x)
    mask = rng.uniform(size=x.shape) > p
    return _tail(x, mask, p, 1 / p if p else 1)


def keeps_p(x, p, training, rng):
    mask = rng.choice([0, 1], size=x.shape, p=[1 - p, p])
    return (x * mask / p, mask) if training else (x, mask)


def shared_by_the_batch(x, p, training, rng):
    mask = np.repeat(rng.binomial(1, 1 - p, size=(1, x.shape[1])), len(x), axis=0) > 0
    return _tail(x, mask, p) if training else (x, mask)


def whole_rows(x, p, training, rng):
    mask = np.zeros(x.shape, dtype=bool)
    for row in range(len(x)):
        mask[row] = rng.random() >= p
    return _tail(x, mask, p) if training else (x, mask)


def always_on(x, p, training=True, rng=None):
    return _tail(x, rng.random(x.shape) < 1 - p, p)


def scaled_in_evaluation(x, p, training, rng):
    keep = 1 - p
    if training:
        mask = rng.random(x.shape) < keep
        return _tail(x, mask, p)
    return keep * x, _ones(x)


def seeded_inside(x, p, training, rng):
    if not training:
        return x, _ones(x)
    return _tail(x, np.random.RandomState(42).rand(*x.shape) >= p, p)


def fresh_generator(x, p, training, rng):
    if not training:
        return x, _ones(x)
    return _tail(x, np.random.default_rng().uniform(size=x.shape) >= p, p)


def multiplied(x, p, training, rng):
    if not training:
        return x, _ones(x)
    return _tail(x, rng.random(x.shape) >= p, p, 1 - p)


def mask_of_the_dropped(x, p, training, rng):
    if not training:
        return x, np.zeros(x.shape)
    dropped = rng.random(x.shape) < p
    return _tail(x, ~dropped, p)[0], dropped.astype(float)


def shuffled_rows(x, p, training, rng):
    if not training:
        return x, _ones(x)
    width = x.shape[-1]
    row = np.arange(width) >= round(p * width)
    return _tail(x, rng.permuted(np.tile(row, (len(x), 1)), axis=1), p)


def nan_at_one(x, p, training, rng):
    if not training:
        return x, _ones(x)
    mask = (rng.random(x.shape) >= p) / (1 - p)
    return x * mask, mask


def overwritten(x, p, training, rng):
    if not training:
        return x, _ones(x)
    keep = rng.random(x.shape) >= p
    x[~keep] = 0
    if p < 1:
        np.divide(x, 1 - p, out=x)
    return x, keep


def nothing_to_drop(x, p, training, rng):
    if not training or p == 0:
        return x, None
    return _tail(x, rng.uniform(size=x.shape) >= p, p)


def unscaled_always_on(x, p, training, rng):
    keep = rng.random(x.shape) >= p
    return x * keep, keep


def keeps_p_unscaled(x, p, training, rng):
    keep = rng.random(x.shape) < p
    return (x * keep, keep) if training else (x, keep)


def shared_and_seeded(x, p, training, rng):
    keep = np.broadcast_to(np.random.default_rng(1).random(x.shape[-1]) >= p, x.shape)
    return _tail(x, keep, p) if training else (x, keep)


# ---- dropout_backward --------------------------------------------------------------------------


def selected(dy, mask, p):
    dx = np.zeros(dy.shape)
    if p < 1:
        dx[mask] = dy[mask] / (1 - p)
    return dx


def chosen_float32(dy, mask, p):
    return np.where(mask, dy.astype(np.float32) / np.float32(max(1 - p, 1e-9)), 0)


def entry_by_entry(dy, mask, p):
    dx = [g / (1 - p) if kept else 0.0 for g, kept in zip(dy.flat, mask.flat, strict=True)]
    return np.array(dx).reshape(dy.shape).tolist()


def _loop(factor):
    """A backward pass entry by entry; `factor(kept, p)`."""

    def backward(dy, mask, p):
        if p == 1:
            return np.zeros_like(dy)
        flat = [g * factor(kept, p) for g, kept in zip(dy.ravel(), mask.ravel(), strict=True)]
        return np.array(flat).reshape(dy.shape)

    return backward


def redrawn(dy, mask, p):
    if p == 1:
        return np.zeros_like(dy)
    dropped = np.random.random(dy.shape) < p
    dx = dy / (1 - p)
    dx[dropped] = 0
    return dx


def divided_by_zero(dy, mask, p):
    scale = mask.astype(float) / (1 - p)
    return dy * scale


# ---- mc_dropout --------------------------------------------------------------------------------


def with_statistics(model, x, n, rng):
    passes = [model(x, rng) for _ in range(n)]
    mean = sum(passes) / n
    return mean, (sum((y - mean) ** 2 for y in passes) / (n - 1)) ** 0.5


def with_children(model, x, n, rng):
    passes = np.array([model(x, child) for child in rng.spawn(n)])
    return np.mean(passes, axis=0), np.std(passes, axis=0, ddof=1)


def in_single_precision(model, x, n, rng):
    """Every output cast to float32, as JAX does."""
    y = np.stack([np.asarray(model(x, rng), dtype=np.float32) for _ in range(n)])
    centred = y - y.mean(0)
    return y.mean(0), np.sqrt((centred**2).sum(0) / np.float32(n - 1))


def _passes(model, x, n, rng):
    return np.array([model(x, rng) for _ in range(n)])


def cancelling(model, x, n, rng):
    y = _passes(model, x, n, rng)
    mean = y.mean(0)
    return mean, (((y * y).sum(0) - n * mean * mean) / (n - 1)) ** 0.5


def divisor_n(model, x, n, rng):
    y = _passes(model, x, n, rng)
    return y.mean(0), (((y - y.mean(0)) ** 2).sum(0) / n) ** 0.5


def one_seed(model, x, n, rng):
    y = np.array([model(x, np.random.RandomState(7)) for _ in range(n)])
    return y.mean(0), y.std(0, ddof=1)


def evaluated_once(model, x, n, rng):
    y = model(x, rng)
    return y, 0 * y


def over_examples(model, x, n, rng):
    y = _passes(model, x, n, rng)
    centred = y - y.mean(1, keepdims=True)
    return y.mean(0), np.sqrt((centred**2).sum(1) / (y.shape[1] - 1))


def standard_error(model, x, n, rng):
    mean, std = with_statistics(model, x, n, rng)
    return mean, std * n**-0.5


def squared(model, x, n, rng):
    mean, std = with_statistics(model, x, n, rng)
    return mean, std**2


def counted_seeds(model, x, n, rng):
    y = np.array([model(x, np.random.RandomState(100 + i)) for i in range(n)])
    return y.mean(0), np.sqrt(y.var(0, ddof=1))


def divisor_n_squared(model, x, n, rng):
    return _passes(model, x, n, rng).mean(0), divisor_n(model, x, n, rng)[1] ** 2


def one_seed_squared(model, x, n, rng):
    mean, std = one_seed(model, x, n, rng)
    return mean, std**2


RIGHT = {
    "dropout": [
        where_float32,
        scaled_binomial,
        unit_by_unit,
        row_by_row_choice,
        cast_to_single,
    ],
    "dropout_backward": [selected, chosen_float32, entry_by_entry],
    "mc_dropout": [with_statistics, with_children, in_single_precision],
    "variance_ratio": [1.25, "1.25 times"],
    "logit_factor": [4, "4.0 times"],
    "row_sum_spread": ["8.33 %", 8.3, "8.3333%"],
    "flaws": [{8, 6, 5, 3, 2}, "2，3，5，6，8"],
}

TWINS = {
    "dropout": {
        1: threshold,
        2: unscaled,
        3: divided_by_p,
        4: keeps_p,
        5: shared_by_the_batch,
        6: whole_rows,
        7: always_on,
        8: scaled_in_evaluation,
        9: seeded_inside,
        10: fresh_generator,
        11: multiplied,
        12: mask_of_the_dropped,
        13: shuffled_rows,
        14: nan_at_one,
        15: overwritten,
        16: nothing_to_drop,
    },
    "dropout_backward": {
        1: _loop(lambda kept, p: 1.0 if kept else 0.0),
        2: _loop(lambda kept, p: float(kept) * (1 / p if p else 1)),
        3: _loop(lambda kept, p: 1 / (1 - p)),
        4: lambda dy, mask, p: dy.copy() if p < 1 else 0 * dy,
        5: redrawn,
        6: _loop(lambda kept, p: (1 - p) * kept),
        7: _loop(lambda kept, p: 0.0 if kept else 1 / (1 - p)),
        8: divided_by_zero,
    },
    "mc_dropout": {
        1: cancelling,
        2: divisor_n,
        3: one_seed,
        4: evaluated_once,
        5: over_examples,
        6: standard_error,
        7: squared,
        8: counted_seeds,
    },
    "variance_ratio": {1: "1 times", 2: 4 / 5, 3: "1.56", 4: "5 times", 5: "0.25"},
    "logit_factor": {1: "2 times", 2: 1 / 4, 3: "1", 4: "8 times"},
    "row_sum_spread": {1: "0.69 %", 2: 100 / 3, 3: "7.5%", 4: 75.0, 5: 1 / 12},
}

TWO_AT_ONCE = {
    "dropout": [
        (unscaled_always_on, {2, 7}),
        (keeps_p_unscaled, {2, 4}),
        (shared_and_seeded, {5, 9}),
    ],
    "dropout_backward": [
        (_loop(lambda kept, p: 0.0 if kept else 1.0), {1, 7}),
        (_loop(lambda kept, p: 1 / p if p else 1.0), {2, 3}),
    ],
    "mc_dropout": [(divisor_n_squared, {2, 7}), (one_seed_squared, {3, 7})],
}

# One entry for each key point of `say`, in its order: three phrasings that are found, one negation
# that is not.
PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "Each neuron is switched off at random during training",
                    "I draw a Bernoulli variable for every activation",
                    "an independent coin per unit and per example",
                    "each unit is removed with probability p",
                    "units are dropped at random, no matter what they hold",
                ],
                "The units to drop are not chosen at random",
            ),
            (
                [
                    "p is the drop probability in PyTorch",
                    "in the paper p means the probability of retaining a unit",
                    "Keras calls the drop rate `rate`",
                    "p is the probability that a unit is dropped",
                    "rate = 0.2 means 20% of the units are dropped",
                ],
                "I would never call it the keep probability",
            ),
            (
                [
                    "the survivors are scaled by 1/(1-p)",
                    "I divide what is left by 1 - p while training",
                    "kept activations are divided by the keep probability",
                    "x * mask / (1 - p)",
                ],
                "You do not scale anything by 1/(1-p)",
            ),
            (
                [
                    "so the mean of the activation is preserved",
                    "the expected input of the next layer stays the same",
                    "this keeps the expectation of every unit",
                    "so that the expected value does not change",
                    "E[y] = x",
                ],
                "the mean is not the same as before",
            ),
            (
                [
                    "at inference dropout is switched off",
                    "it is the identity at test time",
                    "in evaluation mode nothing is dropped",
                    "at test time we don't drop anything",
                    "it is only active in training",
                ],
                "At test time we do not turn it off",
            ),
            (
                [
                    "the gradient is multiplied by the same mask",
                    "I cache the mask for the backward pass",
                    "backprop reuses the mask",
                    "the backward pass must not draw a new mask",
                ],
                "we draw a new mask in the backward pass",
            ),
            (
                [
                    "it breaks co-adaptation",
                    "a neuron cannot rely on a particular neighbour",
                    "it behaves like an ensemble of thinned networks",
                    "units don't co-adapt",
                ],
                "it is not an ensemble at all",
            ),
        ],
        "zh": [
            (
                [
                    "训练时随机丢掉一部分神经元",
                    "每个神经元各抛一次硬币",
                    "对每个激活值采一个伯努利变量",
                    "每个神经元都有 p 的概率被置零",
                ],
                "丢哪些神经元并不是随机的",
            ),
            (
                [
                    "PyTorch 里的 p 是丢弃概率",
                    "论文的 p 指保留的概率",
                    "每个单元以概率 p 丢弃",
                    "Keras 的 rate 是丢弃率",
                ],
                "我不会把它叫作保留概率",
            ),
            (
                [
                    "留下来的除以 1-p",
                    "激活值乘以 1/(1-p)",
                    "训练时除以保留概率",
                    "没被丢弃的单元除以 1-p",
                ],
                "训练时不需要除以 1-p",
            ),
            (
                [
                    "这样期望保持不变",
                    "训练和推理的均值一致",
                    "为了保证期望相同",
                    "期望值不会变",
                ],
                "这样做没有让均值保持一致",
            ),
            (
                [
                    "推理时关闭 dropout",
                    "测试时什么都不丢",
                    "预测阶段它是恒等映射",
                    "测试的时候直接返回 x",
                    "推理阶段不再丢弃",
                    "只在训练时生效",
                ],
                "推理时我们没有关闭它",
            ),
            (
                [
                    "反向用同一个掩码",
                    "梯度要乘前向的 mask",
                    "前向存下掩码给反向用",
                    "反向时不能重新采样",
                ],
                "反向要重新采样一个掩码",
            ),
            (
                [
                    "打破神经元之间的共适应",
                    "相当于集成了很多子网络",
                    "主要是防止过拟合",
                    "神经元不能过度依赖某几个特征",
                ],
                "它并不是集成",
            ),
        ],
    }
}

EQUIVALENT = {
    "dropout": {
        "rng.random(x.shape) >= p → rng.random(x.shape) > p in mask = rng.random(x.shape) >= p": (
            "measure zero: a uniform draw equals p with probability 2⁻⁵³"
        ),
    },
}
