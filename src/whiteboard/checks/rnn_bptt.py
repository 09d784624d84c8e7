"""A recurrent network: forward, back-propagation through time, its truncation, and forgetting.

The references never backpropagate: they differentiate the forward pass by the complex step,
f′(θ) = Im f(θ + ih) / h, exact to rounding because nothing is subtracted
(Squire & Trapp 1998, SIAM Review 40(1)).
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say


def normal(rng, *shape):
    """Normal numbers with one decimal, so that a verdict showing them can be followed by hand."""
    return rng.normal(size=shape).round(1)


# ---- rnn_forward -------------------------------------------------------------------------------


def _rnn_forward(x, h0, Wx, Wh, b):
    steps, state = [], h0
    for step in range(x.shape[1]):
        state = np.tanh(x[:, step] @ Wx + state @ Wh + b)
        steps.append(state)
    return np.stack(steps, axis=1)


def _forward_variant(
    cell=lambda x, h, Wx, Wh, b: np.tanh(x @ Wx + h @ Wh + b),
    start=lambda h0: h0,
    out=lambda h: h,
    carry=lambda new, h0: new,
):
    """A forward pass with one line exchanged."""

    def answer(x, h0, Wx, Wh, b):
        state, steps = start(h0), []
        for t in range(x.shape[1]):
            new = cell(x[:, t], state, Wx, Wh, b)
            steps.append(new)
            state = carry(new, h0)
        return out(np.stack(steps, axis=1))

    return answer


def _time_first(x, h0, Wx, Wh, b):
    state, h = h0, []
    for x_t in x:
        state = np.tanh(x_t @ Wx + state @ Wh + b)
        h.append(state)
    return np.stack(h)


def _inputs(rng, B, T, D, H):
    """x, h0, Wx, Wh, b; weights small enough that the states do not saturate."""
    return (
        normal(rng, B, T, D),
        (normal(rng, B, H) / 2).round(1),
        (normal(rng, D, H) / 2).round(1),
        (normal(rng, H, H) / 2).round(1),
        (normal(rng, H) / 2).round(1),
    )


rnn_forward = Check(_rnn_forward)
rnn_forward.case(
    np.array([[[1.0, 0.0], [0.5, -1.0]], [[-0.5, 1.0], [2.0, 0.5]]]),
    np.array([[0.5, -0.5], [1.0, 0.0]]),
    np.array([[0.5, 1.0], [-1.0, 0.5]]),
    np.array([[1.0, 0.5], [-0.5, 0.0]]),
    np.array([0.1, -0.2]),
    en="two sequences of two steps: h_t = tanh(x_t Wx + h_{t−1} Wh + b)",
    zh="两个序列、各两步：h_t = tanh(x_t Wx + h_{t−1} Wh + b)",
)
rnn_forward.case(
    *_inputs(np.random.default_rng(1), 3, 5, 2, 4),
    en="B = 3, T = 5, D = 2, H = 4: every state, (B, T, H)",
    zh="B = 3、T = 5、D = 2、H = 4：返回每一步的状态，(B, T, H)",
)
rnn_forward.case(*_inputs(np.random.default_rng(2), 2, 1, 3, 2), en="a single step", zh="只有一步")
rnn_forward.case(
    np.array([[[3.0], [-4.0], [0.5]], [[-2.0], [8.0], [-0.1]]]),
    np.array([[1.0, -1.0], [0.5, 0.0]]),
    np.array([[2.0, -1.0]]),
    np.array([[3.0, -2.0], [2.0, 1.0]]),
    np.array([0.5, -0.5]),
    en="large weights: tanh saturates; a state within 0.001 of ±1 is not cut",
    zh="权重很大：tanh 饱和；状态离 ±1 不到 0.001 也不截断",
)


@rnn_forward.fresh(en="fresh random inputs", zh="新的随机输入")
def _(rng):
    return _inputs(rng, 2, 6, 3, 5)


@rnn_forward.property(
    en="a second call starts from its own h0: no state is kept from the first",
    zh="第二次调用从它自己的 h0 开始：第一次的状态不能留下来",
)
def _(answer):
    x, h0, Wx, Wh, b = _inputs(np.random.default_rng(3), 2, 3, 2, 3)
    answer(x, h0, Wx, Wh, b)
    return Evidence(
        given={"x": x, "h0": h0, "call": 2},
        names_zh={"call": "第几次调用"},
        expected=_rnn_forward(x, h0, Wx, Wh, b),
        got=answer(x, h0, Wx, Wh, b),
    )


rnn_forward.trap(
    _forward_variant(start=np.zeros_like),
    en="h0 is not used: the first step starts from zeros.",
    zh="没有用 h0：第一步是从零状态开始的。",
)
rnn_forward.trap(
    _forward_variant(carry=lambda new, h0: h0),
    en="Every step starts from h0 again. Without handing the state on it is no recurrence: step 3 "
    "knows nothing of step 1.",
    zh="每一步都又从 h0 开始。状态没有往后传，就谈不上循环：第 3 步对第 1 步一无所知。",
    ask_en="Change x at step 0. Which of your states change?",
    ask_zh="改动第 0 步的 x，你的哪些状态会变？",
)
rnn_forward.trap(
    _forward_variant(cell=lambda x, h, Wx, Wh, b: np.tanh(x @ Wx + h @ Wh.T + b)),
    en="Wh is transposed. With states as rows the question asks for h @ Wh; it fits either way "
    "because Wh is square.",
    zh="Wh 被转置了。状态是行向量，题目要的是 h @ Wh；Wh 是方阵，所以转置了也不报错。",
)
rnn_forward.trap(
    _forward_variant(cell=lambda x, h, Wx, Wh, b: np.tanh(x @ Wx + h @ Wh) + b),
    en="The bias is added after tanh. It belongs inside; outside, states leave (−1, 1).",
    zh="偏置加在了 tanh 外面。它应在里面；加在外面，状态会超出 (−1, 1)。",
)
rnn_forward.trap(
    _forward_variant(cell=lambda x, h, Wx, Wh, b: x @ Wx + h @ Wh + b),
    en="There is no tanh: this is a linear recurrence.",
    zh="没有 tanh：这只是线性递推。",
)
rnn_forward.trap(
    _forward_variant(out=lambda h: h[:, -1]),
    en="Only the last state is returned. Return all of them, (B, T, H): a loss may sit on any "
    "step, "
    "and the backward pass needs every one.",
    zh="只返回了最后一个状态。要返回全部 (B, T, H)：每一步都可能有损失，反向传播也要用到每一个。",
)
rnn_forward.trap(
    _time_first,
    en="This walks along the batch: x is (B, T, D), and iterating over x takes sequences, not "
    "steps.",
    zh="这是沿 batch 在走：x 是 (B, T, D)，直接遍历 x 取到的是一条条序列，不是一步步。",
    ask_en="What is the shape of x[0], and what is the shape of x[:, 0]?",
    ask_zh="x[0] 是什么形状？x[:, 0] 呢？",
)
rnn_forward.trap(
    _forward_variant(out=lambda h: np.moveaxis(h, 1, 0)),
    en="The states are right and lie as (T, B, H): stacking a list puts the steps in front. Stack "
    "along axis 1.",
    zh="状态都对，但摆成了 (T, B, H)：把列表直接叠起来，时间步排在最前面。应沿 axis 1 叠。",
)
rnn_forward.trap(
    _forward_variant(out=lambda h: np.repeat(h[:, -1:], h.shape[1], axis=1)),
    en="Every step shows the last state: one array was changed in place and stored T times. Make a "
    "new array at each step.",
    zh="每一步都是最后的状态：同一个数组被原地改写，又存了 T 次。每一步要新建数组。",
)

# ---- rnn_backward ------------------------------------------------------------------------------


def _slopes(loss, arrays, h=1e-20):
    """The gradients of `loss(*arrays)` along each array, by the complex step."""
    slopes = []
    for place, array in enumerate(arrays):
        slope = np.empty(array.shape)
        for index in np.ndindex(array.shape):
            moved = array.astype(complex)
            moved[index] += 1j * h
            slope[index] = loss(*arrays[:place], moved, *arrays[place + 1 :]).imag / h
        slopes.append(slope)
    return slopes


def _bias(x, h0, h, Wx, Wh):
    """The bias that made the states: arctanh(h_0) − x_0 Wx − h0 Wh, the same in every row."""
    return (np.arctanh(h[:, 0]) - x[:, 0] @ Wx - h0 @ Wh)[0]


def _rnn_backward(dh, x, h0, h, Wx, Wh):
    b = _bias(x, h0, h, Wx, Wh)
    return tuple(_slopes(lambda *a: (dh * _rnn_forward(*a)).sum(), (x, h0, Wx, Wh, b)))


def _backward_variant(
    arriving=lambda dh, t: dh[:, t],
    through=lambda arriving, carry, h: (arriving + carry) * (1 - h * h),
    before=lambda h, h0, t: h[:, t - 1] if t else h0,
    back=lambda z, Wh: z @ Wh.T,
    onward=lambda carry, new: new,
    total=lambda old, new: old + new,
    db=lambda z: z.sum(axis=0),
    dh0=lambda z, carry: carry,
):
    """BPTT with one line exchanged."""

    def answer(dh, x, h0, h, Wx, Wh):
        dx = np.zeros(x.shape)
        sums = [np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(len(Wh))]
        carry = np.zeros(h0.shape)
        for t in reversed(range(x.shape[1])):
            z = through(arriving(dh, t), carry, h[:, t])
            news = x[:, t].T @ z, before(h, h0, t).T @ z, db(z)
            sums = [total(old, new) for old, new in zip(sums, news, strict=True)]
            dx[:, t] = z @ Wx.T
            carry = onward(carry, back(z, Wh))
        return dx, dh0(z, carry), *sums

    return answer


def _backward_inputs(rng, B, T, D, H):
    x, h0, Wx, Wh, b = _inputs(rng, B, T, D, H)
    h = _rnn_forward(x, h0, Wx, Wh, b)
    return normal(rng, *h.shape), x, h0, h, Wx, Wh


_SMALL = (
    np.array([[[1.0], [-1.0]], [[0.5], [2.0]], [[-0.5], [0.0]]]),
    np.array([[0.5, -0.5], [0.0, 1.0], [1.0, 0.5]]),
    np.array([[0.5, -1.0]]),
    np.array([[1.0, 0.5], [-0.5, 0.2]]),
    np.array([0.1, 0.3]),
)
_STATES = _rnn_forward(*_SMALL)

rnn_backward = Check(_rnn_backward, returns=("dx", "dh0", "dWx", "dWh", "db"))
rnn_backward.case(
    np.array([[[1.0, -1.0], [2.0, 0.5]], [[0.5, 1.0], [-1.0, 1.0]], [[0.0, 2.0], [1.0, -0.5]]]),
    *_SMALL[:2],
    _STATES,
    *_SMALL[2:4],
    en="three sequences of two steps, gradients arriving at both: each result is the slope of "
    "Σ dh · h",
    zh="三个序列、各两步，每步都有梯度传来：每个结果都是 Σ dh · h 的斜率",
)
rnn_backward.case(
    *_backward_inputs(np.random.default_rng(4), 3, 5, 2, 4),
    en="B = 3, T = 5, D = 2, H = 4: every gradient has its array's shape",
    zh="B = 3、T = 5、D = 2、H = 4：梯度与各自的数组同形状",
)
_LAST = _backward_inputs(np.random.default_rng(5), 2, 6, 3, 3)
_LAST[0][:, :-1] = 0
rnn_backward.case(
    *_LAST,
    en="a loss on the last state alone still reaches every earlier step",
    zh="损失只在最后一个状态上，梯度仍会传到之前的每一步",
)
rnn_backward.case(
    *_backward_inputs(np.random.default_rng(6), 4, 1, 2, 3), en="a single step", zh="只有一步"
)
_DH, *_REST = _backward_inputs(np.random.default_rng(7), 2, 4, 2, 3)
rnn_backward.case(
    1000 * _DH,
    *_REST,
    en="gradients are linear in dh: a thousand times dh, a thousand times every result",
    zh="梯度对 dh 是线性的：dh 放大一千倍，每个结果也放大一千倍",
)


@rnn_backward.fresh(en="fresh random inputs", zh="新的随机输入")
def _(rng):
    return _backward_inputs(rng, 2, 4, 3, 2)


rnn_backward.trap(
    _backward_variant(
        through=lambda arriving, carry, h: (
            arriving * (1 - h * h) + carry if carry.any() else arriving * (1 - h * h)
        )
    ),
    en="What comes from step t + 1 bypasses tanh. Both gradients arrive at h_t: add them first, "
    "then "
    "multiply by 1 − h_t².",
    zh="从第 t + 1 步传回来的梯度没有过 tanh。两路梯度都到达 h_t：先相加，再乘 1 − h_t²。",
    ask_en="Through which operation does h_t reach h_{t+1}, and through which was h_t made?",
    ask_zh="h_t 经过什么运算到 h_{t+1}？h_t 自己又是经过什么运算得来的？",
)
_STEPS_ALONE = {
    "en": "Nothing flows from step t + 1 to step t: each step is treated as a network of its own. "
    "h_t also acts through h_{t+1}.",
    "zh": "第 t + 1 步没有任何梯度传给第 t 步，每一步都被当成独立的网络。"
    "h_t 还通过 h_{t+1} 起作用。",
    "ask_en": "Put the loss on the last step only. What is your gradient of x at step 0?",
    "ask_zh": "只在最后一步放损失，你算出的第 0 步 x 的梯度是多少？",
}
rnn_backward.trap(_backward_variant(back=lambda z, Wh: 0 * z), **_STEPS_ALONE)
rnn_backward.trap(
    _backward_variant(arriving=lambda dh, t: dh[:, t] if t == dh.shape[1] - 1 else 0 * dh[:, t]),
    en="Only dh of the last step is used. A loss may sit on every step: add dh[:, t] at each.",
    zh="只用了最后一步的 dh。每一步都可能有损失：每步都要加上 dh[:, t]。",
)
rnn_backward.trap(
    _backward_variant(before=lambda h, h0, t: h[:, t]),
    en="dWh pairs the gradient with h_t. Wh multiplied h_{t−1}, the state before: that one belongs "
    "in the product, and h0 at the first step.",
    zh="dWh 里配的是 h_t。Wh 乘的是前一步的状态 h_{t−1}，应与它配对；第一步则是 h0。",
)
rnn_backward.trap(
    _backward_variant(before=lambda h, h0, t: h[:, t - 1]),
    en="At t = 0, h[:, t − 1] is h[:, −1], the last state: no error, a wrong dWh. The state before "
    "the first step is h0.",
    zh="t = 0 时 h[:, t − 1] 就是 h[:, −1]，取到的是最后一个状态：不报错，但 dWh 错了。"
    "第一步之前的状态是 h0。",
    ask_en="Which state does h[:, t − 1] read at t = 0?",
    ask_zh="t = 0 时 h[:, t − 1] 读到的是哪个状态？",
)
rnn_backward.trap(
    _backward_variant(total=lambda old, new: new),
    en="The weights' gradients are overwritten at every step, so only step 0 is left. The same "
    "weights act at every step: sum.",
    zh="每一步都把权重的梯度覆盖了，最后只剩第 0 步的。每一步用的是同一组权重：要累加。",
)
rnn_backward.trap(
    _backward_variant(back=lambda z, Wh: z @ Wh),
    en="The gradient goes back through Wh itself. Forward h @ Wh, backward z @ Wh.T.",
    zh="梯度往回传时乘的是 Wh 本身。前向 h @ Wh，反向是 z @ Wh.T。",
)
rnn_backward.trap(
    _backward_variant(through=lambda a, carry, h: (a + carry) * (1 - np.tanh(h) ** 2)),
    en="h is tanh's output already. 1 − tanh(h)² applies tanh twice: the slope is 1 − h².",
    zh="h 已经是 tanh 的输出。1 − tanh(h)² 等于做了两次 tanh：斜率是 1 − h²。",
)
rnn_backward.trap(
    _backward_variant(through=lambda a, carry, h: (a + carry) * h * (1 - h)),
    en="h(1 − h) is the sigmoid's slope. tanh has 1 − h².",
    zh="h(1 − h) 是 sigmoid 的导数，tanh 的是 1 − h²。",
)
rnn_backward.trap(
    _backward_variant(through=lambda a, carry, h: a + carry),
    en="tanh's slope 1 − h² is missing.",
    zh="漏乘了 tanh 的导数 1 − h²。",
)
rnn_backward.trap(
    _backward_variant(dh0=lambda z, carry: z),
    en="dh0 stops inside the first step. h0 was multiplied by Wh: one more product with Wh.T.",
    zh="dh0 停在了第一步里面。h0 还乘过 Wh：要再乘一次 Wh.T。",
)
rnn_backward.trap(
    _backward_variant(db=lambda z: z.mean(axis=0)),
    en="db is a mean over the batch. The bias is added to every row: sum. A mean belongs into the "
    "loss, hence into dh.",
    zh="db 在 batch 上取了平均。偏置加在每一行上，要求和；平均是损失的事，已经在 dh 里。",
)
rnn_backward.trap(
    _backward_variant(onward=lambda carry, new: carry + new),
    en="What is carried back is added up over the steps. δ_{t+1} holds all later steps already: "
    "replace the carried gradient, sum only those of the weights.",
    zh="往回传的梯度在各步之间累加了。δ_{t+1} 里已经包含了后面所有步：往回传的要替换，"
    "只有权重的梯度才累加。",
)
rnn_backward.trap(
    _backward_variant(before=lambda h, h0, t: h[:, t - 1] if t else 0 * h0),
    en="dWh takes zeros for the state before the first step. It is h0, which need not be zero.",
    zh="算 dWh 时，第一步之前的状态用了零。那里应该是 h0，它不一定是零。",
    ask_en="Which state did Wh multiply at t = 0?",
    ask_zh="t = 0 时，和 Wh 相乘的是哪个状态？",
)
# As trap 2, but the gradient of h0 still takes its one product with Wh.T.
rnn_backward.trap(
    _backward_variant(through=lambda arriving, carry, h: arriving * (1 - h * h)), **_STEPS_ALONE
)


# ---- truncated ---------------------------------------------------------------------------------


def _truncated(dh, x, h0, h, Wx, Wh, k):
    b = _bias(x, h0, h, Wx, Wh)

    def loss(x, h0, Wx, Wh, b):
        total = 0
        for at in range(0, dh.shape[1], k):
            start = h[:, at - 1] if at else h0  # the number crosses the cut, its slope does not
            states = _rnn_forward(x[:, at : at + k], start, Wx, Wh, b)
            total = total + (dh[:, at : at + k] * states).sum()
        return total

    return tuple(_slopes(loss, (x, h0, Wx, Wh, b)))


def _pieces(
    starts=lambda T, k: range(0, T, k),
    state=lambda h, h0, at: h[:, at - 1] if at else h0,
    share=lambda T, k: 1.0,
    dh0=lambda firsts: firsts[0],
):
    """Truncated BPTT, piece by piece, with one line exchanged."""
    backward = _backward_variant()

    def answer(dh, x, h0, h, Wx, Wh, k):
        T = x.shape[1]
        dx, sums, firsts = np.zeros(x.shape), [0.0, 0.0, 0.0], []
        edges = list(starts(T, k))
        for at, end in zip(edges, [*edges[1:], T], strict=True):
            end = min(end, at + k)
            part = slice(at, end)
            dx[:, part], first, *grads = backward(
                dh[:, part], x[:, part], state(h, h0, at), h[:, part], Wx, Wh
            )
            sums = [old + new * share(T, k) for old, new in zip(sums, grads, strict=True)]
            firsts.append(first)
        return dx, dh0(firsts), *sums

    return answer


def _from_the_end(T, k):
    return [0, *range(T % k or k, T, k)]


def _one_early(T, k):
    return [0, *range(k - 1 or k, T, k)]


truncated = Check(_truncated, returns=("dx", "dh0", "dWx", "dWh", "db"))
truncated.case(
    *_backward_inputs(np.random.default_rng(9), 1, 7, 1, 2),
    3,
    en="T = 7, k = 3: pieces of 3, 3 and 1 step",
    zh="T = 7、k = 3：分成 3、3、1 步",
)
_STEPS = _backward_inputs(np.random.default_rng(8), 2, 5, 2, 3)
truncated.case(
    *_STEPS, 2, en="T = 5, k = 2: pieces of 2, 2 and 1 step", zh="T = 5、k = 2：分成 2、2、1 步"
)
truncated.case(*_STEPS, 5, en="k = T is the full gradient", zh="k = T 就是完整的梯度")
truncated.case(*_STEPS, 9, en="so is k > T", zh="k > T 也一样")
truncated.case(*_STEPS, 1, en="k = 1: no gradient crosses a step", zh="k = 1：梯度一步也跨不过去")


@truncated.fresh(en="fresh random inputs", zh="新的随机输入")
def _(rng):
    return *_backward_inputs(rng, 2, 6, 2, 3), 4


def _full(dh, x, h0, h, Wx, Wh, k):
    return _backward_variant()(dh, x, h0, h, Wx, Wh)


def _late(dh, x, h0, h, Wx, Wh, k):
    return _pieces()(dh, x, h0, h, Wx, Wh, k + 1)


truncated.trap(
    _full, en="k is not used: this is the full gradient.", zh="没有用 k：这是完整的梯度。"
)
truncated.trap(
    _pieces(state=lambda h, h0, at: h0),
    en="Every piece starts from h0. The state crosses the cut, only its gradient does not: a piece "
    "that begins at step s starts from h[:, s − 1].",
    zh="每一段都从 h0 开始了。切断的只是梯度，状态照样往后传：从第 s 步开始的一段，起点是 "
    "h[:, s − 1]。",
    ask_en="Which state did the forward pass hold before step s?",
    ask_zh="前向走到第 s 步之前，状态是什么？",
)
truncated.trap(
    _pieces(state=lambda h, h0, at: h[:, at - 1] * 0 if at else h0),
    en="Every piece but the first starts from zeros. Cutting the gradient (detach) keeps the "
    "state; "
    "resetting the state makes another network.",
    zh="除第一段外，每段都从零状态开始。切断梯度（detach）并不清空状态；清空状态就成了另一个网络。",
    ask_en="Which state did the forward pass hold before step s?",
    ask_zh="前向走到第 s 步之前，状态是什么？",
)
truncated.trap(
    _pieces(starts=_from_the_end),
    en="The pieces are counted from the end: the short one comes first. The question counts from "
    "the start.",
    zh="分段是从末尾数的，短的一段在最前面。题目要求从头数。",
)
truncated.trap(
    _pieces(starts=lambda T, k: range(0, max(T - k + 1, 1), k)),
    en="The steps after the last full piece are dropped: their gradient is lost.",
    zh="最后不满 k 步的一段被丢掉了，它的梯度没有算。",
)
truncated.trap(
    _late,
    en="The pieces have k + 1 steps. Look at the bounds of your slices or at where you cut.",
    zh="每段有 k + 1 步。检查切片的边界，或切断的位置。",
)
truncated.trap(
    _pieces(share=lambda T, k: 1 / len(range(0, T, k))),
    en="The weights' gradients are averaged over the pieces. The loss is a sum over all steps: "
    "add.",
    zh="权重的梯度在各段之间取了平均。损失是所有步之和：应当相加。",
)
truncated.trap(
    _pieces(dh0=lambda firsts: firsts[-1]),
    en="dh0 is taken from the last piece. h0 starts the first one.",
    zh="dh0 取自最后一段。h0 是第一段的起点。",
)
truncated.trap(
    _pieces(starts=_one_early),
    en="The cuts come one step early: the first piece has k − 1 steps. Cut before the steps k, "
    "2k, …, counted from 0.",
    zh="每一刀都早了一步：第一段只有 k − 1 步。从 0 数起，应在第 k、2k…… 步之前切。",
    ask_en="Between which two steps is your first cut?",
    ask_zh="你的第一刀切在哪两步之间？",
)
truncated.trap(
    _pieces(dh0=sum),
    en="The gradients at the starts of all pieces are added into dh0. Only the first piece starts "
    "from h0; at the other cuts the gradient ends.",
    zh="各段起点处的梯度都加进了 dh0。只有第一段从 h0 开始；在其余切口处，梯度到此为止。",
)


# ---- forgetting --------------------------------------------------------------------------------


def _forgetting(h, Wh):
    norms, product = [], np.eye(len(Wh))
    for state in h:
        product = (Wh * (1 - state**2)).T @ product  # columns: ∂h_t/∂h_{t−1}, latest on the left
        norms.append(np.linalg.norm(product, 2))
    return norms


def _jacobians(
    jacobian=lambda Wh, h, t: Wh * (1 - h[t] ** 2),
    chain=lambda product, J: product @ J,
    norm=lambda P: np.linalg.norm(P, 2),
):
    """forgetting with one line exchanged."""

    def answer(h, Wh):
        product, norms = np.eye(len(Wh)), []
        for t in range(len(h)):
            product = chain(product, jacobian(Wh, h, t))
            norms.append(norm(product))
        return np.array(norms)

    return answer


def product_of_norms(h, Wh):
    norms = [np.linalg.norm(Wh * (1 - state**2), 2) for state in h]
    return np.cumprod(norms)


def by_eigenvalues(h, Wh):
    product, radii = np.eye(len(Wh)), []
    for state in h:
        product = product @ (Wh * (1 - state**2))
        radii.append(np.abs(np.linalg.eigvals(product)).max())
    return np.array(radii)


def _usable(h, Wh):
    arrays = all(isinstance(a, np.ndarray) and a.ndim == 2 and a.size for a in (h, Wh))
    return bool(
        arrays
        and Wh.shape == (h.shape[1], h.shape[1])
        and np.isfinite(Wh).all()
        and (np.abs(h) <= 1).all()
    )


def _rotation(angle, scale):
    cos, sin = np.cos(angle), np.sin(angle)
    return scale * np.array([[cos, -sin], [sin, cos]])


def _states(rng, T, H, gain=1.0):
    Wh = gain * normal(rng, H, H)
    return np.tanh(rng.normal(size=(T, H))).round(2), Wh


forgetting = Check(_forgetting, domain=_usable)
forgetting.case(
    np.array([[0.5, 0.0], [0.0, 0.8], [0.6, -0.5]]),
    np.array([[1.0, 2.0], [0.0, 0.5]]),
    en="three steps of two units: the largest singular value of ∂h_t/∂h_0 at t = 1, 2, 3",
    zh="两个单元、三步：t = 1、2、3 时 ∂h_t/∂h_0 的最大奇异值",
)
forgetting.case(
    *_states(np.random.default_rng(11), 6, 4), en="four units, six steps", zh="四个单元、六步"
)
forgetting.case(*_states(np.random.default_rng(12), 1, 3), en="a single step", zh="只有一步")


@forgetting.property(
    en="where every state is 0, tanh is the identity: Wh = ρ · rotation gives exactly ρ^t",
    zh="状态全为 0 时 tanh 就是恒等：Wh = ρ · 旋转矩阵，结果恰好是 ρ^t",
)
def _(answer):
    rho = np.array([0.5, 0.9, 1.0, 1.1])
    got = [answer(np.zeros((20, 2)), _rotation(0.7, r))[-1] for r in rho]
    return Evidence(given={"ρ": rho, "t": 20}, expected=rho**20, got=got)


@forgetting.fresh(en="fresh states and weights", zh="新的状态和权重")
def _(rng):
    return _states(rng, 5, 3)


forgetting.trap(
    by_eigenvalues,
    en="This is the spectral radius, the largest |eigenvalue|. How much a vector can grow is the "
    "largest singular value; the two agree only for normal matrices.",
    zh="这是谱半径，即特征值模的最大值。向量最多被放大多少倍由最大奇异值决定；"
    "只有正规矩阵两者才相等。",
    ask_en="What does [[0, 5], [0, 0]] do to the vector (1, 0), and what are its eigenvalues?",
    ask_zh="行向量 (1, 0) 乘 [[0, 5], [0, 0]] 得到什么？这个矩阵的特征值是多少？",
)
forgetting.trap(
    product_of_norms,
    en="The product of the norms is only an upper bound: ‖AB‖ ≤ ‖A‖‖B‖. Multiply the matrices, "
    "then "
    "take the norm.",
    zh="各步范数之积只是上界：‖AB‖ ≤ ‖A‖‖B‖。先把矩阵乘起来，再取范数。",
)
forgetting.trap(
    _jacobians(norm=np.linalg.norm),
    en="np.linalg.norm of a matrix is the Frobenius norm unless you say so: norm(P, 2) is the "
    "largest singular value.",
    zh="np.linalg.norm 对矩阵默认是 Frobenius 范数；norm(P, 2) 才是最大奇异值。",
)
forgetting.trap(
    _jacobians(jacobian=lambda Wh, h, t: Wh),
    en="tanh's slope 1 − h_t² is missing: this is the linear network, which forgets less.",
    zh="漏了 tanh 的导数 1 − h_t²：这是线性网络，忘得更慢。",
)
forgetting.trap(
    _jacobians(jacobian=lambda Wh, h, t: (1 - h[t] ** 2)[:, None] * Wh),
    en="The slopes multiply the wrong side. ∂h_t[j] / ∂h_{t−1}[i] = Wh[i, j] (1 − h_t[j]²): one "
    "factor per column of Wh.",
    zh="导数乘错了边。∂h_t[j] / ∂h_{t−1}[i] = Wh[i, j] (1 − h_t[j]²)：Wh 的每一列乘一个因子。",
)
forgetting.trap(
    _jacobians(chain=lambda product, J: J @ product),
    en="The factors stand in the wrong order. With rows, h_0 is multiplied by step 1's matrix "
    "first: "
    "J_1 J_2 … J_t.",
    zh="各步的矩阵乘反了顺序。状态是行向量，h_0 先乘第 1 步的矩阵：J_1 J_2 … J_t。",
)
forgetting.trap(
    _jacobians(jacobian=lambda Wh, h, t: Wh * (1 - (h[t - 1] if t else 0 * h[0]) ** 2)),
    en="The slope is taken at h_{t−1}. tanh made h_t: its slope there is 1 − h_t².",
    zh="导数取在了 h_{t−1} 处。tanh 的输出是 h_t，它在那里的导数是 1 − h_t²。",
)
forgetting.trap(
    _jacobians(norm=lambda P: np.linalg.norm(P, 2) ** 2),
    en="This is the square of the largest singular value (the largest eigenvalue of PᵀP): take the "
    "root.",
    zh="这是最大奇异值的平方（PᵀP 的最大特征值）：还要开方。",
)


# ---- follow-ups --------------------------------------------------------------------------------

steps_to_forget = Estimate(66, unit="steps", unit_zh="步", rtol=0.001)
steps_to_forget.trap(
    30,
    en="3 / (1 − 0.9) uses ln 0.9 ≈ −0.1 and ln 1000 ≈ 3. ln 1000 is 6.9; 3 is log₁₀.",
    zh="3 / (1 − 0.9) 用了 ln 0.9 ≈ −0.1 和 ln 1000 ≈ 3。ln 1000 是 6.9，3 是 log₁₀。",
)
steps_to_forget.trap(
    65,
    en="0.9^65 is 0.00106, still above a thousandth.",
    zh="0.9^65 是 0.00106，还在千分之一以上。",
)

bptt_memory = Estimate("131 MB", rtol=0.02)
bptt_memory.trap(
    "4.1 MB",
    en="That is one sequence. The backward pass needs the states of all 32.",
    zh="这是一条序列的。反向传播要用到全部 32 条的状态。",
)
bptt_memory.trap(
    "0.131 MB",
    en="That is one step. The backward pass starts when all 1,000 states are there.",
    zh="这只是一步。要等 1000 步的状态都有了，才开始反向传播。",
)

flaws = Flaws()
flaws.true(
    en="Back-propagation through time is ordinary backprop on the network unrolled over its steps.",
    zh="BPTT 就是把网络按时间步展开之后做普通的反向传播。",
)
flaws.false(
    en="A plain RNN consists of an input layer, a hidden layer, an output layer and a gate unit.",
    zh="普通 RNN 的核心组成是输入层、隐藏层、输出层和门控单元。",
    because_en="A plain RNN has no gate: h_t = tanh(x_t Wx + h_{t−1} Wh + b). Gates came with the "
    "LSTM.",
    because_zh="普通 RNN 没有门：h_t = tanh(x_t Wx + h_{t−1} Wh + b)。门是 LSTM 才有的。",
    source="Elman 1990; Hochreiter & Schmidhuber 1997",
)
flaws.false(
    en="Through its hidden state a plain RNN captures long-term dependencies well.",
    zh="普通 RNN 靠隐状态就能很好地捕捉长期依赖。",
    because_en="In principle it can; gradient descent rarely finds it, because the gradient over "
    "many steps vanishes against the gradient over few.",
    because_zh="理论上可以表示，但梯度下降很难学到：跨很多步的梯度比跨几步的小得多。",
    source="Bengio, Simard & Frasconi 1994",
)
flaws.true(
    en="If every singular value of Wh is below 1, the gradient through a tanh RNN vanishes; one "
    "above 1 is necessary for an explosion, but not sufficient.",
    zh="Wh 的奇异值都小于 1 时，tanh RNN 的梯度必然消失；有一个大于 1 是梯度爆炸的必要条件，"
    "但不充分。",
)
flaws.false(
    en="Gradients explode when the training data are unevenly distributed.",
    zh="训练数据分布不均匀时会发生梯度爆炸。",
    because_en="They explode when the product of the steps' Jacobians grows. Data can trigger it, "
    "they are not its cause.",
    because_zh="原因是各时间步的雅可比矩阵连乘后变大。数据至多是诱因。",
    source="Pascanu, Mikolov & Bengio 2013",
)
flaws.false(
    en="Truncated BPTT is an unbiased estimate of the full gradient, only noisier.",
    zh="截断 BPTT 是完整梯度的无偏估计，只是噪声大一些。",
    because_en="It leaves out the same terms every time, all those that cross a cut: it is biased "
    "towards short dependencies.",
    because_zh="它每次都丢掉同样的项，即所有跨过切口的项：它有偏，偏向短依赖。",
    source="Tallec & Ollivier 2017",
)
flaws.true(
    en="Clipping the gradient's norm helps against explosion and does nothing against vanishing.",
    zh="梯度范数裁剪能应对爆炸，对消失毫无作用。",
)

say = Say(
    model_en="An RNN reads one step at a time and keeps a state: h_t is tanh of x_t times Wx plus "
    "h_{t−1} times Wh plus b, with the same weights at every step. Back-propagation through time "
    "unrolls the steps and runs backprop on them: going backwards, the gradient at h_t is what the "
    "loss sends plus what comes from step t + 1, times tanh's slope; the weights' gradients are "
    "summed over the steps. Across T steps the gradient is a product of T Jacobians. If their "
    "norms "
    "are below one it vanishes exponentially and the network cannot learn long dependencies; above "
    "one it can explode. Exploding gradients are clipped; against vanishing ones help gates as in "
    "the LSTM and orthogonal initialisation. Memory grows with T, so long sequences are truncated: "
    "the state is handed on and the gradient is cut.",
    model_zh="RNN 一步一步地读，带着一个状态：h_t 等于 x_t 乘 Wx 加 h_{t−1} 乘 Wh 加 b，再过 tanh，"
    "每一步用同一组权重。BPTT 把时间步展开，在上面做反向传播：从后往前，h_t "
    "处的梯度等于损失直接传来的"
    "加上第 t + 1 步传回来的，再乘 tanh 的导数；权重的梯度对各步求和。跨 T 步的梯度是 T "
    "个雅可比矩阵"
    "的乘积：范数小于 1 就指数级消失，长依赖学不到；大于 1 可能爆炸。爆炸用梯度裁剪；消失靠 LSTM "
    "那样的门控，或者正交初始化。内存随 T 增长，所以长序列要做截断：状态往后传，梯度在切口处断开。",
)
say.point(
    en="One cell with shared weights, applied at every step",
    zh="同一个单元、同一组权重，每一步都用",
    found_en=[
        r"\b(same|shared?|sharing|tied|one set of)\b.{0,30}\b(weights?|parameters?|matri)",
        r"\b(weights?|parameters?|matri\w+)\b.{0,30}\b(shared|reused|the same|tied)",
    ],
    found_zh=[
        r"(同一|共享|相同|共用|一样).{0,10}(权重|参数|矩阵)",
        r"(权重|参数|矩阵).{0,12}(共享|相同|一样|共用|同一)",
    ],
)
say.point(
    en="BPTT: unroll, go backwards, sum the weights' gradients over the steps",
    zh="BPTT：展开，从后往前，权重的梯度对各步求和",
    found_en=[
        r"\bunroll",
        r"\b(sum|add|accumulat)\w*\b.{0,40}\b(steps?|time)",
        r"\bgradients?\b.{0,40}\b(sum|add|accumulat)\w*",
    ],
    found_zh=[r"展开", r"(求和|累加|相加|加起来)", r"各步.{0,8}(之和|的和)"],
)
say.point(
    en="A product of Jacobians over time: vanishing or exploding",
    zh="跨时间是雅可比矩阵连乘：消失或爆炸",
    found_en=[
        r"\bproduct\b.{0,40}\b(jacobian|matri|derivative|step)",
        r"\b(repeated|multipl\w+)\b.{0,40}\b(jacobian|matri|times|step|Wh)",
        r"\b(vanish|explod|shrink|die)\w*",
    ],
    found_zh=[r"(连乘|乘积|反复乘|不断乘)", r"(梯度)?.{0,6}(消失|爆炸)", r"雅可比"],
)
say.point(
    en="Remedies: clipping for explosion; gates or orthogonal initialisation for vanishing",
    zh="对策：爆炸用裁剪，消失用门控或正交初始化",
    found_en=[r"\bclip", r"\b(LSTM|GRU|gates?|gated|gating)\b", r"\borthogonal"],
    found_zh=[r"裁剪", r"(LSTM|GRU|门控)", r"正交"],
)
say.point(
    en="Truncation: hand the state on, cut the gradient, because memory grows with T",
    zh="截断：状态往后传，梯度切断，因为内存随 T 增长",
    found_en=[
        r"\btruncat",
        r"\bdetach",
        r"\bcut\b.{0,30}\bgradient",
        r"\bgradient\b.{0,30}\bcut\b",
    ],
    found_zh=[r"截断", r"detach", r"(梯度).{0,10}(切断|断开)", r"(切断|断开).{0,6}梯度"],
)
