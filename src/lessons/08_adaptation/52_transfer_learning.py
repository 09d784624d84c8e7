# ---
# title: Freeze, fine-tune, and measure when transfer hurts
# title_zh: 冻结、微调，并测出迁移何时有害
# kind: code
# minutes: 50
# level: 2
# needs: []
# seeds: [001-Q12, 004-1.6, 004-1.17]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is transfer learning? What exactly does freezing a layer mean? When does transfer hurt, and how would you find out?
#
# Think aloud for one minute before you type. A network that is wrong on every single image of the target: can its trunk be of use?

# %% [markdown] lang="zh" en="56452f12"
# ## 题目
#
# > 讲一下迁移学习。冻结一层到底是什么意思？迁移什么时候反而有害，怎么发现？
#
# 先别动手，出声想一分钟：一个网络在目标任务上一张图都没认对，它的主干还可能有用吗？

# %% [markdown] role="question" fold="What a good answer contains"
# - Source and target; a new head; a frozen trunk against fine-tuning.
# - Freezing: out of the optimizer (no momentum, no decay, no slots), batch norm on stored statistics. The parameter count stays.
# - Negative transfer, and the control: scratch, with the same few labels, over seeds.
# - No test image in pre-training, in any disguise.

# %% [markdown] lang="zh" en="13063a17" fold="好的回答包含什么"
# - 源任务和目标任务；换新的头；冻结主干与微调的区别。
# - 冻结：不进优化器（没有动量、没有权重衰减、没有状态），批归一化用存下的统计量。参数总数不变。
# - 负迁移，以及对照：用同样几个标签从头训练，跑多个种子。
# - 预训练里没有测试图，换了样子的也不行。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("transfer_learning")

# %% [markdown] role="setup"
# Four sources of 326 images with five classes each, and one target: the digits 5–9. No image of a source is among the labelled ones of the target. The network is 64 → 64 → 5: a trunk (`W1`, `b1`) and a head (`W2`, `b2`). `NETS` networks, with different seeds, are trained at once: each weight has one more axis in front.

# %% [markdown] lang="zh" en="499a1865"
# 四个源任务，各 326 张图、五个类；一个目标任务：数字 5–9。源任务的图和目标任务里有标签的图没有重叠。网络是 64 → 64 → 5：主干（`W1`、`b1`）和头（`W2`、`b2`）。`NETS` 个不同种子的网络同时训练：每个权重前面多一个轴。

# %% role="setup"
(x, y), (x_test, y_test) = data.digits(split=True)
x, x_test = x.reshape(-1, 64), x_test.reshape(-1, 64)
low, high = y < 5, y >= 5
x_pool, x_high = np.split(x[high][:652], 2)  # the target's labelled images; images for sources
y_pool, y_high = np.split(y[high][:652] - 5, 2)
x_test, y_test = x_test[y_test >= 5], y_test[y_test >= 5] - 5
rng = np.random.default_rng(0)
SOURCES = {
    "other classes": (x[low][:326], y[low][:326]),
    "inverted": (1 - x_high, y_high),
    "shuffled": (x_high[:, rng.permutation(64)], y_high),
    "random labels": (x_high, rng.permutation(y_high)),
}
NETS, ALL, HEAD = 24, ("W1", "b1", "W2", "b2"), ("W2", "b2")


def networks(count, seed):
    rng = np.random.default_rng(seed)
    W1, W2 = rng.normal(size=(count, 64, 64)) * 0.18, rng.normal(size=(count, 64, 5)) * 0.12
    params = {"W1": W1, "b1": np.zeros((count, 1, 64)), "W2": W2, "b2": np.zeros((count, 1, 5))}
    return {name: value.astype(np.float32) for name, value in params.items()}


def forward(params, x):
    hidden = np.maximum(x @ params["W1"] + params["b1"], 0)
    return hidden, hidden @ params["W2"] + params["b2"]


def accuracy(params, x, y):
    return (forward(params, x)[1].argmax(axis=-1) == y).mean(axis=-1)


def gradients(params, x, y, names=ALL):
    """Slopes of the mean cross-entropy; those of the trunk only where they are named."""
    hidden, logits = forward(params, x)
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    error = p / p.sum(axis=-1, keepdims=True) - np.eye(5, dtype=np.float32)[y]
    error = error / np.float32(y.shape[-1])
    grads = {"W2": hidden.swapaxes(-1, -2) @ error, "b2": error.sum(axis=-2, keepdims=True)}
    if "W1" in names:
        back = (error @ params["W2"].swapaxes(-1, -2)) * (hidden > 0)
        grads |= {"W1": x.swapaxes(-1, -2) @ back, "b1": back.sum(axis=-2, keepdims=True)}
    return grads


def pretrain(step, sources, seed=0):
    """NETS networks for each (images, labels); returns (params, slots), stacked source by source."""
    rng, slots = np.random.default_rng(seed), {}
    params = networks(NETS * len(sources), seed)
    for _ in range(300):
        rows = rng.integers(326, size=(NETS, 64))
        xs = np.concatenate([images[rows] for images, _ in sources])
        ys = np.concatenate([labels[rows] for _, labels in sources])
        params, slots = step(params, gradients(params, xs, ys), slots, ALL, 0.1)
    return params, slots


def adapt(step, trunk, k, names):
    """Test accuracies, (trunks, NETS), of new heads on k labels for each of 5–9; names train."""
    rng = np.random.default_rng(k)
    one_class = [np.flatnonzero(y_pool == c) for c in range(5)]
    draws = [[rng.choice(rows, k, replace=False) for rows in one_class] for _ in range(NETS)]
    rows = np.array(draws).reshape(NETS, -1)
    times = len(trunk["W1"]) // NETS  # the same images and heads for each trunk
    xs, ys = np.tile(x_pool[rows], (times, 1, 1)), np.tile(y_pool[rows], (times, 1))
    heads = networks(NETS, 99)
    params = trunk | {name: np.tile(heads[name], (times, 1, 1)) for name in HEAD}
    slots = {}
    for _ in range(100):
        params, slots = step(params, gradients(params, xs, ys, names), slots, names, 0.1)
    return accuracy(params, x_test, y_test).reshape(times, NETS)


trained = {}  # what is pre-trained below

# %% [markdown] role="exercise" anchor="step"
# ## 1 · Freeze
#
# Write `step`: SGD with momentum and weight decay that moves the named parameters and no others, and keeps a velocity for these alone.

# %% [markdown] lang="zh" en="2344db23"
# ## 1 · 冻结
#
# 写出 `step`：带动量和权重衰减的 SGD，只动指定名字的参数，也只为它们保留速度。


# %% role="exercise"
def step(params, grads, slots, trainable, lr, momentum=0.9, decay=0.0):
    """v ← momentum · v + gradient + decay · weight;  weight ← weight − lr · v.

    params: {name: array}. grads: the same, at least for what trains. trainable: names.
    slots: {name: v}, velocities so far; one that is missing is 0. Inputs stay as they are.
    Returns (params, slots): all parameters, frozen ones bit for bit; slots of trainable only.
    """
    ### BEGIN SOLUTION
    params, kept = dict(params), {}
    for name in trainable:
        kept[name] = momentum * slots.get(name, 0) + grads[name] + decay * params[name]
        params[name] = params[name] - lr * kept[name]
    return params, kept
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which names are in the first dict that you return, and which in the second?
# 2. Weight 2, gradient 0, velocity 6, momentum 0.5, decay 0.25, lr 0.1: where does the weight go, although its gradient is 0?
# 3. Copy the dict of parameters. For each trainable name: old velocity or 0, new velocity, new weight. Nothing else is touched.

# %% [markdown] lang="zh" en="a63b66a9"
# 1. 返回的第一个 dict 里有哪些名字？第二个呢？
# 2. 权重 2，梯度 0，速度 6，momentum 0.5，decay 0.25，lr 0.1：梯度是 0，权重会变成多少？
# 3. 复制参数的 dict。对每个要训练的名字：取旧速度或 0，算新速度，算新权重。别的都不碰。

# %%
check.step(step)

# %% [markdown] role="idea" anchor="idea"
# A task is transferred by keeping the trunk $f$ and exchanging the head $h$:
#
# | | source | target, frozen | target, fine-tuned |
# |---|---|---|---|
# | network | $h_S(f(x))$ | $h_T(f(x))$ | $h_T(f(x))$ |
# | trains | $f$, $h_S$ | $h_T$ | $f$, $h_T$ |
# | parameters | $\lvert f\rvert + \lvert h_S\rvert$ | $\lvert f\rvert + \lvert h_T\rvert$ | $\lvert f\rvert + \lvert h_T\rvert$ |
# | velocities | $\lvert f\rvert + \lvert h_S\rvert$ | $\lvert h_T\rvert$ | $\lvert f\rvert + \lvert h_T\rvert$ |
#
# By hand: a trunk of 10 → 8 with biases has 88 numbers, a head 8 → 3 has 27. Frozen: 115 parameters, 27 of them train, 27 velocities. The count never changes.

# %% [markdown] lang="zh" en="0a31db9b"
# 迁移就是留下主干 $f$，换掉头 $h$：
#
# | | 源任务 | 目标，冻结 | 目标，微调 |
# |---|---|---|---|
# | 网络 | $h_S(f(x))$ | $h_T(f(x))$ | $h_T(f(x))$ |
# | 训练 | $f$、$h_S$ | $h_T$ | $f$、$h_T$ |
# | 参数 | $\lvert f\rvert + \lvert h_S\rvert$ | $\lvert f\rvert + \lvert h_T\rvert$ | $\lvert f\rvert + \lvert h_T\rvert$ |
# | 速度 | $\lvert f\rvert + \lvert h_S\rvert$ | $\lvert h_T\rvert$ | $\lvert f\rvert + \lvert h_T\rvert$ |
#
# 手算一例：主干 10 → 8 带偏置有 88 个数，头 8 → 3 有 27 个。冻结时：参数 115 个，其中 27 个训练，速度 27 个。总数始终不变。

# %% role="reward"
if check.step.passed:
    params, slots = pretrain(step, list(SOURCES.values()))
    trained.update(params)
    grads = gradients(params, SOURCES["inverted"][0], SOURCES["inverted"][1])
    zeroed = {name: grads[name] * (name in HEAD) for name in ALL}
    ways = {
        "left out of the step": (grads, slots, HEAD, 0.0),
        "gradient 0, velocity goes on": (zeroed, slots, ALL, 0.0),
        "gradient 0, new optimizer, decay 0.01": (zeroed, {}, ALL, 0.01),
        "gradient 0, new optimizer, no decay": (zeroed, {}, ALL, 0.0),
    }
    for name, (slopes, velocities, names, decay) in ways.items():
        now = params
        for _ in range(20):
            now, velocities = step(now, slopes, velocities, names, 0.1, decay=decay)
        moved = np.linalg.norm(now["W1"] - params["W1"]) / np.linalg.norm(params["W1"])
        count, kept = (sum(v[0].size for v in d.values()) for d in (now, velocities))
        print(f"{name:38} trunk moved by {moved:6.1%}; {count} parameters, {kept} velocities")

# %% [markdown] role="worked"
# Twenty steps from the pre-trained networks. Only the first line is freezing. A zero gradient stops neither an old velocity nor the decay; with a new
# optimizer and no decay the weights rest, but the memory is still spent. Each line has the same number of parameters.

# %% [markdown] lang="zh" en="46ba7edb"
# 从预训练好的网络走二十步。只有第一行是真的冻结。梯度为 0 挡不住旧速度，也挡不住权重衰减；换新优化器又不用衰减，权重才不动，但内存照样占着。而每一行的参数总数都一样。

# %% [markdown] role="exercise" anchor="predict"
# ## 2 · Before you run it
#
# Each trunk gets a new head and is trained on one image for each of the digits 5–9 (or 20 each), frozen or fine-tuned. Its gain is the test accuracy minus
# that of the same network from scratch on the same images, mean of 24 seeds. Predict the signs: 1 if it helps, −1 if it hurts.
#
# - other classes: pre-trained on the digits 0–4;
# - inverted: on 5–9 with black and white exchanged; with its own head it reads next to none of the real digits right;
# - shuffled: on 5–9 with the pixels in one other order;
# - random labels: on 5–9 with labels that mean nothing.

# %% [markdown] lang="zh" en="5e3b119f"
# ## 2 · 先猜再跑
#
# 每个主干换上新的头，在 5–9 每类一张图（或每类 20 张）上训练，冻结或微调。增益是测试准确率减去同样的网络在同样的图上从头训练的准确率，取 24 个种子的平均。预测符号：有用是 1，有害是 −1。
#
# - other classes：在数字 0–4 上预训练；
# - inverted：在黑白互换的 5–9 上；带着自己的头，真实数字它几乎一张都认不对；
# - shuffled：在像素按另一种固定次序排列的 5–9 上；
# - random labels：在 5–9 上，但标签毫无意义。


# %% role="exercise"
def predict():
    """{name: 1 or −1} for the seven gains; their names stand in the first hint."""
    ### BEGIN SOLUTION
    return {
        "other classes, frozen": -1,
        "other classes, tuned": -1,
        "inverted, frozen": 1,
        "inverted, tuned": 1,
        "shuffled, frozen, 20 labels": -1,
        "random labels, frozen": -1,
        "other classes, frozen, 20 labels": -1,
    }
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. The keys: "other classes, frozen", "other classes, tuned", "inverted, frozen", "inverted, tuned", "shuffled, frozen, 20 labels", "random labels, frozen", "other classes, frozen, 20 labels".
# 2. A unit of the trunk answers to some pixels. For each source ask: do the same pixels part the same classes in the target?
# 3. The head is thrown away, so its mistakes do not count. A frozen trunk cannot mend what it lacks. Scratch trains its trunk, too.

# %% [markdown] lang="zh" en="d366fd12"
# 1. 键名："other classes, frozen"、"other classes, tuned"、"inverted, frozen"、"inverted, tuned"、"shuffled, frozen, 20 labels"、"random labels, frozen"、"other classes, frozen, 20 labels"。
# 2. 主干的一个单元对某些像素有反应。对每个源任务问一句：在目标任务里，还是这些像素在区分这些类吗？
# 3. 头会被扔掉，它错多少都不算数。冻结的主干缺什么就补不回来。从头训练可是连主干一起训的。

# %%
check.predict(predict)

# %% role="reward"
if check.step.passed and check.predict.passed:
    fresh, ks, names = networks(NETS, 1), (1, 2, 5, 20), ["random trunk", *SOURCES]
    trunks = {name: np.concatenate([fresh[name], trained[name]]) for name in ("W1", "b1")}
    scores = {
        way: np.array([adapt(step, trunks, k, which) for k in ks])
        for way, which in (("frozen", HEAD), ("tuned", ALL))
    }
    LINES = ("k:", "-", "--", "-.", "-")
    scratch = scores["tuned"][:, 0]  # a random trunk that trains: from scratch
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(6.2, 2.8), sharey=True)
        for (way, table), ax in zip(scores.items(), axes, strict=True):
            gains = table - scratch[:, None]
            means = gains.mean(axis=2)
            errors = gains.std(axis=2, ddof=1) / np.sqrt(NETS)
            for name, line, mean, error in zip(names, LINES, means.T, errors.T, strict=True):
                (drawn,) = ax.plot(range(4), mean, line, marker="o", ms=4, label=name)
                band = {"color": drawn.get_color(), "alpha": 0.15}
                ax.fill_between(range(4), mean - 2 * error, mean + 2 * error, **band)
            ax.set_xticks(range(4), ks)
            ax.set(xlabel="labels per class", title=way)
            for row in (0, 3):
                pairs = zip(names, means[row], errors[row], strict=True)
                said = "; ".join(f"{name} {mean:+.3f} ± {error:.3f}" for name, mean, error in pairs)
                print(f"{way}, {ks[row]} per class: {said}")
        axes[0].set(ylabel="gain over scratch", ylim=(-0.13, 0.22))
        axes[0].legend(fontsize=8)
        plt.show()
    own = accuracy(trained, x_test, y_test).reshape(4, NETS).mean(axis=1)
    print("scratch:", dict(zip(ks, scratch.mean(axis=1).round(3).tolist())))
    print("with its own head:", dict(zip(SOURCES, own.round(3).tolist())))

# %% [markdown] role="caption" alt="Two panels, gain over scratch at 1, 2, 5 and 20 labels per class. Frozen: inverted starts more than 0.1 above zero and falls to about zero at 20 labels; random trunk, shuffled, other classes and random labels lie below zero throughout, other classes and random labels lowest. Tuned: inverted from about plus 0.1 to nearly zero; shuffled near zero; other classes and random labels below zero at one label, close to zero at 20."
# Mean of 24 seeds; scratch is the line at 0. The bands are two standard errors over networks and drawn labels; split and pixel order are one each. The inverted source reads next to none of the target's images with its own head
# and helps most: its trunk has learnt what parts 5–9. Digits 0–4 look far more like the target, and hurt, with one label even when all weights may move.
# Frozen they are no better than random weights: training on 0–4 gave no reason to keep what parts 5–9. Labels shrink every gain and all but heal fine-tuning; a
# frozen bad trunk stays behind.

# %% [markdown] lang="zh" en="776d3f93" alt="两幅图，每类 1、2、5、20 个标签时相对从头训练的增益。冻结：inverted 从 +0.1 以上开始，20 个标签时降到零附近；随机主干、shuffled、other classes、random labels 始终低于零，后两者最低。微调：inverted 从约 +0.1 降到接近零；shuffled 在零附近；other classes 和 random labels 一个标签时低于零，20 个标签时在零附近。"
# 24 个种子的平均，0 线就是从头训练。色带是两个标准误，只含网络和抽到的标签的波动；数据划分和像素次序各只有一种。inverted 带着自己的头，目标图几乎一张都认不对，帮助却最大：它的主干学会了怎么区分 5–9。0–4 看起来和目标像得多，反而有害；只有一个标签时，即使所有权重都能动也一样。冻结时它不比随机权重好：区分 0–4 时，没有什么逼着它保留 5–9 要用的特征。标签一多，增益变小，微调也基本缓过来了；冻结的坏主干却一直落后。

# %% [markdown] role="worked" fold="When does it help?"
# When the source forces the trunk to keep what the target asks for. Looking alike is not enough (0–4), nor are the same labels (shuffled); a different look does no harm if the
# distinctions are the same (inverted). Yosinski et al. (2014) found on ImageNet that transferability falls with the distance of the tasks, but also that features of distant tasks
# can beat random ones; here, with one narrow hidden layer and 326 images, they did not. A large and varied source should leave less out.

# %% [markdown] lang="zh" en="c5fa5ffa" fold="什么时候有用？"
# 源任务逼着主干保留目标任务要用的东西，迁移就有用。看起来像还不够（0–4），标签一样也不够（shuffled）；只要要区分的东西一样，样子不同没关系（inverted）。Yosinski et al.（2014）在 ImageNet 上发现，任务离得越远越难迁移，但远的任务学到的特征也可能好过随机特征；在这里，只有一个窄隐藏层和 326 张图，并没有好过随机。源数据又大又杂，想来丢掉的东西会少些。

# %% [markdown] role="why"
# **Frozen or tuned?** On the good trunk both gain, on a bad one fine-tuning loses less: it can repair. Frozen is cheaper: no backward pass through the trunk,
# and its features can be computed once.
#
# **What most people write first.** `loss.backward()` through everything and `grad[:n] = 0`. In Keras: `trunk.trainable = False` before `compile`, and compile
# again after changing it. In PyTorch: `requires_grad_(False)` *and* only `p for p in parameters() if p.requires_grad` to the optimizer.

# %% [markdown] lang="zh" en="5fc76800"
# **冻结还是微调？** 主干好，两种做法都有增益；主干坏，微调损失较小，因为它能补救。冻结更省：不用反向穿过主干，特征只算一遍就行。
#
# **最常见的第一版。** 对全部参数 `loss.backward()`，再 `grad[:n] = 0`。Keras：先 `trunk.trainable = False` 再 `compile`，改了之后要重新 compile。PyTorch：`requires_grad_(False)`，**并且**只把 `p for p in parameters() if p.requires_grad` 交给优化器。

# %% [markdown] role="worked"
# **A good place to stop.** You have frozen, tuned and measured. Next: two ways in which the measurement goes wrong.

# %% [markdown] lang="zh" en="460cb54c"
# **可以先歇一歇。** 冻结、微调、测量都做过了。下面是两种会让测量出错的情形。

# %% [markdown] role="exercise" anchor="clean"
# ## 3 · No test image in pre-training
#
# A careless collector inverts *all* digits, test images too. Write `clean`, which finds the source rows that may stay: equal to no test image and to none of
# its copies.

# %% [markdown] lang="zh" en="b6525195"
# ## 3 · 预训练里不能有测试图
#
# 有人粗心，把**所有**数字都做了反色，连测试图也在内。写出 `clean`，找出可以留下的源数据行：既不等于任何测试图，也不等于它的任何副本。


# %% role="exercise"
def clean(source, test, copies):
    """source: (n, p). test: (m, p). copies: list of functions (m, p) → (m, p), each applied to test.

    Returns (n,) booleans, True for a row that equals, exactly, no test row and no copy of one.
    """
    ### BEGIN SOLUTION
    seen = {tuple(row) for images in (test, *(f(test) for f in copies)) for row in images}
    return np.fromiter((tuple(row) not in seen for row in source), bool)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many versions of each test image must be looked for?
# 2. Test image (0, 1), one copy: the inversion. Which of (0, 1), (1, 0), (1, 1) may stay?
# 3. Put every version of every test row into a set, as a tuple; ask for each source row whether it is in there.

# %% [markdown] lang="zh" en="afa5bfa3"
# 1. 每张测试图要查几个版本？
# 2. 测试图 (0, 1)，变换只有反色：(0, 1)、(1, 0)、(1, 1) 里哪些可以留下？
# 3. 把每张测试图的每个版本（转成 tuple）放进一个集合；再逐行问源数据在不在里面。

# %%
check.clean(clean)

# %% role="reward"
if check.step.passed and check.clean.passed:
    everything = 1 - np.concatenate([x_test, x_high])
    labels = np.concatenate([y_test, y_high])
    stays = clean(everything, x_test, [lambda images: 1 - images])
    print(f"{len(stays)} images collected, {np.sum(~stays)} of them copies of test images")
    sources = [(everything[:326], labels[:326]), (everything[stays][:326], labels[stays][:326])]
    both = {name: pretrain(step, sources, seed=5)[0][name] for name in ("W1", "b1")}
    begin = {name: networks(NETS, 1)[name] for name in ("W1", "b1")}
    for k in (1, 20):
        gains = adapt(step, both, k, HEAD) - adapt(step, begin, k, ALL)
        said = [f"{g.mean():+.3f} ± {g.std(ddof=1) / np.sqrt(NETS):.3f}" for g in gains]
        print(f"k = {k:2}: gain of the frozen trunk as collected {said[0]}, cleaned {said[1]}")

# %% [markdown] role="worked"
# Both sources have 326 images. With the copies among them the gain looks larger, and at 20 labels nearly all of it is the leak's. The head has never seen a
# test image; the trunk has, with its label. For pre-training on text from the web the same question is asked with overlapping word sequences instead of rows.

# %% [markdown] lang="zh" en="bfd3abc4"
# 两个源都是 326 张图。混进副本后增益显得更大，20 个标签时的增益几乎全是泄漏带来的。头没见过测试图，主干却见过，还带着标签。用网络文本预训练时要问同样的问题，只是查的不是行，而是重叠的词序列。

# %% [markdown] role="exercise" anchor="batch-norm"
# ## 4 · What else moves
#
# Batch normalization has two numbers per unit that no optimizer touches. Write `batch_norm` so that a frozen layer runs with its stored mean and variance,
# and leaves them alone, even while the network trains.

# %% [markdown] lang="zh" en="d6ba627a"
# ## 4 · 还有什么会动
#
# 批归一化的每个单元有两个数不归优化器管。写出 `batch_norm`：冻结的层用存下的均值和方差，并且不动它们，哪怕网络正在训练。


# %% role="exercise"
def batch_norm(x, layer, training, frozen, rho=0.9, eps=1e-3):
    """gamma · (x − mean) / sqrt(var + eps) + beta, with x of shape (B, D).

    layer: {"gamma", "beta", "mean", "var"}, each (D,). If training and not frozen, mean and var are
    the batch's (divided by B), and each stored one becomes rho · stored + (1 − rho) · batch's.
    Otherwise both are the stored ones, which stay. Returns (y, mean, var): outputs, stored values.
    """
    ### BEGIN SOLUTION
    mean, var = layer["mean"], layer["var"]
    used = mean, var
    if training and not frozen:
        used = x.mean(axis=0), x.var(axis=0)
        mean, var = (rho * old + (1 - rho) * new for old, new in zip((mean, var), used))
    return layer["gamma"] * (x - used[0]) / np.sqrt(used[1] + eps) + layer["beta"], mean, var
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Four combinations of training and frozen: in how many of them does anything move?
# 2. Stored mean 2, a batch of 1, 3 and 8, rho 0.9: which mean is subtracted, and which is stored, in each of the four?
# 3. Begin with the stored pair. In the one case replace it by the batch's and move the stored pair toward it. Then normalize.

# %% [markdown] lang="zh" en="32285b7c"
# 1. training 和 frozen 有四种组合：其中几种会有东西动？
# 2. 存下的均值是 2，一批是 1、3、8，rho 0.9：四种组合里，各减去哪个均值，存下哪个均值？
# 3. 先取存下的那对；只有一种情况换成这一批的，并让存下的向它靠拢。最后归一化。

# %%
check.batch_norm(batch_norm)

# %% role="reward"
if check.step.passed and check.batch_norm.passed:

    def old_head(net, z, layer):
        """Accuracy of the source's head on inverted digits, behind a batch norm layer."""
        normal, _, _ = batch_norm(z, layer, training=False, frozen=True)
        return ((normal.clip(0) @ net["W2"] + net["b2"]).argmax(axis=1) == y_pool).mean()

    rows = []
    for seed in range(5):
        net = {name: trained[name][NETS + seed] for name in ALL}  # pre-trained on inverted digits
        z = (1 - x_pool) @ net["W1"] + net["b1"]
        z_target = x_pool[:50] @ net["W1"] + net["b1"]
        mean, var = z.mean(axis=0), z.var(axis=0)
        # A batch norm layer that changes nothing: what it takes away, it gives back.
        layer = {"mean": mean, "var": var, "gamma": np.sqrt(var + 1e-3), "beta": mean}
        rows.append([old_head(net, z, layer)])
        for frozen in (True, False):
            now = layer
            for _ in range(20):  # twenty batches of the target pass by
                _, mean, var = batch_norm(z_target, now, training=True, frozen=frozen)
                now = now | {"mean": mean, "var": var}
            rows[-1].append(old_head(net, z, now))
    lines = ("before", "after, frozen", "after, statistics move")
    for name, column in zip(lines, np.transpose(rows).round(2).tolist(), strict=True):
        print(f"old head on its own task, {name:24}", column)

# %% [markdown] role="worked"
# Two heads share one trunk; five seeds. Twenty batches of the new task pass, no weight is changed. With moving statistics the old head falls: its features
# are shifted and rescaled under it. With stored ones it does not notice. Keras does this by itself: `trainable = False` puts batch normalization into
# inference mode. In PyTorch `requires_grad_(False)` does not; call `.eval()` on the layer.

# %% [markdown] lang="zh" en="a58ee404"
# 两个头共用一个主干，五个种子。新任务的二十批数据经过，一个权重都没改。统计量一动，旧的头就垮了：它脚下的特征被平移、缩放了。用存下的统计量，它毫无察觉。Keras 会自动处理：`trainable = False` 会让批归一化进入推理模式。PyTorch 的 `requires_grad_(False)` 不会，要对这一层调用 `.eval()`。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `step`. It freezes by setting gradients to 0. For a first step without decay it is right but for its slots. Find parameters, slots and a
# decay for which a frozen *weight* moves.

# %% [markdown] lang="zh" en="e91d1514"
# ## 找反例
#
# 下面是一个错误的 `step`，它靠把梯度置零来冻结。第一步、不用权重衰减时，它除了状态以外都是对的。找出参数、速度和衰减，让一个冻结的**权重**动起来。

# %% role="hack"
check.step.hack(trap=2)

# %% role="hack"
### BEGIN SOLUTION
velocity, decay = 6.0, 0.25
### END SOLUTION
if velocity is not ...:
    given = {"trunk": np.array([2.0]), "head": np.array([1.0])}
    slots = {"trunk": np.array([velocity])}
    check.step.hack(
        trap=2, params=given, grads=given, slots=slots, trainable=("head",), lr=0.1, decay=decay
    )

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about transfer learning. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="d0d70a5d"
# ## 挑错
#
# 一位候选人这样讲迁移学习。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6, 7, 9]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="total"
# ## The interviewer goes on
#
# **How many parameters has our network, 64 → 64 → 5 with biases, when its trunk is frozen?**

# %% [markdown] lang="zh" en="f5c50352"
# ## 追问
#
# **我们的网络 64 → 64 → 5（带偏置），主干冻结时有多少个参数？**

# %% role="follow-up"
### BEGIN SOLUTION
parameters = 64 * 64 + 64 + 64 * 5 + 5
### END SOLUTION

# %%
check.total(parameters)

# %% [markdown] role="follow-up" fold="Head first, or all at once?"
# A random head sends large, meaningless errors into the trunk at first. Training the head alone and then everything with a small learning rate avoids that (Kumar et al. 2022,
# who find that full fine-tuning distorts good features and loses out of distribution). A smaller learning rate for the trunk aims at the same.

# %% [markdown] lang="zh" en="0375ddb6" fold="先训练头，还是一起训练？"
# 随机的头一开始会把很大的、没有意义的误差传进主干。先只训练头，再用小学习率训练全部，可以避免（Kumar et al. 2022：特征本来就好时，全量微调会扭曲它们，在分布外数据上变差）。给主干单独用更小的学习率，目的相同。

# %% [markdown] role="say" anchor="say"
# ## Say it
#
# Answer the opening question in about a minute, in your own words. You see the key points after you have written something.

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
# > Transfer learning takes a trunk trained on a source task and gives it a new head for a target with few labels. Frozen: only the head is in the optimizer; the trunk has
# > no velocity, no decay, and batch norm runs on stored statistics. Fine-tuned: all train, with a small learning rate. The parameter count is the same either way. It helps
# > when the source needs the distinctions that the target needs, and it can hurt: from digits 0–4 to 5–9 it lost to
# > scratch, while inverted 5–9, useless with its own head, gained most. So I compare with scratch on the same labels over
# > several seeds, and keep test images and their copies out of pre-training.
#
# Classic mistakes: "always better and faster"; "fewer parameters"; zeroed gradients; drifting statistics; judging a source by its zero-shot accuracy.

# %% [markdown] lang="zh" en="e08787ae" fold="一分钟版本"
# > 迁移学习是把在源任务上训练好的主干，换一个新的头，用到标签很少的目标任务上。冻结：优化器里只有头；主干没有速度、没有权重衰减，批归一化用存下的统计量。微调：全部用小学习率训练。两种做法参数总数都一样。源任务要区分的正是目标任务要区分的，迁移就有用，否则可能有害：从数字 0–4 到 5–9 不如从头训练；而反色的 5–9，带着自己的头毫无用处，换头之后增益最大。所以我会在同样的标签上、用多个种子和从头训练对比，并且不让测试图及其副本进入预训练。
#
# 常见错误：“总是又快又好”；“参数变少了”；把梯度置零当冻结；统计量漂移；只看零样本准确率来挑源任务。

# %% [markdown] role="reference"
# ## References
#
# - Pan & Yang 2010, *A Survey on Transfer Learning*, IEEE TKDE 22(10), Definition 1.
# - Yosinski et al. 2014, *How transferable are features in deep neural networks?*, [arXiv:1411.1792](https://arxiv.org/abs/1411.1792).
# - Zhang, Deng, Zhang & Wu 2023, *A Survey on Negative Transfer*, IEEE/CAA J. Autom. Sinica 10(2), [doi:10.1109/JAS.2022.106004](https://doi.org/10.1109/JAS.2022.106004).
# - Kumar et al. 2022, *Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution*, [arXiv:2202.10054](https://arxiv.org/abs/2202.10054).
# - Caruana 1997, *Multitask Learning*, Machine Learning 28.
# - [Keras API, BatchNormalization](https://keras.io/api/layers/normalization_layers/batch_normalization/): what `trainable = False` does to it.

# %% [markdown] lang="zh" en="ef5d458f"
# ## 参考文献
#
# - Pan & Yang 2010, *A Survey on Transfer Learning*，IEEE TKDE 22(10)，Definition 1。
# - Yosinski et al. 2014, *How transferable are features in deep neural networks?*，[arXiv:1411.1792](https://arxiv.org/abs/1411.1792)。
# - Zhang, Deng, Zhang & Wu 2023, *A Survey on Negative Transfer*，IEEE/CAA J. Autom. Sinica 10(2)，[doi:10.1109/JAS.2022.106004](https://doi.org/10.1109/JAS.2022.106004)。
# - Kumar et al. 2022, *Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution*，[arXiv:2202.10054](https://arxiv.org/abs/2202.10054)。
# - Caruana 1997, *Multitask Learning*，Machine Learning 28。
# - [Keras API, BatchNormalization](https://keras.io/api/layers/normalization_layers/batch_normalization/)：`trainable = False` 对它的作用。
