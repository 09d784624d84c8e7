# ---
# title: Train a VAE and measure how tight its bound is
# title_zh: 训练一个 VAE，再量一量它的下界有多紧
# kind: code
# minutes: 50
# level: 3
# needs: []
# seeds: [001-Q19]
# asked: 9
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Explain the VAE. Write the loss. Why the reparameterisation, what does the KL do, and how far is the ELBO from log p(x)?
#
# Think aloud for one minute before you type: a sample is drawn at random between encoder and decoder. How does the
# encoder learn from what the decoder did with it?

# %% [markdown] lang="zh" en="8e212285"
# ## 题目
#
# > 讲一下 VAE，写出损失。为什么要重参数化，KL 起什么作用，ELBO 离 log p(x) 有多远？
#
# 先别动手，出声想一分钟：编码器和解码器之间隔着一次随机采样，编码器怎么知道解码器拿样本做了什么？

# %% [markdown] role="question" fold="What a good answer contains"
# - A latent variable model: prior p(z), decoder p(x|z); the encoder q(z|x) stands in for the posterior.
# - ELBO = expected log-likelihood − KL(q ‖ prior) = log p(x) − KL(q ‖ posterior).
# - z = μ + σ ε: the randomness is moved out of the way of the gradient.
# - Sums, not means, over pixels and latent numbers; posterior collapse; what beta does.

# %% [markdown] lang="zh" en="ba42a989" fold="好的回答包含什么"
# - 隐变量模型：先验 p(z)、解码器 p(x|z)；编码器 q(z|x) 用来近似后验。
# - ELBO = 期望对数似然 − KL(q ‖ p(z)) = log p(x) − KL(q ‖ p(z|x))。
# - z = μ + σ ε：把随机性挪到梯度的路径之外。
# - 对像素和隐变量都是求和，不是取平均；后验塌缩；beta 的作用。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("vae")

# %% [markdown] role="exercise" anchor="reparam"
# ## 1 · A sample with a gradient
#
# The encoder gives mu and logvar = log σ² for each latent number. Write `reparam`: the sample z made from
# standard normal noise eps, and its slopes with respect to mu and to logvar.

# %% [markdown] lang="zh" en="55b02b49"
# ## 1 · 带梯度的样本
#
# 编码器对每个隐变量给出 mu 和 logvar = log σ²。写出 `reparam`：用标准正态噪声 eps 得到样本 z，以及 z 对 mu、对 logvar 的斜率。


# %% role="exercise"
def reparam(mu, logvar, eps):
    """All of one shape, say (B, Z). Returns (z, ∂z/∂mu, ∂z/∂logvar), each of that shape."""
    ### BEGIN SOLUTION
    noise = np.exp(logvar / 2) * eps
    return mu + noise, np.ones_like(mu), noise / 2
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which of the three inputs does the encoder not depend on?
# 2. mu = 1, variance 4, eps = 0.5: where is z? By how much does it move when log σ² grows by 0.01?
# 3. Standard deviation exp(logvar / 2) times eps, plus mu. Differentiate that: 1, and half of the noise term.

# %% [markdown] lang="zh" en="d22a419c"
# 1. 三个输入里，哪一个与编码器无关？
# 2. mu = 1，方差 4，eps = 0.5：z 在哪里？log σ² 增加 0.01，z 移动多少？
# 3. 标准差 exp(logvar / 2) 乘 eps，再加 mu。对它求导：一个是 1，一个是噪声项的一半。

# %%
check.reparam(reparam)

# %% [markdown] role="idea" anchor="idea"
# The evidence splits into two parts (Kingma & Welling 2014, §2.2):
#
# $$\log p(x) = \underbrace{\mathbb{E}_{q}[\log p(x|z)] - \mathrm{KL}(q(z|x) \,\|\, p(z))}_{\text{ELBO}} + \mathrm{KL}(q(z|x) \,\|\, p(z|x))$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $q(z \mid x) = N(\mu, \sigma^2)$ | `mu`, `logvar` | (B, Z) |
# | $z = \mu + \sigma \epsilon$ | `z` | (B, Z) |
# | $p(x \mid z)$, a Bernoulli for each pixel | `logits` | (B, P) |
#
# The last term is never negative, so the ELBO is a lower bound, and it is tight where $q$ is the posterior. By hand, the closed form of the
# other KL for mean 2 and variance 1: $\tfrac12 (1 + 4 - 1 - 0) = 2$.

# %% [markdown] lang="zh" en="72ceffdb"
# 证据可以拆成两部分（Kingma & Welling 2014，§2.2）：
#
# $$\log p(x) = \underbrace{\mathbb{E}_{q}[\log p(x|z)] - \mathrm{KL}(q(z|x) \,\|\, p(z))}_{\text{ELBO}} + \mathrm{KL}(q(z|x) \,\|\, p(z|x))$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $q(z \mid x) = N(\mu, \sigma^2)$ | `mu`、`logvar` | (B, Z) |
# | $z = \mu + \sigma \epsilon$ | `z` | (B, Z) |
# | $p(x \mid z)$，每个像素一个伯努利分布 | `logits` | (B, P) |
#
# 最后一项不会是负的，所以 ELBO 是下界；$q$ 正好是后验时，下界是紧的。手算一下另一个 KL 的闭式：均值 2、方差 1 时，$\tfrac12 (1 + 4 - 1 - 0) = 2$。

# %% role="reward"
if check.reparam.passed:
    rng = np.random.default_rng(0)
    for Z in (1, 10, 100):  # E[sum (z − 1)²] with z ~ N(mu, 1): its slope for mu is 2 (mu − 1)
        mu, eps = np.full((20_000, Z), 1.5), rng.normal(size=(20_000, Z))
        z, to_mu, _ = reparam(mu, np.zeros_like(mu), eps)
        path = (2 * (z - 1) * to_mu)[:, 0]
        score = ((z - 1) ** 2).sum(axis=1) * (z - mu)[:, 0]  # f(z) times the slope of log q
        print(
            f"{Z:3} latent numbers, slope 1: path {path.mean():5.2f} (spread {path.std():5.1f}), "
            f"score function {score.mean():5.2f} (spread {score.std():5.1f})"
        )

# %% [markdown] role="worked"
# Both estimates aim at the same slope. The path through the sample says in which direction f falls; the score function
# only knows how large f was. Its spread grows with the number of latent numbers, the path's does not.
# That is why the trick matters: not because sampling could not be differentiated in any other way.

# %% [markdown] lang="zh" en="ae9884d1"
# 两种估计的目标是同一个斜率。沿样本这条路，知道 f 往哪个方向降；得分函数只知道 f 有多大。隐变量越多，后者波动越大，前者不变。这才是这个技巧的价值：并不是说采样没有别的办法求导。

# %% [markdown] role="exercise" anchor="kl"
# ## 2 · The price of a code
#
# Write `kl`: for each image the divergence of its posterior, independent Gaussians, from the standard normal prior.

# %% [markdown] lang="zh" en="74225150"
# ## 2 · 编码的代价
#
# 写出 `kl`：每张图的后验（相互独立的高斯）到标准正态先验的散度。


# %% role="exercise"
def kl(mu, logvar):
    """KL(N(mu, exp(logvar)) ‖ N(0, 1)), summed over the latent numbers: (B, Z), (B, Z) → (B,)."""
    ### BEGIN SOLUTION
    return 0.5 * (np.exp(logvar) + mu**2 - 1 - logvar).sum(axis=1)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What must it be for mu = 0, logvar = 0, and which sign has it everywhere else?
# 2. Variance σ² and mean μ: the mean of z² under q is σ² + μ². What is the mean of ½z² − ½ε² − log σ?
# 3. Half of variance plus squared mean minus one minus logvar, summed over the latent numbers.

# %% [markdown] lang="zh" en="6cee7e9e"
# 1. mu = 0、logvar = 0 时应是多少？别处是什么符号？
# 2. 方差 σ²、均值 μ：q 下 z² 的均值是 σ² + μ²。那么 ½z² − ½ε² − log σ 的均值是多少？
# 3. 方差加均值的平方减一减 logvar，取一半，对隐变量求和。

# %%
check.kl(kl)

# %% [markdown] role="exercise" anchor="elbo"
# ## 3 · The bound
#
# Write `elbo` for pixels that are Bernoulli variables, from the decoder's logits at one sample of z. Logits of ±1000 occur.

# %% [markdown] lang="zh" en="cdda1636"
# ## 3 · 下界
#
# 像素是伯努利变量，由解码器在一个 z 样本上的 logits，写出 `elbo`。logits 可能到 ±1000。


# %% role="exercise"
def elbo(x, logits, mu, logvar, beta=1.0):
    """log p(x|z), summed over the pixels, minus beta times the KL, for each image.

    x: (B, P) in [0, 1]; σ(logits), (B, P), is the probability of a 1. mu, logvar: (B, Z). Returns (B,).
    """
    ### BEGIN SOLUTION
    log_p = x * logits - np.logaddexp(0, logits)
    return log_p.sum(axis=1) - beta * kl(mu, logvar)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which of the two terms is a sum over pixels, and which over latent numbers? Which sign has each?
# 2. A pixel 1 with logit 0, and a pixel 0 with logit 0: what is log p of each, and of both?
# 3. x · logit − log(1 + exp(logit)) for each pixel, with a stable logarithm; add up the pixels; subtract beta times kl.

# %% [markdown] lang="zh" en="94592c72"
# 1. 两项里哪一项对像素求和，哪一项对隐变量求和？各是什么符号？
# 2. 一个值为 1 的像素，logit 0；一个值为 0 的像素，logit 0：各自的 log p 是多少？合起来呢？
# 3. 每个像素 x · logit − log(1 + exp(logit))，对数要用稳定的写法；对像素相加；减去 beta 乘 kl。

# %%
check.elbo(elbo)

# %% [markdown] role="setup"
# Now train it: 8×8 digits, each pixel 0 or 1, encoder 64 → 32 → 2 + 2, decoder 2 → 32 → 64, slopes by hand. Several networks
# are trained at once: each weight has one more axis in front. With two latent numbers log p(x) can be
# summed over a grid, `evidence`, which tells how tight the bound is.

# %% [markdown] lang="zh" en="f523a245"
# 现在来训练：8×8 的数字，像素非 0 即 1，编码器 64 → 32 → 2 + 2，解码器 2 → 32 → 64，梯度手写。几个网络同时训练：每个权重前面多一个轴。隐变量只有两个，log p(x) 可以在格点上求和，即 `evidence`，由此看出下界有多紧。

# %% role="setup"
(x, _), (x_test, y_test) = data.digits(split=True)
x, x_test = (np.float32(images.reshape(-1, 64) > 0.5) for images in (x, x_test))


def layer(p, name, x):
    return x @ p[name] + p["b" + name]


def encode(p, x):
    hidden = layer(p, "W1", x).clip(0)
    return hidden, layer(p, "Wm", hidden), layer(p, "Wv", hidden)


def decode(p, z):
    hidden = layer(p, "V1", z).clip(0)
    return hidden, layer(p, "V2", hidden)


def gradients(p, x, eps, beta, reparam):
    """Slopes of −ELBO, averaged over the batch."""
    n, grads = x.shape[-2], {}

    def back(name, inputs, error):
        grads[name] = inputs.swapaxes(-1, -2) @ error
        grads["b" + name] = error.sum(axis=-2, keepdims=True)
        return error @ p[name].swapaxes(-1, -2)

    hidden, mu, logvar = encode(p, x)
    z, to_mu, to_logvar = reparam(mu, logvar, eps)
    lit, logits = decode(p, z)
    error = back("V2", lit, (1 / (1 + np.exp(-logits)) - x) / n) * (lit > 0)
    error = back("V1", z, error)
    on_mean = back("Wm", hidden, error * to_mu + beta * mu / n)
    on_var = back("Wv", hidden, error * to_logvar + beta * (np.exp(logvar) - 1) / (2 * n))
    back("W1", x, (on_mean + on_var) * (hidden > 0))
    return grads


def train(betas, reparam, steps=600, seed=0):
    """One network for each beta, by Adam."""
    rng, count = np.random.default_rng(seed), len(betas)
    shapes = {"W1": (64, 32), "Wm": (32, 2), "Wv": (32, 2), "V1": (2, 32), "V2": (32, 64)}
    p = {}
    for name, shape in shapes.items():
        p[name] = np.float32(rng.normal(size=(count, *shape)) * np.sqrt(1.5 / shape[0]))
        p["b" + name] = np.zeros((count, 1, shape[1]), np.float32)
    beta = np.float32(betas)[:, None, None]
    m, v = dict.fromkeys(p, np.float32(0)), dict.fromkeys(p, np.float32(0))
    for t in range(1, steps + 1):
        batch = x[rng.integers(len(x), size=(count, 64))]
        eps = rng.normal(size=(count, 64, 2)).astype(np.float32)
        for name, g in gradients(p, batch, eps, beta, reparam).items():
            m[name] = 0.9 * m[name] + 0.1 * g
            v[name] = 0.999 * v[name] + 0.001 * g * g
            root = np.sqrt(v[name] / (1 - 0.999**t)) + 1e-8
            p[name] = p[name] - 0.01 / (1 - 0.9**t) * m[name] / root
    return p


def evidence(p, x):
    """log p(x) of each image, (n,), for one network: p(z) p(x|z) summed over a grid of z."""
    line = np.linspace(-4.5, 4.5, 91)
    z = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    _, logits = decode(p, z)
    prior = -(z**2).sum(axis=1) / 2 - np.log(2 * np.pi) + 2 * np.log(line[1] - line[0])
    joint = x @ logits.T - np.logaddexp(0, logits).sum(axis=1) + prior
    top = joint.max(axis=1)
    return top + np.log(np.exp(joint - top[:, None]).sum(axis=1))


# %% role="reward"
if check.reparam.passed and check.kl.passed and check.elbo.passed:
    betas = [0, 0.25, 1, 2, 8]
    nets = train(np.repeat(betas, 5), reparam)
    images, rng, rows = x_test[:150], np.random.default_rng(1), []
    for i in range(25):
        p = {name: value[i] for name, value in nets.items()}
        _, mu, logvar = encode(p, images)
        draws = [reparam(mu, logvar, rng.normal(size=mu.shape))[0] for _ in range(30)]
        bound = np.mean([elbo(images, decode(p, z)[1], mu, logvar).mean() for z in draws])
        price = kl(mu, logvar).mean()
        rows.append([-bound - price, price, bound, evidence(p, images).mean()])
    table = np.array(rows).reshape(5, 5, 4)  # beta, seed, measure
    print("beta  reconstruction    KL    ELBO  log p(x)    gap")
    for beta, (cost, price, bound, exact) in zip(betas, table.mean(axis=1), strict=True):
        print(f"{beta:4}  {cost:14.2f} {price:5.2f} {bound:7.2f} {exact:9.2f} {exact - bound:6.2f}")
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(6.6, 2.8))
        gap = table[..., 3] - table[..., 2]
        groups = {"log p(x)": table[1:, :, 3], "ELBO": table[1:, :, 2]}
        plot.curves({n: v.T for n, v in groups.items()}, markers=True, ylabel="nats", ax=axes[0])
        plot.curves({"gap": gap[1:].T}, markers=True, ylabel="gap in nats", ax=axes[1])
        for ax in axes:
            ax.set_xticks(range(4), betas[1:])
            ax.set_xlabel("beta in training")
        axes[1].set_ylim(bottom=0)
        plt.show()

# %% [markdown] role="caption" alt="Two panels over the beta used in training, 0.25, 1, 2 and 8. Left: log p of x falls from beta 0.25 to 8; the ELBO lies below it, is highest at 1 and lowest at 8. Right: the gap between the two, smallest at beta 8, where it is nearly zero."
# Test digits; mean and range of five networks for each beta; ELBO and log p(x) are those of beta = 1, whatever was trained. The ELBO is highest where it is what was trained; at
# 0.25 the model itself is better, but the looser bound hides it. At beta = 8 the gap all but vanishes in the worst model of the four: the posterior has
# collapsed to the prior, which *is* the posterior when the decoder ignores z. A tight bound says that q fits the model, not that the model fits the data.

# %% [markdown] lang="zh" en="df71f364" alt="两幅图，横轴是训练用的 beta：0.25、1、2、8。左：log p(x) 从 beta 为 0.25 到 8 一路下降；ELBO 在它下面，beta 为 1 处最高、8 处最低。右：两者的差距，beta 为 8 时最小，几乎为零。"
# 测试数字，每个 beta 五个网络的均值与范围；不管训练时 beta 是多少，ELBO 和 log p(x) 都按 beta = 1 来算。训练目标正是 ELBO 时，ELBO 最高；beta = 0.25 时模型本身更好，但下界更松，看不出来。beta = 8 时差距几乎消失，它却是四个模型里最差的：后验塌缩成了先验；解码器不理会 z 时，先验**就是**后验。下界紧，说明 q 贴合模型，不说明模型贴合数据。

# %% role="reward"
if check.reparam.passed and check.kl.passed and check.elbo.passed:
    p = {name: value[0] for name, value in train([1.0], reparam, steps=3000).items()}
    _, mu, _ = encode(p, x_test)
    line = np.linspace(-2, 2, 10)
    z = np.stack(np.meshgrid(line, line[::-1]), axis=-1).reshape(-1, 2)
    tiles = (1 / (1 + np.exp(-decode(p, z)[1]))).reshape(10, 10, 8, 8)
    tiles = np.pad(tiles, ((0, 0), (0, 0), (1, 1), (1, 1)))  # white between the images
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(6.8, 3.3))
        for digit in range(10):
            here = y_test == digit
            place = mu[here].mean(axis=0)
            axes[0].scatter(*mu[here].T, s=6, color=plt.get_cmap("tab10")(digit))
            axes[0].text(*place, str(digit), ha="center", va="center", fontsize=13, weight="bold")
        axes[0].set(
            xlabel="z₁",
            ylabel="z₂",
            title="encoder: means of test digits",
            xlim=(-3, 3),
            ylim=(-3, 3),
        )
        axes[1].imshow(
            tiles.transpose(0, 2, 1, 3).reshape(100, 100), cmap="Greys", extent=(-2, 2, -2, 2)
        )
        axes[1].set(xlabel="z₁", title="decoder: z on a grid")
        axes[1].grid(visible=False)
        plt.show()

# %% [markdown] role="caption" alt="Left: the encoder's means of the test digits in the plane, coloured by class with the digit written at the middle of each; classes such as 0, 4 and 6 form regions of their own, others overlap. Right: ten by ten images decoded from a grid of z; neighbouring images change gradually from one digit into another."
# The latent plane of one network, trained longer. It has seen no label. Some digits have a region of their own, others
# share one: two numbers are few. On the right any point of the plane gives an image, and neighbours look alike: the KL holds the codes together.

# %% [markdown] lang="zh" en="ebaf2cf0" alt="左：编码器给出的测试数字均值在平面上的位置，按类别着色，每类中间写着数字；0、4、6 等类各占一块，其他类有重叠。右：在 z 的 10×10 格点上解码出的图像，相邻的图从一个数字渐变到另一个。"
# 一个训练得更久的网络的隐平面。它没见过标签。有的数字各占一块，有的挤在一起：两个数太少了。右边，平面上任取一点都能得到一张图，相邻的图很像：是 KL 把编码聚拢在一起。

# %% [markdown] role="why"
# **What most people write first.** The mean over pixels for the likelihood, or over latent numbers for the KL: both change beta without a word. With
# the mean over 64 pixels beta is 64, and the posterior collapses. In PyTorch: `F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)` plus
# `-0.5 * (1 + logvar - mu**2 - logvar.exp()).sum() / len(x)`.
#
# **Why logvar?** It may be any real number, so the encoder's last layer needs no constraint; and σ cannot reach 0.
#
# **What is beta for?** beta < 1 buys reconstruction, beta > 1 a code closer to the prior (Higgins et al. 2017, the β-VAE); neither maximises the ELBO. Starting
# at 0 and rising to 1 while training is a common remedy for collapse.
#
# **Cost.** One forward and one backward pass, as for an auto-encoder: one sample per image is enough if the batch is large (Kingma & Welling 2014, §2.3).

# %% [markdown] lang="zh" en="aebff959"
# **最常见的第一版。** 似然对像素取平均，或者 KL 对隐变量取平均：不知不觉就改了 beta。对 64 个像素取平均，beta 就成了 64，后验会塌缩。PyTorch 写成 `F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)` 加上
# `-0.5 * (1 + logvar - mu**2 - logvar.exp()).sum() / len(x)`。
#
# **为什么用 logvar？** 它可以是任意实数，编码器最后一层不用加约束；σ 也不会变成 0。
#
# **beta 有什么用？** beta < 1 换来更好的重建，beta > 1 让编码更接近先验（Higgins et al. 2017，β-VAE）；两者最大化的都不是 ELBO。训练时从 0 逐渐升到 1，是对付塌缩的常用办法。
#
# **代价。** 和自编码器一样，一次前向、一次反向：batch 够大时，每张图一个样本就够了（Kingma & Welling 2014，§2.3）。

# %% [markdown] role="worked"
# **A good place to stop.** You have a VAE. What follows: a model in which everything can be computed exactly.

# %% [markdown] lang="zh" en="0b6ce8a3"
# **可以先歇一歇。** VAE 已经写完。下面是一个处处都能精确计算的模型。

# %% [markdown] role="exercise" anchor="linear"
# ## 4 · When is the bound tight?
#
# One latent number, a linear decoder, Gaussian noise: $p(z) = N(0, 1)$, $p(x \mid z) = N(w z, s^2 I)$, and $q = N(\mu, e^{\text{logvar}})$.
# Write `linear`: the exact ELBO, with no sampling; the exact log p(x); and the posterior at which they meet.

# %% [markdown] lang="zh" en="5b589403"
# ## 4 · 下界什么时候是紧的
#
# 一个隐变量，线性解码器，高斯噪声：$p(z) = N(0, 1)$，$p(x \mid z) = N(w z, s^2 I)$，$q = N(\mu, e^{\text{logvar}})$。写出 `linear`：不采样的精确 ELBO，精确的 log p(x)，以及让两者相等的后验。


# %% role="exercise"
def linear(x, w, s, mu, logvar):
    """x: (B, D). w: (D,). s: standard deviation of the noise. mu, logvar: (B,), those of q.

    Returns (elbo, log_p, best_mu, best_logvar), each (B,); the last two belong to p(z|x).
    """
    ### BEGIN SOLUTION
    B, D = x.shape
    spread = np.exp(logvar) * (w @ w)  # what the variance of z adds to the squared error
    error = ((x - mu[:, None] * w) ** 2).sum(axis=1) + spread
    fit = -D / 2 * np.log(2 * np.pi * s**2) - error / (2 * s**2)
    bound = fit - kl(mu[:, None], logvar[:, None])
    cov = np.outer(w, w) + s**2 * np.eye(D)
    square = (x.T * np.linalg.solve(cov, x.T)).sum(axis=0)
    log_p = -(D * np.log(2 * np.pi) + np.linalg.slogdet(cov)[1] + square) / 2
    var = 1 / (1 + w @ w / s**2)
    return bound, log_p, var * (x @ w) / s**2, np.full(B, np.log(var))
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which distribution has x, when z is integrated out: which mean, which covariance?
# 2. D = 1, w = 1, s = 1: x has variance 2. The posterior of z given x = 2 has precision 1 + 1. Which mean?
# 3. E‖x − wz‖² = ‖x − wμ‖² + ‖w‖² σ². Gaussian log-likelihood with it, minus KL. log p: covariance wwᵀ + s²I. Posterior: precision 1 + w·w/s², mean = variance · w·x/s².

# %% [markdown] lang="zh" en="d32ae7c0"
# 1. 把 z 积掉之后，x 服从什么分布？均值和协方差各是什么？
# 2. D = 1，w = 1，s = 1：x 的方差是 2。给定 x = 2，z 的后验精度是 1 + 1。均值是多少？
# 3. E‖x − wz‖² = ‖x − wμ‖² + ‖w‖² σ²。代入高斯对数似然，减去 KL。log p：协方差 wwᵀ + s²I。后验：精度 1 + w·w/s²，均值 = 方差 · w·x/s²。

# %%
check.linear(linear)

# %% role="reward"
if check.kl.passed and check.linear.passed:
    w, one = np.array([1.0, -0.5, 0.8]), np.array([[1.2, 0.3, 1.0]])
    _, log_p, best_mu, best_logvar = linear(one, w, 0.7, np.zeros(1), np.zeros(1))
    steps = np.linspace(-1.5, 1.5, 61)
    many = np.repeat(one, 61, axis=0)
    sides = {"mean off by": (best_mu + steps, best_logvar + 0 * steps)}
    sides["log-variance off by"] = (best_mu + 0 * steps, best_logvar + steps)
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(6.6, 2.6), sharey=True)
        for (name, (mu, logvar)), ax in zip(sides.items(), axes, strict=True):
            bound = linear(many, w, 0.7, mu, logvar)[0]
            plot.curves(
                {"ELBO": bound, "log p(x)": np.full(61, log_p)}, x=steps, xlabel=name, ax=ax
            )
            print(
                f"{name} 1.5: gap {log_p[0] - bound[-1]:.2f}, −1.5: gap {log_p[0] - bound[0]:.2f}"
            )
        axes[0].set_ylabel("nats")
        plt.show()

# %% [markdown] role="caption" alt="Two panels. A horizontal line, log p of x, and below it the ELBO, touching the line at zero error only. Left, over the error of the mean: a symmetric parabola. Right, over the error of the log-variance: flatter, and falling more steeply to the right than to the left."
# The bound touches log p(x) at the true posterior, and nowhere else. It is a parabola in the mean; in log-variance a q that is too wide costs
# more than one as much too narrow.

# %% [markdown] lang="zh" en="41caf7d5" alt="两幅图。水平线是 log p(x)，下方的 ELBO 只在误差为零处与它相切。左：随均值的误差变化，是对称的抛物线。右：随对数方差的误差变化，平缓一些，向右比向左降得快。"
# 下界只在真实后验处碰到 log p(x)。对均值是抛物线；对数方差错得同样多，太宽比太窄代价更大。

# %% [markdown] role="why"
# **Why it is tight here.** The posterior is Gaussian, with one variance for all x, so a Gaussian q can equal it. In the network above it is not:
# the decoder is curved, q has axis-parallel ellipses only, and one encoder serves all images. What is left is the gap you measured. Maximising this
# linear model's bound is probabilistic PCA (Lucas et al. 2019).

# %% [markdown] lang="zh" en="a6600fc8"
# **这里为什么能紧。** 后验是高斯的，而且所有 x 的方差都一样，高斯的 q 可以与它相等。上面的网络不行：解码器不是线性的，q 只能是轴对齐的椭圆，一个编码器还要照顾所有图像。剩下的就是你量出来的差距。最大化这个线性模型的下界，就是概率 PCA（Lucas et al. 2019）。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `reparam`. For a posterior as wide as the prior its sample is right. Find inputs for which
# even the sample is wrong.

# %% [markdown] lang="zh" en="676c6f45"
# ## 找反例
#
# 下面是一个错误的 `reparam`。后验和先验一样宽时，它的样本是对的。找一组输入，让它连样本都不对。

# %% role="hack"
check.reparam.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
mean, log_variance, noise = 1.0, np.log(4.0), 0.5
### END SOLUTION
if mean is not ...:
    check.reparam.hack(
        trap=1, mu=np.array([mean]), logvar=np.array([log_variance]), eps=np.array([noise])
    )

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about VAEs. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="a2b60e05"
# ## 挑错
#
# 一位候选人这样讲 VAE。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6, 7]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="nats"
# ## The interviewer goes on
#
# **A latent number has posterior mean 0.6 and standard deviation 0.8. What does it cost in nats?** Two significant digits.

# %% [markdown] lang="zh" en="4b98e5c3"
# ## 追问
#
# **一个隐变量的后验均值 0.6、标准差 0.8。它的 KL 是多少 nat？** 两位有效数字即可。

# %% role="follow-up"
### BEGIN SOLUTION
cost = 0.5 * (0.8**2 + 0.6**2 - 1 - np.log(0.8**2))
### END SOLUTION

# %%
check.nats(cost)

# %% [markdown] role="follow-up" anchor="bits"
# **The ELBO of an image of 64 binary pixels is −22.2 nats. How many bits per pixel does that promise?**

# %% [markdown] lang="zh" en="8c844eb0"
# **一张 64 个二值像素的图，ELBO 是 −22.2 nat。相当于每像素多少比特？**

# %% role="follow-up"
### BEGIN SOLUTION
rate = 22.2 / 64 / np.log(2)
### END SOLUTION

# %%
check.bits(rate)

# %% [markdown] role="follow-up" fold="How would you notice posterior collapse, and what helps?"
# The KL, per latent number, is near 0, and reconstructions do not depend on the image. It happens when the decoder can do without z (a strong autoregressive
# one), or when noise or beta is large. Help: raise beta from 0 to 1 while training, leave each latent number
# some KL for free, weaken the decoder.

# %% [markdown] lang="zh" en="6967cec7" fold="怎么发现后验塌缩？有什么办法？"
# 看每个隐变量的 KL，接近 0；重建结果与输入图像无关。解码器没有 z 也行（比如很强的自回归解码器），或者噪声、beta 太大，就会这样。办法：训练中让 beta 从 0 升到 1，给每个隐变量留一点免费的 KL，削弱解码器。

# %% [markdown] role="follow-up" fold="What does a VQ-VAE change?"
# The code is the nearest of K learnt vectors instead of a Gaussian sample. The choice has no slope: the gradient is copied from the decoder's input to the encoder's output
# (straight-through). With a uniform prior the KL is the constant log K, so it drops out; a prior over codes is learnt afterwards (van den Oord et al. 2017).

# %% [markdown] lang="zh" en="c4aa2770" fold="VQ-VAE 改了什么？"
# 编码不再是高斯样本，而是 K 个可学习向量里最近的那个。选择没有斜率：把解码器输入处的梯度直接抄给编码器的输出（straight-through）。先验取均匀分布时，KL 是常数 log K，可以去掉；编码上的先验之后再学（van den Oord et al. 2017）。

# %% [markdown] role="say" anchor="say"
# ## Say it
#
# Answer the opening question in about a minute, in your own words. You see the key points after you
# have written something.

# %% [markdown] lang="zh" en="d2ed9109"
# ## 说一遍
#
# 用自己的话回答开头的问题，一分钟左右。写了之后才会看到要点。

# %% role="say"
### BEGIN SOLUTION
answer = check.say.model
### END SOLUTION

# %%
check.say(answer)

# %% [markdown] role="minute" anchor="minute" fold="The answer in one minute"
# > A VAE models x with a latent z: a standard normal prior and a decoder p(x|z). The integral for log p(x) is out of reach, so an encoder gives a
# > Gaussian q(z|x), and I maximise the ELBO: the expected log-likelihood minus KL(q ‖ prior). It falls short of log p(x) by
# > KL(q ‖ true posterior). The gradient passes through the sample because z = μ + σ ε. The KL is ½ Σ(σ² + μ² − 1 − log σ²), summed over latent numbers, as the likelihood is over
# > pixels. If the KL goes to 0 the posterior has collapsed: the bound is tight and the model poor.
#
# Classic mistakes: exp(logvar) as σ; means instead of sums; no KL; "sampling blocks the gradient"; a tight bound taken for a good model.

# %% [markdown] lang="zh" en="74d4f1e4" fold="一分钟版本"
# > VAE 用隐变量 z 给 x 建模：先验是标准正态，解码器给出 p(x|z)。log p(x) 的积分算不出来，于是用编码器给出高斯的 q(z|x)，最大化 ELBO：期望对数似然减去 KL(q ‖ p(z))。它比 log p(x) 小，差的正是 q 到真实后验的 KL。因为 z = μ + σ ε，梯度能穿过采样。KL 是 ½ Σ(σ² + μ² − 1 − log σ²)，对隐变量求和，似然则对像素求和。KL 降到 0 说明后验塌缩：下界很紧，模型很差。
#
# 常见错误：把 exp(logvar) 当成 σ；该求和却取平均；漏掉 KL；说“采样挡住了梯度”；把下界紧当成模型好。

# %% [markdown] role="reference"
# ## References
#
# - Kingma & Welling 2014, *Auto-Encoding Variational Bayes*, [arXiv:1312.6114](https://arxiv.org/abs/1312.6114), §2.2 (bound), §2.4 (reparameterisation), Appendix B (KL of Gaussians).
# - Higgins et al. 2017, *beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework*, ICLR.
# - Lucas, Tucker, Grosse & Norouzi 2019, *Don't Blame the ELBO! A Linear VAE Perspective on Posterior Collapse*, NeurIPS.
# - van den Oord, Vinyals & Kavukcuoglu 2017, *Neural Discrete Representation Learning*, [arXiv:1711.00937](https://arxiv.org/abs/1711.00937).

# %% [markdown] lang="zh" en="a34cf0c9"
# ## 参考文献
#
# - Kingma & Welling 2014, *Auto-Encoding Variational Bayes*，[arXiv:1312.6114](https://arxiv.org/abs/1312.6114)，§2.2（下界）、§2.4（重参数化）、附录 B（高斯的 KL）。
# - Higgins et al. 2017, *beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework*，ICLR。
# - Lucas, Tucker, Grosse & Norouzi 2019, *Don't Blame the ELBO! A Linear VAE Perspective on Posterior Collapse*，NeurIPS。
# - van den Oord, Vinyals & Kavukcuoglu 2017, *Neural Discrete Representation Learning*，[arXiv:1711.00937](https://arxiv.org/abs/1711.00937)。
