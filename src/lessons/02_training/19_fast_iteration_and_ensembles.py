# ---
# title: Iterate fast and know whether an improvement is real
# title_zh: 快速迭代，并判断提升是不是真的
# kind: question
# minutes: 35
# level: 2
# needs: []
# seeds: [002-2]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > You improve a model week after week. How do you iterate fast, how do you know that a gain of half a point is real, and
# > what does an ensemble bring?
#
# Think aloud for one minute before you type: two models agree on 96 % of the test examples. Which of the examples can tell
# you which is better?

# %% [markdown] lang="zh" en="8d42138c"
# ## 题目
#
# > 你要持续改进一个模型。怎样快速迭代？涨了半个点，怎么知道是真的？集成多个模型又能带来什么？
#
# 先别动手，出声想一分钟：两个模型在 96% 的测试样本上判断一致。哪些样本能告诉你谁更好？

# %% [markdown] role="question" fold="What a good answer contains"
# - The loop: a baseline that runs in minutes, one change at a time, errors looked at, one number that decides.
# - A paired test on the same examples; seeds; never the best of them.
# - Ensembles: the variance formula, why the shared part stays, the price in inference.
# - What not to do: average the weights of independent networks; compress first.

# %% [markdown] lang="zh" en="a47bc0ac" fold="好的回答包含什么"
# - 循环：几分钟能跑完的基线，一次只改一处，看错误，用一个指标拍板。
# - 在同一批样本上做配对检验；多个种子，不能只报最好的。
# - 集成：方差公式，共有的部分为什么消不掉，推理的代价。
# - 不该做的：平均独立训练的网络的权重；一开始就压缩。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("fast_iteration_and_ensembles")

# %% [markdown] role="exercise" anchor="paired-bootstrap"
# ## 1 · Is it real?
#
# Models `a` and `b` have predicted the same `n` examples. Write `paired_bootstrap`: the gain in accuracy of `b` over `a`, and the ends of
# its interval: draw the examples `B` times anew, n of n with replacement, and cut off 2.5 % of the gains at either end (for `level` 0.95).

# %% [markdown] lang="zh" en="192d615e"
# ## 1 · 提升是真的吗？
#
# 模型 `a` 和 `b` 对同样的 `n` 个样本做了预测。写出 `paired_bootstrap`：`b` 比 `a` 的准确率高多少，以及它的区间：对样本做 `B` 次有放回重采样（n 个里抽 n 个），把得到的差值两端各去掉 2.5%（`level` 为 0.95 时）。


# %% role="exercise"
def paired_bootstrap(y, a, b, B, rng, level=0.95):
    """y, a, b: (n,) labels and both models' predictions. B: resamples. rng: np.random.Generator.

    Returns delta, low, high: the gain, and the ends of the central share `level` of the resamples.
    """
    ### BEGIN SOLUTION
    gain = (b == y).astype(float) - (a == y)  # −1, 0 or 1 for each example
    rows = rng.integers(len(y), size=(B, len(y)))
    tail = (1 - level) / 2
    low, high = np.quantile(gain[rows].mean(axis=1), [tail, 1 - tail])
    return gain.mean(), low, high
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. For one example: which values can "b right minus a right" take?
# 2. Five examples, a right on 1–4, b right on 1–3 and 5: the five gains and their mean? In a resample with rows 5, 5, 1, 2, 4?
# 3. One gain per example; draw row numbers once and use them for both models; the mean of each resample; two quantiles.

# %% [markdown] lang="zh" en="238f85ca"
# 1. 对一个样本，“b 对减 a 对”可能取哪些值？
# 2. 五个样本，a 对了 1–4，b 对了 1–3 和 5：五个差值和它们的均值是多少？重采样抽到第 5、5、1、2、4 行时呢？
# 3. 每个样本一个差值；行号只抽一次，两个模型共用；每次重采样求均值；取两个分位数。

# %%
check.paired_bootstrap(paired_bootstrap)

# %% [markdown] role="idea" anchor="idea"
# With $d_i \in \{-1, 0, 1\}$ the gain on example $i$, the gain in accuracy is $\bar d$, and its standard error
#
# $$\text{SE}(\bar d) = \sqrt{\frac{\operatorname{Var}(d)}{n}} \approx \sqrt{\frac{p_\text{differ}}{n}} ,$$
#
# where $p_\text{differ}$ is the share of examples that exactly one model gets right (for small $\bar d$). What both get right or
# wrong drops out. Two independent test sets would give $\sqrt{2 p(1 - p)/n}$ instead.
#
# | symbol | variable | shape |
# |---|---|---|
# | $d_i$ | `gain` | (n,) |
# | $\bar d$ | `delta` | number |

# %% [markdown] lang="zh" en="5707047e"
# 设 $d_i \in \{-1, 0, 1\}$ 是样本 $i$ 上的差值，准确率的提升就是 $\bar d$，它的标准误是
#
# $$\text{SE}(\bar d) = \sqrt{\frac{\operatorname{Var}(d)}{n}} \approx \sqrt{\frac{p_\text{differ}}{n}} ,$$
#
# 其中 $p_\text{differ}$ 是恰好只有一个模型答对的样本比例（$\bar d$ 很小时成立）。两者都对或都错的样本不起作用。换成两个独立的测试集，就是 $\sqrt{2 p(1 - p)/n}$。
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $d_i$ | `gain` | (n,) |
# | $\bar d$ | `delta` | 数 |

# %% role="reward"
if check.paired_bootstrap.passed:
    rng = np.random.default_rng(0)

    def two_models(n):
        """Labels 0 and the predictions of two models that find the same examples hard."""
        hard = rng.uniform(size=n)
        a, b = (hard + 0.05 * rng.normal(size=n) > limit for limit in (0.93, 0.94))
        return np.zeros(n, dtype=int), a.astype(int), b.astype(int)

    _, a, b = two_models(2_000_000)
    true, accuracy = a.mean() - b.mean(), 1 - a.mean()
    results = [paired_bootstrap(*two_models(450), 500, rng) for _ in range(200)]
    covered = np.mean([low <= true <= high for _, low, high in results])
    width = np.mean([high - low for _, low, high in results])
    alone = 2 * 1.96 * np.sqrt(2 * accuracy * (1 - accuracy) / 450)
    print(f"true gain {true:.4f}; the 95 % interval holds it in {covered:.0%} of 200 experiments")
    print(f"its mean width {width:.3f}; for two independent test sets {alone:.3f}")

# %% [markdown] role="why"
# **Why resampling examples.** The test set is a draw from a population; another draw would contain other examples, some twice as many of the kind that `b`
# fails on. Resampling plays that through without a formula, and so it also works for F1 or AUC.
#
# **What most people write first.** Fresh rows for each model. The interval is then about as wide as for two different test sets, and real gains drown.
#
# **What it does not cover.** The luck of training: another seed gives another `b`. That needs several trained models, not more
# resamples of one.

# %% [markdown] lang="zh" en="cd9c5169"
# **为什么对样本重采样。** 测试集是从总体里抽的一批；换一批，样本就不同，`b` 不擅长的那类可能多一倍。重采样不用公式就把这种情况演一遍，所以对 F1、AUC 也适用。
#
# **最常见的第一版。** 给每个模型各抽一次行号。那样区间差不多和用两个不同的测试集一样宽，真正的提升就淹没了。
#
# **它管不到什么。** 训练的运气：换个种子就是另一个 `b`。那要靠多训练几个模型，而不是对同一个模型多做重采样。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows asks what several models bring together.

# %% [markdown] lang="zh" en="82f48484"
# **可以先歇一歇。** 核心已经写完，下面看几个模型合起来能带来什么。

# %% [markdown] role="exercise" anchor="soft-vote"
# ## 2 · A soft vote
#
# Write `soft_vote`: for each example the class with the highest mean probability over the models; of equals the lowest.

# %% [markdown] lang="zh" en="7e98ea6e"
# ## 2 · 软投票
#
# 写出 `soft_vote`：对每个样本，取各模型平均概率最高的类别；并列时取编号最小的。


# %% role="exercise"
def soft_vote(P):
    """P: (M, N, C), the probabilities of M models. Returns (N,) classes."""
    ### BEGIN SOLUTION
    return P.mean(axis=0).argmax(axis=1)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which axis holds the models, and what shape is left when it is averaged away?
# 2. Three models give class 0 the probabilities 0.9, 0.4, 0.4 of two classes. Who wins the soft vote, who a count of votes?
# 3. First the mean over the models, then the best class of each example.

# %% [markdown] lang="zh" en="35f3baa5"
# 1. 哪个轴是模型？把它平均掉之后还剩什么形状？
# 2. 二分类，三个模型给类别 0 的概率是 0.9、0.4、0.4。软投票谁赢？数票谁赢？
# 3. 先对模型取平均，再取每个样本概率最高的类别。

# %%
check.soft_vote(soft_vote)


# %% role="reward"
def train(seed, n=300, width=24, steps=300, lr=0.3, batch=32):
    """One hidden layer on 300 digits by SGD: its parameters."""
    rng = np.random.default_rng(seed)
    (x, y), _ = data.digits(split=True)
    x, t = x[:n].reshape(n, -1), np.eye(10)[y[:n]]
    W, V = (rng.normal(size=s) * np.sqrt(2 / s[0]) for s in ((64, width), (width, 10)))
    b, c = np.zeros(width), np.zeros(10)
    for _ in range(steps):
        rows = rng.integers(n, size=batch)
        h = np.maximum(x[rows] @ W + b, 0)
        d = (softmax(h @ V + c) - t[rows]) / batch
        dz = d @ V.T * (h > 0)
        V, c = V - lr * h.T @ d, c - lr * d.sum(axis=0)
        W, b = W - lr * x[rows].T @ dz, b - lr * dz.sum(axis=0)
    return W, b, V, c


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def predict(params, x):
    W, b, V, c = params
    return softmax(np.maximum(x @ W + b, 0) @ V + c)


if check.soft_vote.passed and check.paired_bootstrap.passed:
    _, (x, y) = data.digits(split=True)
    x = x.reshape(len(x), -1)
    models = [train(seed) for seed in range(20)]
    P = np.array([predict(model, x) for model in models])
    sizes, rng = [1, 2, 3, 5, 8, 12, 16], np.random.default_rng(0)
    voted, merged = np.empty((30, len(sizes))), np.empty((30, len(sizes)))
    for draw in range(30):
        order = rng.permutation(20)
        for k, size in enumerate(sizes):
            chosen = order[:size]
            voted[draw, k] = (soft_vote(P[chosen]) == y).mean()
            weights = [np.mean([models[m][part] for m in chosen], axis=0) for part in range(4)]
            merged[draw, k] = (predict(weights, x).argmax(axis=1) == y).mean()
    with plt.style.context(plot.STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    shown = {"x": sizes, "xlabel": "models", "markers": True}
    plot.curves({"": voted}, ylabel="test accuracy", title="mean probabilities", ax=left, **shown)
    ax = plot.curves({"": merged}, title="mean weights", ax=right, **shown)
    for panel in (left, right):
        panel.set_xticks([1, 4, 8, 12, 16])
    single = (P.argmax(axis=2) == y).mean(axis=1)
    print(f"one model: mean {single.mean():.3f}, standard deviation {single.std():.4f},", end=" ")
    print(f"best of 20 seeds {single.max():.3f}; sixteen voting {voted[:, -1].mean():.3f}")
    delta, low, high = paired_bootstrap(y, P[0].argmax(axis=1), soft_vote(P[:16]), 2000, rng)
    print(f"sixteen against seed 0: gain {delta:.4f}, 95 % interval {low:.4f} to {high:.4f}")

# %% [markdown] role="caption" alt="Two panels of test accuracy against the number of models, mean and range of 30 draws. Left, mean probabilities: from about 0.943 for one model to about 0.953 for five, then flat, between 0.93 and 0.96. Right, mean weights: from 0.94 at once below 0.8 for two models and towards 0.36 for many."
# Networks that differ only in their seed, on 450 test digits. Averaging probabilities gains most with the first few models; then the errors
# that all share remain. Averaging the *weights* of the same networks destroys them.

# %% [markdown] lang="zh" en="076dd1c1" alt="两幅图，测试准确率随模型个数的变化，30 次抽取的均值和范围。左，平均概率：一个模型约 0.943，五个约 0.953，之后持平，都在 0.93 到 0.96 之间。右，平均权重：从 0.94 到两个模型就跌破 0.8，更多时降向 0.36。"
# 只有种子不同的网络，在 450 个测试数字上。平均概率的收益主要来自前几个模型，之后只剩大家共有的错误。把同样这些网络的**权重**平均，模型就废了。

# %% [markdown] role="exercise" anchor="ensemble-variance"
# ## 3 · What can an ensemble gain?
#
# M models have errors of variance `var`, any two with correlation `rho`. Write the variance of the mean of their errors.

# %% [markdown] lang="zh" en="f7b20f73"
# ## 3 · 集成最多能带来多少？
#
# M 个模型的误差方差都是 `var`，两两相关系数都是 `rho`。写出误差均值的方差。


# %% role="exercise"
def ensemble_variance(M, rho, var):
    """M: number of models. rho: in [0, 1]. var: of one model's error. Returns a number."""
    ### BEGIN SOLUTION
    return rho * var + (1 - rho) * var / M
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What must come out for ρ = 1? For ρ = 0? For M = 1?
# 2. Two models: Var((e₁ + e₂)/2) = ¼(σ² + σ² + 2·ρσ²). For σ² = 2, ρ = 0.5?
# 3. M variances and M(M − 1) covariances over M²; sort into a part without M and a part over M.

# %% [markdown] lang="zh" en="60ebdf58"
# 1. ρ = 1 时应该得到什么？ρ = 0 呢？M = 1 呢？
# 2. 两个模型：Var((e₁ + e₂)/2) = ¼(σ² + σ² + 2·ρσ²)。σ² = 2、ρ = 0.5 时是多少？
# 3. M 个方差加 M(M − 1) 个协方差，除以 M²；整理成与 M 无关的一项和除以 M 的一项。

# %%
check.ensemble_variance(ensemble_variance)

# %% [markdown] role="why"
# **Why the shared part stays.** $\rho\sigma^2 + (1 - \rho)\sigma^2/M$: only what is each model's own is averaged away. So diversity is worth more than number:
# other seeds, other data, other architectures. And $M$ models cost $M$ times the inference; distillation can put the gain back
# into one.

# %% [markdown] lang="zh" en="1a430e18"
# **为什么共有的部分消不掉。** $\rho\sigma^2 + (1 - \rho)\sigma^2/M$：平均掉的只是各模型自己的那部分。所以多样性比数量值钱：换种子、换数据、换结构。$M$ 个模型的推理开销是 $M$ 倍，可以再用蒸馏把收益压回一个模型。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `soft_vote`. Where the models agree it is right. Find an input on which the two part.

# %% [markdown] lang="zh" en="926702a4"
# ## 找反例
#
# 下面是一个错误的 `soft_vote`，各模型一致时它是对的。找一个输入，让两者给出不同的结果。

# %% role="hack"
check.soft_vote.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
P = np.array([[[0.9, 0.1]], [[0.4, 0.6]], [[0.4, 0.6]]])  # one is sure, two hardly
### END SOLUTION
if P is not ...:
    check.soft_vote.hack(trap=1, P=P)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about improving models. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="52647e0c"
# ## 挑错
#
# 一位候选人这样讲怎样改进模型。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 5]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="standard-error"
# ## The interviewer goes on
#
# **450 test examples. Both models are 95 % right, and on 4 % of the examples exactly one of them is. What is the standard error of the difference of
# their accuracies?** Within 2 %.

# %% [markdown] lang="zh" en="7a012e64"
# ## 追问
#
# **450 个测试样本，两个模型准确率都是 95%，有 4% 的样本恰好只有一个答对。准确率之差的标准误是多少？** 误差不超过 2%。

# %% role="follow-up"
### BEGIN SOLUTION
error = np.sqrt(0.04 / 450)
### END SOLUTION

# %%
check.standard_error(error)

# %% [markdown] role="follow-up" anchor="best-of-ten"
# **Seeds of one model scatter normally with a standard deviation of 0.006. By how much does the best of ten exceed the mean, on average?** Within
# 3 %; simulate if you do not know it.

# %% [markdown] lang="zh" en="82759120"
# **同一个模型换种子，准确率呈正态分布，标准差 0.006。十个种子里最好的，平均比均值高多少？** 误差不超过 3%；不记得就模拟一下。

# %% role="follow-up"
### BEGIN SOLUTION
best = 0.006 * float(np.random.default_rng(0).normal(size=(200_000, 10)).max(axis=1).mean())
### END SOLUTION

# %%
check.best_of_ten(best)

# %% [markdown] role="follow-up" fold="A gain of 0.4 points, interval from −0.3 to 1.1. Ship it?"
# It may be nothing. Ask what it costs: a free change may go in, one that doubles the latency may not. To know more, take more test
# examples (half the width needs four times as many), look at the examples that changed, or test online.

# %% [markdown] lang="zh" en="3eb81e19" fold="涨了 0.4 个点，区间是 −0.3 到 1.1，上线吗？"
# 可能什么也不是。要问代价：不花钱的改动可以上，延迟翻倍的不行。想知道得更准，就加测试样本（宽度减半要四倍的量），看看哪些样本变了，或者做线上实验。

# %% [markdown] role="follow-up" fold="When may weights be averaged?"
# When the networks lie in one basin: checkpoints of one run (an exponential moving average, stochastic weight averaging), or models fine-tuned
# from the same pretrained start (model soups). Independent starts number their hidden units differently.

# %% [markdown] lang="zh" en="65f90a24" fold="什么时候可以平均权重？"
# 网络落在同一个盆地里的时候：同一次训练的多个检查点（指数滑动平均、SWA），或者从同一个预训练起点微调出来的模型（model soups）。独立初始化的网络，隐藏单元的编号各不相同。

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
# > A baseline that trains in minutes, one number that decides, one change at a time, and a look at the errors before the next. Whether a gain is real I ask
# > with several seeds and a paired bootstrap on the same examples: only those count that exactly one model gets right. I never report the best seed.
# > Ensembles late: the mean of M models has variance ρσ² + (1 − ρ)σ²/M, so unshared errors are averaged away, and inference costs M times.
# > Probabilities are averaged, not the weights of independent networks. Compression comes last.
#
# Classic mistakes: two intervals compared for overlap; resampling each model on its own; the best of the seeds; σ²/M for correlated models; pruning as
# the first step.

# %% [markdown] lang="zh" en="b3ea6fd9" fold="一分钟版本"
# > 先有几分钟能跑完的基线和一个拍板的指标，一次只改一处，改下一处之前先看错误。提升是不是真的，用多个种子，再在同一批样本上做配对 bootstrap：只有恰好一个模型答对的样本才起作用。绝不只报最好的种子。集成放在后面：M 个模型平均的方差是 ρσ² + (1 − ρ)σ²/M，不共有的误差被平均掉，推理开销是 M 倍。平均的是概率，不是独立网络的权重。压缩放在最后。
#
# 常见错误：看两个区间有没有重叠；给每个模型各自重采样；只报最好的种子；模型相关却用 σ²/M；第一步就剪枝。

# %% [markdown] role="reference"
# ## References
#
# - Efron & Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 13 (percentile intervals).
# - Koehn 2004, *Statistical Significance Tests for Machine Translation Evaluation*, EMNLP (paired bootstrap of test examples).
# - Schenker & Gentleman 2001, *On Judging the Significance of Differences by Examining the Overlap Between Confidence Intervals*, The American Statistician 55(3).
# - Dodge et al. 2019, *Show Your Work*, arXiv:1909.03004 (the best of many runs).
# - Hastie, Tibshirani & Friedman 2009, *The Elements of Statistical Learning*, §15.2 (the variance of an average).
# - Lakshminarayanan et al. 2017, *Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles*, arXiv:1612.01474.
# - Wortsman et al. 2022, *Model Soups*, arXiv:2203.05482; Izmailov et al. 2018, *Averaging Weights Leads to Wider Optima*, arXiv:1803.05407.
# - Han et al. 2015, *Learning both Weights and Connections*, arXiv:1506.02626, §3 (train, prune, retrain).

# %% [markdown] lang="zh" en="32897354"
# ## 参考文献
#
# - Efron & Tibshirani 1993, *An Introduction to the Bootstrap*，第 13 章（百分位区间）。
# - Koehn 2004, *Statistical Significance Tests for Machine Translation Evaluation*, EMNLP（对测试样本做配对 bootstrap）。
# - Schenker & Gentleman 2001, *On Judging the Significance of Differences by Examining the Overlap Between Confidence Intervals*, The American Statistician 55(3)。
# - Dodge et al. 2019, *Show Your Work*, arXiv:1909.03004（多次运行里最好的那个）。
# - Hastie, Tibshirani & Friedman 2009, *The Elements of Statistical Learning*，§15.2（平均的方差）。
# - Lakshminarayanan et al. 2017, *Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles*, arXiv:1612.01474。
# - Wortsman et al. 2022, *Model Soups*, arXiv:2203.05482；Izmailov et al. 2018, *Averaging Weights Leads to Wider Optima*, arXiv:1803.05407。
# - Han et al. 2015, *Learning both Weights and Connections*, arXiv:1506.02626，§3（训练、剪枝、再训练）。
