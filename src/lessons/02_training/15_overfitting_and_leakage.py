# ---
# title: Stop overfitting, and know that it is not leakage
# title_zh: 处理过拟合，并排除数据泄漏
# kind: question
# minutes: 45
# level: 2
# needs: []
# seeds: [002-3]
# asked: 14
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > The training loss falls and the validation loss rises. What do you do? And when your validation
# > score is excellent, how do you know that it is not leakage?
#
# Think aloud for one minute before you type: what would you measure first, which steps of your
# program have looked at which rows, and what is the test set for?

# %% [markdown] lang="zh" en="5d9354af"
# ## 题目
#
# > 训练损失一直降，验证损失却升上去了，怎么处理？反过来，验证分数好得出奇，你怎么确认不是数据泄漏？
#
# 先别动手，出声想一分钟：先量什么？程序里的每一步分别看过哪些行？测试集是拿来干什么的？

# %% [markdown] role="question" fold="What a good answer contains"
# - The diagnosis: a gap between training and validation, not a high loss on both.
# - The split before the remedy: duplicates, groups, time, and every fitted step inside the folds.
# - Remedies in order: more data or augmentation, regularisation or a smaller model, early stopping
#   with the *best* weights restored, ensembles.
# - Who decides what: training data fits, validation data chooses, test data is read once.
# - Where the recipe changes: pre-training of large models in about one epoch; double descent.

# %% [markdown] lang="zh" en="f2bd6f6c" fold="好的回答包含什么"
# - 先诊断：训练和验证之间有差距，而不是两边的损失都高。
# - 先查划分再开药方：重复样本、分组、时间，以及每个要拟合的步骤是不是都在折内。
# - 手段按顺序：加数据或数据增强，正则化或换小模型，早停并恢复**最佳**权重，集成。
# - 各管各的：训练集用来拟合，验证集用来选择，测试集只看一次。
# - 哪里不适用：大模型预训练大约只过一遍数据；还有双下降。

# %% role="setup"
import numpy as np

from whiteboard import lesson, plot

check = lesson("overfitting_and_leakage")

# %% [markdown] role="exercise" anchor="early-stop"
# ## 1 · Early stopping
#
# Write `early_stop`: given the validation loss of every epoch, say which epoch's weights to restore
# and at which epoch training stops. Epochs count from 0.
#
# - Epoch 0 is the best so far. A later epoch **improves** if its loss is lower than the loss at the
#   best epoch by **more than** `delta`; it then becomes the best epoch. Smaller gains change nothing.
# - Training stops at the first epoch at which `patience` epochs **in a row** have not improved, or at
#   the last epoch.

# %% [markdown] lang="zh" en="eebc9130"
# ## 1 · 早停
#
# 写出 `early_stop`：给定每个 epoch 的验证损失，返回该恢复哪个 epoch 的权重、训练停在哪个 epoch。epoch 从 0 数起。
#
# - 一开始第 0 个 epoch 最佳。之后某个 epoch 的损失比最佳 epoch 的损失低出**超过** `delta`，才算**改进**，它就成为新的最佳；降得不够多则一切照旧。
# - **连续** `patience` 个 epoch 没有改进，就停在其中最后一个；否则停在最后一个 epoch。


# %% role="exercise"
def early_stop(val, patience, delta):
    """val: (E,) validation losses, finite. patience: int ≥ 1. delta: ≥ 0, absolute.

    Returns best_epoch, the epoch of the last improvement, and stop_epoch.
    """
    ### BEGIN SOLUTION
    best_epoch = 0
    for epoch in range(len(val)):
        if val[epoch] < val[best_epoch] - delta:
            best_epoch = epoch
        elif epoch - best_epoch == patience:
            return best_epoch, epoch
    return best_epoch, len(val) - 1
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Two numbers come back. Which of them belongs to a checkpoint, and which to your electricity bill?
# 2. Losses 3, 2, 2.5, 2.5 with patience 2 and delta 0: at which epoch do you stop? And if the last one is 1.9?
# 3. Go through the epochs and remember the best one. When an epoch improves on it, move it. Otherwise look how many epochs have passed since; at `patience`, return.

# %% [markdown] lang="zh" en="0488805e"
# 1. 要返回两个数。哪个决定取哪份 checkpoint，哪个决定花了多少机时？
# 2. 损失为 3、2、2.5、2.5，patience 为 2，delta 为 0：停在哪个 epoch？最后一个换成 1.9 呢？
# 3. 依次看每个 epoch，记住最佳的那个。有改进就更新；没有就看距最佳已过了几个 epoch，到 `patience` 就返回。

# %%
check.early_stop(early_stop)

# %% [markdown] role="idea" anchor="idea"
# The training error is measured on the data that chose the weights, so it keeps falling. Validation
# data estimates the error on new rows, until you choose with it too. Early stopping chooses one number
# with it, the epoch: Algorithm 7.1 in *Deep Learning* §7.8, which returns the parameters of the
# best evaluation, not of the last. There the new loss must be strictly lower; `delta` is what
# Keras calls `min_delta`.
#
# | symbol | variable | meaning |
# |---|---|---|
# | $v$ | `val[best_epoch]` | best validation loss so far |
# | $p$ | `patience` | epochs without improvement that we wait for |
# | $\delta$ | `delta` | what a gain must exceed |

# %% [markdown] lang="zh" en="8bbacdb4"
# 训练误差是在挑出权重的那批数据上量的，当然一直降。验证集能估计新数据上的误差，前提是你没有拿它来挑选。早停用它挑了一个数，就是 epoch：见 *Deep Learning* §7.8 的 Algorithm 7.1，它返回的是验证最好那次的参数，而不是最后的。那里要求新的损失严格更低；`delta` 就是 Keras 的 `min_delta`。
#
# | 符号 | 变量 | 含义 |
# |---|---|---|
# | $v$ | `val[best_epoch]` | 目前最好的验证损失 |
# | $p$ | `patience` | 最多等几个没有改进的 epoch |
# | $\delta$ | `delta` | 下降要超过多少才算改进 |

# %% [markdown] role="why"
# **What most people write first.** A counter that is never set back, or the weights that training ended
# with. Those are `patience` epochs worse than the best. Keras has `restore_best_weights=False` as its
# default; in PyTorch you save the `state_dict` yourself, as a *copy*.
#
# **Cost.** One copy of the weights and a validation pass an epoch. In Prechelt's 1,296 runs slower
# criteria gave about 4 % lower error for about four times the training time.

# %% [markdown] lang="zh" en="65da1ee1"
# **最常见的第一版。** 计数器从不清零，或者直接用训练结束时的权重，那比最佳晚了 `patience` 个 epoch。Keras 默认 `restore_best_weights=False`；PyTorch 要自己存 `state_dict`，而且要存**副本**。
#
# **代价。** 多存一份权重，每个 epoch 多跑一遍验证。Prechelt 的 1,296 次实验里，更有耐心的准则误差平均低约 4%，训练时间约为四倍。


# %% role="reward"
def overfit(n=40, p=60, epochs=120, seed=0):
    """Linear regression with more weights than rows, by gradient descent: losses per epoch."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=p) / np.sqrt(p)
    parts = []
    for rows in (n, 200, 2000):
        X = rng.normal(size=(rows, p))
        parts.append((X, X @ truth + 0.5 * rng.normal(size=rows)))
    (X, y), w, losses = parts[0], np.zeros(p), []
    for _ in range(epochs):
        losses.append([np.mean((A @ w - b) ** 2) for A, b in parts])
        w = w - 0.1 * X.T @ (X @ w - y) / n
    return np.array(losses).T  # training, validation, test


if check.early_stop.passed:
    training, validation, test = overfit()
    best, stop = early_stop(validation, patience=10, delta=0)
    ax = plot.curves(
        {"training": training, "validation": validation}, xlabel="epoch", ylabel="squared error"
    )
    ax.axvline(best, color="black", lw=1, ls=":")
    ax.axvline(stop, color="black", lw=1, ls="--")
    ax.text(best - 1, 0.95, f"best: {best}", ha="right", transform=ax.get_xaxis_transform())
    ax.text(stop + 1, 0.95, f"stop: {stop}", transform=ax.get_xaxis_transform())
    print(f"test error: best {test[best]:.3f}, stop {test[stop]:.3f}, last {test[-1]:.3f}")

# %% [markdown] role="caption" alt="Squared error against epoch. The training curve falls towards zero; the validation curve falls, reaches its minimum near epoch 18 at the dotted line, and rises slowly; a dashed line ten epochs later marks the stop."
# 40 rows, 60 weights. The training error goes to zero; the validation error turns. The dotted line is the
# epoch to restore, the dashed one the epoch at which patience ends.

# %% [markdown] lang="zh" en="f7170a36" alt="平方误差随 epoch 变化。训练曲线降向零；验证曲线先降，在第 18 个 epoch 附近的点线处最低，然后缓慢上升；再过十个 epoch 的虚线处停止。"
# 40 行数据，60 个权重。训练误差降到零，验证误差掉头向上。点线是该恢复的 epoch，虚线是耐心耗尽的 epoch。

# %% [markdown] role="worked"
# **A good place to stop.** So much for overfitting. What follows is whether you may believe the
# validation score at all.

# %% [markdown] lang="zh" en="ba8b3d42"
# **可以先歇一歇。** 过拟合讲到这里。下面的问题是：这个验证分数到底能不能信。

# %% [markdown] role="exercise" anchor="kfold"
# ## 2 · Folds that respect groups
#
# Write `kfold`: split n rows at random into k folds to hold out. Every row is in exactly one fold, and
# fold sizes differ by at most one. With `groups`, no group may lie in two folds; then it is the
# *numbers of groups* per fold that differ by at most one.

# %% [markdown] lang="zh" en="a7df7452"
# ## 2 · 不拆散组的折
#
# 写出 `kfold`：把 n 行随机分成 k 折，轮流留出。每行恰好在一折里，各折大小最多差 1。给了 `groups` 时，同一组不能跨折；这时是各折的**组数**最多差 1。


# %% role="exercise"
def kfold(n, k, groups, rng):
    """groups: None, or an array (n,) of labels, at least k different. rng: numpy Generator.

    Returns a list of k integer arrays, the held-out rows; order is free.
    """
    ### BEGIN SOLUTION
    labels = np.arange(n) if groups is None else groups
    order = rng.permutation(np.unique(labels))
    return [np.flatnonzero(np.isin(labels, part)) for part in np.array_split(order, k)]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What is it that you shuffle and cut: rows, or something else? What is a group when `groups` is None?
# 2. Labels a b a c, k = 2: write down all allowed pairs of folds.
# 3. List the distinct labels, shuffle them with `rng`, cut the list into k nearly equal parts; a fold is all rows whose label is in its part.

# %% [markdown] lang="zh" en="ac38ae67"
# 1. 要打乱、要切开的是行，还是别的？`groups` 为 None 时，一组是什么？
# 2. 标签是 a b a c，k = 2：把允许的分法都写出来。
# 3. 列出不同的标签，用 `rng` 打乱，切成 k 份，尽量相等；标签落在某一份里的所有行，就是一折。

# %%
check.kfold(kfold)


# %% role="reward"
def nearest_row(X, y, X_new):
    """The label of the nearest training row."""
    return y[((X_new[:, None] - X) ** 2).sum(axis=2).argmin(axis=1)]


def patients(rng, people=30, images=8):
    """Several similar images of each person, and a diagnosis that is a coin toss per person."""
    person = np.repeat(np.arange(people), images)
    X = rng.normal(size=(people, 20))[person] + 0.3 * rng.normal(size=(len(person), 20))
    return X, rng.integers(2, size=people)[person], person


if check.kfold.passed:
    for name in ("rows", "patients"):
        hits = []
        for seed in range(20):
            rng = np.random.default_rng(seed)
            X, y, person = patients(rng)
            for fold in kfold(len(y), 5, person if name == "patients" else None, rng):
                out = np.isin(np.arange(len(y)), fold)
                hits.extend(nearest_row(X[~out], y[~out], X[out]) == y[out])
        print(f"folds of {name}: accuracy {np.mean(hits):.3f} on labels that are coin tosses")

# %% [markdown] role="reward"
# The diagnosis has nothing to do with the images. Folds of rows read perfect, because the
# other images of the same patient are in training and the model recognises the patient. Near-duplicates do the
# same: 3.3 % of CIFAR-10's and 10 % of CIFAR-100's test images have one in the training set
# (Barz & Denzler 2020).

# %% [markdown] lang="zh" en="ce87aa15"
# 诊断和图像毫无关系。按行分折却是满分：同一病人的其他图像在训练里，模型认出来的是人。近似重复的样本也一样：CIFAR-10 有 3.3%、CIFAR-100 有 10% 的测试图像在训练集里能找到近似的（Barz & Denzler 2020）。

# %% [markdown] role="exercise" anchor="pipeline-cv"
# ## 3 · Everything that is fitted, inside
#
# Write `pipeline_cv` for two classes, 0 and 1. For each fold, using only the other rows: divide every
# feature by its standard deviation (a shift moves no distance, so subtracting the mean is up to you); keep
# the `select_k` features whose correlation with `y` is largest in absolute value; predict the held-out rows
# with `nearest_centroid`. Accuracy is the share of all rows predicted right. Two helpers are given.

# %% [markdown] lang="zh" en="f19b94de"
# ## 3 · 凡是要拟合的，都放在折内
#
# 写出 `pipeline_cv`，两个类别 0 和 1。对每一折，只用其余的行：把每个特征除以它的标准差（平移不改变距离，减不减均值都行）；保留与 `y` 相关系数绝对值最大的 `select_k` 个特征；用 `nearest_centroid` 预测留出的行。准确率是所有行里预测对的比例。下面两个函数直接用。


# %% role="setup"
def correlation(X, y):
    """X (n, p), y (n,) → (p,), each between −1 and 1."""
    X, y = X - X.mean(axis=0), y - y.mean()
    return y @ X / np.sqrt((X**2).sum(axis=0) * (y**2).sum())


def nearest_centroid(X, y, X_new):
    """For each row of X_new (m, p) the class whose mean in X (n, p) is nearest → (m,)."""
    distances = [((X_new - X[y == c].mean(axis=0)) ** 2).sum(axis=1) for c in (0, 1)]
    return np.argmin(distances, axis=0)


# %% role="exercise"
def pipeline_cv(X, y, folds, select_k):
    """X: (n, p) floats, no feature constant. y: (n,) of 0 and 1. folds: integer arrays, from kfold.

    Returns predicted, (n,) in the order of the rows, and accuracy, a number.
    """
    ### BEGIN SOLUTION
    predicted = np.empty_like(y)
    for fold in folds:
        rest = np.setdiff1d(np.arange(len(y)), fold)
        strength = np.abs(correlation(X[rest], y[rest]))
        keep = np.argsort(-strength)[:select_k]
        Z = (X / X[rest].std(axis=0))[:, keep]
        predicted[fold] = nearest_centroid(Z[rest], y[rest], Z[fold])
    return predicted, np.mean(predicted == y)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Three things are fitted here. Which three, and which rows may each of them see?
# 2. Training values of a feature are 0 and 2, the held-out value is 100. What is the held-out value after scaling, and what with the deviation of all three?
# 3. For each fold: find the other rows; compute the deviations there; rank the features there; scale everything with those numbers; fit the centroids there; write the predictions into the fold's places. Compare at the end.

# %% [markdown] lang="zh" en="fc57fc02"
# 1. 这里有三样东西是拟合出来的，哪三样？各自能看哪些行？
# 2. 某特征的训练值是 0 和 2，留出的值是 100。留出的值缩放后是多少？如果用三个值的标准差呢？
# 3. 对每一折：找出其余的行；在那里求标准差，给特征排序；用这些数缩放所有行；在那里求类中心；把预测写到该折的位置上。最后一起比较。

# %%
check.pipeline_cv(pipeline_cv)

# %% [markdown] role="reward"
# The headline: pure noise, 50 rows, 5,000 features, labels balanced and unrelated to them. Once the 100 best features
# are chosen with all labels before the folds are made, once inside.

# %% [markdown] lang="zh" en="24d5fcb1"
# 本课的主角：纯噪声，50 行、5,000 个特征，标签两类各半，和特征毫无关系。一种做法是分折之前用全部标签选出 100 个最好的特征，另一种是在折内选。


# %% role="reward"
def noise_experiment(runs=50, n=50, p=5000, select_k=100):
    """CV accuracies on pure noise: features selected outside, inside, inside stratified folds."""
    accuracy = {"selected outside the folds": [], "selected inside": [], "inside, stratified": []}
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(n, p)), rng.permutation(np.arange(n) % 2)
        top = np.argsort(-np.abs(correlation(X, y)))[:select_k]
        folds = kfold(n, 5, None, rng)
        per_class = [
            [np.flatnonzero(y == c)[f] for f in kfold(n // 2, 5, None, rng)] for c in (0, 1)
        ]
        strata = [np.concatenate(pair) for pair in zip(*per_class)]
        for scores, data, split in zip(
            accuracy.values(), (X[:, top], X, X), (folds, folds, strata)
        ):
            scores.append(pipeline_cv(data, y, split, select_k)[1])
    return accuracy


if check.kfold.passed and check.pipeline_cv.passed:
    accuracy, many = noise_experiment(), noise_experiment(runs=400, p=200, select_k=50)
    for title, result in (("5,000 features, 50 runs", accuracy), ("200 features, 400 runs", many)):
        for name, scores in result.items():
            error = np.std(scores, ddof=1) / np.sqrt(len(scores))
            print(f"{title}, {name}: {np.mean(scores):.3f} ± {error:.3f}")
    accuracy.pop("inside, stratified")
    ax = plot.histograms(
        accuracy, bins=np.arange(0.25, 1.06, 0.04), xlabel="5-fold accuracy on pure noise"
    )
    ax.axvline(0.5, color="black", lw=1, ls=":")
    ax.legend(loc="upper center", bbox_to_anchor=(0.62, 1))

# %% [markdown] role="caption" alt="Two histograms of cross-validated accuracy over 50 noise data sets: features selected outside the folds pile up at 1; features selected inside spread around 0.5, marked by a dotted line."
# 50 data sets without any signal. The classifier never saw a held-out row in either case; the
# *selection* did. *ESL* §7.10.2 does the same with a 1-nearest-neighbour classifier and reports 3 % error.
# Selected inside, the mean lies a little below chance, as the 400 runs show: the class that is rarer in training is
# the commoner one in the fold, and its centroid, a mean of fewer rows, lies farther off. Stratified folds remove that.

# %% [markdown] lang="zh" en="603ef2f1" alt="50 个噪声数据集上交叉验证准确率的两个直方图：在折外选特征的全挤在 1 附近；在折内选的散布在 0.5（点线）周围。"
# 50 个没有任何信号的数据集。两种做法里分类器都没见过留出的行，但折外的**特征选择**见过。*ESL* §7.10.2 用 1 近邻做了同样的实验，报告的错误率是 3%。折内选的均值略低于随机水平，400 次的那组看得更清楚：训练里较少的那一类，在留出的折里反而较多，而它的中心由更少的行平均得来，离得更远。按类别分层分折就没有这个偏差。

# %% [markdown] role="why"
# **Why it leaks.** Of 5,000 noise features the best 100 correlate with these 50 labels by chance, and with the held-out labels too. Anything
# that reads `y` is part of the model. Scaling reads only `X`, so it cannot leak a label; yet the
# held-out rows still shape the model, and keeping them out costs nothing.
#
# **What most people write first.** `X = scale(X)` and `select(X, y)` at the top of the notebook. In scikit-learn a
# `Pipeline` handed to `cross_val_score` fits every step inside; `GroupKFold` and `TimeSeriesSplit` are the splits.

# %% [markdown] lang="zh" en="8b970875"
# **为什么会泄漏。** 5,000 个噪声特征里最好的 100 个，只是碰巧与这 50 个标签相关，其中也包括留出的标签。凡是读了 `y` 的步骤都是模型的一部分。缩放只读 `X`，漏不出标签，但留出的行还是影响了模型，而避免它没有任何代价。
#
# **最常见的第一版。** 在 notebook 开头就写 `X = scale(X)` 和 `select(X, y)`。scikit-learn 里把 `Pipeline` 交给 `cross_val_score`，每一步都在折内拟合；按组、按时间划分用 `GroupKFold` 和 `TimeSeriesSplit`。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `early_stop`. On many curves it agrees with the right one. Find a curve on which the
# two part.

# %% [markdown] lang="zh" en="0a64dac2"
# ## 找反例
#
# 下面是一个错误的 `early_stop`，很多曲线上它和正确答案一致。找一条曲线，让两者给出不同的结果。

# %% role="hack"
check.early_stop.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
val = np.array([4.0, 5.0, 3.0, 5.0, 2.0])  # two bad epochs, never in a row
### END SOLUTION
if val is not ...:
    check.early_stop.hack(trap=1, val=val, patience=2, delta=0.0)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate answers the question. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="3e3e2c9e"
# ## 挑错
#
# 一位候选人这样回答。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 5, 6, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="best-of-many"
# ## The interviewer goes on
#
# **You try 100 models on a test set of 100 rows, two classes, and report the best. All of them guess,
# independently. What accuracy do you expect to report?** Answer within 2 %.

# %% [markdown] lang="zh" en="c75c773d"
# ## 追问
#
# **测试集 100 行、两类，你试了 100 个模型，报最好的那个。其实它们都在各自瞎猜。你报出来的准确率期望是多少？** 误差不超过 2%。

# %% role="follow-up"
### BEGIN SOLUTION
scores = np.random.default_rng(0).binomial(100, 0.5, size=(20_000, 100)) / 100
reported = scores.max(axis=1).mean()
### END SOLUTION

# %%
check.best_of_many(reported)

# %% [markdown] role="follow-up" fold="Why, and what to do"
# One score has standard deviation $\sqrt{0.25/100} = 0.05$, and the largest of 100 normal draws lies
# about 2.5 deviations up. So the test set has fitted your choice. Choose on validation data; where
# there is too little, nest: an inner cross-validation chooses, the outer one scores the *whole procedure*
# (Cawley & Talbot 2010).

# %% [markdown] lang="zh" en="88b8daef" fold="为什么？怎么办？"
# 单个分数的标准差是 $\sqrt{0.25/100} = 0.05$，100 个正态样本的最大值大约高出 2.5 个标准差。也就是说，你的选择拟合了测试集。选择要用验证集；数据太少就嵌套：内层交叉验证负责选，外层给**整个流程**打分（Cawley & Talbot 2010）。

# %% [markdown] role="follow-up" anchor="twins-in-training"
# **Every image of a large data set is in it exactly twice. You shuffle the rows and make 5 folds. For what share of the held-out
# rows is the copy in the training part?** Answer with a number between 0 and 1.

# %% [markdown] lang="zh" en="bad47b93"
# **一个大数据集里，每张图都恰好出现两次。把行打乱分成 5 折，留出的行里，有多大比例的副本在训练部分？** 填 0 到 1 之间的数。

# %% role="follow-up"
### BEGIN SOLUTION
share = 4 / 5
### END SOLUTION

# %%
check.twins_in_training(share)

# %% [markdown] role="follow-up" fold="Accuracy is high. How do you look for leakage?"
# Leaks do not show in the score, so look at the data and the order of steps. Hash rows and compare
# embeddings across the split; split by patient, user or site; train on the past and test on the future;
# drop the strongest feature and ask how it could be known at prediction time; train on shuffled labels,
# which must give chance. A permutation made after the selection is too late to notice. Kapoor & Narayanan (2023)
# name eight types and find leakage in 17 fields, affecting 294 papers.

# %% [markdown] lang="zh" en="c915089a" fold="准确率很高，怎么查泄漏？"
# 分数本身看不出泄漏，要看数据和步骤的顺序。对行做哈希，跨划分比较 embedding；按病人、用户、站点划分；用过去训练、用未来测试；去掉最强的特征，问问预测时怎么可能知道它；把标签打乱再训练，必须是随机水平，而且要在特征选择之前打乱，之后再打乱就发现不了。Kapoor 和 Narayanan（2023）归纳了八类泄漏，在 17 个领域查出泄漏，涉及 294 篇论文。


# %% role="follow-up"
def random_features(p, seed, n=40, d=10):
    """Test error of the least-norm fit with p random ReLU features to n noisy rows."""
    rng = np.random.default_rng(seed)
    truth, mix = rng.normal(size=d) / np.sqrt(d), rng.normal(size=(d, p)) / np.sqrt(d)
    X, X_test = rng.normal(size=(n, d)), rng.normal(size=(1000, d))
    weights = np.linalg.pinv(np.maximum(X @ mix, 0)) @ (X @ truth + 0.5 * rng.normal(size=n))
    return np.mean((np.maximum(X_test @ mix, 0) @ weights - X_test @ truth) ** 2)


for p in (10, 20, 40, 80, 400):
    error = np.median([random_features(p, seed) for seed in range(20)])
    print(f"40 rows, {p:3} features: median test error {error:.2f}")

# %% [markdown] role="follow-up" fold="Bias and variance say: a larger model overfits more. Always?"
# Squared error splits into noise, bias² and variance (*ESL* §7.3), and up to the point where the model
# just fits every row more capacity means more variance. The numbers above peak there, at 40 features for 40
# rows, and fall again beyond: among the many exact fits the least-norm one is smooth. Belkin et al. (2019)
# call it double descent; Nakkiran et al. (2020) find it in deep networks over width and over
# epochs, most clearly with label noise. So "smaller model" is a remedy to test, not a law.

# %% [markdown] lang="zh" en="a0c3a446" fold="按偏差和方差的说法，模型越大越过拟合。一定吗？"
# 平方误差可以分成噪声、偏差的平方和方差（*ESL* §7.3）。在模型刚好能拟合每一行之前，容量越大方差越大。上面的数字在 40 行、40 个特征处到顶，之后又降下来：能完全拟合的解有很多，范数最小的那个比较平滑。Belkin 等（2019）称之为双下降；Nakkiran 等（2020）在深层网络上沿宽度和 epoch 都看到了它，有标签噪声时最明显。所以“换小模型”是要试的手段，不是定律。

# %% [markdown] role="follow-up" fold="You pre-train a large language model. Is overfitting your first worry?"
# No. Most tokens are seen about once, so the training loss is itself almost a validation loss; data and compute are
# the limit (Hoffmann et al. 2022). With repeated data, up to about 4 epochs cost almost nothing and the value
# of more decays (Muennighoff et al. 2023). Overfitting returns in fine-tuning on little data, and
# leakage as benchmark questions in the training text.

# %% [markdown] lang="zh" en="1c36a945" fold="预训练大模型时，首先担心过拟合吗？"
# 不是。大部分 token 只看一遍左右，训练损失本身就差不多是验证损失；瓶颈是数据和算力（Hoffmann 等，2022）。数据要重复时，4 个 epoch 以内几乎没有损失，再多收益就逐渐消失（Muennighoff 等，2023）。到了小数据微调，过拟合才回来；而泄漏会以评测题混进训练语料的形式出现。

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
# > A growing gap between training and validation loss is overfitting. Before I treat it I make sure the
# > split is honest: no duplicates across it, whole groups on one side, past before future, and
# > scaler, selector and model fitted on the training rows of each fold. Then more data or augmentation, weight
# > decay or dropout or a smaller model, and early stopping that restores the best epoch.
# > Validation data chooses, the test set is read once. A score that looks too good is a leak until I have ruled it
# > out: on pure noise, selection outside the folds reads almost 1.
#
# Classic mistakes: the last weights instead of the best; a patience counter that never resets; features selected before the
# split; one patient in two folds; the best of many test scores.

# %% [markdown] lang="zh" en="473007a1" fold="一分钟版本"
# > 训练和验证损失的差距越来越大，就是过拟合。动手之前先确认划分没有问题：两边没有重复样本，同一组只在一边，先过去后未来，标准化、特征选择和模型都只在每折的训练行上拟合。然后加数据或数据增强，用权重衰减、dropout 或小一点的模型，再加早停并恢复最佳 epoch。验证集负责选，测试集只看一次。分数好得出奇，没排除泄漏之前就当它是泄漏：纯噪声上在折外选特征，准确率都能接近 1。
#
# 常见错误：用了最后的权重而不是最佳的；耐心计数器不清零；划分之前就选特征；同一病人跨折；从许多测试分数里挑最高的。

# %% [markdown] role="reference"
# ## References
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, chapter 7, introduction, and §7.8 (early stopping).
# - Hastie, Tibshirani & Friedman 2009, *The Elements of Statistical Learning*, §7.3 (bias and variance), §7.10.2 (cross-validation, the wrong and the right way).
# - Prechelt 1998, *Early Stopping – But When?*, in Neural Networks: Tricks of the Trade.
# - Cawley & Talbot 2010, *On Over-fitting in Model Selection and Subsequent Selection Bias in Performance Evaluation*, JMLR 11, 2079–2107.
# - Barz & Denzler 2020, *Do We Train on Test Data?*, Journal of Imaging 6(6), 41.
# - Kapoor & Narayanan 2023, *Leakage and the reproducibility crisis in machine-learning-based science*, Patterns 4(9).
# - Belkin et al. 2019, PNAS 116(32), and Nakkiran et al. 2020, *Deep Double Descent*, ICLR.
# - Hoffmann et al. 2022, arXiv:2203.15556; Muennighoff et al. 2023, *Scaling Data-Constrained Language Models*, NeurIPS.

# %% [markdown] lang="zh" en="2dbc7f3e"
# ## 参考文献
#
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，第 7 章引言、§7.8（早停）。
# - Hastie, Tibshirani & Friedman 2009, *The Elements of Statistical Learning*，§7.3（偏差与方差）、§7.10.2（交叉验证的错误做法与正确做法）。
# - Prechelt 1998, *Early Stopping – But When?*，收入 Neural Networks: Tricks of the Trade。
# - Cawley & Talbot 2010, *On Over-fitting in Model Selection and Subsequent Selection Bias in Performance Evaluation*, JMLR 11, 2079–2107。
# - Barz & Denzler 2020, *Do We Train on Test Data?*, Journal of Imaging 6(6), 41。
# - Kapoor & Narayanan 2023, *Leakage and the reproducibility crisis in machine-learning-based science*, Patterns 4(9)。
# - Belkin et al. 2019, PNAS 116(32)；Nakkiran et al. 2020, *Deep Double Descent*, ICLR。
# - Hoffmann et al. 2022, arXiv:2203.15556；Muennighoff et al. 2023, *Scaling Data-Constrained Language Models*, NeurIPS。
