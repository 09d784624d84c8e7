"""Hyper-parameters: sampling, grids, random search, successive halving."""

from itertools import product

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text

SPACE = {"lr": (1e-4, 1.0, "log"), "dropout": (0.0, 0.6, "linear")}
# Other names, ends that are no powers of ten, linear ranges that start above 0.
OTHER = {
    "decay": (3e-6, 2e-2, "log"),
    "momentum": (0.85, 0.99, "linear"),
    "width": (24.0, 700.0, "log"),
}
DRAWS = 1200


# ---- sample ------------------------------------------------------------------------------------


def _sample(space, rng):
    return {
        name: float(np.exp(rng.uniform(np.log(low), np.log(high))))
        if scale == "log"
        else float(rng.uniform(low, high))
        for name, (low, high, scale) in space.items()
    }


def _with(draw):
    """A sampler whose numbers come from `draw(rng, low, high, scale)`."""
    return lambda space, rng: {name: draw(rng, *ends) for name, ends in space.items()}


def _drawn(answer, space, rng, draws=DRAWS):
    """{name: array of draws}. Each call gets its own copy of `space`."""
    found = [answer(dict(space), rng) for _ in range(draws)]
    return {name: np.array([float(one.get(name, np.nan)) for one in found]) for name in space}


def _quarters(values, low, high, scale):
    """The shares of four equal parts of the range on its scale, and the share outside."""
    with np.errstate(all="ignore"):
        place = np.log(values / low) / np.log(high / low) if scale == "log" else None
    place = (values - low) / (high - low) if place is None else place
    inside = (place >= -1e-6) & (place <= 1 + 1e-6)  # float32 may round past an end
    shares = np.histogram(place[inside].clip(0, 1), bins=4, range=(0, 1))[0] / len(values)
    return np.append(shares, 1 - inside.mean())


# Frozen scipy distributions take most of a millisecond a draw.
sample = Check(limit=30.0)


@sample.property(
    en="a dict with a number in its range for every name",
    zh="一个字典，每个名字对应一个在范围之内的数",
)
def _(answer, rng):
    found = answer(dict(SPACE), rng)
    inside = {
        name: bool(low <= float(found[name]) <= high) if name in found else False
        for name, (low, high, _) in SPACE.items()
    }
    return Evidence(given={"space": SPACE}, expected=dict.fromkeys(SPACE, True), got=inside)


@sample.property(
    en="on a log scale every power of ten gets the same share of draws",
    zh="对数尺度上，每个数量级抽到的比例相同",
    ask_en="How many of your draws lie below 0.01? It is the middle of the range on a log scale.",
    ask_zh="你抽出的数里有多少小于 0.01？对数尺度上它是区间的中点。",
)
def _(answer, rng):
    lr = np.log10(np.maximum(_drawn(answer, SPACE, rng)["lr"], 1e-300))
    shares = np.histogram(lr, bins=[-4, -3, -2, -1, 0])[0] / DRAWS
    return Evidence(
        given=Text("lr from 1e-4 to 1, log", "lr 从 1e-4 到 1，对数"),
        expected=np.array([0.25, 0.25, 0.25, 0.25, 0.0]),
        got=np.append(shares, ((lr < -4) | (lr > 0)).mean()),
        note=Text("four powers of ten, and outside", "四个数量级，以及范围之外"),
        tolerance=0.065,  # five standard errors of 1,200 draws
    )


@sample.property(
    en="on a linear scale the draws are spread evenly",
    zh="线性尺度上均匀分布",
)
def _(answer, rng):
    dropout = _drawn(answer, SPACE, rng)["dropout"]
    shares = np.histogram(dropout, bins=[0, 0.15, 0.3, 0.45, 0.6])[0] / DRAWS
    return Evidence(
        given=Text("dropout from 0 to 0.6, linear", "dropout 从 0 到 0.6，线性"),
        expected=np.full(4, 0.25),
        got=shares,
        tolerance=0.065,
    )


@sample.property(
    en="names are drawn independently of each other",
    zh="各个名字的抽样互相独立",
)
def _(answer, rng):
    found = _drawn(answer, SPACE, rng)
    both = np.corrcoef(np.log(found["lr"]), found["dropout"])[0, 1]
    return Evidence(
        given=Text("correlation of log lr and dropout", "log lr 与 dropout 的相关系数"),
        expected=0.0,
        got=both,
        tolerance=0.15,
    )


@sample.property(
    en="the same for other names and ranges: each quarter of a range, on its scale, gets 1/4 of "
    "the draws, and nothing falls outside",
    zh="换一组名字和范围也成立：按各自的尺度四等分，每份抽到 1/4，范围之外没有",
    ask_en="Do names, ends and scale all come from `space`, the lower end included?",
    ask_zh="名字、两端、尺度都取自 `space` 了吗？下端点呢？",
)
def _(answer, rng):
    drawn = _drawn(answer, OTHER, rng)
    return Evidence(
        given={"space": OTHER},
        expected={name: np.array([0.25, 0.25, 0.25, 0.25, 0.0]) for name in OTHER},
        got={name: _quarters(drawn[name], *ends) for name, ends in OTHER.items()},
        note=Text("four quarters, and outside", "四等份，以及范围之外"),
        tolerance=0.065,
    )


@sample.property(
    en="any number may come up, the randomness comes from `rng` alone, and `space` stays as it was",
    zh="什么数都可能抽到；随机性只来自 `rng`；`space` 保持原样",
    ask_en="Is another generator in use, or a fixed list of values?",
    ask_zh="是不是用了别的随机数生成器，或者只在固定的几个值里挑？",
)
def _(answer, rng):
    seed, space = int(rng.integers(2**31)), dict(SPACE)
    one, two = (
        [float(answer(space, generator)["lr"]) for _ in range(200)]
        for generator in (np.random.default_rng(seed), np.random.default_rng(seed))
    )
    return Evidence(
        given=Text("200 draws, twice from the same seed", "抽 200 次，同一个种子做两遍"),
        names_zh={
            "different values": "不同的值",
            "equal in both runs": "两遍相同的次数",
            "space unchanged": "space 未变",
        },
        expected={"different values": 200, "equal in both runs": 200, "space unchanged": True},
        got={
            "different values": 200 if len(set(one)) > 195 else len(set(one)),
            "equal in both runs": int(np.sum(np.equal(one, two))),
            "space unchanged": space == SPACE,
        },
    )


sample.trap(
    _with(lambda rng, low, high, scale: rng.uniform(low, high)),
    en="lr is drawn evenly between its ends: 90 % of the draws are above 0.1, and the small ones "
    "are never tried. Draw its logarithm evenly.",
    zh="lr 是在两端之间均匀抽的：90% 都大于 0.1，小的根本试不到。应该对它的对数均匀抽样。",
)
sample.trap(
    _with(
        lambda rng, low, high, scale: (
            low * 10 ** rng.uniform(0, 1) if scale == "log" else rng.uniform(low, high)
        )
    ),
    en="This covers one power of ten above `low` only. The exponent must run from log(low) to "
    "log(high).",
    zh="这只覆盖了 `low` 往上的一个数量级。指数要从 log(low) 走到 log(high)。",
)
sample.trap(
    _with(
        lambda rng, low, high, scale: (
            10.0 ** rng.integers(round(np.log10(low)), round(np.log10(high)) + 1)
            if scale == "log"
            else rng.uniform(low, high)
        )
    ),
    en="Only whole powers of ten are drawn: that is a grid again. Let the exponent be any number.",
    zh="只抽到了 10 的整数次幂，又成了网格。指数应该可以是任意实数。",
)
sample.trap(
    _with(
        lambda rng, low, high, scale: (
            np.exp(rng.uniform(np.log10(low), np.log10(high)))
            if scale == "log"
            else rng.uniform(low, high)
        )
    ),
    en="The base changes on the way: log10 in, exp out, and the draws begin at e⁻⁴ = 0.018. Use "
    "exp with log, or 10 to the power with log10.",
    zh="中途换了底：进去是 log10，出来是 exp，于是从 e⁻⁴ = 0.018 才开始。"
    "exp 要配 log，10 的幂才配 log10。",
)


def one_quantile(space, rng):
    u = rng.uniform()
    return {
        name: float(low * (high / low) ** u) if scale == "log" else low + u * (high - low)
        for name, (low, high, scale) in space.items()
    }


sample.trap(
    one_quantile,
    en="One random number serves all names, so they move together and most of the space is never "
    "seen. Draw a new one for each.",
    zh="所有名字共用一个随机数，它们一起变大变小，大部分空间永远看不到。每个名字都要重新抽。",
)
sample.trap(
    _with(
        lambda rng, low, high, scale: _sample({0: (low, high, scale)}, np.random.default_rng())[0]
    ),
    en="The numbers come from another generator, a global or a new one: nobody can repeat this "
    "search. Draw from `rng`.",
    zh="用的是别的生成器（全局的或新建的），这次搜索就没法重现了。要从 `rng` 里抽。",
)


# ---- grid --------------------------------------------------------------------------------------


def _grid(space, points):
    axes = []
    for low, high, scale in space.values():
        u = np.linspace(0, 1, points)
        axes.append(low * (high / low) ** u if scale == "log" else low + u * (high - low))
    return [dict(zip(space, map(float, chosen), strict=True)) for chosen in product(*axes)]


def _by_axes(axis, combine=product):
    def grid(space, points):
        axes = [axis(*ends, points) for ends in space.values()]
        return [dict(zip(space, map(float, chosen), strict=True)) for chosen in combine(*axes)]

    return grid


def _axis(low, high, scale, points):
    return (np.geomspace if scale == "log" else np.linspace)(low, high, points)


def _sorted(configs):
    """In one order, since the question asks for none."""
    if not isinstance(configs, list | tuple) or not all(isinstance(c, dict) for c in configs):
        return configs
    names = sorted({name for config in configs for name in config})
    return np.array(sorted([float(c.get(name, np.nan)) for name in names] for c in configs))


grid = Check()
_SPACES = {
    "two names, three points each": (SPACE, 3),
    "three names, two points each": (
        {"lr": (1e-3, 1e-1, "log"), "width": (8.0, 512.0, "log"), "p": (0.1, 0.5, "linear")},
        2,
    ),
    "one name, linear, four points": ({"momentum": (0.2, 0.95, "linear")}, 4),
}
for _name, (_space, _points) in _SPACES.items():

    @grid.property(
        en=f"every combination, both ends included: {_name}",
        zh={
            "two names, three points each": "所有组合，含两端：两个名字，各三个点",
            "three names, two points each": "所有组合，含两端：三个名字，各两个点",
            "one name, linear, four points": "所有组合，含两端：一个名字，线性，四个点",
        }[_name],
    )
    def _(answer, space=_space, points=_points):
        return Evidence(
            given={"space": space, "points": points},
            expected=_sorted(_grid(space, points)),
            got=_sorted(answer(dict(space), points)),
        )


grid.trap(
    _by_axes(lambda low, high, scale, points: np.linspace(low, high, points)),
    en="The points of lr lie evenly between its ends: 0.0001, 0.5, 1. On a log scale they are "
    "evenly spaced in the exponent.",
    zh="lr 的点在两端之间等距：0.0001、0.5、1。对数尺度上应该是指数等距。",
)
grid.trap(
    _by_axes(_axis, combine=lambda *axes: zip(*axes, strict=True)),
    en="zip pairs first with first, second with second. A grid holds every combination.",
    zh="zip 只把第一个和第一个配、第二个和第二个配。网格要包含所有组合。",
)
grid.trap(
    _by_axes(lambda low, high, scale, points: _axis(low, high, scale, points + 1)[:-1]),
    en="The upper end is left out.",
    zh="漏了上端点。",
)
grid.trap(
    _by_axes(lambda low, high, scale, points: _axis(low, high, scale, points + 2)[1:-1]),
    en="Both ends are left out.",
    zh="两个端点都漏了。",
)


# ---- random_search -----------------------------------------------------------------------------


class Watched:
    """An objective that remembers what it was asked. Lower is better; the best lr is 0.03."""

    def __init__(self, offset=0.0):
        self.calls, self.offset = [], offset

    def __call__(self, config):
        loss = float((np.log10(config["lr"]) + 1.5) ** 2) + self.offset
        self.calls.append((dict(config), loss))
        return loss

    @property
    def best(self):
        return min(self.calls, key=lambda call: call[1])


def _random_search(objective, space, budget, rng):
    tried = [_sample(space, rng) for _ in range(budget)]
    losses = [objective(config) for config in tried]
    best = int(np.argmin(losses))
    return tried[best], losses[best]


random_search = Check(returns=("config", "loss"))


@random_search.property(
    en="the objective is called exactly `budget` times",
    zh="目标函数恰好调用 `budget` 次",
)
def _(answer, rng):
    counts = []
    for budget in (1, 7, 20):
        watched = Watched(offset=-20)
        answer(watched, dict(SPACE), budget, rng)
        counts.append(len(watched.calls))
    return Evidence(
        given={"budget": [1, 7, 20]}, expected=np.array([1, 7, 20]), got=np.array(counts)
    )


@random_search.property(
    en="it returns the tried config with the lowest loss, and that loss",
    zh="返回试过的里面损失最低的配置，以及这个损失",
    ask_en="Is a lower value of the objective better or worse here?",
    ask_zh="这里目标函数的值是越低越好，还是越高越好？",
)
def _(answer, rng):
    expected, got = {}, {}
    for offset in (0.1, 5, -20):  # losses from 0.1, all above 1, all negative
        watched = Watched(offset)
        config, loss = answer(watched, dict(SPACE), 12, rng)
        best, lowest = watched.best
        place = f"lowest possible {offset}"
        expected[place] = np.array([best["lr"], best["dropout"], lowest])
        got[place] = np.array([config["lr"], config["dropout"], loss], dtype=float)
    return Evidence(
        given=Text(
            "12 trials of a loss with its minimum at lr = 0.03, three times: it may be negative",
            "试 12 次，损失在 lr = 0.03 处最小；做三遍，损失可以是负数",
        ),
        names_zh={f"lowest possible {x}": f"最低可能是 {x}" for x in (0.1, 5, -20)},
        expected=expected,
        got=got,
        note=Text("lr, dropout and loss", "lr、dropout 和损失"),
    )


@random_search.property(
    en="every trial is a new draw from `space`, whatever came before",
    zh="每次都从 `space` 里新抽，与之前的结果无关",
)
def _(answer, rng):
    watched = Watched()
    space = {"dropout": (0.2, 0.6, "linear"), "lr": (1e-3, 0.1, "log")}
    answer(watched, dict(space), 400, rng)
    low_lr = np.array([config["lr"] for config, _ in watched.calls]) < 0.01
    low_dropout = np.array([config["dropout"] for config, _ in watched.calls]) < 0.4
    return Evidence(
        given={"space": space, "budget": 400},
        names_zh={"both": "两者同时"},
        expected={"lr < 0.01": 0.5, "dropout < 0.4": 0.5, "both": 0.25},
        got={
            "lr < 0.01": low_lr.mean(),
            "dropout < 0.4": low_dropout.mean(),
            "both": (low_lr & low_dropout).mean(),
        },
        tolerance=0.13,
    )


@random_search.property(
    en="the draws come from `rng`: the same seed repeats the search, the next search is another",
    zh="随机性来自 `rng`：种子相同结果相同，接着再搜一次就不同",
)
def _(answer, rng):
    seed = int(rng.integers(2**31))
    first, again = np.random.default_rng(seed), np.random.default_rng(seed)
    one, two, other = (
        float(answer(Watched(), dict(SPACE), 5, generator)[0]["lr"])
        for generator in (first, again, first)
    )
    return Evidence(
        given={"budget": 5},
        names_zh={"same seed, same config": "种子相同，配置相同", "next, another": "再搜则不同"},
        expected={"same seed, same config": True, "next, another": True},
        got={"same seed, same config": one == two, "next, another": one != other},
    )


random_search.trap(
    lambda objective, space, budget, rng: _largest(objective, space, budget, rng),
    en="The worst trial is returned: the objective is a loss, so lower is better.",
    zh="返回的是最差的一次：目标函数是损失，越低越好。",
)
random_search.trap(
    lambda objective, space, budget, rng: _again(objective, space, budget, rng),
    en="The best config is evaluated once more at the end, which is one call over budget; and "
    "with a "
    "noisy objective it returns another number.",
    zh="最后又评估了一次最好的配置，超出预算一次；而且目标函数有噪声时，返回的是另一个数。",
)
random_search.trap(
    lambda objective, space, budget, rng: _last(objective, space, budget, rng),
    en="The loss is the best one, but the config is the last one tried: remember both together.",
    zh="损失是最好的那次，配置却是最后一次的：两者要一起记住。",
)
random_search.trap(
    lambda objective, space, budget, rng: _one_short(objective, space, budget, rng),
    en="One trial too few: range(1, budget) has budget − 1 members.",
    zh="少试了一次：range(1, budget) 只有 budget − 1 个。",
)


def _largest(objective, space, budget, rng):
    tried = [_sample(space, rng) for _ in range(budget)]
    losses = [objective(config) for config in tried]
    worst = int(np.argmax(losses))
    return tried[worst], losses[worst]


def _again(objective, space, budget, rng):
    best, _ = _random_search(objective, space, budget, rng)
    return best, objective(best)


def _last(objective, space, budget, rng):
    tried = [_sample(space, rng) for _ in range(budget)]
    return tried[-1], min(objective(config) for config in tried)


def _one_short(objective, space, budget, rng):
    best, lowest = None, np.inf
    for _ in range(1, budget):
        config = _sample(space, rng)
        loss = objective(config)
        if loss < lowest:
            best, lowest = config, loss
    return best, lowest


# ---- halving -----------------------------------------------------------------------------------


def _halving(evaluate, configs, resource, eta):
    """By rounds, recursively."""
    if len(configs) == 1:
        return configs[0], 0
    losses = [evaluate(config, resource) for config in configs]
    order = np.argsort(losses, kind="stable")
    kept = [configs[i] for i in order[: max(1, len(configs) // eta)]]
    best, spent = _halving(evaluate, kept, resource * eta, eta)
    return best, spent + resource * len(configs)


def _rounds(
    keep=lambda order, n, eta: order[: max(1, n // eta)],
    cost=lambda resource, n: resource * n,
    again=False,
):
    """Successive halving with one part exchanged."""

    def halving(evaluate, configs, resource, eta):
        alive, spent = list(configs), 0
        while len(alive) > 1:
            order = np.argsort([evaluate(c, resource) for c in alive], kind="stable")
            if again:
                [evaluate(c, resource) for c in alive]
            spent += cost(resource, len(alive))
            alive = [alive[i] for i in keep(order, len(alive), eta)]
            resource = resource * eta
        return alive[0], spent

    return halving


class Race:
    """Losses that fall with the resource, each config at its own speed: leaders change."""

    def __init__(self, ends, starts, rates):
        self.curves = list(zip(ends, starts, rates, strict=True))

    def __call__(self, config, resource):
        end, start, rate = self.curves[config]
        return end + start * np.exp(-rate * resource)

    shown = Text(
        "loss of config number c after a training of the given length",
        "第 c 号配置训练给定时长之后的损失",
    )


_RACE = Race(
    ends=[0.30, 0.20, 0.50, 0.25, 0.60, 0.55, 0.80, 0.70, 0.90],
    starts=[0.8, 1.0, 0.2, 0.9, 0.3, 0.4, 0.1, 0.3, 0.1],
    rates=[0.5, 0.4, 1.0, 0.3, 1.0, 0.7, 1.0, 0.6, 1.0],
)

halving = Check(returns=("best", "spent"), reference=_halving)
halving.case(
    _RACE,
    list(range(9)),
    2,
    3,
    en="nine configs, η = 3: nine runs of length 2, three of length 6, one is left",
    zh="九个配置，η = 3：九个各跑 2，留三个各跑 6，剩下一个",
)
halving.case(
    _RACE,
    [8, 3, 1, 0, 5, 2, 7],
    2,
    2,
    en="seven configs, η = 2: 7, 3, 1",
    zh="七个配置，η = 2：7、3、1",
)
halving.case(_RACE, [4], 5, 3, en="a single config needs no run", zh="只有一个配置时不用跑")
halving.case(
    _RACE,
    [6, 2],
    1,
    4,
    en="two configs, η = 4: at least one always stays",
    zh="两个配置，η = 4：至少留下一个",
)


@halving.fresh(en="a fresh race", zh="新的一场比赛")
def _(rng):
    race = Race(rng.uniform(0.1, 1, 12), rng.uniform(0, 1, 12), rng.uniform(0.1, 1, 12))
    return race, list(range(12)), 1, 2


@halving.property(
    en="each config is evaluated once a round: what `evaluate` was asked for is what was spent",
    zh="每轮每个配置只评估一次：`evaluate` 实际用掉的资源等于返回的花费",
    ask_en="Is `evaluate` called again for a config whose loss is already known?",
    ask_zh="是不是对已经算过损失的配置又调用了一次 `evaluate`？",
)
def _(answer):
    asked = []

    def evaluate(config, resource):
        asked.append(resource)
        return _RACE(config, resource)

    _, spent = answer(evaluate, list(range(8)), 1, 2)
    return Evidence(
        given=Text("eight configs, resource 1, η = 2", "八个配置，资源 1，η = 2"),
        names_zh={"asked for": "实际用掉", "returned": "返回"},
        expected={"asked for": 24, "returned": 24},
        got={"asked for": sum(asked), "returned": spent},
    )


halving.trap(
    _rounds(keep=lambda order, n, eta: order[::-1][: max(1, n // eta)]),
    en="The worst go on. Lower loss is better: keep the front of the ascending order.",
    zh="留下的是最差的。损失越低越好：升序排列后留前面的。",
)


def impatient(evaluate, configs, resource, eta):
    spent = 0
    while len(configs) > 1:
        losses = [evaluate(config, resource) for config in configs]
        spent += resource * len(configs)
        best_first = np.argsort(losses)
        configs = [configs[i] for i in best_first[: max(1, len(configs) // eta)]]
    return configs[0], spent


halving.trap(
    impatient,
    en="The survivors run no longer than the first time, so slow starters never get their chance. "
    "Multiply the resource by η each round.",
    zh="留下的配置并没有跑得更久，慢热的永远没有机会。每轮的资源要乘 η。",
)
halving.trap(
    _rounds(keep=lambda order, n, eta: order[: n - max(1, n // eta)] if n > 2 else order[:1]),
    en="This throws out 1/η and keeps the rest. Keep 1/η.",
    zh="这里是淘汰 1/η、留下其余的。应该只留 1/η。",
)
halving.trap(
    _rounds(cost=lambda resource, n: n),
    en="`spent` counts runs. A run of length 9 costs nine times one of length 1: add up the "
    "resources.",
    zh="`spent` 数的是跑了几次。长度为 9 的一次，代价是长度为 1 的九倍：要把资源加起来。",
)
halving.trap(
    _rounds(keep=lambda order, n, eta: sorted(order)[: max(1, n // eta)]),
    en="The first in the list go on, whatever their loss: the order by loss is not used.",
    zh="留下的是列表里靠前的，没有按损失排序。",
)
halving.trap(
    lambda evaluate, configs, resource, eta: (
        min(configs, key=lambda c: evaluate(c, resource)),
        _rounds()(evaluate, configs, resource, eta)[1],
    ),
    en="The winner of the first round is returned. Early leaders are often not the best: go on "
    "with the survivors.",
    zh="返回的是第一轮的第一名。早期领先的往往不是最好的：要让留下的继续跑。",
)
halving.trap(
    _rounds(again=True),
    en="The losses are computed twice in a round, once to sort and once more: that doubles the "
    "real cost, whatever `spent` says.",
    zh="一轮里损失算了两遍：实际花费翻倍，`spent` 却看不出来。",
)


# ---- on paper ----------------------------------------------------------------------------------

trials = Estimate(59, unit="trials", unit_zh="次", rtol=0.009)
trials.trap(
    20,
    en="With 20 draws one hits the top 5 % on average, but in 36 of 100 searches none does: .95²⁰.",
    zh="抽 20 次平均有一次落在前 5%，但一百次搜索里有 36 次一次也没有：.95²⁰。",
)
trials.trap(
    19,
    en="5 % × 19 = 95 % adds probabilities that overlap. All trials miss with probability .95ⁿ.",
    zh="5% × 19 = 95% 是把会重叠的概率相加了。n 次全都落空的概率是 .95ⁿ。",
)
trials.trap(
    90,
    en="90 trials are for 99 %. The question asks for 95 %.",
    zh="90 次对应 99%。题目问的是 95%。",
)

grid_runs = Estimate(3125, unit="runs", unit_zh="次", rtol=0.001)
grid_runs.trap(
    25,
    en="5 · 5 adds up the axes. A grid multiplies them: 5⁵.",
    zh="5 · 5 是把各轴相加。网格是相乘：5⁵。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="Hyper-parameters are the parameters of the model that training adjusts to improve "
    "performance, "
    "such as the weights and the learning rate.",
    zh="超参数是训练中用来调整模型性能的参数，比如权重和学习率。",
    because_en="Weights are parameters: the optimizer changes them. Hyper-parameters are set "
    "outside it "
    "and chosen on validation data.",
    because_zh="权重是参数，由优化器更新。超参数在优化器之外设定，用验证集来选。",
    source="Goodfellow et al. 2016, §5.3",
)
flaws.true(
    en="When only few of the hyper-parameters matter, random search tries more values of those "
    "than a "
    "grid of the same size.",
    zh="只有少数超参数真正重要时，同样的次数，随机搜索能比网格试到更多不同的取值。",
)
flaws.false(
    en="The number of hidden units defines depth and width of a network.",
    zh="隐藏单元的个数决定了网络的深度和宽度。",
    because_en="It is the width of a layer. The depth is the number of layers.",
    because_zh="它是一层的宽度。深度是层数。",
    source="Goodfellow et al. 2016, chapter 6, introduction",
)
flaws.false(
    en="Draw the learning rate evenly between 0.0001 and 1, so that no value is preferred.",
    zh="学习率在 0.0001 到 1 之间均匀抽样，这样不偏向任何值。",
    because_en="Nine tenths of the draws then lie above 0.1. What matters is the ratio, so draw "
    "the logarithm evenly.",
    because_zh="那样十次有九次大于 0.1。学习率要紧的是倍数，应对它的对数均匀抽样。",
    source="Bergstra & Bengio 2012, §2.4, draw it on a log scale",
)
flaws.true(
    en="The best of 100 trials looks better on the validation set than it is: the more one tries, "
    "the more luck is selected.",
    zh="100 次试验里最好的那个，在验证集上看起来比实际要好：试得越多，选中的运气成分越大。",
)
flaws.false(
    en="Batch size only decides how fast an epoch runs; the learning rate need not be changed "
    "with it.",
    zh="batch size 只影响一轮跑多快，改了它不用动学习率。",
    because_en="With equal epochs a larger batch takes fewer steps of less noise, and wants a "
    "larger step: see the figure.",
    because_zh="轮数相同时，batch 越大步数越少、噪声越小，需要更大的学习率：见上面的图。",
    source="Goyal et al. 2017, §2.1; measured in this lesson",
    source_zh="Goyal et al. 2017, §2.1；本课实测",
)
flaws.true(
    en="Successive halving may drop a slow starter; a larger first resource or a smaller η lowers "
    "the risk.",
    zh="逐次减半可能淘汰慢热的配置；第一轮资源多一些，或者 η 小一些，风险就小。",
)

say = Say(
    model_en="""
Parameters are learnt by the optimizer; hyper-parameters are set outside it and chosen on validation
data, never on the test set. The learning rate matters most, so I tune it first, on a log scale.
A grid wastes runs when few axes matter: nine points on a 3 × 3 grid try three learning rates, nine
random ones try nine. 59 random trials hit the best five percent with 95 percent probability.
Successive halving starts many short runs and gives the survivors η times more; it may lose slow
starters. When I change the batch size I retune the learning rate; larger batches take larger steps.
I fix seeds, report the spread, and remember that the best of many trials is partly luck.
""",
    model_zh="""
参数由优化器学出来；超参数在它之外设定，用验证集来选，绝不用测试集。
学习率最重要，先调它，在对数尺度上抽样。
只有少数几个轴重要时，网格很浪费：3 × 3 的网格只试了三个学习率，九次随机试了九个。
59 次随机试验，有 95% 的概率至少一次落在最好的 5% 里。
逐次减半先跑很多短的，留下的再给 η 倍资源；可能会误杀慢热的配置。
改 batch size 要重新调学习率，batch 越大步子可以越大。
固定种子，报告波动范围，并记住多次试验里最好的那个有运气成分。
""",
)
say.point(
    en="parameters are learnt, hyper-parameters are set outside",
    zh="参数是学出来的，超参数在外面设定",
    found_en=[
        r"(set|chosen|fixed).{0,20}(outside|before|by hand)",
        r"(parameters|weights) are (learn|updated|trained)",
    ],
    found_zh=[r"(学出来|优化器更新|训练得到)", r"(之外|训练前|事先|人为)设定"],
)
say.point(
    en="chosen on validation data, not on the test set",
    zh="用验证集选，不用测试集",
    found_en=[r"validation", r"never on the test"],
    found_zh=[r"验证集", r"(绝不|不能?)用测试集"],
)
say.point(
    en="the learning rate first, on a log scale",
    zh="先调学习率，用对数尺度",
    found_en=[
        r"log(arithmic)?.?(scale|uniform)",
        r"learning rate.{0,25}(first|most)",
        r"powers of ten",
    ],
    found_zh=[r"对数", r"学习率.{0,6}(最重要|先调|优先)", r"数量级"],
)
say.point(
    en="random beats grid when few axes matter",
    zh="少数轴重要时，随机优于网格",
    found_en=[r"random.{0,60}(grid|nine|more values)", r"grid.{0,40}(waste|random)"],
    found_zh=[r"随机.{0,20}(网格|九个|更多)", r"网格.{0,12}(浪费|不如)"],
)
say.point(
    en="halving: many short runs, the survivors run longer",
    zh="逐次减半：先跑很多短的，留下的跑更久",
    found_en=[r"halving", r"surviv", r"hyperband|early.stop\w* (the )?bad"],
    found_zh=[r"减半", r"(留下|幸存|淘汰)", r"hyperband"],
)
say.point(
    en="batch size and learning rate belong together",
    zh="batch size 和学习率要一起调",
    found_en=[r"batch.{0,50}(learning rate|step|retune|lr\b)", r"(learning rate|lr\b).{0,40}batch"],
    found_zh=[r"batch.{0,20}(学习率|步子|步长)", r"学习率.{0,12}batch"],
)
say.point(
    en="seeds, spread, and the luck of the best",
    zh="种子、波动，以及最好结果里的运气",
    found_en=[r"\bluck", r"seeds?\b", r"spread|variance across|confidence interval"],
    found_zh=[r"运气", r"种子", r"波动|方差|置信区间"],
)
