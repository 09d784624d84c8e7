"""Parameters of a decoder-only transformer from its configuration, and the way back.

The reference lists every tensor with its shape, as a checkpoint would; a solution sums formulas.
"""

from math import prod

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

GPT2 = {
    "vocab": 50257,
    "positions": 1024,
    "width": 768,
    "layers": 12,
    "heads": 12,
    "kv_heads": 12,
    "ffn": 3072,
    "gated": False,
    "biases": "all",
    "norm": "layer",
    "tied": True,
}
GPT3 = GPT2 | {"positions": 2048, "width": 12288, "layers": 96, "ffn": 49152}
GPT3 |= {"heads": 96, "kv_heads": 96}
LLAMA2_7B = {
    "vocab": 32000,
    "positions": 0,
    "width": 4096,
    "layers": 32,
    "heads": 32,
    "kv_heads": 32,
    "ffn": 11008,
    "gated": True,
    "biases": "none",
    "norm": "rms",
    "tied": False,
}
LLAMA3_8B = LLAMA2_7B | {"vocab": 128256, "kv_heads": 8, "ffn": 14336}
LLAMA2_70B = LLAMA2_7B | {"width": 8192, "layers": 80, "heads": 64, "kv_heads": 8, "ffn": 28672}
QWEN25_05B = LLAMA2_7B | {
    "vocab": 151936,
    "width": 896,
    "layers": 24,
    "heads": 14,
    "kv_heads": 2,
    "ffn": 4864,
    "biases": "qkv",
    "tied": True,
}
PARTS = ("embedding", "attention", "ffn", "norms", "head")


# ---- count -------------------------------------------------------------------------------------


def tensors(cfg):
    """(part, shape) of every weight tensor."""
    D, F = cfg["width"], cfg["ffn"]
    kv = D // cfg["heads"] * cfg["kv_heads"]
    everywhere, qkv = cfg["biases"] == "all", cfg["biases"] in ("all", "qkv")
    norm = [("norms", (D,))] * (2 if cfg["norm"] == "layer" else 1)
    yield "embedding", (cfg["vocab"], D)
    yield "embedding", (cfg["positions"], D)
    for _ in range(cfg["layers"]):
        yield from norm
        for out in (D, kv, kv):
            yield "attention", (D, out)
            yield "attention", (out * qkv,)
        yield "attention", (D, D)
        yield "attention", (D * everywhere,)
        yield from norm
        for i, o in ((D, F), (F, D)) + ((D, F),) * cfg["gated"]:
            yield "ffn", (i, o)
            yield "ffn", (o * everywhere,)
    yield from norm
    if not cfg["tied"]:
        yield "head", (D, cfg["vocab"])


def _count(cfg):
    total = dict.fromkeys(PARTS, 0)
    for part, shape in tensors(cfg):
        total[part] += prod(shape)
    return tuple(total.values())


def _count_variant(
    kv_heads=lambda cfg: cfg["kv_heads"],
    matrices=lambda cfg: 3 if cfg["gated"] else 2,
    norms=lambda cfg: 2 * cfg["layers"] + 1,
    norm_size=lambda cfg: 2 if cfg["norm"] == "layer" else 1,
    tied=lambda cfg: cfg["tied"],
    positions=lambda cfg: cfg["positions"],
    biases=lambda cfg: cfg["biases"],
    output=1,
    layers=lambda cfg: cfg["layers"],
):
    """count by formulas, with one idea exchanged."""

    def answer(cfg):
        D, F, L = cfg["width"], cfg["ffn"], layers(cfg)
        kv = D // cfg["heads"] * kv_heads(cfg)
        attention = (1 + output) * D * D + 2 * D * kv
        ffn = matrices(cfg) * D * F
        if biases(cfg) in ("all", "qkv"):
            attention += D + 2 * kv
        if biases(cfg) == "all":
            attention += D
            ffn += (matrices(cfg) - 1) * F + D
        return (
            (cfg["vocab"] + positions(cfg)) * D,
            L * attention,
            L * ffn,
            norms(cfg) * norm_size(cfg) * D,
            0 if tied(cfg) else D * cfg["vocab"],
        )

    return answer


def _output_too(cfg):
    embedding, attention, ffn, norms, head = _count(cfg)
    extra = cfg["layers"] * cfg["width"] if cfg["biases"] == "qkv" else 0
    return embedding, attention + extra, ffn, norms, head


_TOY = {
    "vocab": 10,
    "positions": 6,
    "width": 4,
    "layers": 2,
    "heads": 4,
    "kv_heads": 1,
    "ffn": 5,
    "gated": True,
    "biases": "all",
    "norm": "layer",
    "tied": True,
}

count = Check(_count, returns=PARTS)
count.case(
    _TOY,
    en="a toy model, to count by hand: width 4, two layers, one KV head for four query heads",
    zh="可以手算的小模型：宽度 4、两层，四个 query 头配一个 KV 头",
)
count.case(GPT2, en="GPT-2 small: 124,439,808 in all", zh="GPT-2 small：一共 124,439,808")
count.case(
    GPT3,
    en="GPT-3: 174,604,259,328, the 174,600 million of its paper's Table D.1",
    zh="GPT-3：174,604,259,328，即论文表 D.1 的 174,600 百万",
)
count.case(
    LLAMA2_7B,
    en="Llama-2-7B: 6,738,415,616 (6.7B in the LLaMA paper's Table 2, the same shape)",
    zh="Llama-2-7B：6,738,415,616（LLaMA 论文表 2 同一配置，写作 6.7B）",
)
count.case(LLAMA3_8B, en="Llama-3-8B: 8,030,261,248", zh="Llama-3-8B：8,030,261,248")
count.case(LLAMA2_70B, en="Llama-2-70B: 68,976,648,192", zh="Llama-2-70B：68,976,648,192")
count.case(
    QWEN25_05B,
    en="Qwen2.5-0.5B, biases on q, k, v only, tied: 494,032,768",
    zh="Qwen2.5-0.5B，只有 q、k、v 带偏置，共享词表：494,032,768",
)


@count.fresh(en="a fresh configuration", zh="新的配置")
def _(rng):
    heads = int(rng.integers(2, 5))
    return (
        {
            "vocab": int(rng.integers(20, 99)),
            "positions": int(rng.integers(0, 9)),
            "width": heads * int(rng.integers(2, 9)),
            "layers": int(rng.integers(1, 6)),
            "heads": heads,
            "kv_heads": 1,
            "ffn": int(rng.integers(9, 40)),
            "gated": bool(rng.integers(2)),
            "biases": str(rng.choice(["none", "qkv", "all"])),
            "norm": str(rng.choice(["layer", "rms"])),
            "tied": bool(rng.integers(2)),
        },
    )


count.trap(
    _count_variant(tied=lambda cfg: False),
    en="The output head is counted although it is tied: it is the embedding matrix, used twice and "
    "stored once.",
    zh="词表共享（tied）时还数了输出层：它就是词嵌入矩阵，用了两次，只存一份。",
)
count.trap(
    _count_variant(kv_heads=lambda cfg: cfg["heads"]),
    en="K and V are as wide as Q here. With fewer KV heads their matrices are D × (KV heads · head "
    "width).",
    zh="这里 K、V 和 Q 一样宽。KV 头更少时，它们的矩阵是 D ×（KV 头数 · 头宽）。",
    ask_en="Four query heads, two KV heads, width 4: how many columns has W_k?",
    ask_zh="四个 query 头、两个 KV 头、宽度 4：W_k 有几列？",
)
count.trap(
    _count_variant(matrices=lambda cfg: 2),
    en="A gated FFN (SwiGLU) has three matrices: gate, up and down.",
    zh="带门控的 FFN（SwiGLU）有三个矩阵：gate、up、down。",
)
count.trap(
    _count_variant(norms=lambda cfg: 0),
    en="The norms have parameters too: a gain per channel, in LayerNorm also a shift.",
    zh="归一化层也有参数：每个通道一个增益，LayerNorm 还有偏移。",
)
count.trap(
    _count_variant(norms=lambda cfg: 2 * cfg["layers"]),
    en="The norm after the last layer is missing: two in each layer, and one before the head.",
    zh="漏了最后一层之后的归一化：每层两个，输出层之前还有一个。",
)
count.trap(
    _count_variant(norm_size=lambda cfg: 1),
    en="LayerNorm has a gain and a shift; only RMSNorm has the gain alone.",
    zh="LayerNorm 有增益和偏移两组参数，只有 RMSNorm 才只有增益。",
)
count.trap(
    _count_variant(biases=lambda cfg: "none"),
    en="The biases are missing. `biases` says which linear layers have one.",
    zh="漏了偏置。哪些线性层有偏置由 `biases` 决定。",
)
count.trap(
    _count_variant(positions=lambda cfg: 0),
    en="Learnt positions are an embedding too: positions × width. (RoPE has none.)",
    zh="可学习的位置编码也是嵌入：positions × width。（RoPE 没有参数。）",
)
count.trap(
    _count_variant(output=0),
    en="Attention has a fourth matrix: the output projection, D × D.",
    zh="注意力还有第四个矩阵：输出投影，D × D。",
)
count.trap(
    _count_variant(layers=lambda cfg: 1),
    en="Attention and FFN are counted for one layer: multiply by the layers.",
    zh="注意力和 FFN 只数了一层：还要乘层数。",
)
count.trap(
    _output_too,
    en='"qkv" gives the output projection no bias; only "all" does.',
    zh="“qkv” 不含输出投影的偏置，只有 “all” 才有。",
)


# ---- ffn_width ---------------------------------------------------------------------------------


def _ffn_width(width, multiple_of, multiplier=1.0):
    hidden = int(multiplier * (8 * width // 3))
    while hidden % multiple_of:
        hidden += 1
    return hidden


def _width_variant(
    start=lambda D: 2 * 4 * D // 3, factor=lambda m: m, round_to=lambda n, m: -(-n // m) * m
):
    def answer(width, multiple_of, multiplier=1.0):
        return round_to(int(factor(multiplier) * start(width)), multiple_of)

    return answer


def to_nearest(width, multiple_of, multiplier=1.0):
    hidden = int(multiplier * (8 * width // 3))
    return round(hidden / multiple_of) * multiple_of


def _rounded_first(width, multiple_of, multiplier=1.0):
    return int(multiplier * (-(-(8 * width // 3) // multiple_of) * multiple_of))


ffn_width = Check(_ffn_width)
ffn_width.case(
    10, 4, 1.5, en="26 · 1.5 = 39, up to a multiple of 4", zh="26 · 1.5 = 39，向上取到 4 的倍数"
)
ffn_width.case(4096, 256, en="Llama-2-7B: 11,008", zh="Llama-2-7B：11008")
ffn_width.case(4096, 1024, 1.3, en="Llama-3-8B: 14,336", zh="Llama-3-8B：14336")
ffn_width.case(8192, 4096, 1.3, en="Llama-2-70B: 28,672", zh="Llama-2-70B：28672")
ffn_width.case(768, 256, en="already a multiple: 2,048 stays", zh="本来就是倍数：2048 不变")
ffn_width.case(
    5,
    16,
    1.3,
    en="40 // 3 = 13, 13 · 1.3 = 16.9, cut to 16 before rounding up",
    zh="40 // 3 = 13，13 · 1.3 = 16.9，先去掉小数得 16，再向上取",
)
ffn_width.case(13, 8, en="34, up to 40", zh="34，向上取到 40")


@ffn_width.fresh(en="fresh sizes", zh="新的尺寸")
def _(rng):
    return int(rng.integers(50, 999)), int(rng.integers(8, 99)), float(rng.choice([1.0, 1.2, 1.5]))


ffn_width.trap(
    _width_variant(start=lambda D: 4 * D),
    en="This starts from 4D. SwiGLU has three matrices instead of two, so its width is cut to two "
    "thirds of that.",
    zh="这是从 4D 出发的。SwiGLU 有三个矩阵而不是两个，所以宽度先砍到 4D 的三分之二。",
    ask_en="3 · D · F = 2 · D · 4D: what is F?",
    ask_zh="3 · D · F = 2 · D · 4D：F 是多少？",
)
ffn_width.trap(
    _width_variant(round_to=lambda n, m: n // m * m),
    en="Rounded down. The rule rounds up to the next multiple.",
    zh="向下取整了。规则是向上取到倍数。",
)
ffn_width.trap(
    to_nearest,
    en="Rounded to the nearest multiple. The rule always rounds up.",
    zh="取到了最近的倍数。规则总是向上取。",
)
ffn_width.trap(
    _rounded_first,
    en="The multiplier comes after the rounding, and undoes it. Multiply first, round last.",
    zh="先取整再乘系数，取整就白做了。先乘，最后再取整。",
)
ffn_width.trap(
    _width_variant(factor=lambda m: 1.0),
    en="The multiplier is not used.",
    zh="没有用系数 multiplier。",
)
ffn_width.trap(
    _width_variant(round_to=lambda n, m: (n // m + 1) * m),
    en="A number that is a multiple already is rounded up once more.",
    zh="本来就是倍数的，又多进了一次。",
)
ffn_width.trap(
    lambda width, multiple_of, multiplier=1.0: (
        -(-int(multiplier * 8 * width / 3) // multiple_of) * multiple_of
    ),
    en="The number is cut twice: two thirds of 4D to a whole number, and the product with the "
    "multiplier again. One of the cuts is missing.",
    zh="要去两次小数：4D 的三分之二先取整，乘系数之后再取整。你少了一次。",
)


# ---- count_checkpoint --------------------------------------------------------------------------

BYTES = {"f32": 4, "bf16": 2, "f16": 2, "i8": 1}


def _count_checkpoint(tensors):
    stored = {storage: (shape, dtype) for _, shape, dtype, storage in tensors}
    sizes = [(prod(shape), BYTES[dtype]) for shape, dtype in stored.values()]
    return sum(n for n, _ in sizes), sum(n * b for n, b in sizes)


def _checkpoint_variant(
    key=lambda name, shape, dtype, storage: storage, size=prod, width=lambda dtype: BYTES[dtype]
):
    def answer(tensors):
        stored = {key(*t): t for t in tensors}.values()
        sizes = [(size(shape), width(dtype)) for _, shape, dtype, _ in stored]
        return sum(n for n, _ in sizes), sum(n * b for n, b in sizes)

    return answer


count_checkpoint = Check(_count_checkpoint, returns=("parameters", "bytes"))
count_checkpoint.case(
    [
        ("embed.weight", (7, 4), "bf16", 11),
        ("layer.0.q", (4, 4), "bf16", 12),
        ("layer.0.o", (4, 4), "bf16", 13),
        ("layer.0.k", (2, 3), "i8", 15),
        ("layer.0.scale", (), "f32", 14),
        ("head.weight", (7, 4), "bf16", 11),
    ],
    en="the head shares storage 11 with the embedding; two 4 × 4 matrices do not; a scale is one "
    "number",
    zh="输出层与词嵌入共用存储 11；两个 4 × 4 的矩阵各有各的；scale 是一个数",
)
count_checkpoint.case(
    [("norm", (5,), "f32", 1), ("bias", (3,), "f16", 2)],
    en="vectors in two precisions",
    zh="两种精度的向量",
)
count_checkpoint.case([], en="an empty file", zh="空文件")


@count_checkpoint.fresh(en="a fresh checkpoint", zh="新的检查点")
def _(rng):
    tensors = []
    for n in range(6):
        shape = tuple(int(s) for s in rng.integers(2, 9, size=rng.integers(0, 4)))
        tensors.append((f"w{n}", shape, str(rng.choice(list(BYTES))), 100 + n))
    _, shape, dtype, storage = tensors[2]
    return ([*tensors, ("again", shape, dtype, storage)],)


count_checkpoint.trap(
    _checkpoint_variant(key=lambda name, *rest: name),
    en="Shared tensors are counted under both names. One storage is one set of numbers.",
    zh="共享的张量按两个名字数了两遍。同一块存储只有一份数。",
)
count_checkpoint.trap(
    _checkpoint_variant(key=lambda name, shape, dtype, storage: (shape, dtype)),
    en="Tensors of one shape are taken for one tensor. Sharing shows in the storage, not in the "
    "shape.",
    zh="把形状相同的张量当成了同一个。是否共享要看存储，不看形状。",
)
count_checkpoint.trap(
    _checkpoint_variant(width=lambda dtype: 4),
    en="Every number is taken for 4 bytes. bf16 and f16 have 2, i8 has 1.",
    zh="每个数都按 4 字节算了。bf16 和 f16 是 2 字节，i8 是 1 字节。",
)
count_checkpoint.trap(
    _checkpoint_variant(size=lambda shape: prod(shape) if shape else 0),
    en="A tensor of shape () holds one number: the empty product is 1.",
    zh="形状为 () 的张量有一个数：空积是 1。",
)
count_checkpoint.trap(
    _checkpoint_variant(size=sum),
    en="The axes are added. A (7, 4) matrix holds 28 numbers.",
    zh="把各轴长度加起来了。(7, 4) 的矩阵有 28 个数。",
)


# ---- width_for ---------------------------------------------------------------------------------


def _width_for(parameters, layers, vocab, multiple=64):
    width = 0
    while vocab * (width + multiple) + 12 * layers * (width + multiple) ** 2 <= parameters:
        width += multiple
    return width


def _solved(per_layer=12, tables=1, down=lambda n, m: n // m * m):
    """The positive root of per_layer·L·D² + tables·V·D = N, made a multiple."""

    def answer(parameters, layers, vocab, multiple=64):
        a, b = per_layer * layers, tables * vocab
        root = ((b * b + 4 * a * parameters) ** 0.5 - b) / (2 * a)
        return down(int(root + 1e-9), multiple)

    return answer


width_for = Check(_width_for)
width_for.case(
    300_000_000,
    16,
    50257,
    32,
    en="300 million, 16 layers, 50,257 words, a multiple of 32: 1,120",
    zh="3 亿、16 层、50257 个词，32 的倍数：1120",
)
width_for.case(
    124_000_000,
    12,
    50257,
    en="124 million, 12 layers, 50,257 words: 768",
    zh="1.24 亿、12 层、50257 个词：768",
)
width_for.case(
    1_000_000_000,
    24,
    32000,
    128,
    en="a billion in 24 layers, a multiple of 128",
    zh="10 亿、24 层，128 的倍数",
)
width_for.case(6_700_000_000, 32, 32000, 128, en="6.7 billion in 32 layers", zh="67 亿、32 层")


@width_for.property(
    en="the width fits into the budget, and the next multiple does not",
    zh="这个宽度在预算之内，下一个倍数就超了",
)
def _(answer, rng):
    N, L, V = (
        int(rng.integers(10**8, 10**9)),
        int(rng.integers(8, 40)),
        int(rng.integers(10**4, 10**5)),
    )
    D = answer(N, L, V, 64)
    fits = [12 * L * d**2 + V * d <= N for d in (D, D + 64)]
    return Evidence(
        given={"parameters": N, "layers": L, "vocab": V, "your width": D},
        names_zh={
            "parameters": "参数量",
            "layers": "层数",
            "vocab": "词表",
            "your width": "你的宽度",
        },
        expected=[True, False, 0],
        got=[*fits, D % 64],
    )


@width_for.fresh(en="a fresh budget", zh="新的预算")
def _(rng):
    return (
        int(rng.integers(10**8, 10**10)),
        int(rng.integers(12, 64)),
        int(rng.integers(10**4, 10**5)),
    )


width_for.trap(
    _solved(tables=0),
    en="The embedding is left out. For small models it is a large share: solve 12LD² + VD = N.",
    zh="漏了词嵌入。模型小的时候它占很大一块：要解 12LD² + VD = N。",
)
width_for.trap(
    _solved(tables=2),
    en="The embedding is counted twice. Embedding and head are tied here.",
    zh="词嵌入数了两遍。这里输入输出共享词表。",
)
width_for.trap(
    _solved(per_layer=8),
    en="Only the FFN's 8D² is in a layer. Attention adds 4D²: 12D².",
    zh="每层只算了 FFN 的 8D²。注意力还有 4D²，共 12D²。",
)
width_for.trap(
    _solved(per_layer=4),
    en="Only attention's 4D² is in a layer. The FFN adds 8D²: 12D².",
    zh="每层只算了注意力的 4D²。FFN 还有 8D²，共 12D²。",
)
width_for.trap(
    _solved(down=lambda n, m: -(-n // m) * m),
    en="Rounded up: the model is over its budget. Take the multiple below.",
    zh="向上取整了，模型超出预算。应取下面的那个倍数。",
)
width_for.trap(
    _solved(down=lambda n, m: n),
    en="The width is no multiple. Heads and matrix units want one: round down to `multiple`.",
    zh="宽度不是倍数。注意力头和矩阵单元都要求它是倍数：向下取到 `multiple` 的倍数。",
)


# ---- estimates, flaws, say ---------------------------------------------------------------------

gpt2_xl = Estimate(1.475e9, unit="parameters", unit_zh="个参数", rtol=0.01)
gpt2_xl.trap(
    0.492e9,
    en="That is attention alone, 4LD². The FFN adds 8LD².",
    zh="这只是注意力的 4LD²，还有 FFN 的 8LD²。",
)
gpt2_xl.trap(
    0.983e9,
    en="That is the FFN alone, 8LD². Attention adds 4LD².",
    zh="这只是 FFN 的 8LD²，还有注意力的 4LD²。",
)
gpt2_xl.trap(
    1.557e9,
    en="That is with the embedding, 50,257 + 1,024 vectors. The question leaves it out.",
    zh="这里算进了词嵌入和位置，50257 + 1024 个向量。题目不算它们。",
)

weights_file = Estimate("16.06 GB", rtol=0.005)
weights_file.trap(
    "32.1 GB", en="That is fp32. bf16 has 2 bytes.", zh="这是 fp32 的大小。bf16 是 2 字节。"
)
weights_file.trap(
    "8.03 GB",
    en="One byte each would be int8. bf16 has 2 bytes.",
    zh="每个 1 字节是 int8。bf16 是 2 字节。",
)

flaws = Flaws()
flaws.false(
    en="A large model is one with hundreds of millions or even billions of parameters.",
    zh="大模型就是有数亿甚至数十亿参数的模型。",
    because_en="The number dates itself: GPT-3 had 175 billion in 2020, DeepSeek-V3 has 671 "
    "billion. What "
    "the word means is a model trained broadly and used for many tasks.",
    because_zh="这个数字早过时了：2020 年的 GPT-3 有 1750 亿，DeepSeek-V3 有 6710 亿。"
    "这个词指的是在广泛数据"
    "上预训练、能用于许多任务的模型。",
    source="Brown et al. 2020; DeepSeek-AI 2024; Bommasani et al. 2021",
)
flaws.true(
    en="With an FFN of width 4D and full multi-head attention, two thirds of a layer's weights "
    "are in "
    "the FFN.",
    zh="FFN 宽度为 4D、注意力是完整多头时，一层的权重有三分之二在 FFN。",
)
flaws.false(
    en="Going from 32 to 8 KV heads makes the attention weights four times smaller.",
    zh="KV 头从 32 个减到 8 个，注意力的权重就小四倍。",
    because_en="Only W_k and W_v shrink: 4D² becomes 2.5D². What becomes four times smaller is "
    "the KV "
    "cache.",
    because_zh="只有 W_k 和 W_v 变小：4D² 变成 2.5D²。小四倍的是 KV cache。",
    source="Ainslie et al. 2023, §2.2",
)
flaws.false(
    en="SwiGLU's third matrix makes LLaMA's FFN half again as large as GPT's 8D².",
    zh="SwiGLU 多一个矩阵，所以 LLaMA 的 FFN 是 GPT 的 8D² 的一倍半。",
    because_en="The hidden width is cut to 2/3 · 4D, so three matrices are again about 8D².",
    because_zh="隐藏宽度砍到了 4D 的 2/3，三个矩阵加起来仍约为 8D²。",
    source="Shazeer 2020; Touvron et al. 2023a, §2.2",
)
flaws.true(
    en="Tying the output head to the embedding saves vocab × width parameters; for a small model "
    "with "
    "a large vocabulary that is much.",
    zh="输出层与词嵌入共享，省下 vocab × width 个参数；词表大、模型小时很可观。",
)
flaws.false(
    en="RoPE adds a trainable vector for every position, like GPT-2's position table.",
    zh="RoPE 和 GPT-2 的位置表一样，每个位置有一个可训练的向量。",
    because_en="RoPE rotates q and k by fixed angles: no parameters.",
    because_zh="RoPE 按固定角度旋转 q 和 k，没有参数。",
    source="Su et al. 2021, §3.2",
)
flaws.true(
    en="A mixture of experts needs memory for all its parameters and arithmetic for the active "
    "ones.",
    zh="MoE 的显存由全部参数决定，每个 token 的计算量由激活的参数决定。",
)

say = Say(
    model_en="I would not define a large model by a number: it is one trained on broad data that "
    "is "
    "then used for many tasks, and today that means billions of parameters. To count them I go "
    "through the configuration. The embedding has vocabulary times width, again for the head "
    "unless "
    "it is tied. A layer has four attention matrices, 4D², where K and V shrink with grouped-query "
    "attention, and the FFN, 8D²: two matrices of 4D, or three of two thirds of that with SwiGLU. "
    "So "
    "about 12LD² plus the embedding; norms and biases are far below a percent. In bf16 it is two "
    "bytes each.",
    model_zh="我不会用一个数字来定义大模型：它是在广泛数据上预训练、再用于许多任务的模型，"
    "今天通常有几十亿到"
    "几千亿参数。要算参数量，就对着配置来：词嵌入是词表乘宽度，输出层如果不共享就再来一份。"
    "每一层，注意力"
    "四个矩阵共 4D²，用 GQA 时 K、V 变小；FFN 是 8D²，两个 4D 宽的矩阵，或者 SwiGLU 三个、"
    "宽度砍到三分之二。"
    "合起来约 12LD² 加词嵌入；归一化和偏置不到百分之一。bf16 每个参数两字节。",
)
say.point(
    en="The embedding: vocabulary × width, and tying",
    zh="词嵌入：词表 × 宽度，以及是否共享",
    found_en=[r"\bembedding", r"\bvocabulary (times|×|x)", r"\btied?\b", r"\btying\b"],
    found_zh=[r"词嵌入", r"词表", r"(共享|tied)", r"embedding"],
)
say.point(
    en="Attention 4D² a layer, less with grouped KV heads",
    zh="注意力每层 4D²，GQA 时更少",
    found_en=[r"\b4 ?D", r"\bfour\b.{0,30}\bmatri", r"\b(GQA|grouped.query|KV heads?)\b"],
    found_zh=[r"4 ?D", r"四个矩阵", r"(GQA|KV 头|分组)"],
)
say.point(
    en="FFN 8D² a layer: two matrices, or three narrower ones",
    zh="FFN 每层 8D²：两个矩阵，或三个更窄的",
    found_en=[r"\b8 ?D", r"\b(FFN|feed.?forward|MLP|SwiGLU)\b"],
    found_zh=[r"8 ?D", r"(FFN|前馈|MLP|SwiGLU)"],
)
say.point(
    en="About 12 · layers · width²",
    zh="约 12 · 层数 · 宽度²",
    found_en=[r"\b12 ?[·*×x]? ?L", r"\btwelve\b", r"\b12 (times|layers)"],
    found_zh=[r"12 ?[·*×x]? ?L", r"12 ?(乘|倍|·)", r"十二"],
)
say.point(
    en="Size alone is no definition",
    zh="光看参数量不算定义",
    found_en=[
        r"\bdefin\w+\b",
        r"\b(many|general|different|downstream) tasks?\b",
        r"\b(broad|general)\b.{0,20}\b(data|purpose|train)",
        r"\bpre-?train\w*\b",
    ],
    found_zh=[r"定义", r"(许多|多种|各种|通用|下游)(任务|能力)?", r"预训练"],
)
