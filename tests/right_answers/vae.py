"""Variational auto-encoders: other right answers, and every trap written a second way."""

import numpy as np

# ---- reparam -----------------------------------------------------------------------------------


def by_root(mu, logvar, eps):
    sigma = np.sqrt(np.exp(logvar))
    return np.add(mu, np.multiply(sigma, eps)), mu * 0 + 1, 0.5 * (sigma * eps)


def from_z(mu, logvar, eps):
    z = mu + np.exp(0.5 * logvar) * eps
    return z, np.ones(z.shape), (z - mu) / 2


def in_single(mu, logvar, eps):
    mu, logvar, eps = (np.asarray(a, dtype=np.float32) for a in (mu, logvar, eps))
    noise = np.exp(logvar / 2) * eps
    return mu + noise, np.ones_like(mu), noise / 2


def sample(power=0.5, factor=0.5, noise=True, sigma=True, stop=False, scaled=True):
    """z and slopes with mistakes switched on."""

    def answer(mu, logvar, eps):
        s = np.exp(logvar) ** power
        z = mu + (s if scaled else 1.0) * eps
        slope = factor * (s if sigma else 1.0) * (eps if noise else 1.0)
        if stop:
            return z, mu - mu, np.zeros(z.shape)
        return z, np.ones(z.shape), slope * np.ones(z.shape)

    return answer


# ---- kl ----------------------------------------------------------------------------------------


def by_densities(mu, logvar):
    """E log q − E log p, each in closed form; the constants cancel."""
    entropy = 0.5 * (1 + logvar)
    cross = 0.5 * (mu * mu + np.exp(logvar))
    return np.sum(cross - entropy, axis=-1)


def by_loop(mu, logvar):
    out = []
    for means, logs in zip(mu, logvar, strict=True):
        out.append(sum((np.expm1(v) - v + m * m) / 2 for m, v in zip(means, logs, strict=True)))
    return np.array(out)


def divergence(var=np.exp, half=0.5, one=1.0, over=lambda terms: terms.sum(axis=-1), way=1):
    def answer(mu, logvar):
        return way * over(half * (var(logvar) + np.square(mu) - one - logvar))

    return answer


def reversed_kl(mu, logvar):
    var = np.exp(logvar)
    return np.sum((1 + mu * mu) / (2 * var) + logvar / 2 - 0.5, axis=1)


# ---- elbo --------------------------------------------------------------------------------------


def by_log_sigmoid(x, logits, mu, logvar, beta=1.0):
    on, off = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    return (x * on + (1 - x) * off).sum(axis=1) - beta * by_densities(mu, logvar)


def by_hand(x, logits, mu, logvar, beta=1.0):
    softplus = np.where(logits > 0, logits, 0) + np.log1p(np.exp(-np.abs(logits)))
    loss = np.einsum("bp->b", softplus) - np.einsum("bp,bp->b", x, logits)
    return -(loss + beta * by_loop(mu, logvar))


def bound(pixels=None, over=np.sum, likelihood=1.0, cost=-1.0, beta_on_both=False):
    def answer(x, logits, mu, logvar, beta=1.0):
        if pixels is None:
            log_p = -np.logaddexp(0, np.where(x == 1, -logits, logits))
            grey = (x != 0) & (x != 1)
            log_p = np.where(grey, x * logits - np.logaddexp(0, logits), log_p)
        else:
            log_p = pixels(x, logits)
        fit = over(log_p, axis=-1)
        if beta_on_both:
            fit = beta * fit
        return likelihood * fit + cost * beta * by_loop(mu, logvar)

    return answer


def squared(x, logits):
    return -np.square(1 / (1 + np.exp(-logits)) - x)


def unstable(x, logits):
    with np.errstate(all="ignore"):
        p = np.exp(-np.logaddexp(0, -logits))
        return np.log(p) * x + np.log(1 - p) * (1 - x)


# ---- linear ------------------------------------------------------------------------------------


def by_equality(x, w, s, mu, logvar):
    """log p is the bound at the true posterior."""
    a, d = np.dot(w, w) / s**2, x.shape[1]

    def bound(m, v):
        error = (x * x).sum(axis=1) - 2 * m * (x @ w) + (m * m + np.exp(v)) * np.dot(w, w)
        fit = -d * np.log(s * np.sqrt(2 * np.pi)) - error / (2 * s * s)
        return fit - (m * m + np.expm1(v) - v) / 2

    best_v = -np.log1p(a) * np.ones(len(x))
    best_m = x @ w / (s * s) / (1 + a)
    return bound(mu, logvar), bound(best_m, best_v), best_m, best_v


def by_gap(x, w, s, mu, logvar):
    """The bound is log p minus the KL to the posterior; log p by the determinant lemma."""
    n, d = x.shape
    energy = w @ w
    var = s**2 / (s**2 + energy)
    best = (x @ w) / (s**2 + energy)
    square = ((x**2).sum(axis=1) - (x @ w) ** 2 / (s**2 + energy)) / s**2
    logdet = (d - 1) * np.log(s**2) + np.log(s**2 + energy)
    log_p = -(d * np.log(2 * np.pi) + logdet + square) / 2
    gap = (np.exp(logvar) / var + (mu - best) ** 2 / var - 1 + np.log(var) - logvar) / 2
    return log_p - gap, log_p, best, np.repeat(np.log(var), n)


def model(change=lambda parts, x, w, s, mu, logvar: parts):
    def answer(x, w, s, mu, logvar):
        return change(by_gap(x, w, s, mu, logvar), x, w, s, mu, logvar)

    return answer


def at_the_mean(parts, x, w, s, mu, logvar):
    elbo, *rest = parts
    return elbo + w @ w * np.exp(logvar) / (2 * s**2), *rest


def no_constant(parts, x, w, s, mu, logvar):
    elbo, *rest = parts
    return elbo + x.shape[1] * np.log(2 * np.pi * s * s) / 2, *rest


def not_squared(parts, x, w, s, mu, logvar):
    fit = -x.shape[1] / 2 * np.log(2 * np.pi * s**2)
    error = ((x - np.outer(mu, w)) ** 2).sum(axis=1) + w @ w * np.exp(logvar)
    var = s / (s + w @ w)
    return (
        fit - error / (2 * s) - by_loop(mu[:, None], logvar[:, None]),
        parts[1],
        x @ w / (s + w @ w),
        np.full(len(x), np.log(var)),
    )


def least_squares(parts, x, w, s, mu, logvar):
    if not w.any():
        return parts
    return *parts[:2], x @ w / (w @ w), np.full(len(x), np.log(s * s / (w @ w)))


def no_latent(parts, x, w, s, mu, logvar):
    densities = -np.log(s) - np.log(2 * np.pi) / 2 - (x / s) ** 2 / 2
    return parts[0], densities.sum(axis=1), *parts[2:]


def kl_added(parts, x, w, s, mu, logvar):
    return parts[0] + 2 * by_loop(mu[:, None], logvar[:, None]), *parts[1:]


RIGHT = {
    "reparam": [by_root, from_z, in_single],
    "kl": [by_densities, by_loop],
    "elbo": [by_log_sigmoid, by_hand],
    "linear": [by_equality, by_gap],
    "nats": ["0.223", -np.log(0.8)],
    "bits": ["0.5", 0.5004],
    "flaws": [{7, 6, 4, 3, 1}, "1，3，4，6，7"],
}

TWINS = {
    "reparam": {
        1: sample(power=1.0, factor=1.0),
        2: sample(stop=True),
        3: sample(factor=1.0),
        4: sample(factor=1.0, sigma=False),
        5: sample(noise=False),
        6: sample(scaled=False),
    },
    "kl": {
        1: divergence(way=-1),
        2: divergence(over=lambda terms: np.average(terms, axis=1)),
        3: divergence(var=lambda v: np.sqrt(np.exp(v))),
        4: divergence(half=1.0),
        5: divergence(one=0.0),
        6: reversed_kl,
        7: divergence(over=np.sum),
    },
    "elbo": {
        1: bound(over=np.mean),
        2: bound(cost=1.0),
        3: bound(likelihood=-1.0, cost=1.0),
        4: bound(cost=0.0),
        5: bound(pixels=squared),
        6: bound(pixels=unstable),
        7: bound(beta_on_both=True),
    },
    "linear": {
        1: model(at_the_mean),
        2: model(no_constant),
        3: model(not_squared),
        4: model(least_squares),
        5: model(no_latent),
        6: model(lambda parts, *_: (parts[0], parts[0], *parts[2:])),
        7: model(lambda parts, *_: (*parts[:3], parts[3] / 2)),
        8: model(kl_added),
    },
    "nats": {1: "0.1916", 2: np.log(0.8), 3: "0.322", 4: "0.446"},
    "bits": {1: "0.347", 2: "32.03", 3: 0.24},
}

TWO_AT_ONCE = {
    "reparam": [(sample(factor=1.0, noise=False), {3, 5})],
    "kl": [(divergence(way=-1, half=1.0), {1, 4})],
    "elbo": [(bound(over=np.mean, cost=1.0), {1, 2})],
    "linear": [
        (
            model(lambda parts, *rest: no_latent(at_the_mean(parts, *rest), *rest)),
            {1, 5},
        )
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["a latent variable model", "z has a normal prior", "the decoder gives p(x | z)"],
                "there is no prior",
            ),
            (
                ["maximise the ELBO", "a lower bound", "log evidence of x"],
                "it is not a lower bound",
            ),
            (
                [
                    "a reconstruction term",
                    "the expected log-likelihood",
                    "a KL from q to the prior",
                ],
                "no reconstruction term",
            ),
            (
                ["KL to the true posterior", "the gap", "there the bound is tight"],
                "we do not need the true posterior",
            ),
            (
                [
                    "the reparameterisation trick",
                    "z is mu plus sigma times eps",
                    "the gradient goes through the sample",
                ],
                "no reparameterisation",
            ),
            (
                ["the posterior may collapse", "the decoder ignores z", "the KL goes to zero"],
                "it does not collapse",
            ),
        ],
        "zh": [
            (["这是隐变量模型", "先验是标准正态", "解码器给出 p(x|z)"], "没有先验"),
            (["最大化 ELBO", "它是下界", "也就是证据的对数"], "不是下界"),
            (["一个重建项", "期望对数似然", "再减到先验的 KL"], "没有重建项"),
            (["q 到真实后验的 KL", "这就是差距", "这时下界是紧的"], "不用真实后验"),
            (["重参数化技巧", "z 等于 mu 加 sigma 乘 eps", "让梯度能穿过采样"], "不用重参数化"),
            (["后验会塌缩", "解码器不再理会 z", "KL 降到零"], "没有塌缩"),
        ],
    }
}

EQUIVALENT = {
    "elbo": {
        "np.logaddexp(0, logits) → np.logaddexp(logits, 0) in log_p = x * logits - "
        "np.logaddexp(0, logits)": "commutative: log(e⁰ + e^x) is log(e^x + e⁰)",
    },
    "linear": {
        "x - mu[:, None] * w → mu[:, None] * w - x in error = ((x - mu[:, None] * w) ** 2)"
        ".sum(axis=1) + spread": "same value: a square does not see the sign of the gap",
    },
}
