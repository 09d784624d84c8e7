"""GAN: the losses, one training step, two measures of samples, the best discriminator.

TensorFlow is imported inside the functions that need it: a learner who has a model has loaded it
already, and nobody else should wait for it.
"""

import inspect
import math

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- losses ------------------------------------------------------------------------------------


def _cost(logit):
    """-log sigmoid(logit) of one number, for any size of it."""
    return max(-logit, 0.0) + math.log1p(math.exp(-abs(logit)))


def _losses(real_logits, fake_logits, saturating=False):
    real, fake = np.ravel(real_logits).tolist(), np.ravel(fake_logits).tolist()
    caught = sum(_cost(-f) for f in fake) / len(fake)
    d_loss = sum(map(_cost, real)) / len(real) + caught
    return d_loss, -caught if saturating else sum(map(_cost, fake)) / len(fake)


losses = Check(_losses, returns=("d_loss", "g_loss"))
_LN3 = math.log(3)  # sigmoid(ln 3) = 3/4
losses.case(
    np.array([_LN3]),
    np.array([-_LN3, 0.0]),
    en="by hand: D says 3/4 of the real image, 1/4 and 1/2 of the generated ones",
    zh="手算：D 给真图 3/4，给两张生成图 1/4 和 1/2",
)
losses.case(
    np.array([_LN3, 0.0, 1.0]),
    np.array([-_LN3, 0.0]),
    saturating=True,
    en="the generator's loss of the original game",
    zh="原始博弈里生成器的损失",
)
losses.case(
    np.array([-45.0, 2.0]),
    np.array([45.0]),
    saturating=True,
    en="a discriminator that is fooled: the losses are large and finite",
    zh="被骗过的判别器：损失很大，但有限",
    ask_en="σ(45) is 1 in floating point. What is then left of 1 − σ(45)?",
    ask_zh="浮点数里 σ(45) 就是 1，那么 1 − σ(45) 还剩什么？",
)
losses.case(
    np.array([[-1000.0], [800.0]]),
    np.array([[900.0], [-1000.0], [-700.0]]),
    en="large logits, in shape (B, 1)",
    zh="很大的 logits，形状 (B, 1)",
)
losses.case(
    np.array([45.0, 50.0]),
    np.array([-45.0, -60.0]),
    True,
    en="a discriminator that is sure: the losses are small and not zero",
    zh="判别器很有把握：损失很小，但不是零",
)


@losses.fresh(en="fresh logits, more real than generated", zh="新的 logits，真图比生成图多")
def _(rng):
    return rng.normal(size=7) * 4, rng.normal(size=4) * 4, bool(rng.integers(2))


@losses.property(
    en="losses of 1e-20 keep their digits",
    zh="损失小到 1e-20 也有有效数字",
    ask_en="1 + 1e-20 is 1. What is then left of its logarithm?",
    ask_zh="1 + 1e-20 等于 1，取对数还剩什么？",
)
def _(answer):
    real, fake = np.array([46.0, 47.0]), np.array([-46.5])
    d_loss, g_loss = answer(real, fake, True)
    expected = _losses(real, fake, True)
    return Evidence(
        given={"real_logits": real, "fake_logits": fake, "saturating": True},
        names_zh={"d_loss × 1e20": "d_loss × 1e20", "g_loss × 1e20": "g_loss × 1e20"},
        expected={"d_loss × 1e20": expected[0] * 1e20, "g_loss × 1e20": expected[1] * 1e20},
        got={"d_loss × 1e20": float(d_loss) * 1e20, "g_loss × 1e20": float(g_loss) * 1e20},
    )


def candidate(real_logits, fake_logits, saturating=False):
    d_real = 1 / (1 + np.exp(-np.clip(real_logits, -500, 500)))
    d_fake = 1 / (1 + np.exp(-np.clip(fake_logits, -500, 500)))
    d_loss = -np.log(d_real + 1e-8).mean() - np.log(1 - d_fake + 1e-8).mean()
    if saturating:
        return d_loss, np.log(1 - d_fake + 1e-8).mean()
    return d_loss, -np.log(d_fake + 1e-8).mean()


def _softplus(x):
    return np.logaddexp(0, x)


def _overflowing(x):
    with np.errstate(all="ignore"):
        return np.log(1 + np.exp(x))


def _game(
    d=lambda r, f: _softplus(-r).mean() + _softplus(f).mean(),
    g=lambda f: _softplus(-f).mean(),
    g_saturating=lambda f: -_softplus(f).mean(),
):
    """The losses with one of them exchanged."""

    def losses(real_logits, fake_logits, saturating=False):
        r, f = np.asarray(real_logits, float), np.asarray(fake_logits, float)
        return d(r, f), g_saturating(f) if saturating else g(f)

    return losses


def _naive(real_logits, fake_logits, saturating=False):
    with np.errstate(all="ignore"):
        r, f = 1 / (1 + np.exp(-real_logits)), 1 / (1 + np.exp(-fake_logits))
        d_loss = -np.log(r).mean() - np.log(1 - f).mean()
        return d_loss, np.log(1 - f).mean() if saturating else -np.log(f).mean()


losses.trap(
    _naive,
    en="The sigmoid rounds to 0 or 1 before the logarithm sees it, and log 0 is -inf. "
    "-log σ(x) is log(1 + exp(-x)): compute that in one stable piece.",
    zh="sigmoid 先舍入成 0 或 1，再取对数就是 -inf。-log σ(x) 就是 log(1 + exp(-x))，"
    "要一步稳定地算出来。",
)
losses.trap(
    candidate,
    en="An ε inside the logarithm caps the loss near -log ε = 18.4 and flattens its gradient where "
    "the generator needs it most. Work on the logits.",
    zh="对数里加 ε，损失封顶在 -log ε = 18.4 左右，偏偏在生成器最需要梯度的地方把梯度压平了。"
    "直接用 logits 算。",
)
losses.trap(
    _game(d=lambda r, f: (_softplus(-r).mean() + _softplus(f).mean()) / 2),
    en="This is half of the discriminator's loss. The question asks for the sum of the two means, "
    "as in the value function.",
    zh="判别器的损失只有一半。题目要的是两个均值之和，与价值函数一致。",
)
losses.trap(
    _game(d=lambda r, f: np.concatenate([_softplus(-r).ravel(), _softplus(f).ravel()]).mean()),
    en="One mean over all logits weighs the two kinds by their numbers. Each expectation has its "
    "own mean; then add.",
    zh="所有 logits 放在一起求均值，两类就按张数加权了。两个期望各自求均值，再相加。",
)
losses.trap(
    _game(d=lambda r, f: _softplus(r).mean() + _softplus(-f).mean()),
    en="The labels are swapped: this discriminator is paid for calling real images generated.",
    zh="标签反了：这个判别器把真图说成生成的反而受奖励。",
)
losses.trap(
    _game(g_saturating=lambda f: _softplus(-f).mean()),
    en="`saturating` is ignored. The original game has the generator minimise log(1 − D(G(z))).",
    zh="没有理会 `saturating`。原始博弈里生成器最小化的是 log(1 − D(G(z)))。",
)
losses.trap(
    _game(g_saturating=lambda f: _softplus(f).mean()),
    en="The saturating loss has the wrong sign: log(1 − D) is negative, and minimising "
    "-log(1 − D) helps the discriminator.",
    zh="饱和版本的符号反了：log(1 − D) 是负数，最小化 -log(1 − D) 等于在帮判别器。",
)
losses.trap(
    _game(g=lambda f: _softplus(f).mean()),
    en="The generator's target is 1: it wants its images called real. With target 0 it learns to "
    "be caught.",
    zh="生成器的目标标签是 1：它要让自己的图被判成真的。目标取 0，学到的就是怎么被抓住。",
)
losses.trap(
    _game(d=lambda r, f: _softplus(f).mean()),
    en="The discriminator is only shown generated images. Then 'generated' is always right, and "
    "the loss falls to 0 without any knowledge of the data.",
    zh="判别器只看了生成图。那一律判“生成”就全对，损失能降到 0，却对数据一无所知。",
    ask_en="What would a discriminator say that has never seen a real image?",
    ask_zh="从没见过真图的判别器会怎么判？",
)
losses.trap(
    _game(
        d=lambda r, f: _overflowing(-r).mean() + _overflowing(f).mean(),
        g=lambda f: _overflowing(-f).mean(),
        g_saturating=lambda f: -_overflowing(f).mean(),
    ),
    en="The formula is right, but exp(1000) overflows to inf. Take 0 and x together as two "
    "exponents in one function that adds exponentials and returns the logarithm.",
    zh="公式没错，但 exp(1000) 溢出成 inf。把 0 和 x 看作两个指数，"
    "用一个“指数相加再取对数”的函数一步算完。",
)

# ---- train_step --------------------------------------------------------------------------------

_MEASURED = {
    "G moves in D's step": "D 的一步里 G 的移动",
    "D moves in G's step": "G 的一步里 D 的移动",
    "D kernel": "D 的核",
    "D bias": "D 的偏置",
    "G kernel": "G 的核",
    "G bias": "G 的偏置",
    "generator": "生成器",
    "discriminator": "判别器",
}


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _pair(seed, *watching):
    """A linear generator 2 → 3 and a linear discriminator 3 → 1, and their weights as float64."""
    import keras

    layers = [list(watching[:1]), list(watching[1:])]
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), *layers[0]])
    discriminator = keras.Sequential([keras.Input((3,)), *layers[1], keras.layers.Dense(1)])
    rng = np.random.default_rng(seed)
    for model in (generator, discriminator):
        model.set_weights([rng.normal(size=w.shape).astype("float32") for w in model.get_weights()])
    return (
        generator,
        discriminator,
        *([w.astype(float) for w in m.get_weights()] for m in (generator, discriminator)),
    )


def _batches(seed):
    """real (5, 3), z_d (4, 2), z_g (6, 2): three sizes, so that means are told from sums."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype("float32") for shape in ((5, 3), (4, 2), (6, 2))]


def _sgd(rate, momentum=0.0):
    import keras

    return keras.optimizers.SGD(rate, momentum=momentum)


class _Descent:
    """Keras's SGD with momentum, in closed form."""

    def __init__(self, rate, momentum=0.0):
        self.rate, self.momentum, self.speed = rate, momentum, [0.0, 0.0]

    def apply(self, weights, gradients):
        self.speed = [
            self.momentum * v - self.rate * g for v, g in zip(self.speed, gradients, strict=True)
        ]
        return [w + v for w, v in zip(weights, self.speed, strict=True)]


def _stepped(g, d, g_descent, d_descent, real, z_d, z_g):
    """One round on linear models by hand: (g, d, d_loss, g_loss)."""
    fake = z_d @ g[0] + g[1]
    on_real, on_fake = real @ d[0] + d[1], fake @ d[0] + d[1]
    d_loss = _softplus(-on_real).mean() + _softplus(on_fake).mean()
    push, pull = _sigmoid(on_fake) / len(fake), -_sigmoid(-on_real) / len(real)
    d = d_descent.apply(d, [real.T @ pull + fake.T @ push, pull.sum(0) + push.sum(0)])
    logits = (z_g @ g[0] + g[1]) @ d[0] + d[1]
    back = (-_sigmoid(-logits) / len(logits)) @ d[0].T
    g = g_descent.apply(g, [z_g.T @ back, back.sum(0)])
    return g, d, d_loss, _softplus(-logits).mean()


def _moved(model, before):
    return max(float(np.abs(a - b).max()) for a, b in zip(model.get_weights(), before, strict=True))


def _own(answer):
    """The learner's own function: what grading wraps around it needs a value, a graph has none."""
    if not inspect.isfunction(answer):
        return answer
    return inspect.getclosurevars(answer).nonlocals.get("part", answer)


train_step = Check(returns=("d_loss", "g_loss"), rtol=1e-4)


@train_step.property(
    en="byte for byte: D's step leaves G alone, G's step leaves D alone (the other learning rate "
    "is 0)",
    zh="逐字节：D 的一步不动 G，G 的一步不动 D（另一方学习率取 0）",
    ask_en="Which list of variables does each optimizer receive?",
    ask_zh="每个优化器拿到的是哪些变量？",
)
def _(answer):
    generator, discriminator, *_ = _pair(1)
    before = generator.get_weights()
    answer(generator, discriminator, _sgd(0.0), _sgd(0.5), *_batches(2))
    g_moved = _moved(generator, before)
    generator, discriminator, *_ = _pair(1)
    before = discriminator.get_weights()
    answer(generator, discriminator, _sgd(0.5), _sgd(0.0), *_batches(2))
    return Evidence(
        given={"learning rates": [0.5, 0.0]},
        names_zh=_MEASURED,
        expected={"G moves in D's step": 0.0, "D moves in G's step": 0.0},
        got={"G moves in D's step": g_moved, "D moves in G's step": _moved(discriminator, before)},
    )


@train_step.property(
    en="D's step by hand, on linear networks: its weights afterwards",
    zh="线性网络上手算 D 的一步：更新后的权重",
)
def _(answer):
    generator, discriminator, g, d = _pair(3)
    batches = _batches(4)
    _, d, *_ = _stepped(g, d, _Descent(0.0), _Descent(0.5), *batches)
    answer(generator, discriminator, _sgd(0.0), _sgd(0.5), *_copies(batches))
    got = discriminator.get_weights()
    return Evidence(
        given=dict(zip(("real", "z_d", "z_g"), batches, strict=True)),
        names_zh=_MEASURED,
        expected={"D kernel": d[0], "D bias": d[1]},
        got={"D kernel": got[0], "D bias": got[1]},
    )


@train_step.property(
    en="then G's step by hand, through the discriminator just updated",
    zh="接着手算 G 的一步：穿过刚更新过的判别器",
)
def _(answer):
    generator, discriminator, g, d = _pair(5)
    batches = _batches(6)
    g, *_ = _stepped(g, d, _Descent(0.4), _Descent(0.9), *batches)
    answer(generator, discriminator, _sgd(0.4), _sgd(0.9), *_copies(batches))
    got = generator.get_weights()
    return Evidence(
        given=dict(zip(("real", "z_d", "z_g"), batches, strict=True)),
        names_zh=_MEASURED,
        expected={"G kernel": g[0], "G bias": g[1]},
        got={"G kernel": got[0], "G bias": got[1]},
    )


@train_step.property(
    en="the two losses are those that the gradients belong to",
    zh="返回的两个损失就是求梯度时的损失",
)
def _(answer):
    generator, discriminator, g, d = _pair(7)
    batches = _batches(8)
    *_, d_loss, g_loss = _stepped(g, d, _Descent(0.4), _Descent(0.9), *batches)
    got = answer(generator, discriminator, _sgd(0.4), _sgd(0.9), *_copies(batches))
    return Evidence(
        given=dict(zip(("real", "z_d", "z_g"), batches, strict=True)),
        expected=[d_loss, g_loss],
        got=[np.asarray(value, float) for value in got],
    )


@train_step.property(
    en="three rounds with momentum: both networks keep learning, both optimizers keep their state",
    zh="带动量走三轮：两个网络都还在学，两个优化器各自保留状态",
)
def _(answer):
    generator, discriminator, g, d = _pair(9)
    optimizers = _sgd(0.3, 0.9), _sgd(0.2, 0.5)
    by_hand = _Descent(0.3, 0.9), _Descent(0.2, 0.5)
    for seed in (10, 11, 12):
        batches = _batches(seed)
        g, d, *_ = _stepped(g, d, *by_hand, *batches)
        answer(generator, discriminator, *optimizers, *_copies(batches))
    return Evidence(
        given={"rounds": 3, "momentum": [0.9, 0.5]},
        names_zh=_MEASURED,
        expected={"D kernel": d[0], "G kernel": g[0]},
        got={"D kernel": discriminator.get_weights()[0], "G kernel": generator.get_weights()[0]},
    )


def _recorder(seen):
    """A layer that passes its input on and writes down the mode it is called in."""
    import keras

    class Recorder(keras.layers.Layer):
        def call(self, x, training=None):
            seen.append(bool(training))
            return x

    return Recorder()


@train_step.property(
    en="both networks run in training mode",
    zh="两个网络都处于训练模式",
    ask_en="What do dropout and batch normalisation do without training=True?",
    ask_zh="不传 training=True，dropout 和批归一化会怎样？",
)
def _(answer):
    modes = {"generator": [], "discriminator": []}
    recorders = [_recorder(seen) for seen in modes.values()]
    generator, discriminator, *_ = _pair(13, *recorders)
    for seen in modes.values():
        seen.clear()  # building the model has called the layers, too
    answer(generator, discriminator, _sgd(0.1), _sgd(0.1), *_batches(14))
    return Evidence(
        names_zh=_MEASURED,
        expected={"generator": True, "discriminator": True},
        got={name: all(seen) for name, seen in modes.items()},
    )


@train_step.property(
    en="it runs inside tf.function, where a tensor has no value yet",
    zh="可以放进 tf.function：那时张量还没有值",
)
def _(answer):
    import tensorflow as tf

    generator, discriminator, *_ = _pair(15)
    optimizers = _sgd(0.1), _sgd(0.1)
    optimizers[0].build(generator.trainable_variables)
    optimizers[1].build(discriminator.trainable_variables)
    step = _own(answer)
    try:
        tf.function(
            lambda *arrays: step(generator, discriminator, *optimizers, *arrays), autograph=False
        ).get_concrete_function(*map(tf.constant, _batches(16)))
        runs = True
    except (AttributeError, NotImplementedError, TypeError):
        runs = False  # float(loss), loss.numpy()
    return Evidence(expected=True, got=runs)


def _copies(arrays):
    return [array.copy() for array in arrays]


def _playing(
    d_part=lambda tf, r, f: tf.reduce_mean(tf.nn.softplus(-r)) + tf.reduce_mean(tf.nn.softplus(f)),
    g_part=lambda tf, f: tf.reduce_mean(tf.nn.softplus(-f)),
    d_learns="d",
    g_learns="g",
    cut=False,
    at_once=False,
    shared=False,
    training=True,
    freeze=False,
    number=False,
):
    """One round with one part exchanged."""

    def train_step(generator, discriminator, g_optimizer, d_optimizer, real, z_d, z_g):
        import tensorflow as tf

        if shared:
            z_g = z_d

        def learners(names):
            models = {"d": discriminator, "g": generator}
            return [v for name in names for v in models[name].trainable_variables]

        def update(optimizer, gradients, names):
            optimizer.apply_gradients(zip(gradients, learners(names), strict=True))

        with tf.GradientTape() as tape:
            fake = generator(z_d, training=training)
            on_real = discriminator(real, training=training)
            d_loss = d_part(tf, on_real, discriminator(fake, training=training))
        d_gradients = tape.gradient(d_loss, learners(d_learns))
        if not at_once:
            update(d_optimizer, d_gradients, d_learns)
        if freeze:
            discriminator.trainable = False
        with tf.GradientTape() as tape:
            fake = generator(z_g, training=training)
            fake = tf.stop_gradient(fake) if cut else fake
            g_loss = g_part(tf, discriminator(fake, training=training))
        update(g_optimizer, tape.gradient(g_loss, learners(g_learns)), g_learns)
        if at_once:
            update(d_optimizer, d_gradients, d_learns)
        return (float(d_loss), float(g_loss)) if number else (d_loss, g_loss)

    return train_step


def _unsquashed(tf, outputs):
    """-mean log of outputs read as probabilities, clipped as Keras does."""
    return -tf.reduce_mean(tf.math.log(tf.clip_by_value(outputs, 1e-7, 1 - 1e-7)))


def _joint(generator, discriminator, g_optimizer, d_optimizer, real, z_d, z_g):
    import tensorflow as tf

    with tf.GradientTape(persistent=True) as tape:
        on_real = discriminator(real, training=True)
        on_fake = discriminator(generator(z_d, training=True), training=True)
        again = discriminator(generator(z_g, training=True), training=True)
        d_loss = tf.reduce_mean(tf.nn.softplus(-on_real)) + tf.reduce_mean(tf.nn.softplus(on_fake))
        g_loss = tf.reduce_mean(tf.nn.softplus(-again))
        loss = d_loss + g_loss
    for optimizer, model in ((d_optimizer, discriminator), (g_optimizer, generator)):
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
    return d_loss, g_loss


train_step.trap(
    _playing(g_learns="gd"),
    en="The generator's step also moves the discriminator, towards calling generated images real. "
    "The generator then wins by bribing the judge. The gradient flows through D, but only G's "
    "variables are updated.",
    zh="G 的一步里 D 也动了，而且是往“把生成图判成真图”的方向动：生成器靠买通裁判取胜。"
    "梯度要穿过 D，但只更新 G 的变量。",
)
train_step.trap(
    _playing(d_learns="dg"),
    en="The discriminator's step also moves the generator, towards images that are easier to "
    "catch. Update D's variables alone.",
    zh="D 的一步里 G 也动了，而且是往更容易被识破的方向动。这一步只更新 D 的变量。",
)
train_step.trap(
    _joint,
    en="Both networks descend one summed loss. G's share of it holds softplus(x) and softplus(-x), "
    "which pull against each other, and D learns from both. There are two losses, one for each "
    "network.",
    zh="两个网络在下降同一个总损失。里面既有 softplus(x) 又有 softplus(-x)，对 G "
    "的作用相互抵消，D 也在学两份。应该是两个损失，各管一个网络。",
)
train_step.trap(
    _playing(g_part=lambda tf, f: -tf.reduce_mean(tf.nn.softplus(f))),
    en="This is the saturating loss log(1 − D). While D is sure, its gradient σ(x) is nearly 0. "
    "The question asks for -log D.",
    zh="这是会饱和的 log(1 − D)。D 很有把握时，它的梯度 σ(x) 接近 0。题目要的是 -log D。",
)
train_step.trap(
    _playing(g_part=lambda tf, f: tf.reduce_mean(tf.nn.softplus(f))),
    en="In G's step the generated images carry the label 0: G learns to be caught. Its target "
    "is 1.",
    zh="G 的一步里生成图的标签是 0：G 学的是怎么被抓住。它的目标应是 1。",
)
train_step.trap(
    _playing(d_part=lambda tf, r, f: tf.reduce_mean(tf.nn.softplus(f))),
    en="The discriminator sees no real image in its step. It can only learn to reject everything.",
    zh="D 的一步里没有真图，它只能学会拒绝一切。",
)
train_step.trap(
    _playing(cut=True),
    en="The gradient does not reach the generator: its images were made outside the tape, or "
    "turned into NumPy, or stopped. G's forward pass belongs inside G's tape.",
    zh="梯度到不了生成器：图是在 tape 外面生成的，或者转成了 NumPy，或者被 stop_gradient 截断。G "
    "的前向要放在 G 的 tape 里。",
)
train_step.trap(
    _playing(at_once=True),
    en="G's gradient belongs to the discriminator from before this round: G steps first, or both "
    "gradients are taken before either network moves. That is a game too, but here G plays against "
    "the discriminator just updated.",
    zh="G 的梯度是对着这一轮之前的 D 求的：要么 G 先走，要么两个梯度都在更新之前求好了。"
    "这也是一种玩法，但题目要的是：G 面对刚更新过的 D。",
)
train_step.trap(
    _playing(training=False),
    en="The networks run in inference mode: dropout is off, and batch normalisation uses old "
    "statistics. Pass training=True.",
    zh="网络跑在推理模式：dropout 关着，批归一化用旧统计量。要传 training=True。",
)
train_step.trap(
    _playing(freeze=True),
    en="discriminator.trainable = False outlives the step. In Keras 3 the discriminator has no "
    "trainable variables in the next round and never learns again. Choose variables instead of "
    "freezing.",
    zh="discriminator.trainable = False 在这一步之后依然有效。Keras 3 里 D 下一轮就没有可训练变量，"
    "从此不再学习。不要冻结，挑选要更新的变量就行。",
)
train_step.trap(
    _playing(shared=True),
    en="G's step reuses z_d. It has noise of its own, z_g.",
    zh="G 的一步又用了 z_d。它有自己的噪声 z_g。",
)
train_step.trap(
    _playing(number=True),
    en="float(loss) and loss.numpy() need a value. Inside tf.function the tensor is a node of a "
    "graph: return it as it is, and convert outside.",
    zh="float(loss)、loss.numpy() 都要求张量有值。在 tf.function 里它只是图上的一个节点："
    "原样返回，到外面再转。",
)
train_step.trap(
    _playing(
        d_part=lambda tf, r, f: (
            tf.reduce_mean(tf.nn.softplus(r)) + tf.reduce_mean(tf.nn.softplus(-f))
        )
    ),
    en="In D's step the labels are swapped: D learns to call real images generated. Real is 1, "
    "generated is 0.",
    zh="D 的一步里标签反了：D 学的是把真图说成生成的。真图是 1，生成图是 0。",
)
train_step.trap(
    _playing(
        d_part=lambda tf, r, f: _unsquashed(tf, r) + _unsquashed(tf, 1 - f),
        g_part=_unsquashed,
    ),
    en="The discriminator's outputs are taken for probabilities, but they are logits: the loss "
    "clips them to [0, 1], and most of the gradient is lost. In Keras: from_logits=True.",
    zh="把判别器的输出当成了概率，其实是 logits：损失把它们裁剪到 [0, 1]，梯度大多丢了。"
    "Keras 里要写 from_logits=True。",
    ask_en="Which values can the last Dense(1) give, and which can a probability have?",
    ask_zh="最后的 Dense(1) 能输出哪些值？概率能取哪些值？",
)

# ---- report ------------------------------------------------------------------------------------


def _report(samples, real, labels, share=0.02):
    total, found = 0.0, {}
    for sample in samples:
        gaps = [math.dist(sample, image) for image in real]
        nearest = min(range(len(gaps)), key=gaps.__getitem__)
        total += gaps[nearest]
        found[int(labels[nearest])] = found.get(int(labels[nearest]), 0) + 1
    enough = [count for count in found.values() if count >= share * len(samples)]
    return total / len(samples), len(enough)


report = Check(_report, returns=("distance", "modes"))
report.case(
    np.array([[0.0, 3.0], [0.0, 1.0], [8.0, 4.0], [1.0, 0.0]]),
    np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 9.0]]),
    np.array([4, 7, 2]),
    0.5,
    en="by hand: distances 3, 1, 5, 1; three samples are nearest to class 4, one to class 7",
    zh="手算：距离 3、1、5、1；三个样本最近的是第 4 类，一个是第 7 类",
)
report.case(
    np.array([[0.0, 0.0, 0.1]] * 6 + [[1.0, 1.0, 0.0], [2.0, 2.0, 0.0]]),
    np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 0.0], [2.0, 2.0, 2.0], [1.0, 0.9, 0.0], [9.0, 9.0, 9.0]]),
    np.array([0, 1, 5, 1, 3]),
    0.25,
    en="two of eight samples are just enough at share 1/4; a class nobody comes near counts 0",
    zh="share 为 1/4 时，八个样本里有两个刚好够；没有样本靠近的类不算",
)
report.case(
    np.array([[1.0, 2.0, 3.0, 4.0]]),
    np.array([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 0.0]]),
    np.array([12, 0]),
    en="a copy of a real image is at distance 0, in one mode",
    zh="照抄一张真图：距离为 0，一个模式",
)
report.case(
    np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [20.0, 20.0]]),
    np.array([[0.0, 1.0], [10.0, 1.0], [0.0, 12.0], [20.0, 21.0]]),
    np.array([2, 2, 5, 7]),
    0.5,
    en="two samples near two different images of one class count for that class together",
    zh="两个样本靠近同一类的两张图，都算在这一类名下",
)


@report.fresh(en="fresh samples and images", zh="新的样本和图像")
def _(rng):
    labels = rng.integers(6, size=17)
    real = rng.normal(size=(17, 5)) + 3 * labels[:, None]
    samples = rng.normal(size=(23, 5)) + 3 * rng.choice([0, 1, 1, 1, 3, 3, 5], size=23)[:, None]
    return samples, real, labels, 0.15


@report.fresh(en="the share of 2 % when none is given", zh="不给 share 时是 2 %")
def _(rng):
    labels = np.arange(4)
    real = 20.0 * np.eye(4)
    samples = real[np.repeat(labels, [90, 6, 2, 1])] + rng.normal(size=(99, 4))
    return samples, real, labels


def _reported(
    gaps=lambda s, r: np.sqrt(((s[:, None] - r) ** 2).sum(-1)),
    distance=lambda gaps: gaps.min(axis=1).mean(),
    count=lambda labels, gaps, share: (
        np.bincount(labels[gaps.argmin(axis=1)]) >= share * len(gaps)
    ).sum(),
):
    """The report with one part exchanged."""

    def report(samples, real, labels, share=0.02):
        g = gaps(samples, real)
        return distance(g), count(labels, g, share)

    return report


report.trap(
    _reported(distance=lambda g: (g.min(axis=1) ** 2).mean()),
    en="These are squared distances. Take the root before the mean.",
    zh="这是距离的平方。先开根号再平均。",
)
report.trap(
    _reported(distance=lambda g: g.min(axis=0).mean()),
    en="This asks, for each real image, how near the nearest sample is. The question goes the "
    "other way: for each sample, the nearest real image.",
    zh="这是对每张真图找最近的样本。题目问的是反方向：对每个样本找最近的真图。",
    ask_en="How many distances enter the mean, one per sample or one per real image?",
    ask_zh="取平均的距离有几个：每个样本一个，还是每张真图一个？",
)
report.trap(
    _reported(distance=lambda g: g.mean()),
    en="The mean runs over all pairs. Samples of ten good digits are far from nine tenths of the "
    "data: only the nearest image counts.",
    zh="这是所有配对的平均。好的样本离绝大多数别类的图本来就远，只看最近的那一张。",
)
report.trap(
    _reported(gaps=lambda s, r: np.sqrt(((s[:, None] - r) ** 2).mean(-1))),
    en="The squares are averaged over the pixels. The Euclidean distance sums them.",
    zh="平方在像素上取了平均。欧氏距离是求和。",
)
report.trap(
    _reported(count=lambda labels, g, share: len(set(labels[g.argmin(axis=1)].tolist()))),
    en="One stray sample makes a mode here: `share` is ignored. With 450 samples even uniform "
    "noise then reaches almost all classes.",
    zh="`share` 没有用上，一个零星的样本就算一个模式。样本有 450 个时，连均匀噪声都几乎各类都有。",
)
report.trap(
    _reported(count=lambda labels, g, share: (np.bincount(labels) >= share * len(labels)).sum()),
    en="These are the classes of the real data. Count the labels that the samples' nearest "
    "neighbours carry.",
    zh="这数的是真实数据的类别。要数的是样本的最近邻带的标签。",
)
report.trap(
    _reported(
        count=lambda labels, g, share: (
            np.bincount(labels[g.argmin(axis=1)]) > share * len(g)
        ).sum()
    ),
    en="A class with exactly `share` of the samples counts: at least, not more than.",
    zh="正好达到 `share` 的类也算：是“至少”，不是“超过”。",
)
report.trap(
    _reported(
        count=lambda labels, g, share: (
            np.bincount(labels[g.argmin(axis=0) % len(labels)]) >= share * len(g)
        ).sum()
    ),
    en="The nearest sample of each image was looked up, and its number used as an image's. The "
    "minimum runs along the axis of the real images.",
    zh="找的是每张真图最近的样本，又把样本编号当成了真图编号。最小值要沿真图那一维取。",
)

# ---- best_response -----------------------------------------------------------------------------


def _best_response(p, q, dx):
    d, value = [], 0.0
    for a, b in zip(p.tolist(), q.tolist(), strict=True):
        d.append(0.5 if a + b == 0 else 1 / (1 + b / a) if a > 0 else 0.0)
        value += a * (math.log(a) - math.log(a + b)) if a else 0.0
        value += b * (math.log(b) - math.log(a + b)) if b else 0.0
    return np.array(d), value * dx


best_response = Check(_best_response, returns=("d", "value"))
best_response.case(
    np.array([0.75, 0.25, 0.0, 0.0]),
    np.array([0.25, 0.25, 0.5, 0.0]),
    1.0,
    en="by hand: 3/4, 1/2, 0, and 1/2 where neither has any density",
    zh="手算：3/4、1/2、0，两边密度都为零处取 1/2",
)
best_response.case(
    np.array([1.0, 2.0, 1.0]),
    np.array([1.0, 2.0, 1.0]),
    0.25,
    en="equal densities: 1/2 everywhere, and the value is -log 4",
    zh="密度相同：处处 1/2，价值为 -log 4",
)
best_response.case(
    np.array([2.0, 0.0, 0.0]),
    np.array([0.0, 0.5, 1.5]),
    0.5,
    en="densities that share no point: a value of 0 and no NaN",
    zh="没有公共点的密度：价值为 0，没有 NaN",
)
best_response.case(
    np.exp(-((np.linspace(-9, 9, 37) + 3) ** 2)) / math.sqrt(math.pi),
    np.exp(-((np.linspace(-9, 9, 37) - 4) ** 2)) / math.sqrt(math.pi),
    0.5,
    en="two Gaussians far apart: in the tails one density is 1e-60 of the other",
    zh="相距很远的两个高斯：尾部的密度相差 1e60 倍",
)


@best_response.fresh(en="fresh densities", zh="新的密度")
def _(rng):
    p, q = rng.uniform(size=(2, 30)) ** 3
    p[:4], q[2:7] = 0.0, 0.0
    return p / p.sum() / 0.3, q / q.sum() / 0.3, 0.3


def _responding(
    d=lambda p, q: np.where(p + q > 0, p / np.where(p + q > 0, p + q, 1), 0.5),
    value=None,
    scale=lambda total, dx: total * dx,
):
    """The best response with one part exchanged."""

    def half(a, b):
        return np.where(a > 0, a * np.log(np.where(a > 0, a, 1) / np.where(a > 0, a + b, 1)), 0)

    def best_response(p, q, dx):
        with np.errstate(all="ignore"):
            ratio = d(p, q)
            total = (value(p, q, ratio) if value else half(p, q) + half(q, p)).sum()
            return ratio, scale(total, dx)

    return best_response


best_response.trap(
    _responding(d=lambda p, q: p / q),
    en="p/q is the odds. As a probability it becomes p/(p + q).",
    zh="p/q 是几率（odds）。化成概率是 p/(p + q)。",
)
best_response.trap(
    _responding(d=lambda p, q: np.where(p + q > 0, q / np.where(p + q > 0, p + q, 1), 0.5)),
    en="This is the probability of being generated. D gives that of being real.",
    zh="这是“生成”的概率。D 给的是“真实”的概率。",
)
best_response.trap(
    _responding(d=lambda p, q: p / (p + q)),
    en="Where neither density has any mass, 0/0 is nan. D may say anything there; the question "
    "asks for 1/2.",
    zh="两边密度都为零时 0/0 是 nan。那里 D 取什么都行，题目要 1/2。",
)
best_response.trap(
    _responding(d=lambda p, q: (p + 1e-8) / (p + q + 2e-8)),
    en="An ε drowns the tails: both densities are far below it there, D drifts to 1/2, and the "
    "true ratio is lost.",
    zh="ε 把尾部淹没了：那里两个密度都远小于它，D 漂到 1/2，真实的比值丢了。",
)
best_response.trap(
    _responding(
        value=lambda p, q, d: (
            np.where(p > 0, p * np.log(d), 0) + np.where(q > 0, q * np.log(1 - d), 0)
        )
    ),
    en="1 − D rounds to 0 where p is 1e16 times q, and q · log 0 is -inf. Use q/(p + q), which "
    "keeps its digits.",
    zh="p 是 q 的 1e16 倍以上时，1 − D 舍入成 0，q · log 0 就是 -inf。改用 q/(p + q)，"
    "有效数字不丢。",
)
best_response.trap(
    _responding(value=lambda p, q, d: p * np.log(d) + q * np.log(1 - d)),
    en="0 · log 0 is nan in NumPy and 0 in the limit. A point where one density is 0 adds nothing "
    "for it.",
    zh="NumPy 里 0 · log 0 是 nan，而极限是 0。密度为 0 的那一项没有贡献。",
)
best_response.trap(
    _responding(scale=lambda total, dx: total),
    en="The sum is not yet an integral: multiply by the grid's step dx.",
    zh="求和还不是积分：要乘格点间距 dx。",
)
best_response.trap(
    _responding(scale=lambda total, dx: -total * dx),
    en="This is the discriminator's loss. The value V is its negative: D maximises V.",
    zh="这是判别器的损失。价值 V 是它的相反数：D 在最大化 V。",
)
best_response.trap(
    _responding(scale=lambda total, dx: total * dx / 2),
    en="The value has no factor 1/2; with it, equal densities would give -log 2.",
    zh="价值函数没有 1/2 这个系数；有的话，密度相同时就成了 -log 2。",
)

# ---- on paper ----------------------------------------------------------------------------------

perfect = Estimate(math.log(4), rtol=0.005)
perfect.trap(
    math.log(2),
    en="This is one of the two terms. D says 1/2 of real images and of generated ones: add both.",
    zh="这只是两项中的一项。真图和生成图 D 都给 1/2，两项要相加。",
)
perfect.trap(
    0.0,
    en="A loss of 0 means a discriminator that is never wrong. Before a perfect generator it can "
    "only guess.",
    zh="损失为 0 说明判别器从不出错。面对完美的生成器，它只能猜。",
)
perfect.trap(
    -math.log(4),
    en="This is the value V. The discriminator's loss is -V.",
    zh="这是价值 V，判别器的损失是 -V。",
)

rescue = Estimate(99, rtol=0.005)
rescue.trap(
    100,
    en="1/D is the ratio to 1. Divide the two slopes: (1 − D) by D.",
    zh="1/D 是和 1 相比。要用两个斜率相除：(1 − D) 除以 D。",
)
rescue.trap(
    1 / 99,
    en="The wrong way round: the non-saturating slope is the larger one.",
    zh="比反了：不饱和的斜率更大。",
)
rescue.trap(
    99 * 100,
    en="These are slopes with respect to D, not to the logit. dD/dx = D(1 − D) is in both.",
    zh="要的是对 logit 的斜率，两边都含 dD/dx = D(1 − D)，相除就约掉了。",
)

# ---- in words ----------------------------------------------------------------------------------

_PAPER = "Goodfellow et al. 2014"
flaws = Flaws()
flaws.false(
    en="The discriminator judges how similar a generated image is to a real one.",
    zh="判别器评判生成图和真图有多相似。",
    because_en="It sees one image at a time and gives the probability that it comes from the data. "
    "At its best that is p_data/(p_data + p_g).",
    because_zh="它一次只看一张图，输出“这张来自真实数据”的概率。最优时是 p_data/(p_data + p_g)。",
    source=f"{_PAPER}, Prop. 1",
)
flaws.true(
    en="D's step needs real and generated images; G's step needs no real image at all.",
    zh="D 的一步既要真图也要生成图；G 的一步完全不需要真图。",
)
flaws.false(
    en="A GAN is Sequential([generator, discriminator]), fitted on noise with random 0/1 labels.",
    zh="GAN 就是 Sequential([generator, discriminator])，用噪声配随机的 0/1 标签训练。",
    because_en="Then no real image is ever seen and one loss moves both networks the same way. "
    "Alternate: D with real 1 and generated 0, then G through D with target 1.",
    because_zh="这样从头到尾没见过真图，一个损失把两个网络往同一个方向推。应交替：先训 D，"
    "真图为 1、生成图为 0；再让 G 穿过 D，目标为 1。",
    source=f"{_PAPER}, Algorithm 1",
)
flaws.false(
    en="Compile D, set D.trainable = False, compile the stacked model: in Keras 3 D still trains.",
    zh="先编译 D，再设 D.trainable = False，最后编译拼起来的模型：Keras 3 里 D 照样训练。",
    because_en="Keras 1 and 2 kept the list of weights made at compile. Keras 3 looks at each "
    "step: D has no trainable weights and stays as it is.",
    because_zh="Keras 1 和 2 保留编译那一刻的权重列表。Keras 3 训练时才查看，D 没有可训练权重，"
    "纹丝不动。",
    source="measured in this lesson",
    source_zh="本课实测",
)
flaws.true(
    en="In G's step the gradient passes through D, and D's weights stay as they are.",
    zh="G 的一步里梯度穿过 D，但 D 的权重不变。",
)
flaws.false(
    en="The generator ends in tanh, so the real pixels may stay between 0 and 1.",
    zh="生成器最后是 tanh，真图像素保持 0 到 1 就行。",
    because_en="One negative pixel then gives a generated image away. Scale real images to "
    "[-1, 1].",
    because_zh="那只要有一个负像素就暴露了。真图要缩放到 [-1, 1]。",
    source="Radford et al. 2015, §4",
)
flaws.false(
    en="GANs generate text just as they generate images.",
    zh="GAN 生成文本和生成图像一样。",
    because_en="Drawing a token is a discrete choice with no gradient back to G. SeqGAN needs "
    "policy gradients; language models are trained by maximum likelihood.",
    because_zh="采样 token 是离散选择，梯度回不到 G。SeqGAN 要靠策略梯度；语言模型用的是最大似然。",
    source="Yu et al. 2017, SeqGAN, §1",
)
flaws.true(
    en="A falling generator loss does not say that the images get better: it is measured by a "
    "judge that changes.",
    zh="生成器的损失下降不代表图变好了：打分的裁判自己也在变。",
)

say = Say(
    model_en="""
A generator turns noise into images; a discriminator gives one image the probability of being real.
They alternate. First the discriminator learns from real images with label 1 and generated images
with label 0, and the generator is not updated.
Then the generator is updated through the discriminator with target 1; only its own variables move.
I use the non-saturating loss, minus log D, because log of one minus D is flat while D is sure.
The best discriminator is p data over p data plus p g, and at equilibrium it says one half.
In Keras 3 I write two gradient tapes with two optimizers, as compile-then-freeze leaves the
discriminator untrained.
The losses do not tell me the quality, so I look at samples, the nearest-neighbour distance and
the number of modes, beside a baseline.
""",
    model_zh="""
生成器把噪声变成图像；判别器对一张图给出它是真图的概率。
两者交替训练。先训判别器：真图标签 1，生成图标签 0，生成器不更新。
再让生成器穿过判别器更新，目标是 1，只更新它自己的变量。
我用不饱和损失 -log D，因为判别器很有把握时 log(1 − D) 几乎是平的。
最优判别器是 p_data/(p_data + p_g)，均衡时处处输出二分之一。
在 Keras 3 里我写两个 tape、两个优化器；先编译再冻结的老办法会让判别器根本不训练。
损失说明不了质量，所以要看样本、最近邻距离和模式数，旁边放基线。
""",
)
say.point(
    en="D gives one image the probability of being real",
    zh="判别器给单张图“是真图”的概率",
    found_en=[r"probability.{0,30}(real|data)", r"(discriminator|\bD\b).{0,40}(classif|real or)"],
    found_zh=[
        r"真.{0,6}概率",
        r"判别器[^不没]{0,16}真.{0,6}概率",
        r"概率.{0,10}真",
        r"判别器[^不没]{0,12}(二分类|判断真假|区分)",
    ],
)
say.point(
    en="D learns from real = 1 and generated = 0",
    zh="判别器：真图 1，生成图 0",
    found_en=[
        r"real.{0,30}(label|target|as|=)\s*(1|one)",
        r"(generated|fake).{0,30}(label|target|as|=)\s*(0|zero)",
    ],
    found_zh=[
        r"真图.{0,8}1",
        r"(生成图|假图).{0,8}0",
        r"判别器[^不没]{0,8}真图.{0,8}1",
    ],
)
say.point(
    en="G's step moves G alone, through D",
    zh="G 的一步穿过 D，只更新 G",
    found_en=[
        r"only (its own|the generator|G)\b.{0,30}(move|updat|change|variables)",
        r"through the discriminator",
        r"discriminator.{0,20}(stays|fixed|frozen|untouched)",
    ],
    found_zh=[r"只更新(它自己|生成器|\s*G)", r"穿过判别器", r"判别器.{0,6}(固定|保持)"],
)
say.point(
    en="the non-saturating loss and why",
    zh="不饱和损失及原因",
    found_en=[r"non.?saturating", r"(minus|-|−)\s*log D", r"flat while", r"saturates"],
    found_zh=[r"(-|−|负)\s*log\s*D", r"不饱和", r"饱和", r"几乎是平的"],
)
say.point(
    en="the optimum p_data/(p_data + p_g), one half at equilibrium",
    zh="最优判别器 p_data/(p_data + p_g)，均衡时 1/2",
    found_en=[r"p.?data over", r"p.?data\s*/", r"(one half|1/2|0\.5)"],
    found_zh=[r"p.?data\s*/", r"(二分之一|1/2|0\.5)"],
)
say.point(
    en="two tapes and two optimizers",
    zh="两个 tape、两个优化器",
    found_en=[r"two (gradient )?tapes", r"two optimi[sz]ers", r"an optimi[sz]er (each|of its own)"],
    found_zh=[r"两个\s*(tape|优化器)", r"各(有|用)一个优化器"],
)
say.point(
    en="judge by samples: distance and modes, beside a baseline",
    zh="看样本：最近邻距离、模式数，和基线比",
    found_en=[r"nearest.?neighbou?r", r"modes?\b", r"(coverage|FID)"],
    found_zh=[r"最近邻", r"模式", r"覆盖", r"FID"],
)
