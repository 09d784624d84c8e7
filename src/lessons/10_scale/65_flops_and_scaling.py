# ---
# title: Estimate how long a training run takes, and how large the model should be
# title_zh: 估算训练要多久、模型该多大
# kind: estimate
# minutes: 40
# level: 2
# needs: [count_parameters]
# seeds: [002-4, 003-2.1, 003-3.1]
# asked: 13
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > How many operations does it take to train GPT-3, how many days on 1,024 A100s, and was 175B the right size
# > for that compute?
#
# Think aloud for one minute before you type: what does one token cost per weight, forward and backward,
# and what does a card really deliver?

# %% [markdown] lang="zh" en="f38cccc4"
# ## 题目
#
# > 训练 GPT-3 要多少次运算？1024 张 A100 要多少天？这么多算力，175B 是合适的大小吗？
#
# 先别动手，出声想一分钟：一个 token 在每个权重上要几次运算，前向几次、反向几次？一张卡实际能跑到多少？

# %% [markdown] role="question" fold="What a good answer contains"
# - $6ND$ with its derivation, and when attention's own term matters.
# - Time from cards, peak and MFU; what MFU is and what is good.
# - The compute-optimal split, as the minimum of a fitted loss, and what the fit does not know.
# - What does *not* save training compute.

# %% [markdown] lang="zh" en="7f4774e3" fold="好的回答包含什么"
# - $6ND$ 及其推导，以及什么时候要算注意力自己的那项。
# - 由卡数、峰值和 MFU 算时间；MFU 是什么，多少算好。
# - 算力最优的分配：拟合出的损失的最小值，以及拟合没考虑什么。
# - 哪些办法**省不了**训练算力。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import lesson, plot

check = lesson("flops_and_scaling")

# %% [markdown] role="exercise" anchor="train-flops"
# ## 1 · Operations
#
# Write `train_flops`: the additions and multiplications of training on `tokens` tokens. Every weight takes part in one
# product per token. Attention works on full T × T scores (nothing is saved for the causal mask), its heads together
# `width` wide.

# %% [markdown] lang="zh" en="169f83da"
# ## 1 · 运算次数
#
# 写出 `train_flops`：在 `tokens` 个 token 上训练，一共多少次加法和乘法。每个权重对每个 token 参与一次乘加。注意力按完整的 T × T 分数算（不因因果掩码而减半），所有头合起来宽 `width`。


# %% role="exercise"
def train_flops(parameters, tokens, layers=0, context=0, width=0):
    """N weights, tokens, and the attention's layers, context T and width → operations."""
    ### BEGIN SOLUTION
    return tokens * (6 * parameters + 12 * layers * context * width)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. A product of (1, i) by (i, o): how many operations, and how many per weight? Which two products does backward do for it?
# 2. One token, 10 weights, one layer, context 4, width 5: forward for the weights? For the scores, for the mixing of the values? All of it times what?
# 3. Forward 2 per weight, and per layer 2 · T · width twice. Training is three times that, for every token.

# %% [markdown] lang="zh" en="a1288c34"
# 1. (1, i) 乘 (i, o)：几次运算？平均每个权重几次？反向要为它做哪两个矩阵乘？
# 2. 一个 token、10 个权重、一层、上下文 4、宽度 5：前向时权重部分几次？算分数几次？加权 value 几次？总共再乘几？
# 3. 前向每个权重 2 次，每层另有两个 2 · T · width。训练是它的三倍，每个 token 都是。

# %%
check.train_flops(train_flops)

# %% [markdown] role="idea" anchor="idea"
# One product of shapes (1, i) and (i, o) has $io$ multiplications and as many additions: **2 per weight**. Backward does
# two such products ([why](lesson:backprop#backward-cost)): **4 more**. So $C = 6ND$. Attention's $QK^\top$ and its mixing
# hold no weights: $2 \cdot 2 T d$ per token and layer forward, $12\,L T d$ in training. The ratio of both is $12LTd / 6N$, and with
# $N \approx 12Ld^2$ it is $T / 6d$ (Chowdhery et al. 2022, appendix B; Kaplan et al. 2020, Table 1, count half of it).

# %% [markdown] lang="zh" en="dc839c7e"
# 形状 (1, i) 乘 (i, o) 有 $io$ 次乘法和同样多的加法：**每个权重 2 次**。反向要做两个这样的矩阵乘（[为什么](lesson:backprop#backward-cost)）：**再加 4 次**。所以 $C = 6ND$。注意力的 $QK^\top$ 和加权没有权重：前向每个 token、每层 $2 \cdot 2 T d$ 次，训练共 $12\,L T d$。两者之比 $12LTd / 6N$，代入
# $N \approx 12Ld^2$ 得 $T / 6d$（与 Chowdhery 等 2022 附录 B 相同；Kaplan 等 2020 表 1 只算一半）。

# %% [markdown] role="exercise" anchor="mfu"
# ## 2 · Utilisation
#
# Write `mfu`, model FLOPs utilisation: the operations the model needs per second over what the cards could do.

# %% [markdown] lang="zh" en="2dcfddff"
# ## 2 · 利用率
#
# 写出 `mfu`（model FLOPs utilization）：模型每秒需要的运算次数，除以所有卡理论上能做的。


# %% role="exercise"
def mfu(tokens_per_second, flops_per_token, cards, peak):
    """Throughput of the whole system, operations a token needs, cards, peak of one → a fraction."""
    ### BEGIN SOLUTION
    return tokens_per_second * flops_per_token / (cards * peak)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which of the two numbers is about the model, which about the hardware?
# 2. 10 tokens/s, 6 operations each, 3 cards of 40 a second: what fraction?
# 3. Tokens per second times operations per token, over cards times peak.

# %% [markdown] lang="zh" en="6c78b115"
# 1. 两个数，哪个说的是模型，哪个说的是硬件？
# 2. 每秒 10 个 token、每个 6 次运算，3 张每秒 40 次的卡：比例是多少？
# 3. 每秒 token 数乘每 token 运算数，除以卡数乘峰值。

# %%
check.mfu(mfu)

# %% role="reward"
if check.train_flops.passed and check.mfu.passed:
    print(f"GPT-3, 174.6 billion on 300 billion tokens: {train_flops(174.6e9, 300e9):.3g}")
    palm = train_flops(540.35e9, 1, layers=118, context=2048, width=48 * 256)
    print(f"PaLM 540B: attention is {palm / (6 * 540.35e9) - 1:.1%} on top;", end=" ")
    print(f"MFU {mfu(238.3e3, palm, 6144, 275e12):.1%}, without attention's term", end=" ")
    print(f"{mfu(238.3e3, 6 * 540.35e9, 6144, 275e12):.1%}")
    for context in (2048, 8192, 131072):
        extra = train_flops(8.03e9, 1, 32, context, 4096) / train_flops(8.03e9, 1) - 1
        print(f"Llama-3-8B, context {context}: attention adds {extra:.0%}")

# %% [markdown] role="reward"
# GPT-3's paper has 3.14e23 (Table D.1), PaLM's 46.2 % and 45.7 % (appendix B): the same. A number without the formula beside it says little: some count attention, some
# the recomputed activations (that one is hardware utilisation, and is larger), some dense and some sparse peaks.

# %% [markdown] lang="zh" en="89fd0848"
# GPT-3 论文写的是 3.14e23（表 D.1），PaLM 论文是 46.2% 和 45.7%（附录 B），完全一致。只报数字不报公式，说明不了什么：有的算注意力，有的连重计算也算（那叫硬件利用率，会更大），峰值也有稠密和稀疏两种。

# %% [markdown] role="worked"
# **A good place to stop.** You can price a run. What follows is how large the model should be.

# %% [markdown] lang="zh" en="12283ccc"
# **可以先歇一歇。** 已经会算一次训练的账了，接下来看模型该多大。

# %% [markdown] role="exercise" anchor="fit-power"
# ## 3 · Fit a power law
#
# Scaling laws are fits: loss falls with size like $y = \text{floor} + a\,x^b$, a line on logarithmic axes once the floor is off. Write
# `fit_power`: least squares in the logarithms, the floor given.

# %% [markdown] lang="zh" en="90e18bcf"
# ## 3 · 拟合幂律
#
# Scaling law 就是拟合：损失随规模下降，$y = \text{floor} + a\,x^b$，减去 floor 之后在双对数坐标上是直线。写出 `fit_power`：floor 已知，在对数上做最小二乘。


# %% role="exercise"
def fit_power(x, y, floor=0.0):
    """x, y: arrays of positive numbers, y > floor → (a, b) of y = floor + a · x**b."""
    ### BEGIN SOLUTION
    b, log_a = np.polyfit(np.log(x), np.log(y - floor), 1)
    return np.exp(log_a), b
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What is log(y − floor), written with log x?
# 2. Points (1, 8) and (100, 0.8), floor 0: what are a and b?
# 3. A straight line through (log x, log(y − floor)) by least squares; its slope is b, exp of its intercept is a.

# %% [markdown] lang="zh" en="4faad46d"
# 1. 用 log x 写出 log(y − floor)。
# 2. 两点 (1, 8)、(100, 0.8)，floor 为 0：a、b 各是多少？
# 3. 对 (log x, log(y − floor)) 用最小二乘拟合直线；斜率是 b，截距取 exp 是 a。

# %%
check.fit_power(fit_power)

# %% [markdown] role="exercise" anchor="optimal"
# ## 4 · The best split
#
# With the loss $E + A N^{-\alpha} + B D^{-\beta}$ and the budget $C = 6ND$, which N and D have the lowest loss? Write `optimal`.

# %% [markdown] lang="zh" en="a7fc198e"
# ## 4 · 最优分配
#
# 损失是 $E + A N^{-\alpha} + B D^{-\beta}$，算力 $C = 6ND$ 固定，N 和 D 取多少损失最低？写出 `optimal`。


# %% role="exercise"
def optimal(compute, A, B, alpha, beta):
    """Operations C and the law's coefficients → (parameters N, tokens D), real numbers."""
    ### BEGIN SOLUTION
    G = (alpha * A / (beta * B)) ** (1 / (alpha + beta))
    N = G * (compute / 6) ** (beta / (alpha + beta))
    return N, compute / (6 * N)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Write D with N and C. Which one variable is left, and what must vanish at the optimum?
# 2. A = B, α = β: how are N and D related at the optimum?
# 3. $\alpha A N^{-\alpha} = \beta B D^{-\beta}$ at the optimum; put in D = C / 6N and solve for N.

# %% [markdown] lang="zh" en="f0c4dd1a"
# 1. 用 N 和 C 表示 D。只剩一个变量，最优点处什么为 0？
# 2. A = B、α = β 时，最优点的 N 和 D 是什么关系？
# 3. 最优点处 $\alpha A N^{-\alpha} = \beta B D^{-\beta}$；代入 D = C / 6N，解出 N。

# %%
check.optimal(optimal)

# %% role="reward"
if check.optimal.passed:
    published = {"A": 406.4, "B": 410.7, "alpha": 0.34, "beta": 0.28}
    refitted = {"A": 482.01, "B": 2085.43, "alpha": 0.3478, "beta": 0.3658}
    for name, law in (("published", published), ("refitted", refitted)):
        for compute in (3.15e23, 5.76e23, 1e25):
            N, D = optimal(compute, **law)
            print(
                f"{name}, C = {compute:.2e}: {N / 1e9:5.0f}B parameters, {D / N:5.1f} tokens each"
            )
    for name, N, D in (("GPT-3", 175, 300), ("Chinchilla", 70, 1400), ("Llama-3-8B", 8.03, 15e3)):
        print(f"{name}: {D / N:,.1f} tokens per parameter")

# %% [markdown] role="reward"
# Chinchilla itself is 70B on 1.4T tokens, 20 each, at 5.76e23. The law its paper prints in equation 10 asks for another model: a
# later study refitted the same points and got coefficients that agree with 20 (Besiroglu et al. 2024). Small errors in
# exponents move the optimum by factors. By either law GPT-3, with fewer than two tokens per parameter, was far too large for its compute.

# %% [markdown] lang="zh" en="de62a1b1"
# Chinchilla 本身是 70B、1.4T token，每个参数 20 个，算力 5.76e23。而论文公式 10 印出的系数要的是另一个模型：后来有人用同样的数据点重新拟合，得到的系数才与 20 相符（Besiroglu 等 2024）。指数稍有偏差，最优点就差几倍。按哪个拟合看，每个参数不到两个 token 的 GPT-3，对它的算力来说都太大了。


# %% role="reward"
def student_loss(compute, width, seed=1, inputs=16, batch=32, lr=0.01):
    """Train a one-hidden-layer network of `width` for 6 N · samples = compute; its test loss."""
    rng = np.random.default_rng(0)
    hidden, out = rng.normal(size=(inputs, 64)) / 2, rng.normal(size=64) / 8
    rng, f4 = np.random.default_rng(seed), np.float32
    params = [rng.normal(size=(inputs, width)).astype(f4) * (2 / inputs) ** 0.5]
    params += [np.zeros(width, f4), np.zeros(width, f4)]
    m, v = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    updates = int(compute / (6 * width * (inputs + 2) * batch))
    for t in range(1, updates + 1):
        x = rng.normal(size=(batch, inputs)).astype(f4)  # fresh samples: no epoch is repeated
        W, b, u = params
        z = x @ W + b
        a = z.clip(0)
        error = (a @ u - np.tanh(x @ hidden) @ out) * (2 / batch)
        back = np.outer(error, u) * (z > 0)
        for i, g in enumerate((x.T @ back, back.sum(axis=0), a.T @ error)):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.99 * v[i] + 0.01 * g * g
            step = m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.99**t)) + 1e-8)
            params[i] = params[i] - f4(lr * (1 - t / updates)) * step.astype(f4)
    x = np.random.default_rng(99).normal(size=(4000, inputs))
    target = np.tanh(x @ hidden) @ out
    W, b, u = params
    return float(((x @ W + b).clip(0) @ u - target).var() / target.var())


# %% role="reward"
if check.train_flops.passed:
    budgets = {4e7: (4, 8, 16, 32, 64), 1.6e8: (8, 16, 32, 64), 6.4e8: (32, 64, 128)}
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 3.4))
        for (compute, widths), line in zip(budgets.items(), ("o-", "s--", "^-.")):
            losses = np.array(
                [[student_loss(compute, w, seed) for w in widths] for seed in range(3)]
            )
            sizes = [width * 18 for width in widths]
            ax.loglog(sizes, losses.mean(axis=0), line, label=f"C = {compute:.1e}")
            ax.fill_between(sizes, losses.min(axis=0), losses.max(axis=0), alpha=0.2)
            best = sizes[int(np.argmin(losses.mean(axis=0)))]
            print(
                f"C = {compute:.1e}: best of these {best} parameters, {compute / 6 / best**2:.0f} "
                f"samples each"
            )
        ax.set(xlabel="parameters N", ylabel="test loss (share of variance)")
        ax.legend()
        plt.show()

# %% [markdown] role="caption" alt="Test loss against number of parameters on logarithmic axes, one curve for each of three compute budgets, each with a minimum between its ends. With more compute the curves lie lower and their minima further to the right."
# IsoFLOP curves, measured: small networks imitate a fixed random one, fresh samples only, 6ND operations in all, three
# seeds (bands: lowest to highest). At one budget a small network is limited by its size and a large one by the few samples it gets to see. With more compute the
# minimum moves to larger networks. The samples per parameter at the optimum are this task's, and not 20.

# %% [markdown] lang="zh" en="3477b66d" alt="测试损失随参数量的变化，双对数坐标，三个算力预算各一条曲线，最低点都在中间。算力越多，曲线越低，最低点越靠右。"
# 实测的 IsoFLOP 曲线：小网络去模仿一个固定的随机网络，样本都是新的，一共 6ND 次运算，三个随机种子（色带从最低到最高）。预算固定时，小网络受限于大小，大网络受限于能看到的样本太少。算力增加，最低点往更大的网络移。最优点处每个参数的样本数是这个任务的数字，不是 20。

# %% [markdown] role="why"
# **What the law does not know.** The cost of serving: every later token costs 2N, so a model that will be used much should be
# smaller and trained longer. Llama-3-8B saw 15T tokens, nearly 1,900 per parameter. Also repeated data,
# the tokenizer, learning-rate schedules that must fit the length (Hoffmann et al. blame them for the difference to Kaplan).
#
# **What does not save training compute.** Freezing most weights (forward and the activations' gradient stay);
# pruning, quantization, distillation (they pay at inference); gradient accumulation (memory). What does: more useful operations per
# second (mixed precision, fused kernels, MFU), and a better split.

# %% [markdown] lang="zh" en="ec5f67c9"
# **拟合没考虑什么。** 部署的成本：以后每生成一个 token 都要 2N，用得多的模型就该更小、训得更久。Llama-3-8B 看了 15T token，每个参数将近 1900 个。还有重复的数据、分词器，以及必须与训练长度匹配的学习率调度（Hoffmann 等认为与 Kaplan 的差别来自这里）。
#
# **什么省不了训练算力。** 冻结大部分权重（前向和激活值的梯度照算）；剪枝、量化、蒸馏（省的是推理）；梯度累积（省的是显存）。真正有用的是提高每秒的有效运算（混合精度、融合算子、MFU），以及更好的分配。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `optimal`. At some laws and budgets it agrees with the right one, nearly. Find arguments on which the two
# part.

# %% [markdown] lang="zh" en="6742d6d5"
# ## 找反例
#
# 下面是一个错误的 `optimal`，在某些系数和算力下和正确答案差不多。找一组参数，让两者明显不同。

# %% role="hack"
check.optimal.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
law = {"compute": 1e20, "A": 400.0, "B": 400.0, "alpha": 0.3, "beta": 0.3}
### END SOLUTION
if law is not ...:
    check.optimal.hack(trap=1, **law)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains training compute. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="ce0e7b45"
# ## 挑错
#
# 一位候选人这样讲训练算力。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="gpt3-flops"
# ## The interviewer goes on
#
# **GPT-3: 175 billion parameters, 300 billion tokens. How many operations?** Within 2 %.

# %% [markdown] lang="zh" en="41dcecf4"
# ## 追问
#
# **GPT-3：1750 亿参数，3000 亿 token。多少次运算？** 误差不超过 2%。

# %% role="follow-up"
### BEGIN SOLUTION
operations = 6 * 175e9 * 300e9
### END SOLUTION

# %%
check.gpt3_flops(operations)

# %% [markdown] role="follow-up" anchor="training-days"
# **How long on 1,024 A100s of 312 TFLOP/s at an MFU of 45 %?** Within 5 %, with a unit, such as `"3.5 d"`.

# %% [markdown] lang="zh" en="516734b8"
# **1024 张 312 TFLOP/s 的 A100，MFU 为 45%，要多久？** 误差不超过 5%，带上单位，例如 `"3.5 d"`。

# %% role="follow-up"
### BEGIN SOLUTION
duration = f"{6 * 175e9 * 300e9 / (1024 * 312e12 * 0.45) / 86400} d"
### END SOLUTION

# %%
check.training_days(duration)

# %% [markdown] role="follow-up" fold="Narayanan et al. (2021) report 34 days for this run on 1,024 A100s, at 140 TFLOP/s a card. Who is wrong?"
# Nobody. 140 of 312 is 45 % as well, but it is *hardware* utilisation: they recompute the activations, another forward pass, so they price
# 8ND (§5.1). $8 \cdot 175 \cdot 10^9 \cdot 300 \cdot 10^9 / (1024 \cdot 140 \cdot 10^{12})$ seconds are 34 days. Their MFU is
# three quarters of 45 %, about 34 %. Ask what a utilisation counts before you divide by it.

# %% [markdown] lang="zh" en="29d2d79f" fold="Narayanan 等（2021）说 1024 张 A100、每卡 140 TFLOP/s，这次训练要 34 天。谁错了？"
# 都没错。140 / 312 同样是 45%，但那是**硬件**利用率：他们重计算激活值，多一次前向，所以按 8ND 算（§5.1）。$8 \cdot 175 \cdot 10^9 \cdot 300 \cdot 10^9 / (1024 \cdot 140 \cdot 10^{12})$ 秒就是 34 天，MFU 只有 45% 的四分之三，约 34%。拿到一个利用率，先问清它算了什么，再去除。

# %% role="reward"
if check.training_days.passed:
    model = 6 * 175e9 * 300e9
    days = 8 / 6 * model / (1024 * 140e12) / 86400
    print(f"8ND at 140 TFLOP/s a card: {days:.1f} days,", end=" ")
    print(f"hardware {140 / 312:.0%}, MFU {model / (days * 86400 * 1024 * 312e12):.0%}")

# %% [markdown] role="follow-up" fold="Your run reaches an MFU of 20 %. Where do you look?"
# Profile one step. Gaps between kernels: the input pipeline or the Python loop. Long collectives: the parallel layout (tensor parallelism
# across nodes, too small a batch per card). Many short memory-bound kernels: fuse them. Products with odd or tiny shapes: pad the vocabulary,
# raise the micro-batch. Recomputation: hardware is busy, the model not served; trade it for memory elsewhere.

# %% [markdown] lang="zh" en="6674962b" fold="你的训练 MFU 只有 20%，查哪里？"
# 先对一步做 profile。算子之间有空隙：数据加载或 Python 循环拖后腿。集合通信太长：并行方式不对（张量并行跨了节点，或每卡 batch 太小）。大量短小的访存型算子：做融合。矩阵形状太小或不规整：把词表补齐，加大 micro-batch。重计算：硬件在忙，但不算模型需要的，能从别处腾出显存就少算一点。

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
# > $C = 6ND$: two operations per weight and token forward, four backward; attention adds $12LTd$ per token, small while T is far below 6d.
# > Time is C over cards × peak × MFU; 40–50 % is good. GPT-3: 3.15e23, 25 days on 1,024 A100s. At fixed compute a fitted loss has its
# > minimum where a percent of either term buys the same; Chinchilla's is near 20 tokens per parameter. It is a fit, for training
# > only: what is served much is smaller and trained longer.
#
# Classic mistakes: 2ND; one card's peak; "20 tokens per parameter" as a law; attention squared per token; freezing weights to save
# forward passes.

# %% [markdown] lang="zh" en="02082793" fold="一分钟版本"
# > $C = 6ND$：每个权重、每个 token 前向 2 次、反向 4 次；注意力另加每 token $12LTd$，T 远小于 6d 时可忽略。时间 = C 除以卡数 × 峰值 × MFU，40%–50% 算好。GPT-3 是 3.15e23，1024 张 A100 约 25 天。算力固定时，拟合的损失在两项的边际收益相等处最低；Chinchilla 的结果接近每个参数 20 个 token。它只是训练算力下的拟合：要大量部署的模型更小、训得更久。
#
# 常见错误：用 2ND；只算一张卡的峰值；把“每参数 20 token”当定律；对每个 token 把注意力算成平方；以为冻结权重能省前向。

# %% [markdown] role="reference"
# ## References
#
# - Kaplan et al. 2020, *Scaling laws for neural language models*, arXiv:2001.08361, §2.1 and Table 1 (6N per token).
# - Chowdhery et al. 2022, *PaLM*, arXiv:2204.02311, appendix B (MFU, the attention term).
# - Hoffmann et al. 2022, *Training compute-optimal large language models*, arXiv:2203.15556, §3 (equations 2 and 4), appendix D.3 (equation 10).
# - Besiroglu, Erdil, Barnett & You 2024, *Chinchilla scaling: a replication attempt*, arXiv:2404.10102.
# - Brown et al. 2020, arXiv:2005.14165, Table D.1 (GPT-3); Narayanan et al. 2021, arXiv:2104.04473, §5.1; Touvron et al. 2023, arXiv:2302.13971, §1; Llama 3 model card (15T tokens).
# - Hu et al. 2021, *LoRA*, arXiv:2106.09685; Micikevicius et al. 2017, *Mixed precision training*, arXiv:1710.03740.

# %% [markdown] lang="zh" en="8842e4a7"
# ## 参考文献
#
# - Kaplan et al. 2020, *Scaling laws for neural language models*, arXiv:2001.08361，§2.1 与表 1（每 token 6N）。
# - Chowdhery et al. 2022, *PaLM*, arXiv:2204.02311，附录 B（MFU、注意力项）。
# - Hoffmann et al. 2022, *Training compute-optimal large language models*, arXiv:2203.15556，§3（公式 2、4），附录 D.3（公式 10）。
# - Besiroglu, Erdil, Barnett & You 2024, *Chinchilla scaling: a replication attempt*, arXiv:2404.10102。
# - Brown et al. 2020, arXiv:2005.14165，表 D.1（GPT-3）；Narayanan et al. 2021, arXiv:2104.04473，§5.1；Touvron et al. 2023, arXiv:2302.13971，§1；Llama 3 model card（15T token）。
# - Hu et al. 2021, *LoRA*, arXiv:2106.09685；Micikevicius et al. 2017, *Mixed precision training*, arXiv:1710.03740。
