# ---
# title: Tune hyper-parameters within a budget
# title_zh: 在有限预算内调超参数
# kind: code
# minutes: 35
# level: 1
# needs: []
# seeds: [004-1.10, 002-2]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is a hyper-parameter, and how do you find good ones with a budget of, say, 50 runs? Grid, random or
# > halving? What do you do with the learning rate when the batch size changes?
#
# Think aloud for one minute before you type: how many different learning rates does a 3 × 3 grid try? How
# many do nine random points?

# %% [markdown] lang="zh" en="e244e213"
# ## 题目
#
# > 什么是超参数？预算只够跑 50 次，怎么找到好的？网格、随机还是逐次减半？batch size 变了，学习率怎么办？
#
# 先别动手，出声想一分钟：3 × 3 的网格试了几个不同的学习率？九个随机点呢？

# %% [markdown] role="question" fold="What a good answer contains"
# - Parameters are learnt by the optimizer; hyper-parameters are set outside and chosen on validation data.
# - The learning rate first, on a log scale.
# - Why random beats a grid when few axes matter, with a number.
# - Halving: what it saves and whom it may lose.
# - What the best of many trials is worth.

# %% [markdown] lang="zh" en="3db57893" fold="好的回答包含什么"
# - 参数由优化器学出来；超参数在外面设定，用验证集来选。
# - 先调学习率，用对数尺度。
# - 只有少数轴重要时，随机为什么胜过网格，给出数字。
# - 逐次减半省了什么，可能误杀谁。
# - 多次试验里最好的那个，到底值多少。

# %% role="setup"
from itertools import product

import numpy as np

from whiteboard import data, lesson, plot

check = lesson("hyperparameters")

# %% [markdown] role="exercise" anchor="sample"
# ## 1 · Draw a configuration
#
# Write `sample`. A space gives each name a range and a scale: on `"linear"` draw evenly between the ends, on
# `"log"` so that every power of ten gets the same share.

# %% [markdown] lang="zh" en="1c1bc24b"
# ## 1 · 抽一组配置
#
# 写出 `sample`。搜索空间给每个名字一个范围和一个尺度：`"linear"` 在两端之间均匀抽，`"log"` 让每个数量级被抽到的比例相同。


# %% role="exercise"
def sample(space, rng):
    """space: {name: (low, high, "linear" or "log")}. rng: np.random.Generator.

    Returns {name: number}, low ≤ number ≤ high, drawn independently.
    """
    ### BEGIN SOLUTION
    config = {}
    for name, (low, high, scale) in space.items():
        if scale == "log":
            config[name] = np.exp(rng.uniform(np.log(low), np.log(high)))
        else:
            config[name] = rng.uniform(low, high)
    return config
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Between 0.0001 and 1 there are four powers of ten. What share of even draws falls into the lowest?
# 2. log₁₀ of 0.0001 and of 1: which number lies in the middle, and what is 10 to its power?
# 3. For each name a new draw; on the log scale between the logarithms of the ends, then back by the exponential.

# %% [markdown] lang="zh" en="ac98f675"
# 1. 0.0001 到 1 之间有四个数量级。均匀抽样，落在最低那个数量级的比例是多少？
# 2. 0.0001 和 1 的 log₁₀ 各是多少？中点是多少，10 的这个次幂又是多少？
# 3. 每个名字都重新抽；对数尺度时在两端的对数之间抽，再用指数变回来。

# %%
check.sample(sample)

# %% [markdown] role="exercise" anchor="random-search"
# ## 2 · Random search
#
# Draw `budget` configurations with your `sample`, evaluate each once, return the best with its loss.

# %% [markdown] lang="zh" en="e251c324"
# ## 2 · 随机搜索
#
# 用你的 `sample` 抽 `budget` 组配置，每组评估一次，返回最好的一组和它的损失。


# %% role="exercise"
def random_search(objective, space, budget, rng):
    """objective: config → loss, lower is better. Returns the best config tried and its loss."""
    ### BEGIN SOLUTION
    tried = [sample(space, rng) for _ in range(budget)]
    losses = [objective(config) for config in tried]
    best = np.argmin(losses)
    return tried[best], losses[best]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How often may the objective be called, and what must be remembered besides the lowest loss?
# 2. Losses 0.5, 0.2, 0.9 for configs a, b, c: what is returned?
# 3. Draw all; evaluate each once; the place of the lowest loss gives config and loss.

# %% [markdown] lang="zh" en="d59908c4"
# 1. 目标函数可以调用几次？除了最低的损失，还要记住什么？
# 2. 配置 a、b、c 的损失是 0.5、0.2、0.9，返回什么？
# 3. 先都抽出来；各评估一次；由最低损失的位置得到配置和损失。

# %%
check.random_search(random_search)

# %% [markdown] role="idea" anchor="idea"
# If a trial is among the best share $p$ of the space with probability $p$, then of $n$ independent trials at least
# one is with probability
#
# $$1 - (1 - p)^n .$$
#
# This does not depend on the number of axes. A grid of $k$ points on each of $d$ axes costs $k^d$ runs and tries only
# $k$ values of each; if one axis decides, random search tries $k^d$ values of it.
#
# | symbol | variable |
# |---|---|
# | $n$ | `budget` |
# | $k$, $d$ | `points`, the number of names in `space` |

# %% [markdown] lang="zh" en="4c9e2534"
# 如果一次试验以概率 $p$ 落在空间里最好的那 $p$ 份中，那么 $n$ 次独立试验至少有一次落在其中的概率是
#
# $$1 - (1 - p)^n .$$
#
# 它与轴的个数无关。$d$ 个轴、每轴 $k$ 个点的网格要跑 $k^d$ 次，每个轴却只试了 $k$ 个值；如果真正起作用的只有一个轴，随机搜索在它上面试了 $k^d$ 个值。
#
# | 符号 | 变量 |
# |---|---|
# | $n$ | `budget` |
# | $k$、$d$ | `points`、`space` 里名字的个数 |

# %% [markdown] role="exercise" anchor="grid"
# ## 3 · The grid, to compare
#
# Write `grid`: every combination of `points` values per name, evenly spaced on its scale, both ends included. Any order.

# %% [markdown] lang="zh" en="4f8b9596"
# ## 3 · 用来比较的网格
#
# 写出 `grid`：每个名字取 `points` 个值，在各自的尺度上等距，含两端，列出所有组合，次序不限。


# %% role="exercise"
def grid(space, points):
    """space: as above. points: values per name, ≥ 2. Returns a list of {name: number}."""
    ### BEGIN SOLUTION
    axes = []
    for low, high, scale in space.values():
        spaced = np.geomspace if scale == "log" else np.linspace
        axes.append(spaced(low, high, points))
    return [dict(zip(space, values)) for values in product(*axes)]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many configurations are there for 3 points and 2 names? Which function lists all combinations?
# 2. Three points from 0.0001 to 1 on a log scale: which is in the middle?
# 3. One array per name, evenly spaced in the number or in its logarithm; all combinations; each as a dict.

# %% [markdown] lang="zh" en="dec5b18a"
# 1. 3 个点、2 个名字，一共多少组？哪个函数能列出所有组合？
# 2. 对数尺度上从 0.0001 到 1 取三个点，中间的是哪个？
# 3. 每个名字一个数组，按数值或按对数等距；取所有组合；每组写成字典。

# %%
check.grid(grid)


# %% role="reward"
def validation_loss(lr, batch=32, epochs=4, seed=0, width=32):
    """A small network on 1,000 digits by SGD: its loss on 347 others."""
    rng = np.random.default_rng(seed)
    (x, y), _ = data.digits(split=True)
    x = x.reshape(len(x), -1)
    W, V = (rng.normal(size=s) * np.sqrt(2 / s[0]) for s in ((64, width), (width, 10)))
    b, c = np.zeros(width), np.zeros(10)
    for _ in range(epochs):
        order = rng.permutation(1000)
        for rows in np.split(order[: 1000 // batch * batch], 1000 // batch):
            z = x[rows] @ W + b
            h = np.maximum(z, 0)
            scores = h @ V + c
            p = np.exp(scores - scores.max(axis=1, keepdims=True))
            d = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y[rows]]) / batch
            dz = d @ V.T * (z > 0)
            V, c = V - lr * h.T @ d, c - lr * d.sum(axis=0)
            W, b = W - lr * x[rows].T @ dz, b - lr * dz.sum(axis=0)
    scores = np.maximum(x[1000:] @ W + b, 0) @ V + c
    scores -= scores.max(axis=1, keepdims=True)
    right = scores[np.arange(347), y[1000:]]
    return float(np.mean(np.log(np.exp(scores).sum(axis=1)) - right))


if check.grid.passed and check.random_search.passed:
    space = {"lr": (1e-3, 1.0, "log"), "momentum of nothing": (0.0, 1.0, "linear")}
    objective = lambda config: validation_loss(config["lr"])  # the second axis changes nothing
    nine = [objective(config) for config in grid(space, 3)]
    rng = np.random.default_rng(0)
    found = [random_search(objective, space, 9, rng)[1] for _ in range(20)]
    print(f"grid 3 × 3: best loss {min(nine):.3f}, {len(set(nine))} different losses in 9 runs")
    print(
        f"random, 9 runs, 20 times: median {np.median(found):.3f}, worst {max(found):.3f},", end=" "
    )
    print(f"better than the grid {sum(np.array(found) < min(nine))} of 20 times")

# %% [markdown] role="reward"
# Nine runs of the grid buy three answers; nine random ones buy nine. Random search is not better every time, only most of the
# time, and it can be stopped or continued at any number.

# %% [markdown] lang="zh" en="69b4daf2"
# 网格跑九次只得到三个不同的结果，随机跑九次得到九个。随机并不是每次都更好，只是多数时候更好；而且跑到第几次停、再加几次都行。

# %% role="reward"
if check.sample.passed:
    rates = np.geomspace(0.003, 3, 13)
    with np.errstate(all="ignore"):
        curves = {
            f"batch {batch}": np.array(
                [[validation_loss(lr, batch, seed=seed) for lr in rates] for seed in range(3)]
            )
            for batch in (4, 32, 256)
        }
    curves = {name: np.nan_to_num(each, nan=10).clip(max=3) for name, each in curves.items()}
    ax = plot.curves(
        curves, x=rates, xlabel="learning rate", ylabel="validation loss", logx=True, markers=True
    )
    for name, each in curves.items():
        print(f"{name:9} best learning rate {rates[each.mean(axis=0).argmin()]:.2f}")

# %% [markdown] role="caption" alt="Three U-shaped curves of validation loss against the learning rate on a logarithmic axis, for batches of 4, 32 and 256; the minimum moves to the right as the batch grows, and each curve rises steeply just beyond its minimum."
# The same network, the same four epochs, three batch sizes; mean and range of three runs, losses above 3 cut off. Too small
# a step is slow, too large a one diverges, and the cliff stands close behind the best value. With a larger batch there are
# fewer steps, and the best learning rate moves up.

# %% [markdown] lang="zh" en="336f5a11" alt="三条 U 形曲线：验证损失随学习率（对数轴）变化，batch 为 4、32、256；batch 越大，最低点越靠右，每条曲线过了最低点都陡然上升。"
# 同一个网络，同样四轮，三种 batch size；三次运行的均值和范围，损失超过 3 的截断。步子太小学得慢，太大就发散，而且最佳值后面不远就是悬崖。batch 大了，步数变少，最佳学习率也跟着变大。

# %% [markdown] role="why"
# **Why the logarithm.** What a learning rate does depends on its ratio to the right one: 0.001 against 0.002 matters as much
# as 0.1 against 0.2. Even draws from 0.0001 to 1 spend nine tenths of the budget above 0.1.
#
# **What most people write first.** `rng.uniform(1e-4, 1)`. Or one random number for all axes, which searches a diagonal.
#
# **Elsewhere.** Optuna: `trial.suggest_float("lr", 1e-4, 1, log=True)`; scikit-learn: `scipy.stats.loguniform` in
# `RandomizedSearchCV`, and `HalvingRandomSearchCV` (still experimental); Keras Tuner: `hp.Float(..., sampling="log")`.

# %% [markdown] lang="zh" en="bd74581a"
# **为什么取对数。** 学习率的效果取决于它与合适值的倍数：0.001 和 0.002 的差别，与 0.1 和 0.2 的差别一样大。在 0.0001 到 1 之间均匀抽，预算的十分之九都花在 0.1 以上。
#
# **最常见的第一版。** `rng.uniform(1e-4, 1)`。或者所有轴共用一个随机数，等于只在对角线上搜索。
#
# **换个框架。** Optuna 用 `trial.suggest_float("lr", 1e-4, 1, log=True)`；scikit-learn 在 `RandomizedSearchCV` 里用 `scipy.stats.loguniform`，另有 `HalvingRandomSearchCV`（仍属实验性质）；Keras Tuner 用 `hp.Float(..., sampling="log")`。

# %% [markdown] role="exercise" anchor="halving"
# ## 4 · Successive halving
#
# Most runs look bad early. Each round, while more than one config is left: evaluate all with `resource`, keep the best
# `len(configs) // eta`, at least one, and multiply `resource` by `eta`. Every run starts from scratch and costs its `resource`. Return the last one and the resource
# spent in all; the last one is not run again.

# %% [markdown] lang="zh" en="24e63a27"
# ## 4 · 逐次减半
#
# 多数配置很早就看得出不行。只要剩下不止一个，每轮：用 `resource` 评估所有配置，留下最好的 `len(configs) // eta` 个（至少一个），再把 `resource` 乘以 `eta`。每次评估都从头跑，花费就是 `resource`。返回最后剩下的那个（不再跑它），以及总共花掉的资源。


# %% role="exercise"
def halving(evaluate, configs, resource, eta):
    """evaluate: (config, resource) → loss, lower is better. Returns the survivor and Σ resource."""
    ### BEGIN SOLUTION
    spent = 0
    while len(configs) > 1:
        losses = [evaluate(config, resource) for config in configs]
        spent += resource * len(configs)
        best_first = np.argsort(losses)
        configs = [configs[i] for i in best_first[: len(configs) // eta or 1]]
        resource *= eta
    return configs[0], spent
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Nine configs, η = 3: how many run in each round, and for how long?
# 2. What is spent in all in that example, starting from resource 1? And in a full run of all nine for 9?
# 3. While more than one is left: losses; their ascending order; the front part survives; add the cost; grow the resource.

# %% [markdown] lang="zh" en="baa1bfea"
# 1. 九个配置、η = 3：每轮跑几个，跑多久？
# 2. 从资源 1 开始，这个例子总共花多少？九个全都跑到 9 要花多少？
# 3. 只要不止一个：算损失；升序排列；前面一段留下；累加代价；资源增大。

# %%
check.halving(halving)

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `halving`. Find an input on which it and the right one part: the loss of a config may depend on how long
# it runs.

# %% [markdown] lang="zh" en="21dab37a"
# ## 找反例
#
# 下面是一个错误的 `halving`。找一个输入，让它和正确答案给出不同的结果：配置的损失可以取决于跑多久。

# %% role="hack"
check.halving.hack(trap=2)

# %% role="hack"
### BEGIN SOLUTION
evaluate = lambda config, resource: config["end"] + config["start"] / resource
configs = [{"end": e, "start": s} for e, s in [(0.1, 3.0), (0.5, 1.0), (0.9, 0.0), (0.8, 0.9)]]
resource = 1
eta = 2
### END SOLUTION
if eta is not ...:
    check.halving.hack(trap=2, evaluate=evaluate, configs=configs, resource=resource, eta=eta)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about tuning. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="6ed70d1b"
# ## 挑错
#
# 一位候选人这样讲调参。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="trials"
# ## The interviewer goes on
#
# **How many random trials do you need so that with probability 95 % at least one lies among the best 5 % of the space?** A
# whole number.

# %% [markdown] lang="zh" en="429d725d"
# ## 追问
#
# **要以 95% 的概率保证至少一次落在空间最好的 5% 里，需要多少次随机试验？** 填整数。

# %% role="follow-up"
### BEGIN SOLUTION
needed = int(np.ceil(np.log(0.05) / np.log(0.95)))
### END SOLUTION

# %%
check.trials(needed)

# %% [markdown] role="follow-up" anchor="grid-runs"
# **And a grid of five values on each of five axes: how many runs?**

# %% [markdown] lang="zh" en="5d0f6025"
# **五个轴、每轴五个值的网格，要跑多少次？**

# %% role="follow-up"
### BEGIN SOLUTION
runs = 5**5
### END SOLUTION

# %%
check.grid_runs(runs)

# %% [markdown] role="follow-up" fold="You double the batch size. What happens to the learning rate?"
# A common start is the linear rule for SGD, twice the step with a warm-up (Goyal et al.), and a factor of √2 for Adam-like optimizers
# (Malladi et al.); beyond a critical batch size larger batches save hardly any steps (McCandlish et al.). Treat the rule as the middle of a
# new, short sweep.

# %% [markdown] lang="zh" en="1dc5e27b" fold="batch size 翻倍，学习率怎么办？"
# 常见的起点：SGD 用线性规则，学习率翻倍并加预热（Goyal 等）；Adam 一类用平方根规则，乘 √2（Malladi 等）。超过临界 batch size，再大也几乎省不了步数（McCandlish 等）。把规则给的值当作中点，在附近再小范围搜一遍。

# %% [markdown] role="follow-up" fold="When does Bayesian optimization pay?"
# When a run takes long and the axes are few (Frazier's tutorial says fewer than 20): it models the loss and tries where the model is low or
# unsure. In its plain form each run waits for the one before, so with many machines random search or halving keeps them busy. And a bad range
# is not mended by any of them.

# %% [markdown] lang="zh" en="32df5ffa" fold="什么时候值得用贝叶斯优化？"
# 单次运行很费时、轴又不多的时候（Frazier 的教程说少于 20 个）：它为损失建模，去试模型认为低或者拿不准的地方。基本形式要等上一次跑完才定下一次，机器多的时候，随机搜索或逐次减半更能把机器用满。范围设错了，哪种方法都救不回来。

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
# > Parameters are learnt by the optimizer; hyper-parameters are set outside it and chosen on validation data. I tune the
# > learning rate first, on a log scale. When few axes matter, random search beats a grid: nine points try nine values instead
# > of three, and 59 trials reach the best 5 % with 95 % probability. Halving starts many short runs and gives the survivors more;
# > slow starters may be lost. When the batch size changes I retune the learning rate. I report seeds and spread: the best
# > of many trials is partly luck.
#
# Classic mistakes: even draws for a learning rate; one random number for all axes; choosing on the test set; keeping the worst,
# since "lower is better" got lost; tuning everything but the learning rate.

# %% [markdown] lang="zh" en="837d6598" fold="一分钟版本"
# > 参数由优化器学出来；超参数在外面设定，用验证集来选。我先调学习率，用对数尺度。只有少数轴重要时，随机搜索胜过网格：九个点试九个值，而不是三个；59 次试验有 95% 的概率碰到最好的 5%。逐次减半先跑很多短的，再给留下的更多资源，可能误杀慢热的。batch size 变了就重调学习率。我会报告种子和波动：多次试验里最好的那个有运气成分。
#
# 常见错误：学习率均匀抽样；所有轴共用一个随机数；用测试集来选；忘了“越低越好”，留下了最差的；什么都调了，就是没调学习率。

# %% [markdown] role="reference"
# ## References
#
# - Bergstra & Bengio 2012, *Random Search for Hyper-Parameter Optimization*, JMLR 13 (few axes matter, and not the same ones on every data set; the learning rate on a log scale: §2.4).
# - Jamieson & Talwalkar 2016, *Non-stochastic Best Arm Identification and Hyperparameter Optimization*, arXiv:1502.07943 (successive halving).
# - Li et al. 2018, *Hyperband*, JMLR 18, arXiv:1603.06560 (the risk of stopping early, and a hedge).
# - Goyal et al. 2017, *Accurate, Large Minibatch SGD*, arXiv:1706.02677, §2.1 (linear scaling), §2.2 (warm-up).
# - Malladi et al. 2022, *On the SDEs and Scaling Rules for Adaptive Gradient Algorithms*, arXiv:2205.10287 (square-root scaling).
# - McCandlish et al. 2018, *An Empirical Model of Large-Batch Training*, arXiv:1812.06162 (critical batch size).
# - Frazier 2018, *A Tutorial on Bayesian Optimization*, arXiv:1807.02811.
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §5.3 (hyper-parameters, validation), §11.4 (choosing them).

# %% [markdown] lang="zh" en="0f281d72"
# ## 参考文献
#
# - Bergstra & Bengio 2012, *Random Search for Hyper-Parameter Optimization*, JMLR 13（真正重要的轴很少，而且每个数据集不一样；学习率按对数尺度抽：§2.4）。
# - Jamieson & Talwalkar 2016, *Non-stochastic Best Arm Identification and Hyperparameter Optimization*, arXiv:1502.07943（逐次减半）。
# - Li et al. 2018, *Hyperband*, JMLR 18, arXiv:1603.06560（过早淘汰的风险，以及折中办法）。
# - Goyal et al. 2017, *Accurate, Large Minibatch SGD*, arXiv:1706.02677，§2.1（线性缩放）、§2.2（预热）。
# - Malladi et al. 2022, *On the SDEs and Scaling Rules for Adaptive Gradient Algorithms*, arXiv:2205.10287（平方根缩放）。
# - McCandlish et al. 2018, *An Empirical Model of Large-Batch Training*, arXiv:1812.06162（临界 batch size）。
# - Frazier 2018, *A Tutorial on Bayesian Optimization*, arXiv:1807.02811。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§5.3（超参数与验证集）、§11.4（怎么选）。
