"""LSTM and GRU: one step of each, their parameters, and how much of the past they keep.

The references work unit by unit, with one named slice for each gate, so that no block of a weight
matrix can be taken for another.
"""

import math

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say


def _unit_sigmoid(z):
    """σ of one number, without overflow."""
    return 0.5 + 0.5 * math.tanh(0.5 * z)


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def normal(rng, *shape):
    """Normal numbers with one decimal, so that a verdict showing them can be followed by hand."""
    return rng.normal(size=shape).round(1)


# ---- lstm_step ---------------------------------------------------------------------------------


def _lstm_step(x, h, c, W, U, b):
    B, H = h.shape
    place = {"i": 0, "f": 1, "g": 2, "o": 3}
    new_h, new_c = np.zeros((B, H)), np.zeros((B, H))
    for n in range(B):
        for unit in range(H):
            at = {gate: block * H + unit for gate, block in place.items()}
            z = {k: x[n] @ W[:, j] + h[n] @ U[:, j] + b[j] for k, j in at.items()}
            kept = _unit_sigmoid(z["f"]) * c[n, unit]
            new_c[n, unit] = kept + _unit_sigmoid(z["i"]) * math.tanh(z["g"])
            new_h[n, unit] = _unit_sigmoid(z["o"]) * math.tanh(new_c[n, unit])
    return new_h, new_c


def _lstm_task(rng, B, D, H):
    arrays = normal(rng, B, D), normal(rng, B, H), normal(rng, B, H)
    return *arrays, normal(rng, D, 4 * H), normal(rng, H, 4 * H), normal(rng, 4 * H)


lstm_step = Check(_lstm_step, returns=("h", "c"))
lstm_step.case(
    np.array([[1.0]]),
    np.array([[0.5, -1.0]]),
    np.array([[2.0, -0.5]]),
    np.array([[0.0, 1.0, 2.0, 0.0, 0.5, -1.0, -2.0, 1.0]]),
    np.array([[1.0, 0.0, 0.0, 2.0, 0.5, 0.0, 1.0, 0.0], [0.0, 1.0, 0.5, 0.0, 0.0, 2.0, 0.0, 0.5]]),
    np.array([0.0, 0.5, 1.0, 0.0, -0.5, 0.0, 0.0, 2.0]),
    en="the gates stand in Keras's order i, f, c, o",
    zh="四个门按 Keras 的顺序排：i、f、c、o",
)
lstm_step.case(
    *_lstm_task(np.random.default_rng(1), 3, 4, 2),
    en="three sequences, 4 features, 2 units",
    zh="三条序列，4 个特征，2 个单元",
)


def _held(rng, input_bias, forget_bias):
    """Gates that are shut or open whatever comes in."""
    x, h, c, W, U, b = _lstm_task(rng, 2, 3, 3)
    b = b + np.repeat([input_bias, forget_bias, 0.0, 0.0], 3)
    return x, h, c, W, U, b


lstm_step.case(
    *_held(np.random.default_rng(2), -2000.0, 2000.0),
    en="forget gate open, input gate shut: the cell state passes unchanged",
    zh="遗忘门全开、输入门关死：细胞状态原样通过",
)
lstm_step.case(
    *_held(np.random.default_rng(3), 2000.0, -2000.0),
    en="forget gate shut, input gate open: the old cell state is gone",
    zh="遗忘门关死、输入门全开：旧的细胞状态一点不剩",
)


@lstm_step.fresh(en="fresh random weights and states", zh="新的随机权重和状态")
def _(rng):
    return _lstm_task(rng, 4, 2, 3)


def _lstm(order="ifgo", mix=None, out=None, split=None, squash=np.tanh, extra=0.0, swap=False):
    """An LSTM step with one part exchanged."""

    def lstm_step(x, h, c, W, U, b):
        z = x @ W + h @ U + b
        blocks = split(z) if split else np.split(z, 4, axis=1)
        gate = dict(zip(order, blocks, strict=True))
        i, f, o = sigmoid(gate["i"]), sigmoid(gate["f"] + extra), sigmoid(gate["o"])
        g = squash(gate["g"])
        new = mix(c, i, f, g) if mix else f * c + i * g
        h = out(o, new, c) if out else o * np.tanh(new)
        return (new, h) if swap else (h, new)

    return lstm_step


lstm_step.trap(
    _lstm(order="figo"),
    en="The first block is taken for the forget gate. In Keras it is the input gate: i, f, c, o. "
    "Shapes cannot show it; only copied weights do.",
    zh="第一块被当成了遗忘门。Keras 的第一块是输入门：i、f、c、o。"
    "看形状发现不了，只有搬来权重对数值才看得出。",
)
lstm_step.trap(
    _lstm(order="ifog"),
    en="The last two blocks are exchanged. In Keras the candidate c comes third and the output "
    "gate last.",
    zh="最后两块对调了。Keras 里第三块是候选值 c，第四块才是输出门。",
)
lstm_step.trap(
    _lstm(order="igfo"),
    en="This is i, c, f, o, as TensorFlow 1's cells stored it. Keras stores i, f, c, o.",
    zh="这是 i、c、f、o，TensorFlow 1 的存法。Keras 的顺序是 i、f、c、o。",
)
lstm_step.trap(
    _lstm(split=lambda z: list(np.moveaxis(z.reshape(len(z), -1, 4), 2, 0))),
    en="Each unit's four numbers are read as neighbours. The weights are four blocks of H columns: "
    "all input gates first, then all forget gates.",
    zh="你把相邻的四列当成了同一个单元的四个门。权重是四块，每块 H 列：先是全部输入门，"
    "再是全部遗忘门。",
)
lstm_step.trap(
    _lstm(out=lambda o, new, c: o * new),
    en="h = o ⊙ c leaves the tanh out. The cell state has no bound, so h would have none either: "
    "h = o ⊙ tanh(c).",
    zh="h = o ⊙ c 漏了 tanh。细胞状态没有上界，h 也就没有了：应是 h = o ⊙ tanh(c)。",
)
lstm_step.trap(
    _lstm(out=lambda o, new, c: o * np.tanh(c)),
    en="The output gate reads the old cell state. What this step has written must show in this "
    "step's h: use the new c.",
    zh="输出门读的是旧的细胞状态。这一步写进去的东西，这一步的 h 就应看得到：要用新的 c。",
)
lstm_step.trap(
    _lstm(squash=sigmoid),
    en="The candidate went through a sigmoid. It is content, not a gate: tanh, so that it can also "
    "subtract from the cell.",
    zh="候选值用了 sigmoid。它是内容，不是门：要用 tanh，才能往细胞状态里减。",
)
lstm_step.trap(
    _lstm(mix=lambda c, i, f, g: f * c + (1 - f) * g),
    en="The input gate is not used: 1 − f took its place. That is the coupled variant, close to a "
    "GRU. In an LSTM keeping and writing are decided separately.",
    zh="没用到输入门，拿 1 − f 代替了。那是耦合门的变体，接近 GRU。LSTM 里留多少、"
    "写多少是分开决定的。",
)
lstm_step.trap(
    _lstm(extra=1.0),
    en="1 is added to the forget gate at every step. `unit_forget_bias` sets the bias's initial "
    "value; b already holds it.",
    zh="每一步都给遗忘门加了 1。`unit_forget_bias` 设的是偏置的初值，b 里已经有了。",
)
lstm_step.trap(
    _lstm(swap=True),
    en="The two states come back in the wrong order. Return h, then c.",
    zh="两个状态的顺序反了。先返回 h，再返回 c。",
)
lstm_step.trap(
    lambda x, h, c, W, U, b: _lstm()(x, h, c, W, U, np.zeros(len(b))),
    en="The bias b is never added. Without it every forget gate starts near one half.",
    zh="没有加偏置 b。少了它，遗忘门一开始都在一半左右。",
)
lstm_step.trap(
    lambda x, h, c, W, U, b: _lstm()(x, np.zeros(h.shape), c, W, U, b),
    en="The old h is not used: the gates see the input alone. Add h @ U.",
    zh="没有用到旧的 h，门只看得到输入。要加上 h @ U。",
)


# ---- remembered --------------------------------------------------------------------------------


def _remembered(f):
    f = np.asarray(f, dtype=float)
    shares = np.ones(f.shape)
    for start in range(len(f)):
        for gate in f[start:]:
            shares[start] = shares[start] * gate
    return shares


remembered = Check(_remembered, domain=lambda f: np.all((np.asarray(f) >= 0) & (f <= 1)))
remembered.case(
    np.array([[[0.5, 1.0]], [[0.2, 0.5]], [[1.0, 0.25]]]),
    en="each entry is the slope of the last cell state along that earlier one",
    zh="每一项都是最后的细胞状态对那个较早的细胞状态的斜率",
)
remembered.case(
    np.array([[[0.9, 0.8], [0.5, 0.4]]]),
    en="one step: its gate itself",
    zh="只有一步：就是那个门本身",
)
remembered.case(
    np.array([[[0.5], [0.9]], [[0.0], [0.8]], [[0.5], [0.0]], [[0.25], [0.5]]]),
    en="a gate of 0 cuts off what lies before it, and nothing after it",
    zh="门为 0 时，之前的全断，之后的不受影响",
)
remembered.case(
    np.full((30, 2, 3), 0.731),
    en="30 steps with equal gates: a geometric series",
    zh="30 步、门都相等：等比数列",
)


@remembered.fresh(en="fresh gates", zh="新的门值")
def _(rng):
    return (rng.uniform(0.3, 1, size=(6, 2, 4)).round(2),)


def candidate(f):
    f = np.asarray(f, dtype=float)
    before = np.ones(f.shape)
    before[1:] = np.cumprod(f[:-1], axis=0)
    with np.errstate(all="ignore"):
        return np.prod(f, axis=0) / before


remembered.trap(
    candidate,
    en="The whole product, divided by the gates before t. At the first gate of 0 this is 0 / 0. "
    "Multiply from the end instead; nothing needs dividing.",
    zh="用总乘积除以 t 之前的各个门，只要有一个门为 0 就成了 0 / 0。从末尾往前连乘，根本不用除。",
)
remembered.trap(
    lambda f: np.cumprod(f, axis=0),
    en="This runs forward: the share of c_0 that is left at step t. Asked is how much of c_t is "
    "left at the end; the product runs from t to T − 1.",
    zh="这是从前往后乘：第 t 步还剩多少 c_0。题目问的是到最后还剩多少 c_t，要从 t 乘到 T − 1。",
)
remembered.trap(
    lambda f: np.concatenate([np.cumprod(f[:0:-1], axis=0)[::-1], np.ones_like(f[:1])]),
    en="One gate is missing: f[t] itself stands between c_t and the next cell state.",
    zh="少乘了一个门：f[t] 本身就夹在 c_t 和下一个细胞状态之间。",
)
remembered.trap(
    lambda f: np.broadcast_to(np.prod(f, axis=0), f.shape),
    en="Every entry is the product over all steps. A later cell state has fewer gates before it.",
    zh="每一项都是全程的乘积。越靠后的细胞状态，后面要穿过的门越少。",
)
remembered.trap(
    lambda f: np.cumsum(f[::-1], axis=0)[::-1],
    en="The gates are summed. Steps follow one another, so by the chain rule their slopes "
    "multiply; "
    "sums join parallel paths.",
    zh="你把门加了起来。各步是一步接一步的，按链式法则斜率要相乘；相加的是并列的路径。",
)
remembered.trap(
    lambda f: np.cumprod(f[..., ::-1], axis=-1)[..., ::-1],
    en="The product runs over the units. Each unit has its own path; time is axis 0.",
    zh="你沿单元连乘了。每个单元各走各的路，时间是 axis 0。",
)
remembered.trap(
    lambda f: np.mean(f, axis=0) ** np.arange(len(f), 0, -1).reshape(-1, 1, 1),
    en="A power of the mean gate. The product of different gates is smaller than that, and one "
    "gate of 0 makes it 0.",
    zh="用的是平均门值的幂。各个门不同时，乘积比它小；只要有一个门为 0，乘积就是 0。",
)


# ---- gru_step ----------------------------------------------------------------------------------


def _gru_step(x, h, W, U, b, reset_after=True):
    B, H = h.shape
    from_x, from_h = (b[0], b[1]) if reset_after else (b, np.zeros(3 * H))
    new = np.zeros((B, H))
    for n in range(B):
        reset = [
            _unit_sigmoid(x[n] @ W[:, j] + from_x[j] + h[n] @ U[:, j] + from_h[j])
            for j in range(H, 2 * H)
        ]
        for unit in range(H):
            z = _unit_sigmoid(x[n] @ W[:, unit] + from_x[unit] + h[n] @ U[:, unit] + from_h[unit])
            j = 2 * H + unit
            if reset_after:
                recurrent = reset[unit] * (h[n] @ U[:, j] + from_h[j])
            else:
                recurrent = sum(reset[k] * h[n, k] * U[k, j] for k in range(H))
            new[n, unit] = z * h[n, unit] + (1 - z) * math.tanh(
                x[n] @ W[:, j] + from_x[j] + recurrent
            )
    return new


def _gru_task(rng, B, D, H, reset_after=True):
    bias = normal(rng, 2, 3 * H) if reset_after else normal(rng, 3 * H)
    return normal(rng, B, D), normal(rng, B, H), normal(rng, D, 3 * H), normal(rng, H, 3 * H), bias


gru_step = Check(_gru_step)
gru_step.case(
    np.array([[1.0]]),
    np.array([[0.5, -1.0]]),
    np.array([[0.0, 1.0, 1.0, -1.0, 0.5, -2.0]]),
    np.array([[1.0, 0.0, 0.0, 2.0, 1.0, -1.0], [0.0, 1.0, -0.5, 0.0, 2.0, 0.5]]),
    np.array([[0.0, 0.5, -1.0, 0.0, 1.0, 0.0], [0.5, 0.0, 0.0, 1.0, -1.0, 0.5]]),
    en="gates in Keras's order z, r, h; the reset gate acts after the product with U",
    zh="按 Keras 的顺序 z、r、h；重置门乘在与 U 相乘之后",
)
gru_step.case(
    *_gru_task(np.random.default_rng(1), 2, 3, 2, reset_after=False),
    reset_after=False,
    en="reset_after=False: one bias row, and the reset gate acts on h itself",
    zh="reset_after=False：偏置只有一行，重置门直接乘在 h 上",
)
gru_step.case(
    *_gru_task(np.random.default_rng(2), 3, 4, 2),
    en="three sequences, 4 features, 2 units",
    zh="三条序列，4 个特征，2 个单元",
)


def _gated(rng, update_bias):
    x, h, W, U, b = _gru_task(rng, 2, 2, 3)
    return x, h, W, U, b + np.repeat([update_bias, 0.0, 0.0], 3)


gru_step.case(
    *_gated(np.random.default_rng(3), 2000.0),
    en="z = 1 keeps the old state exactly",
    zh="z = 1 时旧状态原样保留",
)
gru_step.case(
    *_gated(np.random.default_rng(4), -2000.0),
    en="z = 0 replaces the state by the candidate",
    zh="z = 0 时状态整个换成候选值",
)


@gru_step.fresh(en="fresh random weights and states", zh="新的随机权重和状态")
def _(rng):
    return _gru_task(rng, 4, 2, 3)


@gru_step.fresh(en="fresh ones with reset_after=False", zh="新的一组，reset_after=False")
def _(rng):
    return *_gru_task(rng, 3, 2, 4, reset_after=False), False


def _gru(order="zrh", mix=None, inner=None, squash=np.tanh, force=None):
    """A GRU step with one part exchanged."""

    def gru_step(x, h, W, U, b, reset_after=True):
        H = h.shape[1]
        rows = b if reset_after else np.stack([b, np.zeros_like(b)])
        after = reset_after if force is None else force
        left = dict(zip(order, np.split(x @ W + rows[0], 3, axis=1), strict=True))
        right = dict(zip(order, np.split(h @ U + rows[1], 3, axis=1), strict=True))
        last = slice(order.index("h") * H, (order.index("h") + 1) * H)
        z, r = sigmoid(left["z"] + right["z"]), sigmoid(left["r"] + right["r"])
        if inner:
            new = np.tanh(inner(left["h"], right["h"], r, rows[1][last]))
        elif after:
            new = squash(left["h"] + r * right["h"])
        else:
            new = squash(left["h"] + (r * h) @ U[:, last] + rows[1][last])
        return mix(z, h, new) if mix else z * h + (1 - z) * new

    return gru_step


gru_step.trap(
    _gru(mix=lambda z, h, new: (1 - z) * h + z * new),
    en="Here z writes and 1 − z keeps. Both conventions are in print; the question and Keras's "
    "weights mean z keeps.",
    zh="你这里 z 管写入、1 − z 管保留。两种约定都有人用；题目和 Keras 的权重用的是 z 管保留。",
    ask_en="With z = 1, which state should come out?",
    ask_zh="z = 1 时应该得到哪个状态？",
)
gru_step.trap(
    _gru(order="rzh"),
    en="The first block is taken for the reset gate. That is PyTorch's order, r, z, n. Keras "
    "stores z, r, h.",
    zh="第一块被当成了重置门。那是 PyTorch 的顺序 r、z、n。Keras 存的是 z、r、h。",
)
gru_step.trap(
    _gru(force=False),
    en="The reset gate multiplies h before the product with U, whatever reset_after says. "
    "(r ⊙ h) U and r ⊙ (h U) differ as soon as there are two units.",
    zh="不管 reset_after 是什么，你的重置门都先乘 h 再与 U 相乘。"
    "只要有两个单元，(r ⊙ h) U 和 r ⊙ (h U) 就不一样。",
)
gru_step.trap(
    _gru(force=True),
    en="reset_after=False is ignored: there the reset gate multiplies h before the product with U.",
    zh="没有理会 reset_after=False：这时重置门要先乘 h，再与 U 相乘。",
)
gru_step.trap(
    _gru(inner=lambda x, h, r, b: x + r * (h - b) + b),
    en="The recurrent bias of the candidate stands outside the reset gate. It belongs inside, "
    "r ⊙ (h U + b[1]): that is why there are two rows.",
    zh="候选值的循环偏置放到重置门外面去了。它应在里面：r ⊙ (h U + b[1])，偏置分两行就是为了这个。",
)
gru_step.trap(
    _gru(inner=lambda x, h, r, b: x + h),
    en="The reset gate is computed and never used.",
    zh="重置门算了出来，却没有用上。",
)
gru_step.trap(
    _gru(inner=lambda x, h, r, b: r * (x + h)),
    en="The reset gate multiplies the input's part as well. It only decides how much of the past "
    "the candidate may see.",
    zh="重置门把输入那一项也乘了。它只决定候选值能看到多少过去。",
)
gru_step.trap(
    _gru(squash=sigmoid),
    en="The candidate went through a sigmoid, so the state can never become negative. It takes "
    "tanh; only gates take sigmoid.",
    zh="候选值用了 sigmoid，状态就永远不会是负的。候选值用 tanh，门才用 sigmoid。",
)


# ---- n_params ----------------------------------------------------------------------------------


def _n_params(cell, D, H):
    """Counts the entries of the arrays that the steps above take."""
    blocks = {"rnn": 1, "lstm": 4, "gru": 3}[cell]
    bias_rows = {"rnn": 1, "lstm": 1, "gru": 2}[cell]
    shapes = [(D, blocks * H), (H, blocks * H), (bias_rows, blocks * H)]
    return sum(math.prod(shape) for shape in shapes)


n_params = Check(_n_params)
n_params.case("gru", 2, 3, en="a GRU as Keras builds it by default", zh="Keras 默认的 GRU")
n_params.case("lstm", 2, 3, en="an LSTM", zh="LSTM")
n_params.case("rnn", 2, 3, en="a plain RNN", zh="普通 RNN")
n_params.case(
    "lstm", 128, 256, en="an LSTM of 256 units on 128 features", zh="128 个特征、256 个单元"
)
n_params.case("gru", 7, 1, en="a single unit", zh="只有一个单元")


@n_params.fresh(en="a fresh size", zh="新的尺寸")
def _(rng):
    return (
        ("rnn", "lstm", "gru")[rng.integers(3)],
        int(rng.integers(2, 50)),
        int(rng.integers(2, 50)),
    )


def _count(blocks, rows=lambda cell: 2 if cell == "gru" else 1, recurrent=lambda D, H: H * H):
    def n_params(cell, D, H):
        return blocks[cell] * (D * H + recurrent(D, H) + rows(cell) * H)

    return n_params


_BLOCKS = {"rnn": 1, "lstm": 4, "gru": 3}
n_params.trap(
    _count(_BLOCKS, rows=lambda cell: 1),
    en="A Keras GRU has two bias rows: reset_after=True keeps the recurrent bias inside the reset "
    "gate, so the two cannot be merged.",
    zh="Keras 的 GRU 有两行偏置：reset_after=True 时循环偏置在重置门里面，两行合不成一行。",
)
n_params.trap(
    _count(_BLOCKS, rows=lambda cell: 2),
    en="Two bias rows for every cell is PyTorch's count. Keras has one for RNN and LSTM.",
    zh="每种单元都算两行偏置，那是 PyTorch 的存法。Keras 的 RNN 和 LSTM 只有一行。",
)
n_params.trap(
    _count(_BLOCKS, rows=lambda cell: 0),
    en="The biases are missing.",
    zh="漏了偏置。",
)
n_params.trap(
    _count(_BLOCKS, recurrent=lambda D, H: 0),
    en="The recurrent weights U are missing: every block also has an (H, H) matrix.",
    zh="漏了循环权重 U：每一块还有一个 (H, H) 的矩阵。",
)
n_params.trap(
    _count({"rnn": 1, "lstm": 3, "gru": 4}),
    en="LSTM and GRU are exchanged. The LSTM has four blocks, three gates and the candidate; the "
    "GRU has three.",
    zh="LSTM 和 GRU 弄反了。LSTM 有四块（三个门加候选值），GRU 有三块。",
)
n_params.trap(
    _count({"rnn": 1, "lstm": 3, "gru": 2}),
    en="Only the gates are counted. The candidate has weights of its own, of the same shape.",
    zh="只数了门。候选值也有自己的一套权重，形状相同。",
)
n_params.trap(
    _count({"rnn": 1, "lstm": 1, "gru": 1}),
    en="One block for every cell. The LSTM's kernel is (D, 4H), the GRU's (D, 3H).",
    zh="每种单元都只算了一块。LSTM 的权重是 (D, 4H)，GRU 是 (D, 3H)。",
)
n_params.trap(
    lambda cell, D, H: _BLOCKS[cell] * H * (D + H) + H,
    en="One bias of length H for the whole layer. Every block has its own.",
    zh="整层只算了一个长度为 H 的偏置。每一块都有自己的偏置。",
)


# ---- on paper ----------------------------------------------------------------------------------

share_left = Estimate(_unit_sigmoid(1.0) ** 40, unit="", rtol=0.05)
share_left.trap(
    0.5**40,
    en="σ(0)⁴⁰: that is the LSTM without Keras's forget bias of 1.",
    zh="这是 σ(0)⁴⁰：没有 Keras 那个遗忘偏置 1 的 LSTM。",
)
share_left.trap(
    _unit_sigmoid(1.0),
    en="This is one step. The gates of 40 steps multiply.",
    zh="这是一步的。40 步的门要相乘。",
)
share_left.trap(
    1.0,
    en="The bias is 1, the gate is σ(1), below 1.",
    zh="1 是偏置，门是 σ(1)，小于 1。",
)

bias_for_half = Estimate(-math.log(2**0.01 - 1), unit="", rtol=0.01)
bias_for_half.trap(
    0.5**0.01,
    en="This is the gate. The bias is what the sigmoid turns into it: ln(f / (1 − f)).",
    zh="这是门值。偏置是 sigmoid 之前的数：ln(f / (1 − f))。",
)
bias_for_half.trap(
    math.log(100.0),
    en="ln 100 gives the gate 100/101, hence about 1/e after 100 steps. Half is asked.",
    zh="ln 100 对应的门是 100/101，100 步之后约剩 1/e。题目问的是剩一半。",
)

block_ratio = Estimate(4.0, unit="times", unit_zh="倍", rtol=0.001)
block_ratio.trap(
    3.0,
    en="Three gates and the candidate make four blocks.",
    zh="三个门再加候选值，一共四块。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="The LSTM's cell state changes by scaling and adding, f ⊙ c + i ⊙ g; no weight matrix "
    "stands on the direct path from c to the next c.",
    zh="LSTM 的细胞状态只做缩放和相加：f ⊙ c + i ⊙ g，从 c 到下一个 c 的直接路径上没有权重矩阵。",
)
flaws.false(
    en="Two designs are in use: the gated recurrent unit, LSTM, and the long short-term memory, "
    "GRU.",
    zh="常用的有两种：门控循环单元（LSTM）和长短期记忆（GRU）。",
    because_en="The names are exchanged. LSTM is long short-term memory, GRU is gated recurrent "
    "unit.",
    because_zh="名字写反了。LSTM 是长短期记忆，GRU 才是门控循环单元。",
    source="Goodfellow et al. 2016, §10.10.1 and §10.10.2",
)
flaws.false(
    en="The input gate controls what flows into the cell, the forget gate what flows out of it.",
    zh="输入门控制信息的流入，遗忘门控制信息的流出。",
    because_en="The forget gate scales what the cell keeps from its own past. What the cell shows "
    "to the outside is the output gate's business.",
    because_zh="遗忘门决定细胞状态里过去的东西留多少；对外露出多少，是输出门管的。",
    source="Goodfellow et al. 2016, §10.10.1",
)
flaws.true(
    en="Before any training, the initial value of the forget bias sets how far back a gradient "
    "reaches along the cell state.",
    zh="还没开始训练时，梯度沿细胞状态能传多远，由遗忘偏置的初值决定。",
)
flaws.false(
    en="Gates keep gradients from vanishing and from exploding, so gradient clipping is not "
    "needed.",
    zh="有了门，梯度既不会消失也不会爆炸，所以不用梯度裁剪。",
    because_en="A forget gate is at most 1, so the direct path cannot explode. The paths through h "
    "and U can, and gates near 0 still make gradients vanish.",
    because_zh="遗忘门不超过 1，直接路径不会爆炸；但经过 h 和 U 的路径会。门接近 0 "
    "时梯度照样消失。",
    source="Goodfellow et al. 2016, §10.11.1",
)
flaws.true(
    en="A GRU has one state; its update gate decides in one stroke what is kept and what is "
    "overwritten.",
    zh="GRU 只有一个状态，更新门一次就决定留多少、换多少。",
)
flaws.false(
    en="The core parts of every recurrent network are the input, the hidden state and the gates.",
    zh="循环神经网络的核心组成都包括输入、隐藏状态和门控单元。",
    because_en="A plain RNN has no gate: h = tanh(x W + h U + b). Gates came with the LSTM.",
    because_zh="普通 RNN 没有门：h = tanh(x W + h U + b)。门是 LSTM 才引入的。",
    source="Goodfellow et al. 2016, §10.2 and §10.10",
)
flaws.false(
    en="With the same sizes, a Keras GRU has exactly three quarters of an LSTM's parameters.",
    zh="尺寸相同时，Keras 的 GRU 参数量正好是 LSTM 的四分之三。",
    because_en="Its weights are three quarters. Its bias has two rows of 3H with the default "
    "reset_after=True, against one row of 4H.",
    because_zh="权重是四分之三。偏置不是：默认 reset_after=True 有两行 3H，而 LSTM 是一行 4H。",
    source="Keras documentation, GRU layer",
)

say = Say(
    model_en="""
An LSTM carries a cell state that is updated by adding: c is f times c plus i times the candidate.
Three sigmoid gates decide what to forget, what to write and what to show.
Along the cell state the gradient is the product of the forget gates, with no weight matrix in it.
So whether it remembers hangs on the initial forget bias: at Keras's 1 the product over 40 steps is
a few millionths, at 4 it is about one half.
The direct path cannot explode. The paths through h still can, so clip the gradient.
A GRU merges this into one state with an update gate and a reset gate: three blocks of weights
where the LSTM has four.
""",
    model_zh="""
LSTM 带着一个细胞状态，靠相加来更新：c 等于 f 乘 c 加 i 乘候选值。
三个 sigmoid 门分别决定忘多少、写多少、露多少。
沿细胞状态的梯度就是各步遗忘门的乘积，中间没有权重矩阵。
所以能记多久要看遗忘偏置的初值：Keras 默认是 1，40 步乘下来只剩百万分之几，取 4 就还剩一半左右。
直接路径不会爆炸。经过 h 的路径照样会，所以要做梯度裁剪。
GRU 合并成一个状态，只有更新门和重置门：权重是三块，LSTM 是四块。
""",
)
say.point(
    en="the cell state is updated by addition",
    zh="细胞状态靠相加更新",
    found_en=[
        r"(cell|state|c)\b.{0,40}\b(add|adding|additive|addition|sum)\w*",
        r"addi(tive|tion).{0,30}(cell|state|update|path)",
        r"f\s*[*⊙·]\s*c.{0,12}\+",
        r"f times (the )?(old )?c.{0,20}plus",
    ],
    found_zh=[
        r"(细胞状态|记忆|c).{0,14}(相加|加法|累加|加性)",
        r"(加法|加性).{0,8}(更新|路径|通路)",
        r"f\s*[*⊙·乘]\s*c.{0,10}[+加]",
    ],
)
say.point(
    en="three gates: forget, write, show",
    zh="三个门：忘、写、露",
    found_en=[
        r"three.{0,20}gates",
        r"(input|forget|output).{0,12}(gate|and|forget|output).{0,30}gates?",
    ],
    found_zh=[r"三个.{0,10}门", r"(输入门|遗忘门|输出门).{0,12}(输入门|遗忘门|输出门)"],
)
say.point(
    en="the gradient along the cell is the product of forget gates",
    zh="沿细胞状态的梯度是遗忘门的乘积",
    found_en=[
        r"(product|multipl\w+).{0,25}forget",
        r"forget gates?.{0,30}(multipl|product)",
        r"gradient.{0,40}(product|times|multiplied by|scaled by).{0,12}(f\b|forget|gates)",
    ],
    found_zh=[
        r"遗忘门.{0,10}(乘积|连乘|相乘|乘起来)",
        r"(乘积|连乘|相乘).{0,10}遗忘门",
        r"梯度.{0,14}(乘|连乘).{0,8}(f|遗忘|门)",
    ],
)
say.point(
    en="the initial forget bias decides the reach",
    zh="能记多远看遗忘偏置的初值",
    found_en=[
        r"forget(-| )?(gate )?(gate's )?bias",
        r"bias of the forget",
        r"initiali[sz]\w+.{0,30}forget",
    ],
    found_zh=[r"遗忘(门)?的?偏置", r"遗忘门.{0,10}(初值|初始)", r"偏置.{0,8}初(值|始).{0,10}遗忘"],
)
say.point(
    en="explosion remains: clip",
    zh="仍可能爆炸：要裁剪",
    found_en=[r"clip", r"(can|may|could|still).{0,20}explo"],
    found_zh=[r"裁剪", r"(仍|还|照样|依然).{0,8}爆炸", r"爆炸.{0,10}(还在|仍|可能)"],
)
say.point(
    en="GRU: one state, update and reset gate, three blocks",
    zh="GRU：一个状态，更新门和重置门，三块权重",
    found_en=[
        r"GRU.{0,40}(one|single|merge|two gates|update|three)",
        r"update (gate|and reset)",
        r"reset gate",
    ],
    found_zh=[r"GRU.{0,16}(一个|合并|两个门|更新门|三块)", r"更新门", r"重置门"],
)
