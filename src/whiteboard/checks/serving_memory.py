"""Serving on paper: KV cache, concurrency, paging, and the time of a step.

The references count tensor by tensor, token by token and block by block. GB is 10⁹ bytes, GiB 2³⁰.
"""

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

LLAMA2_7B = (32, 32, 128)  # layers, KV heads, head width
LLAMA3_8B = (32, 8, 128)
LLAMA3_70B = (80, 8, 128)
OPT_13B = (40, 40, 128)


# ---- kv_bytes ----------------------------------------------------------------------------------


def _kv_bytes(layers, kv_heads, head_dim, tokens, batch=1, bytes_each=2):
    key = value = kv_heads * head_dim * bytes_each
    return layers * batch * tokens * (key + value)


def _kv_variant(both=2, depth=lambda n: n, many=lambda n: n, each=lambda n: n, long=lambda n: n):
    def answer(layers, kv_heads, head_dim, tokens, batch=1, bytes_each=2):
        one = both * kv_heads * head_dim * each(bytes_each)
        return one * depth(layers) * long(tokens) * many(batch)

    return answer


def without_heads(layers, kv_heads, head_dim, tokens, batch=1, bytes_each=2):
    return 2 * layers * head_dim * tokens * batch * bytes_each


kv_bytes = Check(_kv_bytes)
kv_bytes.case(
    3,
    5,
    4,
    6,
    7,
    1,
    en="3 layers, 5 KV heads of 4, 6 tokens, batch 7, one byte each",
    zh="3 层、5 个宽为 4 的 KV 头、6 个 token、batch 为 7、每个数 1 字节",
    ask_en="For one token in one layer: how many numbers are kept?",
    ask_zh="一层里一个 token 要存几个数？",
)
kv_bytes.case(
    *OPT_13B,
    1,
    en="OPT-13B, one token: 819,200 bytes, the “800 KB” of Kwon et al. 2023, §3 (KiB, strictly)",
    zh="OPT-13B，一个 token：819,200 字节，即 Kwon 等 2023 §3 说的“800 KB”（严格说是 KiB）",
)
kv_bytes.case(*LLAMA2_7B, 8192, en="Llama-2-7B at 8k: 4.0 GiB", zh="Llama-2-7B，8k 上下文：4.0 GiB")
kv_bytes.case(*LLAMA3_8B, 8192, en="Llama-3-8B at 8k: 1.0 GiB", zh="Llama-3-8B，8k 上下文：1.0 GiB")
kv_bytes.case(
    *LLAMA3_70B, 8192, en="Llama-3-70B at 8k: 2.5 GiB", zh="Llama-3-70B，8k 上下文：2.5 GiB"
)
kv_bytes.case(
    *LLAMA3_70B, 4096, 16, 1, en="8-bit cache, batch of 16", zh="8 位的 cache，batch 为 16"
)


@kv_bytes.fresh(en="fresh sizes", zh="新的尺寸")
def _(rng):
    return tuple(int(n) for n in rng.integers([2, 2, 8, 10, 2, 3], [99, 65, 257, 9999, 65, 5]))


kv_bytes.trap(
    _kv_variant(both=1),
    en="Keys and values are both kept: a factor of 2 is missing.",
    zh="key 和 value 都要存：少了因子 2。",
)
kv_bytes.trap(
    _kv_variant(depth=lambda n: 1),
    en="That is one layer. Every layer keeps its own keys and values.",
    zh="这只是一层的。每一层都有自己的 key 和 value。",
)
kv_bytes.trap(
    _kv_variant(many=lambda n: 1),
    en="The batch is missing: every sequence has a cache of its own.",
    zh="漏了 batch：每条序列都有自己的 cache。",
)
kv_bytes.trap(
    _kv_variant(each=lambda n: 2),
    en="Two bytes are taken for granted. `bytes_each` says how large a number is.",
    zh="默认了每个数 2 字节。每个数多大由 `bytes_each` 决定。",
)
kv_bytes.trap(
    _kv_variant(long=lambda n: n * n),
    en="The tokens are squared. The cache holds one key and one value per token; it is the scores "
    "that "
    "are T × T, and they are not kept.",
    zh="token 数平方了。cache 里每个 token 一个 key、一个 value；T × T 的是注意力分数，它不用存。",
)
kv_bytes.trap(
    without_heads,
    en="The KV heads are missing: each has keys and values of its own.",
    zh="漏了 KV 头数：每个 KV 头都有自己的 key 和 value。",
)


# ---- max_concurrency ---------------------------------------------------------------------------


def _max_concurrency(card, weights, token_bytes, tokens, reserve=0.1):
    free, count = card * (1 - reserve) - weights, 0
    step = 1 << 20
    while step:  # the largest count that fits, by halving steps
        if (count + step) * tokens * token_bytes <= free:
            count += step
        step //= 2
    return count


def _concurrency(
    free=lambda card, weights, reserve: card * (1 - reserve) - weights,
    whole=lambda q: int(q // 1),
    least=0,
):
    def answer(card, weights, token_bytes, tokens, reserve=0.1):
        count = whole(free(card, weights, reserve) / (token_bytes * tokens))
        return count if least is None else max(count, least)

    return answer


max_concurrency = Check(_max_concurrency)
max_concurrency.case(
    1000,
    450,
    3,
    7,
    0.2,
    en="1,000 bytes, 200 in reserve, 450 of weights; a sequence takes 7 · 3: sixteen fit",
    zh="1000 字节，预留 200，权重 450；一条序列 7 · 3：放得下 16 条",
    ask_en="How many bytes are left for the cache?",
    ask_zh="留给 cache 的还有多少字节？",
)
max_concurrency.case(
    1000,
    450,
    3,
    20,
    0.25,
    en="an exact fit counts: 300 bytes are left for 60 each, five",
    zh="正好放满也算：剩 300 字节，每条 60，5 条",
)
max_concurrency.case(
    80e9,
    16.06e9,
    131072,
    8192,
    en="Llama-3-8B in bf16 on 80 GB, 8k tokens each: 52",
    zh="80 GB 的卡上跑 bf16 的 Llama-3-8B，每条 8k：52 条",
)
max_concurrency.case(
    80e9,
    13.48e9,
    524288,
    8192,
    en="Llama-2-7B on the same card: 13",
    zh="同一张卡上的 Llama-2-7B：13 条",
)
max_concurrency.case(
    24e9, 141e9, 327680, 1024, en="weights that do not fit: 0", zh="权重都放不下：0 条"
)


@max_concurrency.fresh(en="fresh sizes", zh="新的尺寸")
def _(rng):
    return (
        float(rng.integers(40, 200)) * 1e9,
        float(rng.integers(5, 30)) * 1e9,
        int(rng.integers(10, 500)) * 1000,
        int(rng.integers(500, 9000)),
        float(rng.choice([0.05, 0.15])),
    )


max_concurrency.trap(
    _concurrency(free=lambda card, weights, reserve: card * (1 - reserve)),
    en="The weights are forgotten: they lie on the same card.",
    zh="忘了权重：它也占着同一张卡。",
)
max_concurrency.trap(
    _concurrency(free=lambda card, weights, reserve: card - weights),
    en="The reserve is not kept free.",
    zh="没有留出预留的部分。",
)
max_concurrency.trap(
    _concurrency(free=lambda card, weights, reserve: (card - weights) * (1 - reserve)),
    en="The reserve is taken of what the weights leave. It is a share of the whole card.",
    zh="预留是按扣掉权重之后的部分算的。它是整张卡的一个比例。",
)
max_concurrency.trap(
    _concurrency(whole=lambda q: int(-(-q // 1))),
    en="Rounded up: the last sequence does not fit.",
    zh="向上取整了：最后一条放不下。",
)
max_concurrency.trap(
    _concurrency(least=None),
    en="Where the weights do not fit the answer is negative. No sequence runs: 0.",
    zh="权重放不下时算出了负数。应当是 0 条。",
)


# ---- waste -------------------------------------------------------------------------------------


def _waste(lengths, longest, block):
    used = sum(lengths)
    paged = 0
    for length in lengths:
        blocks = 0
        while blocks * block < length:
            blocks += 1
        paged += blocks * block
    return 1 - used / (len(lengths) * longest), 1 - used / paged


def _waste_variant(
    blocks=lambda n, b: -(-n // b),
    base=lambda used, held: 1 - used / held,
    reserved=lambda lengths, longest: len(lengths) * longest,
):
    def answer(lengths, longest, block):
        used = sum(lengths)
        paged = sum(blocks(n, block) * block for n in lengths)
        return base(used, reserved(lengths, longest)), base(used, paged)

    return answer


waste = Check(_waste, returns=("contiguous", "paged"))
waste.case(
    [3, 8, 5],
    10,
    4,
    en="16 tokens: contiguous holds 30 slots, pages of 4 hold 4 + 8 + 8 = 20",
    zh="16 个 token：连续分配占 30 个位置，每页 4 个则占 4 + 8 + 8 = 20 个",
    ask_en="How many slots does a sequence of 8 hold with pages of 4? And one of 5?",
    ask_zh="每页 4 个位置时，长 8 的序列占几个？长 5 的呢？",
)
waste.case([7, 9], 9, 1, en="pages of one waste nothing", zh="每页 1 个位置就没有浪费")
waste.case(
    [100, 612, 37, 2000], 2048, 16, en="chat lengths, pages of 16", zh="对话的长度，每页 16 个"
)


@waste.fresh(en="fresh lengths", zh="新的长度")
def _(rng):
    return [int(n) for n in rng.integers(5, 500, size=6)], 512, int(rng.integers(3, 40))


waste.trap(
    _waste_variant(blocks=lambda n, b: n // b + 1),
    en="A sequence that fills its last page exactly gets one more. Round up, do not add one.",
    zh="正好填满最后一页的序列又多占了一页。应向上取整，而不是加一。",
)
waste.trap(
    _waste_variant(blocks=lambda n, b: n // b),
    en="The last, partly filled page is left out: its tokens have no place.",
    zh="漏了最后没填满的那页：那里的 token 没地方放。",
)
waste.trap(
    _waste_variant(base=lambda used, held: used / held),
    en="This is the share in use. The waste is what is left of 1.",
    zh="这是用上的比例，浪费的是 1 减去它。",
)
waste.trap(
    _waste_variant(base=lambda used, held: held / used - 1),
    en="The unused slots are divided by the used ones. Waste is a share of what is held.",
    zh="用没用上的除以用上的了。浪费是占“已分配”的比例。",
)
waste.trap(
    _waste_variant(reserved=lambda lengths, longest: len(lengths) * max(lengths)),
    en="Contiguous is counted up to the longest sequence at hand. How long one gets is not known "
    "in "
    "advance: `longest` is reserved for each.",
    zh="连续分配按当前最长的序列算了。事先不知道会生成多长，每条都得按 `longest` 预留。",
)


# ---- step_seconds ------------------------------------------------------------------------------


def _step_seconds(parameters, tokens, cache_read, bandwidth, peak, bytes_each=2):
    moving = (parameters * bytes_each + cache_read) / bandwidth
    computing = 2 * parameters * tokens / peak
    return sorted([moving, computing])[-1]


def _step_variant(
    moved=lambda N, B, cache, e: N * e + cache,
    operations=lambda N, B: 2 * N * B,
    join=lambda a, b: a if a > b else b,
):
    def answer(parameters, tokens, cache_read, bandwidth, peak, bytes_each=2):
        moving = moved(parameters, tokens, cache_read, bytes_each) / bandwidth
        return join(moving, operations(parameters, tokens) / peak)

    return answer


A100, H100 = (2.039e12, 312e12), (3.35e12, 989e12)  # bytes/s, dense bf16 operations/s

step_seconds = Check(_step_seconds)
step_seconds.case(
    100,
    3,
    50,
    10,
    1000,
    en="100 weights of 2 bytes and 50 bytes of cache at 10 bytes/s: 25 s; 600 operations take 0.6 "
    "s",
    zh="100 个 2 字节的权重加 50 字节 cache，带宽 10 字节/秒：25 秒；600 次运算只要 0.6 秒",
    ask_en="Which of the two takes longer: reading, or computing?",
    ask_zh="读数据和做计算，哪个更久？",
)
step_seconds.case(
    100,
    30,
    0,
    1000,
    400,
    en="30 tokens at once: 6,000 operations at 400 a second take 15 s, reading 0.2 s",
    zh="一次 30 个 token：6000 次运算，每秒 400 次，要 15 秒；读只要 0.2 秒",
)
step_seconds.case(
    8.03e9,
    1,
    1.07e9,
    *A100,
    en="Llama-3-8B decodes one sequence of 8k on an A100: 8.4 ms, the weights' and the cache's "
    "reading",
    zh="A100 上 Llama-3-8B 解码一条 8k 的序列：8.4 毫秒，时间花在读权重和 cache 上",
)
step_seconds.case(
    8.03e9,
    8192,
    0,
    *H100,
    en="its prefill of 8,192 tokens on an H100: 133 ms of arithmetic",
    zh="H100 上 prefill 8192 个 token：133 毫秒，时间花在计算上",
)
step_seconds.case(
    8.03e9, 1, 0, *A100, 1, en="8-bit weights halve the reading", zh="8 位权重，读的时间减半"
)
step_seconds.case(
    8.03e9,
    8192,
    0,
    *H100,
    1,
    en="8-bit weights multiplied in bf16: the arithmetic of prefill stays",
    zh="8 位权重、用 bf16 计算：prefill 的运算量不变",
)


@step_seconds.fresh(en="fresh numbers", zh="新的数")
def _(rng):
    return (
        float(rng.integers(1, 90)) * 1e9,
        int(rng.integers(1, 2000)),
        float(rng.integers(1, 90)) * 1e9,
        *(A100, H100)[rng.integers(2)],
    )


@step_seconds.property(
    en="while reading decides, a second sequence in the batch costs only its own cache",
    zh="瓶颈在读数据时，batch 里多一条序列只多花读它自己 cache 的时间",
)
def _(answer):
    one, two = (answer(7e9, n, n * 1e9, *A100) for n in (1, 2))
    return Evidence(
        given={"parameters": 7e9, "cache of one": 1e9},
        names_zh={"parameters": "参数量", "cache of one": "每条的 cache"},
        expected=1e9 / A100[0],
        got=two - one,
    )


step_seconds.trap(
    _step_variant(moved=lambda N, B, cache, e: N * e * B + cache),
    en="The weights are read once for every token. One step reads them once, for the whole batch: "
    "that "
    "is why batching pays.",
    zh="每个 token 都读了一遍权重。一步只读一遍，整个 batch 共用：批处理划算就在这里。",
)
step_seconds.trap(
    _step_variant(moved=lambda N, B, cache, e: N * e),
    en="The cache is not read. Attention goes through all of it at every step.",
    zh="没有读 cache。每一步的注意力都要把它从头读到尾。",
)
step_seconds.trap(
    _step_variant(join=lambda a, b: a + b),
    en="The two times are added. Reading and computing overlap: the longer one decides.",
    zh="两个时间相加了。读和算是重叠进行的：由较长的那个决定。",
)
step_seconds.trap(
    _step_variant(join=lambda a, b: a),
    en="Prefill is treated as if reading decided. With many tokens at once the arithmetic takes "
    "longer.",
    zh="把 prefill 也当成受带宽限制了。一次处理很多 token 时，计算更久。",
)
step_seconds.trap(
    _step_variant(join=lambda a, b: b),
    en="Decoding is treated as if arithmetic decided. With few tokens, reading the weights takes "
    "longer.",
    zh="把解码也当成受计算限制了。token 少的时候，读权重更久。",
)
step_seconds.trap(
    _step_variant(operations=lambda N, B: N * B),
    en="A multiplication and an addition for every weight: 2 operations, not 1.",
    zh="每个权重要一次乘、一次加：2 次运算，不是 1 次。",
)
step_seconds.trap(
    _step_variant(operations=lambda N, B: 6 * N * B),
    en="6N is a training step, forward and backward. Serving goes forward only: 2N.",
    zh="6N 是训练的一步（前向加反向）。推理只有前向：2N。",
)
step_seconds.trap(
    _step_variant(moved=lambda N, B, cache, e: 2 * N + cache),
    en="The weights are always taken for 2 bytes. `bytes_each` says how large they are.",
    zh="权重总按 2 字节算了。多大由 `bytes_each` 决定。",
)
step_seconds.trap(
    lambda parameters, tokens, cache_read, bandwidth, peak, bytes_each=2: max(
        (parameters * bytes_each + cache_read) / bandwidth, bytes_each * parameters * tokens / peak
    ),
    en="`bytes_each` is in the arithmetic. The 2 there is a multiplication and an addition, "
    "whatever "
    "a weight's size.",
    zh="把 `bytes_each` 乘进了计算。那里的 2 是一次乘、一次加，和权重占几字节无关。",
)


# ---- estimates, flaws, say ---------------------------------------------------------------------

crossing = Estimate(295, unit="tokens", unit_zh="个 token", rtol=0.05)
crossing.trap(
    590,
    en="The 2 operations per weight are missing: 2 bytes read against 2 operations.",
    zh="漏了每个权重 2 次运算：读 2 字节，对应 2 次运算。",
)
crossing.trap(
    148,
    en="The 2 bytes of a weight are missing.",
    zh="漏了每个权重 2 字节。",
)

cache_size = Estimate("85.9 GB", rtol=0.02)
cache_size.trap(
    "80 GB",
    en="80 GiB is right, and a GiB is 1.074 GB: in GB it is 85.9.",
    zh="是 80 GiB 没错，但 1 GiB 是 1.074 GB，换成 GB 是 85.9。",
)
cache_size.trap(
    "42.9 GB",
    en="Keys and values are both kept: half is missing.",
    zh="key 和 value 都要存：少了一半。",
)
cache_size.trap(
    "687 GB",
    en="That is for 64 heads. Only the 8 KV heads are cached.",
    zh="这是按 64 个头算的。只缓存 8 个 KV 头。",
)

time_per_token = Estimate("7.88 ms", rtol=0.05)
time_per_token.trap(
    "0.0515 ms",
    en="That is the arithmetic, 2N / peak. With one sequence reading the weights takes longer.",
    zh="这是计算的时间 2N / 峰值。只有一条序列时，读权重更久。",
)
time_per_token.trap(
    "3.94 ms",
    en="One byte per weight. bf16 has two.",
    zh="这是每个权重 1 字节。bf16 是 2 字节。",
)

flaws = Flaws()
flaws.false(
    en="Deployment needs much storage because a large model must keep large amounts of data.",
    zh="大模型部署占存储，是因为它要保存大量的数据。",
    because_en="No training data is kept. What lies on the card is the weights and the KV cache.",
    because_zh="训练数据并不保存。显卡上放的是权重和 KV cache。",
    source="Kwon et al. 2023, §1",
)
flaws.true(
    en="Prefill is usually limited by arithmetic, decoding at a small batch by memory bandwidth.",
    zh="prefill 通常受计算限制，小 batch 的解码受显存带宽限制。",
)
flaws.false(
    en="Twice the batch, twice the time per token for everybody.",
    zh="batch 翻倍，每个人的每 token 时间也翻倍。",
    because_en="While bandwidth decides, the weights are read once per step whatever the batch; "
    "only "
    "the caches add to it.",
    because_zh="瓶颈在带宽时，不管 batch 多大，一步只读一遍权重；增加的只是各自的 cache。",
    source="step_seconds in this notebook; Pope et al. 2022, §2",
    source_zh="见本课的 step_seconds；Pope et al. 2022, §2",
)
flaws.false(
    en="With a KV cache a decoding step costs the same however long the context is.",
    zh="有了 KV cache，不管上下文多长，每步解码的代价都一样。",
    because_en="Nothing is recomputed, but attention still reads the whole cache at every step.",
    because_zh="不用重算了，但每一步的注意力仍要把整个 cache 读一遍。",
    source="step_seconds in this notebook",
    source_zh="见本课的 step_seconds",
)
flaws.true(
    en="With pages of 16 tokens a sequence wastes at most 15 slots.",
    zh="每页 16 个 token，一条序列最多浪费 15 个位置。",
)
flaws.false(
    en="Quantising the weights to 8 bits halves the KV cache as well.",
    zh="把权重量化到 8 位，KV cache 也跟着减半。",
    because_en="The cache holds activations. Its precision is a separate choice.",
    because_zh="cache 里存的是激活值，精度要另外决定。",
    source="kv_bytes in this notebook",
    source_zh="见本课的 kv_bytes",
)
flaws.true(
    en="Time to first token grows with the prompt; time per output token with the caches that a "
    "step "
    "reads.",
    zh="首 token 时间随 prompt 变长而增加；之后每个 token 的时间随一步要读的 cache 增加。",
)

say = Say(
    model_en="Two things fill the card: the weights, two bytes each in bf16, and the KV cache, two "
    "times layers times KV heads times head width times bytes for every token of every sequence. "
    "Llama-3-8B has 16 GB of weights and 128 KiB a token, a GiB at 8k, so about fifty sequences on "
    "80 GB. If every sequence reserves its longest length most of that is wasted; paging hands out "
    "blocks of 16 tokens as they are needed. Prefill works on all prompt tokens at once and is "
    "bound "
    "by arithmetic, which sets the time to first token. Decoding reads all weights and caches for "
    "one token each and is bound by bandwidth, so batching raises throughput almost for free until "
    "arithmetic or the cache's memory runs out.",
    model_zh="卡上放两样东西：权重，bf16 每个 2 字节；KV cache，每条序列的每个 token 要 2 × 层数 "
    "× KV 头数 × "
    "头宽 × 字节数。Llama-3-8B 的权重 16 GB，每个 token 128 KiB，8k 就是 1 GiB，80 GB "
    "的卡大约放五十条。"
    "如果每条都按最大长度预留，大部分显存是浪费的；PagedAttention 按 16 个 token 一块随用随给。"
    "prefill 一次"
    "处理整个 prompt，受计算限制，决定首 token 时间。解码每步为每条序列只算一个 token，"
    "却要读全部权重和 cache，"
    "受带宽限制，所以加大 batch 几乎白赚吞吐，直到计算或 cache 的显存用完。",
)
say.point(
    en="The KV cache per token: 2 · layers · KV heads · head width · bytes",
    zh="每个 token 的 KV cache：2 · 层数 · KV 头数 · 头宽 · 字节",
    found_en=[r"\bKV[ -]?cache\b", r"\bkeys? and values?\b"],
    found_zh=[r"KV ?cache", r"KV ?缓存", r"key 和 value"],
)
say.point(
    en="Weights first; what is left, divided by a sequence's cache, is the concurrency",
    zh="先放权重，剩下的除以每条序列的 cache 就是并发数",
    found_en=[
        r"\bconcurren\w+",
        r"\b(how many|number of|fifty|\d+) (sequences|requests|users)\b",
        r"\bweights\b",
    ],
    found_zh=[r"并发", r"(多少|几|五十|\d+) ?条", r"权重"],
)
say.point(
    en="Paging: small blocks instead of reserving the longest length",
    zh="分页：按小块分配，不按最大长度预留",
    found_en=[r"\bpag(e|es|ed|ing)", r"\bblocks? of\b", r"\bfragment\w+", r"\breserv\w+"],
    found_zh=[r"分页", r"PagedAttention", r"(按|小)?块", r"碎片", r"预留"],
)
say.point(
    en="Prefill is bound by arithmetic: time to first token",
    zh="prefill 受计算限制：首 token 时间",
    found_en=[r"\bprefill\b", r"\bTTFT\b", r"\b(time to )?(the )?first token\b"],
    found_zh=[r"prefill", r"预填充", r"首 ?(个 ?)?token", r"TTFT"],
)
say.point(
    en="Decoding is bound by bandwidth: batching pays",
    zh="解码受带宽限制：批处理划算",
    found_en=[r"\bbandwidth\b", r"\bbatch(ing|es)?\b", r"\bTPOT\b"],
    found_zh=[r"带宽", r"(batch|批处理|批大小)", r"TPOT"],
)
