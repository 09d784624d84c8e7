"""Adversarial examples: the fast gradient sign, projected steps, adversarial training, an audit.

The references go pixel by pixel and curve by curve; the slopes that they are handed come from toy
losses, so that nothing is trained here.
"""

from itertools import pairwise

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- losses whose slope is known ---------------------------------------------------------------


def _fixed(x, y):
    """(x, y) → [[3, −0.2, 0, 5, −1]]"""
    return np.array([[3.0, -0.2, 0.0, 5.0, -1.0]])


def _of_label(x, y):
    """(2·y − 1)·(x − 0.35)"""
    return (2.0 * np.asarray(y)[:, None] - 1) * (np.asarray(x) - 0.35)


def _bent(x, y):
    """[[0.55 − x₀, 0.55 − x₁, 1, 1]]"""
    slope = np.ones_like(np.asarray(x, float))
    slope[:, :2] = 0.55 - np.asarray(x)[:, :2]
    return slope


def _network(rng, d=5, classes=3):
    """The input slope of a random network with one hidden layer."""
    W, V = rng.normal(size=(d, 8)) * 2, rng.normal(size=(8, classes))

    def grad(x, y):
        """∇ₓ cross_entropy(softmax(tanh((x − ½)W)V), y)"""
        h = np.tanh((np.asarray(x, float) - 0.5) @ W)
        p = np.exp(h @ V)
        p /= p.sum(axis=1, keepdims=True)
        return ((p - np.eye(classes)[np.asarray(y)]) @ V.T * (1 - h**2)) @ W.T

    return grad


def _batch(rng, n=4, d=5, classes=3):
    return rng.uniform(size=(n, d)), rng.integers(classes, size=n)


# ---- fgsm --------------------------------------------------------------------------------------


def _fgsm(grad, x, y, eps):
    """Pixel by pixel: up, down or stay, and never out of [0, 1]."""
    moved = np.array(x, dtype=float)
    for place, slope in np.ndenumerate(grad(x, y)):
        up = int(slope > 0) - int(slope < 0)
        moved[place] = min(max(moved[place] + up * eps, 0.0), 1.0)
    return moved


fgsm = Check(_fgsm)
fgsm.case(
    _fixed,
    np.array([[0.5, 0.5, 0.5, 0.95, 0.05]]),
    np.array([1]),
    0.1,
    en="every pixel moves by eps the way the loss rises, and stays a pixel",
    zh="每个像素朝损失上升的方向移动 eps，并且仍是合法的像素",
)
fgsm.case(
    _of_label,
    np.array([[0.2, 0.5, 0.9], [0.2, 0.5, 0.9]]),
    np.array([0, 1]),
    0.03,
    en="the same image with two labels moves in opposite directions",
    zh="同一张图配两个标签，移动方向相反",
)
fgsm.case(
    _of_label,
    np.array([[0.25, 0.75]]),
    np.array([1]),
    1.0,
    en="with eps = 1 every pixel reaches 0 or 1",
    zh="eps = 1 时每个像素都到 0 或 1",
)


@fgsm.fresh(en="a fresh network and batch", zh="新的网络和批")
def _(rng):
    return (_network(rng), *_batch(rng), float(rng.uniform(0.02, 0.3)))


fgsm.trap(
    lambda grad, x, y, eps: x + eps * np.sign(grad(x, y)),
    en="0.95 became 1.05: no image holds that value, and the model never sees it. Clip to [0, 1].",
    zh="0.95 变成了 1.05：图像里没有这种值，模型也不会见到。要裁剪到 [0, 1]。",
)
fgsm.trap(
    lambda grad, x, y, eps: np.clip(x - eps * np.sign(grad(x, y)), 0, 1),
    en="This walks down the loss and makes the example easier. An attack climbs.",
    zh="这是沿着损失往下走，样本反而更容易了。攻击要让损失上升。",
    ask_en="Which sign does training use, and what does the attacker want instead?",
    ask_zh="训练用的是哪个符号？攻击者想要的又是什么？",
)
fgsm.trap(
    lambda grad, x, y, eps: np.clip(x + eps * grad(x, y), 0, 1),
    en="The slope itself is added, so a pixel moves by eps × slope: above the budget here, next to "
    "nothing there. Only its sign counts.",
    zh="加上的是梯度本身，每个像素移动 eps × 梯度：有的超出预算，有的几乎不动。只取符号。",
)
fgsm.trap(
    lambda grad, x, y, eps: np.clip(x + eps * grad(x, y) / np.linalg.norm(grad(x, y)), 0, 1),
    en="A step of Euclidean length eps. Under a bound on each pixel every one may use all of eps.",
    zh="这一步的欧氏长度是 eps。约束是逐像素的，每个像素都可以用满 eps。",
)
fgsm.trap(
    lambda grad, x, y, eps: np.clip(x + eps * grad(x, y) / np.abs(grad(x, y)).max(), 0, 1),
    en="Only the pixel with the steepest slope uses all of eps. For a linear loss the others are "
    "worth as much per unit of slope: take the sign.",
    zh="只有梯度最大的那个像素用满了 eps。约束是逐像素的，其余的也该用满：取符号。",
)
fgsm.trap(
    lambda grad, x, y, eps: np.clip(x + eps / 255 * np.sign(grad(x, y)), 0, 1),
    en="eps is on the scale of x already, 0 to 1. Divided by 255 the attack is nearly no attack.",
    zh="eps 和 x 同尺度，都在 0 到 1 之间。再除以 255，就几乎没有攻击了。",
)
fgsm.trap(
    lambda grad, x, y, eps: eps * np.sign(grad(x, y)),
    en="This is the perturbation alone. Return the image it makes.",
    zh="这只是扰动本身。要返回加上扰动之后的图像。",
)


# ---- pgd ---------------------------------------------------------------------------------------


def _pgd(grad, x, y, eps, steps, alpha, start=None):
    """Pixel by pixel: a step, back into the box around x, back into [0, 1]."""
    now = np.array(x if start is None else start, dtype=float)
    for _ in range(steps):
        slope = grad(now, y)
        for place, origin in np.ndenumerate(x):
            up = int(slope[place] > 0) - int(slope[place] < 0)
            low, high = max(origin - eps, 0.0), min(origin + eps, 1.0)
            now[place] = min(max(now[place] + alpha * up, low), high)
    return now


_FOUR, _ONE = np.array([[0.4, 0.5, 0.97, 0.2]]), np.array([0])

pgd = Check(_pgd)
pgd.case(
    _bent,
    _FOUR,
    _ONE,
    0.1,
    3,
    0.08,
    en="three steps, after each of them back within eps of x and into [0, 1]",
    zh="走三步，每步之后都回到 x 的 eps 范围内和 [0, 1] 内",
    ask_en="0.4, 0.5 and 0.97 end at 0.5, 0.58 and 1. Follow each of them by hand.",
    ask_zh="0.4、0.5、0.97 最后是 0.5、0.58、1。逐个手算一遍。",
)
pgd.case(
    _bent,
    _FOUR,
    _ONE,
    0.1,
    2,
    0.03,
    start=_FOUR + np.array([[-0.1, 0.07, 0.01, 0.09]]),
    en="from another start, with the budget still around x",
    zh="换一个起点，约束范围仍以 x 为中心",
)
pgd.case(
    _bent,
    _FOUR,
    _ONE,
    0.1,
    0,
    0.08,
    en="no step changes nothing",
    zh="一步不走就不变",
)
pgd.case(
    _of_label,
    np.array([[0.3, 0.02], [0.3, 0.98], [0.6, 0.5]]),
    np.array([1, 0, 1]),
    0.05,
    1,
    0.05,
    en="one step with alpha = eps is FGSM",
    zh="alpha = eps 走一步就是 FGSM",
)
pgd.case(
    _fixed,
    np.array([[0.5, 0.5, 0.5, 0.9, 0.1]]),
    _ONE,
    0.2,
    2,
    0.05,
    en="a pixel without slope stays",
    zh="梯度为 0 的像素不动",
)


@pgd.fresh(en="a fresh network and batch", zh="新的网络和批")
def _(rng):
    return (_network(rng), *_batch(rng), float(rng.uniform(0.1, 0.3)), 7, 0.06)


def _steps(
    direction=lambda slope, z, x: np.sign(slope),
    inside=lambda z, x, eps: np.clip(z, x - eps, x + eps),
    pixels=lambda z: np.clip(z, 0, 1),
    at=lambda z, x: z,
    size=lambda eps, steps, alpha: alpha,
    count=lambda steps: steps,
):
    """The iteration with one part exchanged."""

    def pgd(grad, x, y, eps, steps, alpha, start=None):
        z = x if start is None else start
        for _ in range(count(steps)):
            step = size(eps, steps, alpha)
            z = z + step * direction(grad(at(z, x), y), z, x)
            z = pixels(inside(z, x, eps))
        return z

    return pgd


def _at_the_end(grad, x, y, eps, steps, alpha, start=None):
    z = x if start is None else start
    for _ in range(steps):
        z = z + alpha * np.sign(grad(z, y))
    return np.clip(np.clip(z, x - eps, x + eps), 0, 1)


def _around_start(grad, x, y, eps, steps, alpha, start=None):
    origin = x if start is None else start
    return _pgd(grad, origin, y, eps, steps, alpha)


pgd.trap(
    _steps(inside=lambda z, x, eps: z),
    en="Nothing holds the image within eps of x: 0.2 arrives at 0.44 with a budget of 0.1. Clip to "
    "[x − eps, x + eps] after each step, around the original.",
    zh="没有把图像限制在 x 的 eps 范围内：预算 0.1，0.2 却走到了 0.44。每步之后裁剪到 "
    "[x − eps, x + eps]，以原图为中心。",
)
pgd.trap(
    _steps(pixels=lambda z: z),
    en="0.97 ends above 1. The budget does not excuse from being a pixel: clip to [0, 1] too.",
    zh="0.97 最后超过了 1。在预算之内也得是合法像素：还要裁剪到 [0, 1]。",
)
pgd.trap(
    _steps(at=lambda z, x: x),
    en="The slope is taken at x in every step, so the steps add up to one long FGSM. Take it where "
    "the last step ended.",
    zh="每一步都在 x 处取梯度，几步加起来只是一次大步的 FGSM。应在上一步的终点处取。",
    ask_en="The second pixel passes its worst value, 0.55. What does your second step know of it?",
    ask_zh="第二个像素已经越过了最坏的值 0.55。你的第二步知道吗？",
)
pgd.trap(
    _at_the_end,
    en="The projection comes only after the last step. On the way the slope is then read at points "
    "that the attacker may not use.",
    zh="只在最后投影了一次。中间几步的梯度是在攻击者不能用的点上取的。",
    ask_en="Where is the first pixel, 0.4, after two of your steps?",
    ask_zh="走完两步，第一个像素（0.4）在哪里？",
)
pgd.trap(
    _steps(direction=lambda slope, z, x: -np.sign(slope)),
    en="This walks down the loss. An attack climbs.",
    zh="这是沿着损失往下走。攻击要让损失上升。",
)
pgd.trap(
    _steps(direction=lambda slope, z, x: slope),
    en="The step is alpha × slope: near the worst point it dies out. Use the sign, as in FGSM.",
    zh="每步走了 alpha × 梯度：靠近最坏的点时步子就没了。和 FGSM 一样，取符号。",
)
pgd.trap(
    _steps(size=lambda eps, steps, alpha: eps / steps),
    en="The step is eps / steps, and alpha has no effect. With alpha larger than that an attack "
    "can "
    "reach the edge and still turn round.",
    zh="步长用了 eps / steps，alpha 没起作用。alpha 大一些，攻击到了边缘还能掉头。",
)
pgd.trap(
    _steps(count=lambda steps: 1),
    en="Only one step is taken. A return inside the loop?",
    zh="只走了一步。是不是把 return 写进循环里了？",
)
pgd.trap(
    _around_start,
    en="The budget is measured from start. It limits the distance from x, wherever one begins.",
    zh="预算是从 start 量起的。它限制的是到 x 的距离，与从哪里出发无关。",
)
pgd.trap(
    lambda grad, x, y, eps, steps, alpha, start=None: _pgd(grad, x, y, eps, steps, alpha),
    en="start has no effect: the first step begins at x.",
    zh="start 没起作用：第一步仍从 x 开始。",
)


# ---- adv_step ----------------------------------------------------------------------------------


def _squares(w, x, y):
    """∇ ½(x·w − y)²: mean (x·w − y)·x, (x·w − y)·w"""
    gap = np.asarray(x) @ w - y
    return np.asarray(x).T @ gap / len(y), gap[:, None] * w


def _logistic(w, x, y):
    """g = sigmoid(x·w[:-1] + w[-1]) − y: mean g·(x, 1), g·w[:-1]"""
    gap = 1 / (1 + np.exp(-(np.asarray(x) @ w[:-1] + w[-1]))) - y
    return np.append(np.asarray(x).T @ gap, gap.sum()) / len(y), gap[:, None] * w[:-1]


def _hill(w, x, y):
    """∇ w·(0.55·x − ½·x²): mean 0.55·x − ½·x², w·(0.55 − x)"""
    x = np.asarray(x)
    return (0.55 * x - x**2 / 2).mean(axis=0), w * (0.55 - x)


def _adv_step(grads, w, x, y, lr, eps, steps, alpha):
    worst = _pgd(lambda z, labels: grads(w, z, labels)[1], x, y, eps, steps, alpha)
    slope, _ = grads(w, worst, y)
    return np.array([weight - lr * s for weight, s in zip(w, slope, strict=True)])


def _variant(attack=_pgd, slope=lambda grads, w, x, worst, y: grads(w, worst, y)[0], sign=-1):
    """The training step with one part exchanged."""

    def adv_step(grads, w, x, y, lr, eps, steps, alpha):
        worst = attack(lambda z, labels: grads(w, z, labels)[1], x, y, eps, steps, alpha)
        return w + sign * lr * slope(grads, w, x, worst, y)

    return adv_step


def _every_step(grads, w, x, y, lr, eps, steps, alpha):
    z = x
    for _ in range(steps):
        z = _pgd(lambda at, labels, w=w: grads(w, at, labels)[1], x, y, eps, 1, alpha, start=z)
        w = w - lr * grads(w, z, y)[0]
    return w


def _clean_first(grads, w, x, y, lr, eps, steps, alpha):
    w = w - lr * grads(w, x, y)[0]
    return _adv_step(grads, w, x, y, lr, eps, steps, alpha)


adv_step = Check(_adv_step)
adv_step.case(
    _squares,
    np.array([2.0, -1.0]),
    np.array([[0.5, 0.5]]),
    np.array([0.0]),
    0.5,
    0.1,
    2,
    0.06,
    en="attack the present weights; then one step down the slope at the attacked inputs",
    zh="先攻击当前的权重，再沿被攻击样本处的梯度走一步",
    ask_en="The attack ends at x = [[0.6, 0.4]]. What is the slope for w there?",
    ask_zh="攻击最后停在 x = [[0.6, 0.4]]。那里对 w 的梯度是多少？",
)
adv_step.case(
    _logistic,
    np.array([1.0, -2.0, 0.5, 0.3]),
    np.array([[0.02, 0.99, 0.5], [0.6, 0.0, 1.0]]),
    np.array([1, 0]),
    0.2,
    0.1,
    3,
    0.05,
    en="the attacked inputs are still images in [0, 1]",
    zh="被攻击的样本仍是 [0, 1] 内的图像",
)
adv_step.case(
    _hill,
    np.array([2.0, 1.0]),
    np.array([[0.4, 0.5]]),
    np.array([0]),
    10.0,
    0.1,
    3,
    0.08,
    en="a loss with its worst value inside the box: steps of alpha, a new slope at each",
    zh="损失的最大值在范围内部：每步走 alpha，每步重新取梯度",
    ask_en="After three steps the attack stands at [[0.5, 0.58]]. Where does yours stand?",
    ask_zh="走完三步，攻击停在 [[0.5, 0.58]]。你的停在哪里？",
)
adv_step.case(
    _squares,
    np.array([1.0, 0.5, -1.0]),
    np.array([[0.2, 0.9, 0.4], [0.7, 0.1, 0.3]]),
    np.array([0.5, -1.0]),
    0.1,
    0.0,
    2,
    0.0,
    en="with eps = 0 it is an ordinary training step",
    zh="eps = 0 时就是普通的训练步",
)


@adv_step.fresh(en="fresh weights and examples", zh="新的权重和样本")
def _(rng):
    x, y = _batch(rng, 6, 4, 2)
    return _logistic, rng.normal(size=5) * 2, x, y, 0.3, 0.12, 4, 0.05


adv_step.trap(
    _variant(slope=lambda grads, w, x, worst, y: grads(w, x, y)[0]),
    en="The attack is computed, but the slope is taken at the clean examples: this is ordinary "
    "training.",
    zh="算了攻击，梯度却还是在干净样本上取的：这就是普通训练。",
)
adv_step.trap(
    _variant(
        slope=lambda grads, w, x, worst, y: (grads(w, x, y)[0] + grads(w, worst, y)[0]) / 2,
    ),
    en="Half clean, half attacked: a known mixture (Goodfellow et al. 2015), but not the "
    "worst-case "
    "loss that is asked for here.",
    zh="一半干净、一半被攻击：这种混合确实有人用（Goodfellow et al. 2015），"
    "但不是这里要的最坏情况损失。",
)
adv_step.trap(
    _variant(sign=1),
    en="The weights climb the loss as the attack does. The attacker maximises, training minimises.",
    zh="权重也跟着攻击往上爬了。攻击者求最大，训练求最小。",
)
adv_step.trap(
    _variant(attack=_steps(direction=lambda slope, z, x: -np.sign(slope))),
    en="The inputs are moved down the loss, so training sees easier examples than the clean ones.",
    zh="样本是沿着损失下降的方向移动的，训练看到的比干净样本还容易。",
)
adv_step.trap(
    _variant(attack=_steps(count=lambda steps: 1)),
    en="The inner attack takes one step of the several asked for.",
    zh="内层攻击只走了一步，要求的是好几步。",
)
adv_step.trap(
    _variant(attack=lambda grad, x, y, eps, steps, alpha: _fgsm(grad, x, y, eps)),
    en="The inner attack is FGSM: one step of eps. It steps over a worst point inside the box; "
    "call "
    "pgd with steps and alpha.",
    zh="内层攻击用的是 FGSM：一步走满 eps，会越过范围内部的最坏点。应把 steps 和 alpha 交给 pgd。",
)
adv_step.trap(
    _variant(attack=_steps(inside=lambda z, x, eps: z)),
    en="The attacked inputs are further than eps from x. Training then prepares for an opponent "
    "whom the threat model forbids.",
    zh="被攻击的样本离 x 超过了 eps。训练防的就成了威胁模型之外的对手。",
)
adv_step.trap(
    _every_step,
    en="The weights move after each step of the attack. Here they stay put until the attack is "
    "done, and then move once.",
    zh="攻击每走一步权重就更新一次。这里权重应保持不动，等攻击结束再更新一次。",
)
adv_step.trap(
    _clean_first,
    en="An ordinary step comes first, so the weights move twice and the attack meets other "
    "weights.",
    zh="先走了一个普通的训练步：权重动了两次，攻击面对的也不是原来的权重。",
)


# ---- audit -------------------------------------------------------------------------------------

_SIGNS = ("one_step", "black_box", "unbounded", "random", "budget")


def _audit(iterative, one_step, black_box, random, slack=0.01):
    """Budget by budget."""

    def beaten(weaker):
        return any(b - a > slack for a, b in zip(weaker, iterative, strict=True))

    stuck = any(after >= before for before, after in pairwise(iterative) if before > slack)
    left = iterative[-1] > slack
    return beaten(one_step), beaten(black_box), bool(left), beaten(random), stuck


def _curves(*curves):
    """Accuracies in quarters, eighths, …: exact, so that a tie is a tie."""
    return [np.array(curve, dtype=float) for curve in curves]


audit = Check(_audit, returns=_SIGNS)
audit.case(
    *_curves(
        [1.0, 0.5, 0.625, 0.0625],
        [1.0, 0.25, 0.75, 0.25],
        [1.0, 0.5, 0.625, 0.125],
        [1.0, 1.0, 0.875, 0.0],
    ),
    0.03125,
    en="each weaker curve against the iterative one, budget by budget, and two looks at itself",
    zh="较弱的各条曲线逐个预算与迭代攻击比，迭代攻击自身再看两处",
)
audit.case(
    *_curves(
        [1.0, 0.75, 0.25, 0.0, 0.0],
        [1.0, 0.75, 0.5, 0.25, 0.0],
        [1.0, 1.0, 0.75, 0.75, 0.5],
        [1.0, 1.0, 0.75, 0.5, 0.125],
    ),
    en="a plain model shows no sign",
    zh="普通模型没有任何迹象",
)
audit.case(
    *_curves([0.75, 0.75, 0.75], [0.75, 0.75, 0.75], [0.75, 0.25, 0.0], [0.75, 0.75, 0.5]),
    en="attacks without a slope: all signs but the first",
    zh="攻击拿不到梯度：除第一条外全有",
)
audit.case(
    *_curves([1.0, 0.5, 0.25], [1.0, 0.25, 0.5], [1.0, 0.25, 0.5], [1.0, 0.25, 0.5]),
    0.25,
    en="a gap of exactly slack is no sign",
    zh="差距恰好等于 slack，不算迹象",
)
audit.case(
    *_curves([1.0, 0.5, 0.75, 0.0], [1.0, 0.75, 1.0, 0.5], [1.0] * 4, [1.0, 1.0, 1.0, 0.5]),
    en="a larger budget that helps the model is a sign",
    zh="预算变大准确率反而升高，算迹象",
)
audit.case(
    *_curves([1.0, 0.0, 0.5, 0.5], [1.0, 0.25, 0.5, 0.5], [1.0] * 4, [1.0, 1.0, 0.75, 0.5]),
    en="the last budget counts, even if a smaller one left nothing",
    zh="看的是最后一个预算，哪怕中间某处已经降到 0",
)
audit.case(
    *_curves([1.0, 0.25, 0.25], [1.0, 0.5, 0.5], [1.0, 1.0, 0.5], [1.0, 1.0, 0.5]),
    0.25,
    en="at or below slack a curve may rest",
    zh="降到 slack 及以下，曲线就可以不再下降",
)


@audit.fresh(en="fresh curves", zh="新的曲线")
def _(rng):
    fall = np.sort(rng.integers(0, 33, size=5))[::-1] / 32
    others = [np.clip(fall + rng.integers(-3, 9, size=5) / 32, 0, 1) for _ in range(3)]
    return *_curves(fall, *others), 0.0625


def _signs(
    beaten=lambda weak, strong, slack: (weak < strong - slack).any(),
    left=lambda strong, slack: strong[-1] > slack,
    noise=None,
    stuck=lambda strong, slack: ((strong[1:] >= strong[:-1]) & (strong[:-1] > slack)).any(),
):
    """The audit with one part exchanged."""

    def audit(iterative, one_step, black_box, random, slack=0.01):
        return (
            bool(beaten(one_step, iterative, slack)),
            bool(beaten(black_box, iterative, slack)),
            bool(left(iterative, slack)),
            bool((noise or beaten)(random, iterative, slack)),
            bool(stuck(iterative, slack)),
        )

    return audit


audit.trap(
    _signs(beaten=lambda weak, strong, slack: (weak > strong + slack).any()),
    en="A strong attack leaves a *low* accuracy. You flag the weaker attack for being weaker.",
    zh="攻击越强，剩下的准确率越**低**。你把较弱的攻击更弱这件正常的事当成了迹象。",
)
audit.trap(
    _signs(beaten=lambda weak, strong, slack: weak.mean() < strong.mean() - slack),
    en="The averages are compared. One budget at which the weaker attack wins is enough.",
    zh="比的是平均值。只要有一个预算处较弱的攻击赢了，就算。",
)
audit.trap(
    _signs(beaten=lambda weak, strong, slack: weak[-1] < strong[-1] - slack),
    en="Only the last budget is looked at. Compare at each of them.",
    zh="只看了最后一个预算。每个预算处都要比。",
)
audit.trap(
    _signs(left=lambda strong, slack: strong[-1] > 0.1 + slack),
    en="Chance is not the floor. With eps = 1 the attacker may hand in an image of another class: "
    "accuracy 0.",
    zh="下限不是随机猜测。eps = 1 时攻击者可以直接换成别的类别的图：准确率是 0。",
    ask_en="Every pixel may take any value. Which accuracy is left?",
    ask_zh="每个像素都可以取任何值，准确率还剩多少？",
)
audit.trap(
    _signs(noise=lambda weak, strong, slack: (weak < weak[0] - slack).any()),
    en="Noise is compared with the clean accuracy. Large noise hurts any model; the sign is noise "
    "that hurts more than the gradient.",
    zh="噪声是和干净准确率比的。噪声够大，谁都会变差；说明问题的是噪声比梯度攻击还有效。",
)
audit.trap(
    _signs(stuck=lambda strong, slack: strong[-1] >= strong[0]),
    en="Only the two ends are compared. A curve that rests half-way, well above 0, is a sign too.",
    zh="只比了首尾。曲线在半路停住、离 0 还远，也是迹象。",
)
audit.trap(
    _signs(stuck=lambda strong, slack: ((np.diff(strong) > slack) & (strong[:-1] > slack)).any()),
    en="A flat stretch passes unseen. A larger budget that changes nothing is a sign too, unless "
    "nothing is left to take.",
    zh="平的一段被放过了。预算变大却毫无变化，也是迹象，除非已经没有可降的了。",
)


# ---- on paper ----------------------------------------------------------------------------------

ratio = Estimate(28.0, rtol=0.03)
ratio.trap(
    784.0,
    en="784 is the shift against that of one pixel. Random signs add up too, like a random walk: "
    "to √784 pixels.",
    zh="784 是和单个像素相比。随机符号也会累加，像随机游走：相当于 √784 个像素。",
)
ratio.trap(
    0.0357,
    en="Upside down: the question is how many times larger the chosen signs are.",
    zh="倒过来了：问的是选定的符号大多少倍。",
)
ratio.trap(
    2.8,
    en="eps stands in both shifts and cancels.",
    zh="两边都有 eps，会约掉。",
)

passes = Estimate(8.0, rtol=0.01)
passes.trap(
    7.0,
    en="Seven for the attack. The slope for the weights, at the attacked examples, is one more.",
    zh="攻击用了七次。对权重的梯度（在被攻击的样本上）还要再算一次。",
)
passes.trap(
    9.0,
    en="The clean examples need no pass of their own: the attack's first slope is taken there.",
    zh="干净样本不用单独再算：攻击的第一步就是在那里取的梯度。",
)
passes.trap(
    1.0,
    en="Each attack step needs a slope of its own, at a new point: no two share a pass.",
    zh="攻击的每一步都在新的点上取梯度，彼此不能共用。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="Adversarial examples are made by a GAN: trained adversarially, it produces samples that "
    "resemble the real ones.",
    zh="对抗样本是用 GAN 生成的：通过对抗训练，生成与真实样本相似的样本。",
    because_en="A GAN models the data. An adversarial example is a given input plus a small "
    "worst-case perturbation that changes the model's answer.",
    because_zh="GAN 学的是数据分布。对抗样本是在给定的输入上加一个很小的、最坏的扰动，让模型改口。",
    source="Goodfellow et al. 2015, §1 and §4",
)
flaws.true(
    en="FGSM moves every pixel by eps along the sign of the loss's slope for that pixel.",
    zh="FGSM 让每个像素沿损失对它的梯度的符号移动 eps。",
)
flaws.false(
    en="To build it one takes the gradient of the loss with respect to the weights and adds it to "
    "the image.",
    zh="构造时，求损失对权重的梯度，再加到图像上。",
    because_en="With respect to the input: the weights stay as they are. Only that gradient has "
    "the shape of an image.",
    because_zh="是对输入的梯度，权重不动。也只有它的形状和图像一样。",
    source="Goodfellow et al. 2015, §4",
)
flaws.false(
    en="Compressing the input with an SVD restores most of the accuracy under FGSM, so it is a "
    "defence.",
    zh="用 SVD 压缩输入，FGSM 下的准确率能恢复大半，所以它是一种防御模型。",
    because_en="That FGSM did not know of the SVD. A defence is judged by attacks that include "
    "it; by such, most of nine published defences were broken.",
    because_zh="那次 FGSM 并不知道有 SVD。防御要用把它考虑在内的攻击来评估；"
    "九种已发表的防御这样一测，多数被攻破。",
    source="Athalye et al. 2018, abstract and §5",
)
flaws.true(
    en="Adversarial training minimises the loss at the worst point that an inner attack finds "
    "within eps of each example.",
    zh="对抗训练最小化的是：在每个样本的 eps 范围内，内层攻击找到的最坏点处的损失。",
)
flaws.false(
    en="The model keeps 60% under an attack, so its robustness is 60%.",
    zh="模型在攻击下还有 60% 的准确率，所以鲁棒性是 60%。",
    because_en="Without norm, eps, what the attacker knows and which attack, the number says "
    "nothing; and an attack only bounds the worst case from above.",
    because_zh="范数、eps、攻击者知道什么、用的什么攻击，缺了这些数字就没有意义；"
    "而且一次攻击只给出最坏情况的上界。",
    source="Madry et al. 2018, §2; Carlini et al. 2019",
)
flaws.true(
    en="If uniform random signs of the same size did the same damage, the gradient would be of no "
    "use to the attacker: they are the control.",
    zh="如果同样大小的随机符号噪声也有同样的破坏力，梯度对攻击者就没有用处：它是对照。",
)
flaws.false(
    en="Where the gradient of the loss is exactly 0, the attacker has nothing to follow and the "
    "model is safe.",
    zh="损失的梯度恰好为 0，攻击者无从下手，模型就安全了。",
    because_en="This is gradient masking. Examples made on another model, or a loss on the "
    "logits, still get through.",
    because_zh="这是梯度掩蔽。在别的模型上做的对抗样本，或者换成基于 logits 的损失，照样攻得破。",
    source="the audit above; Athalye et al. 2018, §3",
    source_zh="见上面的 audit；Athalye et al. 2018, §3",
)

say = Say(
    model_en="""
An adversarial example is an input plus a small perturbation, within eps in some norm,
chosen to raise the loss.
FGSM takes the gradient with respect to the input and moves each pixel by eps along its sign.
PGD repeats small steps and projects back into the eps ball and into the pixel range.
The best tested defence is adversarial training: minimise the loss at the worst point
the inner attack finds.
It multiplies the cost by the number of attack steps plus one.
To believe a number I state the threat model first.
I compare with random noise of the same size.
And I look for gradient masking with an adaptive attack.
""",
    model_zh="""
对抗样本是在输入上加一个很小的扰动，在某个范数下不超过 eps，专门让损失变大。
FGSM 求损失对输入的梯度，每个像素沿梯度的符号移动 eps。
PGD 走很多小步，每步都投影回 eps 范围和像素范围。
经得起检验的防御是对抗训练：最小化内层攻击找到的最坏点处的损失。
代价是计算量变为原来的“攻击步数加一”倍。
报数字之前先说清威胁模型。
用同样大小的随机噪声做对照。
还要用自适应攻击排查梯度掩蔽。
""",
)
say.point(
    en="a small, bounded perturbation chosen to raise the loss",
    zh="很小的、有界的扰动，专门让损失变大",
    found_en=[
        r"(small|tiny|bounded) (perturbation|change|noise)",
        r"within eps",
        r"(rais|increas|maximi[sz])\w* the loss",
    ],
    found_zh=[r"(很小|微小|有界).{0,4}(扰动|改动)", r"不超过\s*eps", r"让?损失(变大|上升|最大)"],
)
say.point(
    en="the gradient for the input, and its sign",
    zh="对输入的梯度，取符号",
    found_en=[
        r"gradient.{0,30}(input|image|pixel)",
        r"\bsign\b",
        r"\bFGSM\b",
    ],
    found_zh=[r"对(输入|图像|像素)的(梯度|导数)", r"符号", r"FGSM"],
)
say.point(
    en="many steps, each projected",
    zh="多步，每步投影",
    found_en=[r"\bPGD\b", r"project", r"(many|several|small|iterat\w*) steps?"],
    found_zh=[r"PGD", r"投影", r"多步|很多小步|迭代"],
)
say.point(
    en="adversarial training: minimise the worst case",
    zh="对抗训练：最小化最坏情况",
    found_en=[
        r"adversarial training",
        r"min.?max|saddle",
        r"minimi[sz]\w* the (worst|loss at the)",
    ],
    found_zh=[r"对抗训练", r"min.?max|极小极大|鞍点", r"最小化.{0,12}最坏"],
)
say.point(
    en="the threat model",
    zh="威胁模型",
    found_en=[
        r"threat model",
        r"(white|black).?box",
        r"(norm|eps).{0,12}stated|state\w* (norm|eps)",
    ],
    found_zh=[r"威胁模型", r"[白黑]盒", r"(说清|写明).{0,6}(范数|eps)"],
)
say.point(
    en="controls: random noise, gradient masking, adaptive attacks",
    zh="对照：随机噪声、梯度掩蔽、自适应攻击",
    found_en=[
        r"random (noise|sign)",
        r"(gradient masking|masked gradient|obfuscated)",
        r"adaptive",
    ],
    found_zh=[r"随机(噪声|符号)", r"梯度掩蔽", r"自适应攻击"],
)
