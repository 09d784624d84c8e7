# ---
# title: Count the memory that training needs
# title_zh: 算清训练一个大模型要多少显存
# kind: estimate
# minutes: 45
# level: 2
# needs: []
# seeds: [002-4]
# asked: 9
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > How much memory does it take to fine-tune all parameters of a 14B model? What do ZeRO-1, 2 and 3
# > save?
#
# Think aloud for one minute before you type: what lies in memory once per parameter, and what
# depends on the batch instead?

# %% [markdown] lang="zh" en="71cf6429"
# ## 题目
#
# > 14B 模型全参微调要多少显存？ZeRO-1/2/3 各省多少？
#
# 先别动手，出声想一分钟：显存里哪些东西每个参数都有一份？哪些随 batch 变化？

# %% [markdown] role="question" fold="What a good answer contains"
# - The bytes per parameter, tensor by tensor, and their sum for this model, before any activation.
# - Which of these tensors each ZeRO stage shards, what stays whole, and what it costs in communication.
# - Activations as a second account: what they grow with, and how recomputation trades them for time.
# - The unit: GB is $10^9$ bytes, GiB is $2^{30}$. They differ by 7 %, as much as the room that is left on a card.

# %% [markdown] lang="zh" en="f580c9d6" fold="好的回答包含什么"
# - 每个参数多少字节，逐个张量说清楚，再乘出这个模型的总数；这时还没算激活值。
# - ZeRO 每个阶段切的是哪些张量，哪些仍是完整的，通信上付出什么代价。
# - 激活值是另一笔账：它随什么增长，重计算怎样拿时间换显存。
# - 单位：GB 是 $10^9$ 字节，GiB 是 $2^{30}$ 字节。两者差 7%，往往正好是卡上剩下的那点余量。

# %% role="setup"
import numpy as np

from whiteboard import lesson, plot

check = lesson("training_memory")

# %% [markdown] role="exercise" anchor="full-fine-tuning"
# ## First, in your head
#
# Full fine-tuning of a 14B model, mixed-precision Adam, bf16 gradients. Leave activations aside: how
# much does a single card without ZeRO have to keep? A number with a unit, such as `"10 GB"`.

# %% [markdown] lang="zh" en="d12a65ce"
# ## 先心算
#
# 14B 模型全参微调，混合精度 Adam，梯度是 bf16。先不管激活值，也不用 ZeRO：一张卡上要存多少？写成带单位的数，例如 `"10 GB"`。

# %% role="exercise"
### BEGIN SOLUTION
whole_copy = f"{14 * (2 + 2 + 12)} GB"
### END SOLUTION

# %% [markdown] role="hint"
# 1. How large is the file of weights in bf16? What does the backward pass write besides, and how large is that?
# 2. One weight, one Adam step. What must the optimizer still know at the next step, and in which precision?
# 3. Add up the bytes of one parameter, then multiply by 14 billion.

# %% [markdown] lang="zh" en="a931bc7c"
# 1. bf16 的权重文件有多大？反向传播还会写出什么，又有多大？
# 2. 只看一个权重，走一步 Adam。到下一步时优化器还要记得哪些数？用什么精度？
# 3. 先把一个参数的字节数加起来，再乘 140 亿。

# %%
check.full_fine_tuning(whole_copy)

# %% [markdown] role="exercise" anchor="state-bytes"
# ## 1 · Weights, gradients, optimizer state
#
# Write `state_bytes`: the bytes that one card of a data-parallel group keeps through a training step,
# as three numbers: weights, gradients, optimizer state. The model computes with bf16 weights and
# gradients. Every optimizer works in fp32, and not even its smallest update may be lost. Shards are
# even. Stage 0 is plain data parallelism.

# %% [markdown] lang="zh" en="d16fef32"
# ## 1 · 权重、梯度、优化器状态
#
# 写出 `state_bytes`：数据并行时，一张卡在整个训练步里一直占着多少字节，返回三个数：权重、梯度、优化器状态。模型用 bf16 的权重和梯度计算。不管哪种优化器，更新都在 fp32 里做，再小的更新也不能丢。切分是均匀的。第 0 阶段就是普通数据并行。


# %% role="exercise"
def state_bytes(parameters, stage, ranks, optimizer="adam"):
    """The bytes that one rank keeps, a tuple: (weights, gradients, optimizer state).

    parameters: how many. stage: ZeRO stage, 0 to 3. ranks: cards in the data-parallel group.
    optimizer: "adam", "momentum" (SGD with momentum), "sgd" (plain), or "adam8bit" (Adam with
    one byte for each of its statistics). Optimizer state: all that only the update touches.
    """
    ### BEGIN SOLUTION
    states = {"adam": 12, "momentum": 8, "sgd": 4, "adam8bit": 6}[optimizer]
    weights = 2 * parameters / (ranks if stage >= 3 else 1)
    gradients = 2 * parameters / (ranks if stage >= 2 else 1)
    return weights, gradients, states * parameters / (ranks if stage >= 1 else 1)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. List the tensors that have one entry for each parameter: what the forward pass reads, what the backward pass writes, what the update reads and writes. How many bytes is an entry of each?
# 2. One weight, 1.0 in bf16, which has 8 significant bits. Plain SGD adds 0.001. What is the nearest bf16 number? So what else must the optimizer keep, even without momentum?
# 3. Per parameter: 2 bytes, 2 bytes, and 4 for each fp32 tensor that the update needs. Each stage then divides one more of the three groups by the ranks. It begins with the largest, and ends with the one that every layer needs all the time.

# %% [markdown] lang="zh" en="3b9023b3"
# 1. 有些张量，每个参数在里面都对应一个元素。把它们列出来：前向读什么？反向写什么？更新时又读写什么？每个元素几个字节？
# 2. 假设只有一个权重，是 bf16 的 1.0；bf16 有 8 位二进制有效数字。不带动量的 SGD 给它加 0.001，结果最接近哪个 bf16 数？那么就算没有动量，优化器还得存什么？
# 3. 每个参数：2 字节、2 字节，再加更新所需的每个 fp32 张量各 4 字节。之后每上一个阶段，就再把三部分中的一部分按卡数平分：先切最大的，最后才切每一层随时都要用的。

# %%
check.state_bytes(state_bytes)

# %% [markdown] role="idea" anchor="idea"
# For $\Psi$ parameters, mixed-precision Adam keeps
#
# $$\underbrace{2\Psi}_{\text{weights}} + \underbrace{2\Psi}_{\text{gradients}} + \underbrace{K\Psi}_{\text{optimizer}}, \qquad K = \underbrace{4}_{\text{fp32 copy}} + \underbrace{4}_{\text{momentum}} + \underbrace{4}_{\text{variance}} = 12 .$$
#
# | stage | sharded | per rank | with many ranks | ZeRO paper |
# |---|---|---|---|---|
# | 0 | nothing | $(4 + K)\Psi$ | $16\Psi$ | §3.1 |
# | 1 | optimizer state | $4\Psi + K\Psi/N_d$ | $4\Psi$ | §5.1 |
# | 2 | and gradients | $2\Psi + (2 + K)\Psi/N_d$ | $2\Psi$ | §5.2 |
# | 3 | and weights | $(4 + K)\Psi/N_d$ | 0 | §5.3 |
#
# | symbol | variable | meaning |
# |---|---|---|
# | $\Psi$ | `parameters` | number of parameters |
# | $N_d$ | `ranks` | data-parallel ranks |
# | $K$ | `states` | bytes of optimizer state per parameter |

# %% [markdown] lang="zh" en="072f7177"
# 设参数量为 $\Psi$，混合精度 Adam 要存
#
# $$\underbrace{2\Psi}_{\text{weights}} + \underbrace{2\Psi}_{\text{gradients}} + \underbrace{K\Psi}_{\text{optimizer}}, \qquad K = \underbrace{4}_{\text{fp32 copy}} + \underbrace{4}_{\text{momentum}} + \underbrace{4}_{\text{variance}} = 12 .$$
#
# | 阶段 | 切什么 | 每张卡 | 卡很多时 | ZeRO 论文 |
# |---|---|---|---|---|
# | 0 | 不切 | $(4 + K)\Psi$ | $16\Psi$ | §3.1 |
# | 1 | 优化器状态 | $4\Psi + K\Psi/N_d$ | $4\Psi$ | §5.1 |
# | 2 | 再切梯度 | $2\Psi + (2 + K)\Psi/N_d$ | $2\Psi$ | §5.2 |
# | 3 | 再切权重 | $(4 + K)\Psi/N_d$ | 0 | §5.3 |
#
# | 符号 | 变量 | 含义 |
# |---|---|---|
# | $\Psi$ | `parameters` | 参数量 |
# | $N_d$ | `ranks` | 数据并行的卡数 |
# | $K$ | `states` | 每个参数的优化器状态字节数 |

# %% [markdown] role="worked" fold="A sibling worked by hand: GPT-2 1.5B on 4 cards"
# The bf16 weights are $2 \times 1.5 = 3$ GB, the gradients another 3 GB. Adam keeps
# $12 \times 1.5 = 18$ GB: the weights in fp32, 6 GB, momentum, 6 GB, variance, 6 GB. Together 24 GB,
# eight times the file that you download. ZeRO-1 on 4 cards shards the 18 GB:
# $3 + 3 + 18/4 = 10.5$ GB a card.

# %% [markdown] lang="zh" en="ebe99ed8" fold="手算一个相近的例子：GPT-2 1.5B，4 张卡"
# bf16 权重 $2 \times 1.5 = 3$ GB，梯度又是 3 GB。Adam 要存
# $12 \times 1.5 = 18$ GB：fp32 权重 6 GB，动量 6 GB，方差 6 GB。合计 24 GB，是你下载的模型文件的八倍。4 张卡上用 ZeRO-1，切的是那 18 GB，每张卡
# $3 + 3 + 18/4 = 10.5$ GB。

# %% [markdown] role="reward"
# Your function draws the question: 14B on 8 cards. Above it stands a test of the fp32 copy: a weight
# that takes a thousand small updates in fp16, and one that takes them in fp32. (NumPy has no bf16,
# which is coarser still.)

# %% [markdown] lang="zh" en="2289df83"
# 用你的函数把题目画出来：14B，8 张卡。图的上面还打印了一个小实验，看 fp32 主权重有没有用：同一个权重做一千次很小的更新，一份存成 fp16，一份存成 fp32。（NumPy 没有 bf16，而 bf16 的精度比 fp16 还低。）


# %% role="reward"
if check.state_bytes.passed:
    stages = ["no ZeRO", "ZeRO-1", "ZeRO-2", "ZeRO-3"]
    parts = np.array([state_bytes(14e9, stage, 8) for stage in range(4)]) / 1e9
    gb, gib = parts.sum(axis=1), parts.sum(axis=1) * 1e9 / 2**30
    print("14B on 8 cards:", ", ".join(f"{a:g} GB ({b:.1f} GiB)" for a, b in zip(gb, gib)))
    half, single = np.float16(1), np.float32(1)
    for _ in range(1000):
        half, single = half + np.float16(1e-4), single + np.float32(1e-4)
    print(f"1 + 1000 × 0.0001 is {half:.4f} in fp16 and {single:.4f} in fp32")
    ax = plot.stacked_bars(
        dict(zip(["weights", "gradients", "optimizer state"], parts.T)), stages,
        ylabel="GB per card", title="14B, Adam, 8 cards",
    )  # fmt: skip
    ax.axhline(80, color="black", linestyle="--", linewidth=1)
    ax.text(3.3, 84, "80 GB card", ha="right")

# %% [markdown] role="caption" alt="Four stacked bars of model states per card for a 14B model on 8 cards: 224 GB without ZeRO, three quarters of it optimizer state; 77 GB with ZeRO-1, 52.5 GB with ZeRO-2 and 28 GB with ZeRO-3. A dashed line marks 80 GB, just above the second bar."
# Model states per card, before any activation. ZeRO-1 takes most, because the optimizer state is
# three quarters. It ends 3 GB below the line: on paper it fits, in practice nothing is left to train
# with.

# %% [markdown] lang="zh" en="8b4a67d4" alt="四根堆叠柱：14B 模型在 8 张卡上每张卡的模型状态。不用 ZeRO 是 224 GB，其中四分之三是优化器状态；ZeRO-1 是 77 GB，ZeRO-2 是 52.5 GB，ZeRO-3 是 28 GB。虚线标出 80 GB，刚好在第二根柱子上方。"
# 每张卡的模型状态，不含激活值。ZeRO-1 省得最多，因为优化器状态占四分之三。它离虚线只差 3 GB：纸面上放得下，实际上没给训练留余量。

# %% [markdown] role="why"
# **Why it works.** Data parallelism keeps the same states on every card, so all but one copy are
# redundant. A rank can own the update of its share alone: it needs the averaged gradients of that
# share, and the others need its new weights. ZeRO-1 and 2 move as much data as the all-reduce they
# replace, $2\Psi$ a step; ZeRO-3 gathers the weights once more for the backward pass, $3\Psi$ (§7).
#
# **What most people write first.** `16 * parameters / ranks` for every stage, or 12 bytes without the
# fp32 copy. Weights and gradients both take 2 bytes, so a sum alone does not show which was sharded.
#
# **Not in the count.** Activations, buffers, fragmentation, the layer whose weights ZeRO-3 has just
# gathered. Trainers that keep the gradients in fp32 need 18 bytes. 8-bit Adam adds a scale for each
# block, here left out.
#
# **Elsewhere.** DeepSpeed: `"zero_optimization": {"stage": 2}`; `offload_optimizer` moves the
# optimizer state to the host. PyTorch: `fully_shard` is ZeRO-3; with `reshard_after_forward=False` it
# is near ZeRO-2, because the weights stay whole from forward to the end of backward (in the older
# FSDP, `FULL_SHARD` and `SHARD_GRAD_OP`). In JAX you place parameters and optimizer state with `jax.sharding.NamedSharding`, and the compiler
# inserts the communication.

# %% [markdown] lang="zh" en="2f4c04e5"
# **为什么可行。** 数据并行时，每张卡都存着一模一样的状态，有一份就够了，其余都是冗余。一张卡完全可以只负责更新自己那一份：它只需要这一份的平均梯度，别的卡只需要它更新后的权重。ZeRO-1 和 ZeRO-2 的通信量与被替换的 all-reduce 相同，每步
# $2\Psi$；ZeRO-3 反向时要把权重再收集一遍，是 $3\Psi$（§7）。
#
# **最常见的第一版。** 每个阶段都写 `16 * parameters / ranks`，或者漏了 fp32 主权重，只有 12 字节。权重和梯度都是 2 字节，只看总和看不出切的是哪一个。
#
# **没有算进来的。** 激活值、缓冲区、显存碎片，还有 ZeRO-3 刚收集回来的那一层权重。有的训练框架用 fp32 存梯度，那就是 18 字节。8-bit Adam 每块还有一个缩放系数，这里忽略。
#
# **换个框架。** DeepSpeed：`"zero_optimization": {"stage": 2}`；`offload_optimizer` 把优化器状态放到主机内存。PyTorch：`fully_shard` 就是 ZeRO-3；设 `reshard_after_forward=False` 则接近 ZeRO-2，因为从前向到反向结束，权重一直是完整的（旧版 FSDP 里叫 `FULL_SHARD` 和 `SHARD_GRAD_OP`）。JAX 里用
# `jax.sharding.NamedSharding` 摆放参数和优化器状态，通信由编译器插入。

# %% [markdown] role="worked"
# **A good place to stop.** You have the core. What follows is the second account, the one that
# depends on the batch.

# %% [markdown] lang="zh" en="5466cfe4"
# **可以先歇一歇。** 核心已经有了，下面是另一笔账：跟 batch 有关的那一笔。

# %% [markdown] role="exercise" anchor="activation-bytes"
# ## 2 · Activations
#
# Write `activation_bytes`: what all layers of a transformer keep for the backward pass, in bytes. An
# element of an activation takes 2 bytes, of a dropout mask 1. Let $s$ be the sequence length, $b$ the micro-batch,
# $h$ the hidden size, $a$ the number of heads. A layer (LayerNorm first, MLP of width $4h$) keeps:
#
# | kept | elements | split by tensor parallelism |
# |---|---|---|
# | inputs of the two LayerNorms | $sbh$ each | no |
# | the input that Q, K and V share | $sbh$ | no |
# | Q, K, V | $sbh$ each | yes |
# | softmax output, its dropout mask, the result after dropout | $as^2b$ each | yes |
# | input of the attention's output projection | $sbh$ | yes |
# | input of the first linear map of the MLP | $sbh$ | no |
# | input of GeLU, input of the second linear map | $4sbh$ each | yes |
# | dropout masks after attention and after the MLP | $sbh$ each | no |
#
# `"selective"` recomputes the three tensors of size $as^2b$. `"full"` keeps only the input of each
# layer, whole on every card.

# %% [markdown] lang="zh" en="4ed28594"
# ## 2 · 激活值
#
# 写出 `activation_bytes`：Transformer 所有层为反向传播留下多少字节。激活值每个元素 2 字节，dropout 掩码每个元素 1 字节。记
# $s$ 为序列长度，$b$ 为 micro-batch，$h$ 为隐藏维度，$a$ 为注意力头数。一层（LayerNorm 在前，MLP 宽度 $4h$）保留：
#
# | 保留的张量 | 元素个数 | 张量并行是否切分 |
# |---|---|---|
# | 两个 LayerNorm 的输入 | 各 $sbh$ | 否 |
# | Q、K、V 共用的输入 | $sbh$ | 否 |
# | Q、K、V | 各 $sbh$ | 是 |
# | softmax 的输出、它的 dropout 掩码、dropout 之后的结果 | 各 $as^2b$ | 是 |
# | 注意力输出投影的输入 | $sbh$ | 是 |
# | MLP 第一个线性层的输入 | $sbh$ | 否 |
# | GeLU 的输入、第二个线性层的输入 | 各 $4sbh$ | 是 |
# | 注意力之后、MLP 之后的 dropout 掩码 | 各 $sbh$ | 否 |
#
# `"selective"` 只重算那三个大小为 $as^2b$ 的张量；`"full"` 只保留每层的输入，每张卡上都是完整的。


# %% role="exercise"
def activation_bytes(sequence, batch, hidden, heads, layers, recompute="none", tensor_parallel=1):
    """Bytes that the layers keep on one card. All sizes are whole numbers.

    recompute: "none", "selective" or "full". tensor_parallel: cards that split a layer (t).
    """
    ### BEGIN SOLUTION
    tokens = sequence * batch * hidden
    if recompute == "full":
        return 2 * tokens * layers
    split = 24 * tokens
    if recompute == "none":
        split = split + 5 * heads * sequence**2 * batch
    return (10 * tokens + split / tensor_parallel) * layers
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Only two sizes occur, $sbh$ and $as^2b$. How many bytes per element belong to each, and how many of them are split?
# 2. s = 2, b = 1, h = 4, a = 1. One of Q, K, V has 8 elements: 16 bytes. What do the three tensors of scores take together?
# 3. Full recomputation is a case of its own. Otherwise add up what is split, with or without the scores, divide it by the cards, add what is not split, and multiply by the layers.

# %% [markdown] lang="zh" en="d9c4c758"
# 1. 表里只有两种大小，$sbh$ 和 $as^2b$。每种一共多少字节，其中多少是切分的？
# 2. s = 2，b = 1，h = 4，a = 1。Q、K、V 每个有 8 个元素，16 字节。三个分数张量一共多少字节？
# 3. 全部重计算单独处理。其他情况：把要切分的加起来（分数算不算看模式），除以卡数，再加上不切分的，最后乘层数。

# %%
check.activation_bytes(activation_bytes)

# %% [markdown] role="idea"
# In bytes per layer (Korthikanti et al. 2022), on one card of $t$:
#
# | | kept | where |
# |---|---|---|
# | one card | $sbh\,(34 + 5as/h)$ | eq. 1 |
# | tensor parallel | $sbh\,(10 + 24/t + 5as/(ht))$ | eq. 2 |
# | tensor and sequence parallel | $sbh\,(34 + 5as/h)/t$ | eq. 4 |
# | tensor parallel, selective | $sbh\,(10 + 24/t)$ | Table 2 |
# | full | $2sbh$ | Table 2 |
#
# Of the 34, attention has 11, the MLP 19, the LayerNorms 4; the scores come on top with 5. The 2 bytes
# of an element are inside: do not multiply by 2 again.

# %% [markdown] lang="zh" en="277043ed"
# 每层的字节数（Korthikanti et al. 2022），$t$ 张卡中的一张：
#
# | | 保留 | 出处 |
# |---|---|---|
# | 单卡 | $sbh\,(34 + 5as/h)$ | 式 1 |
# | 张量并行 | $sbh\,(10 + 24/t + 5as/(ht))$ | 式 2 |
# | 张量并行加序列并行 | $sbh\,(34 + 5as/h)/t$ | 式 4 |
# | 张量并行，选择性重计算 | $sbh\,(10 + 24/t)$ | 表 2 |
# | 全部重计算 | $2sbh$ | 表 2 |
#
# 34 里，注意力占 11，MLP 占 19，LayerNorm 占 4；注意力分数另有 5。每个元素的 2 字节已经算在里面，不要再乘 2。

# %% role="reward"
if check.activation_bytes.passed:
    gpt3 = {"sequence": 2048, "batch": 1, "hidden": 12288, "heads": 96}
    layer = activation_bytes(**gpt3, layers=1)
    selective = activation_bytes(**gpt3, layers=1, recompute="selective")
    print(f"GPT-3: a layer keeps {layer / 1e9:.2f} GB, 96 layers {96 * layer / 1e9:.1f} GB")
    print(f"selective recomputation saves {1 - selective / layer:.1%}")
    length = 2 ** np.arange(10, 16)
    like_14b = {"batch": 1, "hidden": 5120, "heads": 40, "layers": 48}
    kept = {
        mode: [activation_bytes(int(s), **like_14b, recompute=mode) / 1e9 for s in length]
        for mode in ("none", "selective", "full")
    }
    print("14B-like at 4,096 tokens:", {mode: f"{gb[2]:.1f} GB" for mode, gb in kept.items()})
    ax = plot.curves(
        kept, x=length, xlabel="sequence length", ylabel="GB, micro-batch 1",
        title="Activations of a 14B-like model", logx=True, logy=True, markers=True,
    )  # fmt: skip

# %% [markdown] role="caption" alt="Three rising lines of activation memory against sequence length from 1,024 to 32,768 on logarithmic axes. Without recomputation the line is steepest, from about 19 GB to over 10,000 GB; selective and full recomputation are parallel and less steep, full lying 17 times below selective."
# Without recomputation the scores take over and memory grows with $s^2$. Selective recomputation, or a
# fused kernel such as FlashAttention that never stores them, leaves a line that grows with $s$; full
# recomputation lies 17 times lower, and costs about a third more compute.

# %% [markdown] lang="zh" en="c2287344" alt="双对数坐标下三条上升的线：激活显存随序列长度（1,024 到 32,768）的变化。不重计算的线最陡，从约 19 GB 到一万 GB 以上；选择性重计算和全部重计算两条线平行，较平缓，后者比前者低 17 倍。"
# 不重计算时，分数那部分很快占主导，显存按 $s^2$ 增长。选择性重计算，或者像 FlashAttention 这样根本不存分数的融合算子，只按 $s$ 增长；全部重计算再低 17 倍，代价是多出约三分之一的计算量。

# %% [markdown] role="why"
# **Why it works.** The backward pass of a product needs its inputs, of an elementwise function its
# input, of dropout its mask. That is the whole list.
#
# **Cost of recomputing.** One more forward pass. Backward costs twice a forward, so
# $(1 + 1 + 2)/(1 + 2) = 4/3$. Selective recomputation repeats only scores, softmax and dropout: much
# memory, little arithmetic. The classic scheme keeps every $\sqrt{L}$-th layer's input (Chen et al.
# 2016).
#
# **What most people write first.** 34 without the $5as/h$ term; GPT-3 at 2,048 tokens has 80 there. Or
# everything divided by $t$, which takes sequence parallelism too.
#
# **An estimate.** SwiGLU, grouped-query attention or no dropout change rows of the table. Embeddings
# and logits are left out.
#
# **Elsewhere.** PyTorch: `torch.utils.checkpoint.checkpoint(f, x, use_reentrant=False)`, which
# restores the random state so that dropout repeats its mask; TensorFlow: `tf.recompute_grad(f)`;
# JAX: `jax.checkpoint(f)`, with a `policy` for selective recomputation.

# %% [markdown] lang="zh" en="965c828b"
# **为什么对。** 矩阵乘的反向要用它的输入，逐元素函数要用它的输入，dropout 要用它的掩码。表里就是这些。
#
# **重计算的代价。** 多一次前向。反向是前向的两倍，所以是
# $(1 + 1 + 2)/(1 + 2) = 4/3$。选择性重计算只重做分数、softmax 和 dropout：占显存多，计算量小。每隔 $\sqrt{L}$ 层留一份输入是经典做法（Chen et al. 2016）。
#
# **最常见的第一版。** 只有 34，没有 $5as/h$；GPT-3 在 2,048 长度下这一项是 80。或者全都除以 $t$，那要再加序列并行才行。
#
# **这是估算。** 换成 SwiGLU、GQA，或者不用 dropout，表里有几行要改。embedding 和 logits 没有算进来。
#
# **换个框架。** PyTorch：`torch.utils.checkpoint.checkpoint(f, x, use_reentrant=False)`，它会恢复随机状态，dropout 重算时掩码不变；TensorFlow：`tf.recompute_grad(f)`；JAX：`jax.checkpoint(f)`，用 `policy` 做选择性重计算。

# %% [markdown] role="exercise" anchor="max-batch"
# ## 3 · The batch that fits
#
# Write `max_batch`, with Adam and the two functions you have. Count the peak: when the backward pass
# reaches a layer, everything this one layer had dropped is there again.

# %% [markdown] lang="zh" en="7f50afb2"
# ## 3 · 能放下多大的 batch
#
# 优化器是 Adam。用你前面写的两个函数写出 `max_batch`。要按峰值算：反向传播走到某一层时，这一层丢掉的激活值会全部重新算出来。


# %% role="exercise"
def max_batch(card_gb, parameters, stage, ranks, sequence, hidden, heads, layers, recompute="none"):
    """The largest micro-batch of one card, a whole number; 0 if none fits.

    card_gb: memory of the card in GB, 10⁹ bytes each. The rest as in the two functions above.
    """
    ### BEGIN SOLUTION
    free = card_gb * 1e9 - sum(state_bytes(parameters, stage, ranks))
    example = (sequence, 1, hidden, heads)
    kept = activation_bytes(*example, layers, recompute)
    restored = activation_bytes(*example, 1) - activation_bytes(*example, 1, recompute)
    return int(max(0, free / (kept + restored)))
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which part of the memory does not depend on the batch, and how does the other part depend on it?
# 2. 10 layers that keep 1 MB each out of the 30 MB they make. While the backward pass works in one of them, how much is there? 10 × 1, or more?
# 3. Subtract the states from the card. Take the bytes of one example: kept by all layers, plus what one layer makes but does not keep. Divide, round down, and never go below 0.

# %% [markdown] lang="zh" en="78644168"
# 1. 显存里哪部分与 batch 无关？另一部分怎样随 batch 变化？
# 2. 10 层，每层算出 30 MB，只留 1 MB。反向传播正在其中一层里计算时，显存里一共有多少？10 × 1，还是更多？
# 3. 先从卡上减去模型状态。再算一个样本的字节数：所有层保留的，加上一层算出来但没有保留的。相除，向下取整，最小是 0。

# %%
check.max_batch(max_batch)

# %% role="reward"
if check.max_batch.passed:
    shape = {"sequence": 4096, "hidden": 5120, "heads": 40, "layers": 48}
    print("Micro-batch of a 14B-like model on 8 cards of 80 GB, 4,096 tokens:")
    for stage in range(4):
        modes = ("none", "selective", "full")
        fits = [max_batch(80, 14e9, stage, 8, **shape, recompute=mode) for mode in modes]
        print(f"  stage {stage}:", dict(zip(modes, fits)))
    layer = activation_bytes(batch=1, **{**shape, "layers": 1})
    print(f"One layer, all restored: {layer / 1e9:.1f} GB an example")

# %% [markdown] role="reward"
# So the answer to the question on one node: ZeRO-2 or 3, with recomputation. A real card fits less,
# because logits, buffers and fragmentation are not counted. A larger batch comes from gradient
# accumulation, which keeps the activations of one micro-batch at a time.

# %% [markdown] lang="zh" en="e1bcb9da"
# 所以单机的答案是：ZeRO-2 或 ZeRO-3，加上重计算。实际能放下的更少，因为 logits、缓冲区和碎片没有算进来。想要更大的 batch，用梯度累积：同一时刻只留一个 micro-batch 的激活值。

# %% [markdown] role="why"
# Memory is linear in the batch, so a division replaces the search. Forgetting the restored layer
# doubles the answer or worse: under full recomputation of the 14B-like model the inputs of 48 layers
# take 2.0 GB an example and the one restored layer 4.1 GB. The unit decides as well: 80 read as GiB
# are 5.9 GB more, so say which you count. Measure in the end: `torch.cuda.max_memory_allocated()`,
# or `tf.config.experimental.get_memory_info('GPU:0')['peak']`, both in bytes.

# %% [markdown] lang="zh" en="b6dee663"
# 显存是 batch 的线性函数，一次除法就够，不用搜索。漏掉重新算出来的那一层，答案会翻倍甚至更多：14B 模型全部重计算时，48 层的输入每个样本占 2.0 GB，而重新算出来的那一层就有 4.1 GB。单位也很关键：把 80 当成 GiB 就多出 5.9 GB，所以要说清楚用的是哪个。最后要实测：`torch.cuda.max_memory_allocated()`，或者
# `tf.config.experimental.get_memory_info('GPU:0')['peak']`，单位都是字节。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `activation_bytes`. On a single card it is always right. Find an input on which it
# and the right one part: `shape` is a dict of arguments.

# %% [markdown] lang="zh" en="363c35c2"
# ## 找反例
#
# 下面是一个错误的 `activation_bytes`，单卡上怎么测都对。找一个输入，让它和正确答案给出不同的结果：`shape` 是一个参数字典。

# %% role="hack"
check.activation_bytes.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
shape = {
    "sequence": 8, "batch": 1, "hidden": 4, "heads": 2, "layers": 1, "tensor_parallel": 2
}  # fmt: skip
### END SOLUTION
if shape is not ...:
    check.activation_bytes.hack(trap=1, **shape)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains training memory. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="a64baa27"
# ## 挑错
#
# 一位候选人这样讲训练显存。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 5, 6, 8]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="lora"
# ## The interviewer goes on
#
# In your head again, with a unit.
#
# **The 14B model with LoRA: rank 16 on four 5120 × 5120 matrices in each of 48 layers. How much are
# the model states now?** The base is frozen in bf16, the adapters train like everything before.
# Answer to three digits.

# %% [markdown] lang="zh" en="23f3f738"
# ## 追问
#
# 还是心算，带上单位。
#
# **14B 模型换成 LoRA：48 层，每层四个 5120 × 5120 的矩阵，秩取 16。模型状态现在占多少？** 原权重以 bf16 冻结，LoRA 部分的训练方式同前。答案保留三位有效数字。

# %% role="follow-up"
### BEGIN SOLUTION
adapters = 48 * 4 * 2 * 16 * 5120
frozen_and_trained = (2 * 14 + 16 * adapters / 1e9, "GB")
### END SOLUTION

# %%
check.lora(frozen_and_trained)

# %% [markdown] role="follow-up" fold="What LoRA saves, and what it does not"
# Frozen weights need neither gradients nor optimizer state: 196 of 224 GB go. The weights stay, 28 GB;
# the adapters, 31.5M parameters, add 0.5 GB. Activations shrink little: the error still passes through
# every frozen layer, and its non-linearities and attention need what they kept. Nor is the forward
# pass any cheaper. The paper's own figure for GPT-3, 1.2 TB down to 350 GB (§4.2), is not the
# 16-byte count, which would be 2.8 TB.

# %% [markdown] lang="zh" en="5d58aef3" fold="LoRA 省了什么，没省什么"
# 冻结的权重不需要梯度和优化器状态：224 GB 里省掉 196 GB。权重还在，28 GB；LoRA 的 31.5M 个参数加上 0.5 GB。激活值省不了多少：反向传播还是要穿过每个冻结的层，非线性和注意力仍要用前向时留下的值。前向也没有变便宜。论文自己给 GPT-3 的数是 1.2 TB 降到 350 GB（§4.2），口径不是每参数 16 字节，那样会是 2.8 TB。

# %% [markdown] role="follow-up" anchor="communication"
# **What does ZeRO-3 cost? How many GB does each card move in a step of a 7.5B model, all in bf16?**
# Count as the paper does: an all-gather or a reduce-scatter of $\Psi$ elements moves $\Psi$ elements.

# %% [markdown] lang="zh" en="a2f1be9f"
# **ZeRO-3 的代价是什么？7.5B 模型，全用 bf16 传，每张卡每步的通信量是多少 GB？** 按论文的算法：对 $\Psi$ 个元素做一次 all-gather 或 reduce-scatter，通信量就是 $\Psi$ 个元素。

# %% role="follow-up"
### BEGIN SOLUTION
traffic = f"{3 * 7.5 * 2} GB"
### END SOLUTION

# %%
check.communication(traffic)

# %% [markdown] role="follow-up" anchor="two-ways"
# **70B on 64 cards: tensor parallelism over 8, and ZeRO-1 over the 8 replicas. Model states per
# card?**

# %% [markdown] lang="zh" en="633181b7"
# **70B 模型，64 张卡：8 路张量并行，8 个副本之间用 ZeRO-1。每张卡的模型状态是多少？**

# %% role="follow-up"
### BEGIN SOLUTION
per_card = f"{4 * 70 / 8 + 12 * 70 / 64} GB"
### END SOLUTION

# %%
check.two_ways(per_card)

# %% [markdown] role="follow-up" fold="Where which division applies"
# Tensor parallelism divides all states and most activations. ZeRO divides states, never activations.
# Data parallelism divides nothing but the work. Pipeline parallelism divides the layers, and yet the
# first stage of 1F1B keeps as many activations as before: $p$ micro-batches of $L/p$ layers
# (Korthikanti et al., eq. 5). Here $4 \times 70/8 = 35$ GB stay and $12 \times 70/64 = 13.1$ GB are shared.

# %% [markdown] lang="zh" en="91e6fefd" fold="哪种并行切什么"
# 张量并行切全部模型状态和大部分激活值。ZeRO 只切模型状态，从不切激活值。数据并行什么都不切，只分工作量。流水线并行按层切，但 1F1B 的第一段留的激活值并不少：$p$ 个 micro-batch，每个 $L/p$ 层（Korthikanti et al.，式 5）。这里 $4 \times 70/8 = 35$ GB 不再切，ZeRO-1 切的那部分是 $12 \times 70/64 = 13.1$ GB。

# %% [markdown] role="follow-up" anchor="long-context"
# **The 14B-like model goes from 4,096 to 32,768 tokens, with FlashAttention, full recomputation and
# one example. The layer inputs take 16 GB. What else has grown large? Say how much the fp32 logits
# take, for a vocabulary of 152,000.**

# %% [markdown] lang="zh" en="188e950d"
# **14B 模型的序列长度从 4,096 扩到 32,768，用 FlashAttention 和全部重计算，一个样本。各层输入占 16 GB。还有什么变大了？词表 152,000，fp32 的 logits 占多少？**

# %% role="follow-up"
### BEGIN SOLUTION
logits = (32_768 * 152_000 * 4 / 1e9, "GB")
### END SOLUTION

# %%
check.long_context(logits)

# %% [markdown] role="follow-up" fold="What to do about it"
# The logits want as much again for their gradient, once, whatever the number of layers. Compute the
# loss in chunks of tokens, so that only one chunk of logits exists at a time, or split the vocabulary
# over the tensor-parallel cards. The restored layer has grown too: $34sbh = 5.7$ GB. With stored
# scores another $5as^2b = 215$ GB would come on top, for one layer.

# %% [markdown] lang="zh" en="5177d3d6" fold="怎么办"
# logits 的梯度还要同样大的一份；它与层数无关，只有一次。可以按 token 分块算损失，同一时刻只有一块 logits；或者把词表切到张量并行的各张卡上。重新算出来的那一层也变大了：$34sbh = 5.7$ GB。如果还要存分数，光一层就再加 $5as^2b = 215$ GB。

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
# > Mixed-precision Adam keeps 16 bytes per parameter: weight 2, gradient 2, and 12 of optimizer state,
# > the fp32 copy, momentum and variance. 14B is 224 GB before any activation. ZeRO-1 shards the
# > optimizer state, ZeRO-2 the gradients too, ZeRO-3 the weights too: on 8 cards 77, 52.5 and 28 GB.
# > ZeRO-1 and 2 communicate no more than data parallelism, ZeRO-3 half as much again. Activations
# > come on top, grow with batch and sequence, and no stage shards them; recomputation keeps only
# > layer inputs for a third more compute. So on 8 cards of 80 GB: ZeRO-2 or 3 with recomputation.
#
# Classic mistakes: counting the weights alone; no fp32 copy; all stages divided by the ranks; ZeRO
# credited with the activations; the scores forgotten; GiB called GB.

# %% [markdown] lang="zh" en="053003e5" fold="一分钟版本"
# > 混合精度 Adam 每个参数 16 字节：权重 2，梯度 2，优化器状态 12，即 fp32 主权重、动量、方差各 4。14B 就是 224 GB，还没算激活值。ZeRO-1 切优化器状态，ZeRO-2 再切梯度，ZeRO-3 再切权重：8 张卡上每张 77、52.5、28 GB。ZeRO-1、ZeRO-2 的通信量和数据并行一样，ZeRO-3 多一半。激活值另算，随 batch 和序列长度增长，哪个阶段都不切；重计算只留每层输入，多花三分之一计算量。所以 8 张 80 GB 的卡：ZeRO-2 或 ZeRO-3 加重计算。
#
# 常见错误：只算权重；漏了 fp32 主权重；每个阶段都按卡数平分；以为 ZeRO 也切激活值；漏了注意力分数；把 GiB 当 GB。

# %% [markdown] role="reference"
# ## References
#
# - Rajbhandari, Rasley, Ruwase & He 2020, *ZeRO: Memory Optimizations Toward Training Trillion Parameter Models*, arXiv:1910.02054, §3.1 (16 bytes), §3.2 (activations, buffers), §5.1–5.3 and Figure 1 (the stages), §7 (communication).
# - Korthikanti et al. 2022, *Reducing Activation Recomputation in Large Transformer Models*, arXiv:2205.05198, §4.1 (eq. 1), §4.2 (eqs. 2, 4, 5), §5 (selective recomputation), Table 2.
# - Chen, Xu, Zhang & Guestrin 2016, *Training Deep Nets with Sublinear Memory Cost*, arXiv:1604.06174.
# - Hu et al. 2021, *LoRA: Low-Rank Adaptation of Large Language Models*, arXiv:2106.09685, §4.2.
# - Dettmers et al. 2022, *8-bit Optimizers via Block-wise Quantization*, arXiv:2110.02861.
# - Micikevicius et al. 2018, *Mixed Precision Training*, arXiv:1710.03740 (the fp32 master copy).

# %% [markdown] lang="zh" en="54c7cb5e"
# ## 参考文献
#
# - Rajbhandari, Rasley, Ruwase & He 2020, *ZeRO: Memory Optimizations Toward Training Trillion Parameter Models*, arXiv:1910.02054，§3.1（16 字节）、§3.2（激活值与缓冲区）、§5.1–5.3 和图 1（各阶段）、§7（通信量）。
# - Korthikanti et al. 2022, *Reducing Activation Recomputation in Large Transformer Models*, arXiv:2205.05198，§4.1（式 1）、§4.2（式 2、4、5）、§5（选择性重计算）、表 2。
# - Chen, Xu, Zhang & Guestrin 2016, *Training Deep Nets with Sublinear Memory Cost*, arXiv:1604.06174。
# - Hu et al. 2021, *LoRA: Low-Rank Adaptation of Large Language Models*, arXiv:2106.09685，§4.2。
# - Dettmers et al. 2022, *8-bit Optimizers via Block-wise Quantization*, arXiv:2110.02861。
# - Micikevicius et al. 2018, *Mixed Precision Training*, arXiv:1710.03740（fp32 主权重）。
