"""RNN and BPTT: other right answers, and every trap written a second way."""

import numpy as np

# ---- rnn_forward -------------------------------------------------------------------------------


def by_concatenation(x, h0, Wx, Wh, b):
    """One matrix for input and state; a list, stacked along axis 1."""
    W, states = np.concatenate([Wx, Wh]), [h0]
    for t in range(x.shape[1]):
        states.append(np.tanh(np.concatenate([x[:, t], states[-1]], axis=1) @ W + b))
    return np.stack(states[1:], axis=1)


def by_sequence(x, h0, Wx, Wh, b):
    """Sequence by sequence; the inputs' part of all steps at once."""
    out = []
    for sequence, state in zip(x @ Wx + b, h0, strict=True):
        rows = []
        for z in sequence:
            state = np.tanh(z + Wh.T @ state)
            rows.append(state)
        out.append(rows)
    return np.array(out)


def in_float32(x, h0, Wx, Wh, b):
    return by_concatenation(*[a.astype("f4") for a in (x, h0, Wx, Wh, b)])


def wrong_forward(state=lambda h0, last: last, cell=None, take=lambda h: h, first=lambda h0: h0):
    def answer(x, h0, Wx, Wh, b):
        last, states = first(h0), []
        for x_t in np.moveaxis(x, 1, 0):
            s = state(h0, last)
            last = cell(x_t, s, Wx, Wh, b) if cell else np.tanh(x_t @ Wx + s @ Wh + b)
            states.append(last)
        return take(np.moveaxis(np.array(states), 0, 1))

    return answer


def sequences_for_steps(x, h0, Wx, Wh, b):
    out, s = np.empty((*x.shape[:2], len(b))), h0
    for t in range(len(x)):
        s = np.tanh(np.dot(x[t], Wx) + np.dot(s, Wh) + b)
        out[t] = s
    return out


# ---- rnn_backward ------------------------------------------------------------------------------


def recursive(dh, x, h0, h, Wx, Wh):
    """From the first step by recursion; weights' gradients collected at the end by einsum."""
    T = x.shape[1]

    def delta(t):
        if t == T:
            return [], np.zeros_like(h0)
        later, back = delta(t + 1)
        d = (dh[:, t] + back) * (1 - h[:, t] * h[:, t])
        return [d, *later], np.einsum("bj,ij->bi", d, Wh)

    deltas, dh0 = delta(0)
    D = np.stack(deltas, axis=1)
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    return (
        np.einsum("bth,dh->btd", D, Wx),
        dh0,
        np.einsum("btd,bth->dh", x, D),
        np.einsum("bti,btj->ij", before, D),
        np.einsum("bth->h", D),
    )


def one_sequence_at_a_time(dh, x, h0, h, Wx, Wh):
    dx, dh0 = np.zeros(x.shape), np.zeros(h0.shape)
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(Wh.shape[0])
    for n in range(len(x)):
        states = [h0[n], *h[n]]
        back = np.zeros(len(Wh))
        for t in range(x.shape[1] - 1, -1, -1):
            d = (dh[n, t] + back) * (1 - states[t + 1] ** 2)
            dWx += np.outer(x[n, t], d)
            dWh += np.outer(states[t], d)
            db += d
            dx[n, t] = Wx @ d
            back = Wh @ d
        dh0[n] = back
    return dx, dh0, dWx, dWh, db


def backward_in_float32(*arrays):
    return recursive(*[a.astype("f4") for a in arrays])


def one_array_for_all(x, h0, Wx, Wh, b):
    s, states = np.array(h0), []
    for t in range(x.shape[1]):
        s[:] = np.tanh(x[:, t] @ Wx + s @ Wh + b)
        states.append(s)
    return np.stack(states, axis=1)


def wrong_backward(
    piled=False,
    gate=lambda own, back, h: (own + back) * (1 - h**2),
    sent=lambda d, Wh: d @ Wh.T,
    own=lambda dh, t, T: dh[:, t],
    states=lambda h, h0: np.concatenate([h0[:, None], h[:, :-1]], axis=1),
    over_time=lambda a: a.sum(axis=0),
    bias=lambda d: d.sum(axis=0),
    last=lambda d, back: back,
):
    def answer(dh, x, h0, h, Wx, Wh):
        T, back, deltas = x.shape[1], np.zeros(h0.shape), []
        for t in range(T - 1, -1, -1):
            d = gate(own(dh, t, T), back, h[:, t])
            deltas.insert(0, d)
            back = sent(d, Wh) + (back if piled else 0)
        D, S = np.array(deltas), states(h, h0)
        return (
            np.moveaxis(D @ Wx.T, 0, 1),
            last(D[0], back),
            over_time(np.array([x[:, t].T @ D[t] for t in range(T)])),
            over_time(np.array([S[:, t].T @ D[t] for t in range(T)])),
            over_time(np.array([bias(d) for d in D])),
        )

    return answer


# ---- truncated ---------------------------------------------------------------------------------


def by_blocking(dh, x, h0, h, Wx, Wh, k):
    """One loop; what is carried becomes zero at a cut."""
    T, back = x.shape[1], np.zeros_like(h0)
    dx, sums, dh0 = np.zeros_like(x), [0, 0, 0], None
    for t in reversed(range(T)):
        d = (dh[:, t] + back) * (1 - h[:, t] ** 2)
        before = h0 if t == 0 else h[:, t - 1]
        sums = [sums[0] + x[:, t].T @ d, sums[1] + before.T @ d, sums[2] + d.sum(0)]
        dx[:, t] = d @ Wx.T
        back = d @ Wh.T
        dh0 = back
        if t % k == 0:
            back = np.zeros_like(back)
    return dx, dh0, *sums


def piecewise_recursive(dh, x, h0, h, Wx, Wh, k):
    if x.shape[1] <= k:
        return recursive(dh, x, h0, h, Wx, Wh)
    one = recursive(dh[:, :k], x[:, :k], h0, h[:, :k], Wx, Wh)
    rest = piecewise_recursive(dh[:, k:], x[:, k:], h[:, k - 1], h[:, k:], Wx, Wh, k)
    dx = np.concatenate([one[0], rest[0]], axis=1)
    return dx, one[1], *[a + b for a, b in zip(one[2:], rest[2:], strict=True)]


def blocked_one_early(dh, x, h0, h, Wx, Wh, k):
    """by_blocking with the cut where t % k is k − 1."""
    T, back = x.shape[1], np.zeros_like(h0)
    dx, sums = np.zeros_like(x), [0, 0, 0]
    for t in reversed(range(T)):
        d = (dh[:, t] + back) * (1 - h[:, t] ** 2)
        before = h0 if t == 0 else h[:, t - 1]
        sums = [sums[0] + x[:, t].T @ d, sums[1] + before.T @ d, sums[2] + d.sum(0)]
        dx[:, t] = d @ Wx.T
        back = d @ Wh.T * (t == 0 or t % k != k - 1)
    return dx, back, *sums


def wrong_pieces(cuts=None, state=None, mean=False, last=False, keep=None, all_firsts=False):
    def answer(dh, x, h0, h, Wx, Wh, k):
        T = x.shape[1]
        edges = cuts(T, k) if cuts else list(range(0, T, k))
        ends = [*edges[1:], T]
        if keep:
            edges, ends = keep(edges, ends, k)
        dx, all_grads, firsts = np.zeros(x.shape), [], []
        for a, z in zip(edges, ends, strict=True):
            before = h0 if a == 0 else (state or (lambda h, h0, a: h[:, a - 1]))(h, h0, a)
            got = one_sequence_at_a_time(dh[:, a:z], x[:, a:z], before, h[:, a:z], Wx, Wh)
            dx[:, a:z] = got[0]
            firsts.append(got[1])
            all_grads.append(got[2:])
        sums = [
            np.add.reduce(g) / (len(firsts) if mean else 1) for g in zip(*all_grads, strict=True)
        ]
        first = np.add.reduce(firsts) if all_firsts else firsts[-1 if last else 0]
        return dx, first, *sums

    return answer


def only_full_pieces(edges, ends, k):
    full = [(a, z) for a, z in zip(edges, ends, strict=True) if z - a == k]
    full = full or [(edges[0], ends[0])]
    return [a for a, _ in full], [z for _, z in full]


# ---- forgetting --------------------------------------------------------------------------------


def by_columns(h, Wh):
    """The transposed Jacobians, newest on the left; singular values by SVD."""
    J, out = np.eye(len(Wh)), []
    for s in h:
        J = np.diag(1 - s**2) @ Wh.T @ J
        out.append(np.linalg.svd(J, compute_uv=False)[0])
    return out


def by_gram_matrix(h, Wh):
    J, out = np.eye(len(Wh)), np.empty(len(h))
    for t, s in enumerate(h):
        J = J.dot(Wh).dot(np.diag(1 - s * s))
        out[t] = np.sqrt(np.linalg.eigvalsh(J @ J.T)[-1])
    return out


def wrong_forgetting(size=None, step=None, join=None):
    size = size or (lambda J: np.linalg.svd(J, compute_uv=False)[0])
    step = step or (lambda Wh, h, t: Wh @ np.diag(1 - h[t] ** 2))
    join = join or (lambda J, new: J @ new)

    def answer(h, Wh):
        J, out = np.eye(len(Wh)), []
        for t in range(len(h)):
            J = join(J, step(Wh, h, t))
            out.append(size(J))
        return np.array(out)

    return answer


def norms_multiplied(h, Wh):
    out, total = [], 1.0
    for s in h:
        total *= np.linalg.svd(Wh @ np.diag(1 - s**2), compute_uv=False)[0]
        out.append(total)
    return np.array(out)


def previous_state(Wh, h, t):
    return Wh if t == 0 else Wh @ np.diag(1 - h[t - 1] ** 2)


RIGHT = {
    "rnn_forward": [by_concatenation, by_sequence, in_float32],
    "rnn_backward": [recursive, one_sequence_at_a_time, backward_in_float32],
    "truncated": [by_blocking, piecewise_recursive],
    "forgetting": [by_columns, by_gram_matrix],
    "steps_to_forget": ["66 steps", 66.0],
    "bptt_memory": ["131.072 MB", "125 MiB", (0.131, "GB")],
    "flaws": [{2, 3, 5, 6}, "2，3，5，6"],
}

TWINS = {
    "rnn_forward": {
        1: wrong_forward(first=lambda h0: 0 * h0),
        2: wrong_forward(state=lambda h0, last: h0),
        3: wrong_forward(cell=lambda x, h, Wx, Wh, b: np.tanh(x @ Wx + (Wh @ h.T).T + b)),
        4: wrong_forward(cell=lambda x, h, Wx, Wh, b: b + np.tanh(x @ Wx + h @ Wh)),
        5: wrong_forward(cell=lambda x, h, Wx, Wh, b: np.dot(x, Wx) + np.dot(h, Wh) + b),
        6: wrong_forward(take=lambda h: h[:, h.shape[1] - 1, :]),
        7: sequences_for_steps,
        8: wrong_forward(take=lambda h: np.stack(list(np.moveaxis(h, 1, 0)))),
        9: one_array_for_all,
    },
    "rnn_backward": {
        1: wrong_backward(gate=lambda own, back, h: own * (1 - h**2) + back),
        2: wrong_backward(gate=lambda own, back, h: own * (1 - h**2), sent=lambda d, Wh: d * 0),
        3: wrong_backward(own=lambda dh, t, T: dh[:, t] * (t == T - 1)),
        4: wrong_backward(states=lambda h, h0: h),
        5: wrong_backward(states=lambda h, h0: np.roll(h, 1, axis=1)),
        6: wrong_backward(over_time=lambda a: a[0]),
        7: wrong_backward(sent=lambda d, Wh: np.einsum("bi,ij->bj", d, Wh)),
        8: wrong_backward(gate=lambda own, back, h: (own + back) / np.cosh(h) ** 2),
        9: wrong_backward(gate=lambda own, back, h: (own + back) * (h - h**2)),
        10: wrong_backward(gate=lambda own, back, h: own + back),
        11: wrong_backward(last=lambda d, back: d),
        12: wrong_backward(bias=lambda d: np.average(d, axis=0)),
        13: wrong_backward(piled=True),
        14: wrong_backward(states=lambda h, h0: np.pad(h[:, :-1], ((0, 0), (1, 0), (0, 0)))),
        15: wrong_backward(gate=lambda own, back, h: own * (1 - h**2)),
    },
    "truncated": {
        1: lambda dh, x, h0, h, Wx, Wh, k: recursive(dh, x, h0, h, Wx, Wh),
        2: wrong_pieces(state=lambda h, h0, a: h0),
        3: wrong_pieces(state=lambda h, h0, a: np.zeros_like(h0)),
        4: wrong_pieces(cuts=lambda T, k: sorted({0, *range(T - k, 0, -k)})),
        5: wrong_pieces(keep=only_full_pieces),
        6: wrong_pieces(cuts=lambda T, k: list(range(0, T, k + 1))),
        7: wrong_pieces(mean=True),
        8: wrong_pieces(last=True),
        9: blocked_one_early,
        10: wrong_pieces(all_firsts=True),
    },
    "forgetting": {
        1: wrong_forgetting(size=lambda J: max(abs(np.linalg.eigvals(J)))),
        2: norms_multiplied,
        3: wrong_forgetting(size=lambda J: np.sqrt((J**2).sum())),
        4: wrong_forgetting(step=lambda Wh, h, t: Wh * 1.0),
        5: wrong_forgetting(step=lambda Wh, h, t: np.diag(1 - h[t] ** 2) @ Wh),
        6: wrong_forgetting(join=lambda J, new: new @ J),
        7: wrong_forgetting(step=previous_state),
        8: wrong_forgetting(size=lambda J: np.linalg.eigvalsh(J @ J.T)[-1]),
    },
    "steps_to_forget": {1: "30 steps", 2: 65.0},
    "bptt_memory": {1: "4096 KB", 2: "128 KiB"},
}

TWO_AT_ONCE = {
    "rnn_forward": [
        (wrong_forward(first=lambda h0: 0 * h0, take=lambda h: h[:, -1]), {1, 6}),
    ],
    "rnn_backward": [
        (wrong_backward(states=lambda h, h0: h, bias=lambda d: d.mean(axis=0)), {4, 12}),
        (wrong_backward(sent=lambda d, Wh: d @ Wh, last=lambda d, back: d), {7, 11}),
    ],
    "truncated": [(wrong_pieces(mean=True, last=True), {7, 8})],
    "forgetting": [
        (
            wrong_forgetting(size=lambda J: np.sqrt((J**2).sum()), step=lambda Wh, h, t: Wh * 1.0),
            {3, 4},
        ),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the same weights are used at every step",
                    "its parameters are shared over time",
                    "one set of weights serves all steps",
                ],
                "the weights are not shared",
            ),
            (
                [
                    "we unroll the network",
                    "gradients are summed over the time steps",
                    "I add up the contributions of all steps",
                ],
                "we do not unroll anything",
            ),
            (
                [
                    "the gradient is a product of Jacobians",
                    "so it vanishes",
                    "for large weights it explodes",
                ],
                "the gradient does not vanish",
            ),
            (
                [
                    "clip the gradient norm",
                    "an LSTM helps",
                    "orthogonal initialisation keeps norms at one",
                ],
                "clipping is not used",
            ),
            (
                [
                    "truncate after k steps",
                    "detach the state",
                    "cut the gradient between pieces",
                ],
                "we never truncate",
            ),
        ],
        "zh": [
            (["每一步用同一组权重", "参数在时间上共享", "权重是共享的"], "权重不共享"),
            (["把网络按时间展开", "权重的梯度对各步求和", "各步的梯度累加"], "不展开"),
            (["梯度是雅可比矩阵的乘积", "范数小于 1 时梯度消失", "连乘之后会爆炸"], "不会爆炸"),
            (["用梯度裁剪", "改用 LSTM", "正交初始化"], "不用裁剪"),
            (["做截断 BPTT", "对状态 detach", "把梯度切断"], "不做截断"),
        ],
    }
}

EQUIVALENT = {
    "forgetting": {
        "1 - state ** 2 → state ** 2 - 1 in product = product @ (Wh * (1 - state**2))  "
        "# ∂h_t[j]/∂h_{t−1}[i] = Wh[i, j] (1 − h_t[j]²)": "sign: every Jacobian changes its sign, "
        "and a norm does not see it",
    }
}
