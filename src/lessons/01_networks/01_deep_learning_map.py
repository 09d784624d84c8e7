# ---
# title: Say what deep learning is and when not to use it
# title_zh: 说清深度学习是什么、为什么流行、何时不该用
# kind: question
# minutes: 30
# level: 1
# needs: []
# seeds: [000-1, 002-1, 004-1.1]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is deep learning, why did it take off, and when would you *not* use it? Show me on data.
#
# Think aloud for one minute before you type: what does a network learn that a linear model is given? What would you try first on a
# table of 500 rows?

# %% [markdown] lang="zh" en="dd064860"
# ## 题目
#
# > 什么是深度学习？它为什么流行起来？什么时候你**不会**用它？用数据说明。
#
# 先别动手，出声想一分钟：网络学到了什么，是线性模型要别人给好的？一张 500 行的表格，你会先试什么？

# %% [markdown] role="question" fold="What a good answer contains"
# - Layers of differentiable functions, a loss, a gradient, an optimizer; features learnt, not designed.
# - Why now: data, compute, methods, in that they met.
# - Where it pays and where a plainer model is better, with a learning curve to show it.
# - What it does not do: survive a change of distribution by itself.

# %% [markdown] lang="zh" en="11e0aaab" fold="好的回答包含什么"
# - 可微函数一层层复合，加上损失、梯度、优化器；特征是学出来的，不是设计的。
# - 为什么是现在：数据、算力、方法三者碰到了一起。
# - 哪里值得用，哪里简单的模型更好，用学习曲线说话。
# - 它做不到什么：分布变了，不会自己适应。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("deep_learning_map")

# %% [markdown] role="exercise" anchor="learning-curve"
# ## 1 · A learning curve
#
# Before you argue, measure: how does test accuracy grow with the number of training rows? Write `learning_curve`. For each size, train on the
# first rows only, every column scaled to mean 0 and standard deviation 1 *of these rows* (over n, as `np.std` does; a constant column is only centred).

# %% [markdown] lang="zh" en="d8e25b6d"
# ## 1 · 学习曲线
#
# 先测再辩：测试准确率怎样随训练行数增长？写出 `learning_curve`。对每个大小，只用前几行训练，并按**这几行**的均值和标准差把每一列标准化为均值 0、标准差 1（标准差按 `np.std`，分母为 n；常数列只减均值）。


# %% role="exercise"
def learning_curve(fit, X, y, X_test, y_test, sizes):
    """fit: (X (n, d), y (n,)) → predict, and predict: Z (m, d) → classes (m,). sizes: list of n.

    Returns the test accuracy for each size, (len(sizes),).
    """
    ### BEGIN SOLUTION
    found = []
    for size in sizes:
        rows = X[:size]
        mean, spread = rows.mean(axis=0), rows.std(axis=0)
        spread = np.where(spread > 0, spread, 1)
        predict = fit((rows - mean) / spread, y[:size])
        found.append((predict((X_test - mean) / spread) == y_test).mean())
    return found
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. From which rows may mean and spread be computed, and to which rows are they applied?
# 2. Training rows 2 and 4 of one column, a test row of 7: what becomes of the three numbers?
# 3. For each size: the first rows; their mean and spread; fit on the scaled rows; predict the test rows scaled in the same way; the share of right ones.

# %% [markdown] lang="zh" en="76db26d2"
# 1. 均值和标准差可以从哪些行算，又要用到哪些行上？
# 2. 某一列的训练值是 2 和 4，测试值是 7：这三个数各变成多少？
# 3. 对每个大小：取前几行；算它们的均值和标准差；在标准化后的行上训练；用同样的方式标准化测试行再预测；算正确的比例。

# %%
check.learning_curve(learning_curve)

# %% [markdown] role="exercise" anchor="nearest"
# ## 2 · The baseline with nothing to train
#
# Write `nearest`: the class that most of the `k` nearest training rows have (squared distance); of equally many votes, the smallest class.

# %% [markdown] lang="zh" en="61fe1696"
# ## 2 · 不用训练的基线
#
# 写出 `nearest`：看最近的 `k` 个训练行（平方距离）里哪个类别最多；票数相同取编号小的。


# %% role="exercise"
def nearest(X, y, Z, k):
    """X: (n, d), y: (n,) classes 0, 1, …. Z: (m, d). Returns (m,) classes."""
    ### BEGIN SOLUTION
    distance = ((Z[:, None] - X) ** 2).sum(axis=2)  # (m, n)
    rows = distance.argsort()[:, :k]
    return [np.bincount(votes).argmax() for votes in y[rows]]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which shape holds the distance of every new row to every training row?
# 2. Neighbours of classes 2, 0, 2: who wins? Of classes 2, 0?
# 3. All distances at once by broadcasting; the k smallest of each new row; count the classes among them; the first with the most votes.

# %% [markdown] lang="zh" en="40c81952"
# 1. 每个新行到每个训练行的距离，放在什么形状的数组里？
# 2. 邻居的类别是 2、0、2，谁赢？是 2、0 呢？
# 3. 用广播一次算出所有距离；每个新行取最小的 k 个；数其中的类别；取票数最多的第一个。

# %%
check.nearest(nearest)

# %% [markdown] role="idea" anchor="idea"
# A deep network is a composition $f = f_L \circ \dots \circ f_1$ of differentiable layers with parameters $\theta$. Training lowers
#
# $$L(\theta) = \frac{1}{n} \sum_{i=1}^{n} \ell\bigl(f(x_i; \theta), y_i\bigr)$$
#
# by steps along $-\nabla_\theta L$, which backprop computes. A linear classifier is the case of one layer: it needs inputs in which the classes are
# already separable. The layers before the last are there to produce such inputs, so they are *learnt features*.
#
# | symbol | meaning |
# |---|---|
# | $x_i$, $y_i$ | a row of `X`, its class |
# | $\theta$ | all weights and biases |
# | $\ell$ | the loss of one example |

# %% [markdown] lang="zh" en="39c7dbb7"
# 深度网络是可微层的复合 $f = f_L \circ \dots \circ f_1$，参数为 $\theta$。训练就是沿 $-\nabla_\theta L$ 一步步降低
#
# $$L(\theta) = \frac{1}{n} \sum_{i=1}^{n} \ell\bigl(f(x_i; \theta), y_i\bigr)$$
#
# 梯度由反向传播算出。线性分类器是只有一层的情形：它要求输入里各类已经线性可分。最后一层之前的各层，就是用来产生这样的输入的，它们是**学出来的特征**。
#
# | 符号 | 含义 |
# |---|---|
# | $x_i$、$y_i$ | `X` 的一行、它的类别 |
# | $\theta$ | 所有权重和偏置 |
# | $\ell$ | 单个样本的损失 |


# %% role="reward"
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def linear(X, y, steps=300, lr=0.3):
    """Softmax regression by gradient descent: fit → predict."""
    t = np.eye(y.max() + 1)[y]
    W, b = np.zeros((X.shape[1], t.shape[1])), np.zeros(t.shape[1])
    for _ in range(steps):
        d = (softmax(X @ W + b) - t) / len(X)
        W, b = W - lr * (X.T @ d + 1e-3 * W), b - lr * d.sum(axis=0)
    return lambda Z: (Z @ W + b).argmax(axis=1)


def network(X, y, steps=600, lr=0.1, width=64):
    """One hidden layer of ReLUs by SGD: fit → predict."""
    rng, t = np.random.default_rng(0), np.eye(y.max() + 1)[y]
    W, V = (
        rng.normal(size=s) * np.sqrt(2 / s[0]) for s in ((X.shape[1], width), (width, t.shape[1]))
    )
    b, c = np.zeros(width), np.zeros(t.shape[1])
    for _ in range(steps):
        rows = rng.integers(len(X), size=32)
        h = np.maximum(X[rows] @ W + b, 0)
        d = (softmax(h @ V + c) - t[rows]) / 32
        dz = d @ V.T * (h > 0)
        V, c = V - lr * (h.T @ d + 1e-3 * V), c - lr * d.sum(axis=0)
        W, b = W - lr * (X[rows].T @ dz + 1e-3 * W), b - lr * dz.sum(axis=0)
    return lambda Z: (np.maximum(Z @ W + b, 0) @ V + c).argmax(axis=1)


def table(n, seed):
    """20 columns, a linear truth, noise: rows and classes 0 or 1."""
    rng, weights = np.random.default_rng(seed), np.random.default_rng(99).normal(size=20)
    X = rng.normal(size=(n, 20))
    return X, (X @ weights + 1.5 * rng.normal(size=n) > 0).astype(int)


# %% role="reward"
if check.learning_curve.passed and check.nearest.passed:
    neighbours = lambda X, y: lambda Z: nearest(X, y, Z, 3)
    models = {"linear": linear, "3 nearest": neighbours, "network": network}
    (x, y), (x_test, y_test) = data.digits(split=True)
    digits = x.reshape(-1, 64), y, x_test.reshape(-1, 64), y_test
    sizes, seeds = [20, 50, 100, 200, 500, 1000], range(3)
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(7, 2.7))
    tables = {
        "handwritten digits": digits,
        "a table with a linear truth": (*table(1200, 1), *table(1000, 2)),
    }
    for (title, (X, y, X_new, y_new)), ax in zip(tables.items(), axes):
        curves = {}
        for name, fit in models.items():
            orders = [np.random.default_rng(seed).permutation(len(X)) for seed in seeds]
            curves[name] = np.array(
                [learning_curve(fit, X[o], y[o], X_new, y_new, sizes) for o in orders]
            )
        ax = plot.curves(curves, x=sizes, xlabel="training rows", title=title, logx=True, ax=ax)
        print(title)
        for name, curve in curves.items():
            print(f"  {name:10}", *(f"{value:.3f}" for value in curve.mean(axis=0)))
    axes[0].set_ylabel("test accuracy")
    axes[1].get_legend().remove()  # the same as on the left

# %% [markdown] role="caption" alt="Two panels of test accuracy against the number of training rows on a logarithmic axis, mean and range of three draws. Left, digits: all three models rise from about 0.45 to 0.6 at 20 rows to about 0.96 at 1,000. Right, a table with a linear truth: the linear model is highest at every size, the network a little lower, the nearest neighbours far below."
# Three models, two kinds of data; mean and range of three draws. On these small digits the network has no lead: three neighbours and a linear model are as
# good. On the table the linear model wins at every size, because its assumption is true there. The case for depth is raw data at a scale that
# neither panel reaches; the case for a baseline is in both.

# %% [markdown] lang="zh" en="69b7c3d8" alt="两幅图，测试准确率随训练行数（对数轴）变化，三次抽取的均值和范围。左，手写数字：三个模型都从 20 行时的 0.45 到 0.6 升到 1,000 行时的 0.96 左右。右，真实关系为线性的表格：每个规模都是线性模型最高，网络略低，最近邻低得多。"
# 三个模型，两种数据，三次抽取的均值和范围。在这些小图上，网络并不领先：三个近邻和线性模型一样好。在表格上，每个规模都是线性模型赢，因为它的假设在那里成立。深度的优势要在原始数据、大得多的规模上才显出来，这两幅图都没到；而为什么要有基线，两幅图都说明了。

# %% role="reward"
if check.learning_curve.passed and check.nearest.passed:
    X, y, X_new, y_new = digits
    moved = np.zeros_like(x_test)
    moved[:, :, 1:] = x_test[:, :, :-1]  # every test image one pixel to the right
    for name, fit in models.items():
        (still,) = learning_curve(fit, X, y, X_new, y_new, [len(X)])
        (shifted,) = learning_curve(fit, X, y, moved.reshape(-1, 64), y_new, [len(X)])
        print(f"{name:10} test {still:.3f}, the same images one pixel to the right {shifted:.3f}")

# %% [markdown] role="why"
# **What the last numbers say.** Training and test images were drawn alike, and to such images the models generalise. Move the distribution by one pixel and all of
# them fail, the network most. Augmentation, convolution or data from the new distribution help; depth alone does not.
#
# **What most people do first.** Scale all rows at once, then split. Here it changes little; with few rows, outliers, or a feature selection in place
# of the scaling it makes a model look good that knows nothing.
#
# **Elsewhere.** In scikit-learn a `Pipeline` keeps the scaler inside each training fold, and `learning_curve` draws this figure.

# %% [markdown] lang="zh" en="30aab01f"
# **最后几个数说明什么。** 训练图像和测试图像来自同一分布，模型能泛化到这样的图像。把分布挪动一个像素，就全都失灵，网络掉得最多。数据增强、卷积，或者新分布的数据，才有帮助；光有深度没有用。
#
# **最常见的第一版。** 先把所有行一起标准化，再划分。在这里影响很小；行数少、有离群值，或者把标准化换成特征选择，一无所知的模型也会显得很好。
#
# **换个框架。** scikit-learn 的 `Pipeline` 把标准化限制在每个训练折里面，`learning_curve` 画的就是这幅图。

# %% [markdown] role="worked"
# **A good place to stop.** You have measured before arguing. What follows is the argument.

# %% [markdown] lang="zh" en="8e9ac019"
# **可以先歇一歇。** 你已经先测过了。下面是怎么讲。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `learning_curve`. Find data on which it and the right one part. As `fit` you may use the given `by_mean`.

# %% [markdown] lang="zh" en="e58d5cda"
# ## 找反例
#
# 下面是一个错误的 `learning_curve`。找一组数据，让它和正确答案给出不同的结果。`fit` 可以用给好的 `by_mean`。


# %% role="hack"
def by_mean(X, y):
    """fit → predict: the class whose mean has the largest product with the row."""
    classes = np.unique(y)
    means = np.array([X[y == c].mean(axis=0) for c in classes])
    return lambda Z: classes[(Z @ means.T).argmax(axis=1)]


check.learning_curve.hack(trap=6)

# %% role="hack"
### BEGIN SOLUTION
X = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 50.0], [0.0, -50.0]])  # the later rows change the scale
y = np.array([0, 1, 0, 0])
X_test = np.array([[0.2, 1.0]])
y_test = np.array([1])
sizes = [2]
### END SOLUTION
if sizes is not ...:
    check.learning_curve.hack(
        trap=6, fit=by_mean, X=X, y=y, X_test=X_test, y_test=y_test, sizes=sizes
    )

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains deep learning. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="3d0c1bd5"
# ## 挑错
#
# 一位候选人这样讲深度学习。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="training-compute"
# ## The interviewer goes on
#
# **Why now? Estimate the training compute of GPT-3: 175 billion parameters, 300 billion tokens.** Give FLOPs, within 3 %, such as `"2e21 FLOPs"`.

# %% [markdown] lang="zh" en="3a8f318e"
# ## 追问
#
# **为什么是现在？估算 GPT-3 的训练计算量：1750 亿参数，3000 亿 token。** 单位 FLOPs，误差不超过 3%，例如 `"2e21 FLOPs"`。

# %% role="follow-up"
### BEGIN SOLUTION
compute = f"{6 * 175e9 * 300e9} FLOPs"
### END SOLUTION

# %%
check.training_compute(compute)

# %% [markdown] role="follow-up" anchor="years-on-one"
# **How many years would one GPU need that peaks at 312 TFLOP/s and reaches 40 % of it?** Within 5 %.

# %% [markdown] lang="zh" en="b975934d"
# **一块 GPU，峰值 312 TFLOP/s，实际达到 40%，要算多少年？** 误差不超过 5%。

# %% role="follow-up"
### BEGIN SOLUTION
years = 6 * 175e9 * 300e9 / (312e12 * 0.4) / (365 * 24 * 3600)
### END SOLUTION

# %%
check.years_on_one(years)

# %% [markdown] role="follow-up" fold="Where do the numbers come from?"
# Six operations per parameter and token: two forward, four backward. GPT-3's own table gives 3.14·10²³ FLOPs. 312 TFLOP/s is an A100's peak in bf16;
# so the answer is thousands of them at once, and that is what "compute" means in "why now".

# %% [markdown] lang="zh" en="cb4071bf" fold="这些数从哪来？"
# 每个参数每个 token 六次运算：前向两次，反向四次。GPT-3 论文自己的表里是 3.14·10²³ FLOPs。312 TFLOP/s 是 A100 的 bf16 峰值；所以要成千上万块一起算，“为什么是现在”里的“算力”指的就是这个。

# %% [markdown] role="follow-up" fold="A table of 5,000 rows, 40 columns, half of them categories. What do you use?"
# Boosted trees, with a linear model beside them as a baseline, and cross-validation that respects groups and time. A network comes in when there is
# text or images in the columns, far more rows, or many related tables to pretrain on.

# %% [markdown] lang="zh" en="5e785e3a" fold="5,000 行、40 列的表格，一半是类别特征，你用什么？"
# 提升树，旁边放一个线性模型作基线，交叉验证要尊重分组和时间。列里有文本或图像、行数多得多，或者有许多相关的表可以预训练时，再上网络。

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
# > Deep learning fits a composition of differentiable layers to data by gradient descent on a loss; the layers learn the representations that used to be
# > designed by hand. It took off when large data, GPUs and better recipes met; pretraining on raw text then made one model serve many tasks. It pays on
# > raw images, sound and text with much data. On small tables, a linear truth, or where decisions must be explained, linear models and boosted trees
# > are cheaper and often better. It does not survive a change of distribution by itself. I start with a baseline and a learning curve.
#
# Classic mistakes: "it imitates the brain"; "it adapts to new distributions"; no baseline; a scaler fitted on all rows; a winner declared from
# one seed.

# %% [markdown] lang="zh" en="4b76caa2" fold="一分钟版本"
# > 深度学习是用梯度下降，把可微层的复合按某个损失拟合到数据上；各层学出过去要人工设计的表示。大数据、GPU 和更好的训练方法碰到一起，它才兴起；后来在原始文本上预训练，一个模型就能服务许多任务。原始的图像、语音、文本，数据多时值得用。小表格、线性关系、决定要能解释时，线性模型和提升树更便宜，往往也更好。分布变了，它不会自己适应。我先做基线，画学习曲线。
#
# 常见错误：说“模仿人脑”；说“能适应新分布”；没有基线；用全部数据做标准化；凭一个种子就宣布谁赢。

# %% [markdown] role="reference"
# ## References
#
# - LeCun, Bengio & Hinton 2015, *Deep Learning*, Nature 521, 436–444 (representations; composition).
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, chapter 1, §1.2 (history: data and model sizes), §1.2.1 (and the brain).
# - Krizhevsky, Sutskever & Hinton 2012, *ImageNet Classification with Deep Convolutional Neural Networks*.
# - Brown et al. 2020, *Language Models are Few-Shot Learners*, arXiv:2005.14165, appendix D (training compute).
# - NVIDIA, *A100 Tensor Core GPU*, data sheet (312 TFLOP/s in bf16, without sparsity).
# - Grinsztajn, Oyallon & Varoquaux 2022, *Why do tree-based models still outperform deep learning on typical tabular data?*, arXiv:2207.08815.
# - Arjovsky et al. 2019, *Invariant Risk Minimization*, arXiv:1907.02893, §1 (shift).

# %% [markdown] lang="zh" en="e323caa9"
# ## 参考文献
#
# - LeCun, Bengio & Hinton 2015, *Deep Learning*, Nature 521, 436–444（表示与复合）。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，第 1 章、§1.2（历史：数据与模型规模）、§1.2.1（与大脑的关系）。
# - Krizhevsky, Sutskever & Hinton 2012, *ImageNet Classification with Deep Convolutional Neural Networks*。
# - Brown et al. 2020, *Language Models are Few-Shot Learners*, arXiv:2005.14165，附录 D（训练计算量）。
# - NVIDIA, *A100 Tensor Core GPU*，数据手册（bf16 为 312 TFLOP/s，不计稀疏）。
# - Grinsztajn, Oyallon & Varoquaux 2022, *Why do tree-based models still outperform deep learning on typical tabular data?*, arXiv:2207.08815。
# - Arjovsky et al. 2019, *Invariant Risk Minimization*, arXiv:1907.02893，§1（分布偏移）。
