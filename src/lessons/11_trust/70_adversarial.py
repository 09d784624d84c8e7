# ---
# title: Attack a classifier, defend it, and audit the claim
# title_zh: 攻击一个分类器，再防御，再核查结论
# kind: code
# minutes: 45
# level: 2
# needs: []
# seeds: [004-1.16]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is an adversarial example? Write FGSM and PGD. How would you defend a model, and how would you find
# > out that a defence does not work?
#
# Think aloud for one minute before you type: of all changes that move no pixel by more than eps, which one
# raises the loss most, if the loss is nearly linear?

# %% [markdown] lang="zh" en="587d28f2"
# ## 题目
#
# > 什么是对抗样本？手写 FGSM 和 PGD。怎么防御？又怎么看出一种防御其实没用？
#
# 先别动手，出声想一分钟：每个像素最多改 eps，假设损失近似线性，怎么改损失升得最多？

# %% [markdown] role="question" fold="What a good answer contains"
# - The threat model first: which norm, how large an eps, what the attacker knows.
# - FGSM: the gradient with respect to the *input*, its sign, one step of eps. PGD: many small steps, each projected.
# - Adversarial training as a min-max problem, and what it costs.
# - The control: random signs of the same size. The audit: signs of gradient masking, adaptive attacks.

# %% [markdown] lang="zh" en="cbe879a5" fold="好的回答包含什么"
# - 先说威胁模型：什么范数，eps 多大，攻击者知道什么。
# - FGSM：对**输入**求梯度，取符号，走一步 eps。PGD：走很多小步，每步都投影。
# - 对抗训练是一个 min-max 问题，代价是什么。
# - 对照：同样大小的随机符号。核查：梯度掩蔽的迹象，自适应攻击。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("adversarial")

# %% [markdown] role="setup"
# The victim: a network with one hidden layer on 8×8 digits, all its weights in one vector `w`. You only need
# `grads`, which returns slopes for the weights *and* for the images, and `accuracy`.

# %% [markdown] lang="zh" en="9c703f34"
# 被攻击的模型：8×8 手写数字上的一个单隐藏层网络，所有权重放在一个向量 `w` 里。你只会用到 `grads`（同时返回对权重**和**对图像的梯度）和 `accuracy`。

# %% role="setup"
(x_train, y_train), (x_test, y_test) = data.digits(split=True)
x_train, x_test = x_train.reshape(-1, 64).astype(float), x_test.reshape(-1, 64).astype(float)


def unpack(w):
    W1, b1, W2, b2 = np.split(w, [4096, 4160, 4800])
    return W1.reshape(64, 64), b1, W2.reshape(64, 10), b2


def accuracy(w, x, y):
    W1, b1, W2, b2 = unpack(w)
    return np.mean((np.maximum(x @ W1 + b1, 0) @ W2 + b2).argmax(axis=1) == y)


def grads(w, x, y, scale=1.0):
    """Slopes of the mean cross-entropy for w, (4810,), and of each image's own for x, (n, 64).

    scale multiplies the logits; it changes no decision.
    """
    W1, b1, W2, b2 = unpack(w)
    h = np.maximum(x @ W1 + b1, 0)
    logits = scale * (h @ W2 + b2)
    g = np.exp(logits - logits.max(axis=1, keepdims=True))
    g = scale * (g / g.sum(axis=1, keepdims=True) - np.eye(10)[y])
    d = (g @ W2.T) * (h > 0)
    slopes = (x.T @ d).ravel(), d.sum(axis=0), (h.T @ g).ravel(), g.sum(axis=0)
    return np.concatenate(slopes) / len(y), d @ W1.T


def train(step, seed, epochs=40):
    """step(w, x, y) -> the next w, for one batch."""
    rng = np.random.default_rng(seed)
    W1, W2 = rng.normal(size=4096) * np.sqrt(2 / 64), rng.normal(size=640) * np.sqrt(1 / 64)
    w = np.concatenate([W1, np.zeros(64), W2, np.zeros(10)])
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(len(y_train)), 21):
            w = step(w, x_train[batch], y_train[batch])
    return w


plain = [train(lambda w, x, y: w - 0.3 * grads(w, x, y)[0], seed) for seed in range(3)]
print("clean test accuracy, three seeds:", [f"{accuracy(w, x_test, y_test):.3f}" for w in plain])

# %% [markdown] role="exercise" anchor="fgsm"
# ## 1 · One step
#
# Write `fgsm`: of all images within eps of `x` in every pixel, the one that raises the *linearised* loss most.

# %% [markdown] lang="zh" en="c88d85f1"
# ## 1 · 一步
#
# 写出 `fgsm`：在每个像素都离 `x` 不超过 eps 的图像里，返回让**线性化**的损失升得最多的那一张。


# %% role="exercise"
def fgsm(grad, x, y, eps):
    """grad(x, y) -> slope of the loss for x, shaped like x. x: (n, d) in [0, 1]. y: (n,) labels.

    Returns attacked images, (n, d), in [0, 1]; a pixel whose slope is 0 stays as it is.
    """
    ### BEGIN SOLUTION
    return (x + eps * np.sign(grad(x, y))).clip(0, 1)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. The linearised loss is $g \cdot \delta$. Every $\lvert \delta_i \rvert \le \epsilon$. Does one pixel's choice limit another's?
# 2. $g = (3, -0.2, 0)$, $\epsilon = 0.1$: which $\delta$ makes $g \cdot \delta$ largest, and how large is it?
# 3. Take the slope at x; move each pixel by eps up or down, as its sign says; cut off what is no pixel.

# %% [markdown] lang="zh" en="918dd6d2"
# 1. 线性化的损失变化是 $g \cdot \delta$，要求每个 $\lvert \delta_i \rvert \le \epsilon$。一个像素怎么选，会不会限制另一个？
# 2. $g = (3, -0.2, 0)$，$\epsilon = 0.1$：哪个 $\delta$ 让 $g \cdot \delta$ 最大？最大是多少？
# 3. 在 x 处取梯度；每个像素按符号上移或下移 eps；超出像素范围的裁掉。

# %%
check.fgsm(fgsm)

# %% [markdown] role="idea" anchor="idea"
# Within $\lVert \delta \rVert_\infty \le \epsilon$ the linear gain $g \cdot \delta$ is largest at
# $\delta = \epsilon \operatorname{sign}(g)$, where it is $\epsilon \lVert g \rVert_1$ (Goodfellow et al. 2015, §4).
# It grows with the number of pixels. Random signs gain 0 on average, with a spread of $\epsilon \lVert g \rVert_2$.
#
# | symbol | here | shape |
# |---|---|---|
# | $x$, $\epsilon$ | image, budget per pixel | (n, d), number |
# | $g = \nabla_x L(w, x, y)$ | `grad(x, y)`; the weights rest | (n, d) |
# | $\delta$ | the perturbation | (n, d) |
#
# By hand, for another bound: within $\lVert \delta \rVert_2 \le \epsilon$ and $g = (3, 4)$ the best is
# $\delta = \epsilon \cdot (0.6, 0.8)$, with gain $5\epsilon$. The norm decides the shape of the attack.

# %% [markdown] lang="zh" en="ff3a2fd7"
# 在 $\lVert \delta \rVert_\infty \le \epsilon$ 内，线性增量 $g \cdot \delta$ 在
# $\delta = \epsilon \operatorname{sign}(g)$ 处最大，等于 $\epsilon \lVert g \rVert_1$（Goodfellow et al. 2015，§4），像素越多越大。随机符号的平均增量是 0，波动只有 $\epsilon \lVert g \rVert_2$。
#
# | 符号 | 这里 | 形状 |
# |---|---|---|
# | $x$、$\epsilon$ | 图像、每个像素的预算 | (n, d)、一个数 |
# | $g = \nabla_x L(w, x, y)$ | `grad(x, y)`，权重不动 | (n, d) |
# | $\delta$ | 扰动 | (n, d) |
#
# 换一个约束手算：在 $\lVert \delta \rVert_2 \le \epsilon$ 内、$g = (3, 4)$ 时，最好的是
# $\delta = \epsilon \cdot (0.6, 0.8)$，增量 $5\epsilon$。范数决定了攻击的样子。


# %% role="reward"
def random_sign(x, eps, rng):
    """The control: as large as FGSM, but knowing nothing."""
    return np.clip(x + eps * rng.choice([-1, 1], size=x.shape), 0, 1)


if check.fgsm.passed:
    eps = 0.2
    few, labels, rng = x_test[:6], y_test[:6], np.random.default_rng(0)
    attacked = fgsm(lambda x, y: grads(plain[0], x, y)[1], few, labels, eps)
    rows = {"clean": few, "random": random_sign(few, eps, rng), "FGSM": attacked}
    W1, b1, W2, b2 = unpack(plain[0])
    said = [(np.maximum(x @ W1 + b1, 0) @ W2 + b2).argmax(axis=1) for x in rows.values()]
    titles = [f"{name}: {one}" for name, row in zip(rows, said, strict=True) for one in row]
    images = np.concatenate(list(rows.values())).reshape(-1, 8, 8)
    plot.image_grid(images, titles, columns=6)
    plt.show()

# %% [markdown] role="caption" alt="Six digits in three rows. Clean, with random noise and after FGSM; above each stands what the network reads. The two lower rows look equally noisy, but only after FGSM are most of the answers different from the first row."
# Six test digits, clean, with random signs and after FGSM, both of size 0.2, and what the network reads. To the eye both rows
# below are equally noisy. On 8×8 images a change of 0.2 is visible; what matters is that only one of the two works.

# %% [markdown] lang="zh" en="e5ada128" alt="六个数字，三行：干净、加随机噪声、FGSM 之后；上方是网络读出的数字。下面两行看上去噪声差不多，但只有 FGSM 那一行的答案大多与第一行不同。"
# 六个测试数字：干净的、加随机符号的、FGSM 之后的，后两者大小都是 0.2，上方是网络读出的数字。肉眼看，下面两行的噪声差不多。8×8 的图上 0.2 的改动看得出来；关键是只有一种起了作用。

# %% role="reward"
if check.fgsm.passed:
    budgets = [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3]
    hit, noise = [], []
    for w in plain:
        rng = np.random.default_rng(0)
        pairs = [(fgsm(lambda x, y, w=w: grads(w, x, y)[1], x_test, y_test, e), e) for e in budgets]
        hit.append([accuracy(w, x, y_test) for x, _ in pairs])
        noise.append([accuracy(w, random_sign(x_test, e, rng), y_test) for e in budgets])
    plot.curves(
        {"random signs": noise, "FGSM": hit}, x=budgets, xlabel="eps", ylabel="test accuracy"
    )
    plt.show()
    for e in (0.1, 0.2):
        at = budgets.index(e)
        print(f"eps {e}: FGSM {np.mean(hit, 0)[at]:.3f}, random signs {np.mean(noise, 0)[at]:.3f}")

# %% [markdown] role="caption" alt="Two curves of test accuracy over eps from 0 to 0.3. Random signs: slowly from about 0.97 to about 0.8. FGSM: steeply from the same point to about a half at 0.1 and nearly zero at 0.2."
# Mean and range of three networks. At eps = 0.2 noise of the same size costs little where FGSM leaves next to nothing:
# it is the direction that counts, not the size. Without this control a falling curve proves little.

# %% [markdown] lang="zh" en="993aeb92" alt="测试准确率随 eps（0 到 0.3）变化的两条曲线。随机符号：从约 0.97 缓慢降到约 0.8。FGSM：从同一点陡降，0.1 处约一半，0.2 处接近 0。"
# 三个网络的均值与范围。eps = 0.2 时，同样大小的噪声影响不大，FGSM 却几乎让准确率归零：起作用的是方向，不是大小。没有这个对照，一条下降的曲线说明不了什么。

# %% [markdown] role="why"
# **Why the sign.** Under a bound per pixel each pixel is free to use all of eps, whatever the others do. So only
# the direction of its slope counts.
#
# **What most people write first.** `eps * g`, or the gradient of the weights, or a minus out of habit from
# training. And no clipping, so that the attack uses images that do not exist.
#
# **Elsewhere.** TensorFlow: `tape.watch(x)`, then `tape.gradient(loss, x)`. PyTorch: `x.requires_grad_()`. JAX:
# `jax.grad(loss, argnums=1)`. In each the model runs in evaluation mode: dropout off, batch statistics fixed.

# %% [markdown] lang="zh" en="40a413f7"
# **为什么取符号。** 约束是逐像素的，每个像素都可以用满 eps，互不影响，所以只有梯度的方向重要。
#
# **最常见的第一版。** 写成 `eps * g`，或者对权重求梯度，或者沿用训练的习惯写了减号。还有不裁剪，于是用了不存在的图像。
#
# **换个框架。** TensorFlow：先 `tape.watch(x)`，再 `tape.gradient(loss, x)`。PyTorch：`x.requires_grad_()`。JAX：
# `jax.grad(loss, argnums=1)`。模型都要处于推理模式：关掉 dropout，固定批统计量。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows uses it.

# %% [markdown] lang="zh" en="fc929a2a"
# **可以先歇一歇。** 核心已经写完，下面用它来做事。

# %% [markdown] role="exercise" anchor="pgd"
# ## 2 · Many steps
#
# Write `pgd`: sign steps of size alpha, and after each of them back into the allowed set.

# %% [markdown] lang="zh" en="7d996d01"
# ## 2 · 很多步
#
# 写出 `pgd`：每步沿符号走 alpha，每步之后回到允许的范围内。


# %% role="exercise"
def pgd(grad, x, y, eps, steps, alpha, start=None):
    """grad, x, y, eps: as in fgsm. steps: how many. alpha: size of one step.

    start: (n, d), where the first step begins, within eps of x and in [0, 1]; None: at x.
    Returns attacked images, (n, d), within eps of x in every pixel and in [0, 1].
    """
    ### BEGIN SOLUTION
    now = x if start is None else start
    for _ in range(steps):
        now = now + alpha * np.sign(grad(now, y))
        now = now.clip(x - eps, x + eps).clip(0, 1)
    return now
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Where must the slope of the second step be taken? Around which image is the budget measured?
# 2. One pixel, x = 0.4, eps = 0.1, alpha = 0.08, slope 0.55 − x: where is it after each of three steps?
# 3. Repeat: slope at the present image, step along its sign, clip to the box around x, clip to [0, 1].

# %% [markdown] lang="zh" en="1e663113"
# 1. 第二步的梯度应在哪里取？预算是以哪张图为中心量的？
# 2. 一个像素，x = 0.4，eps = 0.1，alpha = 0.08，梯度 0.55 − x：三步之后各在哪里？
# 3. 反复：在当前图像处取梯度，沿符号走一步，裁剪到以 x 为中心的范围，再裁剪到 [0, 1]。

# %%
check.pgd(pgd)

# %% [markdown] role="exercise" anchor="adv-step"
# ## 3 · Train against it
#
# Write `adv_step`, one step of adversarial training: attack the batch with `pgd`, then move the weights once, down
# the slope of the loss at the attacked images only.

# %% [markdown] lang="zh" en="efd687c3"
# ## 3 · 针对它训练
#
# 写出 `adv_step`，对抗训练的一步：先用 `pgd` 攻击这一批，再只按被攻击图像上的损失梯度，把权重更新一次。


# %% role="exercise"
def adv_step(grads, w, x, y, lr, eps, steps, alpha):
    """grads(w, x, y) -> (slope of the mean loss for w, (p,); slope of each loss for x, (n, d)).

    w: (p,). x: (n, d). y: (n,). lr: learning rate. Returns the new weights, (p,).
    """
    ### BEGIN SOLUTION
    attacked = pgd(lambda at, labels: grads(w, at, labels)[1], x, y, eps, steps, alpha)
    return w - lr * grads(w, attacked, y)[0]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which quantity is maximised, over what? Which is then minimised, over what?
# 2. Loss ½(x·w − y)², w = (2, −1), x = (0.5, 0.5), y = 0, eps = 0.1: where does the attack end?
# 3. Make a `grad` for pgd from the second result of `grads` with w fixed; attack; take the first result at the attacked images; one step down.

# %% [markdown] lang="zh" en="100609ef"
# 1. 先对什么求最大？再对什么求最小？
# 2. 损失 ½(x·w − y)²，w = (2, −1)，x = (0.5, 0.5)，y = 0，eps = 0.1：攻击停在哪里？
# 3. 固定 w，用 `grads` 的第二个结果给 pgd 当 `grad`；攻击；在被攻击的图像上取第一个结果；下降一步。

# %%
check.adv_step(adv_step)


# %% role="reward"
def attacks(w, e):
    """Accuracies of one network under the three attacks of size e."""
    rng = np.random.default_rng(0)

    def grad(x, y):
        return grads(w, x, y)[1]

    ends = {
        "random signs": np.clip(x_test + e * rng.choice([-1, 1], size=x_test.shape), 0, 1),
        "FGSM": fgsm(grad, x_test, y_test, e),
        "PGD, 10 steps": pgd(grad, x_test, y_test, e, 10, e / 4),
    }
    return {name: accuracy(w, x, y_test) for name, x in ends.items()}


if check.fgsm.passed and check.pgd.passed and check.adv_step.passed:

    def defend(w, x, y):
        return adv_step(grads, w, x, y, lr=0.3, eps=0.15, steps=5, alpha=0.075)

    sizes = [0, 0.05, 0.1, 0.15, 0.2, 0.3]
    groups = {
        "trained as usual": plain,
        "trained at eps = 0.15": [train(defend, s) for s in range(3)],
    }
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(7.4, 3), sharey=True)
    for (title, models), ax in zip(groups.items(), axes, strict=True):
        table = [[attacks(w, e) for e in sizes] for w in models]
        curves = {name: [[cell[name] for cell in row] for row in table] for name in table[0][0]}
        plot.curves(curves, x=sizes, xlabel="eps", title=title, ax=ax)
        means = {name: np.mean(runs, axis=0)[[0, 3]].round(3) for name, runs in curves.items()}
        print(title, *[f"{name}: {a:.3f} → {b:.3f}" for name, (a, b) in means.items()], sep="; ")
    axes[0].set_ylabel("test accuracy")
    plt.show()

# %% [markdown] role="caption" alt="Two panels of test accuracy over eps. Left, usual training: random signs stay above 0.8, FGSM and PGD fall together to almost zero at 0.2, PGD lower. Right, adversarial training: random signs as before; FGSM and PGD fall much more slowly, PGD to about 0.6 at 0.15 and to almost zero at 0.3."
# Mean and range of three networks; above, the accuracy at eps = 0 and at 0.15. Adversarial training buys robustness up to about the eps
# it was trained for and pays with some clean accuracy. PGD is the stronger attack in both panels: judged by FGSM
# alone, the defence looks better than it is. Far beyond its eps the defended network falls too.

# %% [markdown] lang="zh" en="b3d99288" alt="两幅图，测试准确率随 eps 变化。左，普通训练：随机符号保持在 0.8 以上，FGSM 和 PGD 一起下降，0.2 处接近 0，PGD 更低。右，对抗训练：随机符号不变；FGSM 和 PGD 慢得多，PGD 在 0.15 处约 0.6，0.3 处接近 0。"
# 三个网络的均值与范围；上面打印的是 eps = 0 和 0.15 处的准确率。对抗训练换来的鲁棒性大约到训练用的 eps 为止，代价是一点干净准确率。两幅图里 PGD 都是更强的攻击：只用 FGSM 来评估，防御看起来会比实际好。eps 远超训练值时，防御后的网络也会垮掉。

# %% [markdown] role="why"
# **Why it works.** $\min_w \mathbb{E} \max_{\lVert \delta \rVert_\infty \le \epsilon} L(w, x + \delta, y)$ (Madry et al. 2018, eq. 2.1): the inner
# maximum is attacked, not solved, so a stronger attack usually trains a stronger model. The step for the weights takes the
# slope *at* the attacked point; the attack itself is held fixed.
#
# **Cost.** One forward and backward pass for each attack step, plus one.
#
# **What most people write first.** They train on FGSM and report FGSM. Then an iterative attack must be shown as well.

# %% [markdown] lang="zh" en="5e122081"
# **为什么有效。** $\min_w \mathbb{E} \max_{\lVert \delta \rVert_\infty \le \epsilon} L(w, x + \delta, y)$（Madry et al. 2018，式 2.1）：内层的最大值只是用攻击去逼近，并没有解出来，所以攻击越强，训出来的模型通常越鲁棒。更新权重时，梯度取**在**被攻击的点上，攻击本身视为不动。
#
# **代价。** 攻击每走一步要一次前向加反向，再加一次。
#
# **最常见的第一版。** 用 FGSM 训练，也用 FGSM 报告。这时必须再补上迭代攻击的结果。

# %% [markdown] role="exercise" anchor="audit"
# ## 4 · The audit
#
# A gradient attack that fails may have failed for want of a gradient. Athalye et al. (2018) list five signs. Write
# `audit`, which looks for them in accuracies measured at rising budgets, from eps = 0 to eps = 1.

# %% [markdown] lang="zh" en="ac15b5f9"
# ## 4 · 核查
#
# 梯度攻击失败，可能只是因为没拿到梯度。Athalye et al.（2018）列出了五种迹象。写出 `audit`，在一组预算（eps 从 0 升到 1）下测得的准确率里找它们。


# %% role="exercise"
def audit(iterative, one_step, black_box, random, slack=0.01):
    """Each curve: (k,) accuracies under that attack; the last is at eps = 1, where all is allowed.

    Returns five booleans:
        at some budget one_step leaves less than iterative, by more than slack;
        the same for black_box;
        iterative leaves more than slack at the last budget;
        at some budget random leaves less than iterative, by more than slack;
        the next budget does not lower iterative at all, though more than slack was left.
    """

    ### BEGIN SOLUTION
    def beaten(weaker):
        return np.any(weaker < iterative - slack)

    stuck = np.any((iterative[1:] >= iterative[:-1]) & (iterative[:-1] > slack))
    left = iterative[-1] > slack
    return beaten(one_step), beaten(black_box), left, beaten(random), stuck
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Does a strong attack leave a high or a low accuracy? Which of the four should be strongest everywhere?
# 2. iterative = (1, 0.5, 0.5), random = (1, 1, 0): which signs are there?
# 3. Three comparisons of whole curves, any place counts; one look at the last value; one at neighbours.

# %% [markdown] lang="zh" en="c5b341e4"
# 1. 攻击强，剩下的准确率是高还是低？四种攻击里，哪一种应该处处最强？
# 2. iterative = (1, 0.5, 0.5)，random = (1, 1, 0)：有哪些迹象？
# 3. 三次整条曲线的比较，任意一处成立就算；看一眼最后一个值；再比较相邻的值。

# %%
check.audit(audit)


# %% role="reward"
def measure(w, scale):
    """The four curves of one network whose logits are multiplied by scale."""
    rng = np.random.default_rng(0)
    grow = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1]

    def own(x, y):
        return grads(w, x, y, scale)[1]

    def other(x, y):
        return grads(plain[1], x, y)[1]

    ends = [
        [pgd(own, x_test, y_test, e, 10, e / 4) for e in grow],
        [fgsm(own, x_test, y_test, e) for e in grow],
        [pgd(other, x_test, y_test, e, 10, e / 4) for e in grow],
        [np.clip(x_test + e * rng.choice([-1, 1], size=x_test.shape), 0, 1) for e in grow],
    ]
    return [np.array([accuracy(w, x, y_test) for x in row]) for row in ends]


if check.fgsm.passed and check.pgd.passed and check.adv_step.passed and check.audit.passed:
    trained = train(lambda w, x, y: adv_step(grads, w, x, y, 0.3, 0.15, 5, 0.075), 0)
    cases = {"usual": (plain[0], 1), "adversarial": (trained, 1), "logits × 1000": (plain[0], 1000)}
    names = ["one-step", "black-box", "unbounded", "random", "budget"]
    for name, (w, scale) in cases.items():
        curves = measure(w, scale)
        signs = [sign for sign, found in zip(names, audit(*curves), strict=True) if found]
        print(f"{name:14} PGD at 0.2: {curves[0][4]:.3f}   signs: {', '.join(signs) or 'none'}")

# %% [markdown] role="worked"
# The third network is the first with its logits multiplied by 1,000. It decides exactly alike, but its softmax is
# saturated, the slope for the image is 0 almost everywhere, and PGD stands still. A report
# without an audit would call this the most robust of the three. Examples made on *another* network undo it.

# %% [markdown] lang="zh" en="f42f2a4b"
# 第三个网络就是第一个，只是 logits 乘了 1000。判断完全一样，但 softmax 饱和了，对图像的梯度几乎处处为 0，PGD 一步也走不动。不做核查，报告里它会是三者中最“鲁棒”的。用**另一个**网络上做的对抗样本就能攻破它。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `pgd`. With small steps it often agrees with the right one. The loss is worst at 0.55. Find a pixel, a budget and
# steps where the two part.

# %% [markdown] lang="zh" en="88d99793"
# ## 找反例
#
# 下面是一个错误的 `pgd`，步子小时常常和正确答案一致。损失在 0.55 处最大。找一个像素、一个预算和步数、步长，让两者给出不同的结果。

# %% role="hack"
check.pgd.hack(trap=4)


# %% role="hack"
def peak(x, y):
    """0.55 − x"""
    return 0.55 - x


### BEGIN SOLUTION
x = np.array([[0.4]])
eps, steps, alpha = 0.1, 3, 0.08  # out of the box, over the top, and back
### END SOLUTION
if alpha is not ...:
    y = np.array([0])
    check.pgd.hack(trap=4, grad=peak, x=x, y=y, eps=eps, steps=steps, alpha=alpha)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about adversarial examples. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="168293fc"
# ## 挑错
#
# 一位候选人这样讲对抗样本。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="ratio"
# ## The interviewer goes on
#
# **A linear unit reads 784 pixels through weights of equal size. How many times larger is its shift under FGSM than the
# typical one (standard deviation) under random signs of the same eps?**

# %% [markdown] lang="zh" en="fc1955e2"
# ## 追问
#
# **一个线性单元读 784 个像素，各权重大小相同。同样的 eps，FGSM 造成的偏移是随机符号的典型偏移（标准差）的多少倍？**

# %% role="follow-up"
### BEGIN SOLUTION
times = np.sqrt(784)
### END SOLUTION

# %%
check.ratio(times)

# %% [markdown] role="follow-up" fold="Why"
# FGSM adds 784 shifts of one sign: $784\,\epsilon a$. Random signs add like a random walk: $\sqrt{784}\,\epsilon a = 28\,\epsilon a$. The ratio
# is $\sqrt d$: more pixels, more vulnerable, though no pixel changes more (Goodfellow et al. 2015, §3).

# %% [markdown] lang="zh" en="fe0b20bd" fold="为什么"
# FGSM 的 784 个偏移同号相加：$784\,\epsilon a$。随机符号像随机游走：$\sqrt{784}\,\epsilon a = 28\,\epsilon a$。比值是 $\sqrt d$：每个像素的改动没变大，像素越多却越脆弱（Goodfellow et al. 2015，§3）。

# %% [markdown] role="follow-up" anchor="passes"
# **Adversarial training with an attack of 7 steps: how many forward-and-backward passes does one update take? Plain training takes 1.**

# %% [markdown] lang="zh" en="633911b4"
# **攻击走 7 步的对抗训练，更新一次要多少次前向加反向？普通训练是 1 次。**

# %% role="follow-up"
### BEGIN SOLUTION
count = 7 + 1
### END SOLUTION

# %%
check.passes(count)

# %% [markdown] role="follow-up" fold="Why start PGD at a random point?"
# The slope at x itself can be unusually small or misleading, and several starts show whether all attacks end alike. Madry et al. (2018)
# start at random points of the box. For evaluation one keeps the worst of several restarts.

# %% [markdown] lang="zh" en="004052af" fold="PGD 为什么要随机起点？"
# x 处的梯度可能特别小，或者有误导性；多试几个起点还能看出攻击的终点是否一致。Madry et al.（2018）从范围内的随机点出发。评估时多次重启，取最坏的一次。

# %% [markdown] role="follow-up" fold="How would you attack a defence that you know?"
# Adaptively: write its every part into the attack. Logits scaled up: attack the logits, not the softmax. Not differentiable: replace the part
# on the backward pass by something close that is. Random: average the slope over draws (Athalye et al. 2018, §4).
# A certificate, by contrast, bounds the worst case for every attack.

# %% [markdown] lang="zh" en="0a731241" fold="知道对方用了什么防御，怎么攻击？"
# 自适应攻击：把防御的每一部分都写进攻击里。logits 被放大了，就绕过 softmax 直接攻 logits；有不可微的部分，反向时用一个相近的可微函数代替；有随机性，就对多次采样的梯度取平均（Athalye et al. 2018，§4）。可证明的防御则不同，它对任何攻击都给出最坏情况的界。

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
# > An adversarial example is a given input plus a perturbation within eps in some norm, chosen to raise the loss. FGSM takes the gradient with
# > respect to the input and moves each pixel by eps along its sign; PGD repeats small steps and projects back after each. The defence
# > that has stood up is adversarial training: minimise the loss at the worst point the inner attack finds, at the cost of steps + 1
# > passes and some clean accuracy. I state the threat model, compare with random signs of the same size, and distrust a defence that iterative attacks
# > fail on but transferred ones do not: that is a masked gradient.
#
# Classic mistakes: GANs taken for adversarial examples; the gradient of the weights; no clipping; a defence
# judged by FGSM; "zero gradient, so it is safe".

# %% [markdown] lang="zh" en="bdfbf8d4" fold="一分钟版本"
# > 对抗样本是在给定的输入上加一个范数不超过 eps 的扰动，专门让损失变大。FGSM 对输入求梯度，每个像素沿符号移动 eps；PGD 走很多小步，每步都投影回来。站得住的防御是对抗训练：最小化内层攻击找到的最坏点处的损失，代价是每次更新要“步数 + 1”次前向反向，再加一点干净准确率。我会先写明威胁模型，用同样大小的随机符号做对照；如果迭代攻击打不动、迁移来的样本却打得动，就不相信这个防御：那是梯度掩蔽。
#
# 常见错误：把 GAN 当成对抗样本；对权重求梯度；不裁剪；只用 FGSM 评估防御；说“梯度为 0，所以安全”。

# %% [markdown] role="reference"
# ## References
#
# - Szegedy et al. 2014, *Intriguing properties of neural networks*, [arXiv:1312.6199](https://arxiv.org/abs/1312.6199).
# - Goodfellow, Shlens & Szegedy 2015, *Explaining and Harnessing Adversarial Examples*, [arXiv:1412.6572](https://arxiv.org/abs/1412.6572), §3 (linear), §4 (FGSM).
# - Madry et al. 2018, *Towards Deep Learning Models Resistant to Adversarial Attacks*, [arXiv:1706.06083](https://arxiv.org/abs/1706.06083), §2, eq. 2.1 (min-max, PGD).
# - Athalye, Carlini & Wagner 2018, *Obfuscated Gradients Give a False Sense of Security*, [arXiv:1802.00420](https://arxiv.org/abs/1802.00420), §3, "Identifying Obfuscated & Masked Gradients" (the five signs).
# - Carlini & Wagner 2016, *Defensive Distillation is Not Robust to Adversarial Examples*, [arXiv:1607.04311](https://arxiv.org/abs/1607.04311) (a defence like the third network).
# - Carlini et al. 2019, *On Evaluating Adversarial Robustness*, [arXiv:1902.06705](https://arxiv.org/abs/1902.06705).

# %% [markdown] lang="zh" en="63ae7edf"
# ## 参考文献
#
# - Szegedy et al. 2014, *Intriguing properties of neural networks*，[arXiv:1312.6199](https://arxiv.org/abs/1312.6199)。
# - Goodfellow, Shlens & Szegedy 2015, *Explaining and Harnessing Adversarial Examples*，[arXiv:1412.6572](https://arxiv.org/abs/1412.6572)，§3（线性）、§4（FGSM）。
# - Madry et al. 2018, *Towards Deep Learning Models Resistant to Adversarial Attacks*，[arXiv:1706.06083](https://arxiv.org/abs/1706.06083)，§2，式 2.1（min-max、PGD）。
# - Athalye, Carlini & Wagner 2018, *Obfuscated Gradients Give a False Sense of Security*，[arXiv:1802.00420](https://arxiv.org/abs/1802.00420)，§3 “Identifying Obfuscated & Masked Gradients”（五种迹象）。
# - Carlini & Wagner 2016, *Defensive Distillation is Not Robust to Adversarial Examples*，[arXiv:1607.04311](https://arxiv.org/abs/1607.04311)（与第三个网络类似的防御）。
# - Carlini et al. 2019, *On Evaluating Adversarial Robustness*，[arXiv:1902.06705](https://arxiv.org/abs/1902.06705)。
