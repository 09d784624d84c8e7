"""Variational auto-encoders: reparameterisation, KL, ELBO, and a model whose evidence is known.

The references differentiate by a complex step and integrate on a grid; no closed form of the
lesson is used to grade itself.
"""

import cmath
import math

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- reparam -----------------------------------------------------------------------------------


def _reparam(mu, logvar, eps):
    """Number by number; the slopes by a complex step."""
    z, to_mu, to_logvar = (np.zeros(np.shape(mu)) for _ in range(3))
    h = 1e-30
    for place in np.ndindex(z.shape):

        def drawn(m, v, place=place):
            return m + cmath.exp(v / 2) * float(eps[place])

        m, v = float(mu[place]), float(logvar[place])
        z[place] = drawn(m, v).real
        to_mu[place] = drawn(m + h * 1j, v).imag / h
        to_logvar[place] = drawn(m, v + h * 1j).imag / h
    return z, to_mu, to_logvar


reparam = Check(_reparam, returns=("z", "slope_mu", "slope_logvar"))
reparam.case(
    np.array([[1.0, -2.0]]),
    np.log(np.array([[4.0, 9.0]])),
    np.array([[0.5, -3.0]]),
    en="standard deviations 2 and 3: z = [[2, −11]]",
    zh="标准差是 2 和 3：z = [[2, −11]]",
    ask_en="logvar is log σ². How do you get from it to σ, and how does σ change when logvar does?",
    ask_zh="logvar 是 log σ²。怎么由它得到 σ？logvar 变一点，σ 变多少？",
)
reparam.case(
    np.array([[0.3], [0.7], [-1.0]]),
    np.array([[0.0], [0.0], [0.0]]),
    np.array([[1.0], [-2.0], [0.0]]),
    en="logvar 0 is a standard deviation of 1, and its slope is not 0",
    zh="logvar 为 0 就是标准差 1，而对它的斜率不是 0",
)
reparam.case(
    np.array([[0.0, 0.0]]),
    np.array([[-30.0, -32.0]]),
    np.array([[2.0, -1.0]]),
    en="a narrow posterior stays narrow: nothing is added to its spread",
    zh="很窄的后验就是很窄，标准差上不加别的东西",
)


@reparam.fresh(en="fresh means, variances and noise", zh="新的均值、方差和噪声")
def _(rng):
    return rng.normal(size=(2, 3, 2)), rng.normal(size=(2, 3, 2)), rng.normal(size=(2, 3, 2))


def _drawing(
    spread=lambda v: np.exp(v / 2),
    z=lambda m, s, e: m + s * e,
    to_mu=np.ones_like,
    to_logvar=lambda s, e: s * e / 2,
):
    """The sample and its slopes with one part exchanged."""

    def reparam(mu, logvar, eps):
        s = spread(logvar)
        return z(mu, s, eps), to_mu(mu), to_logvar(s, eps)

    return reparam


def _variance_as_spread(mu, logvar, eps):
    variance = np.exp(logvar)
    return mu + variance * eps, np.ones_like(mu), variance * eps


reparam.trap(
    _variance_as_spread,
    en="exp(logvar) is the variance σ². The noise is scaled by the standard deviation.",
    zh="exp(logvar) 是方差 σ²。噪声要乘标准差。",
    ask_en="logvar = log 4: how far from the mean is one standard deviation?",
    ask_zh="logvar = log 4：一个标准差离均值多远？",
)
reparam.trap(
    _drawing(to_mu=np.zeros_like, to_logvar=lambda s, e: 0 * e),
    en="The sample is treated as a constant: no gradient reaches the encoder. eps is the constant; "
    "z depends on mu and logvar.",
    zh="把样本当成了常数，梯度到不了编码器。常数是 eps，z 依赖于 mu 和 logvar。",
)
reparam.trap(
    _drawing(to_logvar=lambda s, e: s * e),
    en="The slope of exp(logvar / 2) brings down a factor ½.",
    zh="对 exp(logvar / 2) 求导会带出一个 ½。",
)
reparam.trap(
    _drawing(to_logvar=lambda s, e: e),
    en="This is the slope for σ. The encoder gives log σ²: one more link of the chain rule.",
    zh="这是对 σ 的斜率。编码器给的是 log σ²，链式法则还差一环。",
)
reparam.trap(
    _drawing(to_logvar=lambda s, e: s / 2),
    en="eps is missing from the slope: the same change of σ moves z up or down, as its noise says.",
    zh="斜率里少了 eps：σ 变一点，z 往上还是往下，由噪声决定。",
)
reparam.trap(
    _drawing(z=lambda m, s, e: m + e),
    en="The noise is not scaled: every image gets the same spread.",
    zh="噪声没有缩放：每张图的波动都一样。",
)


# ---- kl ----------------------------------------------------------------------------------------


def _kl(mu, logvar):
    """Each latent number integrated on a grid around its own mean."""
    u = np.linspace(-12, 12, 4001)  # standard deviations from the mean
    q = np.exp(-(u**2) / 2) / math.sqrt(2 * math.pi) * (u[1] - u[0])
    total = np.zeros(len(mu))
    for (row, _), m, v in zip(np.ndindex(mu.shape), mu.flat, logvar.flat, strict=True):
        log_q = -(u**2) / 2 - v / 2
        log_p = -((m + math.exp(v / 2) * u) ** 2) / 2
        total[row] += float((q * (log_q - log_p)).sum())
    return total


kl = Check(_kl)
kl.case(
    np.array([[1.0, 0.0], [0.0, 0.0], [3.0, -4.0]]),
    np.log(np.array([[1.0, 4.0], [1.0, 1.0], [0.25, 2.25]])),
    en="one number for each image, summed over the latent numbers",
    zh="每张图一个数，对各个隐变量求和",
    ask_en="What is it for mean 1 and variance 1, and what for the prior itself?",
    ask_zh="均值 1、方差 1 时是多少？和先验完全一样时呢？",
)
kl.case(
    np.array([[0.0, 0.0, 0.0]]),
    np.array([[2.0, -2.0, -50.0]]),
    en="too wide and too narrow both cost, without bound",
    zh="太宽和太窄都有代价，而且没有上限",
)
kl.case(
    np.array([[2.0], [0.1]]),
    np.array([[1.0], [-1.0]]),
    en="one latent number",
    zh="只有一个隐变量",
)


@kl.fresh(en="fresh posteriors", zh="新的后验")
def _(rng):
    return rng.normal(size=(4, 3)), rng.normal(size=(4, 3))


@kl.property(
    en="it agrees with the mean of log q − log p over 200,000 samples",
    zh="与 20 万个样本上 log q − log p 的均值一致",
)
def _(answer, rng):
    mu, logvar = np.array([[0.8, -0.5]]), np.array([[-0.7, 0.6]])
    noise = rng.normal(size=(200_000, 2))
    z = mu + np.exp(logvar / 2) * noise
    ratios = ((z**2 - noise**2 - logvar) / 2).sum(axis=1)
    error = ratios.std() / math.sqrt(len(ratios))
    got = float(np.asarray(answer(mu, logvar)).ravel()[0])
    return Evidence(
        given={"mu": mu, "logvar": logvar}, expected=ratios.mean(), got=got, tolerance=5 * error
    )


kl.trap(
    lambda mu, logvar: 0.5 * (1 + logvar - mu**2 - np.exp(logvar)).sum(axis=1),
    en="The sign is turned: a KL divergence is never negative. This is −KL, as the paper prints "
    "it.",
    zh="符号反了：KL 散度不会是负的。这是 −KL，论文里写的正是它。",
)
kl.trap(
    lambda mu, logvar: 0.5 * (np.exp(logvar) + mu**2 - 1 - logvar).mean(axis=1),
    en="Averaged over the latent numbers: they are independent, so their divergences add. The mean "
    "makes the weight of the KL depend on their number.",
    zh="对隐变量取了平均：它们相互独立，散度应当相加。取平均会让 KL 的权重随隐变量个数而变。",
)
kl.trap(
    lambda mu, logvar: 0.5 * (np.exp(logvar / 2) + mu**2 - 1 - logvar).sum(axis=1),
    en="The standard deviation stands where the variance belongs.",
    zh="该用方差的地方用了标准差。",
)
kl.trap(
    lambda mu, logvar: (np.exp(logvar) + mu**2 - 1 - logvar).sum(axis=1),
    en="The factor ½ is missing.",
    zh="少了 ½。",
)
kl.trap(
    lambda mu, logvar: 0.5 * (np.exp(logvar) + mu**2 - logvar).sum(axis=1),
    en="The −1 of each latent number is missing: for q = p the result must be 0.",
    zh="每个隐变量的 −1 漏掉了：q = p 时结果应当是 0。",
)
kl.trap(
    lambda mu, logvar: 0.5 * (np.exp(-logvar) * (1 + mu**2) - 1 + logvar).sum(axis=1),
    en="This is KL(p ‖ q). The ELBO has the expectation under q, of log q − log p.",
    zh="这是 KL(p ‖ q)。ELBO 里是在 q 下对 log q − log p 求期望。",
)
kl.trap(
    lambda mu, logvar: 0.5 * (np.exp(logvar) + mu**2 - 1 - logvar).sum(),
    en="Summed over the batch as well. Return one number for each image.",
    zh="连 batch 也加起来了。应当每张图返回一个数。",
)


# ---- elbo --------------------------------------------------------------------------------------


def _elbo(x, logits, mu, logvar, beta=1.0):
    """Pixel by pixel: log p of the pixel as it is."""
    bound = np.zeros(len(x))
    for (row, column), pixel in np.ndenumerate(np.asarray(x)):
        score = float(logits[row, column])
        for seen, weight in ((score, pixel), (-score, 1 - pixel)):  # log σ(seen)
            log_p = -math.log1p(math.exp(-abs(seen))) + min(seen, 0.0)
            bound[row] += weight * log_p
    return bound - beta * _kl(mu, logvar)


_PAIR = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
_LOGITS = np.array([[0.0, 0.0, math.log(3)], [2.0, -1.0, 0.5]])
_MU, _LOGVAR = np.array([[1.0, 2.0], [0.0, 0.5]]), np.array([[0.0, 0.0], [1.0, -1.0]])

elbo = Check(_elbo)
elbo.case(
    _PAIR,
    _LOGITS,
    _MU,
    _LOGVAR,
    en="log-likelihood of all pixels of an image, minus its KL",
    zh="一张图所有像素的对数似然，减去它的 KL",
    ask_en="First image: the pixels have probabilities ½, ½ and ¾. What is the KL of means 1 and "
    "2?",
    ask_zh="第一张图：三个像素的概率是 ½、½、¾。均值为 1 和 2 的 KL 是多少？",
)
elbo.case(
    _PAIR,
    _LOGITS,
    _MU,
    _LOGVAR,
    4.0,
    en="beta weighs the KL and nothing else",
    zh="beta 只乘 KL",
)
elbo.case(
    _PAIR,
    np.array([[1000.0, -1000.0, 40.0], [1000.0, -50.0, -1000.0]]),
    _MU,
    _LOGVAR,
    en="logits of ±1000: no overflow, and a confident mistake costs 1000",
    zh="logits 到 ±1000：不溢出，自信地错一次代价是 1000",
)
elbo.case(
    np.array([[0.25, 0.5]]),
    np.array([[1.0, -2.0]]),
    np.array([[0.0]]),
    np.array([[0.0]]),
    en="grey pixels weigh both outcomes; a posterior equal to the prior costs nothing",
    zh="灰度像素按比例计两种结果；后验等于先验时没有代价",
)


@elbo.fresh(en="fresh images", zh="新的图像")
def _(rng):
    x = (rng.uniform(size=(3, 6)) < 0.5).astype(float)
    return x, rng.normal(size=(3, 6)) * 3, rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), 0.5


def _bounding(
    likelihood=lambda x, logits: x * logits - np.logaddexp(0, logits),
    over=np.sum,
    cost=lambda mu, logvar: 0.5 * (np.exp(logvar) + mu**2 - 1 - logvar).sum(axis=1),
    join=lambda log_p, cost, beta: log_p - beta * cost,
):
    """The bound with one part exchanged."""

    def elbo(x, logits, mu, logvar, beta=1.0):
        return join(over(likelihood(x, logits), axis=1), cost(mu, logvar), beta)

    return elbo


def _through_probabilities(x, logits):
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-logits))
        return x * np.log(p) + (1 - x) * np.log(1 - p)


elbo.trap(
    _bounding(over=np.mean),
    en="The pixels are averaged: 64 pixels then weigh as one, and the KL 64 times too much. "
    "Log-probabilities of independent pixels add.",
    zh="对像素取了平均：64 个像素只顶一个，KL 相当于重了 64 倍。独立像素的对数概率要相加。",
)
elbo.trap(
    _bounding(join=lambda log_p, cost, beta: log_p + beta * cost),
    en="The KL is added. It is a cost: the bound lies below the expected log-likelihood.",
    zh="KL 用了加号。它是代价：下界在期望对数似然之下。",
)
elbo.trap(
    _bounding(join=lambda log_p, cost, beta: beta * cost - log_p),
    en="This is the loss, −ELBO. Return the bound itself.",
    zh="这是损失，即 −ELBO。要返回下界本身。",
)
elbo.trap(
    _bounding(join=lambda log_p, cost, beta: log_p),
    en="The KL is missing: this trains an auto-encoder with noise, whose latent space the prior "
    "does not know.",
    zh="少了 KL：训练出来的只是带噪声的自编码器，它的隐空间和先验没有关系。",
)
elbo.trap(
    _bounding(likelihood=lambda x, logits: -((x - 1 / (1 + np.exp(-logits))) ** 2)),
    en="Squared errors are a Gaussian's log-likelihood up to scale. These pixels are Bernoulli: "
    "cross-entropy.",
    zh="平方误差对应高斯似然（还差一个尺度）。这里的像素是伯努利分布，用交叉熵。",
)
elbo.trap(
    _bounding(likelihood=_through_probabilities),
    en="log(1 − sigmoid(40)) is log 0. Work with the logits: log(1 + exp(logit)) has a stable "
    "form.",
    zh="log(1 − sigmoid(40)) 成了 log 0。直接用 logits：log(1 + exp(logit)) 有稳定的算法。",
)
elbo.trap(
    _bounding(join=lambda log_p, cost, beta: beta * (log_p - cost)),
    en="beta multiplies both terms: that changes only the scale. It weighs the KL against the "
    "likelihood.",
    zh="beta 乘了两项，只是整体缩放。它要调的是 KL 相对于似然的权重。",
)


# ---- linear ------------------------------------------------------------------------------------


def _linear(x, w, s, mu, logvar):
    """Everything by sums over a grid: of z for the evidence, around q's mean for the bound."""
    grid = np.linspace(-12, 12, 24001)
    step = grid[1] - grid[0]
    standard = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi) * step

    def log_joint(row, z):
        total = -(z**2) / 2 - math.log(2 * math.pi) / 2
        for pixel, weight in zip(row, w, strict=True):
            total = total - ((pixel - weight * z) / s) ** 2 / 2 - math.log(2 * math.pi * s**2) / 2
        return total

    result = []
    for row, m, v in zip(x, mu, logvar, strict=True):
        log_q = -(grid**2) / 2 - math.log(2 * math.pi) / 2 - v / 2
        bound = (standard * (log_joint(row, m + math.exp(v / 2) * grid) - log_q)).sum()
        joint = log_joint(row, grid)
        mass = np.exp(joint - joint.max()) * step
        posterior = mass / mass.sum()
        mean = (posterior * grid).sum()
        var = (posterior * (grid - mean) ** 2).sum()
        result.append((bound, joint.max() + math.log(mass.sum()), mean, math.log(var)))
    return tuple(np.array(column) for column in zip(*result, strict=True))


_RETURNS = ("elbo", "log_p", "best_mu", "best_logvar")
linear = Check(_linear, returns=_RETURNS, atol=1e-8)
linear.case(
    np.array([[1.0, 2.0], [0.0, -1.0]]),
    np.array([1.0, 2.0]),
    2.0,
    np.array([0.5, 1.0]),
    np.log(np.array([0.25, 4.0])),
    en="two images of two pixels, w = (1, 2), noise 2",
    zh="两张两像素的图，w = (1, 2)，噪声 2",
    ask_en="By hand: x has covariance w wᵀ + s² I = [[5, 2], [2, 8]], the posterior precision "
    "1 + 5/4, and q's variance adds w·w · ¼ to the first squared error. Which part differs?",
    ask_zh="手算：x 的协方差是 w wᵀ + s² I = [[5, 2], [2, 8]]，后验精度是 1 + 5/4，"
    "q 的方差给第一张图的平方误差加上 w·w · ¼。你的结果哪一部分不同？",
)
linear.case(
    np.array([[0.5, -1.0, 2.0]]),
    np.array([0.0, 0.0, 0.0]),
    0.5,
    np.array([0.0]),
    np.array([0.0]),
    en="a decoder that ignores z: the prior is the posterior, and the bound is tight",
    zh="解码器不理会 z：先验就是后验，下界是紧的",
)
linear.case(
    np.array([[0.3]]),
    np.array([-3.0]),
    0.5,
    np.array([1.0]),
    np.array([-1.0]),
    en="one pixel, little noise: a narrow posterior",
    zh="一个像素，噪声小：后验很窄",
)


@linear.fresh(en="a fresh model and fresh guesses", zh="新的模型和新的猜测")
def _(rng):
    x, w = rng.normal(size=(3, 4)), rng.normal(size=4)
    return x, w, float(rng.uniform(0.6, 1.8)), rng.normal(size=3), rng.normal(size=3) - 1


@linear.property(
    en="at the posterior that you return the bound equals log p(x); elsewhere it lies below",
    zh="在你返回的后验处，下界等于 log p(x)；别处都在它下面",
)
def _(answer, rng):
    x, w, s = rng.normal(size=(5, 3)), np.array([0.7, -1.2, 0.4]), 0.8
    zero = np.zeros(5)
    _, log_p, mu, logvar = (np.asarray(part) for part in answer(x, w, s, zero, zero))
    at_best = np.asarray(answer(x, w, s, mu.copy(), logvar.copy())[0])
    aside = np.asarray(answer(x, w, s, mu + 0.3, logvar - 0.4)[0])
    return Evidence(
        given={"w": w, "s": s},
        names_zh={
            "log p − ELBO at the best": "最优处的 log p − ELBO",
            "below elsewhere": "别处在下面",
        },
        expected={"log p − ELBO at the best": zero, "below elsewhere": True},
        got={
            "log p − ELBO at the best": log_p - at_best,
            "below elsewhere": bool((aside < log_p - 0.01).all()),
        },
        tolerance=1e-6,
    )


def _solving(
    spread=lambda w, v: w @ w * np.exp(v),
    constant=lambda d, s: -d / 2 * np.log(2 * np.pi * s**2),
    noise=lambda s: s**2,
    prior=1.0,
    log_p=None,
    as_log=np.log,
    sign=-1,
):
    """The model with one part exchanged."""

    def linear(x, w, s, mu, logvar):
        n, d = x.shape
        gaps = ((x - mu[:, None] * w) ** 2).sum(axis=1)
        fit = constant(d, s) - (gaps + spread(w, logvar)) / (2 * noise(s))
        cost = 0.5 * (np.exp(logvar) + mu**2 - 1 - logvar)
        var = 1 / (prior + w @ w / noise(s)) if prior or w.any() else 1.0
        best = np.full(n, as_log(var))
        cov = np.outer(w, w) + s**2 * np.eye(d)
        square = (x * np.linalg.solve(cov, x.T).T).sum(axis=1)
        exact = -0.5 * (d * np.log(2 * np.pi) + np.linalg.slogdet(cov)[1] + square)
        if log_p is not None:
            exact = log_p(x, w, s, fit + sign * cost)
        return fit + sign * cost, exact, var * (x @ w) / noise(s), best

    return linear


def _without_latent(x, w, s, bound):
    return -0.5 * (x.shape[1] * np.log(2 * np.pi * s**2) + (x**2).sum(axis=1) / s**2)


linear.trap(
    _solving(spread=lambda w, v: 0 * np.exp(v)),
    en="The decoder is evaluated at the mean of z only. Averaged over q the squared error has one "
    "more term, w·w times the variance of z; without it the bound can exceed log p.",
    zh="只在 z 的均值处算了解码器。对 q 求平均，平方误差还多一项：w·w 乘 z 的方差；少了它，"
    "“下界”会超过 log p。",
)
linear.trap(
    _solving(constant=lambda d, s: 0.0),
    en="The Gaussian's constant −D/2 log(2π s²) is missing from the bound. For training it does "
    "not matter, for a comparison with log p it does.",
    zh="下界里少了高斯的常数 −D/2 log(2π s²)。训练时无所谓，要和 log p 比较就不行了。",
)
linear.trap(
    _solving(noise=lambda s: s),
    en="s is a standard deviation; the Gaussian divides by its square.",
    zh="s 是标准差，高斯里除的是它的平方。",
)
linear.trap(
    _solving(prior=0.0),
    en="This posterior knows only the likelihood (least squares). The prior adds 1 to the "
    "precision.",
    zh="这个后验只用了似然（最小二乘）。先验还要给精度加 1。",
)
linear.trap(
    _solving(log_p=_without_latent),
    en="log p(x) with z set to 0. Integrated over z, x is Gaussian with covariance w wᵀ + s² I.",
    zh="这是令 z = 0 的 log p(x)。对 z 积分后，x 是高斯分布，协方差为 w wᵀ + s² I。",
)
linear.trap(
    _solving(log_p=lambda x, w, s, bound: bound),
    en="The bound is returned as log p. They are equal at the true posterior only.",
    zh="把下界当成 log p 返回了。两者只在真实后验处相等。",
)
linear.trap(
    _solving(as_log=lambda var: 0.5 * np.log(var)),
    en="This is the logarithm of the standard deviation, not of the variance.",
    zh="这是标准差的对数，不是方差的。",
)
linear.trap(
    _solving(sign=1),
    en="The KL is added, so the bound lies above log p.",
    zh="KL 用了加号，“下界”跑到 log p 上面去了。",
)


# ---- on paper ----------------------------------------------------------------------------------

nats = Estimate(0.2231, rtol=0.02)
nats.trap(
    0.1916,
    en="0.8 is the standard deviation; the first term is its square.",
    zh="0.8 是标准差，第一项要用它的平方。",
)
nats.trap(-0.2231, en="A KL divergence is never negative.", zh="KL 散度不会是负的。")
nats.trap(
    0.3219, en="That is in bits. Nats use the natural logarithm.", zh="这是比特。nat 用自然对数。"
)
nats.trap(0.4463, en="The factor ½ is missing.", zh="少了 ½。")

bits = Estimate(0.5005, unit="bits", unit_zh="比特", rtol=0.01)
bits.trap(
    22.2 / 64,
    en="These are nats per pixel. Divide by ln 2.",
    zh="这是每像素的 nat 数。还要除以 ln 2。",
)
bits.trap(22.2 / np.log(2), en="That is for the whole image.", zh="这是整张图的。")
bits.trap(
    22.2 / 64 * np.log(2),
    en="A nat is more than a bit: divide by ln 2.",
    zh="1 nat 大于 1 比特：应当除以 ln 2。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="A VAE is an auto-encoder that adds noise to its code; with the reconstruction loss alone "
    "it would generate just as well.",
    zh="VAE 就是在编码上加噪声的自编码器，只用重建损失也一样能生成。",
    because_en="Without the KL the codes spread far from the prior: best reconstruction, worst "
    "bound by far. Samples come from the prior.",
    because_zh="没有 KL，编码会散到离先验很远的地方：重建最好，下界却最差。而采样是从先验里采的。",
    source="beta = 0 in the table above",
    source_zh="见上表 beta = 0 一行",
)
flaws.true(
    en="log p(x) is the ELBO plus the KL divergence from q to the true posterior.",
    zh="log p(x) 等于 ELBO 加上 q 到真实后验的 KL 散度。",
)
flaws.false(
    en="Sampling is random, so the reconstruction term trains the decoder only; the encoder learns "
    "from the KL.",
    zh="采样是随机的，所以重建项只训练解码器，编码器只靠 KL 学习。",
    because_en="z is a differentiable function of mu, logvar and a noise that does not depend on "
    "them: the gradient passes through.",
    because_zh="z 是 mu、logvar 和一个与它们无关的噪声的可微函数，梯度可以穿过去。",
    source="Kingma & Welling 2014, §2.4",
)
flaws.false(
    en="The smaller the gap between ELBO and log p, the better the model.",
    zh="ELBO 和 log p 的差距越小，模型越好。",
    because_en="At beta = 8 the gap is smallest, because the posterior has collapsed to the prior: "
    "z says nothing, and log p is lower.",
    because_zh="beta = 8 时差距最小，因为后验塌缩成了先验：z 什么也没说，log p 反而更低。",
    source="the table above; Lucas et al. 2019",
    source_zh="见上表；Lucas et al. 2019",
)
flaws.true(
    en="For Gaussians the KL has a closed form; only the reconstruction term is sampled.",
    zh="高斯情形下 KL 有闭式解，只有重建项需要采样。",
)
flaws.false(
    en="The encoder gives logvar, so z = mu + exp(logvar) · eps.",
    zh="编码器输出 logvar，所以 z = mu + exp(logvar) · eps。",
    because_en="exp(logvar) is the variance. The standard deviation is exp(logvar / 2).",
    because_zh="exp(logvar) 是方差，标准差是 exp(logvar / 2)。",
    source="Kingma & Welling 2014, §2.4",
)
flaws.false(
    en="Averaging the cross-entropy over pixels changes only the learning rate.",
    zh="对像素的交叉熵取平均，只相当于改了学习率。",
    because_en="The KL is not divided with it: with 64 pixels this is beta = 64.",
    because_zh="KL 没有跟着除：64 个像素就相当于 beta = 64。",
    source="exercise 3",
    source_zh="见练习 3",
)
flaws.true(
    en="With a linear decoder and Gaussian noise a Gaussian q can be the exact posterior.",
    zh="解码器线性、噪声高斯时，高斯的 q 可以正好是真实后验。",
)

say = Say(
    model_en="""
A VAE is a latent variable model: z comes from a standard normal prior and a decoder gives p of x
given z.
The integral over z cannot be done, so an encoder proposes a Gaussian q of z given x.
We maximise the ELBO, a lower bound on log p of x.
It is the expected log-likelihood, minus the KL divergence from q to the prior.
The gap is the KL divergence from q to the true posterior.
To differentiate through the sample we write z as mu plus sigma times eps.
That is the reparameterisation trick.
The KL of two Gaussians has a closed form and is summed over latent dimensions.
If the KL goes to zero the posterior has collapsed and the decoder ignores z.
""",
    model_zh="""
VAE 是一个隐变量模型：z 服从标准正态先验，解码器给出 p(x|z)。
对 z 的积分算不出来，所以用编码器给出一个高斯的 q(z|x)。
我们最大化 ELBO，它是 log p(x) 的下界。
它等于期望对数似然，减去 q 到先验的 KL 散度。
差距就是 q 到真实后验的 KL 散度。
为了让梯度穿过采样，把 z 写成 mu 加 sigma 乘 eps。
这就是重参数化技巧。
两个高斯的 KL 有闭式解，对隐变量各维求和。
KL 降到零说明后验塌缩了，解码器不再理会 z。
""",
)
say.point(
    en="a latent variable model with a prior",
    zh="带先验的隐变量模型",
    found_en=[r"latent variable", r"\bprior\b", r"decoder (gives|models|defines)"],
    found_zh=[r"隐变量", r"先验", r"解码器(给出|建模|定义)"],
)
say.point(
    en="the ELBO: a lower bound on log p(x)",
    zh="ELBO：log p(x) 的下界",
    found_en=[r"\bELBO\b", r"lower bound", r"evidence"],
    found_zh=[r"ELBO", r"下界", r"证据"],
)
say.point(
    en="expected log-likelihood minus KL to the prior",
    zh="期望对数似然减去到先验的 KL",
    found_en=[r"reconstruction (term|loss)", r"expected log.?likelihood", r"KL.{0,30}prior"],
    found_zh=[r"重建(项|损失)", r"期望对数似然", r"先验的 ?KL|KL.{0,8}先验"],
)
say.point(
    en="the gap: KL to the true posterior",
    zh="差距：到真实后验的 KL",
    found_en=[r"true posterior", r"the gap", r"tight\b"],
    found_zh=[r"真实后验", r"差距", r"(下界)?是?紧的"],
)
say.point(
    en="reparameterisation",
    zh="重参数化",
    found_en=[r"reparam\w*", r"mu plus sigma|mu \+ sigma", r"gradient.{0,20}through the sampl\w+"],
    found_zh=[r"重参数化", r"mu ?[加+] ?sigma", r"梯度.{0,4}穿过采样"],
)
say.point(
    en="posterior collapse",
    zh="后验塌缩",
    found_en=[r"collaps\w*", r"decoder ignores", r"KL (goes|falls|drops) to (zero|0)"],
    found_zh=[r"塌缩", r"不再理会", r"KL ?(降到|变成|趋于) ?(零|0)"],
)
