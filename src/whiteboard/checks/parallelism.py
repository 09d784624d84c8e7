"""Data, tensor and pipeline parallelism, simulated: ring, columns and rows, schedules.

The references go chunk by chunk, neuron by neuron and unit of time by unit of time.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text

# ---- ring_allreduce ----------------------------------------------------------------------------


def _ring_allreduce(arrays):
    """Chunk by chunk: once round to be added up, once more to be handed out."""
    p, sent, done = len(arrays), [0] * len(arrays), []
    for c in range(p):
        parts = [np.array_split(a, p)[c] for a in arrays]
        total = parts[c]
        for hop in range(1, p):
            sent[(c + hop - 1) % p] += total.nbytes
            total = total + parts[(c + hop) % p]
        for hop in range(p - 1):
            sent[(c - 1 + hop) % p] += total.nbytes
        done.append(total)
    return [np.concatenate(done) for _ in range(p)], sent


def _rounded(rng, p, n, dtype=float):
    return [rng.integers(-50, 50, size=n).astype(dtype) for _ in range(p)]


_STEEP = [np.full(3, value) for value in (1.0, 1e16, -1e16)]

ring_allreduce = Check(_ring_allreduce, returns=("sums", "sent"))
ring_allreduce.case(
    [np.array([1.0, 2, 3, 4]), np.array([10.0, 20, 30, 40]), np.array([100.0, 200, 300, 400])],
    en="every rank ends with the sum; chunks of 2, 1 and 1 numbers go round twice",
    zh="每个 rank 最后都拿到总和；大小为 2、1、1 的三块各绕环两趟",
    ask_en="Which two chunks does rank 0 never send in full: one in each round?",
    ask_zh="rank 0 每一趟都有一块不用发，分别是哪一块？",
)
ring_allreduce.case(
    [np.arange(8, dtype=np.float32) + 10 * r for r in range(4)],
    en="single precision: four bytes a number",
    zh="单精度：每个数 4 字节",
)
ring_allreduce.case(
    _STEEP,
    en="each chunk is added on its way, beginning at its own rank (1e16 swallows a 1)",
    zh="每一块沿途累加，从同号的 rank 开始（1e16 会吞掉 1）",
    ask_en="Chunk 1 starts at rank 1. In which order are its three numbers added?",
    ask_zh="第 1 块从 rank 1 出发，三个数按什么顺序相加？",
)
ring_allreduce.case(
    [np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0]), np.array([7.0, 8.0])],
    en="more ranks than numbers: some chunks are empty",
    zh="rank 比数还多：有的块是空的",
)
ring_allreduce.case(
    [np.array([5.0, 7.0])],
    en="one rank has nobody to send to",
    zh="只有一个 rank 时不用发送",
)


@ring_allreduce.fresh(en="fresh arrays", zh="新的数组")
def _(rng):
    return (_rounded(rng, int(rng.integers(3, 7)), int(rng.integers(7, 30))),)


def _ring(adds=lambda p: p - 1, copies=lambda p: p - 1, again=False, scale=lambda p: 1, size=None):
    """The ring, step by step, with one part exchanged."""

    def answer(arrays):
        p = len(arrays)
        held, sent = [np.array_split(a, p) for a in arrays], [0] * p
        for adding, steps in ((True, adds(p)), (False, copies(p))):
            for step in range(steps):
                which = [(r - step + (not adding)) % p for r in range(p)]
                moving = [held[r][which[r]] for r in range(p)]
                for r, parcel in enumerate(moving):
                    c, to = which[r], (r + 1) % p
                    held[to][c] = held[to][c] + parcel if adding or again else parcel
                    sent[r] += size(parcel) if size else parcel.nbytes
        return [np.concatenate(chunks) / scale(p) for chunks in held], sent

    return answer


def _counted(nbytes):
    """Right sums, bytes by some rule."""
    return lambda arrays: (_ring_allreduce(arrays)[0], [nbytes(len(arrays), a) for a in arrays])


ring_allreduce.trap(
    _ring(copies=lambda p: 0),
    en="Only the first half: each rank has one finished chunk (reduce-scatter). The finished "
    "chunks still have to go round.",
    zh="只做了前一半：每个 rank 只有一块是算完的（reduce-scatter）。算完的块还得再绕一圈发给大家。",
)
ring_allreduce.trap(
    _ring(again=True),
    en="In the second round the finished chunks are added once more. There they replace what the "
    "receiver holds.",
    zh="第二趟里又把算完的块加了一次。第二趟应直接替换接收方手里的那块。",
)
ring_allreduce.trap(
    _ring(scale=lambda p: p),
    en="This is the mean. The question asks for the sum; who averages gradients divides later.",
    zh="这是平均值。题目要的是和；要平均梯度，之后再除。",
)
ring_allreduce.trap(
    _ring(size=lambda parcel: parcel.size),
    en="Numbers are counted, not bytes.",
    zh="数的是元素个数，不是字节数。",
)
ring_allreduce.trap(
    _ring(size=lambda parcel: 8 * parcel.size),
    en="Eight bytes a number are taken for granted. These are float32: ask the array.",
    zh="默认了每个数 8 字节。这里是 float32，要从数组本身取。",
)
ring_allreduce.trap(
    _counted(lambda p, a: (p - 1) * a.nbytes),
    en="These bytes are those of sending the whole array to everyone, (p − 1) times its size. In "
    "the ring it is less than twice.",
    zh="这是把整个数组发给每个人的字节数，大小的 (p − 1) 倍。环里不到两倍。",
)
ring_allreduce.trap(
    _counted(lambda p, a: 2 * (p - 1) / p * a.nbytes),
    en="2(p − 1)/p of the array is right for equal chunks. Here they differ, so count what is "
    "sent.",
    zh="2(p − 1)/p 只在各块一样大时成立。这里各块不一样，要数实际发了多少。",
)
ring_allreduce.trap(
    lambda arrays: ([sum(arrays)] * len(arrays), _ring_allreduce(arrays)[1]),
    en="All arrays are added in the order of the ranks, so somebody saw them all. In a ring chunk "
    "1 starts at rank 1, and with rounding that shows.",
    zh="所有数组是按 rank 顺序一次加完的，说明有谁同时看到了全部。在环里第 1 块从 rank 1 "
    "开始加，舍入误差会露馅。",
)
ring_allreduce.trap(
    _ring(adds=lambda p: p),
    en="One step too many: after p − 1 steps every chunk has met all ranks, and the next adds a "
    "number twice.",
    zh="多走了一步：p − 1 步之后每块已经走遍所有 rank，再走就会重复相加。",
)


# ---- column_row_mlp ----------------------------------------------------------------------------


def _sum(parts):
    """All-reduce: the sum of the arrays in the list."""
    total = 0
    for part in parts:
        total = total + np.asarray(part)
    return total


_sum.shown = Text("the sum of the arrays in the list", "列表里各数组之和")


def _column_row_mlp(x, W1, b1, W2, b2, p, all_reduce=_sum):
    """Neuron by neuron, each by its rank."""
    width = W1.shape[1] // p
    parts = [np.zeros((len(x), W2.shape[1])) for _ in range(p)]
    for j in range(W1.shape[1]):
        h = np.array([max(float(row @ W1[:, j] + b1[j]), 0.0) for row in x])
        parts[j // width] = parts[j // width] + h[:, None] * W2[j]
    return all_reduce(parts) + b2


def _layers(rng, n, d, hidden, out):
    shapes = [(n, d), (d, hidden), (hidden,), (hidden, out), (out,)]
    return tuple(rng.normal(size=shape) for shape in shapes)


column_row_mlp = Check(_column_row_mlp)
column_row_mlp.case(
    np.array([[1.0, 2.0]]),
    np.array([[1.0, -1.0, 0.0, 2.0], [-1.0, 1.0, 1.0, -3.0]]),
    np.array([0.0, 1.0, -1.0, 5.0]),
    np.array([[1.0, 0.0], [2.0, 1.0], [3.0, -1.0], [0.0, 4.0]]),
    np.array([10.0, 20.0]),
    2,
    _sum,
    en="two ranks with two hidden units each give what one device gives",
    zh="两个 rank 各管两个隐藏单元，结果与单卡一样",
    ask_en="h = (0, 2, 1, 1). Which rows of W2 does each rank need?",
    ask_zh="h = (0, 2, 1, 1)。每个 rank 需要 W2 的哪几行？",
)
column_row_mlp.case(
    *_layers(np.random.default_rng(1), 4, 6, 6, 5),
    3,
    _sum,
    en="three ranks, four examples",
    zh="三个 rank，四个样本",
)
column_row_mlp.case(
    *_layers(np.random.default_rng(2), 2, 3, 4, 2),
    1,
    _sum,
    en="one rank is the ordinary network",
    zh="一个 rank 就是普通网络",
)


@column_row_mlp.fresh(en="fresh layers", zh="新的网络")
def _(rng):
    p = int(rng.integers(2, 5))
    return *_layers(rng, 3, 2 * p, 3 * p, 4), p, _sum


def _overheard(answer, layers, p):
    """What the answer hands to all_reduce, call by call."""
    calls = []

    def all_reduce(parts):
        calls.append([np.array(part) for part in parts])
        return _sum(parts)

    answer(*layers, p, all_reduce)
    return calls


@column_row_mlp.property(
    en="one all-reduce, of one array per rank",
    zh="只做一次 all-reduce，每个 rank 交一个数组",
)
def _(answer):
    calls = _overheard(answer, _layers(np.random.default_rng(3), 2, 6, 6, 4), 3)
    shapes = sorted({part.shape for parts in calls for part in parts})
    return Evidence(
        given={"p": 3, "x": "(2, 6)", "W2": "(6, 4)"},
        expected={"calls": 1, "arrays": 3, "shapes": "[(2, 4)]"},
        got={"calls": len(calls), "arrays": len(calls[0]) if calls else 0, "shapes": str(shapes)},
        names_zh={"calls": "次数", "arrays": "数组", "shapes": "形状"},
    )


@column_row_mlp.property(
    en="the r-th part depends on the r-th block of the weights alone",
    zh="第 r 个部分只与权重的第 r 块有关",
)
def _(answer):
    layers, p = _layers(np.random.default_rng(4), 3, 6, 6, 4), 3
    before, change = _overheard(answer, layers, p)[0], 0.0
    for rank in range(p):
        x, W1, b1, W2, b2 = (part.copy() for part in layers)
        own = slice(2 * rank, 2 * rank + 2)
        W1[:, own], b1[own], W2[own] = W1[:, own] + 1, b1[own] + 1, W2[own] - 1
        after = _overheard(answer, (x, W1, b1, W2, b2), p)[0]
        for other in set(range(p)) - {rank}:
            change = max(change, float(np.abs(after[other] - before[other]).max()))
    return Evidence(given={"p": p}, expected=0.0, got=change, tolerance=1e-9)


def _two_layers(reduce, once=1.0, inside=0.0):
    """Columns, then rows, with one part exchanged."""

    def answer(x, W1, b1, W2, b2, p, all_reduce):
        parts = []
        for own in np.arange(len(b1)).reshape(p, -1):
            h = np.maximum(x @ W1[:, own] + b1[own], 0)
            parts.append(h @ W2[own] + inside * b2)
        return reduce(parts, all_reduce) + once * b2

    return answer


def _rows_first(x, W1, b1, W2, b2, p, all_reduce):
    parts = []
    for x_own, W1_own in zip(np.split(x, p, axis=1), np.split(W1, p), strict=True):
        parts.append(np.maximum(x_own @ W1_own + b1 / p, 0) @ W2)
    return all_reduce(parts) + b2


def _reduced_twice(x, W1, b1, W2, b2, p, all_reduce):
    halves = zip(np.array_split(x, p, axis=1), np.array_split(W1, p), strict=True)
    h = np.maximum(all_reduce([x_own @ W_own for x_own, W_own in halves]) + b1, 0)
    pairs = zip(np.split(h, p, axis=1), np.split(W2, p), strict=True)
    return all_reduce([h_own @ W_own for h_own, W_own in pairs]) + b2


def _everybody_everything(x, W1, b1, W2, b2, p, all_reduce):
    y = np.maximum(x @ W1 + b1, 0) @ W2
    return all_reduce([y / p] * p) + b2


column_row_mlp.trap(
    _two_layers(lambda parts, ask: ask(parts), once=0.0, inside=1.0),
    en="Every rank adds b2 before the sum, so it counts p times. Add it once, behind the "
    "all-reduce.",
    zh="每个 rank 都在求和之前加了 b2，一共加了 p 次。应在 all-reduce 之后加一次。",
)
column_row_mlp.trap(
    _rows_first,
    en="W1 is split by rows, so each rank holds only part of every sum, and ReLU is taken of the "
    "parts: relu(a + b) is not relu(a) + relu(b). Split W1 by columns.",
    zh="W1 按行切了，每个 rank 手里只是每个和的一部分，却先取了 ReLU：relu(a + b) 不等于 "
    "relu(a) + relu(b)。W1 应按列切。",
    ask_en="Which numbers must be complete before ReLU may be applied?",
    ask_zh="取 ReLU 之前，哪些数必须是完整的？",
)
column_row_mlp.trap(
    _two_layers(lambda parts, ask: parts[0]),
    en="One rank's part is returned: its hidden units alone. The parts must be added up.",
    zh="返回的只是一个 rank 的部分，只含它自己的隐藏单元。各部分要加起来。",
)
column_row_mlp.trap(
    _two_layers(lambda parts, ask: ask(parts) / len(parts)),
    en="The parts are averaged. They are summands of one product, not p opinions of it.",
    zh="把各部分平均了。它们是同一个乘积的加数，不是 p 个估计值。",
)
column_row_mlp.trap(
    _reduced_twice,
    en="The values are right, at the price of an all-reduce before ReLU. Columns first, and the "
    "first product needs none.",
    zh="数值对，但在 ReLU 之前多做了一次 all-reduce。先按列切，第一个乘积就不用通信。",
)
column_row_mlp.trap(
    _everybody_everything,
    en="The values are right, but every rank computes with all weights: nothing is split.",
    zh="数值对，但每个 rank 都用了全部权重，等于没切。",
)


# ---- pipeline_schedule -------------------------------------------------------------------------


def _order(stage, p, m, kind):
    """What a stage does, in order: (0, j) forward, (1, j) backward of micro-batch j."""
    if kind == "gpipe":
        return [(0, j) for j in range(m)] + [(1, j) for j in range(m)]
    warm = min(m, p - 1 - stage)
    order = [(0, j) for j in range(warm)]
    for j in range(m - warm):
        order += [(0, warm + j), (1, j)]
    return order + [(1, j) for j in range(m - warm, m)]


def _pipeline_schedule(p, m, kind, order=_order, cost=2, wait=True, turn=1):
    """Every start is pushed back until no rule is broken; the traps exchange a rule."""
    starts, moved = np.zeros((2, p, m)), True
    orders = [order(stage, p, m, kind) for stage in range(p)]
    while moved:
        moved = False
        for stage, tasks in enumerate(orders):
            free = 0.0
            for back, j in tasks:
                ready, other = free, stage + (turn if back else -1)
                if wait and 0 <= other < p:
                    ready = max(ready, starts[back, other, j] + (cost if back else 1))
                moved |= bool(starts[back, stage, j] != ready)
                starts[back, stage, j] = ready
                free = ready + (cost if back else 1)
    return starts


def _with(**rule):
    return lambda p, m, kind: _pipeline_schedule(p, m, kind, **rule)


pipeline_schedule = Check(
    _with(),
    domain=lambda p, m, kind: 0 < p < 20 and 0 < m < 50 and kind in ("gpipe", "1f1b"),
)
pipeline_schedule.case(
    2,
    3,
    "gpipe",
    en="GPipe, two stages: all forwards, then all backwards, the last stage first",
    zh="GPipe，两段：先做完全部前向，再做全部反向，从最后一段开始",
    ask_en="Stage 1 starts its first forward at 1. When does it end its last, and what may start "
    "then?",
    ask_zh="第 1 段在时刻 1 开始第一个前向。最后一个前向何时结束？之后可以开始什么？",
)
pipeline_schedule.case(
    3,
    5,
    "1f1b",
    en="1F1B, three stages: 3, 2 and 1 forwards, then one backward, one forward in turn",
    zh="1F1B，三段：先做 3、2、1 个前向，然后一个反向、一个前向交替",
    ask_en="How many forwards does the last stage need before it can start a backward?",
    ask_zh="最后一段做几个前向就能开始反向？",
)
pipeline_schedule.case(
    4,
    2,
    "1f1b",
    en="fewer micro-batches than stages",
    zh="micro-batch 比段数还少",
)
pipeline_schedule.case(
    1, 3, "1f1b", en="one stage never waits for another", zh="只有一段时不用等别人"
)


@pipeline_schedule.fresh(en="fresh sizes, GPipe", zh="新的尺寸，GPipe")
def _(rng):
    return int(rng.integers(3, 6)), int(rng.integers(3, 9)), "gpipe"


@pipeline_schedule.fresh(en="fresh sizes, 1F1B", zh="新的尺寸，1F1B")
def _(rng):
    return int(rng.integers(3, 6)), int(rng.integers(5, 11)), "1f1b"


def _warm(ahead):
    """1F1B's order after another number of forwards."""

    def order(s, p, m, kind):
        first = min(m, ahead(p, m, s))
        turns = [task for j in range(m - first) for task in ((1, j), (0, j + first))]
        return [(0, j) for j in range(first)] + turns + [(1, j) for j in range(m - first, m)]

    return _with(order=order)


def _shy(s, p, m, kind):
    return _order(s if kind == "gpipe" or s == p - 1 else s + 1, p, m, kind)


def _flipped(s, p, m, kind):
    order = _order(s, p, m, kind)
    return order[:m] + order[m:][::-1] if kind == "gpipe" else order


def same_depth(p, m, kind):
    """1F1B in which every stage does min(m, p) forwards first."""
    starts, free, ends = np.zeros((2, p, m)), [0] * p, {}
    ahead = m if kind == "gpipe" else min(m, p)
    order = [(0, j) for j in range(ahead)]
    for j in range(m):
        order += [(1, j)] + ([(0, j + ahead)] if j + ahead < m else [])
    left = [list(order) for _ in range(p)]
    while any(left):
        for s in range(p):
            if not left[s]:
                continue
            back, j = left[s][0]
            before = (back, s + 1, j) if back else (back, s - 1, j)
            if back and s == p - 1:
                before = (0, s, j)
            if (back or s) and before not in ends:
                continue
            starts[back, s, j] = max(free[s], ends.get(before, 0))
            free[s] = ends[back, s, j] = starts[back, s, j] + 1 + back
            left[s].pop(0)
    return starts


pipeline_schedule.trap(
    _with(cost=1),
    en="A backward is given one unit of time. It takes two: one product for the weights, one for "
    "the inputs.",
    zh="反向只算了 1 个时间单位。它要 2 个：一次乘法求权重的梯度，一次求输入的梯度。",
)
pipeline_schedule.trap(
    _with(wait=False),
    en="Stages do not wait for each other: stage 1 starts before stage 0 has given it anything.",
    zh="各段没有互相等待：第 0 段还没交出东西，第 1 段就开始了。",
)
pipeline_schedule.trap(
    _with(turn=-1),
    en="The gradient enters at stage 0. The loss is at the last stage, so backward starts there "
    "and runs to stage 0.",
    zh="梯度从第 0 段进来了。损失在最后一段，反向应从那里开始，一直传到第 0 段。",
)
pipeline_schedule.trap(
    _warm(lambda p, m, s: 1),
    en="Each stage waits for its backward before the next forward: one micro-batch is in the pipe "
    "at a time.",
    zh="每段都等到反向做完才做下一个前向：流水线里一次只有一个 micro-batch。",
)
pipeline_schedule.trap(
    _warm(lambda p, m, s: m),
    en="kind changes nothing: 1F1B runs all forwards first here, as GPipe does.",
    zh="kind 没起作用：1F1B 也像 GPipe 一样先做完全部前向。",
)
pipeline_schedule.trap(
    same_depth,
    en="Every stage does min(m, p) forwards first. A stage needs only enough to bridge the way to "
    "the end and back: p − s.",
    zh="每段都先做 min(m, p) 个前向。其实只要够填满到末端再回来的时间：p − s 个。",
)
pipeline_schedule.trap(
    _with(order=_shy),
    en="One forward too few in the warm-up: the stage stands idle until its first gradient comes.",
    zh="热身少做了一个前向：这一段要空等到第一个梯度回来。",
)
pipeline_schedule.trap(
    _with(order=_flipped),
    en="The backwards run from the last micro-batch to the first. That is a possible order; asked "
    "for here is 0, 1, ….",
    zh="反向是从最后一个 micro-batch 倒着做的。这种顺序也可以，但这里要求按 0、1、… 做。",
)


# ---- bubble ------------------------------------------------------------------------------------


def _bubble(starts):
    """Unit of time by unit of time."""
    length = round(float(starts[1].max())) + 2
    idle, held = 0, np.zeros(starts.shape[1], int)
    for stage, (forward, backward) in enumerate(zip(*starts, strict=True)):
        for now in range(length):
            working = any(now == t for t in forward) or any(t <= now < t + 2 for t in backward)
            idle += not working
            live = sum(f <= now < b + 2 for f, b in zip(forward, backward, strict=True))
            held[stage] = max(held[stage], live)
    return idle / (length * starts.shape[1]), held


_BY_HAND = np.array([[[0, 1, 6], [1, 4, 7]], [[4, 10, 15], [2, 8, 11]]], dtype=float)

bubble = Check(_bubble, returns=("idle", "held"))
bubble.case(
    _BY_HAND,
    en="two stages work 9 of 17 units each and hold at most two micro-batches",
    zh="两段，总长 17，各工作 9，最多同时存两份",
    ask_en="Stage 1 starts forwards at 1, 4 and 7; its backwards end at 4, 10 and 13. What does it "
    "hold at 8?",
    ask_zh="第 1 段在 1、4、7 开始前向，反向在 4、10、13 结束。时刻 8 存着几份？",
)
bubble.case(
    _pipeline_schedule(3, 4, "gpipe"),
    en="GPipe: all micro-batches are held, on every stage",
    zh="GPipe：每一段都存着全部 micro-batch",
)
bubble.case(
    _pipeline_schedule(4, 6, "1f1b"),
    en="1F1B: p − s of them on stage s",
    zh="1F1B：第 s 段存 p − s 份",
)
bubble.case(
    np.array([[[4.0], [5.0]], [[8.0], [6.0]]]),
    en="time counts from 0, even if nothing happens there",
    zh="从时刻 0 算起，哪怕那时什么都没做",
)


@bubble.fresh(en="a fresh schedule", zh="新的调度")
def _(rng):
    starts = _pipeline_schedule(int(rng.integers(2, 5)), int(rng.integers(5, 9)), "1f1b")
    return (starts + rng.integers(2),)


def _measure(share=None, busy=3, length=lambda starts: starts[1].max() + 2, held=None):
    """The measurement with one part exchanged."""

    def most(forward, backward):
        return max(
            sum(f <= now < b + 2 for f, b in zip(forward, backward, strict=True)) for now in forward
        )

    def answer(starts):
        _, p, m = starts.shape
        work, total = busy * p * m, p * length(starts)
        idle = share(work, total, starts) if share else 1 - work / total
        return idle, np.array([(held or most)(*pair) for pair in zip(*starts, strict=True)])

    return answer


def _own_span(work, total, starts):
    spans = (starts[1].max(axis=1) + 2 - starts[0].min(axis=1)).sum()
    return 1 - work / spans


bubble.trap(
    _measure(share=lambda work, total, starts: total / work - 1),
    en="Idle time over *working* time: for a full pipeline (p − 1)/m. As a share of all time it is "
    "(p − 1)/(m + p − 1).",
    zh="这是空闲时间除以**工作**时间，满流水线时为 (p − 1)/m。占总时间的比例是 "
    "(p − 1)/(m + p − 1)。",
    ask_en="Divided by what? Half the time idle would be 1 in your measure.",
    ask_zh="除的是什么？一半时间空闲，按你的算法会得到 1。",
)
bubble.trap(
    _measure(
        share=lambda work, total, starts: (
            (starts.shape[1] - 1) / (starts.shape[2] + starts.shape[1] - 1)
        )
    ),
    en="The formula is right for a tight schedule. This one has gaps: measure it.",
    zh="这个公式只对紧凑的调度成立。这里有空隙，要实际去量。",
)
bubble.trap(
    _measure(share=_own_span),
    en="Each stage is measured from its own first to its own last task. Waiting before and after "
    "is the bubble: all stages share one length.",
    zh="每段只从自己的第一个任务量到最后一个。前后的等待正是气泡：所有段用同一个总长。",
)
bubble.trap(
    _measure(busy=2),
    en="A backward counts as one unit of work. It takes two.",
    zh="反向只算了 1 个单位。它要 2 个。",
)
bubble.trap(
    _measure(length=lambda starts: starts[1].max()),
    en="The length ends where the last backward *starts*. It ends two units later.",
    zh="总长只算到最后一个反向**开始**。它还要 2 个单位才结束。",
)
bubble.trap(
    _measure(held=lambda forward, backward: len(forward)),
    en="All micro-batches are counted as held. Those whose backward has ended are free.",
    zh="把全部 micro-batch 都算作存着。反向做完的已经释放了。",
)
bubble.trap(
    _measure(held=lambda forward, backward: int((forward < backward.min()).sum())),
    en="Forwards before the first backward are counted. Later the stage may hold more: look at "
    "every moment.",
    zh="只数了第一个反向之前的前向。后面可能存得更多：每个时刻都要看。",
)
bubble.trap(
    _measure(
        held=lambda forward, backward: max(
            int(((forward <= now) & (now <= backward + 2)).sum()) for now in forward
        )
    ),
    en="An activation is counted in the moment in which it is freed, together with the next one. "
    "Where a backward ends at 9, a forward that starts at 9 takes its place.",
    zh="释放的那一刻还算着旧的，又算上了新的。反向在时刻 9 结束，同时开始的前向正好接替它的位置。",
)


# ---- on paper ----------------------------------------------------------------------------------

sync_time = Estimate("0.49 s", rtol=0.02)
sync_time.trap(
    "0.28 s",
    en="One array's worth. A ring sends nearly two: once to add up, once to hand out.",
    zh="这只是一份数组的量。环要发将近两份：一趟累加，一趟分发。",
)
sync_time.trap(
    "0.245 s",
    en="One round only. After the sums are made, the finished chunks go round again.",
    zh="只算了一趟。累加完，算好的块还要再绕一圈。",
)
sync_time.trap(
    "0.56 s",
    en="Two whole arrays. In each round a card does not send one of its eight chunks.",
    zh="算了整整两份。每一趟里，一张卡都有八分之一不用发。",
)
sync_time.trap(
    "1.96 s",
    en="Every card to every other, seven arrays. In the ring the number of cards nearly cancels.",
    zh="这是每张卡发给其余七张的量。环里卡数几乎约掉了。",
)
sync_time.trap(
    "0.98 s",
    en="Four bytes a number. bf16 takes two.",
    zh="每个数按 4 字节算了。bf16 是 2 字节。",
)

all_reduces = Estimate(4.0, rtol=0.01)
all_reduces.trap(
    2.0,
    en="That is forward alone. Backward needs one more for each block, for the gradient of its "
    "input.",
    zh="这只是前向。反向时每个模块还要一次，用来求输入的梯度。",
)
all_reduces.trap(
    1.0,
    en="That is one block in one direction. A layer has attention and an MLP, forward and "
    "backward.",
    zh="这是一个模块一个方向。一层有注意力和 MLP，还有前向和反向。",
)
all_reduces.trap(
    8.0,
    en="One for each matrix? Columns then rows need a single one for each pair.",
    zh="每个矩阵一次？先按列再按行，一对矩阵只要一次。",
)

# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="Data parallelism over p cards divides the memory for weights and optimizer by p.",
    zh="p 张卡做数据并行，权重和优化器的显存就降为 1/p。",
    because_en="Every card keeps a full copy; only the batch is split. Sharding the states is "
    "ZeRO or FSDP.",
    because_zh="每张卡都有完整的一份，切的只是 batch。切分这些状态的是 ZeRO 或 FSDP。",
    source="Rajbhandari et al. 2020, §5",
)
flaws.true(
    en="In a ring all-reduce a card sends less than twice the array, however many cards there are.",
    zh="环形 all-reduce 里，不管多少张卡，每张卡发送的都不到数组的两倍。",
)
flaws.true(
    en="The first matrix of an MLP is split by columns, so that the non-linearity needs no "
    "communication.",
    zh="MLP 的第一个矩阵按列切，这样非线性之前不用通信。",
)
flaws.false(
    en="The bubble takes (p − 1)/m of the total time.",
    zh="气泡占总时间的 (p − 1)/m。",
    because_en="(p − 1)/m is relative to the ideal time without a bubble. Of the total it is "
    "(p − 1)/(m + p − 1).",
    because_zh="(p − 1)/m 是相对没有气泡的理想时间。占总时间的比例是 (p − 1)/(m + p − 1)。",
    source="Narayanan et al. 2021, §2.2",
)
flaws.false(
    en="1F1B replaced GPipe's schedule because its bubble is smaller.",
    zh="1F1B 取代 GPipe 的调度，是因为气泡更小。",
    because_en="The bubble is the same, as measured above. 1F1B holds at most p micro-batches' "
    "activations instead of m.",
    because_zh="气泡一样大，上面量过。1F1B 省的是激活值：最多存 p 个 micro-batch，而不是 m 个。",
    source="Narayanan et al. 2021, §2.2; measured above",
    source_zh="Narayanan et al. 2021, §2.2；见上面的实测",
)
flaws.true(
    en="Tensor parallelism talks in every layer and belongs inside a node with fast links.",
    zh="张量并行每一层都要通信，应放在有高速互联的单机之内。",
)
flaws.false(
    en="Eight cards with the old batch and learning rate each train exactly as one card did.",
    zh="八张卡各用原来的 batch 和学习率，训练过程和单卡时完全一样。",
    because_en="The step is that of one card on a batch eight times as large. Whoever changes the "
    "batch tunes the learning rate again.",
    because_zh="这一步等于单卡用八倍 batch 的一步。batch 变了，学习率就要重新调。",
    source="the two workers above; Goyal et al. 2017, §2.1",
    source_zh="见上面的两个 worker；Goyal et al. 2017, §2.1",
)
flaws.true(
    en="A pipeline that empties before each update computes the same gradient as no pipeline.",
    zh="每次更新前都排空的流水线，算出的梯度与不用流水线时相同。",
)

say = Say(
    model_en="""
Data parallelism copies the model to every card and splits the batch.
The gradients are summed by a ring all-reduce, a reduce-scatter and an all-gather.
Each card sends 2(p−1)/p of the gradient, nearly independent of p.
Tensor parallelism splits single matrices, the first by columns and the second by rows.
So an MLP needs one all-reduce forward.
Pipeline parallelism gives each card some of the layers and cuts the batch into micro-batches.
The bubble is (p−1)/(m+p−1) of the time.
1F1B has the same bubble as GPipe and holds fewer activations.
I put tensor parallelism inside a node and the pipeline between nodes.
""",
    model_zh="""
数据并行在每张卡上放一份完整的模型，切的是 batch。
梯度用环形 all-reduce 求和，即 reduce-scatter 加 all-gather。
每张卡发送梯度的 2(p−1)/p，几乎与 p 无关。
张量并行切的是单个矩阵，第一个按列切，第二个按行切。
于是 MLP 前向只要一次 all-reduce。
流水线并行让每张卡负责几层，再把 batch 切成 micro-batch。
气泡占总时间的 (p−1)/(m+p−1)。
1F1B 的气泡与 GPipe 相同，存的激活值更少。
张量并行放在机内，流水线放在机间。
""",
)
say.point(
    en="data parallelism: the model copied, the batch split, the gradients summed",
    zh="数据并行：模型复制，batch 切分，梯度求和",
    found_en=[
        r"cop(y|ies) .{0,12}model|replica",
        r"split\w* the batch|batch is split",
        r"gradients? (are|is) (summed|averaged)|(sum|average)\w* the gradients?",
    ],
    found_zh=[
        r"完整的模型|模型副本|复制模型",
        r"切(的是|分)? ?batch|拆 ?batch",
        r"梯度.{0,14}(求和|平均)|(汇总|平均)梯度",
    ],
)
say.point(
    en="the ring and its cost, 2(p − 1)/p",
    zh="环形 all-reduce 及其代价 2(p − 1)/p",
    found_en=[
        r"\bring\b",
        r"reduce.?scatter",
        r"2 ?\(p ?[−-] ?1\) ?/ ?p|twice the (array|gradient)",
    ],
    found_zh=[r"环形|ring", r"reduce.?scatter", r"2 ?\(p ?[−-] ?1\) ?/ ?p|不到.{0,4}两倍"],
)
say.point(
    en="tensor parallelism: columns, then rows, one all-reduce",
    zh="张量并行：先列后行，一次 all-reduce",
    found_en=[r"by columns", r"columns?.{0,8}then rows", r"one all.?reduce"],
    found_zh=[r"按列切", r"先列后行|先按列", r"一次 ?all.?reduce"],
)
say.point(
    en="pipeline: layers to stages, micro-batches",
    zh="流水线：按层分段，micro-batch",
    found_en=[r"micro.?batch", r"(some|part) of the layers", r"stages?\b"],
    found_zh=[r"micro.?batch|微批", r"负责.{0,3}几层|按层(切|分)", r"分成.{0,3}段"],
)
say.point(
    en="the bubble, as a share of the total",
    zh="气泡占总时间的比例",
    found_en=[r"\bbubble\b", r"\(p ?[−-] ?1\) ?/ ?\(m", r"idle (time|share)"],
    found_zh=[r"气泡", r"\(p ?[−-] ?1\) ?/ ?\(m", r"空闲(时间|比例)"],
)
say.point(
    en="1F1B: the same bubble, fewer activations",
    zh="1F1B：气泡相同，激活值更少",
    found_en=[r"1F1B", r"fewer activations", r"one forward.{0,6}one backward"],
    found_zh=[r"1F1B", r"激活值(更少|少)", r"一前一后|一个前向一个反向"],
)
say.point(
    en="where each belongs: tensor inside a node, pipeline between nodes",
    zh="各自放在哪里：张量并行机内，流水线机间",
    found_en=[r"(inside|within) (a|one|the) node", r"between nodes|across nodes", r"NVLink"],
    found_zh=[r"机内|单机(之)?内|节点内", r"机间|跨机|节点间", r"NVLink"],
)
