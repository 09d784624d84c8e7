"""Training compute on paper: operations, utilisation, compute-optimal size, power laws.

The references count matrix product by matrix product, search for optima numerically and fit by
normal equations; a solution has the closed forms.
"""

import math

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

DAY = 86400


# ---- train_flops -------------------------------------------------------------------------------


def _train_flops(parameters, tokens, layers=0, context=0, width=0):
    def product(rows, inner, columns):
        return 2 * rows * inner * columns  # a multiplication and an addition each

    passes = 1 + 2  # forward; backward along the input and along the weights
    weights = product(1, parameters, 1)
    scores = product(1, width, context)  # one query against all keys, all heads
    mixing = product(1, context, width)
    return tokens * passes * (weights + layers * (scores + mixing))


def _flops_variant(per_weight=6, attention=12, quadratic=False):
    def answer(parameters, tokens, layers=0, context=0, width=0):
        extra = attention * layers * context * width * (context if quadratic else 1)
        return tokens * (per_weight * parameters + extra)

    return answer


train_flops = Check(_train_flops)
train_flops.case(
    100,
    10,
    3,
    4,
    5,
    en="100 weights, 10 tokens, 3 layers, context 4, width 5: weights 6,000, attention 7,200",
    zh="100 个权重、10 个 token、3 层、上下文 4、宽度 5：权重 6000，注意力 7200",
    ask_en="One token, one weight, forward: how many operations? And in the two products of "
    "backward?",
    ask_zh="一个 token、一个权重，前向几次运算？反向的两个矩阵乘呢？",
)
train_flops.case(
    174.6e9,
    300e9,
    en="GPT-3 in Table D.1 of its paper: 174.6 billion on 300 billion tokens, 3.14e23",
    zh="GPT-3 论文表 D.1：1746 亿参数、3000 亿 token，3.14e23",
)
train_flops.case(
    540.35e9,
    1,
    118,
    2048,
    12288,
    en="PaLM 540B, one token: attention adds 1.1 %",
    zh="PaLM 540B，一个 token：注意力多 1.1%",
)


@train_flops.fresh(en="fresh sizes", zh="新的尺寸")
def _(rng):
    return tuple(
        int(n) for n in rng.integers([10**6, 10**6, 2, 100, 64], [10**9, 10**9, 90, 9000, 9000])
    )


@train_flops.property(
    en="on a tiny model it is three times the operations counted one by one in a forward pass",
    zh="在一个很小的模型上，它等于前向逐个数出的运算次数的三倍",
)
def _(answer, rng):
    D, L, T = (int(n) for n in rng.integers([2, 1, 2], [6, 4, 7]))
    counted = 0
    for _ in range(L):
        for a, b, c in [(T, D, D)] * 4 + [(T, D, 4 * D), (T, 4 * D, D)] + [(T, D, T), (T, T, D)]:
            counted += 2 * a * b * c
    return Evidence(
        given={"width": D, "layers": L, "tokens and context": T, "weights": 12 * L * D * D},
        names_zh={
            "width": "宽度",
            "layers": "层数",
            "tokens and context": "token 数即上下文",
            "weights": "权重数",
        },
        expected=3 * counted,
        got=answer(12 * L * D * D, T, L, T, D),
    )


train_flops.trap(
    _flops_variant(per_weight=2, attention=4),
    en="This is the forward pass alone. Backward costs twice as much again: 3 × forward.",
    zh="这只是前向。反向还要两倍：总共是前向的 3 倍。",
)
train_flops.trap(
    _flops_variant(per_weight=3, attention=6),
    en="One operation per weight and pass. Each is a multiplication and an addition: 2.",
    zh="每个权重每遍只数了一次运算。其实有一次乘法和一次加法，共 2 次。",
)
train_flops.trap(
    _flops_variant(per_weight=4, attention=8),
    en="Backward is counted once. It has two products for each of the forward's: along the input "
    "and "
    "along the weights.",
    zh="反向只算了一份。前向的每个矩阵乘，反向有两个：对输入的和对权重的。",
)
train_flops.trap(
    _flops_variant(attention=0),
    en="Attention's own products are missing: scores and mixing, for every token against the "
    "context.",
    zh="漏了注意力自己的矩阵乘：每个 token 都要对整个上下文算分数、做加权。",
)
train_flops.trap(
    _flops_variant(attention=6),
    en="Attention has two products, QKᵀ and the mixing of the values: 2 · 2 operations forward, "
    "12 in all.",
    zh="注意力有两个矩阵乘：QKᵀ 和对 value 的加权，前向 2 × 2 次运算，总共 12。",
)
train_flops.trap(
    _flops_variant(quadratic=True),
    en="The context is squared. Per token attention is linear in the context; it is the sum over a "
    "sequence's tokens that makes it quadratic.",
    zh="上下文平方了。对每个 token，注意力与上下文成正比；对整条序列求和才是平方。",
)
train_flops.trap(
    _flops_variant(attention=4),
    en="Attention is counted forward only. Its products have a backward pass as well: 3 × forward.",
    zh="注意力只算了前向。它的矩阵乘同样有反向：也是前向的 3 倍。",
)
train_flops.trap(
    lambda parameters, tokens, layers=0, context=0, width=0: (
        6 * parameters * tokens + 12 * layers * context * width
    ),
    en="Attention's term is that of a single token. It is paid for every token, as the weights "
    "are.",
    zh="注意力那项只算了一个 token。它和权重一样，每个 token 都要算。",
)


# ---- mfu ---------------------------------------------------------------------------------------


def _mfu(tokens_per_second, flops_per_token, cards, peak):
    return tokens_per_second * flops_per_token / (cards * peak)


mfu = Check(_mfu)
mfu.case(
    20,
    300,
    4,
    2500,
    en="20 tokens/s of 300 operations on 4 cards of 2,500: 60 %",
    zh="每秒 20 个 token、每个 300 次运算，4 张每秒 2500 次的卡：60%",
)
mfu.case(
    238.3e3,
    6 * 540.35e9 + 12 * 118 * 2048 * 12288,
    6144,
    275e12,
    en="PaLM 540B: 238,300 tokens/s on 6,144 chips of 275 TFLOP/s, 46.2 %",
    zh="PaLM 540B：6144 块 275 TFLOP/s 的芯片，每秒 238,300 个 token，46.2%",
)
mfu.case(
    1000,
    6 * 70e9,
    1,
    312e12,
    en="a claim of 1,000 tokens/s for 70B on one A100: 1.35, so it cannot be true",
    zh="有人说一张 A100 训练 70B 每秒 1000 个 token：算出来是 1.35，不可能",
)


@mfu.fresh(en="fresh numbers", zh="新的数")
def _(rng):
    return tuple(
        float(n) for n in rng.integers([10**3, 10**9, 2, 10**13], [10**6, 10**12, 99, 10**15])
    )


mfu.trap(
    lambda tokens_per_second, flops_per_token, cards, peak: (
        tokens_per_second * flops_per_token / peak
    ),
    en="The peak is that of one card. All of them together could do cards × peak.",
    zh="峰值只是一张卡的。所有卡加起来是卡数乘峰值。",
)
mfu.trap(
    lambda tokens_per_second, flops_per_token, cards, peak: (
        cards * peak / (tokens_per_second * flops_per_token)
    ),
    en="Upside down: MFU is what the model needed over what the cards could have done.",
    zh="倒过来了：MFU 是模型需要的运算量除以硬件能做的。",
)
mfu.trap(
    lambda tokens_per_second, flops_per_token, cards, peak: (
        100 * tokens_per_second * flops_per_token / (cards * peak)
    ),
    en="In percent. The question asks for a fraction.",
    zh="这是百分数，题目要的是小数。",
)
mfu.trap(
    lambda tokens_per_second, flops_per_token, cards, peak: (
        tokens_per_second * cards * flops_per_token / peak
    ),
    en="Multiplied by the cards. tokens_per_second is the whole system's; more cards for the same "
    "speed "
    "mean a lower utilisation.",
    zh="乘了卡数。tokens_per_second 是整个系统的；同样的速度用的卡越多，利用率越低。",
)


# ---- optimal -----------------------------------------------------------------------------------


def _optimal(compute, A, B, alpha, beta):
    # Where a percent more parameters lowers one term as much as it raises the other: bisection
    # of log N on d/dlogN of A N^-alpha + B (6N/C)^beta.
    low, high = 0.0, math.log(compute / 6)
    for _ in range(200):
        middle = (low + high) / 2
        N = math.exp(middle)
        gain = alpha * A * N**-alpha
        loss = beta * B * (6 * N / compute) ** beta
        low, high = (middle, high) if gain > loss else (low, middle)
    return math.exp(low), compute / 6 / math.exp(low)


def _optimal_variant(G=lambda A, B, a, b: a * A / (b * B), share=lambda a, b: b / (a + b), six=6):
    def answer(compute, A, B, alpha, beta):
        N = G(A, B, alpha, beta) ** (1 / (alpha + beta)) * (compute / six) ** share(alpha, beta)
        return N, compute / six / N

    return answer


def twenty_per_parameter(compute, A, B, alpha, beta):
    N = (compute / 120) ** 0.5
    return N, 20 * N


optimal = Check(_optimal, returns=("parameters", "tokens"), rtol=1e-6)
optimal.case(
    6e6,
    8.0,
    2.0,
    0.5,
    0.5,
    en="A = 8, B = 2, α = β = ½, C = 6 million: 4,000 parameters, 250 tokens",
    zh="A = 8、B = 2、α = β = ½、C = 600 万：4000 个参数，250 个 token",
    ask_en="At the optimum, how much does one percent more parameters change either term?",
    ask_zh="在最优点，参数多百分之一，两项各变多少？",
)
optimal.case(
    5.76e23,
    406.4,
    410.7,
    0.34,
    0.28,
    en="the published fit at Chinchilla's compute",
    zh="论文给出的拟合，Chinchilla 的算力",
)
optimal.case(1e21, 300.0, 500.0, 0.4, 0.3, en="another law", zh="另一组系数")


@optimal.property(
    en="no other split of the same compute has a lower loss",
    zh="同样的算力，别的分法损失都不会更低",
)
def _(answer):
    C, A, B, a, b = 1e20, 400.0, 410.0, 0.35, 0.3
    N, D = answer(C, A, B, a, b)
    loss = [A * n**-a + B * (C / 6 / n) ** -b for n in (0.9 * N, 1.1 * N)]
    here = A * N**-a + B * D**-b
    return Evidence(
        given={"C, A, B, α, β": (C, A, B, a, b), "N, D": (float(N), float(D))},
        expected=[True, True, 1.0],
        got=[bool(here < loss[0]), bool(here < loss[1]), 6 * N * D / C],
    )


@optimal.fresh(en="a fresh law", zh="新的系数")
def _(rng):
    return (
        10.0 ** float(rng.integers(18, 25)),
        *(float(n) for n in rng.integers(100, 900, size=2)),
        *(float(n) for n in rng.uniform(0.2, 0.6, size=2).round(2)),
    )


optimal.trap(
    twenty_per_parameter,
    en="20 tokens per parameter is not a law. It is what one fit gives at one budget; with "
    "another law "
    "the ratio is another, and it moves with the compute wherever α ≠ β.",
    zh="“每个参数 20 个 token”不是定律。它是某个拟合在某个算力下的结果；系数不同，比例就不同，"
    "而且只要 α ≠ β，"
    "比例还会随算力变化。",
)
optimal.trap(
    _optimal_variant(share=lambda a, b: a / (a + b)),
    en="The exponents are exchanged: N grows with C^(β/(α+β)). The faster data stops helping "
    "(large β), "
    "the more goes into parameters.",
    zh="指数弄反了：N 随 C^(β/(α+β)) 增长。数据越快不管用（β 越大），就越该把算力给参数。",
)
optimal.trap(
    _optimal_variant(G=lambda A, B, a, b: b * B / (a * A)),
    en="G is upside down: α A belongs on top. A larger A makes parameters more worth having.",
    zh="G 倒过来了：αA 在分子。A 越大，参数越值。",
)
optimal.trap(
    _optimal_variant(G=lambda A, B, a, b: A / B),
    en="The two terms are made equal. Their slopes must be: α and β belong into G.",
    zh="这是让两项相等。应当让它们的变化率相等：G 里要有 α 和 β。",
)
optimal.trap(
    _optimal_variant(six=2),
    en="C = 2ND is a forward pass. Training costs 6ND.",
    zh="C = 2ND 只是前向。训练是 6ND。",
)


# ---- fit_power ---------------------------------------------------------------------------------


def _fit_power(x, y, floor=0.0):
    X = np.stack([np.ones(len(x)), np.log(x)], axis=1)
    intercept, slope = np.linalg.solve(X.T @ X, X.T @ np.log(np.asarray(y) - floor))
    return math.exp(intercept), slope


def _fit_variant(left=lambda y, floor: np.log(y - floor), right=np.log, back=np.exp, sign=1):
    def answer(x, y, floor=0.0):
        slope, intercept = np.polyfit(right(x), left(y, floor), 1)
        return back(intercept), sign * slope

    return answer


def by_ends(x, y, floor=0.0):
    slope = np.log((y[-1] - floor) / (y[0] - floor)) / np.log(x[-1] / x[0])
    return (y[0] - floor) / x[0] ** slope, slope


fit_power = Check(_fit_power, returns=("a", "b"))
fit_power.case(
    np.array([1.0, 4.0, 9.0, 16.0]),
    np.array([3.5, 2.1, 1.4, 1.2]),
    0.5,
    en="four points above a floor of 0.5: y = floor + a · x^b, least squares in the logarithms",
    zh="四个点，下限 0.5：y = floor + a · x^b，在对数上做最小二乘",
    ask_en="On which axes is a power law a straight line, and what has to be taken off y first?",
    ask_zh="幂律在什么坐标上是直线？取对数之前，y 要先减掉什么？",
)
fit_power.case(
    np.array([1e6, 1e7, 1e8]),
    5.0 * np.array([1e6, 1e7, 1e8]) ** -0.25,
    en="an exact law, 5 · x^(−0.25)",
    zh="精确的 5 · x^(−0.25)",
)


@fit_power.fresh(en="fresh points", zh="新的点")
def _(rng):
    x = np.sort(10.0 ** rng.uniform(2, 7, size=6))
    return x, 1.5 + 20 * x**-0.3 * np.exp(rng.normal(size=6) / 10), 1.5


fit_power.trap(
    _fit_variant(left=lambda y, floor: np.log(y)),
    en="The floor is not subtracted. Above an irreducible loss the line bends, and the slope "
    "comes out too "
    "flat.",
    zh="没有减去 floor。有不可约损失时直线会弯，斜率算出来太平。",
)
fit_power.trap(
    _fit_variant(left=lambda y, floor: y - floor, right=lambda x: x, back=lambda c: c),
    en="A straight line through x and y, not through their logarithms.",
    zh="这是对 x、y 本身拟合直线，没有取对数。",
)
fit_power.trap(
    _fit_variant(back=lambda c: c),
    en="a is still a logarithm: take exp of the intercept.",
    zh="a 还是对数：截距要取 exp。",
)
fit_power.trap(
    _fit_variant(left=lambda y, floor: np.log10(y - floor), right=np.log10),
    en="Fitted in base 10, brought back with exp: a is 10 to the intercept.",
    zh="拟合用的是以 10 为底，还原却用了 exp：a 应是 10 的截距次方。",
)
fit_power.trap(
    _fit_variant(sign=-1),
    en="The sign of b is lost: y = a · x^b falls when b is negative.",
    zh="b 的符号丢了：y = a · x^b 下降时 b 是负的。",
)
fit_power.trap(
    by_ends,
    en="A line through the first and the last point. Least squares uses all of them.",
    zh="只用了首尾两点连线。最小二乘要用全部的点。",
)


# ---- estimates, flaws, say ---------------------------------------------------------------------

gpt3_flops = Estimate(3.15e23, unit="operations", unit_zh="次运算", rtol=0.02)
gpt3_flops.trap(1.05e23, en="2ND is the forward pass.", zh="2ND 只是前向。")

training_days = Estimate("25.4 d", rtol=0.05)
training_days.trap(
    "11.4 d",
    en="At 100 % of the peak. MFU 0.45 makes it longer.",
    zh="这是按峰值的 100% 算的。MFU 是 0.45，时间要更长。",
)
training_days.trap(
    "33.8 d",
    en="With 8ND, a recomputed forward pass. MFU counts only what the model needs: 6ND.",
    zh="这是 8ND，多算了一次重计算的前向。MFU 只算模型需要的 6ND。",
)
training_days.trap(
    "8.46 d",
    en="With 2ND: that is the forward pass.",
    zh="用的是 2ND，那只是前向。",
)

flaws = Flaws()
flaws.false(
    en="Updating only a part of the parameters cuts the training time in proportion.",
    zh="只更新一部分参数，训练时间就按比例减少。",
    because_en="The forward pass and the gradient along the activations are still whole. What "
    "falls is "
    "the optimizer's memory and the weights' gradients.",
    because_zh="前向和对激活值的反向仍是完整的。省下的是优化器的显存和权重的梯度。",
    source="Hu et al. 2021, §4.2",
)
flaws.true(
    en="6ND: two operations per weight and token forward, four backward.",
    zh="6ND：每个权重、每个 token，前向 2 次运算，反向 4 次。",
)
flaws.false(
    en="Chinchilla proved that 20 tokens per parameter is optimal for every model.",
    zh="Chinchilla 证明了对任何模型，每个参数 20 个 token 都是最优的。",
    because_en="It is what their fits give near their budget, for their data, and for training "
    "compute "
    "alone. A model that is served much is trained on far more.",
    because_zh="那是他们的数据、他们的算力附近的拟合结果，而且只考虑训练算力。"
    "要大量部署的模型会用多得多的数据训练。",
    source="Hoffmann et al. 2022, §3; Touvron et al. 2023, §1",
)
flaws.false(
    en="An MFU of 45 % means that the cards are idle 55 % of the time.",
    zh="MFU 为 45% 说明显卡有 55% 的时间闲着。",
    because_en="It compares with a peak that only large, well-shaped products reach. Memory-bound "
    "operations, communication and recomputation all count as unused.",
    because_zh="它比的是只有又大又规整的矩阵乘才能达到的峰值。受访存限制的算子、通信、"
    "重计算都算作“没用上”。",
    source="Chowdhery et al. 2022, appendix B",
)
flaws.true(
    en="At a context far below the width attention's own products hardly count; at very long "
    "contexts "
    "they dominate.",
    zh="上下文远小于宽度时，注意力自己的矩阵乘几乎可以不计；上下文很长时它们占大头。",
)
flaws.false(
    en="Pruning, quantization and distillation are the answers to a lack of training compute.",
    zh="训练算力不够，就用剪枝、量化和蒸馏。",
    because_en="They make inference cheaper; distillation even needs a trained teacher first. For "
    "training: "
    "a smaller model on more data, mixed precision, better utilisation, parallelism.",
    because_zh="它们主要降低推理成本，蒸馏还得先有训练好的老师。训练要靠：更小的模型配更多数据、"
    "混合精度、提高利用率、并行。",
    source="Hoffmann et al. 2022; Micikevicius et al. 2017",
)
flaws.true(
    en="At the same batch, recomputing activations lowers MFU, while the hardware's utilisation "
    "may rise.",
    zh="batch 不变时，重计算激活值会降低 MFU，而硬件利用率（HFU）可能上升。",
)

say = Say(
    model_en="Training costs about 6ND operations: N parameters, D tokens, two operations per "
    "weight "
    "forward and four backward; attention adds 12 · layers · context · width per token, a percent "
    "for "
    "PaLM. Divide by the number of cards, their peak, and the utilisation, MFU, which is 40 to 50 "
    "percent when things go well. GPT-3 is 3e23 operations, 25 days on a thousand A100s. For a "
    "given "
    "compute there is a best split between parameters and tokens; Chinchilla's fit is close to 20 "
    "tokens "
    "per parameter, but that is a fit and not a law, and whoever serves the model trains a "
    "smaller one "
    "for longer.",
    model_zh="训练大约要 6ND 次运算：N 个参数、D 个 token，每个权重前向 2 次、反向 4 次；"
    "注意力另加每 token "
    "12 × 层数 × 上下文 × 宽度，PaLM 里只占百分之一。除以卡数、峰值和利用率 MFU，做得好是 40% 到 "
    "50%。GPT-3 是 "
    "3e23 次运算，一千张 A100 要 25 天。算力给定时，参数和 token 有一个最优分配；Chinchilla "
    "的拟合接近每个参数 "
    "20 个 token，但那是拟合不是定律，要部署的模型往往更小、训练得更久。",
)
say.point(
    en="6ND, and where 2 and 4 come from",
    zh="6ND，以及 2 和 4 从哪来",
    found_en=[r"\b6 ?[·*×x]? ?N", r"\bsix\b.{0,20}\b(N|parameters)", r"\b(two|2) operations\b"],
    found_zh=[r"6 ?[·*×x]? ?N", r"前向 ?(2|两)", r"反向 ?(4|四)"],
)
say.point(
    en="Attention's extra term",
    zh="注意力多出的一项",
    found_en=[r"\battention\b"],
    found_zh=[r"注意力"],
)
say.point(
    en="Time: cards × peak × MFU",
    zh="时间：卡数 × 峰值 × MFU",
    found_en=[r"\bMFU\b", r"\butili[sz]ation\b"],
    found_zh=[r"MFU", r"利用率"],
)
say.point(
    en="A compute-optimal split between parameters and tokens",
    zh="参数与 token 的最优分配",
    found_en=[
        r"\bChinchilla\b",
        r"\b(best|optimal)\b.{0,20}\b(split|size|ratio|balance)\b",
        r"\b20 tokens\b",
    ],
    found_zh=[r"Chinchilla", r"最优.{0,6}(分配|配比|大小|比例)", r"20 ?个? ?token"],
)
say.point(
    en="A fit and not a law: inference moves the optimum",
    zh="是拟合不是定律：考虑推理，最优点就变了",
    found_en=[
        r"\bfit\b",
        r"\brule of thumb\b",
        r"\b(serv\w+|inference|deploy\w*)\b",
        r"\b(smaller|longer)\b.{0,20}\b(model|train\w*|one)\b",
    ],
    found_zh=[r"拟合", r"经验(规律|公式)", r"(部署|推理|服务)", r"(更小|更久)"],
)
