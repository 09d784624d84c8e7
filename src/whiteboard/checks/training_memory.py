"""Training memory: model states under ZeRO, activations with recomputation, the batch that fits.

The references count tensor by tensor (bytes of each, who splits it, who recomputes it) where a
solution sums them up in a formula; the batch is found by trying 1, 2, 3, … .
GB is 10⁹ bytes, GiB is 2³⁰.
"""

import math

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- state_bytes -------------------------------------------------------------------------------

OPTIMIZERS = ("adam", "momentum", "sgd", "adam8bit")
# What the update keeps of each parameter: a copy of the weight, then its statistics.
_KEPT = {
    "adam": ("f4", "f4", "f4"),
    "momentum": ("f4", "f4"),
    "sgd": ("f4",),
    "adam8bit": ("f4", "i1", "i1"),
}


def _state_bytes(parameters, stage, ranks, optimizer="adam"):
    def group(dtypes, sharded_from):
        holders = ranks if stage >= sharded_from else 1
        return sum(np.dtype(d).itemsize for d in dtypes) * parameters / holders

    return group(["f2"], 3), group(["f2"], 2), group(_KEPT[optimizer], 1)


def _states(
    weights=2,
    gradients=2,
    kept=lambda optimizer: {"adam": 12, "momentum": 8, "sgd": 4, "adam8bit": 6}[optimizer],
    sharded_from=(3, 2, 1),
    unit=lambda ranks: 1,
):
    """state_bytes with one idea exchanged: bytes per parameter, who shards from which stage."""

    def answer(parameters, stage, ranks, optimizer="adam"):
        sizes = (weights, gradients, kept(optimizer))
        return tuple(
            size * parameters / (ranks if stage >= first else 1) / unit(ranks)
            for size, first in zip(sizes, sharded_from, strict=True)
        )

    return answer


def _only_this_stage(parameters, stage, ranks, optimizer="adam"):
    sizes = _state_bytes(parameters, 0, 1, optimizer)
    return tuple(
        size / (ranks if stage == own else 1) for size, own in zip(sizes, (3, 2, 1), strict=True)
    )


state_bytes = Check(
    _state_bytes,
    returns=("weights", "gradients", "optimizer state"),
    domain=lambda parameters, stage, ranks, optimizer="adam": (
        parameters > 0 and stage in range(4) and ranks >= 1 and optimizer in OPTIMIZERS
    ),
)
_PAPER = {"parameters": 7_500_000_000, "ranks": 64}
state_bytes.case(
    _PAPER["parameters"],
    0,
    _PAPER["ranks"],
    en="without ZeRO every rank keeps everything: 120 GB for 7.5B parameters",
    zh="不用 ZeRO 时每张卡都存全部：7.5B 参数是 120 GB",
)
state_bytes.case(
    _PAPER["parameters"],
    1,
    _PAPER["ranks"],
    en="ZeRO-1 on 64 ranks: 31.4 GB",
    zh="64 张卡上的 ZeRO-1：31.4 GB",
    ask_en="Stage 1 shards one of the three groups. Which is the largest?",
    ask_zh="第 1 阶段只切三部分中的一部分。哪部分最大？",
)
state_bytes.case(
    _PAPER["parameters"],
    2,
    _PAPER["ranks"],
    en="ZeRO-2 on 64 ranks: 16.6 GB",
    zh="64 张卡上的 ZeRO-2：16.6 GB",
)
state_bytes.case(
    _PAPER["parameters"],
    3,
    _PAPER["ranks"],
    en="ZeRO-3 on 64 ranks: 1.9 GB, one 64th of everything",
    zh="64 张卡上的 ZeRO-3：1.9 GB，全部的 1/64",
)
state_bytes.case(
    14_000_000_000,
    3,
    1,
    en="a single rank has nobody to share with",
    zh="只有一张卡，没有别的卡可以分担",
)
for _name, _en, _zh in (
    (
        "momentum",
        "SGD with momentum keeps one statistic less than Adam",
        "带动量的 SGD 比 Adam 少一个统计量",
    ),
    (
        "sgd",
        "plain SGD has no statistics, but still updates in fp32",
        "不带动量的 SGD 没有统计量，但更新仍在 fp32 里做",
    ),
    ("adam8bit", "8-bit Adam: one byte for each statistic", "8-bit Adam：每个统计量一个字节"),
):
    state_bytes.case(7_000_000_000, 2, 8, _name, en=_en, zh=_zh)


@state_bytes.fresh(en="a fresh model on a fresh cluster", zh="新的模型，新的集群")
def _(rng):
    return (
        int(rng.integers(10**8, 10**11)),
        int(rng.integers(4)),
        int(rng.integers(2, 1024)),
        str(rng.choice(OPTIMIZERS)),
    )


_RIGHT_KEPT = {"adam": 12, "momentum": 8, "sgd": 4, "adam8bit": 6}

state_bytes.trap(
    _states(gradients=4),
    en="Gradients in fp32: 4 bytes. In this recipe the backward pass leaves them in bf16, 2 bytes. "
    "Some trainers do keep fp32 gradients; then say 18 bytes per parameter, not 16.",
    zh="梯度按 fp32 算成了 4 字节。这里反向传播得到的梯度是 bf16，2 字节。"
    "有的训练框架确实保留 fp32 梯度，那就要说每参数 18 字节，而不是 16。",
    ask_en="In which format does the backward pass write the gradients here?",
    ask_zh="这里反向传播写出的梯度是什么格式？",
)
state_bytes.trap(
    _states(kept=lambda optimizer: _RIGHT_KEPT[optimizer] - 4),
    en="The fp32 master copy of the weights is missing: 4 more bytes per parameter. Without it a "
    "small update is rounded away in bf16.",
    zh="漏了 fp32 主权重：每参数还要 4 字节。没有它，bf16 里很小的更新会被舍入掉。",
    ask_en="The weight is 1.0 in bf16 and the update 0.001. Where does the sum live?",
    ask_zh="bf16 的权重是 1.0，更新量是 0.001。它们的和存在哪里？",
)
state_bytes.trap(
    _states(kept=lambda optimizer: {"adam": 4, "momentum": 2, "sgd": 0, "adam8bit": 2}[optimizer]),
    en="This keeps the optimizer state in 16 bits as well. The update runs in fp32: a master copy "
    "of the weights, and 4 bytes for each statistic.",
    zh="优化器状态也按 16 位算了。更新在 fp32 里做：要有一份主权重，每个统计量也是 4 字节。",
    ask_en="In which precision is the update computed, and where is its result kept?",
    ask_zh="更新用什么精度计算？结果又存在哪里？",
)
state_bytes.trap(
    _states(sharded_from=(1, 1, 1)),
    en="Only ZeRO-3 divides everything by the ranks. Stage 1 shards the optimizer state alone, "
    "stage 2 the gradients as well.",
    zh="只有 ZeRO-3 才把全部都按卡数平分。第 1 阶段只切优化器状态，第 2 阶段再加上梯度。",
    ask_en="Which of the three groups does stage 1 shard, and which does it leave whole?",
    ask_zh="第 1 阶段切的是三部分中的哪一部分？哪些仍是完整的？",
)
state_bytes.trap(
    _states(sharded_from=(2, 1, 1)),
    en="One stage ahead: ZeRO-1 does not shard gradients, and ZeRO-2 does not shard weights.",
    zh="早了一个阶段：ZeRO-1 不切梯度，ZeRO-2 不切权重。",
    ask_en="How many of the three groups does each stage shard?",
    ask_zh="每个阶段切三部分中的几部分？",
)
state_bytes.trap(
    _states(sharded_from=(1, 2, 3)),
    en="The order is the other way round. ZeRO begins with what is largest and least often needed: "
    "the optimizer state, then the gradients, the weights last.",
    zh="顺序反了。ZeRO 先切最大、用得最少的：先是优化器状态，然后是梯度，最后才是权重。",
    ask_en="Every layer reads its weights twice a step. Would you shard those first?",
    ask_zh="每一步里每层都要读两次权重。你会先切它吗？",
)
state_bytes.trap(
    _states(sharded_from=(2, 3, 1)),
    en="Weights and gradients are exchanged. Both take 2 bytes, so the sum is right and the stage "
    "is not: ZeRO-2 shards the gradients and keeps the weights whole.",
    zh="权重和梯度弄反了。两者都是 2 字节，所以总和碰巧对，阶段不对："
    "ZeRO-2 切梯度，权重仍是完整的。",
    ask_en="Which is needed all through the step, the weights or the gradients?",
    ask_zh="整个训练步里一直要用的，是权重还是梯度？",
)
state_bytes.trap(
    _states(kept=lambda optimizer: 12),
    en="`optimizer` is ignored: every optimizer is counted as Adam.",
    zh="没有用到 `optimizer`：每种优化器都按 Adam 算了。",
)
state_bytes.trap(
    _states(unit=lambda ranks: 1e9),
    en="These are GB. The function returns bytes; divide when you print.",
    zh="这是 GB。函数应返回字节数，打印时再换算。",
)
state_bytes.trap(
    _states(unit=lambda ranks: 1 / ranks),
    en="This is the sum over all ranks. The question is what one rank keeps.",
    zh="这是所有卡加起来的量。问的是一张卡上存多少。",
)
state_bytes.trap(
    _states(kept=lambda optimizer: {**_RIGHT_KEPT, "adam8bit": 2}[optimizer]),
    en="8-bit Adam stores momentum and variance in one byte each; the fp32 master copy stays here, "
    "4 + 1 + 1.",
    zh="8-bit Adam 的动量和方差各占一个字节；这里 fp32 主权重还在，是 4 + 1 + 1。",
)
state_bytes.trap(
    _states(kept=lambda optimizer: {**_RIGHT_KEPT, "sgd": 0}[optimizer]),
    en="Plain SGD has neither momentum nor variance, but the fp32 master copy stays: 4 bytes.",
    zh="不带动量的 SGD 没有动量也没有方差，但 fp32 主权重还在：4 字节。",
)
state_bytes.trap(
    _states(weights=6, kept=lambda optimizer: _RIGHT_KEPT[optimizer] - 4),
    en="The fp32 copy is counted with the weights. Only the update reads it, so it is optimizer "
    "state: ZeRO-1 shards it.",
    zh="fp32 主权重算到权重里去了。只有更新时才读它，它属于优化器状态，ZeRO-1 会切它。",
    ask_en="Does the forward pass ever read the fp32 copy?",
    ask_zh="前向会读 fp32 主权重吗？",
)
state_bytes.trap(
    lambda *given, **named: sum(_state_bytes(*given, **named)),
    en="This is the total. Return the three parts, weights, gradients and optimizer state: a total "
    "does not show what a stage shards.",
    zh="这是总和。要分开返回三部分：权重、梯度、优化器状态。只看总和，看不出每个阶段切的是什么。",
)
state_bytes.trap(
    _states(unit=lambda ranks: 2**30),
    en="These are GiB. The function returns bytes; divide when you print.",
    zh="这是 GiB。函数应返回字节数，打印时再换算。",
)
state_bytes.trap(
    _only_this_stage,
    en="Each stage shards only what it adds. The stages build on one another: ZeRO-2 shards the "
    "optimizer state as well, ZeRO-3 all three. Compare with ≥, not with ==.",
    zh="每个阶段只切了新增的那一部分。阶段是累加的：ZeRO-2 也切优化器状态，ZeRO-3 三部分都切。"
    "应该用 ≥ 比较，不是 ==。",
    ask_en="What did the stage before already shard?",
    ask_zh="前一个阶段已经切了什么？",
)


# ---- activation_bytes --------------------------------------------------------------------------

MODES = ("none", "selective", "full")
# One layer: (bytes per element, its size in units of s·b·h or a·s²·b, split by tensor parallelism).
_WIDE = (
    (2, 1, False),  # input of LayerNorm 1
    (2, 1, False),  # input of LayerNorm 2
    (2, 1, False),  # shared input of Q, K and V
    (2, 1, True),  # Q
    (2, 1, True),  # K
    (2, 1, True),  # V
    (2, 1, True),  # input of the output projection
    (1, 1, False),  # dropout mask after attention
    (2, 1, False),  # input of the first linear map of the MLP
    (2, 4, True),  # input of GeLU
    (2, 4, True),  # input of the second linear map
    (1, 1, False),  # dropout mask after the MLP
)
_SCORES = ((2, 1, True), (1, 1, True), (2, 1, True))  # softmax, its dropout mask, after dropout


def _activation_bytes(sequence, batch, hidden, heads, layers, recompute="none", tensor_parallel=1):
    tokens, total = sequence * batch, 0
    for _ in range(layers):
        if recompute == "full":
            total += 2 * tokens * hidden
            continue
        kept = [(tokens * hidden, tensor) for tensor in _WIDE]
        if recompute == "none":
            kept += [(tokens * sequence * heads, tensor) for tensor in _SCORES]
        for elements, (size, times, split) in kept:
            total += size * times * elements / (tensor_parallel if split else 1)
    return total


def _activations(
    whole=10,
    split=24,
    scores=lambda sequence, batch, hidden, heads: 5 * heads * sequence**2 * batch,
    selective=False,
    full=lambda tokens, layers, ways: 2 * tokens * layers,
    per_layer=lambda layers: layers,
    ways=lambda tensor_parallel: tensor_parallel,
    factor=1.0,
):
    """activation_bytes with one idea exchanged; `selective`: keeps the scores even then."""

    def answer(sequence, batch, hidden, heads, layers, recompute="none", tensor_parallel=1):
        tokens = sequence * batch * hidden
        if recompute == "full":
            return factor * full(tokens, per_layer(layers), tensor_parallel)
        inner = split * tokens
        if recompute == "none" or selective:
            inner = inner + scores(sequence, batch, hidden, heads)
        return factor * (whole * tokens + inner / ways(tensor_parallel)) * per_layer(layers)

    return answer


activation_bytes = Check(
    _activation_bytes,
    domain=lambda sequence, batch, hidden, heads, layers, recompute="none", tensor_parallel=1: (
        min(sequence, batch, hidden, heads, layers, tensor_parallel) >= 1
        and layers <= 10_000
        and recompute in MODES
    ),
)
_22B = {"sequence": 2048, "batch": 4, "hidden": 6144, "heads": 64, "layers": 48}
_GPT3 = {"sequence": 2048, "batch": 1, "hidden": 12288, "heads": 96, "layers": 96}
# The 22B model comes first: there no two of the traps give the same number.
activation_bytes.case(
    **_22B,
    en="a 22B model, micro-batch 4: 339.8 GB",
    zh="22B 模型，micro-batch 为 4：339.8 GB",
)
activation_bytes.case(
    **{**_GPT3, "layers": 1},
    en="one layer of GPT-3: 2.87 GB",
    zh="GPT-3 的一层：2.87 GB",
)
activation_bytes.case(
    **_GPT3,
    recompute="selective",
    en="selective recomputation keeps no tensor of size s × s",
    zh="选择性重计算不保留 s × s 的张量",
)
activation_bytes.case(
    **_GPT3,
    recompute="full",
    en="full recomputation keeps the input of every layer",
    zh="全部重计算时保留每一层的输入",
)
activation_bytes.case(
    **_22B,
    tensor_parallel=8,
    en="tensor parallelism divides what lies inside attention and MLP, and nothing else",
    zh="张量并行只切注意力和 MLP 内部的张量，别的不切",
    ask_en="Which rows of the table are not split? How many bytes are they per s·b·h?",
    ask_zh="表里哪几行不切？每个 s·b·h 占多少字节？",
)
activation_bytes.case(
    **_22B,
    recompute="selective",
    tensor_parallel=16,
    en="tensor parallelism with selective recomputation",
    zh="张量并行加选择性重计算",
)
activation_bytes.case(
    **_22B,
    recompute="full",
    tensor_parallel=8,
    en="every rank keeps the whole input of a layer",
    zh="每张卡都存完整的层输入",
)


@activation_bytes.fresh(en="a fresh shape", zh="新的尺寸")
def _(rng):
    heads = 16 * int(rng.integers(1, 5))
    return (
        int(rng.integers(100, 5000)),
        int(rng.integers(2, 9)),
        heads * int(rng.choice([48, 80, 96])),
        heads,
        int(rng.integers(2, 60)),
        str(rng.choice(MODES)),
        int(rng.choice([2, 4, 8, 16])),
    )


def candidate(sequence, batch, hidden, heads, layers, recompute="none", tensor_parallel=1):
    tokens = sequence * batch * hidden
    if recompute == "full":
        return 2 * tokens * layers
    kept = 34 * tokens
    if recompute == "none":
        kept += 5 * heads * sequence**2 * batch
    return kept * layers / tensor_parallel


activation_bytes.trap(
    candidate,
    en="Everything is divided by t. Tensor parallelism alone splits what lies inside attention and "
    "MLP; the LayerNorm inputs, the block inputs and two dropout masks, 10 bytes per s·b·h, stay "
    "whole. Dividing those as well takes sequence parallelism.",
    zh="全都除以了 t。单靠张量并行只切注意力和 MLP 内部；LayerNorm 的输入、各块的输入和两个 "
    "dropout 掩码（每个 s·b·h 共 10 字节）每张卡都是完整的。这些也要切，就得加序列并行。",
)
activation_bytes.trap(
    _activations(factor=2.0),
    en="Twice too much: the 2 bytes of an element are already in the 34 and in the 5.",
    zh="多算了一倍：每个元素的 2 字节已经包含在 34 和 5 里了。",
)
activation_bytes.trap(
    _activations(whole=12, scores=lambda s, b, h, a: 6 * a * s**2 * b),
    en="The dropout masks are counted with 2 bytes. A mask takes 1.",
    zh="dropout 掩码按 2 字节算了，掩码只占 1 字节。",
)
activation_bytes.trap(
    _activations(whole=12, scores=lambda s, b, h, a: 6 * a * s**2 * b, factor=0.5),
    en="These are elements, not bytes: an activation takes 2 bytes, a mask 1.",
    zh="这是元素个数，不是字节：激活值每个 2 字节，掩码每个 1 字节。",
)
activation_bytes.trap(
    _activations(scores=lambda s, b, h, a: 0),
    en="The attention scores are missing: softmax output, its mask, and the output after dropout, "
    "each of size a·s²·b.",
    zh="漏了注意力分数：softmax 的输出、它的掩码、dropout 之后的结果，大小都是 a·s²·b。",
    ask_en="Double the sequence length. Does your number only double?",
    ask_zh="序列长度加倍，你的结果也只加倍吗？",
)
activation_bytes.trap(
    _activations(scores=lambda s, b, h, a: 5 * s**2 * b),
    en="One s × s matrix of scores for each head, not one for all heads: a is missing.",
    zh="每个注意力头各有一个 s × s 的分数矩阵，不是所有头共用一个：漏了 a。",
)
activation_bytes.trap(
    _activations(scores=lambda s, b, h, a: 5 * a * s * h * b),
    en="The scores are s × s for each head, not s × h.",
    zh="每个头的分数矩阵是 s × s，不是 s × h。",
)
activation_bytes.trap(
    _activations(scores=lambda s, b, h, a: 2.5 * a * s**2 * b),
    en="Half of the scores: a causal mask sets entries to zero, but the matrix is stored whole.",
    zh="分数只算了一半：因果掩码只是把元素置零，矩阵还是整个存着。",
)
activation_bytes.trap(
    _activations(scores=lambda s, b, h, a: 2 * a * s**2 * b),
    en="Only the softmax output is counted. Its dropout mask (1 byte) and the result after dropout "
    "(2 bytes) are kept too: 5, not 2.",
    zh="只算了 softmax 的输出。它的 dropout 掩码（1 字节）和 dropout 之后的结果（2 字节）也要存："
    "是 5，不是 2。",
)
activation_bytes.trap(
    _activations(per_layer=lambda layers: 1),
    en="This is one layer. The backward pass needs all of them.",
    zh="这只是一层，反向传播每一层都要用。",
)
activation_bytes.trap(
    _activations(selective=True),
    en="Selective recomputation drops exactly the a·s²·b tensors; they are still here.",
    zh="选择性重计算丢掉的正是 a·s²·b 的张量，这里还留着。",
)
activation_bytes.trap(
    _activations(full=lambda tokens, layers, ways: 0),
    en="Recomputing starts from somewhere: the input of each layer stays, 2 bytes per element.",
    zh="重计算总得有个起点：每层的输入要留着，每个元素 2 字节。",
)
activation_bytes.trap(
    _activations(full=lambda tokens, layers, ways: 2 * tokens),
    en="One input for the whole model would mean to recompute from the bottom for every layer. "
    "Here each layer's input is kept: times `layers`.",
    zh="整个模型只留一份输入，每一层就都要从头算起。这里是每层的输入都留着：要乘 `layers`。",
)
activation_bytes.trap(
    _activations(full=lambda tokens, layers, ways: 2 * tokens * layers / ways),
    en="The input of a layer lies whole on every rank; tensor parallelism does not divide it.",
    zh="层的输入在每张卡上都是完整的，张量并行不切它。",
)
activation_bytes.trap(
    _activations(ways=lambda tensor_parallel: 1),
    en="`tensor_parallel` is ignored. It divides 24 of the 34 bytes, and the scores.",
    zh="没有用到 `tensor_parallel`。34 字节里有 24 字节要除以它，分数那部分也要除。",
)
activation_bytes.trap(
    _activations(scores=lambda s, b, h, a: 5 * a * s**2),
    en="Each example of the batch has its own scores: b is missing from that term.",
    zh="batch 里每个样本都有自己的分数：这一项漏了 b。",
)


# ---- max_batch ---------------------------------------------------------------------------------


def _max_batch(
    card_gb, parameters, stage, ranks, sequence, hidden, heads, layers, recompute="none"
):
    """Try 1, 2, 3, … until the peak no longer fits."""
    states = sum(_state_bytes(parameters, stage, ranks))
    batch = 0
    while True:
        one = (sequence, batch + 1, hidden, heads, 1)
        kept = layers * _activation_bytes(*one, recompute)
        again = _activation_bytes(*one) - _activation_bytes(*one, recompute)
        if states + kept + again > card_gb * 10**9:
            return batch
        batch += 1


def _batch(
    gb=1e9,
    states=lambda parameters, stage, ranks: sum(_state_bytes(parameters, stage, ranks)),
    again=True,
    back=lambda one, recompute: _activation_bytes(*one) - _activation_bytes(*one, recompute),
    mode=lambda recompute: recompute,
    share=lambda stage, ranks: 1,
    rounded=lambda fit, ranks: max(0, math.floor(fit)),
):
    """max_batch with one idea exchanged."""

    def answer(
        card_gb, parameters, stage, ranks, sequence, hidden, heads, layers, recompute="none"
    ):
        recompute = mode(recompute)
        one = (sequence, 1, hidden, heads, 1)
        each = layers * _activation_bytes(*one, recompute)
        if again:
            each += back(one, recompute)
        free = card_gb * gb - states(parameters, stage, ranks)
        return rounded(free / (each / share(stage, ranks)), ranks)

    return answer


def _restored_once(
    card_gb, parameters, stage, ranks, sequence, hidden, heads, layers, recompute="none"
):
    one = (sequence, 1, hidden, heads, 1)
    kept, whole = _activation_bytes(*one, recompute), _activation_bytes(*one)
    free = card_gb * 1e9 - sum(_state_bytes(parameters, stage, ranks)) - (whole - kept)
    return max(0, math.floor(free / (layers * kept)))


max_batch = Check(_max_batch)
_GPT2 = {"sequence": 1024, "hidden": 1600, "heads": 25, "layers": 48}
_14B = {"sequence": 4096, "hidden": 5120, "heads": 40, "layers": 48}
# Large enough that a card holds hundreds of examples: there no two of the traps agree.
max_batch.case(
    80,
    1_500_000_000,
    1,
    8,
    **_GPT2,
    recompute="full",
    en="GPT-2 1.5B with ZeRO-1 on 8 cards, all layers recomputed",
    zh="GPT-2 1.5B，8 张卡 ZeRO-1，每层都重计算",
)
max_batch.case(
    80,
    14_000_000_000,
    0,
    8,
    **_14B,
    recompute="full",
    en="no batch fits where the model states alone do not",
    zh="光模型状态就放不下，batch 就是 0",
)
max_batch.case(
    80,
    14_000_000_000,
    3,
    8,
    **_14B,
    recompute="selective",
    en="selective recomputation brings back one layer's scores at a time",
    zh="选择性重计算每次只找回一层的分数",
)
max_batch.case(
    80,
    7_000_000_000,
    2,
    8,
    sequence=2048,
    hidden=4096,
    heads=32,
    layers=32,
    en="nothing recomputed: everything is there already",
    zh="不重计算：该有的都已经在了",
)
_EXACT = {"sequence": 1000, "hidden": 1000, "heads": 8, "layers": 464, "recompute": "full"}
max_batch.case(
    20,
    1_000_000_000,
    0,
    1,
    **_EXACT,
    en="an exact fit fits",
    zh="正好放满也算放得下",
)
max_batch.case(
    20,
    1_000_000_001,
    0,
    1,
    **_EXACT,
    en="16 bytes too many are too many",
    zh="多出 16 字节也放不下",
)


@max_batch.fresh(en="a fresh model and card", zh="新的模型和新的卡")
def _(rng):
    heads = int(rng.integers(8, 17))
    return (
        int(rng.choice([24, 40, 48, 80])),
        int(rng.integers(3 * 10**8, 10**9)),
        int(rng.integers(4)),
        int(rng.integers(2, 9)),
        int(rng.integers(300, 900)),
        64 * heads,
        heads,
        int(rng.integers(12, 30)),
        str(rng.choice(MODES)),
    )


max_batch.trap(
    _batch(gb=2**30),
    en="1 GB is 10⁹ bytes. 2³⁰ bytes are a GiB: 7 % more than the card was said to have.",
    zh="1 GB 是 10⁹ 字节。2³⁰ 字节是 1 GiB：比题目给的多出 7%。",
)
max_batch.trap(
    _batch(rounded=lambda fit, ranks: max(0, math.ceil(fit))),
    en="Rounded up: the last example does not fit. Round down.",
    zh="向上取整了：最后一个样本放不下，要向下取整。",
)
max_batch.trap(
    _batch(states=lambda parameters, stage, ranks: 0),
    en="The model states are on the same card: subtract them first.",
    zh="模型状态也在这张卡上：先减掉它们。",
)
max_batch.trap(
    _batch(states=lambda parameters, stage, ranks: sum(_state_bytes(parameters, 0, 1))),
    en="The states are counted whole. ZeRO leaves this rank its share of them.",
    zh="模型状态是按整份算的。用了 ZeRO，这张卡上只有它那一份。",
)
max_batch.trap(
    _batch(rounded=lambda fit, ranks: math.floor(fit)),
    en="A negative batch: if the states do not fit, the answer is 0.",
    zh="batch 成了负数：模型状态放不下时，答案是 0。",
)
max_batch.trap(
    _batch(rounded=lambda fit, ranks: max(0.0, fit)),
    en="A fraction of an example cannot be run: round down to a whole number.",
    zh="样本没有小数个：向下取整。",
)
max_batch.trap(
    _batch(rounded=lambda fit, ranks: max(0, math.floor(fit)) * ranks),
    en="This is the batch of all ranks together. The question is what one card can hold.",
    zh="这是所有卡加起来的 batch。问的是一张卡放得下多少。",
)
max_batch.trap(
    _batch(share=lambda stage, ranks: ranks if stage else 1),
    en="ZeRO does not shard activations: every rank runs its own examples and keeps all of theirs.",
    zh="ZeRO 不切激活值：每张卡跑自己的样本，激活值全存在自己这里。",
)
max_batch.trap(
    _batch(again=False),
    en="While a layer is recomputed, its activations are all back. Add that one layer.",
    zh="某一层重计算时，它的激活值会全部回来。要加上这一层。",
    ask_en="Full recomputation, backward pass in layer 7: what is in memory besides the inputs?",
    ask_zh="全部重计算，反向传播走到第 7 层：除了各层输入，显存里还有什么？",
)
max_batch.trap(
    _batch(mode=lambda recompute: "none"),
    en="This is the batch when every layer keeps everything. Is `recompute` used, and does only "
    "one layer at a time come back?",
    zh="这是每一层都全部保留时的 batch。用到 `recompute` 了吗？同一时刻是不是只有一层会回来？",
)
max_batch.trap(
    _batch(rounded=lambda fit, ranks: max(0, math.ceil(fit) - 1)),
    en="An exact fit is thrown away: compare with ≤, not with <.",
    zh="正好放满也被排除了：应该用 ≤ 比较，不是 <。",
)
max_batch.trap(
    _batch(back=lambda one, recompute: _activation_bytes(*one)),
    en="The layer at work is counted whole, on top of what it kept anyway: its input is there "
    "twice. Add only what it had dropped.",
    zh="正在计算的那一层按整层加上去了，可它保留的部分本来就在：输入算了两遍。只加它丢掉的那些。",
)
max_batch.trap(
    _restored_once,
    en="The restored layer is counted for one example. All examples of the batch pass through it "
    "together: it grows with the batch too.",
    zh="重新算出来的那一层只按一个样本算了。整个 batch 是一起经过这一层的，它也随 batch 增长。",
)


# ---- on paper ----------------------------------------------------------------------------------

full_fine_tuning = Estimate("224 GB", rtol=0.01)
full_fine_tuning.trap(
    "28 GB",
    en="These are the bf16 weights alone. Training adds gradients and optimizer state.",
    zh="这只是 bf16 权重。训练还要加上梯度和优化器状态。",
)
full_fine_tuning.trap(
    "56 GB",
    en="Weights and gradients. The optimizer state, three quarters of the whole, is missing.",
    zh="这是权重加梯度。占四分之三的优化器状态还没算。",
)
full_fine_tuning.trap(
    "84 GB",
    en="Three copies of 2 bytes: Adam has two statistics, not one, and they are fp32, as is the "
    "master copy.",
    zh="按三份 2 字节算了：Adam 有两个统计量，不是一个，而且都是 fp32，还有一份 fp32 主权重。",
)
full_fine_tuning.trap(
    "112 GB",
    en="8 bytes per parameter is all in bf16, without an fp32 master copy. It is sometimes done; "
    "it is not mixed precision.",
    zh="每参数 8 字节是全部用 bf16、没有 fp32 主权重。有人这样训，但这不是混合精度。",
)
full_fine_tuning.trap(
    "168 GB",
    en="12 bytes per parameter: 2 + 2 + 8. The fp32 master copy, 4 more, is missing.",
    zh="每参数 12 字节，即 2 + 2 + 8，漏了 fp32 主权重的 4 字节。",
)
full_fine_tuning.trap(
    "252 GB",
    en="18 bytes per parameter: that is with fp32 gradients. The question says bf16.",
    zh="每参数 18 字节是用 fp32 存梯度的算法，题目说梯度是 bf16。",
)
full_fine_tuning.trap(
    "280 GB",
    en="20 bytes per parameter keep every gradient twice, in bf16 and in fp32. The question has "
    "bf16 alone.",
    zh="每参数 20 字节是把梯度存了两份，bf16 和 fp32 各一份。题目里只有 bf16。",
)

lora = Estimate("28.503 GB", rtol=0.005)
lora.trap(
    "0.503 GB",
    en="These are the adapters alone. The frozen weights are still needed, forward and backward.",
    zh="这只是 LoRA 的部分。冻结的权重前向和反向都还要用，仍在显存里。",
)
lora.trap(
    "28.06 GB",
    en="The adapters are trained: beside the frozen weights, each of their parameters takes 16 "
    "bytes, not 2 and not none.",
    zh="LoRA 的参数是要训练的：在冻结权重之外，每个还要 16 字节，不是 2 字节，也不能不算。",
)
lora.trap(
    "28.25 GB",
    en="Each adapted matrix has two factors, A and B, of 16 × 5120 each.",
    zh="每个矩阵的 LoRA 有两个因子 A 和 B，各有 16 × 5120 个参数。",
)
lora.trap(
    "56.5 GB",
    en="Frozen weights keep no gradients: 2 bytes each, not 4.",
    zh="冻结的权重不存梯度：每个 2 字节，不是 4 字节。",
)
lora.trap(
    "224.5 GB",
    en="Frozen weights have no optimizer state either: 2 bytes each, not 16.",
    zh="冻结的权重也没有优化器状态：每个 2 字节，不是 16 字节。",
)

communication = Estimate("45 GB", rtol=0.02)
communication.trap(
    "30 GB",
    en="2Ψ is plain data parallelism, and ZeRO-1 and ZeRO-2. ZeRO-3 gathers the weights twice, "
    "forward and backward, and reduces the gradients once: 3Ψ.",
    zh="2Ψ 是普通数据并行，ZeRO-1 和 ZeRO-2 也一样。"
    "ZeRO-3 前向和反向各收集一次权重，再规约一次梯度：3Ψ。",
)
communication.trap(
    "22.5 GB",
    en="These are 3Ψ elements. Each takes 2 bytes.",
    zh="这是 3Ψ 个元素，每个 2 字节。",
)
communication.trap(
    "15 GB",
    en="That is one pass over the weights. How often are they gathered, and what about gradients?",
    zh="这只是传一遍权重的量。权重要收集几次？梯度呢？",
)
communication.trap(
    "90 GB",
    en="Weights and gradients travel in bf16, 2 bytes each, not 4.",
    zh="传的权重和梯度是 bf16，每个 2 字节，不是 4 字节。",
)

two_ways = Estimate("48.125 GB", rtol=0.01)
two_ways.trap(
    "17.5 GB",
    en="1120 / 64 would be ZeRO-3 over all. ZeRO-1 shards the optimizer state only.",
    zh="1120 / 64 相当于全部都切。ZeRO-1 只切优化器状态。",
)
two_ways.trap(
    "140 GB",
    en="Tensor parallelism alone. ZeRO-1 divides the optimizer state by 8 once more.",
    zh="这只用了张量并行。ZeRO-1 还要把优化器状态再除以 8。",
)
two_ways.trap(
    "385 GB",
    en="ZeRO-1 alone. Tensor parallelism divides all three groups by 8.",
    zh="这只用了 ZeRO-1。张量并行把三部分都除以 8。",
)
two_ways.trap(
    "36.64 GB",
    en="The optimizer state is divided by 512: its data-parallel group has 8 ranks, not 64.",
    zh="优化器状态除以了 512：它所在的数据并行组只有 8 张卡，不是 64 张。",
)

long_context = Estimate("19.923 GB", rtol=0.02)
long_context.trap(
    "9.96 GB",
    en="That is bf16. The cross-entropy is computed on fp32 logits here: 4 bytes.",
    zh="这是 bf16。这里的交叉熵用 fp32 的 logits 计算：4 字节。",
)
long_context.trap(
    "2.49 GB",
    en="That is a sequence of 4,096. The question has 32,768.",
    zh="这是序列长度 4,096 的量，题目是 32,768。",
)
long_context.trap(
    "39.8 GB",
    en="These are the logits and their gradient. Both are needed; the question asks for the logits "
    "alone.",
    zh="这是 logits 加上它的梯度。实际确实都要，但这里只问 logits。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="With mixed-precision Adam a parameter takes 16 bytes before any activation: 2 + 2 + 12.",
    zh="混合精度 Adam 不算激活值，每个参数 16 字节：2 + 2 + 12。",
)
flaws.false(
    en="Large models need so much GPU memory because they have to store large amounts of data.",
    zh="大模型之所以吃显存，是因为要存储海量数据。",
    because_en="Data stays on disk and comes batch by batch. The memory goes to weights, "
    "gradients, optimizer state and activations.",
    because_zh="数据在硬盘上，一个 batch 一个 batch 地读。"
    "占显存的是权重、梯度、优化器状态和激活值。",
    source="Rajbhandari et al. 2020, §3",
)
flaws.false(
    en="Mixed precision halves the memory of training.",
    zh="开混合精度，训练显存直接减半。",
    because_en="The model states stay at 16 bytes per parameter, as in pure fp32: the master copy "
    "eats what weights and gradients save. Activations are halved.",
    because_zh="模型状态仍是每参数 16 字节，和纯 fp32 一样：权重、梯度省下的被 fp32 主权重吃掉了。"
    "减半的是激活值。",
    source="Rajbhandari et al. 2020, §3.1",
)
flaws.true(
    en="ZeRO-2 communicates no more than plain data parallelism; ZeRO-3 communicates 1.5 times as "
    "much.",
    zh="ZeRO-2 的通信量和普通数据并行一样，ZeRO-3 是 1.5 倍。",
)
flaws.false(
    en="ZeRO-3 shards everything, the activations too, so with enough GPUs any batch fits.",
    zh="ZeRO-3 什么都切，激活值也切，所以卡够多，多大的 batch 都放得下。",
    because_en="It shards weights, gradients and optimizer state. Activations need recomputation, "
    "tensor and sequence parallelism, or ZeRO-R.",
    because_zh="它切的是权重、梯度和优化器状态。"
    "激活值要靠重计算、张量并行加序列并行，或者 ZeRO-R。",
    source="Rajbhandari et al. 2020, §4.2, §5",
)
flaws.false(
    en="LoRA saves memory because the forward pass only goes through the low-rank matrices.",
    zh="LoRA 省显存，是因为前向只算低秩矩阵。",
    because_en="The whole model still runs forward, and the error still flows back through it. "
    "Saved are the gradients and optimizer state of the frozen weights; activations shrink little.",
    because_zh="前向还是要过整个模型，反向也还是要穿过整个模型。"
    "省掉的是冻结权重的梯度和优化器状态，激活值省不了多少。",
    source="Hu et al. 2021, §4.2",
)
flaws.true(
    en="In GPT-3 at 2,048 tokens the attention scores take more activation memory than the rest of "
    "the layer: 80 against 34 bytes per s·b·h.",
    zh="GPT-3 在 2,048 长度下，注意力分数占的激活显存比该层其余部分还多："
    "每个 s·b·h 是 80 字节对 34 字节。",
)
flaws.false(
    en="If full fine-tuning does not fit, the remedy is to prune, quantize or distil the model.",
    zh="全参微调放不下，就靠剪枝、量化或者蒸馏。",
    because_en="These mainly make inference cheap, and distillation needs the large teacher first; "
    "a quantized base, as in QLoRA, is frozen. To train all weights: recomputation, gradient "
    "accumulation, ZeRO, offload.",
    because_zh="这些主要是给推理省的，蒸馏还得先有大的教师模型；QLoRA 量化的是冻结的权重。"
    "要训练全部权重，靠的是重计算、梯度累积、ZeRO 和 offload。",
    source="Chen et al. 2016; Rajbhandari et al. 2020",
)

say = Say(
    model_en="""
Mixed-precision Adam keeps 16 bytes per parameter: 2 for the weight, 2 for the gradient and 12 of
optimizer state, which is the fp32 master copy, the momentum and the variance.
A 14B model therefore needs 224 GB before any activation.
ZeRO-1 shards the optimizer state over the data-parallel ranks, ZeRO-2 the gradients as well,
ZeRO-3 the weights too. On 8 cards that is 77, 52.5 and 28 GB.
Up to stage 2 the communication stays the same, stage 3 costs 1.5 times as much.
Activations come on top: they grow with batch and sequence length, and ZeRO leaves them whole.
Recomputation keeps only layer inputs for about a third more compute.
""",
    model_zh="""
混合精度 Adam 每个参数要 16 字节：权重 2，梯度 2，优化器状态 12。
这 12 字节是 fp32 主权重、动量和方差各 4。
所以 14B 模型光这些就要 224 GB，还没算激活值。
ZeRO-1 把优化器状态切到各张数据并行卡上，ZeRO-2 再切梯度，ZeRO-3 连权重也切。
8 张卡每张分别是 77、52.5、28 GB。
前两个阶段通信量不变，ZeRO-3 是 1.5 倍。
激活值另算：随 batch 和序列长度增长，ZeRO 管不到。
重计算只留每层输入，多花大约三分之一的计算量。
""",
)
say.point(
    en="16 bytes per parameter: 2 + 2 + 12",
    zh="每参数 16 字节：2 + 2 + 12",
    found_en=[
        r"\b(16|sixteen)[\s-]?bytes?\b",
        r"\b16\s?b (per|for|a|each)\b",
        r"\b(16|sixteen) (in total|altogether|per param|for each|for every)",
        r"\b16\s?([×x*]|psi\b|phi\b|[ψφΨΦ])",
        r"2\s?\+\s?2\s?\+\s?12",
    ],
    found_zh=[r"(16|十六) ?个?字节", r"\b16 ?b\b", r"16 ?(倍|[ψφΨΦ])", r"2 ?\+ ?2 ?\+ ?12"],
)
say.point(
    en="the 12: fp32 master copy, momentum, variance",
    zh="12 字节是 fp32 主权重、动量和方差",
    found_en=[
        r"\bmaster (copy|weight)",
        r"(fp32|float32|full[- ]precision) (master |weight )?(cop(y|ies)|weights|parameters)",
        r"momentum (and|\+) (the )?variance",
        r"\bm and v\b",
        r"(first|second|two)\b.{0,14}moments?\b",
    ],
    found_zh=[
        r"主权重",
        r"(fp32|float32|单精度) ?的?(参数|权重|模型)?(副本|备份|拷贝|主参数|master)",
        r"动量.{0,3}(和|、|\+).{0,3}方差",
        r"一阶.{0,6}二阶",
        r"master ?(weight|copy)",
        r"m ?和 ?v(?![a-z])",
    ],
)
say.point(
    en="14B: 224 GB of states",
    zh="14B 是 224 GB",
    found_en=[r"\b224\b"],
    found_zh=[r"224"],
)
say.point(
    en="ZeRO-1 shards the optimizer state",
    zh="ZeRO-1 切优化器状态",
    found_en=[
        r"(zero|stage)[\s-]?(1|one)\b.{0,40}(optimi[sz]er|adam)",
        r"\bfirst\b.{0,25}optimi[sz]er",
        r"optimi[sz]er.{0,30}(zero|stage)[\s-]?(1|one)\b",
    ],
    found_zh=[
        r"(zero|stage|阶段) ?-?(1|一).{0,12}(优化器|adam)",
        r"(第一|先).{0,6}切?优化器",
        r"优化器.{0,10}(zero|stage) ?-?1",
    ],
)
say.point(
    en="ZeRO-3 shards the weights as well",
    zh="ZeRO-3 连权重也切",
    found_en=[
        r"(zero|stage)[\s-]?(3|three)\b.{0,40}(weight|parameter)",
        r"(weight|parameter)s?\b.{0,30}(zero|stage)[\s-]?(3|three)\b",
        r"(zero|stage)[\s-]?(3|three)\b.{0,20}(everything|all three)",
    ],
    found_zh=[
        r"(zero|stage|阶段) ?-?(3|三).{0,12}(权重|参数|全)",
        r"[3三]个?阶段.{0,12}(权重|参数|全)",
        r"(权重|参数).{0,10}(zero|stage) ?-?3",
    ],
)
say.point(
    en="communication: the same up to stage 2, 1.5 times at stage 3",
    zh="通信量：前两个阶段不变，ZeRO-3 是 1.5 倍",
    found_en=[
        r"1\.5 ?(x|×|times)",
        r"(half|50 ?%) (again|more|higher|extra)",
        r"(communicat\w*|traffic).{0,30}(the same|unchanged|1\.5|half)",
        r"(communicat\w*|traffic)( is)? no more",
    ],
    found_zh=[
        r"1\.5 ?倍",
        r"通信.{0,10}(1\.5|一样|相同|不变|多一半)",
        r"通信量?(并?没有?|不)(增加|变大|变多)",
        r"多 ?(50 ?%|一半)",
    ],
)
say.point(
    en="activations come on top, with batch and sequence",
    zh="激活值另算，随 batch 和序列长度增长",
    found_en=[
        r"activation\w*.{0,40}(on top|extra|separate|batch|sequence|besides|in addition)",
        r"(plus|besides|and then|on top).{0,20}activation",
        r"\bthen (the |there are )?activation",
    ],
    found_zh=[
        r"激活值?.{0,10}(另算|另外|还要|额外|batch|序列|随)",
        r"(另外|还有|加上|再加).{0,6}激活",
    ],
)
say.point(
    en="recomputation: one more forward pass, about a third",
    zh="重计算：多一次前向，约三分之一",
    found_en=[
        r"(recomput|checkpoint|remat)\w*.{0,70}(third|33|30|extra forward|another forward)",
        r"(third|33 ?%|30 ?%).{0,50}(recomput|checkpoint|remat)",
        r"(one|an|a single) (more|extra|additional|second) forward",
        r"(recomput|checkpoint|remat)\w*.{0,30}\b(one|a|another|second) forward",
    ],
    found_zh=[
        r"(重计算|checkpoint\w*|重算).{0,20}(三分之一|33|30|1/3|一次前向|一遍前向)",
        r"多.{0,4}(一次|一遍)前向",
        r"多.{0,6}(三分之一|33 ?%|30 ?%)",
    ],
)
