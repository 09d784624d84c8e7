"""Optimizers: one step of Adam, momentum, AdaGrad, RMSprop and AdamW, with the state in hand.

A solution moves its averages forward by one step. The references use other algebra, and the
properties on whole runs use no recursion at all: they form the weighted means and sums over the
history of gradients that each recursion stands for.
"""

import pickle

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- adam --------------------------------------------------------------------------------------


def _adam(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = state
    m, v, t = m + (g - m) * (1 - beta1), v + (g * g - v) * (1 - beta2), t + 1
    root = (1 - beta2**t) ** 0.5  # both corrections drawn into one factor; ε grows with it
    return w - lr * root / (1 - beta1**t) * m / (np.sqrt(v) + eps * root), (m, v, t)


def _variant(
    gradient=lambda g, w: g,
    weights=lambda beta1, beta2: (beta1, beta2),
    step=lambda t: t + 1,
    correct=lambda average, beta, t: average / (1 - beta**t),
    direction=lambda m, v, eps: m / (np.sqrt(v) + eps),
    kept=lambda raw, corrected, t: (*raw, t),
):
    """Adam with one idea exchanged."""

    def adam(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        m, v, t = state
        now, (one, two) = step(t), weights(beta1, beta2)
        g = gradient(g, w)
        m = one * m + (1 - one) * g
        v = two * v + (1 - two) * g * g
        corrected = correct(m, one, now), correct(v, two, now)
        return w - lr * direction(*corrected, eps), kept((m, v), corrected, t + 1)

    return adam


def _epsilon_hat(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = state
    m, v, t = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g, t + 1
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - rate * m / (np.sqrt(v) + eps), (m, v, t)


def _old_averages(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = state
    m_hat, v_hat = m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), _adam(w, g, state, lr, beta1, beta2, eps)[1]


def _uncorrected_v(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    _, (m, v, t) = _adam(w, g, state, lr, beta1, beta2, eps)
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v) + eps), (m, v, t)


def candidate(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = state
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / np.sqrt(v_hat + eps), (m, v, t)


def _legal_state(w, g, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    _, v, t = state
    return t == int(t) >= 0 and np.all(np.asarray(v) >= 0) and 0 < eps < 1 and 0 <= beta2 < 1


adam = Check(_adam, returns=("w", "state"), domain=_legal_state)
# ε is large and t small here, so that every place where ε can stand and every count of t shows.
adam.case(
    np.array([1.0, -2.0, 0.5]),
    np.array([0.3, -4.0, 0.02]),
    (np.array([0.1, 0.2, -0.1]), np.array([0.04, 1.0, 0.09]), 2),
    lr=0.1,
    beta1=0.8,
    beta2=0.95,
    eps=0.01,
    en="the third step, from the averages of the first two",
    zh="第三步，从前两步留下的平均值继续",
)
adam.case(
    np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]]),
    np.array([[0.3, -40.0, 0.002], [-1.0, 5.0, 0.1]]),
    (np.zeros((2, 3)), np.zeros((2, 3)), 0),
    lr=0.01,
    en="the very first step moves every weight by lr, whatever the size of its gradient",
    zh="第一步每个权重都移动 lr，与梯度大小无关",
    ask_en="At t = 1, what are m / (1 − β1ᵗ) and v / (1 − β2ᵗ) in terms of g?",
    ask_zh="t = 1 时，m / (1 − β1ᵗ) 和 v / (1 − β2ᵗ) 用 g 表示各是多少？",
)
adam.case(
    np.array([0.002, -0.001, 0.0]),
    np.array([1e-8, -3e-8, 0.0]),
    (np.zeros(3), np.zeros(3), 0),
    en="gradients as small as ε, with the default settings: ε is compared with √v̂",
    zh="梯度和 ε 一样小，用默认参数：ε 是和 √v̂ 比大小",
)
adam.case(
    np.array([2e-3, -1e-3]),
    np.array([3e4, -1e-6]),
    (np.array([1e4, 2e-5]), np.array([4e8, 3e-10]), 40),
    en="large and tiny gradients side by side, after 40 steps with the default settings",
    zh="极大和极小的梯度并排，默认参数，已经走了 40 步",
)


@adam.fresh(en="fresh random state and settings", zh="新的随机状态和参数")
def _(rng):
    w, g, m = rng.normal(size=(3, 2, 4)).round(2)
    state = (m, rng.uniform(0.5, 2, size=(2, 4)).round(2), int(rng.integers(2, 9)))
    return w, g, state, 0.3, rng.uniform(0.3, 0.8), rng.uniform(0.85, 0.99), 0.02


def _history(rng, steps=6, shape=(2, 3)):
    """Gradients of several sizes, (steps, *shape)."""
    return rng.normal(size=(steps, *shape)) * rng.choice([0.01, 1.0, 30.0], size=shape)


def _adam_path(w, gradients, rates, beta1, beta2, eps):
    """The last weights of a run: weighted means over the history, no recursion."""
    for n in range(1, len(gradients) + 1):
        seen, age = gradients[:n], np.arange(n)[::-1]
        first = np.average(seen, axis=0, weights=beta1**age)
        second = np.average(seen**2, axis=0, weights=beta2**age)
        w = w - rates[n - 1] * first / (np.sqrt(second) + eps)
    return w


@adam.property(
    en="in a run, m̂ and v̂ are weighted means of all gradients so far, also when lr changes",
    zh="连续走几步，m̂ 和 v̂ 就是到目前为止所有梯度的加权平均，lr 中途改变也一样",
)
def _(answer, rng):
    gradients, rates = _history(rng), np.linspace(0.3, 0.05, 6)
    w, state = np.ones((2, 3)), (np.zeros((2, 3)), np.zeros((2, 3)), 0)
    right = _adam_path(w, gradients, rates, 0.7, 0.9, 0.01)
    for g, lr in zip(gradients, rates, strict=True):
        w, state = answer(w, g, state, lr, 0.7, 0.9, 0.01)
    return Evidence(given={"gradients": gradients, "lr": rates}, expected=right, got=w)


@adam.property(
    en="a run that is saved, restored and shares the process with another one goes on unchanged",
    zh="存盘、恢复、和另一个训练交替进行，结果都不变",
    ask_en="Where does your function keep m, v and t between two calls?",
    ask_zh="两次调用之间，你的函数把 m、v、t 存在哪里？",
)
def _(answer, rng):
    gradients = _history(rng)
    zeros = np.zeros((2, 3))
    right = _adam_path(np.ones((2, 3)), gradients, np.full(6, 0.1), 0.9, 0.999, 1e-8)
    w, state = np.ones((2, 3)), (zeros, zeros, 0)
    other, other_state = zeros, (zeros, zeros, 0)
    for g in gradients:
        saved = pickle.dumps((w, state))
        other, other_state = answer(other, 5 - 100 * g, other_state, 0.1)
        w, state = pickle.loads(saved)
        w, state = answer(w, g, state, 0.1)
    return Evidence(given={"gradients": gradients, "lr": 0.1}, expected=right, got=w)


adam.trap(
    candidate,
    en="ε stands inside the root. Compared with √v̂ it then counts as √ε: 1e-8 acts like 1e-4 and "
    "swallows every gradient below that. Algorithm 1 adds ε to the root.",
    zh="ε 放进了根号里。这样和 √v̂ 相比，它相当于 √ε：1e-8 变成 1e-4，比它小的梯度全被吞掉。"
    "Algorithm 1 是开完根号再加 ε。",
)
adam.trap(
    _variant(correct=lambda average, beta, t: average),
    en="No bias correction. m and v start from zero, so after t steps they hold only a share "
    "1 − βᵗ of an average. v lacks far more than m does, so the first steps are too long.",
    zh="没有偏差修正。m 和 v 从零开始，t 步后只有平均值的 1 − βᵗ 那么大。"
    "v 比 m 缺得多，所以最初几步偏大。",
    ask_en="With the defaults, what are m and √v after the first step, in units of g?",
    ask_zh="默认参数下，第一步之后 m 和 √v 分别是 g 的多少倍？",
)
adam.trap(
    _variant(step=lambda t: t),
    en="The correction uses t before it was increased. The first step is t = 1; with t = 0 it "
    "divides 0 … by 1 − β⁰ = 0.",
    zh="修正用的是加一之前的 t。第一步应当是 t = 1；t = 0 时除数 1 − β⁰ 等于 0。",
)
adam.trap(
    _epsilon_hat,
    en="This is the shortened form printed before §2.1 of the paper, which Keras uses: its ε is "
    "added to the uncorrected √v and so is larger than Algorithm 1's by 1/√(1 − β2ᵗ). The "
    "question asks for Algorithm 1.",
    zh="这是论文 §2.1 之前给出的简写形式，Keras 用的就是它：ε 加在没有修正的 √v 上，"
    "相当于把 Algorithm 1 的 ε 放大了 1/√(1 − β2ᵗ) 倍。题目要的是 Algorithm 1。",
)
adam.trap(
    _variant(kept=lambda raw, corrected, t: (*corrected, t)),
    en="The state holds the corrected averages. The next step takes them as raw ones and corrects "
    "them again. Keep m and v as they are; the corrected ones live for one line.",
    zh="状态里存的是修正过的平均值，下一步会把它们当成原始值再修正一次。"
    "m 和 v 要原样保留，修正后的只在这一步用。",
)
adam.trap(
    _variant(weights=lambda beta1, beta2: (beta2, beta1)),
    en="β1 and β2 are exchanged: β1 belongs to the average of g, β2 to that of g².",
    zh="β1 和 β2 用反了：β1 用于 g 的平均，β2 用于 g² 的平均。",
)
adam.trap(
    _variant(direction=lambda m, v, eps: m / (v + eps)),
    en="Divided by v̂ instead of its root. The step then has the unit 1/g: small gradients make "
    "huge steps. With the root the unit cancels.",
    zh="除的是 v̂，没有开根号。这样步长的量纲是 1/g，梯度越小步子越大。开了根号，量纲才约掉。",
)
adam.trap(
    _variant(weights=lambda beta1, beta2: (beta1, beta1)),
    en="β1 serves both averages, as happens when the line for m is copied. v has its own β2: it "
    "must remember far longer, or the divisor jumps with every batch.",
    zh="两个平均用的都是 β1，多半是复制 m 那一行时忘了改。v 用 β2：它要记得久得多，"
    "否则除数会随每个 batch 跳动。",
)
adam.trap(
    _variant(kept=lambda raw, corrected, t: (*raw, t - 1)),
    en="The returned state holds the old t, so every step is corrected like the first.",
    zh="返回的状态里 t 没有加一，每一步都按第一步来修正。",
)
adam.trap(
    _variant(correct=lambda average, beta, t: average / (1 - beta)),
    en="The correction divides by 1 − β, as if every call were the first step. It is 1 − βᵗ, "
    "strong at first and gone later, with the t that the state brings.",
    zh="修正时除的是 1 − β，好像每次调用都是第一步。应为 1 − βᵗ，t 从状态里取："
    "开始时作用大，之后逐渐消失。",
)
adam.trap(
    _uncorrected_v,
    en="Only m is corrected. v starts from zero too, and with β2 = 0.999 it lacks far more: an "
    "uncorrected √v makes the first step about 32 times too long.",
    zh="只修正了 m。v 也是从零开始的，β2 = 0.999 时缺得更多：√v 不修正，第一步会长到大约 32 倍。",
    ask_en="After the first step with the defaults, how many times |g| is √v?",
    ask_zh="默认参数下，第一步之后 √v 是 |g| 的多少倍？",
)
adam.trap(
    _variant(direction=lambda m, v, eps: -m / (np.sqrt(v) + eps)),
    en="The step goes up the loss. m̂ points along the gradient, so it is subtracted.",
    zh="方向反了，这样是让损失上升。m̂ 指向梯度方向，要减去它。",
)
adam.trap(
    _old_averages,
    en="The step uses m and v as they came in; the present gradient only reaches the state. From "
    "rest the weights do not move at all. Update both averages first.",
    zh="这一步用的是传进来的 m 和 v，当前梯度只进了状态。从零状态开始，第一步权重根本不动。"
    "先更新两个平均，再走。",
)


# ---- momentum ----------------------------------------------------------------------------------


def _momentum(w, g, v, lr, beta=0.9, nesterov=False):
    ahead = beta * (beta * v + g) if nesterov else beta * v
    return w - lr * ahead - lr * g, g + v * beta


def _velocity(
    new=lambda v, g, lr, beta: beta * v + g,
    plain=lambda old, new, g, lr, beta: lr * new,
    ahead=lambda old, new, g, lr, beta: lr * (g + beta * new),
    chosen=lambda nesterov: nesterov,
):
    """Momentum with one idea exchanged."""

    def momentum(w, g, v, lr, beta=0.9, nesterov=False):
        velocity = new(v, g, lr, beta)
        step = ahead if chosen(nesterov) else plain
        return w - step(v, velocity, g, lr, beta), velocity

    return momentum


momentum = Check(_momentum, returns=("w", "v"))
_W, _G, _V = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 4.0]), np.array([2.0, 1.0, -3.0])
momentum.case(_W, _G, _V, 0.1, 0.8, en="one step of plain momentum", zh="普通动量走一步")
momentum.case(
    _W,
    _G,
    _V,
    0.1,
    0.8,
    True,
    en="one step of Nesterov's momentum",
    zh="Nesterov 动量走一步",
    ask_en="Which part of the next velocity is already known before the next gradient?",
    ask_zh="下一个梯度还没来，下一步的速度里哪一部分已经知道了？",
)
momentum.case(
    np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]]),
    np.array([[0.1, -0.2], [4.0, 0.0], [0.3, 1.0]]),
    np.zeros((3, 2)),
    0.5,
    en="the first step, from rest, is plain gradient descent",
    zh="从静止开始的第一步就是普通的梯度下降",
)
momentum.case(_W, _G, _V, 0.01, en="β is 0.9 when nobody says otherwise", zh="不指定时 β 取 0.9")


@momentum.fresh(en="fresh random weights, Nesterov's form", zh="新的随机权重，Nesterov 形式")
def _(rng):
    w, g, v = rng.normal(size=(3, 2, 4)).round(2)
    return w, g, v, 0.2, rng.uniform(0.3, 0.9), True


@momentum.property(
    en="a constant gradient g drives the velocity to g / (1 − β): 9.95 g after 50 steps at β = 0.9",
    zh="梯度恒为 g 时速度趋于 g / (1 − β)：β = 0.9 时 50 步后是 9.95 g",
)
def _(answer):
    g, w, v = np.array([1.0, -0.2]), np.zeros(2), np.zeros(2)
    for _ in range(50):
        w, v = answer(w, g, v, 0.01, 0.9)
    return Evidence(given={"g": g, "steps": 50}, expected=g * (1 - 0.9**50) / 0.1, got=v)


@momentum.property(
    en="when lr falls, the next step is shorter at once: the velocity holds gradients only",
    zh="lr 一减小，下一步立刻变短：速度里只有梯度",
)
def _(answer, rng):
    gradients, rates = rng.normal(size=(5, 3)), np.array([1.0, 1.0, 0.1, 0.1, 0.01])
    w = v = np.zeros(3)
    right = np.zeros(3)
    for n, (g, lr) in enumerate(zip(gradients, rates, strict=True), 1):
        right = right - lr * (0.8 ** np.arange(n)[::-1] @ gradients[:n])
        w, v = answer(w, g, v, lr, 0.8)
    return Evidence(given={"gradients": gradients, "lr": rates}, expected=right, got=w)


momentum.trap(
    _velocity(new=lambda v, g, lr, beta: beta * v + (1 - beta) * g),
    en="This is the average of the gradients: under a constant g it tends to g. Classical momentum "
    "is a decaying sum, v ← βv + g, and tends to g / (1 − β), ten times as much at β = 0.9.",
    zh="这是梯度的平均：梯度恒为 g 时趋于 g。经典动量是衰减的累加 v ← βv + g，趋于 g / (1 − β)，"
    "β = 0.9 时是十倍。",
    ask_en="Under a constant gradient, what does your velocity tend to?",
    ask_zh="梯度恒定时，你的速度趋于多少？",
)
momentum.trap(
    _velocity(
        new=lambda v, g, lr, beta: beta * v - lr * g,
        plain=lambda old, new, g, lr, beta: -new,
        ahead=lambda old, new, g, lr, beta: -(beta * new - lr * g),
    ),
    en="This is Keras's velocity, v ← βv − lr·g and w ← w + v. It walks the same path while lr is "
    "constant; when lr falls, the steps already in v keep their old length. The question asks for "
    "PyTorch's, v ← βv + g.",
    zh="这是 Keras 的写法：v ← βv − lr·g，w ← w + v。lr 不变时路径相同；lr 减小后，"
    "v 里已有的部分仍是原来的长度。题目要的是 PyTorch 的 v ← βv + g。",
)
momentum.trap(
    _velocity(
        new=lambda v, g, lr, beta: beta * v + lr * g,
        plain=lambda old, new, g, lr, beta: new,
        ahead=lambda old, new, g, lr, beta: lr * g + beta * new,
    ),
    en="lr is inside the velocity; Sutskever et al. write it so, with the sign turned. With a "
    "schedule this is another optimizer: old gradients keep their old lr. Here v collects "
    "gradients and lr multiplies v.",
    zh="lr 放进了速度里，Sutskever 等人是这样写的（符号相反）。学习率有调度时就是另一个优化器了："
    "旧梯度还带着旧的 lr。这里 v 只累加梯度，lr 最后再乘。",
)
momentum.trap(
    _velocity(chosen=lambda nesterov: False),
    en="nesterov=True changes nothing here. g + βv with the old v is just the new v; Nesterov's "
    "step takes the new velocity once more: g + β·(new v).",
    zh="nesterov=True 没有起作用。用旧的 v 算 g + βv，得到的就是新的 v；"
    "Nesterov 要用新的速度再走一次：g + β·（新 v）。",
)
momentum.trap(
    _velocity(plain=lambda old, new, g, lr, beta: lr * old),
    en="The step uses the velocity of the step before: from rest the weights do not move at all. "
    "Update v first, then w.",
    zh="这一步用的还是上一步的速度：从静止开始，第一步根本不动。先更新 v，再更新 w。",
)
momentum.trap(
    _velocity(chosen=lambda nesterov: True),
    en="Every step is Nesterov's; nesterov=False asks for the plain one.",
    zh="每一步走的都是 Nesterov；nesterov=False 时要走普通动量。",
)
momentum.trap(
    _velocity(ahead=lambda old, new, g, lr, beta: lr * beta * new),
    en="Nesterov's step lacks the present gradient: it is g + βv, not βv.",
    zh="Nesterov 的步子漏了当前梯度：是 g + βv，不是 βv。",
)
momentum.trap(
    _velocity(
        plain=lambda old, new, g, lr, beta: -lr * new,
        ahead=lambda old, new, g, lr, beta: -lr * (g + beta * new),
    ),
    en="The velocity collects +g, so the step must be subtracted. w + lr·v belongs to the "
    "convention v ← βv − g.",
    zh="速度里累加的是 +g，所以要减去。w + lr·v 是和 v ← βv − g 配套的写法。",
)


# ---- adaptive ----------------------------------------------------------------------------------


def _adaptive(w, g, s, lr, rho=None, eps=1e-8):
    s = s + g * g * (1 if rho is None else 1 - rho) - (0 if rho is None else (1 - rho) * s)
    return w - lr * (g / (eps + s**0.5)), s


def _history_of(
    summed=lambda s, g: s + g * g,
    averaged=lambda s, g, rho: rho * s + (1 - rho) * g * g,
    divided=lambda g, s, old, eps: g / (np.sqrt(s) + eps),
):
    """AdaGrad and RMSprop with one idea exchanged."""

    def adaptive(w, g, s, lr, rho=None, eps=1e-8):
        new = summed(s, g) if rho is None else averaged(s, g, rho)
        return w - lr * divided(g, new, s, eps), new

    return adaptive


adaptive = Check(_adaptive, returns=("w", "s"))
_S = np.array([4.0, 0.25, 9.0])
adaptive.case(
    _W, _G, _S, 0.1, 0.8, 0.05, en="RMSprop: one step at ρ = 0.8", zh="RMSprop：ρ = 0.8 走一步"
)
adaptive.case(_W, _G, _S, 0.1, None, 0.05, en="AdaGrad: one step", zh="AdaGrad：走一步")
adaptive.case(
    np.array([[1e-3, -2e-3, 0.0]]),
    np.array([[1e-8, -3e-8, 0.0]]),
    np.zeros((1, 3)),
    1e-3,
    en="gradients as small as ε, with the default settings",
    zh="梯度和 ε 一样小，用默认参数",
)
adaptive.case(
    np.array([0.2, -0.1]),
    np.array([3e4, -1e-5]),
    np.array([4e8, 3e-10]),
    0.01,
    0.99,
    en="large and tiny gradients side by side",
    zh="极大和极小的梯度并排",
)


@adaptive.fresh(en="fresh random weights, RMSprop", zh="新的随机权重，RMSprop")
def _(rng):
    w, g = rng.normal(size=(2, 3, 2)).round(2)
    return w, g, rng.uniform(0.5, 2, size=(3, 2)).round(2), 0.3, rng.uniform(0.6, 0.9), 0.05


@adaptive.property(
    en="under a constant gradient AdaGrad's steps shrink as 1/√n, RMSprop's keep the length lr",
    zh="梯度恒定时，AdaGrad 的步长按 1/√n 缩小，RMSprop 的步长保持 lr",
)
def _(answer):
    g, steps = np.array([0.5, -20.0]), {}
    for name, rho in (("AdaGrad", None), ("RMSprop", 0.8)):
        w, s = np.zeros(2), np.zeros(2)
        for _ in range(100):
            before, (w, s) = w, answer(w, g, s, 0.1, rho)
        steps[name] = w - before
    right = {"AdaGrad": np.array([-0.01, 0.01]), "RMSprop": np.array([-0.1, 0.1])}
    given = {"g": g, "lr": 0.1, "steps": 100}
    names = {"AdaGrad": "AdaGrad 的第 100 步", "RMSprop": "RMSprop 的第 100 步"}
    return Evidence(given=given, expected=right, got=steps, names_zh=names)


adaptive.trap(
    _history_of(divided=lambda g, s, old, eps: g / np.sqrt(s + eps)),
    en="ε stands inside the root, where Keras 3 has it for these two optimizers. The question, "
    "like PyTorch, takes the root first: √s + ε.",
    zh="ε 放进了根号里，Keras 3 的这两个优化器是这样写的。"
    "题目和 PyTorch 一样，先开根号再加：√s + ε。",
)
adaptive.trap(
    _history_of(averaged=lambda s, g, rho: s + g * g),
    en="Here RMSprop sums the squares of all gradients. That is AdaGrad, whose rate can only "
    "fall. RMSprop forgets: s ← ρs + (1 − ρ)g².",
    zh="这里 RMSprop 把所有梯度的平方加了起来，那是 AdaGrad，学习率只降不升。"
    "RMSprop 会遗忘：s ← ρs + (1 − ρ)g²。",
    ask_en="After a million steps, how much does the very first gradient still count in your s?",
    ask_zh="一百万步以后，最初的那个梯度在你的 s 里还占多少？",
)
adaptive.trap(
    _history_of(summed=lambda s, g: 0.9 * s + 0.1 * g * g),
    en="ρ is None, and still s is a moving average. AdaGrad adds up: s ← s + g².",
    zh="ρ 是 None，s 却还是滑动平均。AdaGrad 是累加：s ← s + g²。",
)
adaptive.trap(
    _history_of(averaged=lambda s, g, rho: (1 - rho) * s + rho * g * g),
    en="The weights of the average are exchanged: ρ, near 1, belongs to the past, 1 − ρ to g².",
    zh="滑动平均的两个权重反了：接近 1 的 ρ 乘过去的 s，1 − ρ 乘 g²。",
)
adaptive.trap(
    _history_of(averaged=lambda s, g, rho: rho * s + g * g),
    en="The factor 1 − ρ is missing: s is a decaying sum, 1 / (1 − ρ) times the mean square, and "
    "the steps are too short by its root.",
    zh="漏了因子 1 − ρ：s 成了衰减的累加，是均方的 1 / (1 − ρ) 倍，步长就小了它的平方根倍。",
)
adaptive.trap(
    _history_of(divided=lambda g, s, old, eps: g / (s + eps)),
    en="Divided by s, not by its root: the step then has the unit 1/g and is largest where the "
    "gradient is smallest.",
    zh="除的是 s，没有开根号：步长的量纲成了 1/g，梯度越小步子越大。",
)
adaptive.trap(
    _history_of(divided=lambda g, s, old, eps: g / (np.sqrt(old) + eps)),
    en="The step divides by the old s, without the present gradient. On the first step that is a "
    "division by ε alone. Update s first.",
    zh="除的是旧的 s，没有包含当前梯度。第一步就等于只除以 ε。先更新 s。",
)


# ---- adamw -------------------------------------------------------------------------------------


def _adamw(w, g, state, lr=1e-3, weight_decay=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    moved, state = _adam(0 * w, g, state, lr, beta1, beta2, eps)
    return (1 - lr * weight_decay) * w + moved, state


def _decayed(shrink, gradient=lambda g, w, decay: g):
    """AdamW with another decay: `shrink(w, moved, lr, decay)` → the new weights."""

    def adamw(w, g, state, lr=1e-3, weight_decay=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
        g = gradient(g, w, weight_decay)
        moved, state = _adam(w, g, state, lr, beta1, beta2, eps)
        return shrink(w, moved, lr, weight_decay), state

    return adamw


def _decay_in_numerator(w, g, state, lr=1e-3, weight_decay=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    _, (m, v, t) = _adam(w, g, state, lr, beta1, beta2, eps)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * (m_hat + weight_decay * w) / (np.sqrt(v_hat) + eps), (m, v, t)


adamw = Check(_adamw, returns=("w", "state"))
adamw.case(
    np.array([4.0, -2.0, 10.0]),
    np.array([0.3, -4.0, 0.02]),
    (np.array([0.1, 0.2, -0.1]), np.array([0.04, 1.0, 0.09]), 1),
    lr=0.3,
    weight_decay=0.2,
    beta1=0.8,
    beta2=0.95,
    eps=0.01,
    en="one step: m and v see the loss's gradient only, the weights shrink beside it",
    zh="走一步：m 和 v 只看损失的梯度，权重的衰减单独做",
)
adamw.case(
    np.array([[5.0, -3.0]]),
    np.zeros((1, 2)),
    (np.zeros((1, 2)), np.zeros((1, 2)), 0),
    lr=0.1,
    weight_decay=0.5,
    en="without any gradient the weights are multiplied by 1 − lr·λ",
    zh="没有梯度时，权重只是乘上 1 − lr·λ",
)
adamw.case(
    np.array([5.0, -3.0]),
    np.array([1e-8, -3e-8]),
    (np.array([3e-8, 1e-8]), np.array([2e-16, 4e-16]), 3),
    1.0,
    en="the other settings have Adam's defaults, and λ is 0.01",
    zh="其余参数取 Adam 的默认值，λ 取 0.01",
)
adamw.case(
    np.array([0.01, -0.02]),
    np.array([1.0, -3.0]),
    (np.zeros(2), np.zeros(2), 0),
    weight_decay=2.0,
    en="lr is 0.001 when nobody says otherwise",
    zh="不指定时 lr 取 0.001",
)


@adamw.fresh(en="fresh random state and settings", zh="新的随机状态和参数")
def _(rng):
    w, g, m = rng.normal(size=(3, 2, 4)).round(2)
    state = (m, rng.uniform(0.5, 2, size=(2, 4)).round(2), int(rng.integers(2, 9)))
    return w, g, state, 0.3, rng.uniform(0.2, 0.6), 0.7, 0.95, 0.02


@adamw.property(
    en="over 40 steps the decay is the same for weights with tiny and with huge gradients",
    zh="走 40 步，梯度极小和极大的权重衰减得一样快",
)
def _(answer):
    size, w = np.array([1e-3, 1.0, 1e3]), np.ones(3)
    state = (np.zeros(3), np.zeros(3), 0)
    right, pull = 1.0, np.ones(3)
    history = [size * np.sin(n) for n in range(1, 41)]
    for n, g in enumerate(history, 1):
        w, state = answer(w, g, state, 0.01, 0.5)
        age, seen = np.arange(n)[::-1], np.array(history[:n])
        first = np.average(seen, axis=0, weights=0.9**age)
        second = np.average(seen**2, axis=0, weights=0.999**age)
        pull = pull * (1 - 0.01 * 0.5) - 0.01 * first / (np.sqrt(second) + 1e-8)
    right = pull
    given = {"g at step n": "[0.001, 1, 1000] · sin n", "lr": 0.01, "weight_decay": 0.5}
    return Evidence(given=given, expected=right, got=w)


adamw.trap(
    _decayed(lambda w, moved, lr, decay: moved, gradient=lambda g, w, decay: g + decay * w),
    en="λw is added to the gradient: that is Adam with L2. m and v then contain the decay, and "
    "√v̂ divides it away: weights with large gradients hardly shrink, idle ones by nearly lr per "
    "step, whatever λ is. AdamW leaves the gradient alone.",
    zh="λw 加进了梯度：这是 Adam + L2。m 和 v 里混进了衰减，又被 √v̂ 除掉："
    "梯度大的权重几乎不衰减，没有梯度的权重每步减去将近 lr，与 λ 无关。AdamW 不动梯度。",
    ask_en="With g = 0, what does your step divide λw by?",
    ask_zh="g = 0 时，你的这一步把 λw 除以了什么？",
)
adamw.trap(
    _decayed(lambda w, moved, lr, decay: moved - decay * w),
    en="The decay is not multiplied by lr. The paper's Algorithm 2 has η·λ, with η the schedule; "
    "Keras and PyTorch, and this question, have lr·λ.",
    zh="衰减没有乘 lr。论文的 Algorithm 2 是 η·λ，η 是调度系数；Keras、PyTorch 和这道题都是 lr·λ。",
)
adamw.trap(
    _decayed(lambda w, moved, lr, decay: moved * (1 - lr * decay)),
    en="The decay shrinks the weights after the step, and so the step as well. Both act on the w "
    "that came in: (1 − lr·λ)·w minus Adam's step.",
    zh="先走完一步再衰减，连这一步也被缩小了。"
    "两者都作用在传进来的 w 上：(1 − lr·λ)·w 减去 Adam 的步子。",
)
adamw.trap(
    _decay_in_numerator,
    en="The decay stands over √v̂ together with m̂, so it is still scaled by the gradient's history. "
    "Decoupled means outside that fraction.",
    zh="衰减和 m̂ 一起放在 √v̂ 上面，仍然被梯度的历史缩放。解耦的意思就是放到分式外面。",
)
adamw.trap(
    _decayed(lambda w, moved, lr, decay: moved),
    en="weight_decay has no effect at all: this is Adam.",
    zh="weight_decay 完全没有起作用：这就是 Adam。",
)
adamw.trap(
    _decayed(lambda w, moved, lr, decay: moved + lr * decay * w),
    en="The decay has the wrong sign: the weights grow.",
    zh="衰减的符号反了：权重会越来越大。",
)


# ---- on paper ----------------------------------------------------------------------------------

first_step_factor = Estimate(10**0.5, unit="times", unit_zh="倍", rtol=0.01)
first_step_factor.trap(
    0.1,
    en="This is m alone, 0.1 g. The divisor is too small as well, and by more: √v is √0.001 |g|.",
    zh="这只看了 m，即 0.1 g。除数也偏小，而且小得更多：√v 是 √0.001 |g|。",
)
first_step_factor.trap(
    100,
    en="0.1 / 0.001 forgets the root: the step divides by √v.",
    zh="0.1 / 0.001 忘了开根号：除的是 √v。",
)
first_step_factor.trap(
    1000**0.5,
    en="This is the divisor alone, 1 / √0.001. The numerator is too small, 0.1 g.",
    zh="这只看了除数 1 / √0.001，分子也偏小，是 0.1 g。",
)

half_life = Estimate(6931, unit="steps", unit_zh="步", rtol=0.01)
half_life.trap(
    5000,
    en="This subtracts lr·λ of the first weight at every step. Each step takes its share of what "
    "is left: (1 − lr·λ)ⁿ = ½.",
    zh="这是每步都减去初始权重的 lr·λ。实际每步减的是剩下部分的 lr·λ：(1 − lr·λ)ⁿ = ½。",
)
half_life.trap(
    10_000,
    en="1 / (lr·λ) steps bring the weight to 1/e. A half needs ln 2 of that.",
    zh="1 / (lr·λ) 步降到 1/e。降到一半只要它的 ln 2 倍。",
)
half_life.trap(
    6.58,
    en="This decays by λ alone. In PyTorch and Keras lr multiplies it.",
    zh="这里只按 λ 衰减。PyTorch 和 Keras 里还要乘 lr。",
)

l2_factor = Estimate(1.0, unit="times", unit_zh="倍", rtol=0.05)
l2_factor.trap(
    10,
    en="That holds for AdamW and for SGD. Here λw is the whole gradient, and Adam's step does not "
    "see the scale of a gradient.",
    zh="AdamW 和 SGD 是这样。这里 λw 就是全部梯度，而 Adam 的步长与梯度的尺度无关。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="Batch gradient descent uses all examples for one step, stochastic gradient descent in its "
    "strict sense one, mini-batch descent something in between; what most people call SGD today is "
    "the last.",
    zh="批量梯度下降一步用全部样本，严格意义上的随机梯度下降一步用一个，小批量介于两者之间；"
    "现在大家说的 SGD 多半指小批量。",
)
flaws.false(
    en="Classical momentum replaces the gradient by the average of the previous update directions, "
    "so under a constant gradient the steps stay as long as without momentum.",
    zh="经典动量用之前各次更新方向的平均值代替梯度，所以梯度恒定时，步长和不用动量一样。",
    because_en="It is a decaying sum, v ← βv + g: under a constant g it reaches g / (1 − β), ten "
    "times g at β = 0.9. An averaged variant exists; its lr means something else.",
    because_zh="它是衰减的累加 v ← βv + g：梯度恒为 g 时趋于 g / (1 − β)，β = 0.9 时是 10 倍。"
    "也有取平均的变体，但那里的 lr 含义不同。",
    source="Sutskever et al. 2013, §2",
)
flaws.true(
    en="AdaGrad divides by the root of a sum that only grows, so the learning rate of each "
    "weight can only fall.",
    zh="AdaGrad 除以的是一个只增不减的累加和的平方根，所以每个权重的学习率只降不升。",
)
flaws.false(
    en="RMSprop adapts the learning rate with the sum of the squares of all past gradients.",
    zh="RMSprop 用历史上所有梯度的平方和来调整学习率。",
    because_en="That is AdaGrad. RMSprop keeps an exponential moving average of the squares, which "
    "forgets, so its steps need not die out.",
    because_zh="那是 AdaGrad。RMSprop 用的是梯度平方的指数滑动平均，会遗忘，步长不会一直缩小。",
    source="Tieleman & Hinton 2012; Duchi et al. 2011",
)
flaws.true(
    en="Adam's authors set out to combine the advantages of AdaGrad and RMSProp.",
    zh="Adam 的作者想结合 AdaGrad 和 RMSProp 两者的优点。",
)
flaws.false(
    en="Adam is SGD plus momentum: it smooths the gradient and uses one step size for all weights.",
    zh="Adam 就是 SGD 加动量：把梯度平滑一下，所有权重用同一个步长。",
    because_en="Smoothing is half of it. The other half divides by the root of the averaged "
    "squared gradient, weight by weight, and both averages are corrected for starting at zero.",
    because_zh="平滑只是一半。另一半是逐个权重除以梯度平方均值的平方根，"
    "两个均值还要修正从零开始的偏差。",
    source="Kingma & Ba 2015, Algorithm 1",
)
flaws.false(
    en="Without bias correction Adam's first steps would be too small, because m starts at zero.",
    zh="没有偏差修正，Adam 最初几步会偏小，因为 m 从零开始。",
    because_en="v starts at zero too, and with β2 = 0.999 it lacks more. The first step is "
    "0.1 / √0.001 = 3.16 times too long.",
    because_zh="v 也从零开始，β2 = 0.999 时缺得更多。"
    "第一步是应有长度的 0.1 / √0.001 = 3.16 倍，偏大。",
    source="Kingma & Ba 2015, §3",
)
flaws.false(
    en="If you multiply the loss by 100, divide Adam's learning rate by 100 to get the same steps.",
    zh="损失乘了 100，Adam 的学习率就要除以 100，步子才和原来一样。",
    because_en="m̂ grows by 100 and √v̂ too: the step stays, up to ε. It is SGD that needs this.",
    because_zh="m̂ 变成 100 倍，√v̂ 也变成 100 倍：除去 ε 的影响，步长不变。SGD 才需要这样改。",
    source="Kingma & Ba 2015, §2.1",
)
flaws.false(
    en="L2 regularization and weight decay are two names of one thing, also with Adam.",
    zh="L2 正则化和权重衰减是一回事，用 Adam 时也一样。",
    because_en="For plain SGD they agree when λ is rescaled by lr. In Adam the L2 term is divided "
    "by √v̂ like the rest of the gradient, so weights with large gradients are decayed less.",
    because_zh="对普通 SGD，λ 按 lr 换算后两者等价。在 Adam 里 L2 项和梯度一起被 √v̂ 除，"
    "梯度大的权重衰减得就少。",
    source="Loshchilov & Hutter 2019, Propositions 1 and 2",
)
flaws.true(
    en="In PyTorch and Keras AdamW's decay is multiplied by lr, so a schedule that lowers lr "
    "lowers the decay too.",
    zh="PyTorch 和 Keras 的 AdamW 里，衰减要乘 lr，所以学习率调度降低 lr 时，衰减也随之变弱。",
)

say = Say(
    model_en="""
Backprop gives the gradient; the optimizer decides the step. SGD takes minus lr times the gradient
of a mini-batch. Momentum adds a velocity, a decaying sum of gradients, which reaches g over one
minus beta when the gradient is constant. AdaGrad divides each weight's step by the root of the sum
of its squared gradients; RMSprop replaces the sum by a moving average, so that it can forget.
Adam keeps moving averages of the gradient and of its square. Both start at zero, hence the bias
correction, dividing by one minus beta to the t. The step is m hat over root v hat plus epsilon,
about lr for every weight, whatever the scale of the gradient. It costs two extra numbers per
parameter. AdamW takes weight decay out of the gradient and applies it directly to the weights,
because in Adam an L2 term would be divided by root v as well.
""",
    model_zh="""
反向传播给出梯度，优化器决定怎么走。SGD 沿小批量梯度的反方向走 lr 倍。
动量加了一个速度，是梯度的衰减累加，梯度恒定时趋于 g/(1−β)。
AdaGrad 逐个权重除以历史梯度平方和的平方根；RMSprop 把平方和换成滑动平均，能遗忘。
Adam 同时维护梯度和梯度平方的滑动平均。两者都从零开始，所以要做偏差修正，除以 1−β^t。
步子是 m̂ 除以 √v̂ + ε，每个权重大约走 lr，与梯度的尺度无关。代价是每个参数多存两个数。
AdamW 把权重衰减从梯度里拿出来，直接作用在权重上，因为在 Adam 里 L2 项也会被 √v 除掉。
""",
)
say.point(
    en="momentum is a decaying sum of gradients",
    zh="动量是梯度的衰减累加",
    found_en=[
        r"(decay|accumulat|discount)\w*.{0,12}(sum|gradient|velocity)",
        r"(1\s*/\s*\(1\s*[-−]\s*(β|beta)|over one minus beta)",
        r"velocity.{0,30}(sum|accumulat|(β|beta)\s*v)",
        r"(β|beta)\s*\*?\s*v\s*\+\s*g",
    ],
    found_zh=[
        r"(衰减|累加|累积|累计).{0,8}(累加|梯度|速度|和)",
        r"梯度.{0,8}(累加|累积|累计)",
        r"g?\s*/\s*\(1\s*[-−]\s*β",
        r"β\s*v\s*\+\s*g",
    ],
)
say.point(
    en="AdaGrad sums the squared gradients, RMSprop averages them",
    zh="AdaGrad 累加梯度平方，RMSprop 取滑动平均",
    found_en=[r"RMSprop.{0,45}(averag|forget|decay|EMA)", r"AdaGrad.{0,60}\bsum"],
    found_zh=[r"RMSprop.{0,20}(平均|遗忘|衰减|EMA)", r"AdaGrad.{0,20}(平方和|累加|累积)"],
)
say.point(
    en="Adam keeps moving averages of the gradient and of its square",
    zh="Adam 维护梯度和梯度平方的滑动平均",
    found_en=[
        r"averages? of.{0,20}gradients?.{0,20}squares?",
        r"(first|1st) and (the )?(second|2nd) moment",
        r"EMAs? of.{0,20}(\bg\b|gradients?).{0,20}(square|g\^?2)",
    ],
    found_zh=[
        r"梯度.{0,4}(和|与|及).{0,6}平方.{0,6}(平均|EMA)",
        r"一阶.{0,6}二阶矩?",
        r"(平均|EMA).{0,12}梯度.{0,4}(和|与|及).{0,6}平方",
    ],
)
say.point(
    en="bias correction, because both averages start at zero",
    zh="偏差修正，因为两个平均都从零开始",
    found_en=[
        r"bias.?correct",
        r"correct\w*.{0,15}\bbias",
        r"divid\w+ by (1|one) (minus|[-−]) (beta|β)\w* ?(to the|\^|ᵗ)",
        r"start\w* (at|from) zero",
    ],
    found_zh=[
        r"偏差(修正|校正|纠正)",
        r"(修正|校正|纠正).{0,6}偏差",
        r"从\s*(零|0)\s*开始",
        r"1\s*[-−]\s*β\d?\s*\^\s*t",
    ],
)
say.point(
    en="the step is m̂ / (√v̂ + ε), about lr, whatever the gradient's scale",
    zh="步子是 m̂ / (√v̂ + ε)，大约 lr，与梯度尺度无关",
    found_en=[
        r"(scale|size|magnitude) of the gradient",
        r"invarian\w+.{0,30}(scal|gradient)",
        r"m.?hat.{0,25}root",
        r"(about|roughly|around) lr",
        r"divid\w+.{0,25}(root|sqrt|√)",
    ],
    found_zh=[
        r"梯度.{0,4}(尺度|大小|量级)",
        r"m̂?\s*(除以|/).{0,4}(√|根号|sqrt)",
        r"(大约|约|差不多).{0,4}lr",
        r"除以.{0,12}平方根",
    ],
)
say.point(
    en="two extra numbers per parameter",
    zh="每个参数多存两个数",
    found_en=[
        r"two (extra |more |additional )?(numbers?|values?|states?|buffers?|copies|moments?)",
        r"(twice|2x|2×|double).{0,25}(memory|parameters)",
        r"(8|eight) (extra )?bytes",
    ],
    found_zh=[
        r"(两|2|二)\s*(个数|个状态|个量|份|倍|个缓冲)",
        r"8\s*(个)?字节",
        r"(显存|内存).{0,8}(两|2|二)\s*倍",
    ],
)
say.point(
    en="AdamW decays the weights directly, outside the adaptive step",
    zh="AdamW 直接衰减权重，不经过自适应缩放",
    found_en=[
        r"decoupl",
        r"AdamW.{0,60}(direct|outside|out of|separate)",
        r"decay.{0,40}(direct|outside|out of|separate)",
    ],
    found_zh=[
        r"解耦",
        r"AdamW.{0,25}(直接|单独|拿出|分开|之外)",
        r"衰减.{0,15}(直接|单独|拿出|分开|之外)",
    ],
)
