# ---
# title: Count a large model's parameters from its configuration
# title_zh: 由配置算出大模型的参数量
# kind: estimate
# minutes: 35
# level: 2
# needs: []
# seeds: [003-1]
# asked: 13
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is a large model? Here is its configuration file: how many parameters has it, and where are they?
#
# Think aloud for one minute before you type: which matrices has one layer, and which of them depend on the
# vocabulary, on the number of heads, on neither?

# %% [markdown] lang="zh" en="81d87dd1"
# ## 题目
#
# > 什么是大模型？给你配置文件，算出它有多少参数，都在哪里。
#
# 先别动手，出声想一分钟：一层里有哪些矩阵？哪些和词表有关，哪些和头数有关，哪些都无关？

# %% [markdown] role="question" fold="What a good answer contains"
# - A definition that is not a number, and today's orders of magnitude.
# - The embedding, and whether the head is tied to it.
# - Per layer: attention $4D^2$ (less with grouped KV heads), FFN $8D^2$; so about $12LD^2$.
# - SwiGLU's three narrower matrices; what norms and biases add (next to nothing).
# - From parameters to bytes.

# %% [markdown] lang="zh" en="1b97bfa6" fold="好的回答包含什么"
# - 不靠某个数字的定义，以及今天的数量级。
# - 词嵌入，以及输出层是否与它共享。
# - 每层：注意力 $4D^2$（GQA 更少），FFN $8D^2$；合计约 $12LD^2$。
# - SwiGLU 的三个更窄的矩阵；归一化和偏置占多少（几乎没有）。
# - 从参数量到字节数。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import lesson, plot

check = lesson("count_parameters")

gpt2 = {
    "vocab": 50257,
    "positions": 1024,  # learnt position vectors; 0 for RoPE
    "width": 768,
    "layers": 12,
    "heads": 12,
    "kv_heads": 12,  # fewer than heads: grouped-query attention
    "ffn": 3072,
    "gated": False,  # True: SwiGLU
    "biases": "all",  # linear layers with a bias: "all", "qkv" or "none"; the head never has one
    "norm": "layer",  # "layer" (gain and shift) or "rms" (gain)
    "tied": True,  # the head is the embedding
}
llama2_7b = gpt2 | {"vocab": 32000, "positions": 0, "width": 4096, "layers": 32, "heads": 32}
llama2_7b |= {"kv_heads": 32, "ffn": 11008, "gated": True, "biases": "none", "norm": "rms"}
llama2_7b |= {"tied": False}
gpt3 = gpt2 | {"positions": 2048, "width": 12288, "layers": 96, "ffn": 49152}
gpt3 |= {"heads": 96, "kv_heads": 96}
llama3_8b = llama2_7b | {"vocab": 128256, "kv_heads": 8, "ffn": 14336}

# %% [markdown] role="exercise" anchor="count"
# ## 1 · Count
#
# Write `count` for a decoder-only transformer: a norm before attention and before the FFN of every layer, and one before the
# head. All heads are `width / heads` wide. Attention's four matrices have biases if `biases` says so ("qkv": not the output
# projection); "all" includes the FFN's.

# %% [markdown] lang="zh" en="1e8ac686"
# ## 1 · 数一数
#
# 写出 `count`，对象是 decoder-only 的 Transformer：每层的注意力和 FFN 之前各有一个归一化，输出层之前还有一个。每个头宽 `width / heads`。注意力的四个矩阵有没有偏置看 `biases`（"qkv" 不含输出投影）；"all" 还包括 FFN 的。


# %% role="exercise"
def count(cfg):
    """cfg: a dict like gpt2 → parameters of (embedding, attention, ffn, norms, head), all layers."""
    ### BEGIN SOLUTION
    D, F, L = cfg["width"], cfg["ffn"], cfg["layers"]
    kv = D // cfg["heads"] * cfg["kv_heads"]
    attention = 2 * D * D + 2 * D * kv  # q and output, k and v
    ffn = (3 if cfg["gated"] else 2) * D * F
    if cfg["biases"] != "none":
        attention += D + 2 * kv
    if cfg["biases"] == "all":
        attention += D
        ffn += (2 if cfg["gated"] else 1) * F + D
    norm = (2 if cfg["norm"] == "layer" else 1) * D
    embedding = (cfg["vocab"] + cfg["positions"]) * D
    head = 0 if cfg["tied"] else cfg["vocab"] * D
    return embedding, L * attention, L * ffn, (2 * L + 1) * norm, head
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Write down the shape of every tensor of one layer. Which shapes change when there are fewer KV heads than heads?
# 2. Width 4, four heads, two KV heads: how many numbers have W_q, W_k, W_v and W_o?
# 3. Embedding: (vocab + positions) · D. Attention: q and output D · D, k and v D · (KV heads · head width). FFN: two or three D · F. Norms: two a layer and one, one or two vectors each. Head: nothing if tied. Biases have their layer's output width.

# %% [markdown] lang="zh" en="0e01e83d"
# 1. 把一层里每个张量的形状写下来。KV 头比 query 头少时，哪些形状会变？
# 2. 宽度 4、四个头、两个 KV 头：W_q、W_k、W_v、W_o 各有几个数？
# 3. 词嵌入：(vocab + positions) · D。注意力：q 和输出是 D · D，k 和 v 是 D ×（KV 头数 · 头宽）。FFN：两个或三个 D · F。归一化：每层两个再加一个，每个一组或两组向量。输出层：共享就没有。偏置的长度是该层的输出宽度。

# %%
check.count(count)

# %% [markdown] role="idea" anchor="idea"
# For width $D$, layers $L$, vocabulary $V$, FFN width $4D$, no grouping:
#
# $$N \approx \underbrace{VD}_{\text{embedding}} + L\,(\underbrace{4D^2}_{\text{attention}} + \underbrace{8D^2}_{\text{FFN}}) = VD + 12LD^2 .$$
#
# With $H_{kv}$ of $H$ KV heads attention has $(2 + 2H_{kv}/H)D^2$. SwiGLU has $3DF$ with $F \approx \tfrac{2}{3} \cdot 4D$, again about
# $8D^2$. The $12LD^2$ are the non-embedding parameters of scaling laws (Kaplan et al. 2020, §2.1).

# %% [markdown] lang="zh" en="9d604747"
# 设宽度 $D$、层数 $L$、词表 $V$，FFN 宽度 $4D$，不分组：
#
# $$N \approx \underbrace{VD}_{\text{embedding}} + L\,(\underbrace{4D^2}_{\text{attention}} + \underbrace{8D^2}_{\text{FFN}}) = VD + 12LD^2 .$$
#
# $H$ 个头配 $H_{kv}$ 个 KV 头时，注意力是 $(2 + 2H_{kv}/H)D^2$。SwiGLU 是 $3DF$，$F \approx \tfrac{2}{3} \cdot 4D$，仍约为
# $8D^2$。$12LD^2$ 就是 scaling law 里说的非嵌入参数量（Kaplan 等 2020，§2.1）。

# %% [markdown] role="why"
# **Where people lose points.** The tied head (Llama-2 does not tie, GPT-2 and small Qwen do); K and V under grouped-query
# attention; three matrices in SwiGLU; 12LD² applied to a small model, where the vocabulary decides.
#
# **Elsewhere.** `sum(p.numel() for p in model.parameters())` in PyTorch counts a tied tensor once;
# summing over `state_dict()` counts it twice. In Keras, `model.count_params()`. In JAX, sum `x.size` over the tree's leaves.

# %% [markdown] lang="zh" en="16f27f6e"
# **容易丢分的地方。** 词表共享（Llama-2 不共享，GPT-2 和小的 Qwen 共享）；GQA 时的 K 和 V；SwiGLU 的三个矩阵；把 12LD² 用在小模型上，而小模型里词表说了算。
#
# **换个框架。** PyTorch 的 `sum(p.numel() for p in model.parameters())` 对共享的张量只数一次，对 `state_dict()` 求和则会数两次。Keras 用 `model.count_params()`。JAX 对参数树的叶子求 `x.size` 之和。


# %% role="reward"
def shares(cfg):
    parts = np.array(count(cfg), dtype=float)
    return parts / parts.sum()


if check.count.passed:
    models = {"GPT-2": gpt2, "GPT-3": gpt3, "Llama-2-7B": llama2_7b, "Llama-3-8B": llama3_8b}
    for name, cfg in models.items():
        parts, total = count(cfg), sum(count(cfg))
        estimate = cfg["vocab"] * cfg["width"] + 12 * cfg["layers"] * cfg["width"] ** 2
        print(f"{name}: {total:,}; VD + 12LD² is {estimate / total - 1:+.1%};", end=" ")
        print(f"norms {parts[3] / total:.3%}")
    widths = 2 ** np.arange(8, 15)
    family = [
        gpt2
        | {"width": int(D), "heads": int(D) // 64, "kv_heads": int(D) // 64, "ffn": 4 * int(D)}
        | {"layers": max(int(D) // 96, 2)}
        for D in widths
    ]
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 3.2))
        parts = np.array([shares(cfg) for cfg in family]).T[:3]
        ax.stackplot(widths, parts, labels=("embedding", "attention", "FFN"), alpha=0.85)
        ax.set(xscale="log", xlabel="width D", ylabel="share of the parameters", ylim=(0, 1))
        ax.set_xticks(widths, [str(D) for D in widths])
        ax.minorticks_off()
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
        plt.show()
    for D, cfg in zip(widths, family):
        print(f"D = {D}: {sum(count(cfg)) / 1e6:,.0f} million, embedding {shares(cfg)[0]:.0%}")

# %% [markdown] role="caption" alt="Stacked areas of the share of parameters against width on a logarithmic axis: the embedding fills almost everything at width 256 and almost nothing at width 16,384; the FFN is always twice as large as attention."
# A GPT-2 family: vocabulary 50,257, about 96 units of width per layer. The small ones are mostly embedding; from some billions on
# $12LD^2$ is all there is, one third attention and two thirds FFN. Above: GPT-3's sum is the 174,600 million of its paper (Table D.1),
# Llama-2-7B's the 6.7B of LLaMA's (Table 2, the same shape); model names round more.

# %% [markdown] lang="zh" en="c901cb38" alt="各部分参数占比随宽度（对数轴）变化的堆叠面积图：宽度 256 时几乎全是词嵌入，宽度 16384 时几乎没有；FFN 始终是注意力的两倍。"
# 一族 GPT-2：词表 50257，宽度每 96 配一层。小模型大半是词嵌入；到几十亿参数以后，就只剩 $12LD^2$：三分之一注意力，三分之二 FFN。上面打印的总数里，GPT-3 正是论文表 D.1 的 174,600 百万，Llama-2-7B 正是 LLaMA 论文表 2（同一配置）的 6.7B；模型名字里的数取整更粗。

# %% role="reward"
if check.count.passed:
    import keras

    small = gpt2 | {
        "vocab": 97,
        "positions": 12,
        "width": 24,
        "layers": 2,
        "heads": 4,
        "kv_heads": 2,
    }
    small |= {"ffn": 40, "norm": "layer", "tied": True}
    layers = keras.layers
    tokens, places = keras.Input((12,)), keras.Input((12,))
    table = layers.Embedding(97, 24)
    h = table(tokens) + layers.Embedding(12, 24)(places)
    for _ in range(2):
        attention = layers.GroupQueryAttention(6, 4, 2)
        a = layers.LayerNormalization()(h)
        h = h + attention(a, a, use_causal_mask=True)
        a = layers.LayerNormalization()(h)
        h = h + layers.Dense(24)(layers.Dense(40, activation="gelu")(a))
    h = layers.LayerNormalization()(h)
    model = keras.Model([tokens, places], h)  # the tied head adds nothing: h @ table.T
    print(f"Keras counts {model.count_params():,}, you count {sum(count(small)):,}")

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows is where the odd widths come from, what
# a checkpoint file tells, and the way back from a budget to a width.

# %% [markdown] lang="zh" en="6b3735e1"
# **可以先歇一歇。** 核心已经写完。下面看那些奇怪的宽度从哪来、检查点文件能告诉你什么，以及由预算反推宽度。

# %% [markdown] role="exercise" anchor="ffn-width"
# ## 2 · Why 11,008?
#
# LLaMA's code takes two thirds of 4D, rounded down; times a multiplier, rounded down again; then up to a
# multiple that suits the hardware. Write `ffn_width`.

# %% [markdown] lang="zh" en="8712ec08"
# ## 2 · 为什么是 11008？
#
# LLaMA 的代码取 4D 的三分之二，向下取整；乘一个系数，再向下取整；最后向上取到适合硬件的倍数。写出 `ffn_width`。


# %% role="exercise"
def ffn_width(width, multiple_of, multiplier=1.0):
    """The hidden width of LLaMA's SwiGLU, a whole number."""
    ### BEGIN SOLUTION
    hidden = int(multiplier * (2 * 4 * width // 3))
    return -(-hidden // multiple_of) * multiple_of
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Two matrices of D × 4D against three of D × F: which F makes them equal?
# 2. D = 100: what is two thirds of 4D, rounded down? The next multiple of 64?
# 3. 8D // 3; times the multiplier, cut to a whole number; rounded up to the multiple.

# %% [markdown] lang="zh" en="f1467b9b"
# 1. 两个 D × 4D 的矩阵和三个 D × F 的矩阵，F 是多少时一样大？
# 2. D = 100：4D 的三分之二向下取整是多少？64 的倍数里下一个是多少？
# 3. 8D // 3；乘系数，去掉小数；再向上取到倍数。

# %%
check.ffn_width(ffn_width)

# %% [markdown] role="exercise" anchor="count-checkpoint"
# ## 3 · Count a checkpoint
#
# Write `count_checkpoint`: a list of (name, shape, dtype, storage). Tensors with one storage number are the same memory. dtype is
# "f32", "bf16", "f16" or "i8".

# %% [markdown] lang="zh" en="5f28f900"
# ## 3 · 数一个检查点
#
# 写出 `count_checkpoint`：输入是 (name, shape, dtype, storage) 的列表，storage 相同就是同一块内存。dtype 是 "f32"、"bf16"、"f16" 或 "i8"。


# %% role="exercise"
def count_checkpoint(tensors):
    """[(name, shape, dtype, storage), …] → (parameters, bytes)."""
    ### BEGIN SOLUTION
    size = {"f32": 4, "bf16": 2, "f16": 2, "i8": 1}
    stored = {storage: (np.prod(shape), size[dtype]) for _, shape, dtype, storage in tensors}
    return sum(n for n, _ in stored.values()), sum(n * b for n, b in stored.values())
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which of the four fields says that two tensors are one?
# 2. A head (7, 4) that shares the embedding's storage, and a scale of shape (): how many parameters?
# 3. Keep one entry per storage; its size is the product of its axes, 1 for (); sum sizes, and sizes times bytes.

# %% [markdown] lang="zh" en="de99af92"
# 1. 四个字段里，哪个能说明两个张量其实是同一个？
# 2. 与词嵌入共用存储的输出层 (7, 4)，加上形状为 () 的 scale：一共几个参数？
# 3. 每个 storage 只留一条；大小是各轴之积，() 是 1；分别对大小、对大小乘字节数求和。

# %%
check.count_checkpoint(count_checkpoint)

# %% [markdown] role="exercise" anchor="width-for"
# ## 4 · From a budget to a width
#
# "Make me a model of N parameters with L layers." Write `width_for`: the largest width, a multiple of `multiple`, for which
# $VD + 12LD^2$ does not exceed the budget.

# %% [markdown] lang="zh" en="873855de"
# ## 4 · 由预算反推宽度
#
# “给我设计一个 L 层、N 个参数的模型。”写出 `width_for`：使 $VD + 12LD^2$ 不超过预算的最大宽度，且是 `multiple` 的倍数。


# %% role="exercise"
def width_for(parameters, layers, vocab, multiple=64):
    """Budget N, layers L, vocabulary V → the largest D, a multiple, with VD + 12LD² ≤ N."""
    ### BEGIN SOLUTION
    a, b = 12 * layers, vocab
    root = (np.sqrt(b * b + 4 * a * parameters) - b) / (2 * a)
    return int(root) // multiple * multiple
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Without the vocabulary, what is D? Is the true one smaller or larger?
# 2. $3D^2 + 2D = 33$: what is D?
# 3. The positive root of $12L\,D^2 + V D - N = 0$, rounded down to the multiple.

# %% [markdown] lang="zh" en="f1d848af"
# 1. 不算词表时 D 是多少？真正的 D 更大还是更小？
# 2. $3D^2 + 2D = 33$，D 是多少？
# 3. 取 $12L\,D^2 + V D - N = 0$ 的正根，向下取到倍数。

# %%
check.width_for(width_for)

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `ffn_width`: it rounds to the nearest multiple. Every published LLaMA width comes out right. Find arguments on which
# it fails.

# %% [markdown] lang="zh" en="e577380b"
# ## 找反例
#
# 下面是一个错误的 `ffn_width`：它取最近的倍数。公开的几个 LLaMA 宽度它全算对了。找一组参数让它出错。

# %% role="hack"
check.ffn_width.hack(trap=3)

# %% role="hack"
### BEGIN SOLUTION
width, multiple = 4096, 900
### END SOLUTION
if width is not ...:
    check.ffn_width.hack(trap=3, width=width, multiple_of=multiple)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains large models. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="3d1ec19e"
# ## 挑错
#
# 一位候选人这样讲大模型。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="gpt2-xl"
# ## The interviewer goes on
#
# **GPT-2 XL: 48 layers, width 1,600. How many parameters without the embedding?** In your head first; within 1 %.

# %% [markdown] lang="zh" en="57ee1cd2"
# ## 追问
#
# **GPT-2 XL：48 层，宽度 1600。不算词嵌入有多少参数？** 先心算；误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
parameters = 12 * 48 * 1600**2
### END SOLUTION

# %%
check.gpt2_xl(parameters)

# %% [markdown] role="follow-up" anchor="weights-file"
# **How large is Llama-3-8B's file of weights in bf16?** Within 0.5 %, with a unit.

# %% [markdown] lang="zh" en="bf969447"
# **Llama-3-8B 的 bf16 权重文件有多大？** 误差不超过 0.5%，带上单位。

# %% role="follow-up"
### BEGIN SOLUTION
file_size = f"{8_030_261_248 * 2 / 1e9} GB"
### END SOLUTION

# %%
check.weights_file(file_size)

# %% [markdown] role="follow-up" fold="DeepSeek-V3 has 671B parameters and 37B active. Which number do you use for what?"
# 671 billion decide the memory: all experts must be stored, on disk and on the cards. 37 billion decide the arithmetic of a
# token, about 2 · 37 billion operations forward. Comparing it with a dense model by either number alone misleads (both: its technical report, abstract).

# %% [markdown] lang="zh" en="cc305e3f" fold="DeepSeek-V3 有 671B 参数，激活 37B。什么时候用哪个数？"
# 671B 决定存储：所有专家都得放在磁盘和显卡上。37B 决定每个 token 的计算量，前向约 2 × 370 亿次运算。只拿其中一个数和稠密模型比，都会误导（两个数都出自其技术报告的摘要）。

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
# > A large model is one trained on broad data and used for many tasks; the number moves every year. Its parameters:
# > the embedding VD, once more for an untied head; per layer attention $4D^2$, less with grouped KV heads, and the FFN
# > $8D^2$, as two matrices or as SwiGLU's three narrower ones. Together $VD + 12LD^2$; norms and biases do not matter.
# > Two bytes each in bf16.
#
# Classic mistakes: the tied head counted twice; W_k and W_v at full width under GQA; two SwiGLU matrices; $12LD^2$ for a
# model that is mostly vocabulary; all of an MoE's parameters taken for its arithmetic.

# %% [markdown] lang="zh" en="e4bb12e0" fold="一分钟版本"
# > 大模型是在广泛数据上预训练、用于多种任务的模型，门槛数字年年在变。参数量：词嵌入 VD，输出层不共享就再加一份；每层注意力 $4D^2$，GQA 更少；FFN $8D^2$，可以是两个矩阵，也可以是 SwiGLU 三个更窄的。合计 $VD + 12LD^2$，归一化和偏置可以忽略。bf16 每个参数两字节。
#
# 常见错误：共享的输出层数了两遍；GQA 下 W_k、W_v 仍按全宽算；SwiGLU 只数两个矩阵；词表占大头的小模型也套 $12LD^2$；拿 MoE 的总参数量去算计算量。

# %% [markdown] role="reference"
# ## References
#
# - Radford et al. 2019, *Language models are unsupervised multitask learners* (GPT-2); the configuration is the released one. The paper's table says 117M for it; counting its tensors gives 124M.
# - Touvron et al. 2023, *LLaMA*, arXiv:2302.13971, §2.2 (SwiGLU, $\tfrac23 4d$) and Table 2, and *Llama 2*, arXiv:2307.09288; Llama 3's model card. Totals here follow from the released configurations.
# - Shazeer 2020, *GLU variants improve Transformer*, arXiv:2002.05202; Ainslie et al. 2023, *GQA*, arXiv:2305.13245; Su et al. 2021, *RoFormer*, arXiv:2104.09864.
# - Kaplan et al. 2020, *Scaling laws for neural language models*, arXiv:2001.08361, §2.1 (12 · layers · width²).
# - Brown et al. 2020, arXiv:2005.14165, Tables 2.1 and D.1 (GPT-3's sizes); DeepSeek-AI 2024, *DeepSeek-V3 technical report*, arXiv:2412.19437; Bommasani et al. 2021, *On the opportunities and risks of foundation models*, arXiv:2108.07258, §1.

# %% [markdown] lang="zh" en="a32183f0"
# ## 参考文献
#
# - Radford et al. 2019, *Language models are unsupervised multitask learners*（GPT-2）；配置取自公开的模型。论文表格里写 117M，按张量数是 124M。
# - Touvron et al. 2023, *LLaMA*, arXiv:2302.13971，§2.2（SwiGLU，$\tfrac23 4d$）与表 2；*Llama 2*, arXiv:2307.09288；Llama 3 的 model card。这里的总数由公开的配置算出。
# - Shazeer 2020, *GLU variants improve Transformer*, arXiv:2002.05202；Ainslie et al. 2023, *GQA*, arXiv:2305.13245；Su et al. 2021, *RoFormer*, arXiv:2104.09864。
# - Kaplan et al. 2020, *Scaling laws for neural language models*, arXiv:2001.08361，§2.1（12 · 层数 · 宽度²）。
# - Brown et al. 2020, arXiv:2005.14165，表 2.1 与 D.1（GPT-3 的尺寸）；DeepSeek-AI 2024, *DeepSeek-V3 technical report*, arXiv:2412.19437；Bommasani et al. 2021, *On the opportunities and risks of foundation models*, arXiv:2108.07258，§1。
