# ---
# title: Show why L1 gives exact zeros and L2 does not
# title_zh: 说清为什么 L1 产生稀疏而 L2 不会
# kind: code
# minutes: 35
# level: 2
# needs: []
# seeds: [001-Q6, 004-1.8]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > L1 or L2 regularization: what does each do to the weights, and why does only one of them make weights
# > exactly zero? Write both.
#
# Think aloud for one minute before you type: with which force does each penalty pull on a weight of 1?
# On one of 0.001?

# %% [markdown] lang="zh" en="f28a61c1"
# ## 题目
#
# > L1 和 L2 正则化分别对权重做了什么？为什么只有一个会让权重恰好为 0？把两个都写出来。
#
# 先别动手，出声想一分钟：权重等于 1 时，两种惩罚的拉力各有多大？等于 0.001 时呢？

# %% [markdown] role="question" fold="What a good answer contains"
# - The pull: L2's is $\lambda w$ and fades near 0; L1's is $\lambda$ all the way, and at 0 a kink holds the weight.
# - The soft threshold as the exact minimum in one dimension, and why subgradient steps never land on 0.
# - What the penalty is *for*: less error on new data, mostly at the price of more on the training data.
# - The practice: features on one scale, intercept not penalised, λ chosen by validation.

# %% [markdown] lang="zh" en="3246974a" fold="好的回答包含什么"
# - 拉力：L2 是 $\lambda w$，越靠近 0 越弱；L1 始终是 $\lambda$，在 0 处有个尖点把权重卡住。
# - 软阈值是一维情形的精确最小点；为什么次梯度的步子永远落不到 0 上。
# - 惩罚是**为了**什么：降低新数据上的误差，多半以训练误差升高为代价。
# - 实际做法：特征统一尺度，截距不惩罚，λ 靠验证集来选。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import lesson, plot

check = lesson("l1_l2")

# %% [markdown] role="exercise" anchor="soft-threshold"
# ## 1 · The soft threshold
#
# Write `soft_threshold`: the $v$ that minimises $\frac{1}{2}(v - w)^2 + t\,\lvert v \rvert$, for each
# element of `w`.

# %% [markdown] lang="zh" en="8c0cfafc"
# ## 1 · 软阈值
#
# 写出 `soft_threshold`：对 `w` 的每个元素，求使 $\frac{1}{2}(v - w)^2 + t\,\lvert v \rvert$ 最小的 $v$。


# %% role="exercise"
def soft_threshold(w, t):
    """w: array of any shape. t: a number ≥ 0. Returns an array shaped like w."""
    ### BEGIN SOLUTION
    return np.sign(w) * (np.abs(w) - t).clip(min=0)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. For $v > 0$ the cost is a parabola plus a line. Where is its slope 0? When does that $v$ not lie above 0?
# 2. $w = 3$, $t = 1$: compare the cost at $v = 3$, 2 and 1. And $w = 0.5$: at $v = 0.5$, 0 and −0.5?
# 3. Take the size of each weight; subtract t, but not below 0; give it its sign back.

# %% [markdown] lang="zh" en="e85f43bc"
# 1. $v > 0$ 时，代价是抛物线加一条直线。斜率在哪里为 0？什么情况下这个 $v$ 不大于 0？
# 2. $w = 3$、$t = 1$：比较 $v = 3$、2、1 处的代价。$w = 0.5$ 呢：$v = 0.5$、0、−0.5 处？
# 3. 取每个权重的大小；减去 t，但不低于 0；再把符号还给它。

# %%
check.soft_threshold(soft_threshold)

# %% [markdown] role="idea" anchor="idea"
# | | penalty | its pull on $w > 0$ | minimum of $\frac{1}{2}(v - w)^2$ + penalty |
# |---|---|---|---|
# | L2 | $\frac{t}{2} v^2$ | $t\,v$, gone at 0 | $v = w / (1 + t)$ |
# | L1 | $t\,\lvert v \rvert$ | $t$, as strong as ever at 0 | $v = \operatorname{sign}(w)\max(\lvert w \rvert - t, 0)$ |
#
# At $v = 0$ the L1 penalty has a kink: its slope jumps from $-t$ to $t$. If the loss pulls with less than
# $t$, no direction lowers the cost, and 0 *is* the minimum. L2 is flat at 0, so the least slope of the
# loss moves the weight away.

# %% [markdown] lang="zh" en="165cffab"
# | | 惩罚 | 对 $w > 0$ 的拉力 | $\frac{1}{2}(v - w)^2$ + 惩罚的最小点 |
# |---|---|---|---|
# | L2 | $\frac{t}{2} v^2$ | $t\,v$，到 0 就没了 | $v = w / (1 + t)$ |
# | L1 | $t\,\lvert v \rvert$ | $t$，到 0 也不减 | $v = \operatorname{sign}(w)\max(\lvert w \rvert - t, 0)$ |
#
# 在 $v = 0$ 处 L1 有个尖点：斜率从 $-t$ 跳到 $t$。只要损失的拉力小于 $t$，往哪边走代价都会升高，0 **就是**最小点。L2 在 0 处是平的，损失稍有斜率，权重就会离开 0。

# %% role="reward"
if check.soft_threshold.passed:
    w = np.linspace(-3, 3, 301)
    moved = {
        "no penalty": w,
        "L2: w / (1 + t)": w / 2,
        "L1: soft threshold": soft_threshold(w, 1.0),
    }
    ax = plot.curves(moved, x=w, xlabel="weight without penalty", ylabel="weight with it, t = 1")

# %% [markdown] role="caption" alt="Three lines over the unpenalised weight from −3 to 3: the diagonal; a flatter line through zero for L2; and for L1 a line that is zero between −1 and 1 and runs parallel to the diagonal outside."
# What one penalty of strength 1 makes of a weight. L2 scales, and only 0 stays 0. L1 has a flat piece:
# everything between −1 and 1 becomes 0, everything else moves by 1.

# %% [markdown] lang="zh" en="83441f8d" alt="三条线，横轴是不加惩罚的权重，从 −3 到 3：对角线；L2 是一条更平的过原点直线；L1 在 −1 到 1 之间为 0，之外与对角线平行。"
# 强度为 1 的惩罚会把权重变成什么。L2 是按比例缩小，只有 0 还是 0。L1 有一段平的：−1 到 1 之间全变成 0，其余的都移动 1。

# %% [markdown] role="why"
# **Why it is this one.** For $v > 0$ the slope is $v - w + t$, zero at $v = w - t$, which is positive only if
# $w > t$. The negative side mirrors it. In between no side has a minimum of its own, so it is at the kink.
#
# **What most people write first.** `w - t * np.sign(w)`, a subgradient step. It is the same for large
# weights and wrong for small ones: they jump to the other side of 0.
#
# **Elsewhere.** `torch.nn.functional.softshrink`, `jaxopt.prox.prox_lasso`.
# An optimizer's `weight_decay` is L2 (or its decoupled form), never L1.

# %% [markdown] lang="zh" en="8a966d70"
# **为什么是它。** $v > 0$ 时斜率是 $v - w + t$，零点 $v = w - t$ 只有在 $w > t$ 时才是正的；负的一侧对称。两者之间，哪一侧都没有自己的最小点，最小点就在尖点上。
#
# **最常见的第一版。** `w - t * np.sign(w)`，即次梯度的一步。权重大时两者一样，权重小时就错了：会跳到 0 的另一侧。
#
# **换个框架。** `torch.nn.functional.softshrink`、`jaxopt.prox.prox_lasso`。优化器的 `weight_decay` 是 L2（或其解耦形式），从来不是 L1。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows uses it.

# %% [markdown] lang="zh" en="fc929a2a"
# **可以先歇一歇。** 核心已经写完，下面用它来做事。

# %% [markdown] role="exercise" anchor="lasso"
# ## 2 · The lasso
#
# Minimise $\frac{1}{2n}\lVert Xw + b - y \rVert^2 + \lambda \lVert w \rVert_1$ with your soft threshold:
# gradient steps of size $1/L$, each followed by the threshold. $L$ is the largest eigenvalue of
# $X_c^\top X_c / n$, with the columns centred. The intercept $b$ is not penalised.

# %% [markdown] lang="zh" en="46f3b0e9"
# ## 2 · lasso
#
# 用你的软阈值求 $\frac{1}{2n}\lVert Xw + b - y \rVert^2 + \lambda \lVert w \rVert_1$ 的最小点：每走一步大小为 $1/L$ 的梯度，就做一次软阈值。$L$ 是 $X_c^\top X_c / n$ 的最大特征值，各列先中心化。截距 $b$ 不受惩罚。


# %% role="exercise"
def lasso(X, y, lam, steps=2000):
    """X: (n, d). y: (n,). lam: λ ≥ 0. Returns w, (d,), and b, a number."""
    ### BEGIN SOLUTION
    Xc = X - X.mean(axis=0)  # b no longer enters the slope
    gram, target = Xc.T @ Xc / len(y), Xc.T @ y / len(y)
    step = 1 / np.linalg.eigvalsh(gram).max()  # 1 / L
    w = np.zeros(X.shape[1])
    for _ in range(steps):
        w = soft_threshold(w - step * (gram @ w - target), step * lam)
    return w, (y - X @ w).mean()
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. For given w, which b is best? Put it in: what becomes of X and y?
# 2. One column, $\frac{1}{n}x^\top x = 1$, $\frac{1}{n}x^\top y = 3$, λ = 1: where is the minimum? How many steps do you need?
# 3. Centre; start at 0; repeat: slope of the squared error, a step of 1/L against it, then the threshold, whose t is the step times λ; at the end b from the means.

# %% [markdown] lang="zh" en="e1287d5f"
# 1. w 给定时，哪个 b 最好？这等于对 X 和 y 做了什么？
# 2. 只有一列，$\frac{1}{n}x^\top x = 1$，$\frac{1}{n}x^\top y = 3$，λ = 1：最小点在哪里？要走几步？
# 3. 中心化；从 0 开始；反复：求平方误差的梯度，逆着它走 1/L，再做软阈值，t 等于步长乘 λ；最后由均值算出 b。

# %%
check.lasso(lasso)

# %% [markdown] role="exercise" anchor="ridge"
# ## 3 · Ridge regression
#
# Minimise $\frac{1}{2n}\lVert Xw + b - y \rVert^2 + \frac{\lambda}{2} \lVert w \rVert^2$. No iteration is
# needed.

# %% [markdown] lang="zh" en="f0aa7fd3"
# ## 3 · 岭回归
#
# 求 $\frac{1}{2n}\lVert Xw + b - y \rVert^2 + \frac{\lambda}{2} \lVert w \rVert^2$ 的最小点。不用迭代。


# %% role="exercise"
def ridge(X, y, lam):
    """X: (n, d). y: (n,). lam: λ ≥ 0. Returns w, (d,), and b, a number."""
    ### BEGIN SOLUTION
    n, d = X.shape
    Xc = X - X.mean(axis=0)
    w = np.linalg.solve(Xc.T @ Xc + n * lam * np.eye(d), Xc.T @ y)
    return w, (y - X @ w).mean()
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Set the gradient with respect to w to 0. Which matrix has to be inverted?
# 2. One column, $\frac{1}{n}x^\top x = 1$, $\frac{1}{n}x^\top y = 3$, λ = 1: what is w?
# 3. Centre; add nλ to the diagonal of XᵀX; solve for w; b from the means.

# %% [markdown] lang="zh" en="21a2085c"
# 1. 令对 w 的梯度为 0，要求逆的是哪个矩阵？
# 2. 只有一列，$\frac{1}{n}x^\top x = 1$，$\frac{1}{n}x^\top y = 3$，λ = 1：w 是多少？
# 3. 中心化；在 XᵀX 的对角线上加 nλ；解出 w；由均值算 b。

# %%
check.ridge(ridge)


# %% role="reward"
def planted(n, seed):
    """12 correlated columns of which 3 act: X, y and the true weights."""
    rng = np.random.default_rng(seed)
    true = np.zeros(12)
    true[[0, 4, 7]] = 2.0, -1.5, 1.0
    X = rng.normal(size=(n, 12)) + 0.7 * rng.normal(size=(n, 1))
    return X, X @ true + rng.normal(size=n), true


def error(w, b, X, y):
    return np.mean((X @ w + b - y) ** 2)


def report(name, w, b):
    old, new = error(w, b, X, y), error(w, b, X_new, y_new)
    print(f"{name:15} training {old:.2f}, new data {new:.2f}, exact zeros {(w == 0).sum()} of 12")


if check.lasso.passed and check.ridge.passed:
    X, y, true = planted(40, seed=0)
    X_val, y_val, _ = planted(200, seed=2)  # chooses λ
    X_new, y_new, _ = planted(2000, seed=1)  # only measures
    penalties = np.geomspace(0.01, 3, 40)
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), sharey=True)
    for fit, ax in ((lasso, axes[0]), (ridge, axes[1])):
        fits = [fit(X, y, lam) for lam in penalties]
        path = np.array([w for w, _ in fits])
        ax.semilogx(penalties, path[:, true == 0], color="0.6", lw=1)
        ax.semilogx(penalties, path[:, true != 0], lw=2)
        ax.set(title=fit.__name__, xlabel="λ")
        best = int(np.argmin([error(w, b, X_val, y_val) for w, b in fits]))
        report(f"{fit.__name__}, λ = {penalties[best]:.2f}", *fits[best])
    axes[0].set_ylabel("weight")
    report("no penalty", *ridge(X, y, 0.0))

# %% [markdown] role="caption" alt="Two panels of weights against λ on a logarithmic axis. Left, lasso: nine grey lines reach zero one after another and stay there, three coloured ones go on and reach zero last. Right, ridge: the coloured lines shrink smoothly, the grey ones wander near zero, and none arrives at it."
# 40 examples, 12 correlated columns, 3 of which act (coloured). The lasso sends the others to exactly 0,
# one after the other. Ridge draws the whole vector in, though a single weight may grow on the way, and
# none arrives. With the λ that a validation set chooses, both do better on new data than no penalty,
# and worse on their own 40 examples (above).

# %% [markdown] lang="zh" en="c47e33f9" alt="两幅图，权重随 λ（对数轴）的变化。左，lasso：九条灰线先后到达 0 并停住，三条彩线最后才到 0。右，岭回归：彩线平滑地缩小，灰线在 0 附近游走，没有一条停在 0。"
# 40 个样本，12 个相关的列，其中 3 个真正起作用（彩色）。lasso 把其余的先后变成恰好为 0。岭回归是把整个向量往回拉，个别权重中途还会变大，但没有一个停在 0。用验证集选出 λ 之后，和不加惩罚相比，两者在新数据上的误差都更小，在那 40 个训练样本上的误差都更大（见上）。

# %% [markdown] role="why"
# **Why the threshold makes the lasso exact.** A gradient step handles the smooth part, the soft threshold
# minimises the penalty plus half the squared distance moved, over the step. At the minimum every weight that is 0 has
# $\lvert \partial \text{loss}/\partial w_j \rvert \le \lambda$, every other one exactly $\lambda$: the
# grader checks this. The scheme is called ISTA; scikit-learn goes coordinate by coordinate instead.
#
# **What most people write first.** λ without the step in the threshold, or without n in ridge: loss and
# penalty on different scales. Then λ means something else whenever n changes.
#
# **Elsewhere.** scikit-learn's `Lasso(alpha)` uses exactly this objective; its `Ridge(alpha)` has no
# $1/n$ and no ½, so its `alpha` is our $n\lambda$.

# %% [markdown] lang="zh" en="612fc36c"
# **为什么加上软阈值就能得到精确解。** 梯度步处理光滑的部分，软阈值对“惩罚，加上移动距离的平方除以两倍步长”求最小。在最小点处，每个为 0 的权重都有 $\lvert \partial \text{loss}/\partial w_j \rvert \le \lambda$，其余的恰好等于 $\lambda$：判题时查的就是这一条。这个方法叫 ISTA；scikit-learn 用的则是坐标下降。
#
# **最常见的第一版。** 软阈值里的 λ 没乘步长，或者岭回归里漏了 n：损失和惩罚不在同一尺度，n 一变，λ 的含义也跟着变。
#
# **换个框架。** scikit-learn 的 `Lasso(alpha)` 用的正是这个目标函数；它的 `Ridge(alpha)` 没有 $1/n$ 也没有 1/2，所以 `alpha` 等于这里的 $n\lambda$。

# %% [markdown] role="exercise" anchor="lambda-max"
# ## 4 · Where the path ends
#
# From which λ on are all weights of the lasso 0? Write it without fitting anything.

# %% [markdown] lang="zh" en="03c90eab"
# ## 4 · 路径的尽头
#
# λ 从多大开始，lasso 的权重全是 0？不做拟合，直接算出来。


# %% role="exercise"
def lambda_max(X, y):
    """X: (n, d). y: (n,). Returns the smallest λ for which every weight of the lasso is 0."""
    ### BEGIN SOLUTION
    return np.abs(X.T @ (y - y.mean())).max() / len(y)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. At w = 0, what must hold for the slope of the loss along every weight?
# 2. One column x = (1, −1), y = (4, 2): what is b at w = 0, and what is the slope there?
# 3. The slope at w = 0 is Xᵀ times the centred y over n, with a minus; take the largest size.

# %% [markdown] lang="zh" en="32584eb7"
# 1. 在 w = 0 处，损失沿每个权重的斜率要满足什么？
# 2. 只有一列 x = (1, −1)，y = (4, 2)：w = 0 时 b 是多少，那里的斜率是多少？
# 3. w = 0 处的斜率是 Xᵀ 乘中心化的 y 再除以 n，带负号；取绝对值最大的。

# %%
check.lambda_max(lambda_max)

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `soft_threshold`. For large weights it agrees with the right one. Find an input on which
# the two part.

# %% [markdown] lang="zh" en="23e0bd76"
# ## 找反例
#
# 下面是一个错误的 `soft_threshold`，权重大时它和正确答案一致。找一个输入，让两者给出不同的结果。

# %% role="hack"
check.soft_threshold.hack(trap=3)

# %% role="hack"
### BEGIN SOLUTION
w = np.array([0.5, 2.0])  # 0.5 is closer to 0 than t
t = 1.0
### END SOLUTION
if t is not ...:
    check.soft_threshold.hack(trap=3, w=w, t=t)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about regularization. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="717a8b7c"
# ## 挑错
#
# 一位候选人这样讲正则化。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="prior"
# ## The interviewer goes on
#
# **As the most probable weights: noise of variance σ² = 4 on y, a Gaussian prior of variance τ² = 0.5 on each
# weight. Which λ makes $\frac{1}{2}\lVert Xw - y \rVert^2 + \frac{\lambda}{2}\lVert w \rVert^2$ the same
# problem?** Note: no $1/n$ here.

# %% [markdown] lang="zh" en="0b34ae48"
# ## 追问
#
# **从最大后验看：y 的噪声方差 σ² = 4，每个权重的高斯先验方差 τ² = 0.5。λ 取多少，
# $\frac{1}{2}\lVert Xw - y \rVert^2 + \frac{\lambda}{2}\lVert w \rVert^2$ 才是同一个问题？** 注意这里没有 $1/n$。

# %% role="follow-up"
### BEGIN SOLUTION
lam = 4 / 0.5
### END SOLUTION

# %%
check.prior(lam)

# %% [markdown] role="follow-up" fold="Why"
# The negative log posterior is $\lVert Xw - y \rVert^2 / (2\sigma^2) + \lVert w \rVert^2 / (2\tau^2)$ plus a
# constant. Multiply by $\sigma^2$: $\lambda = \sigma^2 / \tau^2$. A Laplace prior with density
# $\propto e^{-\lvert w \rvert / s}$ gives L1 with $\lambda = \sigma^2 / s$.

# %% [markdown] lang="zh" en="3557b0b5" fold="为什么"
# 负对数后验是 $\lVert Xw - y \rVert^2 / (2\sigma^2) + \lVert w \rVert^2 / (2\tau^2)$ 加一个常数。乘以 $\sigma^2$，就得到 $\lambda = \sigma^2 / \tau^2$。拉普拉斯先验的密度
# $\propto e^{-\lvert w \rvert / s}$，对应 L1，$\lambda = \sigma^2 / s$。

# %% [markdown] role="follow-up" fold="Two columns are nearly the same. What do lasso and ridge do?"
# Ridge shares the weight between them: half each costs $2 \cdot \frac{1}{4} = \frac{1}{2}$ in squares against 1 for all on one.
# L1 costs the same however the weight is split, so the lasso tends to keep one, and which one may turn
# on noise. The elastic net adds a little L2 to have them kept together.

# %% [markdown] lang="zh" en="c0b80665" fold="有两列几乎相同，lasso 和岭回归各会怎样？"
# 岭回归会平分：各一半，平方和是 $2 \cdot \frac{1}{4} = \frac{1}{2}$，全放在一列上是 1。L1 怎么分代价都一样，所以 lasso 往往只留一列，留哪一列可能只由噪声决定。elastic net 加一点 L2，让它们一起留下。

# %% [markdown] role="follow-up" fold="Do language models use L1?"
# Hardly. Their weight decay is (decoupled) L2. Exact zeros scattered over a weight matrix save no time
# without sparse kernels, and a stochastic subgradient step does not produce them anyway. Where zeros
# are wanted, one prunes, or penalises whole groups.

# %% [markdown] lang="zh" en="9638dff6" fold="大模型用 L1 吗？"
# 基本不用。它们的 weight decay 是（解耦的）L2。权重矩阵里零散的 0 没有稀疏算子（kernel）配合就省不了时间；何况随机次梯度下降也得不到恰好为 0 的权重。真需要 0，一般是剪枝，或者对整组权重加惩罚。

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
# > Both penalties accept more training error for less error on new data. L2 pulls in proportion to the weight, so
# > the pull fades near 0: weights shrink and none becomes exactly 0. L1 pulls with constant strength λ, and its kink
# > at 0 holds a weight as long as the loss pulls with less than λ. One finds the minimum with the soft
# > threshold, sign(w)·max(|w| − t, 0), after each gradient step; subgradient steps jump over 0. L2 is a Gaussian
# > prior, L1 a Laplace prior. Features on one scale, intercept free, λ by validation.
#
# Classic mistakes: "L1 penalises sparsity"; the subgradient taken for the soft threshold; λ and loss on
# different scales; a penalised intercept; columns of different units.

# %% [markdown] lang="zh" en="03995f64" fold="一分钟版本"
# > 两种惩罚都是用更大的训练误差，换新数据上更小的误差。L2 的拉力和权重成正比，靠近 0 就没力了：权重变小，但不会恰好为 0。L1 的拉力恒为 λ，在 0 处有尖点，只要损失的拉力小于 λ，权重就停在 0。求解是每走一步梯度就做一次软阈值 sign(w)·max(|w| − t, 0)；次梯度会来回越过 0。L2 对应高斯先验，L1 对应拉普拉斯先验。特征统一尺度，截距不惩罚，λ 靠验证集选。
#
# 常见错误：说“L1 惩罚稀疏性”；把次梯度当成软阈值；λ 和损失不在同一尺度；惩罚了截距；各列单位不同。

# %% [markdown] role="reference"
# ## References
#
# - Tibshirani 1996, *Regression Shrinkage and Selection via the Lasso*, J. R. Stat. Soc. B 58(1), §2.2 (orthonormal columns).
# - Hastie, Tibshirani & Friedman 2009, *The Elements of Statistical Learning*, §3.4.1 (ridge, the intercept), §3.4.2 (lasso), §3.4.3 (the two compared).
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, chapter 7 introduction, §7.1.1 (L2), §7.1.2 (L1, priors).
# - Beck & Teboulle 2009, *A Fast Iterative Shrinkage-Thresholding Algorithm*, SIAM J. Imaging Sciences 2(1), §1 (ISTA).
# - Zou & Hastie 2005, *Regularization and Variable Selection via the Elastic Net*.

# %% [markdown] lang="zh" en="0d65bf7d"
# ## 参考文献
#
# - Tibshirani 1996, *Regression Shrinkage and Selection via the Lasso*, J. R. Stat. Soc. B 58(1)，§2.2（各列正交归一的情形）。
# - Hastie, Tibshirani & Friedman 2009, *The Elements of Statistical Learning*，§3.4.1（岭回归与截距）、§3.4.2（lasso）、§3.4.3（两者比较）。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，第 7 章引言、§7.1.1（L2）、§7.1.2（L1 与先验）。
# - Beck & Teboulle 2009, *A Fast Iterative Shrinkage-Thresholding Algorithm*, SIAM J. Imaging Sciences 2(1)，§1（ISTA）。
# - Zou & Hastie 2005, *Regularization and Variable Selection via the Elastic Net*。
