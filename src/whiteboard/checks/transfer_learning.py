"""Transfer learning: a step that freezes, the signs of gains, clean sources, frozen statistics.

The references go number by number. The signs are those that the lesson's own runs print.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text

# ---- step --------------------------------------------------------------------------------------


def _step(params, grads, slots, trainable, lr, momentum=0.9, decay=0.0):
    """Number by number."""
    moved, kept = {}, {}
    for name in params:
        moved[name] = np.array(params[name], dtype=float)
        if name not in trainable:
            continue
        kept[name] = np.zeros(moved[name].shape)
        for place, weight in np.ndenumerate(moved[name]):
            old = slots[name][place] if name in slots else 0.0
            kept[name][place] = momentum * old + grads[name][place] + decay * weight
            moved[name][place] = weight - lr * kept[name][place]
    return moved, kept


step = Check(_step, returns=("params", "slots"))


def _two(*values):
    return {"trunk": np.array(values[:2]), "head": np.array(values[2:])}


step.case(
    {"embed": np.array([4.0]), "trunk": np.array([1.0, 2.0]), "head": np.array([3.0])},
    {"embed": np.array([30.0]), "trunk": np.array([10.0, 20.0]), "head": np.array([40.0])},
    {"trunk": np.array([5.0, 6.0]), "head": np.array([7.0])},
    ("head",),
    0.1,
    0.5,
    0.25,
    en="only the head moves, and only the head keeps a slot",
    zh="只有头动，也只有头保留状态",
    ask_en="Where does each of 1, 2, 3 and 4 end, and which velocities are still needed?",
    ask_zh="1、2、3、4 各自变成多少？哪些速度还有用？",
)
step.case(
    _two(1.0, -2.0, 3.0, 4.0),
    _two(0.5, 1.0, -2.0, 8.0),
    {"head": np.array([1.0, -3.0])},
    ("trunk", "head"),
    0.2,
    en="the trunk was frozen so far: its velocity starts at 0, the head's goes on",
    zh="刚解冻的主干速度从 0 开始，头的速度继续",
)
step.case(
    _two(1.0, 2.0, 3.0),
    {"head": np.array([4.0])},
    {},
    ("head",),
    0.1,
    en="no gradient was computed for what is frozen",
    zh="冻结的部分没有算梯度",
)
step.case(
    _two(1.0, 2.0, 3.0),
    _two(np.nan, np.inf, 4.0),
    {},
    ("head",),
    0.1,
    en="a frozen weight does not care what its gradient is, not even nan",
    zh="冻结的权重与它的梯度无关，哪怕是 nan",
)


@step.fresh(en="fresh parameters", zh="新的参数")
def _(rng):
    shapes = {"W1": (3, 4), "b1": (4,), "W2": (4, 2), "b2": (2,)}
    params, grads, slots = (
        {name: rng.normal(size=shape) for name, shape in shapes.items()} for _ in range(3)
    )
    del slots["W2"]
    return params, grads, slots, ("b1", "W2", "b2"), 0.3, 0.8, 0.05


@step.property(
    en="five steps with a frozen trunk leave every one of its bits; then it is unfrozen and learns",
    zh="主干冻结走五步，一个比特都没变；再解冻，它就开始学",
)
def _(answer, rng):
    params = {"trunk": rng.normal(size=(3, 3)), "head": rng.normal(size=(3, 2))}
    params["trunk"][0, 0] = -0.0  # adding 0 would turn it into +0.0
    before, slots, wanted, kept = params["trunk"].copy(), {}, dict(params), {}
    intact = True
    for turn in range(8):
        grads = {name: rng.normal(size=value.shape) for name, value in sorted(params.items())}
        names = ("head",) if turn < 5 else ("head", "trunk")
        wanted, kept = _step(wanted, grads, kept, names, 0.1, 0.9, 0.01)
        params, slots = answer(dict(params), grads, dict(slots), names, 0.1, 0.9, 0.01)
        if turn < 5:
            intact &= np.asarray(params["trunk"]).tobytes() == before.tobytes()
    return Evidence(
        given=Text("five steps with a frozen trunk, three without", "冻结五步，再解冻三步"),
        names_zh={"bits intact": "比特不变", "trunk": "主干", "head": "头"},
        expected={"bits intact": True, "trunk": wanted["trunk"], "head": wanted["head"]},
        got={"bits intact": intact, "trunk": params["trunk"], "head": params["head"]},
    )


def _moving(
    everything=False,
    velocity=lambda v, g, w, momentum, decay: momentum * v + g + decay * w,
    update=lambda w, v, lr, decay: w - lr * v,
    kept=lambda params, slots: {},
):
    """The step with one part exchanged."""

    def step(params, grads, slots, trainable, lr, momentum=0.9, decay=0.0):
        moved, slots_after = dict(params), kept(params, slots)
        for name in grads if everything else trainable:
            v = velocity(slots.get(name, 0), grads[name], params[name], momentum, decay)
            moved[name], slots_after[name] = update(params[name], v, lr, decay), v
        return moved, slots_after

    return step


def _only_what_trains(params, grads, slots, trainable, lr, momentum=0.9, decay=0.0):
    moved, kept = _step(params, grads, slots, trainable, lr, momentum, decay)
    return {name: moved[name] for name in trainable}, kept


def _zeroed(params, grads, slots, trainable, lr, momentum=0.9, decay=0.0):
    moved, kept = {}, {}
    for name, weight in params.items():
        slope = grads[name] if name in trainable else 0 * weight
        kept[name] = momentum * slots.get(name, 0 * weight) + slope + decay * weight
        moved[name] = weight - lr * kept[name]
    return moved, kept


step.trap(
    _moving(everything=True),
    en="Everything moves; trainable has no effect.",
    zh="所有参数都动了，trainable 没起作用。",
)
step.trap(
    _zeroed,
    en="The frozen gradient is set to 0, but the step is still taken: the old velocity and the "
    "decay go on moving the weights. Leave them out of the step.",
    zh="冻结部分的梯度置了 0，但步子照走：旧的速度和权重衰减还在推动权重。应当让它根本不参与更新。",
    ask_en="With a gradient of 0, what is left in v?",
    ask_zh="梯度为 0 时，v 里还剩什么？",
)
step.trap(
    _moving(kept=lambda params, slots: dict(slots)),
    en="The trunk keeps the velocity of its former training: memory for nothing, and after "
    "unfreezing a push from the source task.",
    zh="主干还留着源任务时的速度：白占内存，解冻后还会被这个旧速度推一把。",
)
step.trap(
    _moving(kept=lambda params, slots: {n: slots.get(n, 0 * w) for n, w in params.items()}),
    en="A slot is kept for every parameter. What does not train needs none: that is the memory "
    "which freezing saves.",
    zh="给每个参数都留了状态。不训练的不需要，冻结省的正是这部分内存。",
)
step.trap(
    _moving(velocity=lambda v, g, w, momentum, decay: momentum * v + (1 - momentum) * g),
    en="This v is an average of gradients, as in Adam, without decay. Here v is momentum · v + "
    "gradient + decay · weight.",
    zh="这里的 v 是梯度的滑动平均（像 Adam），也没有权重衰减。题目里 v 是 momentum · v + 梯度 + "
    "decay · 权重。",
)
step.trap(
    _moving(
        velocity=lambda v, g, w, momentum, decay: momentum * v + g,
        update=lambda w, v, lr, decay: w - lr * v - lr * decay * w,
    ),
    en="The decay acts beside the velocity, as in AdamW. Here it is part of the gradient.",
    zh="权重衰减加在了速度之外，像 AdamW。这里它是梯度的一部分。",
)
step.trap(
    _only_what_trains,
    en="The frozen parameters are gone from the result. They do not train, but the network still "
    "needs them: the count does not change.",
    zh="返回的参数里没有冻结的部分了。它们不训练，但网络还要用：参数总数不变。",
)


# ---- predict -----------------------------------------------------------------------------------

_GAINS = {  # sign, and why
    "other classes, frozen": (
        -1,
        "0–4 did not need what parts 5–9",
        "区分 0–4 用不到区分 5–9 所需的特征",
    ),
    "other classes, tuned": (
        -1,
        "five images do not undo what 0–4 taught",
        "五张图改不回 0–4 教的东西",
    ),
    "inverted, frozen": (
        1,
        "the same pixels part the same classes",
        "区分同样的类，靠的是同样的像素",
    ),
    "inverted, tuned": (1, "fine-tuning keeps most of the gain", "微调保留了大部分增益"),
    "shuffled, frozen, 20 labels": (
        -1,
        "features of shuffled pixels do not fit",
        "打乱的像素上学到的特征对不上",
    ),
    "random labels, frozen": (-1, "memorised numbers are no features", "死记的标签不是特征"),
    "other classes, frozen, 20 labels": (
        -1,
        "more labels teach the head, not a trunk that rests",
        "标签再多教的也是头，不动的主干补不回来",
    ),
}
_SIGNS = {name: sign for name, (sign, _, _) in _GAINS.items()}

predict = Check()


def _asking(name, sign, en, zh):
    @predict.property(en=en, zh=zh)
    def _(answer):
        return Evidence(given={"gain": name}, expected=sign, got=answer()[name])


for _name, _gain_and_why in _GAINS.items():
    _asking(_name, *_gain_and_why)

predict.trap(
    lambda: dict.fromkeys(_SIGNS, 1),
    en="A pre-trained start is not always better. It is when the source needed the features that "
    "the target needs.",
    zh="预训练的起点不一定更好，要看源任务需要的特征是不是目标任务需要的。",
)
predict.trap(
    lambda: _SIGNS | {"other classes, tuned": 1},
    en="Fine-tuning can move every weight, but five images do not move them far: where it starts "
    "still counts.",
    zh="微调虽然能动每个权重，可五张图推不了多远：起点仍然起作用。",
)
predict.trap(
    lambda: _SIGNS | {"inverted, frozen": -1, "inverted, tuned": -1},
    en="Its own head fails on real digits, but the head is thrown away. The trunk has learnt which "
    "pixels tell 5–9 apart, and these are the same.",
    zh="它自己的头在真实数字上全错，可头是要扔掉的。主干学会的是哪些像素能区分 5–9，这些像素没变。",
)
predict.trap(
    lambda: _SIGNS | {"shuffled, frozen, 20 labels": 1},
    en="The same labels are not enough: the trunk reads pixels, and each of them stands elsewhere.",
    zh="光有同样的标签不够：主干读的是像素，而像素的位置全变了。",
)
predict.trap(
    lambda: _SIGNS | {"other classes, frozen, 20 labels": 1},
    en="A hundred images make a better head, but scratch trains its trunk on them as well.",
    zh="一百张图能训练出更好的头，但从头训练还用它们训练了主干。",
)


# ---- clean -------------------------------------------------------------------------------------


def _inverted(images):
    """1 − images"""
    return 1 - np.asarray(images)


def _mirrored(images):
    """images[:, ::-1]"""
    return np.asarray(images)[:, ::-1]


def _rolled(images):
    """np.roll(images, 1, axis=1)"""
    return np.roll(images, 1, axis=1)


def _clean(source, test, copies):
    """Row by row."""
    kept = []
    for row in source:
        versions = [test, *(copy(test.copy()) for copy in copies)]
        kept.append(not any(list(row) == list(image) for seen in versions for image in seen))
    return np.array(kept, dtype=bool)


clean = Check(_clean)
clean.case(
    np.array([[0.25, 0.75, 1.0], [0.75, 0.25, 0.0], [0.75, 0.25, 0.25], [1.0, 0.75, 0.25]]),
    np.array([[0.25, 0.75, 1.0]]),
    [_inverted],
    en="a test image goes, its inverted copy goes, the rest stays",
    zh="测试图去掉，它的反色副本也去掉，其余保留",
)
clean.case(
    np.array([[0.0, 0.5, 1.0], [1.0, 0.5, 0.0], [0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]),
    np.array(
        [[0.5, 0.5, 1.0], [1.0, 0.5, 0.0], [0.5, 0.5, 0.0], [0.25, 0.0, 1.0], [0.0, 0.0, 0.0]]
    ),
    [],
    en="without copies: only the images themselves, wherever they stand",
    zh="没有变换时：只查图像本身，不管它在第几行",
)
clean.case(
    np.array([[0.25, 0.5, 1.0], [1.0, 0.5, 0.25], [0.75, 0.5, 0.0], [0.0, 0.5, 0.75]]),
    np.array([[0.25, 0.5, 1.0]]),
    [_inverted, _mirrored],
    en="two kinds of copies: each is made from the test image, none from another copy",
    zh="两种变换：都从测试图出发，不在别的副本上再变",
)
clean.case(
    np.array([[1.0, 0.0, 0.5], [0.5, 1.0, 0.0], [0.0, 0.5, 0.5]]),
    np.array([[0.0, 0.5, 1.0]]),
    [_rolled],
    en="shifted one way only: the shift is applied to the test image, not to the source",
    zh="只往一个方向平移：变换作用在测试图上，不是源图上",
)
clean.case(
    np.array([[0.25, 0.5, 0.5], [0.25, 0.5, 0.625], [0.5, 0.25, 0.5]]),
    np.array([[0.25, 0.5, 0.5625], [0.5, 0.25, 0.625]]),
    [_mirrored],
    en="an image that is merely near stays",
    zh="只是相近的图保留",
)
clean.case(
    np.array([[0.25, 0.75], [0.75, 0.25], [0.25, 0.25], [0.5, 0.5]]),
    np.array([[0.25, 0.25], [0.75, 0.75]]),
    [],
    en="made of the same pixels as the test images is not the same image",
    zh="由测试图里出现过的像素值拼成，不等于同一张图",
)


@clean.fresh(en="fresh images", zh="新的图像")
def _(rng):
    test = rng.integers(0, 5, size=(4, 3)) / 4
    free = rng.integers(0, 5, size=(6, 3)) / 4  # two of them twice
    source = np.concatenate([free, free[:2], 1 - test[:2], test[2:, ::-1]])
    return rng.permutation(source), test, [_inverted, _mirrored]


@clean.property(en="1,000 source images against 400 test images", zh="1,000 张源图对 400 张测试图")
def _(answer, rng):
    test = rng.integers(0, 17, size=(400, 64)) / 16
    source = rng.integers(0, 17, size=(1000, 64)) / 16
    source[::10] = 1 - test[:100]
    source[1::10] = test[:100]
    source[1::10, 7] = (source[1::10, 7] + 0.5) % 1.0625  # one pixel differs
    expected = np.arange(1000) % 10 != 0
    return Evidence(
        given=Text(
            "every tenth source image is an inverted test image", "每十张源图有一张是反色的测试图"
        ),
        expected=expected,
        got=answer(source, test, [_inverted]),
    )


def _chained(test, copies):
    versions = [test]
    for copy in copies:
        versions.append(copy(versions[-1]))
    return versions


def _keeping(
    versions=lambda test, copies: [test, *(copy(test) for copy in copies)],
    same=lambda row, images: (row == images).all(axis=1),
    value=False,
):
    """The search with one part exchanged."""

    def clean(source, test, copies):
        seen = versions(test, copies)
        return np.array([any(same(row, v).any() for v in seen) == value for row in source])

    return clean


def _copies_of_source(source, test, copies):
    kept = np.ones(len(source), dtype=bool)
    for images in [source, *(copy(source) for copy in copies)]:
        kept &= np.array([not (row == test).all(axis=1).any() for row in images])
    return kept


clean.trap(
    _keeping(versions=lambda test, copies: [test]),
    en="Only the test images themselves are looked for. The same drawing in other colours has the "
    "same answer.",
    zh="只查了测试图本身。换了颜色的同一张图，答案一样。",
)
clean.trap(
    _keeping(versions=lambda test, copies: [copy(test) for copy in copies]),
    en="Only the copies are looked for. The plain test image is the worst leak of all.",
    zh="只查了副本。测试图原样混进来才是最严重的泄漏。",
)
clean.trap(
    _keeping(value=True),
    en="Upside down: True marks what may stay.",
    zh="反了：True 表示可以留下。",
)
clean.trap(
    _keeping(same=lambda row, images: np.isclose(row, images, atol=0.1).all(axis=1)),
    en="Near images are thrown out too. Another writer's 5 may look alike; that is what the source "
    "is for.",
    zh="相近的图也扔掉了。别人写的 5 可能很像，这正是源数据的用处。",
)
clean.trap(
    _keeping(same=lambda row, images: np.isin(row, images).all(keepdims=True)),
    en="np.isin asks whether each pixel value occurs anywhere. Compare whole rows.",
    zh="np.isin 问的是每个像素值有没有在任何地方出现过。要整行比较。",
)
clean.trap(
    _keeping(versions=_chained),
    en="Each copy is made from the last one, so the second is inverted and mirrored. Start from "
    "the test images each time.",
    zh="后一种变换用在了前一种的结果上，第二个成了反色再镜像。每次都要从测试图出发。",
)
clean.trap(
    _copies_of_source,
    en="The copies are made from the source. That finds a copy only where doing it twice undoes "
    "it, as with inversion. Apply each to the test images.",
    zh="变换用在了源图上。只有做两次就还原的变换（如反色）才碰巧对，平移就不对。要变换测试图。",
)


# ---- batch_norm --------------------------------------------------------------------------------


def _batch_norm(x, layer, training, frozen, rho=0.9, eps=1e-3):
    """Unit by unit."""
    outputs, mean, var = np.zeros(x.shape), np.array(layer["mean"]), np.array(layer["var"])
    for unit in range(x.shape[1]):
        centre, spread = mean[unit], var[unit]
        if training and not frozen:
            values = [row[unit] for row in x]
            centre = sum(values) / len(values)
            spread = sum((value - centre) ** 2 for value in values) / len(values)
            mean[unit] = rho * mean[unit] + (1 - rho) * centre
            var[unit] = rho * var[unit] + (1 - rho) * spread
        for row in range(len(x)):
            scaled = (x[row, unit] - centre) / (spread + eps) ** 0.5
            outputs[row, unit] = layer["gamma"][unit] * scaled + layer["beta"][unit]
    return outputs, mean, var


batch_norm = Check(_batch_norm, returns=("y", "mean", "var"))


def _layer(gamma, beta, mean, var):
    values = {"gamma": gamma, "beta": beta, "mean": mean, "var": var}
    return {name: np.array(value, dtype=float) for name, value in values.items()}


_BATCH = np.array([[1.0, 10.0], [3.0, 20.0], [8.0, 60.0]])
_ONE_LAYER = ([2.0, 0.5], [1.0, -1.0], [2.0, 5.0], [4.0, 9.0])

batch_norm.case(
    _BATCH,
    _layer(*_ONE_LAYER),
    True,
    True,
    en="frozen, though the network trains: stored statistics, and they rest",
    zh="网络在训练，但这一层冻结：用存下的统计量，统计量不动",
    ask_en="Which task do the stored mean and variance belong to, and who still reads them?",
    ask_zh="存下的均值和方差属于哪个任务？还有谁在用？",
)
batch_norm.case(
    _BATCH,
    _layer(*_ONE_LAYER),
    True,
    False,
    en="training: the batch's own statistics, and the stored ones follow",
    zh="训练：用这一批自己的统计量，存下的随之移动",
)
batch_norm.case(
    _BATCH,
    _layer(*_ONE_LAYER),
    False,
    False,
    en="inference: stored statistics, and they rest",
    zh="推理：用存下的统计量，统计量不动",
)


batch_norm.case(
    _BATCH,
    _layer(*_ONE_LAYER),
    False,
    True,
    0.5,
    0.25,
    en="frozen and inference: stored statistics as well",
    zh="冻结的层做推理：同样用存下的统计量",
)


@batch_norm.fresh(en="a fresh batch", zh="新的一批")
def _(rng):
    layer = _layer(*rng.uniform(0.5, 2, size=(4, 3)))
    return rng.normal(size=(5, 3)), layer, True, False, 0.7, 0.01


def _normalising(
    batch=lambda training, frozen: training and not frozen,
    moves=lambda training, frozen: training and not frozen,
    ddof=0,
    share=lambda rho: rho,
):
    """The layer with one part exchanged."""

    def batch_norm(x, layer, training, frozen, rho=0.9, eps=1e-3):
        stored = layer["mean"], layer["var"]
        now = x.mean(axis=0), x.var(axis=0, ddof=ddof)
        mean, var = now if batch(training, frozen) else stored
        if moves(training, frozen):
            kept = share(rho)
            stored = [kept * a + (1 - kept) * b for a, b in zip(stored, now, strict=True)]
        y = layer["gamma"] * (x - mean) / np.sqrt(var + eps) + layer["beta"]
        return y, *stored

    return batch_norm


batch_norm.trap(
    _normalising(batch=lambda training, frozen: training, moves=lambda training, frozen: training),
    en="Frozen is ignored: gamma and beta may rest, but the statistics drift to the new task, and "
    "every other head on this trunk reads wrong features.",
    zh="没管 frozen：gamma 和 beta 虽然不动，统计量却漂向了新任务，"
    "接在这个主干上的其他头读到的特征就错了。",
)
batch_norm.trap(
    _normalising(moves=lambda training, frozen: training),
    en="The outputs are right, but the stored statistics of the frozen layer move.",
    zh="输出是对的，但冻结层存下的统计量动了。",
)
batch_norm.trap(
    _normalising(batch=lambda training, frozen: training),
    en="The frozen layer keeps its statistics but does not use them: in training it sees the "
    "batch's, at test time the stored ones, and the new head has learnt on other features.",
    zh="冻结层的统计量没动，却没用上：训练时用批统计量，测试时用存下的，"
    "新的头是在另一套特征上学的。",
)
batch_norm.trap(
    _normalising(batch=lambda training, frozen: not frozen, moves=lambda t, frozen: not frozen),
    en="training is ignored: at test time an image's output would depend on its neighbours in the "
    "batch.",
    zh="没管 training：测试时一张图的输出会取决于同一批里的其他图。",
)
batch_norm.trap(
    _normalising(ddof=1),
    en="The variance divides by n − 1. The batch's own spread divides by n.",
    zh="方差除以了 n − 1。批自身的方差除以 n。",
)
batch_norm.trap(
    _normalising(share=lambda rho: 1 - rho),
    en="rho is the share of the stored value that stays, not the batch's. (PyTorch's momentum is "
    "1 − rho.)",
    zh="rho 是存下的值保留的比例，不是这一批的比例。（PyTorch 的 momentum 是 1 − rho。）",
)


# ---- on paper ----------------------------------------------------------------------------------

total = Estimate(4485.0, unit="parameters", unit_zh="个参数", rtol=0.0001)
total.trap(
    325.0,
    en="These train. The frozen ones are still there, and every forward pass uses them.",
    zh="这是要训练的。冻结的还在，每次前向传播都要用。",
)
total.trap(4160.0, en="This is the trunk alone.", zh="这只是主干。")
total.trap(4416.0, en="The 64 + 5 biases are missing.", zh="少了 64 + 5 个偏置。")


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.false(
    en="Transfer starts from knowledge instead of noise, so it converges faster and ends higher.",
    zh="迁移学习从已有知识而不是随机值出发，所以收敛更快、效果更好。",
    because_en="From digits 0–4 to 5–9 it ended lower than scratch, frozen or tuned: negative "
    "transfer. It depends on the source.",
    because_zh="从数字 0–4 迁移到 5–9，不管冻结还是微调都不如从头训练：这就是负迁移。要看源任务。",
    source="the run above; Zhang et al. 2023",
    source_zh="见上面的运行结果；Zhang et al. 2023",
)
flaws.true(
    en="A frozen trunk can be run once over the few images and its features kept.",
    zh="主干冻结后，可以只跑一遍少量图像，把特征存下来。",
)
flaws.false(
    en="By sharing parameters, transfer learning reduces the number of parameters.",
    zh="迁移学习通过参数共享减少了模型的参数数量。",
    because_en="The network has as many as before; fewer of them train when some are frozen. "
    "Sharing among tasks trained together is multi-task learning.",
    because_zh="网络的参数一个不少，冻结只是让要训练的变少。多个任务一起训练时共享参数，"
    "那是多任务学习。",
    source="the counts above; Caruana 1997",
    source_zh="见上面的计数；Caruana 1997",
)
flaws.false(
    en="Setting a layer's gradient to 0 freezes it, whatever the optimizer.",
    zh="把某一层的梯度置 0 就等于冻结，和优化器无关。",
    because_en="Momentum goes on with the old velocity, and weight decay needs no gradient.",
    because_zh="动量会按旧速度继续走，权重衰减也不需要梯度。",
    source="the table above",
    source_zh="见上表",
)
flaws.true(
    en="A frozen trunk with random weights is a control: a source that does worse has done harm.",
    zh="随机权重的冻结主干是一个对照：比它还差的源任务就是帮了倒忙。",
)
flaws.false(
    en="The source model gets 0% of the target's images right, so there is nothing to transfer.",
    zh="源模型在目标图像上的准确率是 0%，所以没什么可迁移的。",
    because_en="Its head is at 0%. The trunk under it, with a new head, beat scratch by a wide "
    "margin.",
    because_zh="0% 的是它的头。换一个新头，下面的主干大幅超过了从头训练。",
    source="the run above",
    source_zh="见上面的运行结果",
)
flaws.false(
    en="If gamma and beta of batch normalization do not train, the layer is frozen.",
    zh="批归一化的 gamma 和 beta 不训练，这一层就冻结了。",
    because_en="Its mean and variance move with every batch in training mode.",
    because_zh="训练模式下，它的均值和方差会随每一批移动。",
    source="exercise 4; Keras API, BatchNormalization",
    source_zh="见练习 4；Keras API, BatchNormalization",
)
flaws.true(
    en="As labels of the target grow in number, scratch catches up and the gain shrinks.",
    zh="目标任务的标签变多后，从头训练会追上来，增益变小。",
)
flaws.false(
    en="Inverted copies of the test images are other images, so pre-training may see them.",
    zh="测试图的反色版本是另外的图，预训练可以用。",
    because_en="With them in the source the trunk has seen the test; the gain grows, and at 20 "
    "labels it is nearly all leak.",
    because_zh="源数据里有了它们，主干就见过测试集：增益虚高，20 个标签时几乎全是泄漏。",
    source="exercise 3",
    source_zh="见练习 3",
)

say = Say(
    model_en="""
Transfer learning reuses what was learnt on a source task for a target task with few labels.
I replace the head.
Then I either freeze the trunk and train the head alone, or fine-tune all weights
with a small learning rate.
Freezing means leaving weights out of the optimizer, not zeroing their gradient.
Batch normalization must run with its stored statistics.
The number of parameters stays the same, only fewer of them train.
It helps when the source needs the features that the target needs.
It can hurt, which is called negative transfer.
So I compare with training from scratch at each number of labels, over several seeds.
And I keep the test images, with all their copies, out of pre-training.
""",
    model_zh="""
迁移学习把源任务上学到的东西用到标签很少的目标任务上。
先换一个新的头。
然后要么冻结主干、只训练头，要么用小学习率微调全部权重。
冻结是不让权重进优化器，而不是把梯度置零。
批归一化要用存下的统计量。
参数总数不变，只是要训练的变少了。
源任务需要的特征也是目标任务需要的，迁移才有用。
否则可能有害，这叫负迁移。
所以要在每种标签数量下、用多个种子和从头训练对比。
测试图和它们的各种副本都不能进预训练。
""",
)
say.point(
    en="a source task helps a target with few labels",
    zh="用源任务帮助标签少的目标任务",
    found_en=[r"source (task|domain|data)", r"few labels", r"pre.?train\w*"],
    found_zh=[r"源(任务|域|数据)", r"标签.{0,3}少|少.{0,3}标签", r"预训练"],
)
say.point(
    en="freeze the trunk, or fine-tune",
    zh="冻结主干，或者微调",
    found_en=[r"(freez|frozen)\w*", r"fine.?tun\w*", r"linear prob\w*|new head|replace the head"],
    found_zh=[r"冻结", r"微调", r"线性探测|新的?头"],
)
say.point(
    en="freezing means: out of the optimizer, stored statistics",
    zh="冻结的含义：不进优化器，用存下的统计量",
    found_en=[
        r"(out of|excluded? from) the optimi[sz]er",
        r"(stored|running|moving) (statistics|averages?)",
        r"batch.?norm\w*.{0,20}inference mode",
    ],
    found_zh=[
        r"[不没](让.{0,4})?进优化器",
        r"存下的统计量|滑动(统计量|平均)",
        r"批归一化.{0,8}推理模式",
    ],
)
say.point(
    en="the number of parameters stays",
    zh="参数总数不变",
    found_en=[
        r"(number|count) of parameters (stays|is) the same",
        r"as many parameters",
        r"fewer.{0,20} train\b",
    ],
    found_zh=[r"参数(总数|数量|个数)?不变", r"参数一个不少", r"(要|可)训练的.{0,4}(变?少)"],
)
say.point(
    en="negative transfer: when it hurts",
    zh="负迁移：什么时候有害",
    found_en=[r"negative transfer", r"(can|may|might) hurt", r"(worse|lower) than scratch"],
    found_zh=[r"负迁移", r"可能有害|可能变差", r"不如从头训练"],
)
say.point(
    en="the comparison: scratch, seeds, no test image in pre-training",
    zh="对比：从头训练、多个种子、预训练里没有测试图",
    found_en=[
        r"(from|with|against) scratch",
        r"(several|many|multiple) seeds",
        r"(leak|contaminat)\w*|test images?.{0,40}out of pre.?training",
    ],
    found_zh=[r"从头训练", r"多个(随机)?种子", r"泄漏|测试图.{0,14}不能进预训练"],
)
