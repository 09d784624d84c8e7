"""Distillation: softened outputs, the loss with T², its gradient.

The references use logarithms and sums over single examples; the gradient is the complex step,
f′(z) = Im f(z + ih) / h (Squire & Trapp 1998, SIAM Review 40(1)).
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- soften ------------------------------------------------------------------------------------


def _soften(z, T):
    out = np.zeros(z.shape)
    for n, k in np.ndindex(z.shape):
        with np.errstate(over="ignore"):
            out[n, k] = 1 / np.exp((z[n] - z[n, k]) / T).sum()
    return out


def _softmax_of(scaled=lambda z, T: z / T, top=lambda z: z.max(axis=1, keepdims=True), axis=1):
    def answer(z, T):
        with np.errstate(all="ignore"):
            s = scaled(z, T)
            e = np.exp(s - top(s))
            return e / e.sum(axis=axis, keepdims=True)

    return answer


softmax = _softmax_of()


def divided_afterwards(z, T):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) / T


def maximum_not_divided(z, T):
    with np.errstate(all="ignore"):
        e = np.exp(z / T - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


soften = Check(_soften)
soften.case(
    np.array([[2.0, 0.0, -2.0], [1.0, 1.0, 4.0]]),
    2.0,
    en="T = 2 halves the differences of the logits before the softmax",
    zh="T = 2：softmax 之前，logits 的差减半",
    ask_en="Does a higher temperature make the largest probability larger or smaller?",
    ask_zh="温度升高，最大的概率变大还是变小？",
)
soften.case(
    np.array([[0.5, 3.0]]), 1.0, en="T = 1 is the softmax itself", zh="T = 1 就是普通 softmax"
)
soften.case(
    np.array([[900.0, -900.0, 880.0], [-2000.0, -2001.0, -2000.0]]),
    1.5,
    en="logits in the thousands do not overflow",
    zh="logits 上千也不溢出",
)


soften.case(
    np.array([[90000.0, 89000.0, 89900.0], [-90000.0, -90100.0, -90050.0]]),
    100.0,
    en="huge logits at T = 100: what counts are their differences over T, here 10, 1 and ½",
    zh="很大的 logits，T = 100：要紧的只是差除以 T，这里是 10、1 和 ½",
)


@soften.fresh(en="fresh logits", zh="新的 logits")
def _(rng):
    return rng.normal(size=(3, 5)) * 4, round(float(rng.uniform(0.5, 9)), 1)


soften.trap(
    _softmax_of(scaled=lambda z, T: z * T),
    en="The logits are multiplied by T: that sharpens. Divide.",
    zh="乘了 T，分布会变尖。应当除以 T。",
)
soften.trap(_softmax_of(scaled=lambda z, T: z), en="T is not used.", zh="没有用 T。")
soften.trap(
    _softmax_of(top=lambda s: 0 * s),
    en="exp overflows for large logits: subtract each row's maximum first.",
    zh="logits 大时 exp 溢出：先减去每行的最大值。",
)
soften.trap(
    divided_afterwards,
    en="The probabilities are divided by T: they no longer sum to 1. T belongs inside the softmax.",
    zh="除的是概率，加起来不再是 1。T 应放在 softmax 里面。",
)
soften.trap(
    _softmax_of(axis=0),
    en="The sum runs over the batch: each row must sum to 1.",
    zh="沿 batch 求和了：应当每一行加起来是 1。",
)


soften.trap(
    maximum_not_divided,
    en="z is divided by T, the maximum that is subtracted is not: exp overflows or the row sums to "
    "0. Subtract first, then divide.",
    zh="z 除了 T，减去的最大值没有除：exp 会溢出，或整行和为 0。先减，再除。",
)


# ---- kd_loss -----------------------------------------------------------------------------------


def _log_softmax(z):
    top = z.real.max()
    return z - top - np.log(np.exp(z - top).sum())


def _kd_loss(zs, zt, y, T, alpha):
    total = 0.0
    for s, t, label in zip(zs, zt, y, strict=True):
        p, log_q = np.exp(_log_softmax(t / T)), _log_softmax(s / T)
        soft = (p * (_log_softmax(t / T) - log_q)).sum()
        total += alpha * T * T * soft - (1 - alpha) * _log_softmax(s)[label]
    return total / len(zs)


def _rows(z):
    e = z - z.max(axis=1, keepdims=True)
    return e - np.log(np.exp(e).sum(axis=1, keepdims=True))


def _loss_variant(
    factor=lambda T: T * T,
    student=lambda z, T: z / T,
    teacher=lambda z, T: z / T,
    divergence=lambda lp, lq: (np.exp(lp) * (lp - lq)).sum(axis=1),
    hard=lambda z, T: z,
    shares=lambda a: (a, 1 - a),
    over=lambda terms, C: terms.mean(),
):
    def answer(zs, zt, y, T, alpha):
        lp, lq = _rows(teacher(zt, T)), _rows(student(zs, T))
        a, b = shares(alpha)
        ce = -_rows(hard(zs, T))[np.arange(len(y)), y]
        return over(a * factor(T) * divergence(lp, lq) + b * ce, zs.shape[1])

    return answer


def by_probabilities(zs, zt, y, T, alpha):
    with np.errstate(all="ignore"):
        p, q, r = softmax(zt, T), softmax(zs, T), softmax(zs, 1.0)
        soft = (p * np.log(p / q)).sum(axis=1)
        hard = -np.log(r[np.arange(len(y)), y])
        return (alpha * T * T * soft + (1 - alpha) * hard).mean()


_S = np.array([[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])
_T = np.array([[3.0, 1.0, -2.0], [0.0, 1.0, 2.5]])
_Y = np.array([0, 2])

kd_loss = Check(_kd_loss)
kd_loss.case(
    _S,
    _T,
    _Y,
    2.0,
    0.75,
    en="two examples, T = 2, α = 0.75: α T² KL(teacher ‖ student) + (1 − α) cross-entropy",
    zh="两个样本，T = 2、α = 0.75：α T² KL(teacher ‖ student) + (1 − α) 交叉熵",
    ask_en="Which parts of the loss see T, and which do not?",
    ask_zh="损失的哪些部分用到 T，哪些不用？",
)
kd_loss.case(_S, _T, _Y, 4.0, 1.0, en="α = 1: the soft part alone", zh="α = 1：只有软标签部分")
kd_loss.case(
    _S,
    _T,
    _Y,
    4.0,
    0.0,
    en="α = 0: plain cross-entropy, T does not matter",
    zh="α = 0：就是交叉熵，与 T 无关",
)
kd_loss.case(
    _T,
    _T,
    _Y,
    3.0,
    1.0,
    en="a student that agrees has soft loss 0",
    zh="学生与老师一致时，软损失为 0",
)


kd_loss.case(
    np.array([[2000.0, 0.0, -2000.0], [-9000.0, -9000.0, -9000.0]]),
    np.array([[0.0, 2000.0, 1000.0], [-9000.0, -9000.0, -9000.0]]),
    np.array([1, 2]),
    2.0,
    0.5,
    en="logits thousands apart: a probability underflows to 0, its logarithm is finite all the "
    "same",
    zh="logits 相差几千：概率下溢成 0，它的对数却是有限的",
    ask_en="Can log p be had without computing p?",
    ask_zh="不先算 p，能直接得到 log p 吗？",
)


@kd_loss.fresh(en="fresh logits", zh="新的 logits")
def _(rng):
    return (
        rng.normal(size=(4, 5)) * 2,
        rng.normal(size=(4, 5)) * 2,
        rng.integers(5, size=4),
        3.0,
        0.6,
    )


kd_loss.trap(
    _loss_variant(factor=lambda T: 1.0),
    en="T² is missing. The soft part's gradient shrinks with 1/T²: without the factor a higher "
    "temperature "
    "silently turns it off.",
    zh="漏了 T²。软标签部分的梯度按 1/T² 缩小：不乘回来，温度一高它就等于关掉了。",
)
kd_loss.trap(
    _loss_variant(factor=lambda T: T),
    en="T instead of T². One 1/T comes from the student's z/T, the other from the softened "
    "difference itself.",
    zh="乘的是 T 而不是 T²。一个 1/T 来自学生的 z/T，另一个来自软化之后的差值本身。",
)
kd_loss.trap(
    _loss_variant(teacher=lambda z, T: z),
    en="Only the student is softened. Both see the same temperature, or a perfect student is "
    "punished.",
    zh="只软化了学生。两边要用同一个温度，否则完全一致的学生也有损失。",
)
kd_loss.trap(
    _loss_variant(student=lambda z, T: z),
    en="Only the teacher is softened. Both see the same temperature, or a perfect student is "
    "punished.",
    zh="只软化了老师。两边要用同一个温度，否则完全一致的学生也有损失。",
)
kd_loss.trap(
    _loss_variant(divergence=lambda lp, lq: (np.exp(lq) * (lq - lp)).sum(axis=1)),
    en="KL the wrong way round. KL(teacher ‖ student) weighs by the teacher's probabilities: the "
    "student must "
    "cover whatever the teacher considers.",
    zh="KL 的方向反了。KL(teacher ‖ student) 按老师的概率加权：老师认为可能的，学生都要覆盖到。",
)
kd_loss.trap(
    _loss_variant(divergence=lambda lp, lq: -(np.exp(lp) * lq).sum(axis=1)),
    en="This is the cross-entropy with the teacher. It has the same gradient; the KL divergence "
    "has the teacher's "
    "entropy taken off, so that agreement costs 0.",
    zh="这是与老师的交叉熵。梯度相同；KL 散度还要减去老师的熵，完全一致时才是 0。",
)
kd_loss.trap(
    _loss_variant(hard=lambda z, T: z / T),
    en="The labels' cross-entropy is softened too. It is taken at T = 1, as the student is used "
    "later.",
    zh="硬标签的交叉熵也用了 T。它应在 T = 1 下算，和学生以后的用法一致。",
)
kd_loss.trap(
    _loss_variant(shares=lambda a: (1 - a, a)),
    en="α and 1 − α are exchanged: α is the share of the teacher here.",
    zh="α 和 1 − α 弄反了：这里 α 是老师的份额。",
)
kd_loss.trap(
    _loss_variant(over=lambda terms, C: terms.mean() / C),
    en="Averaged over the classes too (as a mean-reducing KL of a library does). Sum over "
    "classes, average over "
    "examples.",
    zh="对类别也取了平均（有的库的 KL 默认如此）。应对类别求和，对样本平均。",
)
kd_loss.trap(
    _loss_variant(over=lambda terms, C: terms.sum()),
    en="Summed over the batch. The question asks for the mean.",
    zh="对 batch 求了和，题目要的是平均。",
)


kd_loss.trap(
    by_probabilities,
    en="log of a softmax: a probability that underflows to 0 makes the loss inf or nan. Take log p "
    "= z/T − log Σ exp(z/T) directly.",
    zh="先 softmax 再取 log：概率下溢成 0，损失就是 inf 或 nan。应直接算 log p = z/T − log Σ "
    "exp(z/T)。",
)


# ---- kd_grad -----------------------------------------------------------------------------------


def _kd_grad(zs, zt, y, T, alpha):
    slope, h = np.zeros(zs.shape), 1e-20
    for at in np.ndindex(zs.shape):
        moved = zs.astype(complex)
        moved[at] += 1j * h
        slope[at] = np.imag(_kd_loss(moved, zt, y, T, alpha)) / h
    return slope


def _grad_variant(
    factor=lambda T: T,
    soft=lambda s, t, T: softmax(s, T) - softmax(t, T),
    hard=lambda s, y, T: softmax(s, 1.0) - np.eye(s.shape[1])[y],
    share=lambda n: 1 / n,
    shares=lambda a: (a, 1 - a),
):
    def answer(zs, zt, y, T, alpha):
        a, b = shares(alpha)
        return (a * factor(T) * soft(zs, zt, T) + b * hard(zs, y, T)) * share(len(zs))

    return answer


kd_grad = Check(_kd_grad)
kd_grad.case(
    _S,
    _T,
    _Y,
    2.0,
    0.75,
    en="the slope of the loss along every logit of the student",
    zh="损失对学生每个 logit 的导数",
    ask_en="T² from the loss; what does the inner derivative of z/T leave of it?",
    ask_zh="损失里有 T²；z/T 的内层导数之后还剩几个 T？",
)
kd_grad.case(_S, _T, _Y, 5.0, 1.0, en="α = 1: only the teacher", zh="α = 1：只看老师")
kd_grad.case(
    _S,
    _T,
    _Y,
    5.0,
    0.0,
    en="α = 0: softmax minus onehot over the batch",
    zh="α = 0：softmax 减 onehot，再除以 batch",
)


@kd_grad.property(
    en="at a very high T it matches logits: (differences, each row's mean taken off) / (C · B)",
    zh="T 很大时等于匹配 logits：差值减去每行均值，再除以 C · B",
)
def _(answer, rng):
    zs, zt = rng.normal(size=(2, 3, 4))
    gap = zs - zt
    limit = (gap - gap.mean(axis=1, keepdims=True)) / (4 * 3)
    return Evidence(
        given={"zs": zs, "zt": zt, "T": 1e3},
        expected=limit,
        got=answer(zs.copy(), zt.copy(), np.array([0, 1, 2]), 1e3, 1.0),
        tolerance=5e-3,
    )


@kd_grad.fresh(en="fresh logits", zh="新的 logits")
def _(rng):
    return (
        rng.normal(size=(3, 4)) * 2,
        rng.normal(size=(3, 4)) * 2,
        rng.integers(4, size=3),
        4.0,
        0.3,
    )


kd_grad.trap(
    _grad_variant(factor=lambda T: T * T),
    en="T² is still whole. The derivative of z/T takes one T away: T (softened student − softened "
    "teacher).",
    zh="还留着整个 T²。z/T 求导会消掉一个 T：T（学生软化 − 老师软化）。",
)
kd_grad.trap(
    _grad_variant(factor=lambda T: 1.0),
    en="No T is left. T² times the inner derivative 1/T is T.",
    zh="一个 T 都没留。T² 乘内层导数 1/T 是 T。",
)
kd_grad.trap(
    _grad_variant(factor=lambda T: 1 / T),
    en="This is the gradient without T² in the loss: it fades as 1/T².",
    zh="这是损失里没有 T² 时的梯度：它按 1/T² 衰减。",
)
kd_grad.trap(
    _grad_variant(soft=lambda s, t, T: softmax(t, T) - softmax(s, T)),
    en="Teacher minus student: the sign is wrong, the student would move away.",
    zh="成了老师减学生：符号反了，学生会越走越远。",
)
kd_grad.trap(
    _grad_variant(share=lambda n: 1.0),
    en="1/B is missing: the loss is a mean over the batch.",
    zh="漏了 1/B：损失是对 batch 的平均。",
)
kd_grad.trap(
    _grad_variant(hard=lambda s, y, T: softmax(s, T) - np.eye(s.shape[1])[y]),
    en="The labels' part is softened. It is taken at T = 1.",
    zh="硬标签部分用了 T。它应在 T = 1 下算。",
)
kd_grad.trap(
    _grad_variant(shares=lambda a: (1 - a, a)),
    en="α and 1 − α are exchanged: α is the share of the teacher here.",
    zh="α 和 1 − α 弄反了：这里 α 是老师的份额。",
)


# ---- estimates, flaws, say ---------------------------------------------------------------------

scale_left = Estimate(1 / 16, rtol=0.01)
scale_left.trap(
    0.25,
    en="1/T. There are two factors of it.",
    zh="这是 1/T，一共有两个这样的因子。",
)

scale_left.trap(
    16,
    en="Turned round: the gradient shrinks.",
    zh="弄反了：梯度是变小的。",
)

flaws = Flaws()
flaws.false(
    en="Distillation hands the weights of the large model on to the small one.",
    zh="蒸馏就是把大模型的权重传给小模型。",
    because_en="The shapes do not even fit. The student is trained to match the teacher's "
    "softened outputs.",
    because_zh="形状都对不上。学生是去拟合老师软化后的输出。",
    source="Hinton, Vinyals & Dean 2015, §2",
)
flaws.true(
    en="The small probabilities of the wrong classes tell what resembles what; a temperature "
    "above 1 makes them count.",
    zh="错误类别上的小概率说明了谁和谁像；温度大于 1 才让它们起作用。",
)
flaws.false(
    en="The factor T² only rescales the loss; any learning rate makes up for it.",
    zh="T² 只是缩放损失，调调学习率就能补上。",
    because_en="It rescales one of two parts: without it the balance with the labels' loss "
    "changes with every T.",
    because_zh="它缩放的是两部分中的一部分：没有它，每换一个 T，与硬标签损失的比例就变一次。",
    source="Hinton, Vinyals & Dean 2015, §2",
)
flaws.false(
    en="The teacher runs in training mode and gets its share of the gradient, so that both learn.",
    zh="老师也在训练模式下运行，并分到一部分梯度，两者一起学。",
    because_en="The teacher is fixed: inference mode (no dropout, stored batch statistics) and no "
    "gradient.",
    because_zh="老师是固定的：推理模式（关 dropout、用存好的 batch 统计量），不回传梯度。",
    source="PyTorch, Knowledge Distillation Tutorial: teacher.eval(), torch.no_grad()",
)
flaws.true(
    en="As T grows, matching softened outputs turns into matching centred logits.",
    zh="T 趋于无穷时，匹配软化输出就变成匹配去均值的 logits。",
)
flaws.false(
    en="A student can never name a class of which it has seen no example.",
    zh="没见过某一类样本的学生，不可能认出这一类。",
    because_en="The teacher's outputs on other classes carry it. This notebook shows it.",
    because_zh="老师在其他类样本上的输出里就带着它的信息，本笔记里可以看到。",
    source="Hinton, Vinyals & Dean 2015, §3; measured in this notebook",
    source_zh="Hinton, Vinyals & Dean 2015, §3；本课实测",
)
flaws.true(
    en="The student is used at T = 1.",
    zh="学生使用时 T = 1。",
)

say = Say(
    model_en="In distillation a small student learns to match the outputs of a large teacher, not "
    "its weights. Both logits are divided by a temperature T before the softmax, so that the "
    "small probabilities, which tell what resembles what, come to count. The loss is α T² times "
    "KL from teacher to student at T, plus 1 − α times cross-entropy with the labels at T = 1. T² "
    "keeps the soft gradient's size independent of T; for large T it becomes logit matching. The "
    "teacher is fixed: it runs in inference mode. So strong are soft targets that a student "
    "trained on no 3 at all recognises most 3s.",
    model_zh="蒸馏让小的学生模型去拟合大的老师模型的输出，而不是复制权重。两边的 logits "
    "都除以温度 T 再做 softmax，"
    "这样说明“谁像谁”的小概率才起作用。损失是 α T² 乘 T 下从老师到学生的 KL，加 (1 − α) 乘 T = 1 "
    "下与标签的交叉熵。"
    "T² 让软标签的梯度大小不随 T 变；T 很大时等价于匹配 logits。老师用推理模式，不回传梯度。"
    "软标签的信息很多：训练时"
    "一个 3 都没见过的学生，也能认出大部分 3。",
)
say.point(
    en="The student matches outputs, not weights",
    zh="学生拟合输出，不是权重",
    found_en=[r"\boutputs?\b", r"\bsoft (targets?|labels?)\b", r"\bmatch\w*\b"],
    found_zh=[r"(拟合|匹配|模仿).{0,10}(输出|logits)", r"软(标签|目标)", r"输出"],
)
say.point(
    en="A temperature on both sides",
    zh="两边同一个温度",
    found_en=[r"\btemperature\b", r"\bsoften\w*\b"],
    found_zh=[r"温度", r"软化"],
)
say.point(
    en="T², and why",
    zh="T²，以及为什么",
    found_en=[r"\bT ?(²|2|\^2|squared)", r"\bsquare of (the )?temperature"],
    found_zh=[r"T ?(²|2|\^2|平方)", r"温度的平方"],
)
say.point(
    en="KL plus cross-entropy with the labels",
    zh="KL 加上与标签的交叉熵",
    found_en=[r"\bKL\b", r"\bcross[ -]entropy\b", r"\bKullback\b"],
    found_zh=[r"KL", r"交叉熵"],
)
say.point(
    en="The teacher is fixed",
    zh="老师固定",
    found_en=[
        r"\bteacher\b.{0,40}\b(fixed|frozen|inference|eval\w*|detach\w*)\b",
        r"\b(frozen|fixed) teacher\b",
        r"\bteacher\b.{0,30}\bno gradient",
    ],
    found_zh=[
        r"老师.{0,10}(固定|冻结|推理模式)",
        r"(固定|冻结).{0,4}老师",
        r"老师.{0,20}不回?传?梯度",
    ],
)
