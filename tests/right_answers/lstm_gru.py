"""LSTM and GRU: other right answers, and every trap written a second way."""

import numpy as np


def logistic(z):
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


# ---- lstm_step ---------------------------------------------------------------------------------


def gates_by_name(x, h, c, W, U, b):
    """One product of the joined inputs for each gate."""
    H = h.shape[1]
    joined, weights = np.hstack([x, h]), np.vstack([W, U])
    block = {k: slice(n * H, n * H + H) for n, k in enumerate(("in", "forget", "new", "out"))}
    at = {k: joined @ weights[:, cut] + b[cut] for k, cut in block.items()}
    cell = logistic(at["forget"]) * c + logistic(at["in"]) * np.tanh(at["new"])
    return [logistic(at["out"]) * np.tanh(cell), cell]


def row_by_row_einsum(x, h, c, W, U, b):
    W4, U4 = (m.reshape(len(m), 4, -1) for m in (W, U))
    z = np.einsum("bd,dgh->gbh", x, W4) + np.einsum("bk,kgh->gbh", h, U4)
    z = z + b.reshape(4, 1, -1)
    cell = c / (1 + np.exp(-np.clip(z[1], -700, None)))
    cell = cell + np.tanh(z[2]) / (1 + np.exp(-np.clip(z[0], -700, None)))
    return np.tanh(cell) / (1 + np.exp(-np.clip(z[3], -700, None))), cell


def single_precision_lstm(x, h, c, W, U, b):
    return gates_by_name(*(a.astype("f4") for a in (x, h, c, W, U, b)))


def wrong_lstm(order=(0, 1, 2, 3), cell=None, out=None, new=np.tanh, shift=0.0, back=(0, 1)):
    """A step by block number, one part wrong."""

    def answer(x, h, c, W, U, b):
        H = h.shape[1]
        z = np.dot(x, W) + np.dot(h, U) + b
        i, f, g, o = (z[:, k * H : (k + 1) * H] for k in order)
        keep, write, show = logistic(f + shift), logistic(i), logistic(o)
        state = cell(c, keep, write, new(g)) if cell else keep * c + write * new(g)
        seen = out(state, c) if out else np.tanh(state)
        both = (show * seen, state)
        return both[back[0]], both[back[1]]

    return answer


def neighbours(x, h, c, W, U, b):
    z = x @ W + h @ U + b
    i, f, g, o = (z[:, k::4] for k in range(4))
    cell = logistic(f) * c + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(cell), cell


# ---- remembered --------------------------------------------------------------------------------


def walk_back(f):
    left, share = np.empty(np.shape(f)), np.ones(np.shape(f)[1:])
    for t in range(len(f) - 1, -1, -1):
        share = share * f[t]
        left[t] = share
    return left


def products_of_tails(f):
    return [np.prod(f[t:], axis=0) for t in range(len(f))]


def by_division(f):
    total, seen, shares = np.prod(f, axis=0), np.ones(f.shape[1:]), []
    with np.errstate(all="ignore"):
        for gate in f:
            shares.append(total / seen)
            seen = seen * gate
    return np.array(shares)


def walk_ahead(f):
    share, shares = 1.0, []
    for gate in f:
        share = share * gate
        shares.append(share)
    return np.array(shares)


# ---- gru_step ----------------------------------------------------------------------------------


def gru_by_cases(x, h, W, U, b, reset_after=True):
    H = h.shape[1]
    (Wz, Wr, Wh), (Uz, Ur, Uh) = np.split(W, 3, axis=1), np.split(U, 3, axis=1)
    if reset_after:
        (bz, br, bh), (cz, cr, ch) = np.split(b[0], 3), np.split(b[1], 3)
    else:
        (bz, br, bh), cz, cr, ch = np.split(b, 3), 0, 0, np.zeros(H)
    z = logistic(x @ Wz + bz + h @ Uz + cz)
    r = logistic(x @ Wr + br + h @ Ur + cr)
    inner = r * (h @ Uh + ch) if reset_after else (r * h) @ Uh
    new = np.tanh(x @ Wh + bh + inner)
    return new + z * (h - new)


def gru_by_sequences(x, h, W, U, b, reset_after=True):
    """One sequence at a time, float32."""
    rows = []
    for one_x, one_h in zip(x.astype("f4"), h.astype("f4"), strict=True):
        args = one_x[None], one_h[None], W.astype("f4"), U.astype("f4"), b.astype("f4")
        rows.append(gru_by_cases(*args, reset_after)[0])
    return np.array(rows)


def wrong_gru(zr=(0, 1), new=np.tanh, mix=None, inner=None, after=None):
    def answer(x, h, W, U, b, reset_after=True):
        H = h.shape[1]
        first, second = (b[0], b[1]) if reset_after else (b, 0 * b)
        cut = [slice(k * H, k * H + H) for k in range(3)]
        left, right = x @ W + first, h @ U + second
        z, r = (logistic(left[:, cut[k]] + right[:, cut[k]]) for k in zr)
        a, p, extra = left[:, cut[2]], right[:, cut[2]], second[cut[2]]
        late = reset_after if after is None else after
        if inner:
            n = new(inner(a, p, r, extra))
        else:
            n = new(a + (r * p if late else (r * h).dot(U[:, cut[2]]) + extra))
        return mix(z, h, n) if mix else n - z * n + z * h

    return answer


# ---- n_params ----------------------------------------------------------------------------------


def count_by_gate(cell, D, H):
    gates = {"rnn": ["h"], "lstm": ["i", "f", "c", "o"], "gru": ["z", "r", "h"]}[cell]
    total = 0
    for _ in gates:
        total += D * H + H * H + H
    return total + (3 * H if cell == "gru" else 0)


def count_by_arrays(cell, D, H):
    n = {"rnn": H, "lstm": 4 * H, "gru": 3 * H}[cell]
    arrays = [np.zeros((D, n)), np.zeros((H, n)), np.zeros((1 + (cell == "gru"), n))]
    return np.int64(sum(a.size for a in arrays))


def wrong_count(blocks, bias, recurrent=1):
    def answer(cell, D, H):
        n = H * blocks["rnn lstm gru".split().index(cell)]
        return D * n + recurrent * H * n + n * bias["rnn lstm gru".split().index(cell)]

    return answer


RIGHT = {
    "lstm_step": [gates_by_name, row_by_row_einsum, single_precision_lstm],
    "remembered": [walk_back, products_of_tails],
    "gru_step": [gru_by_cases, gru_by_sequences],
    "n_params": [count_by_gate, count_by_arrays],
    "share_left": [3.6e-6, "3.6e-6"],
    "bias_for_half": [4.97, "4.96"],
    "block_ratio": [4, "4 times"],
    "flaws": [{2, 3, 5, 7, 8}, "2，3，5，7，8"],
}

TWINS = {
    "lstm_step": {
        1: wrong_lstm(order=(1, 0, 2, 3)),
        2: wrong_lstm(order=(0, 1, 3, 2)),
        3: wrong_lstm(order=(0, 2, 1, 3)),
        4: neighbours,
        5: wrong_lstm(out=lambda state, old: state),
        6: wrong_lstm(out=lambda state, old: np.tanh(old)),
        7: wrong_lstm(new=logistic),
        8: wrong_lstm(cell=lambda c, f, i, g: g + f * (c - g)),
        9: wrong_lstm(shift=1.0),
        10: wrong_lstm(back=(1, 0)),
        11: lambda x, h, c, W, U, b: gates_by_name(x, h, c, W, U, 0 * b),
        12: lambda x, h, c, W, U, b: gates_by_name(x, h, c, W, 0 * U, b),
    },
    "remembered": {
        1: by_division,
        2: walk_ahead,
        3: lambda f: np.array([np.prod(f[t + 1 :], axis=0) for t in range(len(f))]),
        4: lambda f: np.array([np.prod(f, axis=0)] * len(f)),
        5: lambda f: np.array([np.sum(f[t:], axis=0) for t in range(len(f))]),
        6: lambda f: np.stack([np.prod(f[..., k:], axis=-1) for k in range(f.shape[-1])], axis=-1),
        7: lambda f: np.array([f.mean(0) ** (len(f) - t) for t in range(len(f))]),
    },
    "gru_step": {
        1: wrong_gru(mix=lambda z, h, n: h + z * (n - h)),
        2: wrong_gru(zr=(1, 0)),
        3: wrong_gru(after=False),
        4: wrong_gru(after=True),
        5: wrong_gru(inner=lambda a, p, r, extra: a + extra + r * (p - extra)),
        6: wrong_gru(inner=lambda a, p, r, extra: a + p),
        7: wrong_gru(inner=lambda a, p, r, extra: r * a + r * p),
        8: wrong_gru(new=logistic),
    },
    "n_params": {
        1: wrong_count((1, 4, 3), (1, 1, 1)),
        2: wrong_count((1, 4, 3), (2, 2, 2)),
        3: wrong_count((1, 4, 3), (0, 0, 0)),
        4: wrong_count((1, 4, 3), (1, 1, 2), recurrent=0),
        5: wrong_count((1, 3, 4), (1, 1, 2)),
        6: wrong_count((1, 3, 2), (1, 1, 2)),
        7: wrong_count((1, 1, 1), (1, 1, 2)),
        8: lambda cell, D, H: wrong_count((1, 4, 3), (0, 0, 0))(cell, D, H) + H,
    },
    "share_left": {1: 9.09e-13, 2: 0.731, 3: 1},
    "bias_for_half": {1: 0.9931, 2: 4.605},
    "block_ratio": {1: "3 times"},
}

TWO_AT_ONCE = {
    "lstm_step": [
        (wrong_lstm(order=(1, 0, 2, 3), out=lambda state, old: state), {1, 5}),
        (wrong_lstm(new=logistic, shift=1.0), {7, 9}),
    ],
    "remembered": [
        (lambda f: np.array([f.mean(0) ** (t + 1) for t in range(len(f))]), {2, 7}),
    ],
    "gru_step": [
        (wrong_gru(zr=(1, 0), new=logistic), {2, 8}),
        (wrong_gru(mix=lambda z, h, n: h + z * (n - h), after=False), {1, 3}),
    ],
    "n_params": [(wrong_count((1, 3, 4), (0, 0, 0)), {3, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the cell state is updated by adding",
                    "an additive update keeps the cell alive",
                    "the new cell is f * c + i * g",
                ],
                "the cell is not updated by addition",
            ),
            (
                [
                    "there are three sigmoid gates",
                    "an input gate and a forget gate and an output gate",
                    "forget and output gates decide the rest",
                ],
                "there are no three gates",
            ),
            (
                [
                    "the gradient is the product of the forget gates",
                    "along the cell the forget gates multiply",
                    "going back the gradient is multiplied by f",
                ],
                "the gradient is not the product of the forget gates",
            ),
            (
                [
                    "it depends on the initial forget bias",
                    "set the bias of the forget gate to a larger value",
                    "you must initialize the forget gate open",
                ],
                "the forget bias does not matter",
            ),
            (
                [
                    "gradients can still explode",
                    "so clip the gradient",
                    "I use gradient clipping as well",
                ],
                "clipping is not needed",
            ),
            (
                [
                    "a GRU has only one state",
                    "it has an update gate and a reset gate",
                    "the GRU has three blocks of weights",
                ],
                "there is no reset gate",
            ),
        ],
        "zh": [
            (
                ["细胞状态靠相加更新", "细胞状态走的是一条加法通路", "新的细胞状态是 f*c + i*g"],
                "细胞状态不是相加更新的",
            ),
            (
                ["一共三个门", "有输入门、遗忘门和输出门", "三个 sigmoid 门各管一件事"],
                "没有三个门",
            ),
            (
                ["梯度等于遗忘门的乘积", "遗忘门一路连乘", "沿细胞状态的梯度每步乘一次 f"],
                "梯度不是遗忘门的乘积",
            ),
            (
                ["关键是遗忘偏置", "要看遗忘门的初始值", "把遗忘门的偏置设大一点"],
                "和遗忘偏置没有关系",
            ),
            (
                ["还要做梯度裁剪", "梯度照样会爆炸", "裁剪一下梯度"],
                "不需要裁剪",
            ),
            (
                ["GRU 只有一个状态", "它有更新门和重置门", "GRU 的权重是三块"],
                "它没有重置门",
            ),
        ],
    }
}

EQUIVALENT = {}
