# ---
# title: Plan a server's memory and its time per token
# title_zh: 估算推理服务的显存、并发和每 token 时间
# kind: estimate
# minutes: 40
# level: 2
# needs: [count_parameters]
# seeds: [003-2.2, 003-3.2]
# asked: 13
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > You serve an 8B model on one 80 GB card. How many users at 8k tokens, and how fast is it? What decides
# > the time to the first token, what the time per token after it?
#
# Think aloud for one minute before you type: what lies on the card, and what does one decoding step have to
# read?

# %% [markdown] lang="zh" en="f4094590"
# ## 题目
#
# > 一张 80 GB 的卡上部署 8B 模型，每人 8k 上下文，能同时服务多少人？有多快？首 token 时间由什么决定，之后每个 token 的时间呢？
#
# 先别动手，出声想一分钟：卡上放着什么？解码一步要读哪些数据？

# %% [markdown] role="question" fold="What a good answer contains"
# - The KV cache per token from the configuration, and how many sequences fit beside the weights.
# - Why reserving the longest length wastes most of it, and what paging changes.
# - Prefill against decode: arithmetic against bandwidth, with the two times computed.
# - Why batching is nearly free at first, and what ends that.
# - Units: GB and GiB, bytes and bits.

# %% [markdown] lang="zh" en="c21e3826" fold="好的回答包含什么"
# - 由配置算出每个 token 的 KV cache，再算放下权重之后还能放几条。
# - 为什么按最大长度预留会浪费大半，分页改变了什么。
# - prefill 与解码：一个受计算限制，一个受带宽限制，两个时间都算出来。
# - 为什么一开始加大 batch 几乎不花钱，到什么时候为止。
# - 单位：GB 与 GiB，字节与比特。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import lesson, plot

check = lesson("serving_memory")

llama2_7b = {"layers": 32, "kv_heads": 32, "head_dim": 128}
llama3_8b = {"layers": 32, "kv_heads": 8, "head_dim": 128}
llama3_70b = {"layers": 80, "kv_heads": 8, "head_dim": 128}
A100 = {"bandwidth": 2.039e12, "peak": 312e12}  # 80 GB SXM: bytes/s; dense bf16 operations/s
H100 = {"bandwidth": 3.35e12, "peak": 989e12}  # SXM

# %% [markdown] role="exercise" anchor="kv-bytes"
# ## 1 · The KV cache
#
# Write `kv_bytes`: the bytes that the keys and values of `batch` sequences of `tokens` tokens take.

# %% [markdown] lang="zh" en="ae74e43c"
# ## 1 · KV cache
#
# 写出 `kv_bytes`：`batch` 条长为 `tokens` 的序列，key 和 value 一共占多少字节。


# %% role="exercise"
def kv_bytes(layers, kv_heads, head_dim, tokens, batch=1, bytes_each=2):
    """The size of the cache in bytes; bytes_each: of one number (2: bf16)."""
    ### BEGIN SOLUTION
    return 2 * layers * kv_heads * head_dim * tokens * batch * bytes_each
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What does attention need of every earlier token, and in how many layers?
# 2. Two layers, one KV head of width 3, one token, one byte a number: how many bytes?
# 3. Keys and values (2), times layers, KV heads, head width, tokens, sequences, bytes.

# %% [markdown] lang="zh" en="45780929"
# 1. 注意力要用到之前每个 token 的什么？在几层里？
# 2. 两层、一个宽为 3 的 KV 头、一个 token、每个数一字节：共几个字节？
# 3. key 和 value（2），乘层数、KV 头数、头宽、token 数、序列数、字节数。

# %%
check.kv_bytes(kv_bytes)

# %% [markdown] role="exercise" anchor="max-concurrency"
# ## 2 · How many sequences fit?
#
# Write `max_concurrency`. A share `reserve` of the card stays free, for activations and the like. Every
# sequence is `tokens` long, a token's cache takes `token_bytes`.

# %% [markdown] lang="zh" en="ec3ea1c1"
# ## 2 · 能放下几条？
#
# 写出 `max_concurrency`。整张卡要留出比例 `reserve` 给激活值等。每条序列长 `tokens`，每个 token 的 cache 占 `token_bytes`。


# %% role="exercise"
def max_concurrency(card, weights, token_bytes, tokens, reserve=0.1):
    """Sizes in bytes → the number of sequences that fit at once, a whole number."""
    ### BEGIN SOLUTION
    free = card * (1 - reserve) - weights
    return max([free // (token_bytes * tokens), 0])
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which three things share the card?
# 2. 100 GB, 10 % reserved, 20 GB of weights, 8 GB a sequence: how many fit?
# 3. Card times (1 − reserve), minus the weights, over a sequence's cache, rounded down, and never below 0.

# %% [markdown] lang="zh" en="e61c86c6"
# 1. 卡上有哪三样东西？
# 2. 100 GB，预留 10%，权重 20 GB，每条 8 GB：放得下几条？
# 3. 卡的大小乘（1 − reserve），减权重，除以一条序列的 cache，向下取整，不小于 0。

# %%
check.max_concurrency(max_concurrency)

# %% [markdown] role="idea" anchor="idea"
# $$\text{bytes per token} = 2\, L\, H_{kv}\, d_h\, b, \qquad \text{sequences} = \Big\lfloor \frac{C(1 - r) - W}{T \cdot \text{bytes per token}} \Big\rfloor .$$
#
# Only the KV heads count, not the query heads: grouped-query attention exists for this term. Nothing here
# depends on the vocabulary or on the FFN.
#
# **Units.** 1 GiB is $2^{30}$ bytes, 1.074 GB. Bandwidths, file sizes and data sheets count in GB, caches come out in round
# GiB, tools often print GiB and write GB. Compute in bytes, convert once.

# %% [markdown] lang="zh" en="704aa8ba"
# $$\text{bytes per token} = 2\, L\, H_{kv}\, d_h\, b, \qquad \text{sequences} = \Big\lfloor \frac{C(1 - r) - W}{T \cdot \text{bytes per token}} \Big\rfloor .$$
#
# 只和 KV 头有关，和 query 头无关：GQA 就是为这一项设计的。词表和 FFN 都不出现。
#
# **单位。** 1 GiB 是 $2^{30}$ 字节，即 1.074 GB。带宽、文件大小、数据手册用 GB，cache 算出来常是整的 GiB，而不少工具按 GiB 算、却写成 GB。全程用字节算，最后只换算一次。


# %% role="reward"
if check.kv_bytes.passed and check.max_concurrency.passed:
    models = {
        "Llama-2-7B": (llama2_7b, 13.48e9, 80e9),
        "Llama-3-8B": (llama3_8b, 16.06e9, 80e9),
        "Llama-3-70B on 4 cards": (llama3_70b, 141.1e9, 320e9),
    }
    opt = kv_bytes(layers=40, kv_heads=40, head_dim=128, tokens=1)
    print(f"OPT-13B: {opt / 1024:.0f} KiB a token, {2048 * opt / 1e9:.2f} GB at 2,048")
    lengths = 2 ** np.arange(9, 18)
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 3.2))
        for (name, (shape, weights, card)), line in zip(models.items(), ("o-", "s--", "^-.")):
            token = kv_bytes(**shape, tokens=1)
            fit = [max_concurrency(card, weights, token, int(T)) for T in lengths]
            shown = [n if n > 0 else np.nan for n in fit]  # a logarithmic axis has no 0
            ax.loglog(lengths, shown, line, base=2, label=name)
            gib = kv_bytes(**shape, tokens=8192) / 2**30
            at = fit[int(np.flatnonzero(lengths == 8192)[0])]
            print(
                f"{name}: {token / 1024:.0f} KiB a token, {gib:.1f} GiB at 8k, {at:.0f} sequences "
                f"of 8k"
            )
        ax.set(xlabel="tokens per sequence", ylabel="sequences at once")
        ax.legend()
        plt.show()

# %% [markdown] role="caption" alt="Sequences at once against tokens per sequence, both axes logarithmic: three parallel falling lines. Llama-3-8B lies about four times above Llama-2-7B; the 70B model on four cards lies close to the 8B one."
# What fits beside bf16 weights with a tenth of the memory kept free. The 8B model serves four times as
# many as the older 7B, with more weights: 8 KV heads instead of 32. Twice the context, half the users. (OPT-13B's numbers
# are those of Kwon et al. 2023, §3: 800 KB a token, up to 1.6 GB a request. Whoever multiplies finds 800 KiB.)

# %% [markdown] lang="zh" en="69198ddc" alt="同时服务的序列数随每条长度的变化，双对数坐标，三条平行下降的线。Llama-3-8B 约为 Llama-2-7B 的四倍；四张卡上的 70B 与 8B 接近。"
# bf16 权重、留出一成显存，还能放几条。8B 的权重比旧的 7B 还大，能放的条数却是它的四倍：KV 头是 8 个而不是 32 个。上下文翻倍，人数减半。（OPT-13B 的数与 Kwon 等 2023 §3 一致：每 token 800 KB，每个请求最多 1.6 GB。自己乘一遍就知道，那其实是 800 KiB。）

# %% [markdown] role="exercise" anchor="waste"
# ## 3 · Paging
#
# Nobody knows in advance how long an answer gets. A contiguous cache reserves `longest` slots for every sequence;
# paging hands out blocks of `block` slots as they are needed. Write `waste`: the share of the slots held that is
# unused, for both.

# %% [markdown] lang="zh" en="2050fa8e"
# ## 3 · 分页
#
# 事先不知道会生成多长。连续分配给每条序列都预留 `longest` 个位置；分页则每次按需给 `block` 个位置的一块。写出 `waste`：两种办法各有多大比例的已分配位置没有用上。


# %% role="exercise"
def waste(lengths, longest, block):
    """Tokens of each sequence now; slots reserved for each; slots of a block → (contiguous, paged)."""
    ### BEGIN SOLUTION
    used = sum(lengths)
    held = sum(-(-n // block) * block for n in lengths)
    return 1 - used / (longest * len(lengths)), 1 - used / held
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Which slots does a sequence of 5 tokens hold under either scheme?
# 2. Lengths 5 and 8, longest 10, blocks of 4: slots held and used, both ways?
# 3. Contiguous: count times longest. Paged: every length rounded up to whole blocks. Waste: 1 − used / held.

# %% [markdown] lang="zh" en="8860c76d"
# 1. 长 5 的序列，在两种办法下各占哪些位置？
# 2. 长度 5 和 8，最大 10，每块 4：两种办法各占多少、用了多少？
# 3. 连续：条数乘最大长度。分页：每条向上取到整块。浪费 = 1 − 用上的 / 已分配的。

# %%
check.waste(waste)


# %% role="reward"
if check.waste.passed:
    rng = np.random.default_rng(0)
    now = np.clip(rng.lognormal(5.5, 0.9, size=2000), 16, 2048).astype(int)
    blocks = [1, 4, 16, 64, 256, 1024]
    contiguous = waste(list(now), 2048, 16)[0]
    paged = [waste(list(now), 2048, b)[1] for b in blocks]
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 3))
        ax.plot(blocks, paged, "o-", label="paged")
        ax.axhline(contiguous, linestyle="--", color="tab:red", label="contiguous, 2,048 reserved")
        ax.set_xscale("log", base=2)
        ax.set(xlabel="slots of a block", ylabel="share of the slots unused", ylim=(0, 1))
        ax.legend(loc="center left")
        plt.show()
    print(f"contiguous: {contiguous:.0%} unused; blocks of 16: {paged[2]:.1%}")
    held = now.mean() / (1 - paged[2])  # slots a sequence holds on average
    print(
        f"40,000 slots: {40_000 // 2048} sequences when contiguous, {40_000 / held:.0f} when paged"
    )

# %% [markdown] role="caption" alt="Share of unused slots against block size: for paged allocation it rises from zero at one slot to about a few percent at 16 and over a half at 1,024; a dashed line near 0.83 marks contiguous reservation."
# Simulated lengths (log-normal, 16 to 2,048). Reserving for the worst case leaves most slots empty; blocks of 16
# waste a few percent. Larger blocks waste more, smaller ones mean more bookkeeping and scattered reads. Kwon et al. (2023)
# measured 20.4–38.2 % of the cache in use in the systems before theirs; the numbers here are of this simulation.

# %% [markdown] lang="zh" en="367bd59d" alt="未用位置的比例随块大小的变化：分页时从每块 1 个位置的 0 升到 16 个时的百分之几，1024 个时超过一半；虚线在 0.83 附近，是连续预留。"
# 模拟的长度（对数正态，16 到 2048）。按最坏情况预留，大部分位置是空的；每块 16 个只浪费百分之几。块越大浪费越多，越小则管理开销和零散读取越多。Kwon 等（2023）测得在此之前的系统只用上 cache 的 20.4%–38.2%；这里的数字是本模拟的。

# %% [markdown] role="worked"
# **A good place to stop.** You have the memory. What follows is the time.

# %% [markdown] lang="zh" en="69b11a84"
# **可以先歇一歇。** 显存算完了，接下来算时间。

# %% [markdown] role="exercise" anchor="step-seconds"
# ## 4 · How long does a step take?
#
# Write `step_seconds`, the roofline of one forward pass over `tokens` tokens in all (decoding: one per sequence;
# prefill: the whole prompts). It reads every weight once and `cache_read` bytes of cache; it does two operations per
# weight and token. Reading and computing overlap.

# %% [markdown] lang="zh" en="c4718fd1"
# ## 4 · 一步要多久？
#
# 写出 `step_seconds`：一次前向的 roofline，一共处理 `tokens` 个 token（解码时每条序列一个，prefill 时是整个 prompt）。每个权重读一遍，另读 `cache_read` 字节的 cache；每个权重、每个 token 两次运算。读和算是重叠的。


# %% role="exercise"
def step_seconds(parameters, tokens, cache_read, bandwidth, peak, bytes_each=2):
    """bandwidth in bytes/s, peak in operations/s, bytes_each: of one weight → seconds."""
    ### BEGIN SOLUTION
    reading = (parameters * bytes_each + cache_read) / bandwidth
    computing = 2 * parameters * tokens / peak
    return max([reading, computing])
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How often is a weight read in one step with 32 sequences? How often is it used?
# 2. 10 weights of 2 bytes, 4 bytes/s, 100 operations/s, no cache: the time for 1 token, for 100 tokens?
# 3. Bytes over bandwidth, operations over peak, and the longer of the two.

# %% [markdown] lang="zh" en="4383c8c5"
# 1. 一步里有 32 条序列，每个权重读几遍？用几次？
# 2. 10 个 2 字节的权重，4 字节/秒，每秒 100 次运算，没有 cache：1 个 token 要多久？100 个呢？
# 3. 字节数除以带宽，运算次数除以峰值，取较长的那个。

# %%
check.step_seconds(step_seconds)

# %% role="reward"
if check.step_seconds.passed and check.kv_bytes.passed:
    N, token = 8.03e9, kv_bytes(**llama3_8b, tokens=1)
    print("Llama-3-8B on an H100, 2,048 tokens of context each:")
    for batch in (1, 8, 32, 128, 256):
        seconds = step_seconds(N, batch, batch * 2048 * token, **H100)
        print(
            f"  batch {batch:3d}: {1e3 * seconds:5.1f} ms a token, {batch / seconds:7,.0f} tokens/s"
        )
    first = step_seconds(N, 2048, 0, **H100)
    print(f"prefill of 2,048 tokens: {1e3 * first:.0f} ms, {2048 / first:,.0f} tokens/s")

# %% [markdown] role="why"
# **Why batching pays.** A step's bytes are weights + batch · cache. As long as the weights dominate,
# another sequence is nearly free. What ends it is not the arithmetic (that would be near 300 tokens on this card)
# but, at long contexts, the caches: the table above bends long before.
#
# **What this leaves out.** Attention's own arithmetic (it matters when the context is long against the width), kernel
# launches, and the fact that neither peak is reached. These are lower bounds, and say which of two designs is better.
#
# **Elsewhere.** vLLM sets the share that it may use (1 − reserve) with `gpu_memory_utilization`, and the block with `block_size`. "Continuous batching" lets a sequence join at any
# step: without it a short answer waits for the longest of its batch.

# %% [markdown] lang="zh" en="494f30ee"
# **为什么批处理划算。** 一步要读的字节是权重 + batch · cache。只要权重占大头，多一条几乎不花时间。先到头的不是计算（这张卡上大约要 300 个 token），而是长上下文时的 cache：上面的表早早就弯下来了。
#
# **没算进去的。** 注意力自己的计算（上下文比宽度长得多时才重要）、算子启动的开销，而且两个峰值实际都达不到。这些都是下界，用来判断两个方案哪个更好。
#
# **换个框架。** vLLM 用 `gpu_memory_utilization` 设可用的比例（1 − reserve），用 `block_size` 设块大小。“连续批处理”让序列在任何一步都能加入；没有它，短的回答要等同一批里最长的那条。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `kv_bytes`: it forgets something. For some models nobody notices. Find arguments on which it fails.

# %% [markdown] lang="zh" en="c550a39b"
# ## 找反例
#
# 下面是一个错误的 `kv_bytes`：它漏了一样东西，对有些模型看不出来。找一组参数让它出错。

# %% role="hack"
check.kv_bytes.hack(trap=6)

# %% role="hack"
### BEGIN SOLUTION
shape = llama3_8b
### END SOLUTION
if shape is not ...:
    check.kv_bytes.hack(trap=6, **shape, tokens=8192)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains deployment. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="b0183af6"
# ## 挑错
#
# 一位候选人这样讲部署。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="cache-size"
# ## The interviewer goes on
#
# **Llama-3-70B: 80 layers, 64 heads of width 128, 8 KV heads. How large is the bf16 cache of 32 sequences of 8,192 tokens?** Within 2 %,
# with a unit.

# %% [markdown] lang="zh" en="a44ec65b"
# ## 追问
#
# **Llama-3-70B：80 层，64 个宽 128 的头，8 个 KV 头。32 条 8192 个 token 的序列，bf16 的 cache 有多大？** 误差不超过 2%，带上单位。

# %% role="follow-up"
### BEGIN SOLUTION
size = f"{2 * 80 * 8 * 128 * 8192 * 32 * 2 / 2**30} GiB"
### END SOLUTION

# %%
check.cache_size(size)

# %% [markdown] role="follow-up" anchor="time-per-token"
# **An 8.03B model in bf16 on an A100 (2.039 TB/s, 312 TFLOP/s), one user, short context. At least how long does a
# token take?** Within 5 %, with a unit.

# %% [markdown] lang="zh" en="783a9d8d"
# **A100（2.039 TB/s，312 TFLOP/s）上跑 bf16 的 8.03B 模型，一个用户，上下文很短。一个 token 至少要多久？** 误差不超过 5%，带上单位。

# %% role="follow-up"
### BEGIN SOLUTION
seconds = f"{8.03 * 2 / 2039 * 1e3} ms"
### END SOLUTION

# %%
check.time_per_token(seconds)

# %% [markdown] role="follow-up" anchor="crossing"
# **From how many tokens in one step on does an H100 (3.35 TB/s, 989 TFLOP/s) spend longer computing than reading
# bf16 weights? Leave the cache aside.** Within 5 %.

# %% [markdown] lang="zh" en="b1838677"
# **H100（3.35 TB/s，989 TFLOP/s），bf16 权重，不管 cache：一步里有多少个 token 时，计算开始比读权重更久？** 误差不超过 5%。

# %% role="follow-up"
### BEGIN SOLUTION
tokens = 989e12 / 3.35e12  # 2NB / peak = 2N / bandwidth
### END SOLUTION

# %%
check.crossing(tokens)

# %% [markdown] role="follow-up" fold="Users complain about the first token, not about the rest. What do you change?"
# Time to first token is queueing plus prefill. Look at the queue first: if requests wait for memory, shorten reservations (paging), quantise
# the cache, add cards. If it is prefill: share the cache of common prefixes, cut long prompts into chunks that run between
# decoding steps, or split prefill and decode over different cards. A larger batch makes it worse.

# %% [markdown] lang="zh" en="e9a8dd65" fold="用户抱怨首 token 慢，后面不慢。你改什么？"
# 首 token 时间就是排队加 prefill。先看排队：如果在等显存，就用分页减少预留、量化 cache、加卡。如果慢在 prefill：共享相同前缀的 cache，把长 prompt 切块、穿插在解码步之间，或者让 prefill 和解码在不同的卡上。加大 batch 只会更糟。

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
# > On the card lie the weights and the KV cache: $2 L H_{kv} d_h b$ bytes per token. Llama-3-8B: 16 GB and 128 KiB a
# > token, 1 GiB at 8k, so some fifty sequences on 80 GB. Reserved for the longest length most of it stays empty; paging
# > holds the waste to part of one block. Prefill is arithmetic: 2N operations a prompt token. A decoding step reads all weights
# > and all caches once: bandwidth. So batch until caches or arithmetic take over.
#
# Classic mistakes: the factor 2 for keys and values; query heads for KV heads; the weights read once per sequence; prefill
# priced by bandwidth; GB mixed with GiB; the context's effect on decoding forgotten.

# %% [markdown] lang="zh" en="7a76d4ed" fold="一分钟版本"
# > 卡上放权重和 KV cache：每个 token $2 L H_{kv} d_h b$ 字节。Llama-3-8B 是 16 GB 加每 token 128 KiB，8k 就是 1 GiB，80 GB 大约放五十条。按最大长度预留，大部分是空的；分页把浪费控制在不到一块。prefill 是计算：每个 prompt token 2N 次运算。解码每步把全部权重和 cache 读一遍：是带宽。所以加大 batch，直到 cache 或计算成为瓶颈。
#
# 常见错误：漏了 key、value 的因子 2；用 query 头数代替 KV 头数；以为每条序列都要读一遍权重；用带宽估 prefill；GB 和 GiB 混用；忘了上下文长度对解码的影响。

# %% [markdown] role="reference"
# ## References
#
# - Kwon et al. 2023, *Efficient memory management for large language model serving with PagedAttention*, arXiv:2309.06180 (§1: share of the cache in use; §3: OPT-13B; §4: paging).
# - Pope et al. 2022, *Efficiently scaling transformer inference*, arXiv:2211.05102, §2 (memory and compute time of a step).
# - Ainslie et al. 2023, *GQA*, arXiv:2305.13245. Llama 2 (arXiv:2307.09288) and Llama 3 model cards for the configurations.
# - NVIDIA data sheets of A100 80GB SXM and H100 SXM: bandwidth, dense bf16 peak.

# %% [markdown] lang="zh" en="616ebda1"
# ## 参考文献
#
# - Kwon et al. 2023, *Efficient memory management for large language model serving with PagedAttention*, arXiv:2309.06180（§1：cache 的利用率；§3：OPT-13B；§4：分页）。
# - Pope et al. 2022, *Efficiently scaling transformer inference*, arXiv:2211.05102，§2（一步的访存时间与计算时间）。
# - Ainslie et al. 2023, *GQA*, arXiv:2305.13245。配置见 Llama 2（arXiv:2307.09288）与 Llama 3 的 model card。
# - NVIDIA A100 80GB SXM 与 H100 SXM 数据手册：带宽，bf16 稠密峰值。
