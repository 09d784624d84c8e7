"""Residual networks: the block, its backward pass, the strided projection, and where one is needed.

The references never multiply matrices the way an answer does: the block is summed unit by unit, its
gradients come from the complex step, f′(θ) = Im f(θ + ih) / h, exact to rounding
(Squire & Trapp 1998, SIAM Review 40(1)), and the projection visits one pixel at a time.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text


def relu(z):
    return np.maximum(z, 0)


def normal(rng, *shape):
    """Normal numbers with one decimal, so that a verdict showing them can be followed by hand."""
    return rng.normal(size=shape).round(1)


# ---- res_block ---------------------------------------------------------------------------------


def _positive_part(z):
    """ReLU that lets a complex step through: its derivative is 1 above 0 and 0 elsewhere."""
    return z * (z.real > 0)


def _res_block(x, W1, W2, proj=None, order="pre"):
    """Hidden unit by hidden unit."""
    first = _positive_part if order == "pre" else np.positive
    branch = sum(
        np.multiply.outer(_positive_part(first(x) @ into), out)
        for into, out in zip(W1.T, W2, strict=True)
    )
    shortcut = x if proj is None else np.einsum("bi,io->bo", x, proj)
    if shortcut.shape != branch.shape:
        raise ValueError(f"{shortcut.shape} + {branch.shape}")
    total = branch + shortcut
    return total if order == "pre" else _positive_part(total)


def _branch(x, W1, W2, order):
    return relu((relu(x) if order == "pre" else x) @ W1) @ W2


def _block(
    shortcut=lambda x, proj, order: x if proj is None else x @ proj,
    branch=_branch,
    end=lambda s, F, order: s + F if order == "pre" else relu(s + F),
    checked=True,
    order_of=lambda order: order,
):
    """The block with one part exchanged."""

    def res_block(x, W1, W2, proj=None, order="pre"):
        order = order_of(order)
        s, F = shortcut(x, proj, order), branch(x, W1, W2, order)
        if checked and s.shape != F.shape:
            raise ValueError("shapes differ")
        return end(s, F, order)

    return res_block


def candidate(x, W1, W2, proj=None, order="pre"):
    if order == "pre":
        x = np.maximum(x, 0)
    F = np.maximum(x @ W1, 0) @ W2
    s = x if proj is None else x @ proj
    if s.shape != F.shape:
        raise ValueError("shapes differ")
    return s + F if order == "pre" else np.maximum(s + F, 0)


def _padded(x, W1, W2, proj=None, order="pre"):
    F = _branch(x, W1, W2, order)
    s = x if proj is None else x @ proj
    width = F.shape[1]
    s = np.pad(s, ((0, 0), (0, max(0, width - s.shape[1]))))[:, :width]
    return s + F if order == "pre" else relu(s + F)


def _fits(x, W1, W2, proj=None, order="pre"):
    width = x.shape[1] if proj is None else proj.shape[1]
    return order in ("pre", "post") and width == W2.shape[1]


res_block = Check(_res_block, domain=_fits)
_X = np.array([[1.0, -2.0], [-1.0, 3.0]])
_W1, _W2 = np.array([[1.0, -1.0], [2.0, 1.0]]), np.array([[1.0, -3.0], [-1.0, 1.0]])
res_block.case(
    _X,
    _W1,
    _W2,
    en="pre-activation: the branch starts with ReLU, nothing stands on the shortcut",
    zh="预激活：分支以 ReLU 开头，捷径上什么都没有",
)
res_block.case(
    _X,
    _W1,
    _W2,
    None,
    "post",
    en="post-activation: one ReLU inside the branch, one after the addition",
    zh="后激活：分支里一个 ReLU，相加之后再一个",
)


def _drawn(rng, batch, width, hidden, out=None):
    """x, W1, W2 and, where the width changes, a projection."""
    shapes = [(batch, width), (width, hidden), (hidden, out or width)]
    return tuple(normal(rng, *s) for s in shapes) + ((normal(rng, width, out),) if out else ())


res_block.case(
    *_drawn(np.random.default_rng(1), 5, 4, 3, 2),
    en="a projection brings x to the width of the branch",
    zh="投影把 x 变成分支输出的宽度",
)
res_block.case(
    *_drawn(np.random.default_rng(2), 5, 4, 3, 4),
    "post",
    en="a projection that is given is used, even where the widths agree",
    zh="给了投影就要用，宽度本来相同也一样",
)


@res_block.property(
    en="with a last layer of zeros the pre-activation block returns x itself",
    zh="最后一层全为零时，预激活的块原样返回 x",
    ask_en="What is F(x) then, and what is left of y?",
    ask_zh="这时 F(x) 是多少？y 还剩什么？",
)
def _(answer):
    x, W1, W2 = _drawn(np.random.default_rng(3), 4, 3, 6)
    return Evidence(given={"x": x, "W2": 0 * W2}, expected=x, got=answer(x.copy(), W1, 0 * W2))


def _outcome(answer, *given):
    """The name of the error that a call raises, or the shape that it returns instead."""
    try:
        return str(np.shape(answer(*given)))
    except (ValueError, TypeError, AssertionError, IndexError, RuntimeError) as error:
        if isinstance(error, NotImplementedError):
            raise
        return type(error).__name__


_WIDTHS = {"3 → 5": (3, 5, None), "1 → 5": (1, 5, None), "5 → 1": (5, 1, None), "proj": (3, 5, 1)}


@res_block.property(
    en="where shortcut and branch differ in shape it raises a ValueError, and never broadcasts",
    zh="捷径和分支形状不同时抛 ValueError，绝不广播",
    ask_en="What does NumPy make of (4, 1) + (4, 5)?",
    ask_zh="NumPy 会怎样计算 (4, 1) + (4, 5)？",
)
def _(answer):
    got = {}
    for name, (width, out, through) in _WIDTHS.items():
        for order in ("pre", "post"):
            rng = np.random.default_rng(4)
            proj = normal(rng, width, through) if through else None
            given = normal(rng, 4, width), normal(rng, width, 6), normal(rng, 6, out)
            got[f"{name}, {order}"] = _outcome(answer, *given, proj, order)
    return Evidence(
        given=Text("x has 4 rows; widths are written in → out", "x 有 4 行；宽度写作 输入 → 输出"),
        expected=dict.fromkeys(got, "ValueError"),
        got=got,
        names_zh={name: name for name in got},
    )


@res_block.fresh(en="a fresh block", zh="新的一个块")
def _(rng):
    return *_drawn(rng, 6, 4, 5, 3), str(rng.choice(["pre", "post"]))


res_block.trap(
    candidate,
    en="The ReLU also stands on the shortcut: x was overwritten, so what is added is relu(x). "
    "Negative entries are lost for good, and the path is no longer the identity.",
    zh="ReLU 也落到了捷径上：x 被覆盖了，加上去的是 relu(x)。负的分量就此丢失，"
    "这条路不再是恒等映射。",
    ask_en="Let F(x) = 0 and x = −2. What must come out?",
    ask_zh="设 F(x) = 0、x = −2，应该输出什么？",
)
res_block.trap(
    _block(end=lambda s, F, order: F if order == "pre" else relu(F)),
    en="The shortcut is missing: this is F(x), a plain pair of layers.",
    zh="漏了捷径：这只是 F(x)，普通的两层。",
)
res_block.trap(
    _block(order_of=lambda order: "post"),
    en="This is the post-activation block whatever `order` says. There the ReLU after the sum "
    "stands on the way of every block behind it; in the pre-activation block it stands in the "
    "branch.",
    zh="不管 `order` 是什么，算的都是后激活。那里相加之后的 ReLU 挡在后面每个块的路上；"
    "预激活把它放到分支开头。",
)
res_block.trap(
    _block(order_of=lambda order: "pre"),
    en="`order` is ignored: this is always the pre-activation block.",
    zh="没有理会 `order`：算的总是预激活。",
)
res_block.trap(
    _block(end=lambda s, F, order: s + relu(F)),
    en="The ReLU is on F before the addition. Then the branch can only add, and x can only grow.",
    zh="ReLU 加在了 F 上、在相加之前。这样分支只能加不能减，x 只会越来越大。",
    ask_en="Which sign can F(x) have in your block?",
    ask_zh="在你的块里，F(x) 可能是什么符号？",
)
res_block.trap(
    _block(end=lambda s, F, order: (s + F) / 2 if order == "pre" else relu((s + F) / 2)),
    en="Half of each: the shortcut is scaled as well. After L blocks the identity path carries "
    "2⁻ᴸ.",
    zh="两边各取一半，捷径也被缩小了。过 L 个块，恒等通路只剩 2⁻ᴸ。",
)
res_block.trap(
    _block(end=lambda s, F, order: relu(s + F)),
    en="A ReLU is left after the addition. It belongs to the post-activation block; with order "
    "“pre” the sum goes on as it is.",
    zh="相加之后多了一个 ReLU。那是后激活的写法；order 为 “pre” 时，和要原样往下传。",
)
res_block.trap(
    _block(shortcut=lambda x, proj, order: x),
    en="The projection is never used. Where one is given, the shortcut is x @ proj.",
    zh="投影没有用上。给了投影，捷径就是 x @ proj。",
)
res_block.trap(
    _block(
        shortcut=lambda x, proj, order: (
            x if proj is None else (relu(x) if order == "pre" else x) @ proj
        )
    ),
    en="The projection is fed relu(x). Some pre-activation code does that; here the shortcut takes "
    "x itself, so that it stays linear.",
    zh="送进投影的是 relu(x)。有些预激活的实现这样写；这里的捷径用 x 本身，保持线性。",
)
res_block.trap(
    _block(
        shortcut=lambda x, proj, order: x if proj is None or len(proj) == len(proj.T) else x @ proj
    ),
    en="A square projection is skipped. The caller decides: where one is given it is applied.",
    zh="方阵投影被跳过了。用不用由调用者决定：给了就要乘。",
)
res_block.trap(
    _block(checked=False),
    en="A column of width 1 is added to every column of the other array: NumPy broadcasts and says "
    "nothing. Compare the two shapes before you add.",
    zh="宽度为 1 的那一列被加到了另一个数组的每一列上：NumPy 默默广播了。相加之前先比较两个形状。",
)
res_block.trap(
    _padded,
    en="Missing columns are filled with zeros, or surplus ones cut off. Padding is He et al.'s "
    "option A, a choice of its own; here the caller gets an error.",
    zh="缺的列补了零，多的列截掉了。补零是 He 等人的方案 A，要另外声明；这里应当报错。",
)
res_block.trap(
    _block(branch=lambda x, W1, W2, order: relu(x @ W1) @ W2),
    en="With order “pre” the branch lacks its first ReLU: dropping the last one of the original "
    "block is not enough, it moves to the branch's beginning.",
    zh="order 为 “pre” 时分支少了开头的 ReLU：不是把原版末尾的 ReLU 删掉，而是移到分支的开头。",
)


# ---- res_block_backward ------------------------------------------------------------------------


def _slope(loss, theta, h=1e-20):
    """∂loss/∂theta, element by element, by the complex step."""
    slope = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        moved = theta.astype(complex)
        moved[index] += 1j * h
        slope[index] = loss(moved).imag / h
    return slope


def _res_block_backward(dy, x, W1, W2):
    def loss(x, W1, W2):
        return (dy * _res_block(x, W1, W2)).sum()

    return (
        _slope(lambda v: loss(v, W1, W2), x),
        _slope(lambda v: loss(x, v, W2), W1),
        _slope(lambda v: loss(x, W1, v), W2),
    )


def _backward(
    join=lambda dy, branch, on: dy + branch * on,
    into=lambda x: relu(x),
    out=lambda z: relu(z),
    mask=lambda z: z > 0,
    hidden=lambda z: z > 0,
    back=lambda d, W: d @ W.T,
    scale=lambda dy: 1.0,
):
    """The backward pass with one line exchanged."""

    def res_block_backward(dy, x, W1, W2):
        z = relu(x) @ W1
        dz = back(dy, W2) * hidden(z)
        share = scale(dy)
        dW1, dW2 = into(x).T @ dz * share, out(z).T @ dy * share
        return join(dy, back(dz, W1), mask(x)), dW1, dW2

    return res_block_backward


res_block_backward = Check(_res_block_backward, returns=("dx", "dW1", "dW2"))
_DY = np.array([[1.0, 3.0], [2.0, -1.0], [-1.0, 1.0]])
_ROWS = np.array([[2.0, 1.0], [1.0, -2.0], [-1.0, 3.0]])
_V1, _V2 = np.array([[1.0, -1.0], [0.5, 2.0]]), np.array([[1.0, 2.0], [-3.0, 0.5]])
res_block_backward.case(
    _DY,
    _ROWS,
    _V1,
    _V2,
    en="each gradient is the slope of Σ dy·y",
    zh="每个梯度都是 Σ dy·y 的斜率",
)


def _gradient_task(rng, batch, width, hidden):
    """No hidden sum cancels: 0 in one order of adding is 1e-17 in another, and ReLU's slope 1."""
    while True:
        dy, (x, W1, W2) = normal(rng, batch, width), _drawn(rng, batch, width, hidden)
        fed = relu(x).any(axis=1, keepdims=True)
        if np.all((np.abs(relu(x) @ W1) > 1e-6) | ~fed):
            return dy, x, W1, W2


res_block_backward.case(
    *_gradient_task(np.random.default_rng(5), 6, 4, 3),
    en="a batch of 6, width 4, three hidden units",
    zh="batch 为 6，宽度 4，隐藏单元 3 个",
)


@res_block_backward.property(
    en="with a last layer of zeros the gradient passes unchanged: dx = dy",
    zh="最后一层全为零时，梯度原样通过：dx = dy",
)
def _(answer):
    dy, x, W1, W2 = _gradient_task(np.random.default_rng(6), 4, 5, 3)
    got = answer(dy.copy(), x, W1, 0 * W2)[0]
    return Evidence(given={"dy": dy, "W2": 0 * W2}, expected=dy, got=got)


@res_block_backward.property(
    en="the Jacobian is I + J_F: row k of dx, for dy = row k of I",
    zh="雅可比是 I + J_F：dy 取 I 的第 k 行，dx 就是它的第 k 行",
    ask_en="What does dx hold if W2 is zero? What is added to it otherwise?",
    ask_zh="W2 为零时 dx 是什么？不为零时又加上了什么？",
)
def _(answer):
    _, x, W1, W2 = _gradient_task(np.random.default_rng(7), 1, 4, 6)
    rows = np.tile(x, (4, 1))
    branch = _res_block_backward(np.eye(4), rows, W1, W2)[0] - np.eye(4)
    return Evidence(
        given={"x": x, "dy": np.eye(4)},
        expected=np.eye(4) + branch,
        got=answer(np.eye(4), rows, W1, W2)[0],
    )


res_block_backward.case(
    np.array([[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]]),
    np.array([[0.0, 0.0, 0.0], [1.0, 0.0, -2.0]]),
    np.array([[0.0, 1.0], [2.0, -1.0], [1.0, 1.0]]),
    np.array([[1.0, 0.5, -1.0], [2.0, 1.0, 3.0]]),
    en="the derivative of ReLU at 0 is 0",
    zh="ReLU 在 0 处的导数取 0",
)


@res_block_backward.fresh(en="a fresh block and gradient", zh="新的块和梯度")
def _(rng):
    return _gradient_task(rng, 5, 3, 7)


res_block_backward.trap(
    _backward(join=lambda dy, branch, on: branch * on),
    en="dx is the branch's part alone. y = x + F(x), so dy reaches x a second way, through the "
    "shortcut, unchanged.",
    zh="dx 只有分支那一份。y = x + F(x)，dy 还会从捷径原样传给 x。",
    ask_en="Along how many paths does x reach y?",
    ask_zh="x 到 y 有几条路？",
)
res_block_backward.trap(
    _backward(join=lambda dy, branch, on: (dy + branch) * on),
    en="The ReLU's mask is on both paths. The ReLU stands inside the branch; the shortcut has "
    "none.",
    zh="ReLU 的掩码乘到了两条路上。ReLU 在分支里，捷径上没有。",
)
res_block_backward.trap(
    _backward(mask=lambda x: 1.0),
    en="The branch begins with relu(x): its gradient stops where x ≤ 0. That mask is missing.",
    zh="分支以 relu(x) 开头：x ≤ 0 处它的梯度为 0。漏了这个掩码。",
)
res_block_backward.trap(
    _backward(hidden=lambda z: 1.0),
    en="The gradient passes hidden units that were off. Multiply by 1 where relu(x) @ W1 > 0.",
    zh="梯度穿过了没有激活的隐藏单元。只在 relu(x) @ W1 > 0 处放行。",
)
res_block_backward.trap(
    _backward(into=lambda x: x),
    en="W1 never saw x: in the pre-activation block its input is relu(x).",
    zh="W1 的输入不是 x：预激活的块里它接收的是 relu(x)。",
)
res_block_backward.trap(
    _backward(out=lambda z: z),
    en="W2's input is relu(z), not z: units that were off contributed nothing.",
    zh="W2 的输入是 relu(z)，不是 z：没激活的单元没有贡献。",
)
res_block_backward.trap(
    _backward(join=lambda dy, branch, on: dy * (1 + branch * on)),
    en="“1 + ∂F/∂x” is read element by element. It stands for I + J_F, a matrix: dx = dy + dy·J_F, "
    "and the backward pass through the branch already is dy·J_F.",
    zh="把 “1 + ∂F/∂x” 当成了逐元素相乘。它指矩阵 I + J_F：dx = dy + dy·J_F，"
    "沿分支反传得到的已经是 dy·J_F。",
)
res_block_backward.trap(
    _backward(back=lambda d, W: d @ W if W.shape[0] == W.shape[1] else d @ W.T),
    en="Forward multiplies by W, so the gradient goes back through W.T. A square W hides it.",
    zh="前向右乘 W，梯度就要乘 W.T 传回去。W 是方阵时看不出来。",
)
res_block_backward.trap(
    _backward(mask=lambda x: x >= 0, hidden=lambda z: z >= 0),
    en="With ≥ a unit at exactly 0 passes the gradient. The question takes 0 as the slope there.",
    zh="用了 ≥，正好在 0 处的单元会放行梯度。题目规定那里的导数取 0。",
)
res_block_backward.trap(
    _backward(scale=lambda dy: 1 / len(dy)),
    en="dW1 and dW2 are divided by the batch size. dy is the gradient of the whole batch's loss: "
    "sum over the rows.",
    zh="dW1、dW2 除以了 batch 大小。dy 是整个 batch 的损失的梯度：沿各行求和即可。",
)


# ---- project -----------------------------------------------------------------------------------


def _project(x, K, stride):
    """Pixel by pixel."""
    rows, columns = (range(0, n, stride) for n in x.shape[1:3])
    y = np.empty((len(x), len(rows), len(columns), K.shape[1]))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            y[:, i, j] = np.einsum("nc,co->no", x[:, row, column], K)
    return y


project = Check(_project)
_IMAGE = np.arange(1.0, 10.0).reshape(1, 3, 3, 1) * np.array([1.0, 10.0])
project.case(
    _IMAGE,
    np.array([[1.0, 0.0, 3.0], [2.0, -1.0, 0.0]]),
    2,
    en="pixels 0, 2, … along both axes, each mapped by K",
    zh="两个轴都取第 0、2、…… 个像素，每个像素乘 K",
)
project.case(
    normal(np.random.default_rng(8), 2, 7, 6, 3),
    normal(np.random.default_rng(9), 3, 5),
    3,
    en="7×6 pixels at stride 3 become 3×2; 3 channels become 5",
    zh="7×6 像素、步幅 3，得到 3×2；3 个通道变成 5 个",
)
project.case(
    normal(np.random.default_rng(10), 2, 3, 4, 2),
    normal(np.random.default_rng(11), 2, 3),
    1,
    en="stride 1 keeps every pixel",
    zh="步幅 1 保留所有像素",
)


@project.fresh(en="fresh images", zh="新的图像")
def _(rng):
    return normal(rng, 2, 8, 5, 4), normal(rng, 4, 3), int(rng.integers(2, 4))


def _pooled(x, K, stride):
    n, h, w, c = x.shape
    x = np.pad(x, ((0, 0), (0, -h % stride), (0, -w % stride), (0, 0)), constant_values=np.nan)
    x = x.reshape(n, x.shape[1] // stride, stride, -1, stride, c)
    return np.nanmean(x, axis=(2, 4)) @ K


project.trap(
    lambda x, K, stride: x @ K,
    en="The stride is ignored: every pixel is kept, and the result does not fit the branch.",
    zh="没有理会步幅：像素一个没少，结果和分支的形状对不上。",
)
project.trap(
    lambda x, K, stride: x[:, ::stride] @ K,
    en="Only the rows are thinned. The stride holds for height and width, axes 1 and 2; axis 0 is "
    "the batch.",
    zh="只在高度上隔着取。步幅对高和宽都有效，即第 1、2 轴；第 0 轴是 batch。",
)
project.trap(
    _pooled,
    en="This averages each patch. A 1×1 convolution sees one pixel; with a stride the others are "
    "skipped. (Pooling first is a later variant.)",
    zh="这里对每一小块取了平均。1×1 卷积只看一个像素，有步幅时其余的直接跳过。"
    "（先池化是后来的变体。）",
)
project.trap(
    lambda x, K, stride: x[:, stride - 1 :: stride, stride - 1 :: stride] @ K,
    en="The first pixel taken is not number 0. The first window of a convolution starts there.",
    zh="第一个取的不是第 0 个像素。卷积的第一个窗口从 0 开始。",
)
project.trap(
    lambda x, K, stride: (
        x[:, : x.shape[1] // stride * stride : stride, : x.shape[2] // stride * stride : stride] @ K
    ),
    en="A last, incomplete step is dropped. A window of one pixel always fits: ⌈H / stride⌉ rows.",
    zh="末尾不满一步的被丢掉了。1×1 的窗口总放得下：应有 ⌈H / stride⌉ 行。",
    ask_en="H = 7, stride 3: which rows does a window of one pixel visit?",
    ask_zh="H = 7、步幅 3：一个像素的窗口会落在哪几行？",
)
project.trap(
    lambda x, K, stride: relu(x[:, ::stride, ::stride] @ K),
    en="A ReLU on the projection. The shortcut stays linear; negative values go through.",
    zh="投影上加了 ReLU。捷径保持线性，负值要能通过。",
)


# ---- projection_weights ------------------------------------------------------------------------


def _projection_weights(channels, blocks):
    """Compare the shapes that go in and come out, on an image large enough for any stride."""
    shape, weights = (2**60, channels), []
    for filters, stride in blocks:
        before, shape = shape, (shape[0] // stride, filters)
        weights.append(before[1] * filters if shape != before else 0)
    return weights


def _counted(needed, size=lambda c, f: c * f, running=True):
    """The count with another rule of when, another size, or with the first width throughout."""

    def projection_weights(channels, blocks):
        weights = []
        for number, (filters, stride) in enumerate(blocks, 1):
            same = filters == channels
            weights.append(size(channels, filters) if needed(number, same, stride) else 0)
            channels = filters if running else channels
        return weights

    return projection_weights


def _changes(number, same, stride):
    return not same or stride != 1


projection_weights = Check(_projection_weights, rtol=0.0, atol=0.0)
projection_weights.case(
    2,
    [(2, 1), (2, 1), (3, 2), (3, 1), (3, 2), (5, 1), (5, 1)],
    en="a projection where the channels or the size change, and nowhere else",
    zh="通道数或尺寸变了才投影，别处都不用",
)
projection_weights.case(
    3,
    [(3, 1), (3, 3), (2, 1), (2, 4)],
    en="strides of 3 and 4; a block that narrows",
    zh="步幅为 3、4；还有一个通道变少的块",
)
projection_weights.case(
    64,
    [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)],
    en="ResNet-18",
    zh="ResNet-18",
)
projection_weights.case(
    64,
    [(256, 1), (256, 1), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1)],
    en="the first seven blocks of ResNet-50: the first widens without a stride",
    zh="ResNet-50 的前七个块：第一个只加宽，步幅为 1",
)


@projection_weights.fresh(en="a fresh list of blocks", zh="新的一列块")
def _(rng):
    pairs = [(int(rng.choice([4, 6, 9])), int(rng.choice([1, 1, 2, 3]))) for _ in range(12)]
    return 6, pairs


projection_weights.trap(
    _counted(lambda number, same, stride: number % 2 == 0),
    en="Every second block has a projection. There is no rule of odd and even: shapes decide. The "
    "shortcut is the identity wherever input and output agree.",
    zh="每隔一个块就投影一次。没有什么奇数、偶数的规则，只看形状：输入输出形状相同，"
    "捷径就是恒等映射。",
    ask_en="What would the projection of a block with equal shapes be needed for?",
    ask_zh="输入输出形状相同的块，投影是为了解决什么问题？",
)
projection_weights.trap(
    _counted(lambda number, same, stride: not same),
    en="Only the channels are compared. A stride changes height and width: x no longer fits, even "
    "with as many channels.",
    zh="只比较了通道数。步幅会改变高和宽：通道数相同，x 也加不上去。",
)
projection_weights.trap(
    _counted(lambda number, same, stride: stride != 1),
    en="Only the stride is looked at. A block that widens at stride 1 needs a projection too.",
    zh="只看了步幅。步幅为 1 但通道变多的块也要投影。",
)
projection_weights.trap(
    _counted(lambda number, same, stride: True),
    en="Every block projects: He et al.'s option C. It costs weights and gives up the identity "
    "path; here a block with equal shapes has no projection.",
    zh="每个块都投影，那是 He 等人的方案 C：多花参数，还丢了恒等通路。这里形状相同的块不投影。",
)
projection_weights.trap(
    _counted(lambda number, same, stride: not same and stride != 1),
    en="Either change is enough: channels or stride. This asks for both.",
    zh="通道和步幅变一个就要投影，这里要求两个都变。",
)
projection_weights.trap(
    _counted(_changes, size=lambda c, f: 9 * c * f),
    en="This counts 3×3 kernels. The projection is 1×1: it only has to match shapes.",
    zh="按 3×3 的核算了。投影用 1×1：它只负责把形状对上。",
)
projection_weights.trap(
    _counted(_changes, running=False),
    en="Each block is compared with the first width. A block's input is the output of the one "
    "before.",
    zh="每个块都在和最初的通道数比。块的输入是前一个块的输出。",
)
projection_weights.trap(
    _counted(_changes, size=lambda c, f: (c + 1) * f),
    en="Biases are counted. The question asks for weights: batch normalization behind a projection "
    "makes its bias useless.",
    zh="把偏置也算上了。题目只数权重：投影后面接批归一化，偏置就没有用。",
)


# ---- on paper ----------------------------------------------------------------------------------

growth = Estimate(2.0**12, unit="times", unit_zh="倍", rtol=0.02)
growth.trap(
    2.0**24,
    en="This is the growth of the variance. The standard deviation grows by its root.",
    zh="这是方差的倍数，标准差要开根号。",
)
growth.trap(
    1.0,
    en="1 holds for the branch alone: He's initialisation keeps its variance. The block adds the "
    "shortcut's variance to it.",
    zh="1 只对分支成立：He 初始化让它方差不变。块还要加上捷径的那一份。",
)
growth.trap(
    25.0,
    en="Variances do not add up block by block: each branch's variance equals that of its own "
    "input, which has already grown. It doubles each time.",
    zh="方差不是每块加一份：分支的方差等于它自己输入的方差，而输入已经变大了，所以每次翻倍。",
)
growth.trap(
    5.0,
    en="√25 takes the branch's variance for a constant. It equals that of its input, so each block "
    "doubles it.",
    zh="√25 是把分支的方差当成常数了。它等于输入的方差，所以每块翻倍。",
)

resnet50_projections = Estimate(4, unit="blocks", unit_zh="个块", rtol=0.01)
resnet50_projections.trap(
    3,
    en="Three stages begin with a stride. The first stage widens from 64 to 256 without one, and "
    "needs a projection all the same.",
    zh="带步幅开头的有三个阶段。第一个阶段没有步幅，但从 64 加宽到 256，同样要投影。",
)
resnet50_projections.trap(
    8,
    en="This is every second block. Shapes decide, not the parity of a number.",
    zh="这是每两个块投影一次。看的是形状，不是奇偶。",
)
resnet50_projections.trap(
    16,
    en="That is option C, a projection in each block. ResNet-50 takes option B.",
    zh="那是每块都投影的方案 C。ResNet-50 用的是方案 B。",
)

paths = Estimate(2**24, unit="paths", unit_zh="条", rtol=0.001)
paths.trap(
    48,
    en="Two ways in each block multiply from block to block, they do not add.",
    zh="每块两条路，块与块之间是相乘，不是相加。",
)
paths.trap(
    25,
    en="These are the possible lengths, 0 to 24 branches. Count the paths: two ways in each block.",
    zh="这是可能的长度，经过 0 到 24 个分支。要数的是路径：每块两种走法。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="A residual block computes y = F(x) + x, so its layers learn the difference from the "
    "identity.",
    zh="残差块算的是 y = F(x) + x，块里的层学的是与恒等映射的差。",
)
flaws.false(
    en="There are two types: an identity connection when the number of layers is odd, a shortcut "
    "through convolutions when it is even.",
    zh="残差连接分两种：层数为奇数时是恒等连接，层数为偶数时捷径要经过卷积。",
    because_en="There is no such rule. The shortcut is the identity where shapes agree; a 1×1 "
    "projection stands where channels or stride change them.",
    because_zh="没有这条规则。形状相同就是恒等捷径；通道数或步幅改变了形状，才用 1×1 投影。",
    source="He et al. 2015, §3.2, §3.3",
)
flaws.true(
    en="An identity shortcut has no parameters.",
    zh="恒等捷径没有参数。",
)
flaws.false(
    en="Residual networks were needed because very deep plain networks overfit.",
    zh="之所以要用残差网络，是因为很深的普通网络会过拟合。",
    because_en="The deeper plain network has the higher training error too. That is degradation, a "
    "difficulty of optimization.",
    because_zh="更深的普通网络连训练误差都更高。这叫退化，是优化上的困难。",
    source="He et al. 2015, §1, Fig. 1",
)
flaws.false(
    en="The ResNet paper shows that plain 34-layer networks fail because their gradients vanish.",
    zh="ResNet 论文证明了 34 层普通网络训不好是因为梯度消失。",
    because_en="It says the opposite: with batch normalization the gradients had healthy norms, "
    "and vanishing gradients are an unlikely cause.",
    because_zh="论文说的正相反：用了批归一化，梯度的范数正常，原因不太可能是梯度消失。",
    source="He et al. 2015, §4.1",
)
flaws.true(
    en="If the last layer of the branch starts at zero, every block starts as the identity and "
    "hands the gradient on unchanged.",
    zh="分支的最后一层初始化为零，每个块一开始就是恒等映射，梯度原样往前传。",
)
flaws.false(
    en="I need not check shapes before the addition: a mismatch always raises an error.",
    zh="相加前不用检查形状，对不上肯定会报错。",
    because_en="An axis of length 1 broadcasts: (B, 1) + (B, 5) is (B, 5), and nobody is told.",
    because_zh="长度为 1 的轴会广播：(B, 1) + (B, 5) 得 (B, 5)，不会有任何提示。",
    source="NumPy user guide, Broadcasting",
)
flaws.false(
    en="With shortcuts the gradient cannot explode, because every block's Jacobian contains the "
    "identity.",
    zh="有了捷径，梯度就不会爆炸，因为每个块的雅可比里都有单位矩阵。",
    because_en="I + J_F can stretch. With He's initialisation and no normalization each block "
    "about doubles the variance: the figure shows it.",
    because_zh="I + J_F 照样可以放大。用 He 初始化、不做归一化，每个块约让方差翻倍，图里看得到。",
    source="Zhang et al. 2019, §2; measured in this lesson",
    source_zh="Zhang et al. 2019, §2；本课实测",
)

say = Say(
    model_en="""
A residual block computes y = x + F(x): its layers learn the difference from the identity.
It was proposed against degradation: deeper plain networks had a higher training error, so it is not
overfitting.
If extra layers are useless, F only has to go to zero, which is easy; a plain layer would have to
learn the identity.
Backward, the Jacobian of a block is I plus J_F, so part of the gradient reaches every block
unchanged.
The shortcut is the identity wherever shapes agree; when the channels or the stride change, a 1×1
projection with that stride matches them.
Pre-activation moves the ReLU into the branch, so that nothing stands on the shortcut; in the
original block a ReLU follows the addition.
A shortcut alone can still explode, so start the last layer of each branch at zero, or normalize.
""",
    model_zh="""
残差块算的是 y = x + F(x)，块里的层只学与恒等映射的差。
它针对的是退化：更深的普通网络训练误差更高，所以不是过拟合。
多出来的层如果没用，只要把 F 压到零就行，很容易；普通的层却得自己学出恒等映射。
反向时一个块的雅可比是 I 加 J_F，总有一份梯度原样传到每个块。
形状相同就用恒等捷径；通道数或步幅改变时，用同样步幅的 1×1 投影把形状对上。
预激活把 ReLU 移进分支，捷径上什么都没有；原版在相加之后还有一个 ReLU。
光有捷径也可能爆炸，所以分支最后一层从零开始，或者做归一化。
""",
)
say.point(
    en="y = x + F(x): learn the difference from the identity",
    zh="y = x + F(x)：学与恒等映射的差",
    found_en=[
        r"\bx\s*\+\s*F|F\s*(\(x\))?\s*\+\s*x",
        r"(difference|deviation) (from|to) the identity",
        r"adds? (the|its) input",
    ],
    found_zh=[r"x\s*\+\s*F|F\s*(\(x\))?\s*\+\s*x", r"恒等映射的(差|残差)", r"加上(自己的)?输入"],
)
say.point(
    en="degradation: a higher training error, so no overfitting",
    zh="退化：训练误差更高，不是过拟合",
    found_en=[r"degrad", r"(higher|worse|larger) training (error|loss)"],
    found_zh=[r"退化", r"训练(误差|损失|错误率)(反$|.{0,6}(更高|更大|更差|变高|变大))"],
)
say.point(
    en="the identity is easy: F goes to zero",
    zh="恒等映射很容易：F 趋于零",
    found_en=[
        r"\bF\b.{0,25}(zero|\b0\b)",
        r"(identity|nothing).{0,25}(easy|easier)",
        r"(easy|easier).{0,25}identity",
    ],
    found_zh=[r"F.{0,10}(零|0)", r"恒等.{0,10}容易", r"容易.{0,10}恒等"],
)
say.point(
    en="Jacobian I + J_F: part of the gradient passes unchanged",
    zh="雅可比 I + J_F：一份梯度原样通过",
    found_en=[
        r"\bI\b\s*(\+|plus)",
        r"\b(1|one) (\+|plus)",
        r"gradient.{0,40}(unchanged|undiminished|directly|straight|shortcut)",
    ],
    found_zh=[r"\bI\s*(\+|加)", r"1\s*(\+|加)", r"梯度.{0,14}(原样|直接|捷径|无衰减)"],
)
say.point(
    en="a projection only where the shape changes",
    zh="形状变了才投影",
    found_en=[
        r"project",
        r"1\s*[×x]\s*1",
    ],
    found_zh=[r"投影", r"1\s*[×x]\s*1"],
)
say.point(
    en="pre-activation keeps the shortcut free",
    zh="预激活让捷径畅通",
    found_en=[r"pre.?activ", r"(nothing|no relu).{0,20}(shortcut|skip|path)"],
    found_zh=[r"预激活", r"捷径上.{0,6}(什么都没有|没有 ReLU)"],
)
say.point(
    en="start the branch at zero, or normalize",
    zh="分支从零开始，或者做归一化",
    found_en=[
        r"(last|final) (layer|BN|weight|gamma|γ).{0,30}(zero|\b0\b)",
        r"zero.{0,8}init",
        r"normaliz|normalis|batch ?norm",
    ],
    found_zh=[r"最后一层.{0,10}(零|0)", r"零初始化", r"归一化"],
)
