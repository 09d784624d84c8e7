"""Transfer learning: other right answers, and every trap written a second way."""

import numpy as np

# ---- step --------------------------------------------------------------------------------------


def by_comprehension(params, grads, slots, trainable, lr, momentum=0.9, decay=0.0):
    slots = {
        n: momentum * slots[n] + (grads[n] + decay * params[n])
        if n in slots
        else grads[n] + decay * params[n]
        for n in trainable
    }
    return {n: p - lr * slots[n] if n in slots else p for n, p in params.items()}, slots


def in_copies(params, grads, slots, trainable, lr, momentum=0.9, decay=0.0):
    """Copies everything, then works in place."""
    params = {name: np.array(value) for name, value in params.items()}
    kept = {name: np.zeros_like(params[name]) for name in trainable}
    for name, v in kept.items():
        if name in slots:
            v += momentum * slots[name]
        v += grads[name]
        v += decay * params[name]
        params[name] -= lr * v
    return params, kept


def with_mistake(frozen_too=False, zero=False, slot_for_all=False, keep=False, form="sgd"):
    """The step with mistakes switched on."""

    def answer(params, grads, slots, trainable, lr, momentum=0.9, decay=0.0):
        new, kept = {}, {}
        for name in params:
            w, rests = params[name], name not in trainable
            if rests and not frozen_too:
                new[name] = w
                if slot_for_all:
                    kept[name] = slots[name] if name in slots else np.zeros_like(w)
                elif keep and name in slots:
                    kept[name] = slots[name]
                continue
            g = grads[name] if name in grads else np.zeros_like(w)
            if rests and zero:
                g = g * 0.0
            v = momentum * (slots[name] if name in slots else np.zeros_like(w))
            if form == "sgd":
                v = v + g + decay * w
            elif form == "average":
                v = v + (1 - momentum) * g
            else:
                v = v + g
            new[name] = w - lr * v
            if form == "decoupled":
                new[name] = new[name] - lr * decay * w
            kept[name] = v
        return new, kept

    return answer


def without_the_frozen(params, grads, slots, trainable, lr, momentum=0.9, decay=0.0):
    new, kept = by_comprehension(params, grads, slots, trainable, lr, momentum, decay)
    return {name: new[name] for name in kept}, kept


# ---- predict -----------------------------------------------------------------------------------

KEYS = [
    "other classes, frozen, 20 labels",
    "random labels, frozen",
    "shuffled, frozen, 20 labels",
    "inverted, tuned",
    "inverted, frozen",
    "other classes, tuned",
    "other classes, frozen",
]


def signs(*values):
    return lambda: dict(zip(KEYS, values, strict=True))


# ---- clean -------------------------------------------------------------------------------------


def by_tuples(source, test, copies):
    seen = {tuple(row) for row in test}
    for copy in copies:
        seen |= {tuple(row) for row in copy(test)}
    return [tuple(row) not in seen for row in source]


def by_broadcasting(source, test, copies):
    keep = np.ones(len(source), dtype=bool)
    for images in [test] + [copy(test) for copy in copies]:
        keep &= ~(source[:, None] == images[None]).all(axis=2).any(axis=1)
    return keep


def cleaning(versions, same=lambda row, image: np.array_equal(row, image), wanted=True):
    def answer(source, test, copies):
        images = [image for group in versions(test, copies) for image in group]
        return np.array([any(same(r, i) for i in images) != wanted for r in source])

    return answer


def every(test, copies):
    return [test, *[copy(test) for copy in copies]]


def one_after_another(test, copies):
    groups = [test]
    for copy in copies:
        test = copy(test)
        groups.append(test)
    return groups


def values_anywhere(source, test, copies):
    values = set(np.concatenate([group.ravel() for group in every(test, copies)]).tolist())
    return np.array([any(value not in values for value in row) for row in source.tolist()])


def searching_the_source(source, test, copies):
    seen = {tuple(row) for row in test}
    stays = np.array([tuple(row) not in seen for row in source])
    for copy in copies:
        stays &= np.array([tuple(row) not in seen for row in copy(source)])
    return stays


# ---- batch_norm --------------------------------------------------------------------------------


def by_branches(x, layer, training, frozen, rho=0.9, eps=1e-3):
    if frozen or not training:
        scale = layer["gamma"] * (layer["var"] + eps) ** -0.5
        return x * scale + (layer["beta"] - layer["mean"] * scale), layer["mean"], layer["var"]
    mean = np.average(x, axis=0)
    var = np.average(x * x, axis=0) - mean**2
    y = layer["gamma"] * (x - mean) * (var + eps) ** -0.5 + layer["beta"]
    drift = {"mean": mean - layer["mean"], "var": var - layer["var"]}
    return y, *(layer[name] + (1 - rho) * drift[name] for name in ("mean", "var"))


def in_place_on_copies(x, layer, training, frozen, rho=0.9, eps=1e-3):
    mean, var = layer["mean"].copy(), layer["var"].copy()
    centre, spread = mean.copy(), var.copy()
    if training and not frozen:
        centre[:] = x.mean(axis=0)
        spread[:] = ((x - centre) ** 2).mean(axis=0)
        mean *= rho
        mean += (1 - rho) * centre
        var *= rho
        var += (1 - rho) * spread
    return (x - centre) / np.sqrt(spread + eps) * layer["gamma"] + layer["beta"], mean, var


def normal(uses, moves, n=lambda b: b, stays=lambda rho: rho):
    def answer(x, layer, training, frozen, rho=0.9, eps=1e-3):
        batch = x.mean(axis=0), ((x - x.mean(axis=0)) ** 2).sum(axis=0) / max(n(len(x)), 1)
        stored, moved = (layer["mean"], layer["var"]), (layer["mean"], layer["var"])
        if moves(training, frozen):
            r = stays(rho)
            moved = tuple(r * s + (1 - r) * b for s, b in zip(stored, batch, strict=True))
        mean, var = batch if uses(training, frozen) else stored
        y = (x - mean) / np.sqrt(var + eps)
        return layer["gamma"] * y + layer["beta"], *moved

    return answer


def learning(training, frozen):
    return training and not frozen


RIGHT = {
    "step": [by_comprehension, in_copies],
    "predict": [signs(-1, -1, -1, 1, 1, -1, -1), signs(-1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0)],
    "clean": [by_tuples, by_broadcasting],
    "batch_norm": [by_branches, in_place_on_copies],
    "total": ["4485", 4485.0, "4485 parameters"],
    "flaws": [{9, 7, 6, 4, 3, 1}, "1，3，4，6，7，9"],
}

TWINS = {
    "step": {
        1: with_mistake(frozen_too=True),
        2: with_mistake(frozen_too=True, zero=True),
        3: with_mistake(keep=True),
        4: with_mistake(slot_for_all=True),
        5: with_mistake(form="average"),
        6: with_mistake(form="decoupled"),
        7: without_the_frozen,
    },
    "predict": {
        1: signs(1, 1, 1, 1, 1, 1, 1),
        2: signs(-1, -1, -1, 1, 1, 1, -1),
        3: signs(-1, -1, -1, -1, -1, -1, -1),
        4: signs(-1, -1, 1, 1, 1, -1, -1),
        5: signs(1, -1, -1, 1, 1, -1, -1),
    },
    "clean": {
        1: cleaning(lambda test, copies: [test]),
        2: cleaning(lambda test, copies: [copy(test) for copy in copies]),
        3: cleaning(every, wanted=False),
        4: cleaning(every, same=lambda row, image: np.abs(row - image).max() <= 0.1),
        5: values_anywhere,
        6: cleaning(one_after_another),
        7: searching_the_source,
    },
    "batch_norm": {
        1: normal(lambda t, f: t, lambda t, f: t),
        2: normal(learning, lambda t, f: t),
        3: normal(lambda t, f: t, learning),
        4: normal(lambda t, f: not f, lambda t, f: not f),
        5: normal(learning, learning, n=lambda b: b - 1),
        6: normal(learning, learning, stays=lambda rho: 1 - rho),
    },
    "total": {1: 325, 2: "4160", 3: 4416},
}

TWO_AT_ONCE = {
    "step": [(with_mistake(frozen_too=True, form="average"), {1, 5})],
    "predict": [(signs(1, -1, 1, 1, 1, -1, -1), {4, 5})],
    "clean": [(cleaning(lambda test, copies: [test], wanted=False), {1, 3})],
    "batch_norm": [(normal(lambda t, f: t, lambda t, f: t, n=lambda b: b - 1), {1, 5})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                ["pick a source task", "there are few labels", "pre-trained weights"],
                "no pre-training",
            ),
            (["freeze the trunk", "or fine-tune it", "add a new head"], "never freeze it"),
            (
                [
                    "leave it out of the optimizer",
                    "use stored statistics",
                    "batch norm stays in inference mode",
                ],
                "not the stored statistics",
            ),
            (
                [
                    "the number of parameters stays the same",
                    "there are as many parameters",
                    "fewer of them train",
                ],
                "not as many parameters",
            ),
            (
                ["negative transfer", "it can hurt", "worse than scratch"],
                "there is no negative transfer",
            ),
            (
                ["compare with scratch", "over several seeds", "check for leaks"],
                "no need to check for leaks",
            ),
        ],
        "zh": [
            (["先选源任务", "目标的标签很少", "用预训练的权重"], "不用预训练"),
            (["冻结主干", "或者微调", "换一个新的头"], "不冻结主干"),
            (
                ["冻结就是不进优化器", "用存下的统计量", "批归一化保持推理模式"],
                "没用存下的统计量",
            ),
            (["参数总数不变", "参数一个不少", "要训练的变少"], "并非参数总数不变"),
            (["会有负迁移", "可能有害", "不如从头训练"], "不会有负迁移"),
            (["和从头训练对比", "跑多个种子", "检查泄漏"], "没有检查泄漏"),
        ],
    }
}

EQUIVALENT = {}
