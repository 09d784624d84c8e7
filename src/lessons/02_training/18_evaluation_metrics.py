# ---
# title: Code the metrics of a classifier, ties included
# title_zh: 手写分类指标：F1、AUC（含同分）、PR 与校准
# kind: code
# minutes: 40
# level: 2
# needs: []
# seeds: [004-1.11]
# asked: 7
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Your classifier is 99 % accurate and useless. Which metrics do you look at, what does each mean, and can
# > you code ROC-AUC so that it is right when scores tie?
#
# Think aloud for one minute before you type: what does AUC count? What happens to precision when positives
# become ten times rarer?

# %% [markdown] lang="zh" en="8bdf0449"
# ## 题目
#
# > 分类器准确率 99%，却毫无用处。你看哪些指标，各是什么意思？写出 ROC-AUC，得分相同的时候也要算对。
#
# 先别动手，出声想一分钟：AUC 数的是什么？正样本再少到十分之一，精确率会怎样？

# %% [markdown] role="question" fold="What a good answer contains"
# - Precision and recall by their denominators, F1 as the harmonic mean, macro against micro.
# - AUC as a probability over pairs, with ties counting half, and what it does not see: the share of positives, and calibration.
# - Average precision and its baseline.
# - Calibration as a question of its own, and where the threshold comes from.

# %% [markdown] lang="zh" en="eb8c289e" fold="好的回答包含什么"
# - 用分母说清精确率和召回率，F1 是调和平均，macro 和 micro 的区别。
# - AUC 是样本对上的概率，得分相同算一半；它看不到什么：正样本比例，以及校准。
# - 平均精确率和它的基线。
# - 校准是另一个问题；阈值从哪里来。

# %% role="setup"
import numpy as np

from whiteboard import lesson, plot

check = lesson("evaluation_metrics")

# %% [markdown] role="exercise" anchor="roc-auc"
# ## 1 · ROC-AUC
#
# Write `roc_auc`: the share of pairs, one positive and one negative, in which the positive has the higher
# score; a tied pair counts ½. Both classes occur.

# %% [markdown] lang="zh" en="c12cc43a"
# ## 1 · ROC-AUC
#
# 写出 `roc_auc`：在所有“一正一负”的样本对里，正样本得分更高的比例；得分相同的一对算 ½。两个类别都会出现。


# %% role="exercise"
def roc_auc(y, s):
    """y: (n,) of 0 and 1. s: (n,) scores, any numbers. Returns a number in [0, 1]."""
    ### BEGIN SOLUTION
    _, place, count = np.unique(s, return_inverse=True, return_counts=True)
    last = np.cumsum(count)  # the highest rank among equals
    rank = (last - (count - 1) / 2)[place]  # equals share the mean of their ranks
    positives = y.sum()
    least = positives * (positives + 1) / 2
    return (rank[y == 1].sum() - least) / (positives * (len(y) - positives))
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many pairs are there? How many of them does the lowest positive win?
# 2. Positives 0.8 and 0.5, negatives 0.5 and 0.3: go through the four pairs.
# 3. All pairs at once, the positives as a column against the negatives as a row; or by ranks: equal scores share their mean rank, sum the positives' ranks, subtract the least possible sum, divide by the number of pairs.

# %% [markdown] lang="zh" en="5a25ffd8"
# 1. 一共有多少对？得分最低的正样本赢了其中几对？
# 2. 正样本 0.8 和 0.5，负样本 0.5 和 0.3：把四对过一遍。
# 3. 一次比较所有的对：正样本排成一列，负样本排成一行；或者用名次：得分相同的取平均名次，正样本名次求和，减去最小可能的和，除以对数。

# %%
check.roc_auc(roc_auc)

# %% [markdown] role="idea" anchor="idea"
# With $n_+$ positives, $n_-$ negatives and $R_i$ the rank of example $i$ (1 is the lowest; equal scores share
# the mean of their ranks):
#
# $$\text{AUC} = P(s_+ > s_-) + \tfrac{1}{2} P(s_+ = s_-) = \frac{\sum_{i: y_i = 1} R_i - n_+(n_+ + 1)/2}{n_+ n_-} .$$
#
# This is the Mann–Whitney statistic, and also the area under the ROC curve if the curve crosses a group of
# equal scores in one straight line. Pairs cost $n_+ n_-$, ranks only a sort.
#
# | symbol | variable | shape |
# |---|---|---|
# | $y_i$, $s_i$ | `y`, `s` | (n,) |
# | $R_i$ | `rank` | (n,) |

# %% [markdown] lang="zh" en="c5176d4a"
# 设有 $n_+$ 个正样本、$n_-$ 个负样本，$R_i$ 是样本 $i$ 的名次（最低为 1，得分相同的取平均名次）：
#
# $$\text{AUC} = P(s_+ > s_-) + \tfrac{1}{2} P(s_+ = s_-) = \frac{\sum_{i: y_i = 1} R_i - n_+(n_+ + 1)/2}{n_+ n_-} .$$
#
# 这就是 Mann–Whitney 统计量；ROC 曲线遇到一组相同的得分时走一条直线，曲线下面积也是它。比较所有的对要 $n_+ n_-$ 次，用名次只需排一次序。
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $y_i$、$s_i$ | `y`、`s` | (n,) |
# | $R_i$ | `rank` | (n,) |

# %% [markdown] role="why"
# **Why the mean rank.** A tied pair has either order with equal right; ½ is the mean of the two. A model that
# says the same for everybody then gets ½, as it should.
#
# **What most people write first.** `argsort` of `argsort`. It is right until two scores are equal; then the
# order of the array decides. On constant scores with the positives at the end it reports 1.0. Quantised
# models, trees and rounded scores tie all the time.
#
# **Elsewhere.** `sklearn.metrics.roc_auc_score` handles ties as here. `tf.keras.metrics.AUC` approximates
# by 200 thresholds; for close decisions use the exact one.

# %% [markdown] lang="zh" en="551f0c88"
# **为什么取平均名次。** 得分相同的一对，两种顺序一样有道理，½ 就是两者的平均。对谁都给同一个分的模型因此得 ½，理应如此。
#
# **最常见的第一版。** 对 `argsort` 再 `argsort`。没有相同得分时是对的；一旦有，结果就由数组的顺序决定。得分全相同、正样本排在末尾时，它会报出 1.0。量化模型、树模型、四舍五入过的得分，相同是常事。
#
# **换个框架。** `sklearn.metrics.roc_auc_score` 对同分的处理和这里一样。`tf.keras.metrics.AUC` 用 200 个阈值近似；结果接近时要用精确的。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows are the metrics that stand beside it.

# %% [markdown] lang="zh" en="bf62de0c"
# **可以先歇一歇。** 核心已经写完，下面是和它并列的几个指标。

# %% [markdown] role="exercise" anchor="average-precision"
# ## 2 · Average precision
#
# Lower a threshold over the distinct scores, from the highest down. Sum the precision at each, times the growth of recall:
# $\text{AP} = \sum_n (R_n - R_{n-1}) P_n$, with $R_0 = 0$.

# %% [markdown] lang="zh" en="8469af76"
# ## 2 · 平均精确率
#
# 让阈值从最高的得分开始，依次降到每个不同的得分。把每处的精确率乘召回率的增量，再求和：
# $\text{AP} = \sum_n (R_n - R_{n-1}) P_n$，其中 $R_0 = 0$。


# %% role="exercise"
def average_precision(y, s):
    """y: (n,) of 0 and 1, at least one 1. s: (n,) scores. Returns a number in (0, 1]."""
    ### BEGIN SOLUTION
    total, before = 0.0, 0.0
    for threshold in np.unique(s)[::-1]:
        taken = y[s >= threshold]
        recall = taken.sum() / y.sum()
        total += (recall - before) * taken.mean()
        before = recall
    return total
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which examples are taken at a threshold t, and which of them are hits?
# 2. Scores 0.9, 0.8, 0.8, 0.1 with labels 1, 0, 1, 0: recall and precision at each of the three thresholds?
# 3. For each distinct score from the top: take all that reach it; precision is their share of positives; add it times the growth of recall.

# %% [markdown] lang="zh" en="74982878"
# 1. 阈值为 t 时选中哪些样本？其中哪些是命中？
# 2. 得分 0.9、0.8、0.8、0.1，标签 1、0、1、0：三个阈值处的召回率和精确率各是多少？
# 3. 从最高分起，对每个不同的得分：选中所有达到它的样本；精确率是其中正样本的比例；乘上召回率的增量，累加。

# %%
check.average_precision(average_precision)

# %% role="reward"
if check.roc_auc.passed and check.average_precision.passed:
    shares = np.array([0.5, 0.2, 0.1, 0.03, 0.01, 0.003])
    found = np.empty((2, 5, len(shares)))
    for seed in range(5):
        for k, share in enumerate(shares):
            rng = np.random.default_rng(seed)
            y = (np.arange(10_000) < share * 10_000).astype(int)
            s = (rng.normal(size=10_000) + 1.5 * y).round(1)  # one decimal: many ties
            found[:, seed, k] = roc_auc(y, s), average_precision(y, s)
    curves = {"ROC-AUC": found[0], "average precision": found[1], "share of positives": shares}
    ax = plot.curves(curves, x=shares, xlabel="share of positives", logx=True, markers=True)
    for share, auc, ap in zip(shares, *found.mean(axis=1)):
        print(f"share {share:5.3f}: AUC {auc:.3f}, average precision {ap:.3f}")

# %% [markdown] role="caption" alt="Three lines against the share of positives on a logarithmic axis. ROC-AUC is flat near 0.86. Average precision falls from 0.86 at one half to about 0.05 at 0.003. The share of positives itself runs below it as a baseline."
# The same scores, a normal distribution for negatives and one shifted by 1.5 for positives, while positives
# become rarer; mean and range of five draws of 10,000. ROC-AUC does not notice. Average precision collapses
# towards its baseline, the share of positives: most alarms are false now.

# %% [markdown] lang="zh" en="dbb5ebe6" alt="横轴是正样本比例（对数轴）的三条线。ROC-AUC 平在 0.86 附近。平均精确率从比例一半时的 0.86 降到 0.003 时的约 0.05。正样本比例本身是下方的基线。"
# 得分的分布不变：负样本服从正态分布，正样本整体右移 1.5；只是正样本越来越少。每处抽五次，每次 10,000 个样本，画均值和范围。ROC-AUC 毫无察觉，平均精确率则一路跌向它的基线，也就是正样本比例：这时大多数报警都是误报。

# %% [markdown] role="exercise" anchor="prf"
# ## 3 · Precision, recall, F1
#
# Write `prf` for several classes. `average` is `"macro"`, the mean over all classes that occur in `y` or `p`, or
# `"micro"`, the counts of all classes added up first. 0/0 counts as 0.

# %% [markdown] lang="zh" en="da4d6ca3"
# ## 3 · 精确率、召回率、F1
#
# 写出多分类的 `prf`。`average` 取 `"macro"`（对 `y` 或 `p` 里出现过的所有类别取平均）或 `"micro"`（先把各类的计数加起来）。0/0 算 0。


# %% role="exercise"
def prf(y, p, average):
    """y, p: (n,) integer labels, true and predicted. Returns precision, recall and F1."""
    ### BEGIN SOLUTION
    classes = np.union1d(y, p)[:, None]
    hits = ((y == classes) & (p == classes)).sum(axis=1)
    said, real = (p == classes).sum(axis=1), (y == classes).sum(axis=1)
    if average == "micro":
        hits, said, real = hits.sum(), said.sum(), real.sum()
    ratio = lambda a, b: np.mean(a / b.clip(min=1))  # a is 0 wherever b is
    return ratio(hits, said), ratio(hits, real), ratio(2 * hits, said + real)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. For one class: which three counts do you need, and which is the denominator of what?
# 2. Labels 0, 0, 1 and predictions 0, 1, 1: precision, recall and F1 of class 0, then of class 1?
# 3. Count hits, predictions and true examples for each class; micro adds each of the three over the classes; F1 is 2 · hits over predictions plus true; macro averages at the very end.

# %% [markdown] lang="zh" en="21f71f7f"
# 1. 对一个类别，需要哪三个计数？谁是谁的分母？
# 2. 标签 0、0、1，预测 0、1、1：类别 0 的精确率、召回率、F1 是多少？类别 1 呢？
# 3. 对每个类别数命中、预测和真实的个数；micro 先把三个计数对类别求和；F1 是 2 · 命中除以预测加真实；macro 到最后才取平均。

# %%
check.prf(prf)

# %% role="reward"
if check.prf.passed:
    y, never = (np.arange(100) == 0).astype(int), np.zeros(100, dtype=int)
    accuracy, recall = np.mean(y == never), 0.0
    print(
        f"always negative, 1 % positives: accuracy {accuracy:.2f}, macro F1 {prf(y, never, 'macro')[2]:.3f},"
    )
    print(
        f"F1 of the positives 0; the mean of accuracy and recall would be {(accuracy + recall) / 2:.3f}"
    )

# %% [markdown] role="exercise" anchor="ece"
# ## 4 · Expected calibration error
#
# Of the predictions made with confidence 0.8, are 80 % right? Sort them by confidence, the largest probability, into
# `bins` equal bins $(\frac{k}{\text{bins}}, \frac{k+1}{\text{bins}}]$ and return $\sum_b \frac{n_b}{n} \lvert \text{accuracy}_b - \text{confidence}_b \rvert$,
# the mean confidence of each bin in it. No confidence but 1 lies on an edge here.

# %% [markdown] lang="zh" en="ea284eac"
# ## 4 · 期望校准误差
#
# 置信度为 0.8 的预测，真的有 80% 正确吗？按置信度（最大的那个概率）分到 `bins` 个等宽的箱
# $(\frac{k}{\text{bins}}, \frac{k+1}{\text{bins}}]$，返回 $\sum_b \frac{n_b}{n} \lvert \text{accuracy}_b - \text{confidence}_b \rvert$，置信度取箱内平均。除了 1，这里没有置信度恰好落在边界上。


# %% role="exercise"
def ece(P, y, bins=10):
    """P: (n, C) probabilities. y: (n,) labels. Returns a number in [0, 1]."""
    ### BEGIN SOLUTION
    confidence, right = P.max(axis=1), P.argmax(axis=1) == y
    place = np.ceil(confidence * bins)
    gaps = [(right - confidence)[place == k].sum() for k in np.unique(place)]
    return np.abs(gaps).sum() / len(y)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What makes a prediction right, and what is its confidence?
# 2. Three predictions in one bin with confidences 0.7, 0.72, 0.74, two of them right: what does the bin add if n = 10?
# 3. Confidence and right for each example; its bin; for each bin that holds something the gap of the two means, in size, times its share.

# %% [markdown] lang="zh" en="fa682b06"
# 1. 怎样算预测正确？它的置信度是什么？
# 2. 一个箱里有三个预测，置信度 0.7、0.72、0.74，两个正确；n = 10 时这个箱贡献多少？
# 3. 求每个样本的置信度和对错；它属于哪个箱；对每个非空的箱，取两个均值之差的绝对值，乘它所占的比例。

# %%
check.ece(ece)

# %% role="reward"
if check.ece.passed:
    print("a perfectly calibrated model, 50 test sets each:")
    for n in (50, 200, 1000, 10_000):
        errors = []
        for seed in range(50):
            rng = np.random.default_rng(seed)
            confidence = rng.uniform(0.5, 1, size=n)
            P = np.stack([confidence, 1 - confidence], axis=1)
            errors.append(ece(P, (rng.uniform(size=n) > confidence).astype(int)))
        print(f"{n:6d} examples: mean ECE {np.mean(errors):.3f}")

# %% [markdown] role="reward"
# A model that is right exactly as often as it says still shows an error on few examples, because chance gaps
# never cancel under the absolute value. Compare models on the same test set, with the same bins, and give
# an interval.

# %% [markdown] lang="zh" en="aaa6f9c9"
# 说多少就对多少的模型，样本少时照样有误差，因为随机的差距取了绝对值就抵消不掉。比较模型要用同一个测试集、同样的箱，并给出区间。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `roc_auc`. On most data it agrees with the right one. Find an input on which the two part.

# %% [markdown] lang="zh" en="df93d36d"
# ## 找反例
#
# 下面是一个错误的 `roc_auc`，多数数据上它和正确答案一致。找一个输入，让两者给出不同的结果。

# %% role="hack"
check.roc_auc.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
y = np.array([0, 0, 1])
s = np.array([0.5, 0.5, 0.5])  # all equal: the right answer is ½
### END SOLUTION
if s is not ...:
    check.roc_auc.hack(trap=1, y=y, s=s)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about metrics. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="7dafd478"
# ## 挑错
#
# 一位候选人这样讲评估指标。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="alarm-precision"
# ## The interviewer goes on
#
# **A test finds 99 % of the sick and gives a false alarm for 5 % of the healthy. One person in a thousand is sick.
# What is the precision of an alarm?** Within 2 %.

# %% [markdown] lang="zh" en="39fc56c9"
# ## 追问
#
# **一种检测能查出 99% 的病人，对健康人有 5% 的误报。一千人里有一个病人。一次报警的精确率是多少？** 误差不超过 2%。

# %% role="follow-up"
### BEGIN SOLUTION
precision = 0.001 * 0.99 / (0.001 * 0.99 + 0.999 * 0.05)
### END SOLUTION

# %%
check.alarm_precision(precision)

# %% [markdown] role="follow-up" anchor="wrong-pairs"
# **AUC 0.90 on 100 positives and 1,000 negatives, no ties. How many pairs are in the wrong order?**

# %% [markdown] lang="zh" en="b2826170"
# **100 个正样本、1,000 个负样本，没有同分，AUC 为 0.90。有多少对的顺序是错的？**

# %% role="follow-up"
### BEGIN SOLUTION
pairs = (1 - 0.90) * 100 * 1000
### END SOLUTION

# %%
check.wrong_pairs(pairs)

# %% [markdown] role="follow-up" fold="Offline AUC rises, online clicks do not. Why?"
# AUC over all pairs also counts pairs of different users and pages, which are never ranked against each
# other; grouped AUC averages over users instead. Further suspects: the sample differs from the traffic, only
# the top of the list is seen, the scores are no longer calibrated for a bid.

# %% [markdown] lang="zh" en="5a761dcc" fold="离线 AUC 涨了，线上点击没涨，为什么？"
# 全局 AUC 把不同用户、不同页面的样本也配成对，而它们从来不会放在一起排序；GAUC 改为按用户分组再平均。别的嫌疑：离线样本和线上流量分布不同；用户只看列表最前面；得分的校准坏了，影响出价。

# %% [markdown] role="follow-up" fold="Macro or micro?"
# Macro asks how well the model does on a class taken at random, micro on an example taken at random. With rare
# classes that matter, macro; with one label per example, micro is just the accuracy.

# %% [markdown] lang="zh" en="790aa633" fold="macro 还是 micro？"
# macro 问的是随机取一个类别模型表现如何，micro 问的是随机取一个样本。稀有类别重要时用 macro；每个样本只有一个标签时，micro 就是准确率。

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
# > With a rare class accuracy says little. Precision is the share of true ones among my alarms, recall the share of
# > the real ones that I find, F1 their harmonic mean at one threshold. ROC-AUC is the probability that a positive
# > scores above a negative, ties one half; it needs no threshold and does not see how rare positives are. So with
# > rare positives I look at precision–recall and average precision, whose baseline is their share. Calibration is a
# > separate question: reliability diagram, ECE, temperature scaling. Thresholds come from costs, on validation data.
#
# Classic mistakes: F1 as a mean of accuracy and recall; argsort ranks under ties; ROC-AUC alone on rare
# positives; macro F1 from macro precision and recall; a threshold chosen on the test set.

# %% [markdown] lang="zh" en="0d9a33d8" fold="一分钟版本"
# > 类别稀少时准确率说明不了什么。精确率是报警里真的占多少，召回率是真实的里面找到多少，F1 是某个阈值下两者的调和平均。ROC-AUC 是正样本得分高于负样本的概率，相同算一半；它不需要阈值，也看不到正样本有多稀少。所以正样本稀少时，我看 PR 曲线和平均精确率，它的基线就是正样本比例。校准是另一个问题：可靠性图、ECE、温度缩放。阈值由代价决定，在验证集上选。
#
# 常见错误：把 F1 当成准确率和召回率的平均；同分时用 argsort 排名次；正样本稀少还只看 ROC-AUC；用 macro 的精确率和召回率去算 macro F1；在测试集上选阈值。

# %% [markdown] role="reference"
# ## References
#
# - Hanley & McNeil 1982, *The Meaning and Use of the Area under a ROC Curve*, Radiology 143 (AUC and the Wilcoxon statistic).
# - Fawcett 2006, *An Introduction to ROC Analysis*, Pattern Recognition Letters 27 (equal scores; area; class skew).
# - Davis & Goadrich 2006, *The Relationship Between Precision–Recall and ROC Curves*, ICML (why not to interpolate linearly).
# - van Rijsbergen 1979, *Information Retrieval*, chapter 7 (the F measure).
# - Guo et al. 2017, *On Calibration of Modern Neural Networks*, arXiv:1706.04599, §2 (ECE), §4.2 (temperature scaling).
# - Roelofs et al. 2022, *Mitigating Bias in Calibration Error Estimation*, arXiv:2012.08668 (the bias of ECE).
# - scikit-learn user guide, *Metrics and scoring* (macro, micro, average precision).

# %% [markdown] lang="zh" en="40c702c7"
# ## 参考文献
#
# - Hanley & McNeil 1982, *The Meaning and Use of the Area under a ROC Curve*, Radiology 143（AUC 与 Wilcoxon 统计量）。
# - Fawcett 2006, *An Introduction to ROC Analysis*, Pattern Recognition Letters 27（同分的处理、面积、类别不平衡）。
# - Davis & Goadrich 2006, *The Relationship Between Precision–Recall and ROC Curves*, ICML（为什么不能线性插值）。
# - van Rijsbergen 1979, *Information Retrieval*，第 7 章（F 度量）。
# - Guo et al. 2017, *On Calibration of Modern Neural Networks*, arXiv:1706.04599，§2（ECE）、§4.2（温度缩放）。
# - Roelofs et al. 2022, *Mitigating Bias in Calibration Error Estimation*, arXiv:2012.08668（ECE 的偏差）。
# - scikit-learn 用户指南，*Metrics and scoring*（macro、micro、平均精确率）。
