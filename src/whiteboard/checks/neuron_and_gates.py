"""One neuron: the perceptron rule, a neuron trained by gradient descent, and XOR by hand."""

from itertools import product

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
GATES = {
    "AND": np.array([0, 0, 0, 1]),
    "OR": np.array([0, 1, 1, 1]),
    "NAND": np.array([1, 1, 1, 0]),
    "XOR": np.array([0, 1, 1, 0]),
}


def separable(rng, n, d=2, gap=0.3):
    """Points with one decimal and labels of a random plane that no point is near."""
    normal, shift = rng.normal(size=d), rng.normal() * 0.5
    X = np.empty((0, d))
    while len(X) < n:
        x = rng.normal(size=(1, d)).round(1) * 2
        if abs(x @ normal + shift) > gap:
            X = np.vstack([X, x])
    return X, (X @ normal + shift > 0).astype(int)


# ---- perceptron --------------------------------------------------------------------------------


def _perceptron(X, y, lr=1.0, epochs=100):
    """On homogeneous coordinates: the bias is the weight of a constant 1."""
    rows = np.column_stack([X, np.ones(len(X))])
    v, updates = np.zeros(rows.shape[1]), 0
    for _ in range(epochs):
        errors = 0
        for row, target in zip(rows, y, strict=True):
            error = int(target) - int(row @ v > 0)
            v, errors = v + lr * error * row, errors + abs(error)
        updates += errors
        if not errors:
            break
    return v[:-1], v[-1], updates


def _variant(
    predict=lambda score: score > 0,
    error=lambda target, score, guess: target - guess,
    bias=True,
    count=lambda updates, epochs: updates,
    bias_step=lambda lr: lr,
    rounds=lambda epochs: epochs,
):
    """The perceptron with one line exchanged."""

    def perceptron(X, y, lr=1.0, epochs=100):
        w, b, updates, done = np.zeros(X.shape[1]), 0.0, 0, 0
        for _ in range(rounds(epochs)):
            wrong = 0
            for x, target in zip(X, y, strict=True):
                score = x @ w + b
                e = error(int(target), score, int(predict(score)))
                if e:
                    w, wrong = w + lr * e * x, wrong + 1
                    b = b + bias_step(lr) * e if bias else b
            updates, done = updates + wrong, done + 1
            if not wrong:
                break
        return w, b, count(updates, done)

    return perceptron


perceptron = Check(_perceptron, returns=("w", "b", "updates"))
for _gate in ("NAND", "AND", "OR"):
    perceptron.case(
        INPUTS,
        GATES[_gate],
        en=f"{_gate} is learnt, and then nothing changes any more".replace(
            "NAND", "NAND (not AND)"
        ),
        zh=f"学会 {_gate}，之后不再更新".replace("NAND", "NAND（与非）"),
    )
perceptron.case(
    *separable(np.random.default_rng(0), 12),
    lr=0.1,
    en="twelve points, a learning rate of 0.1",
    zh="十二个点，学习率 0.1",
)
perceptron.case(
    INPUTS,
    GATES["XOR"],
    epochs=7,
    en="XOR is never learnt: it goes on until the given number of epochs",
    zh="XOR 学不会：一直更新到跑满给定的轮数",
)


@perceptron.fresh(en="fresh separable points in three dimensions", zh="新的可分点，三维")
def _(rng):
    X, y = separable(rng, 10, d=3)
    # Halves are added without rounding: a score of 0 is 0 in whatever order it is summed up.
    return np.round(5 * X) / 2, y


perceptron.trap(
    _variant(bias=False),
    en="The bias never moves, so the line always goes through 0, and no such line makes AND "
    "or NAND.",
    zh="偏置没有更新，直线永远经过原点，而过原点的直线做不出 AND，也做不出 NAND。",
    ask_en="Where must the line between (1, 1) and the other three corners pass?",
    ask_zh="把 (1, 1) 和另外三个角分开的直线，必须从哪里穿过？",
)
perceptron.trap(
    _variant(error=lambda target, score, guess: guess - target),
    en="The sign is wrong: each update moves the weights towards the mistake.",
    zh="符号反了：每次更新都在朝错误的方向走。",
    ask_en="The target is 1 and the guess 0. Must w·x rise or fall?",
    ask_zh="目标是 1，预测是 0，w·x 应该变大还是变小？",
)
perceptron.trap(
    _variant(predict=lambda score: score >= 0),
    en="At a score of exactly 0 the question's neuron says 0. With ≥ it says 1 before it has "
    "learnt "
    "anything.",
    zh="得分恰好为 0 时，题目里的神经元输出 0。用 ≥ 的话，还没学就先输出 1 了。",
)
perceptron.trap(
    _variant(predict=lambda score: score > 0.5),
    en="The threshold of the score is 0: the bias does the shifting. 0.5 is the threshold of a "
    "sigmoid's output.",
    zh="得分的阈值是 0，平移由偏置负责。0.5 是 sigmoid 输出的阈值。",
)
perceptron.trap(
    _variant(error=lambda target, score, guess: target - score),
    en="This corrects by target − score, on every example: that is least squares (Adaline). The "
    "perceptron corrects by target − guess, and only where the guess is wrong.",
    zh="这里按“目标 − 得分”修正每个样本，是最小二乘（Adaline）。"
    "感知机按“目标 − 预测”修正，而且只在预测错时才动。",
)
perceptron.trap(
    _variant(error=lambda target, score, guess: target and target - guess),
    en="Only examples of class 1 correct it. A false alarm, target 0 and guess 1, must lower the "
    "score.",
    zh="只有类别 1 的样本在修正。目标 0、预测 1 的误报也要把得分降下来。",
)
perceptron.trap(
    _variant(error=lambda target, score, guess: 2 * (target - guess)),
    en="Each step is twice as long: that is the rule for labels −1 and 1, whose difference is 2.",
    zh="每步长了一倍：那是标签取 −1 和 1 时的写法，两者相差 2。",
)
perceptron.trap(
    _variant(count=lambda updates, epochs: epochs),
    en="This counts epochs. Count the updates, one for each mistake.",
    zh="这是轮数。题目要的是更新次数，每犯一次错算一次。",
)
perceptron.trap(
    _variant(count=lambda updates, epochs: updates + 1),
    en="The count starts at 1. Before the first mistake there was no update.",
    zh="计数从 1 开始了。第一次犯错之前没有更新。",
)


def _whole_batch(X, y, lr=1.0, epochs=100):
    w, b, updates = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(epochs):
        error = y - (X @ w + b > 0)
        if not error.any():
            break
        w, b, updates = w + lr * error @ X, b + lr * error.sum(), updates + int(np.abs(error).sum())
    return w, b, updates


perceptron.trap(
    _whole_batch,
    en="All examples are judged by the weights from the start of the epoch. Rosenblatt's rule "
    "goes on "
    "with the new weights at once, example by example.",
    zh="整轮的样本都用这一轮开始时的权重来判断。Rosenblatt 的规则是逐个样本，改完立即用新权重。",
)
perceptron.trap(
    _variant(rounds=lambda epochs: min(epochs, 1)),
    en="It stops after one epoch. Is the return indented into the loop?",
    zh="只跑了一轮就停了。return 是不是缩进到循环里面去了？",
)
perceptron.trap(
    _variant(
        error=lambda target, score, guess: 2 * target - 1 if (2 * target - 1) * score <= 0 else 0
    ),
    en="An example of class 0 with a score of exactly 0 is corrected, though its guess, 0, is "
    "right. The test y·score ≤ 0 belongs to labels −1 and 1.",
    zh="类别 0 的样本得分恰好为 0 时也被修正了，而它的预测 0 是对的。"
    "y·得分 ≤ 0 这个判据是标签取 −1 和 1 时用的。",
)
perceptron.trap(
    _variant(bias_step=lambda lr: 1.0),
    en="lr multiplies the step of w but not that of b.",
    zh="lr 只乘在 w 的更新上，没有乘在 b 的更新上。",
)


# ---- neuron ------------------------------------------------------------------------------------


def _neuron(X, y, lr=1.0, steps=100):
    """Gradient descent with the gradient by complex steps: no formula for it is written down."""

    def loss(v):
        z = X @ v[:-1] + v[-1]
        return np.mean(np.log1p(np.exp(z)) - y * z)

    v, h = np.zeros(X.shape[1] + 1), 1e-20
    for _ in range(steps):
        v = v - lr * np.array([loss(v + 1j * h * e).imag / h for e in np.eye(len(v))])
    return v[:-1], v[-1]


def _descent(slope=lambda p, y: p - y, scale=lambda n: n, bias=True, sign=1):
    """Gradient descent on one neuron with one part exchanged."""

    def neuron(X, y, lr=1.0, steps=100):
        w, b = np.zeros(X.shape[1]), 0.0
        for _ in range(steps):
            p = 1 / (1 + np.exp(-(X @ w + b)))
            delta = sign * slope(p, y) / scale(len(y))
            w = w - lr * delta @ X
            b = b - lr * delta.sum() if bias else b
        return w, b

    return neuron


neuron = Check(_neuron, returns=("w", "b"))
neuron.case(
    INPUTS,
    GATES["OR"],
    1.0,
    2,
    en="two steps from 0 on OR, each against the slope of the mean cross-entropy",
    zh="从 0 出发在 OR 上走两步，每步逆着平均交叉熵的梯度",
)
neuron.case(INPUTS, GATES["AND"], 2.0, 200, en="200 steps on AND", zh="在 AND 上走 200 步")
neuron.case(
    *separable(np.random.default_rng(1), 9, d=3),
    0.5,
    30,
    en="nine points in three dimensions",
    zh="三维里的九个点",
)
neuron.case(
    INPUTS,
    GATES["XOR"],
    1.0,
    50,
    en="on XOR the best neuron says ½ to everything",
    zh="在 XOR 上，最好的神经元对谁都说 ½",
)


@neuron.fresh(en="fresh points", zh="新的点")
def _(rng):
    return *separable(rng, 8), 0.7, 20


neuron.trap(
    _descent(slope=lambda p, y: (p - y) * p * (1 - p)),
    en="The factor p(1 − p) belongs to the squared error. With the cross-entropy it cancels: the "
    "slope in the score is p − y.",
    zh="因子 p(1 − p) 属于平方误差。用交叉熵时它被约掉了：对得分的导数就是 p − y。",
    ask_en="A neuron says p = 0.001 and the target is 1. How large is your slope there?",
    ask_zh="p = 0.001，而目标是 1。你算出的梯度有多大？",
)
neuron.trap(
    _descent(scale=lambda n: 1),
    en="This is the sum over the examples. The question asks for the mean, so that lr means the "
    "same "
    "for any number of them.",
    zh="这是对样本求和。题目要的是平均，这样样本多少都不影响 lr 的含义。",
)
neuron.trap(
    _descent(bias=False),
    en="The bias never moves.",
    zh="偏置没有更新。",
)
neuron.trap(
    _descent(sign=-1),
    en="This climbs: the step goes along the slope instead of against it.",
    zh="这是在上升：应该逆着梯度走，而不是顺着。",
)
neuron.trap(
    _descent(slope=lambda p, y: (p > 0.5) - y),
    en="The error is taken from the thresholded guess: that is the perceptron. Use the "
    "probability p.",
    zh="误差用的是取阈值之后的预测，那是感知机。要用概率 p。",
)
neuron.trap(
    _descent(slope=lambda p, y: 2 * (p - y) * p * (1 - p)),
    en="This is the slope of (p − y)². The question asks for the cross-entropy.",
    zh="这是 (p − y)² 的梯度。题目要的是交叉熵。",
)


# ---- xor_net -----------------------------------------------------------------------------------


def run_net(W1, b1, W2, b2):
    """The two-layer threshold network on the four inputs: (4,) of 0 and 1."""
    h = (INPUTS @ np.asarray(W1, dtype=float) + np.asarray(b1, dtype=float) > 0).astype(float)
    out = h @ np.asarray(W2, dtype=float) + np.asarray(b2, dtype=float)
    return (out > 0).astype(int).reshape(4, -1)[:, 0]


XOR = GATES["XOR"]
_SHAPES = {"W1": (2, 2), "b1": (2,), "W2": (2, 1), "b2": (1,)}

xor_net = Check(returns=tuple(_SHAPES))


@xor_net.property(
    en="W1 (2, 2), b1 (2,), W2 (2, 1), b2 (1,)", zh="W1 (2, 2)、b1 (2,)、W2 (2, 1)、b2 (1,)"
)
def _(answer):
    got = [str(np.shape(part)) for part in answer()]
    return Evidence(given={}, expected=[str(shape) for shape in _SHAPES.values()], got=got)


@xor_net.property(
    en="on (0,0), (0,1), (1,0), (1,1) it says 0, 1, 1, 0",
    zh="对 (0,0)、(0,1)、(1,0)、(1,1) 依次输出 0、1、1、0",
    ask_en="What does each hidden unit say on the four inputs? Write the table.",
    ask_zh="两个隐藏单元在四个输入上各输出什么？把表写出来。",
)
def _(answer):
    return Evidence(given={"inputs": INPUTS}, expected=GATES["XOR"], got=run_net(*answer()))


@xor_net.property(
    en="it still does when every weight is off by up to 5 %",
    zh="每个权重偏差 5% 以内时仍然正确",
    ask_en="How far is each score from the threshold 0?",
    ask_zh="每个得分离阈值 0 有多远？",
)
def _(answer):
    parts = [np.asarray(part, dtype=float) for part in answer()]
    flat, ends = np.concatenate([part.ravel() for part in parts]), np.cumsum([4, 2, 2])
    # each score is linear in each weight, so its extremes lie where all are off by the full 5 %
    right = all(
        (run_net(*map(np.reshape, np.split(flat * factors, ends), _SHAPES.values())) == XOR).all()
        for factors in product((0.95, 1.05), repeat=9)
    )
    return Evidence(
        given={},
        expected={"still XOR": True, "a score of exactly 0": False},
        got={"still XOR": right, "a score of exactly 0": not right and _on_threshold(*parts)},
        names_zh={"still XOR": "仍是 XOR", "a score of exactly 0": "有得分恰好为 0"},
    )


def _on_threshold(W1, b1, W2, b2):
    scores = INPUTS @ W1 + b1
    return bool((scores == 0).any() or ((scores > 0) @ W2 + b2 == 0).any())


def _net(W1, b1, W2, b2):
    return lambda: (np.array(W1), np.array(b1), np.array(W2), np.array(b2))


xor_net.trap(
    _net([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], [[1.0], [-1.0]], [0.0]),
    en="It is right, but a score lies exactly on the threshold, so a hair's breadth turns it. Put "
    "the "
    "thresholds between the sums: −0.5 and −1.5.",
    zh="结果是对的，但有的得分恰好落在阈值上，稍微一动就错。把阈值放在两个和之间：−0.5 和 −1.5。",
)
xor_net.trap(
    _net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [[1.0], [1.0]], [-0.5]),
    en="This says OR: on (1, 1) nothing holds the output down. A unit that fires only there needs "
    "a negative weight, large enough.",
    zh="这是 OR：在 (1, 1) 上没有什么把输出压下去。要有一个只在那里激活的单元，"
    "给它足够大的负权重。",
)
xor_net.trap(
    _net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [[-1.0], [1.0]], [0.5]),
    en="The output is turned round: this says XNOR.",
    zh="输出反了：这是 XNOR。",
)
xor_net.trap(
    _net([[1.0, 1.0], [1.0, 1.0]], [-1.5, -1.5], [[1.0], [1.0]], [-0.5]),
    en="This says AND: for the output, (0, 1) and (1, 0) look like (0, 0). The hidden units must "
    "draw two different lines, and both must count.",
    zh="这是 AND：在输出看来，(0, 1)、(1, 0) 和 (0, 0) 没有区别。两个隐藏单元要画两条不同的直线，"
    "而且都要起作用。",
)
xor_net.trap(
    _net([[1.0, -1.0], [1.0, -1.0]], [-0.5, 1.5], [[1.0], [1.0]], [-0.5]),
    en="This says 1 to everything. If each hidden unit only rules out one corner, the output must "
    "be their AND, not their OR: compare its bias with the sums it sees.",
    zh="对什么都输出 1。如果每个隐藏单元只排除一个角，输出就应该是它们的 AND，而不是 OR："
    "拿输出的偏置和它看到的那些和比一比。",
)
xor_net.trap(
    _net([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [[1.0], [-1.0]], [-1.0]),
    en="This says 0 to everything: on (0, 1) the output's score must be above 0, and 0 "
    "itself is not enough.",
    zh="对什么都输出 0：在 (0, 1) 上，输出的得分要大于 0，等于 0 也不行。",
)


# ---- on paper ----------------------------------------------------------------------------------

perceptron_bound = Estimate(400, unit="updates", unit_zh="次更新", rtol=0.01)
perceptron_bound.trap(
    20,
    en="This is R/γ. The bound is its square.",
    zh="这是 R/γ，上界是它的平方。",
)
perceptron_bound.trap(
    200,
    en="The number of examples does not enter: the bound is (R/γ)².",
    zh="样本数不影响上界：它是 (R/γ)²。",
)
perceptron_bound.trap(
    0.0025,
    en="Upside down: a narrow gap costs more updates.",
    zh="倒过来了：间隔越窄，更新次数越多。",
)

boolean_functions = Estimate(14, unit="functions", unit_zh="个函数", rtol=0.001)
boolean_functions.trap(
    16,
    en="16 is all of them. Two have no separating line.",
    zh="16 是全部。其中有两个画不出分界线。",
)
boolean_functions.trap(
    15,
    en="XOR has a twin: its negation, XNOR, has no line either.",
    zh="XOR 还有一个孪生：它的否定 XNOR 也画不出分界线。",
)
boolean_functions.trap(
    12,
    en="The two constants count: a neuron with weights 0 and a bias of either sign computes them.",
    zh="两个常值函数也算：权重为 0、偏置取正或负就能算出来。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="A neural network works by simulating the networks of the human brain.",
    zh="神经网络的工作原理是模拟人脑的神经网络。",
    because_en="The brain was the inspiration. What happens is function composition: weighted "
    "sums and "
    "non-linearities, whose weights are fitted by gradient descent.",
    because_zh="大脑只是灵感来源。真正发生的是函数复合：加权和与非线性，权重由梯度下降拟合出来。",
    source="Goodfellow et al. 2016, §1.2.1",
)
flaws.true(
    en="A neuron's decision boundary is the plane w·x + b = 0; the bias moves it away from the "
    "origin.",
    zh="神经元的决策边界是超平面 w·x + b = 0，偏置让它离开原点。",
)
flaws.false(
    en="AND needs a hidden layer, because a single layer can only learn linear functions.",
    zh="AND 需要一个隐藏层，因为单层只能学线性函数。",
    because_en="AND is linearly separable: one neuron with weights 1, 1 and bias −1.5 computes it.",
    because_zh="AND 线性可分：一个神经元，权重 1、1，偏置 −1.5，就能算出来。",
    source="Minsky & Papert 1969; computed in this lesson",
    source_zh="Minsky & Papert 1969；本课算出",
)
flaws.false(
    en="One neuron can learn XOR too, if it is trained for long enough with a small learning rate.",
    zh="只要学习率小、训练足够久，一个神经元也能学会 XOR。",
    because_en="No weights exist for it: adding the conditions of the four corners gives 0 < 0. "
    "Training "
    "cannot find what does not exist.",
    because_zh="根本没有这样的权重：把四个角的条件相加，就得到 0 < 0。不存在的东西，"
    "训练再久也找不到。",
    source="Minsky & Papert 1969; proof in this lesson",
    source_zh="Minsky & Papert 1969；证明见本课",
)
flaws.true(
    en="On separable data the perceptron rule stops after finitely many updates; on other data it "
    "never "
    "stops by itself.",
    zh="数据线性可分时，感知机经过有限次更新就会停；不可分时，它自己永远停不下来。",
)
flaws.false(
    en="Two linear layers without an activation in between can compute XOR.",
    zh="两个线性层之间不加激活函数，也能算 XOR。",
    because_en="They are one linear layer: W₁W₂. The threshold, or any non-linearity, between "
    "them is "
    "what makes the difference.",
    because_zh="它们就等于一个线性层 W₁W₂。起作用的是中间的阈值或别的非线性。",
    source="Goodfellow et al. 2016, §6.1",
)
flaws.false(
    en="That a network can represent a function means that training will find it.",
    zh="网络能表示某个函数，就说明训练一定能找到它。",
    because_en="Representing and learning are two questions. Above, a network that can do AND is "
    "still wrong after 1,000 steps in six of six runs.",
    because_zh="能表示和能学到是两回事。上面那个能表示 AND 的网络，六次训练、每次 1,000 步，"
    "全都没学会。",
    source="Goodfellow et al. 2016, §6.4.1; measured in this lesson",
    source_zh="Goodfellow et al. 2016, §6.4.1；本课实测",
)

say = Say(
    model_en="""
A neuron takes a weighted sum of its inputs plus a bias and applies an activation; with a threshold
it splits the inputs by the line w·x + b = 0. For AND one neuron is enough: weights 1 and 1, bias
−1.5. The perceptron rule finds such a line: where the guess is wrong, add (target − guess) times
the input; on separable data it stops after finitely many updates.
XOR is not linearly separable: the four conditions add up to a contradiction.
A hidden layer with a non-linearity draws two lines, an OR and an AND, and the output unit takes the
first and not the second. Without the non-linearity two layers are still one linear map.
Being able to represent a function is not the same as learning it: step size and initialization
decide.
""",
    model_zh="""
神经元对输入做加权求和再加偏置，然后过激活函数；用阈值时，它以直线 w·x + b = 0 把输入分成两半。
AND 一个神经元就够：权重 1 和 1，偏置 −1.5。
感知机规则能找到这样的直线：预测错了，就加上（目标 − 预测）乘输入；线性可分时有限步就停。
XOR 线性不可分：四个条件加起来互相矛盾。
隐藏层加上非线性可以画两条线，一个 OR，一个 AND，输出单元取“前者且非后者”。
没有非线性，两层还是一个线性映射。
能表示不等于能学到：还要看步长和初始化。
""",
)
say.point(
    en="a neuron: weighted sum plus bias, then an activation",
    zh="神经元：加权和加偏置，再过激活函数",
    found_en=[r"weighted sum", r"w\s*[·.*]?\s*x\s*\+\s*b"],
    found_zh=[r"加权.{0,4}(和|求和)", r"w\s*[·.*]?\s*x\s*\+\s*b"],
)
say.point(
    en="it splits by a line or plane",
    zh="它用直线（超平面）把输入分开",
    found_en=[r"\b(line|hyperplane|plane|half.?space)\b", r"linear(ly)? separ"],
    found_zh=[r"直线|超平面|半平面|线性可分|分界"],
)
say.point(
    en="weights for AND: 1, 1, bias −1.5",
    zh="AND 的权重：1、1，偏置 −1.5",
    found_en=[
        r"bias (of )?[−-]\s*1\.[1-9]",
        r"one neuron (is enough|suffices|can do|does)",
        r"single neuron.{0,15}AND",
        r"[−-]\s*1\.5",
    ],
    found_zh=[
        r"偏置.{0,4}[−-]\s*1\.[1-9]",
        r"一个神经元.{0,6}(就够|足够|就行|即可)",
        r"[−-]\s*1\.5",
    ],
)
say.point(
    en="the perceptron rule: correct where wrong",
    zh="感知机规则：错了才修正",
    found_en=[r"perceptron", r"(target|label)\s*[−-]\s*(guess|prediction|output)"],
    found_zh=[r"感知机", r"目标\s*[−-]\s*(预测|输出)"],
)
say.point(
    en="XOR is not linearly separable",
    zh="XOR 线性不可分",
    found_en=[
        r"XOR.{0,25}(not|isn't|cannot).{0,15}separa",
        r"no (line|such line|single line|plane)",
        r"contradict",
    ],
    found_zh=[r"(线性)?不可分", r"(画不出|没有).{0,8}(直线|分界)", r"矛盾"],
)
say.point(
    en="a hidden layer with a non-linearity solves it",
    zh="加一个带非线性的隐藏层就能解决",
    found_en=[r"hidden (layer|unit)s?", r"two lines", r"non.?linear(ity)?"],
    found_zh=[r"隐藏(层|单元)", r"两条(直)?线", r"非线性"],
)
say.point(
    en="to represent is not to learn",
    zh="能表示不等于能学到",
    found_en=[
        r"represent.{0,60}(not|isn't|does not).{0,25}learn",
        r"(exist|represent)\w*.{0,40}(training|find)",
        r"training (may|might|can|could) (still )?(miss|fail)",
    ],
    found_zh=[r"(能表示|存在).{0,8}(不等于|不代表|不意味).{0,8}(学|找)"],
)
