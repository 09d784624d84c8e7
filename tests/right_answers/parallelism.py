"""Parallelism: other right answers, and every trap written a second way."""

import numpy as np

# ---- ring_allreduce ----------------------------------------------------------------------------


def with_mailboxes(arrays, mean=False, rounds=2, unit=None, add_again=False, extra=0):
    """Each rank has a mailbox; whatever came in last is what it passes on."""
    p = len(arrays)
    edges = [len(part) for part in np.array_split(arrays[0], p)]
    cuts = np.concatenate([[0], np.cumsum(edges)])
    own, sent = [a.copy() for a in arrays], np.zeros(p, int)
    for turn in range(rounds):
        mail = {r: (r + turn) % p for r in range(p)}  # rank → the chunk to pass on
        for _ in range(p - 1 + (extra if turn == 0 else 0)):
            arriving = {}
            for r, c in mail.items():
                chunk = slice(cuts[c], cuts[c + 1])
                arriving[(r + 1) % p] = (c, own[r][chunk].copy())
                sent[r] += own[r][chunk].nbytes if unit is None else unit * (cuts[c + 1] - cuts[c])
            for r, (c, values) in arriving.items():
                chunk = slice(cuts[c], cuts[c + 1])
                own[r][chunk] = own[r][chunk] + values if turn == 0 or add_again else values
                mail[r] = c
    return [a / p for a in own] if mean else own, sent


def in_closed_form(arrays):
    """Chunk c, in ring order from rank c; bytes from what a rank does not send."""
    p = len(arrays)
    table = [np.array_split(a, p) for a in arrays]
    done = []
    for c in range(p):
        total = table[c][c]
        for k in range(1, p):
            total = table[(c + k) % p][c] + total
        done.append(total)
    sizes = [chunk.nbytes for chunk in done]
    sent = [2 * sum(sizes) - sizes[(r + 1) % p] - sizes[(r + 2) % p] for r in range(p)]
    if p == 1:
        sent = [0]
    return (np.concatenate(done),) * p, tuple(sent)


def ring_with(**mistake):
    return lambda arrays: with_mailboxes(arrays, **mistake)


def bytes_as(count, sums=None):
    def answer(arrays):
        right = with_mailboxes(arrays)[0]
        return [sums(arrays)] * len(arrays) if sums else right, count(arrays)

    return answer


# ---- column_row_mlp ----------------------------------------------------------------------------


def by_loop(x, W1, b1, W2, b2, p, all_reduce, bias_inside=False, how=None):
    width = W1.shape[1] // p
    parts = []
    for rank in range(p):
        lo, hi = rank * width, (rank + 1) * width
        h = x @ W1[:, lo:hi] + b1[lo:hi]
        part = np.where(h > 0, h, 0.0) @ W2[lo:hi, :]
        parts.append(part + b2 if bias_inside else part)
    y = how(parts, all_reduce) if how else all_reduce(parts)
    return y if bias_inside else y + b2


def bias_on_rank_0(x, W1, b1, W2, b2, p, all_reduce):
    """The second bias is one rank's business."""
    blocks = W1.reshape(len(W1), p, -1)
    parts = [
        np.maximum(x @ blocks[:, r] + b1.reshape(p, -1)[r], 0) @ W2.reshape(p, -1, W2.shape[1])[r]
        for r in range(p)
    ]
    parts[0] = parts[0] + b2
    return all_reduce(parts)


def batched(x, W1, b1, W2, b2, p, all_reduce):
    """All ranks as one product with a leading axis."""
    A = np.moveaxis(W1.reshape(len(W1), p, -1), 1, 0)
    h = np.maximum(x[None] @ A + b1.reshape(p, 1, -1), 0)
    return all_reduce(list(h @ W2.reshape(p, -1, W2.shape[1]))) + b2


def mlp_with(**mistake):
    return lambda *arguments: by_loop(*arguments, **mistake)


def row_column(x, W1, b1, W2, b2, p, all_reduce):
    d = W1.shape[0] // p
    h = [
        np.clip(x[:, r * d : r * d + d] @ W1[r * d : r * d + d] + b1 / p, 0, None) for r in range(p)
    ]
    return all_reduce([part @ W2 for part in h]) + b2


def gathered(x, W1, b1, W2, b2, p, all_reduce):
    """Columns, but everybody asks for all of h before the second product."""
    width = W1.shape[1] // p
    places = []
    for r in range(p):
        own = np.zeros((len(x), W1.shape[1]))
        own[:, r * width : (r + 1) * width] = x @ W1[:, r * width : (r + 1) * width]
        places.append(own)
    h = np.maximum(all_reduce(places) + b1, 0)
    pieces = [h[:, r * width : (r + 1) * width] @ W2[r * width : (r + 1) * width] for r in range(p)]
    return all_reduce(pieces) + b2


def pretended(x, W1, b1, W2, b2, p, all_reduce):
    whole = np.maximum(x @ W1 + b1, 0) @ W2
    return all_reduce([whole * (1.0 / p) for _ in range(p)]) + b2


# ---- pipeline_schedule -------------------------------------------------------------------------


def by_clock(p, m, kind, ahead=None, back_cost=2, linked=True, from_end=True, backwards=False):
    """Unit by unit: at every tick each free stage looks whether it may start."""
    starts = np.full((2, p, m), np.inf)
    if ahead is None:

        def ahead(s):
            return m if kind == "gpipe" else p - s

    busy, done_f, done_b = [0] * p, [0] * p, [0] * p

    def name(k):
        return m - 1 - k if backwards and kind == "gpipe" else k

    def ended(back, s, j, now):
        return starts[back, s, j] + (back_cost if back else 1) <= now

    def may(back, s, j, now):
        first = s == (p - 1 if from_end else 0) or not linked
        if back:
            return ended(0, s, j, now) if first else ended(1, s + (1 if from_end else -1), j, now)
        return s == 0 or not linked or ended(0, s - 1, j, now)

    now = 0
    while min(done_b) < m:
        for s in range(p):
            if busy[s] > now or done_b[s] == m:
                continue
            turn_f = done_f[s] < m and done_f[s] - done_b[s] < ahead(s)
            # The first min(m, ahead) are forwards; then a backward comes before each forward.
            back = 0 if turn_f else 1
            j = name(done_b[s]) if back else done_f[s]
            if may(back, s, j, now):
                starts[back, s, j] = now
                busy[s] = now + (back_cost if back else 1)
                if back:
                    done_b[s] += 1
                else:
                    done_f[s] += 1
        now += 1
    return starts


def by_formula(p, m, kind):
    """Backward starts from a recursion over (stage, micro-batch), last stage first."""
    order = {}
    for s in range(p):
        warm = m if kind == "gpipe" else min(m, p - s - 1)
        tasks = ["F"] * warm + ["F", "B"] * (m - warm) + ["B"] * warm
        counts, named = {"F": 0, "B": 0}, []
        for task in tasks:
            named.append((task, counts[task]))
            counts[task] += 1
        order[s] = named
    known = {}

    def end(task, s, j):
        return begin(task, s, j) + (1 if task == "F" else 2)

    def begin(task, s, j):
        if (task, s, j) not in known:
            place = order[s].index((task, j))
            free = end(order[s][place - 1][0], s, order[s][place - 1][1]) if place else 0
            if task == "F":
                ready = end("F", s - 1, j) if s else 0
            else:
                ready = end("B", s + 1, j) if s < p - 1 else end("F", s, j)
            known[task, s, j] = max(free, ready)
        return known[task, s, j]

    return [[[begin(task, s, j) for j in range(m)] for s in range(p)] for task in "FB"]


def clock_with(ahead=None, **mistake):
    def answer(p, m, kind):
        each = (lambda s: ahead(s, p, m, kind)) if ahead else None
        return by_clock(p, m, kind, ahead=each, **mistake)

    return answer


# ---- bubble ------------------------------------------------------------------------------------


def by_events(starts):
    """Sorted events: an end before a start."""
    _, p, m = starts.shape
    length = max(b + 2 for row in starts[1] for b in row)
    held = []
    for forward, backward in zip(starts[0], starts[1], strict=True):
        events = sorted([(f, 1) for f in forward] + [(b + 2, -1) for b in backward])
        most = now = 0
        for _, change in events:
            now += change
            most = max(most, now)
        held.append(most)
    return (length * p - 3 * m * p) / (length * p), held


def by_table(starts):
    length = int(starts.max()) + 2
    t = np.arange(length)
    f, b = starts[0][..., None], starts[1][..., None]
    working = (t == f) | ((t >= b) & (t < b + 2))
    live = (t >= f) & (t < b + 2)
    return 1.0 - working.any(axis=1).mean(), live.sum(axis=1).max(axis=-1)


def measured(idle=None, held=None):
    def answer(starts):
        right = by_events(starts)
        return idle(starts) if idle else right[0], held(starts) if held else right[1]

    return answer


def _span(starts):
    worked = total = 0
    for f, b in zip(starts[0], starts[1], strict=True):
        worked += 3 * len(f)
        total += b[-1] + 2 - f[0]
    return 1 - worked / total


def _closed(starts):
    return [
        max(int(np.sum((f <= t) & (b + 2 >= t))) for t in range(60))
        for f, b in zip(starts[0], starts[1], strict=True)
    ]


RIGHT = {
    "ring_allreduce": [with_mailboxes, in_closed_form],
    "column_row_mlp": [by_loop, bias_on_rank_0, batched],
    "pipeline_schedule": [by_clock, by_formula],
    "bubble": [by_events, by_table],
    "sync_time": ["0.49 s", "490 ms"],
    "all_reduces": ["4", 4],
    "flaws": [{7, 5, 4, 1}, "1，4，5，7"],
}

TWINS = {
    "ring_allreduce": {
        1: ring_with(rounds=1),
        2: ring_with(add_again=True),
        3: ring_with(mean=True),
        4: ring_with(unit=1),
        5: ring_with(unit=8),
        6: bytes_as(lambda arrays: [a.nbytes * (len(arrays) - 1) for a in arrays]),
        7: bytes_as(lambda arrays: [2 * a.nbytes - 2 * a.nbytes / len(arrays) for a in arrays]),
        8: bytes_as(lambda arrays: with_mailboxes(arrays)[1], sums=sum),
        9: ring_with(extra=1),
    },
    "column_row_mlp": {
        1: mlp_with(bias_inside=True),
        2: row_column,
        3: mlp_with(how=lambda parts, all_reduce: parts[0]),
        4: mlp_with(how=lambda parts, all_reduce: np.mean(parts, axis=0)),
        5: gathered,
        6: pretended,
    },
    "pipeline_schedule": {
        1: clock_with(back_cost=1),
        2: clock_with(linked=False),
        3: clock_with(from_end=False),
        4: clock_with(lambda s, p, m, kind: 1),
        5: clock_with(lambda s, p, m, kind: m),
        6: clock_with(lambda s, p, m, kind: m if kind == "gpipe" else p),
        7: clock_with(lambda s, p, m, kind: m if kind == "gpipe" else max(p - s - 1, 1)),
        8: clock_with(backwards=True),
    },
    "bubble": {
        1: measured(lambda s: (s.max() + 2 - 3 * s.shape[2]) / (3 * s.shape[2])),
        2: measured(lambda s: 1 - s.shape[2] / (s.shape[1] + s.shape[2] - 1)),
        3: measured(_span),
        4: measured(lambda s: 1 - 2 * s.shape[2] / (s.max() + 2)),
        5: measured(lambda s: 1 - 3 * s.shape[2] / s.max()),
        6: measured(held=lambda s: [s.shape[2]] * s.shape[1]),
        7: measured(
            held=lambda s: [sum(t < min(b) for t in f) for f, b in zip(s[0], s[1], strict=True)]
        ),
        8: measured(held=_closed),
    },
    "sync_time": {1: "280 ms", 2: "245 ms", 3: (0.56, "s"), 4: "1.96 s", 5: "0.98 s"},
    "all_reduces": {1: "2", 2: 1, 3: 8},
}

TWO_AT_ONCE = {
    "ring_allreduce": [(ring_with(mean=True, unit=1), {3, 4})],
    "column_row_mlp": [(mlp_with(bias_inside=True, how=lambda parts, _: parts[0]), {1, 3})],
    "pipeline_schedule": [(clock_with(back_cost=1, linked=False), {1, 2})],
    "bubble": [(measured(_span, _closed), {3, 8})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["it copies the model", "we split the batch", "then sum the gradients"],
                "it does not split the batch",
            ),
            (
                ["a ring all-reduce", "first a reduce-scatter", "less than twice the gradient"],
                "no ring is needed",
            ),
            (
                ["split W1 by columns", "columns and then rows", "just one all-reduce"],
                "not by columns",
            ),
            (
                [
                    "cut it into micro-batches",
                    "a card has part of the layers",
                    "each of the stages",
                ],
                "without micro-batches",
            ),
            (
                ["the bubble shrinks with m", "(p-1)/(m+p-1)", "the idle share"],
                "there is no bubble",
            ),
            (
                ["with 1F1B", "it keeps fewer activations", "one forward and one backward"],
                "it is not 1F1B",
            ),
            (
                ["tensor parallel within a node", "a pipeline across nodes", "over NVLink"],
                "not within a node",
            ),
        ],
        "zh": [
            (["每张卡一份模型副本", "各卡切分 batch", "再汇总梯度"], "不切 batch"),
            (["环形 all-reduce", "先 reduce-scatter", "发送不到数组的两倍"], "不用环形通信"),
            (["第一个矩阵按列切", "先列后行", "只要一次 all-reduce"], "不是按列切"),
            (["切成 micro-batch", "每张卡负责其中几层", "把网络分成四段"], "没有 micro-batch"),
            (["气泡会变小", "(p-1)/(m+p-1)", "空闲比例"], "没有气泡"),
            (["改用 1F1B", "存的激活值更少", "一个前向一个反向"], "不用 1F1B"),
            (["张量并行放机内", "流水线跨机", "走 NVLink"], "不放在机内"),
        ],
    }
}

EQUIVALENT = {
    "pipeline_schedule": {
        "0 → -1 in ends = {(0, -1, j): 0 for j in range(m)}  # the batch is there from the start": (
            "bounds: a stage is free from 0 on, so nothing starts earlier"
        ),
        'min(m, p - s) → min(p - s, m) in ahead = m if kind == "gpipe" else min(m, p - s)': (
            "order: the smaller of two integers, whichever comes first"
        ),
        "max(free[s], ends[before]) → max(ends[before], free[s]) in "
        "starts[back, s, j] = max(free[s], ends[before])": (
            "order: the larger of two numbers, whichever comes first"
        ),
    },
}
