# ---
# title: Quantize a layer to eight bits and below
# title_zh: 把一层量化到 8 位及以下
# kind: code
# minutes: 45
# level: 3
# needs: [mlp_digits]
# seeds: [003-3.3, 004-1.12, 004-1.19]
# asked: 15
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Quantize a linear layer to int8. What are scale and zero point, why per channel, and what do GPTQ, AWQ and
# > SmoothQuant add?
#
# Think aloud for one minute before you type: which numbers must be exact, in which type are products
# summed, and what does one outlier do to all the others?

# %% [markdown] lang="zh" en="89918752"
# ## 题目
#
# > 把一个线性层量化到 int8。scale 和零点是什么？为什么要逐通道？GPTQ、AWQ、SmoothQuant 又各做了什么？
#
# 先别动手，出声想一分钟：哪个数必须精确？乘积用什么类型累加？一个离群值会怎样影响其他所有的数？

# %% [markdown] role="question" fold="What a good answer contains"
# - $x \approx s\,(q - z)$; the scale from the range and the number of *steps*; an integer zero point, so that 0 is exact; clipping.
# - Sums in int32; where the two scales come in; why per *output* channel is free and per input channel is not.
# - Calibration: rounding error against clipping error.
# - Outliers, and what the named methods do about them.
# - What is gained, and in which phase: memory and bandwidth, hence decoding.

# %% [markdown] lang="zh" en="103116d9" fold="好的回答包含什么"
# - $x \approx s\,(q - z)$；scale 由范围和**步数**决定；零点取整数，0 才精确；要截断。
# - 用 int32 累加；两个 scale 在哪里乘；为什么逐**输出**通道不花钱，逐输入通道却不行。
# - 校准：舍入误差与截断误差的权衡。
# - 离群值，以及上面几种方法怎么对付它。
# - 省了什么，在哪个阶段省：显存和带宽，因此是解码。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("quantization")

# %% [markdown] role="exercise" anchor="quantize"
# ## 1 · Scale, zero point, codes
#
# Write `quantize`, affine: codes from 0 to $2^b - 1$, $x \approx s\,(q - z)$. The range runs from the smallest to the largest
# number and always includes 0; the zero point is a whole number. `axis` is the axis whose entries have a scale of their own; without it there
# is one for all. If all is 0, the scale is 1.

# %% [markdown] lang="zh" en="b7a6df2d"
# ## 1 · scale、零点、编码
#
# 写出仿射量化 `quantize`：编码从 0 到 $2^b - 1$，$x \approx s\,(q - z)$。范围从最小的数到最大的数，而且总是包含 0；零点是整数。`axis` 表示哪个轴上各有各的 scale；不给就全体共用一个。全为 0 时 scale 取 1。


# %% role="exercise"
def quantize(x, bits=8, axis=None):
    """x: array → (codes like x, scale, zero); scale and zero have x's axes, 1 long except `axis`."""
    ### BEGIN SOLUTION
    others = tuple(a for a in range(x.ndim) if a != axis)
    low = x.min(axis=others, keepdims=True).clip(None, 0)
    high = x.max(axis=others, keepdims=True).clip(0, None)
    top = 2**bits - 1
    scale = (high - low) / top
    scale = np.where(scale == 0, 1.0, scale)
    zero = np.round(-low / scale)
    return (np.round(x / scale) + zero).clip(0, top), scale, zero
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many steps lie between 256 codes? Which code should the number 0 get?
# 2. x = [−1, 0, 3], two bits: what is the step, what is the zero point, and what are the three codes?
# 3. Low and high over the other axes, both pulled to include 0; scale = (high − low) / (2^b − 1); zero = round(−low / scale); codes = round(x / scale) + zero, clipped.

# %% [markdown] lang="zh" en="070196c6"
# 1. 256 个编码之间有几步？数字 0 应得到哪个编码？
# 2. x = [−1, 0, 3]，2 位：步长是多少？零点是多少？三个编码各是多少？
# 3. 沿其余的轴求最小、最大，再拉到包含 0；scale = (high − low) / (2^b − 1)；zero = round(−low / scale)；编码 = round(x / scale) + zero，再截断。

# %%
check.quantize(quantize)

# %% [markdown] role="exercise" anchor="int8-linear"
# ## 2 · A linear layer in integers
#
# Write `int8_linear`: the input is affine (uint8, one scale and zero point), the weights symmetric (int8, one scale per output, no
# zero point). Multiply and add whole numbers, scale at the end.

# %% [markdown] lang="zh" en="0f72d874"
# ## 2 · 用整数算线性层
#
# 写出 `int8_linear`：输入是仿射量化（uint8，一个 scale 和零点），权重是对称量化（int8，每个输出一个 scale，没有零点）。先用整数乘加，最后再乘 scale。


# %% role="exercise"
def int8_linear(xq, xs, xz, wq, ws, bias):
    """xq (N, i) uint8, xs and xz numbers; wq (i, o) int8, ws (1, o); bias (o,) real → (N, o) real."""
    ### BEGIN SOLUTION
    total = (xq.astype(np.int32) - xz) @ wq  # int32 with int8 is int32
    return total * (xs * ws) + bias
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Put $x = s_x (q_x - z)$ and $w = s_w q_w$ into $\sum x w$. What can be taken out of the sum, and why?
# 2. Codes 250 and 3, zero point 10, weights 100 and 50: what is the integer sum? Would it fit into int8, into int16?
# 3. To int32; subtract the zero point; matrix product; times both scales; plus the bias.

# %% [markdown] lang="zh" en="b0087e40"
# 1. 把 $x = s_x (q_x - z)$、$w = s_w q_w$ 代入 $\sum x w$，什么能提到求和外面？为什么？
# 2. 编码 250 和 3，零点 10，权重 100 和 50：整数和是多少？int8 放得下吗？int16 呢？
# 3. 转成 int32；减零点；矩阵乘；乘两个 scale；加偏置。

# %%
check.int8_linear(int8_linear)

# %% [markdown] role="idea" anchor="idea"
# $$\sum_i x_i W_{io} \approx \sum_i s_x (q_i - z)\; s_o\, w_{io} = s_x s_o \sum_i (q_i - z)\, w_{io} .$$
#
# $s_o$ depends on the output o and leaves the sum: scales **per output channel** cost one multiplication per output. A scale per
# *input* channel i would stay inside, and the sum would no longer be one of integers (Jacob et al. 2018, §2.2–2.3; Xiao et al. 2022, §3). The term
# $z \sum_i w_{io}$ does not depend on the input: it is computed once, like a bias.

# %% [markdown] lang="zh" en="f5db229b"
# $$\sum_i x_i W_{io} \approx \sum_i s_x (q_i - z)\; s_o\, w_{io} = s_x s_o \sum_i (q_i - z)\, w_{io} .$$
#
# $s_o$ 只和输出 o 有关，能提到求和外面：**逐输出通道**的 scale 只是每个输出多乘一次。而逐**输入**通道 i 的 scale 会留在求和里面，就不再是整数求和了（Jacob 等 2018，§2.2–2.3；Xiao 等 2022，§3）。$z \sum_i w_{io}$ 这一项与输入无关，像偏置一样预先算好即可。


# %% role="reward"
def train(seed=0, hidden=32, steps=1200):
    """A digit classifier, (W1, b1, W2, b2), by Adam; about 97 % right on the test images."""
    rng = np.random.default_rng(seed)
    (x, y), _ = data.digits(split=True)
    x = x.reshape(len(x), -1)
    params = [rng.normal(size=(64, hidden)) / 8, np.zeros(hidden)]
    params += [rng.normal(size=(hidden, 10)) / hidden**0.5, np.zeros(10)]
    m, v = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    for t in range(1, steps + 1):
        rows = rng.integers(len(x), size=64)
        z = x[rows] @ params[0] + params[1]
        a = z.clip(0)
        logits = a @ params[2] + params[3]
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y[rows]]) / 64
        back = error @ params[2].T * (z > 0)
        grads = x[rows].T @ back, back.sum(axis=0), a.T @ error, error.sum(axis=0)
        for i, g in enumerate(grads):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.999 * v[i] + 0.001 * g * g
            params[i] = (
                params[i] - 0.005 * m[i] / (1 - 0.9**t) / (v[i] / (1 - 0.999**t) + 1e-12) ** 0.5
            )
    return params


def accuracy(W1, b1, W2, b2):
    _, (x, y) = data.digits(split=True)
    logits = (x.reshape(len(x), -1) @ W1 + b1).clip(0) @ W2 + b2
    return float((logits.argmax(axis=1) == y).mean())


# %% role="reward"
if check.quantize.passed:

    def rounded(W, bits, axis):
        codes, scale, zero = quantize(W, bits, axis)
        return (codes - zero) * scale

    nets, bits = [train(seed) for seed in range(3)], (8, 6, 5, 4, 3, 2)
    full = np.mean([accuracy(*net) for net in nets])
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 3.2))
        for name, axis, line in (
            ("one scale per tensor", None, "o-"),
            ("one per output", 1, "s--"),
        ):
            scores = np.array(
                [
                    [accuracy(rounded(W1, b, axis), b1, rounded(W2, b, axis), b2) for b in bits]
                    for W1, b1, W2, b2 in nets
                ]
            )
            ax.plot(bits, scores.mean(axis=0), line, label=name)
            ax.fill_between(bits, scores.min(axis=0), scores.max(axis=0), alpha=0.2)
            print(name, *(f"{b} bits {s:.3f}" for b, s in zip(bits, scores.mean(axis=0))))
        ax.axhline(full, color="gray", linestyle=":", label="not quantized")
        ax.set(xlabel="bits of a weight", ylabel="test accuracy", ylim=(0, 1))
        ax.invert_xaxis()
        ax.legend()
        plt.show()
    _, (_, y) = data.digits(split=True)
    print(
        f"not quantized {full:.3f}; always the commonest digit {np.bincount(y).max() / len(y):.3f}"
    )

# %% [markdown] role="caption" alt="Test accuracy against bits per weight, 8 on the left to 2 on the right: both curves are level down to 4 bits; below that the one with a single scale per tensor falls earlier and further than the one with a scale per output."
# Weights of a digit classifier rounded after training, three networks (bands: lowest to highest). Down to four bits hardly anything happens;
# below, one scale per output keeps much more than one per tensor, since a column of small weights keeps its codes.

# %% [markdown] lang="zh" en="fa9ce8c6" alt="测试准确率随每个权重位数的变化，从左边的 8 位到右边的 2 位：4 位以上两条曲线持平；再低，每个张量一个 scale 的先掉、掉得多，每个输出一个 scale 的掉得少。"
# 训练好的手写数字分类器，只对权重做舍入，三个网络（色带从最低到最高）。四位以上几乎没有影响；再低，每个输出一个 scale 比整个张量共用一个好得多，因为权重小的列也有足够的编码。

# %% [markdown] role="why"
# **Why 0 must be exact.** It is the most frequent number there is: padding, masks, everything ReLU cuts off. An error there is
# the same for all of them and adds up.
#
# **What most people write first.** `scale = (max - min) / 2**bits`. The largest number then gets the code 256, which is code 0 in
# uint8: the brightest pixel turns black.
#
# **Elsewhere.** PyTorch: `torch.quantize_per_channel` (affine, `axis`); its default configuration for x86 (`torch.ao`) has symmetric weights per channel.
# TensorFlow Lite: the same scheme. LLM libraries store groups of 32 to 128 weights with a scale each, finer than a channel.

# %% [markdown] lang="zh" en="4994688e"
# **为什么 0 必须精确。** 它是出现最多的数：填充、掩码、被 ReLU 截掉的一切。那里若有误差，处处相同，会累积起来。
#
# **最常见的第一版。** `scale = (max - min) / 2**bits`。最大的数得到编码 256，在 uint8 里就是 0：最亮的像素变成了黑色。
#
# **换个框架。** PyTorch 用 `torch.quantize_per_channel`（仿射，带 `axis`）；`torch.ao` 在 x86 上的默认配置里，权重逐通道对称量化。TensorFlow Lite 是同一套方案。LLM 的库把 32 到 128 个权重分成一组，各存一个 scale，比通道更细。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is where the range comes from, and what to do about
# outliers.

# %% [markdown] lang="zh" en="25caae3b"
# **可以先歇一歇。** 核心已经写完。下面看范围怎么定，以及怎么对付离群值。

# %% [markdown] role="exercise" anchor="best-clip"
# ## 3 · Calibrate: where to clip
#
# Symmetric codes from $-n$ to $n$, $n = 2^{b-1} - 1$, step $c / n$, everything beyond ±c clipped. Write `best_clip`: the candidate c with
# the least mean squared error on the sample x, and that error.

# %% [markdown] lang="zh" en="4a016c5f"
# ## 3 · 校准：在哪里截断
#
# 对称编码从 $-n$ 到 $n$，$n = 2^{b-1} - 1$，步长 $c / n$，超出 ±c 的截断。写出 `best_clip`：在样本 x 上均方误差最小的候选 c，以及这个误差。


# %% role="exercise"
def best_clip(x, bits, candidates):
    """x: array of observed numbers; candidates: positive numbers → (one of them, its error)."""
    ### BEGIN SOLUTION
    n = 2 ** (bits - 1) - 1

    def error(c):
        step = c / n
        return ((x - np.round(x / step).clip(-n, n) * step) ** 2).mean()

    c = min(candidates, key=error)
    return c, error(c)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which two errors does a number suffer, inside the range and beyond it? How does either change with c?
# 2. n = 1 (two bits), x = [0.4, 0.6, 3]: what are the errors with c = 1, and with c = 3?
# 3. For each candidate: quantize with clipping, back again, mean of the squared differences; the smallest wins.

# %% [markdown] lang="zh" en="7f44350b"
# 1. 范围内、范围外的数各有什么误差？c 变大时各怎么变？
# 2. n = 1（2 位），x = [0.4, 0.6, 3]：c = 1 时误差各是多少？c = 3 呢？
# 3. 对每个候选：带截断地量化，再还原，求平方差的平均；取最小的。

# %%
check.best_clip(best_clip)

# %% [markdown] role="exercise" anchor="smooth"
# ## 4 · Move the outliers
#
# Large models have a few input channels that are far larger than the rest, always the same ones. SmoothQuant divides channel j of the
# input by $s_j = \max|X_j|^{\alpha} / \max|W_j|^{1-\alpha}$ and multiplies row j of W by it. Write `smooth`.

# %% [markdown] lang="zh" en="217a6d39"
# ## 4 · 把离群值挪走
#
# 大模型里总有几个输入通道比其他的大得多，而且总是那几个。SmoothQuant 把输入的通道 j 除以 $s_j = \max|X_j|^{\alpha} / \max|W_j|^{1-\alpha}$，再把 W 的第 j 行乘上它。写出 `smooth`。


# %% role="exercise"
def smooth(X, W, alpha=0.5):
    """X (N, i), W (i, o), no channel all 0 → X / s and W · s, whose product is X @ W."""
    ### BEGIN SOLUTION
    s = np.abs(X).max(axis=0) ** alpha / np.abs(W).max(axis=1) ** (1 - alpha)
    return X / s, W * s[:, None]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which entries of X and of W are multiplied with each other? What must happen to W if a channel of X is halved?
# 2. A channel reaches 100, its weights 1, α = 0.5: what is s, and what are the two maxima afterwards?
# 3. Largest absolute value per column of X and per row of W; the quotient of the powers; divide the columns, multiply the rows.

# %% [markdown] lang="zh" en="ee409a1a"
# 1. X 和 W 的哪些元素相乘？X 的一个通道减半，W 该怎么变？
# 2. 某通道最大 100，对应权重最大 1，α = 0.5：s 是多少？之后两个最大值各是多少？
# 3. X 每列、W 每行的最大绝对值；按公式求幂再相除；列除以 s，行乘 s。

# %%
check.smooth(smooth)

# %% role="reward"
if check.smooth.passed and check.quantize.passed:

    def through_int8(X, W):
        (xq, xs, xz), (wq, ws, wz) = quantize(X, 8), quantize(W, 8, axis=1)
        return ((xq - xz) * xs) @ ((wq - wz) * ws)

    rng = np.random.default_rng(0)
    X, W = rng.normal(size=(256, 64)), rng.normal(size=(64, 64)) / 8
    size = np.sqrt(((X @ W) ** 2).mean())
    for factor in (1, 10, 100):
        outlier = X * np.where(np.arange(64) == 5, factor, 1)
        spread = (
            W / np.where(np.arange(64) == 5, factor, 1)[:, None]
        )  # same product for every factor
        plain = np.sqrt(((through_int8(outlier, spread) - X @ W) ** 2).mean()) / size
        moved = np.sqrt(((through_int8(*smooth(outlier, spread)) - X @ W) ** 2).mean()) / size
        print(f"channel 5 × {factor:3d}: error of int8 {plain:.1%}, after smoothing {moved:.1%}")

# %% [markdown] role="reward"
# One channel a hundred times larger takes nearly all codes of a per-tensor scale, and the other 63 are rounded to
# almost nothing. Dividing it out costs nothing at run time: the scales go into the weights and into the layer before.

# %% [markdown] lang="zh" en="8fc4a6dc"
# 一个通道大一百倍，就占去了整个张量的编码，其余 63 个通道几乎被舍入没了。把它除掉，运行时不花钱：scale 并进了权重和前一层。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `best_clip`: it never clips. On many samples that is the best choice. Find one where it is not.

# %% [markdown] lang="zh" en="fa5aa269"
# ## 找反例
#
# 下面是一个错误的 `best_clip`：它从不截断，而很多样本上这确实最好。找一个样本让它出错。

# %% role="hack"
check.best_clip.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
sample = np.append(np.linspace(-1, 1, 500), 4.0)
### END SOLUTION
if sample is not ...:
    check.best_clip.hack(trap=1, x=sample, bits=3, candidates=[1.0, 4.0])

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains quantization. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="9a094591"
# ## 挑错
#
# 一位候选人这样讲量化。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 5, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="grouped-size"
# ## The interviewer goes on
#
# **6.74 billion weights in 4 bits, with one 16-bit scale for every group of 128. How large is the file?** Within 1 %, with a unit.

# %% [markdown] lang="zh" en="a5e547fc"
# ## 追问
#
# **67.4 亿个权重，每个 4 位，每 128 个一组、每组一个 16 位的 scale。文件有多大？** 误差不超过 1%，带上单位。

# %% role="follow-up"
### BEGIN SOLUTION
size_4bit = f"{6.74 * (4 + 16 / 128) / 8} GB"
### END SOLUTION

# %%
check.grouped_size(size_4bit)

# %% [markdown] role="follow-up" fold="GPTQ and AWQ in two sentences each?"
# GPTQ quantizes the weights of a layer one column after the other, and after each changes the columns still to come so that the layer's
# *output* on calibration data stays as it was; how, the inverse of the inputs' second moments tells (Frantar et al. 2022, §3–4). It needs no
# training, only a sample of text (128 sequences in the paper).
#
# AWQ observes that a small share of the input channels carries most of the effect. It scales those up before rounding and
# down again in the layer before, as you have just done with `smooth`, and searches α on calibration data (Lin et al. 2023, §3).

# %% [markdown] lang="zh" en="91516954" fold="各用两句话讲 GPTQ 和 AWQ？"
# GPTQ 逐列量化一层的权重，每量化一列，就调整后面还没量化的列，使这一层在校准数据上的**输出**保持不变；怎么调由输入二阶矩的逆决定（Frantar 等 2022，§3–4）。不用训练，只要一小批文本（论文里是 128 条序列）。
#
# AWQ 发现少数输入通道决定了大部分效果。它在舍入前把这些通道的权重放大，再在前一层缩回去，和刚写的 `smooth` 一个道理，α 在校准数据上搜索（Lin 等 2023，§3）。

# %% [markdown] role="follow-up" fold="Your int8 model is 3 points worse than the float one. What do you do?"
# Find the layer: quantize one at a time and measure. Often it is the first, the last, or one with an outlier channel. Then in order of
# cost: per-channel scales, another calibration (clipping, more representative data), smoothing, leaving that layer in 16 bits,
# and quantization-aware training last.

# %% [markdown] lang="zh" en="57f3ac5e" fold="int8 模型比浮点低 3 个点，怎么办？"
# 先定位是哪一层：一次只量化一层，逐层测。常见的是第一层、最后一层，或有离群通道的层。然后按代价从小到大：逐通道 scale，换校准方法（截断、更有代表性的数据），smooth，让这一层留在 16 位，最后才是量化感知训练。

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
# > $x \approx s(q - z)$: the scale is the range over $2^b - 1$, the zero point an integer so that 0 is exact, codes are clipped. Weights
# > symmetric and per output channel, activations per tensor or token; sums in int32, scaled once at the end. The range comes from
# > calibration: clipping error against rounding error. Outlier channels ruin a shared scale; SmoothQuant moves them into the
# > weights, GPTQ compensates column by column, AWQ protects what matters. Gained: memory and bandwidth, so above all faster decoding.
#
# Classic mistakes: $2^b$ steps; a range without 0; a real-valued zero point; sums in int8; minimum over the wrong axis; scales per input
# channel expected to leave the sum.

# %% [markdown] lang="zh" en="d3f3e8c7" fold="一分钟版本"
# > $x \approx s(q - z)$：scale 是范围除以 $2^b - 1$，零点取整数使 0 精确，编码要截断。权重对称、逐输出通道，激活值按张量或按 token；用 int32 累加，最后乘 scale。范围靠校准：截断误差与舍入误差的权衡。离群通道会毁掉共用的 scale：SmoothQuant 把它挪进权重，GPTQ 逐列补偿，AWQ 保护重要的通道。收益是显存和带宽，所以主要加速解码。
#
# 常见错误：除以 $2^b$；范围不含 0；零点不取整；用 int8 累加；最值沿错了轴；以为逐输入通道的 scale 也能提到求和外面。

# %% [markdown] role="reference"
# ## References
#
# - Jacob et al. 2018, *Quantization and training of neural networks for efficient integer-arithmetic-only inference*, arXiv:1712.05877, §2.1–2.4.
# - Xiao et al. 2022, *SmoothQuant*, arXiv:2211.10438, §3–4 (equation 4: the scales).
# - Frantar et al. 2022, *GPTQ*, arXiv:2210.17323; Lin et al. 2023, *AWQ*, arXiv:2306.00978.

# %% [markdown] lang="zh" en="33d76bb1"
# ## 参考文献
#
# - Jacob et al. 2018, *Quantization and training of neural networks for efficient integer-arithmetic-only inference*, arXiv:1712.05877，§2.1–2.4。
# - Xiao et al. 2022, *SmoothQuant*, arXiv:2211.10438，§3–4（公式 4：scale）。
# - Frantar et al. 2022, *GPTQ*, arXiv:2210.17323；Lin et al. 2023, *AWQ*, arXiv:2306.00978。
