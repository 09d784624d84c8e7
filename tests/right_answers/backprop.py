"""Backprop: other right answers, and every trap written a second way."""

import numpy as np


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


# ---- backward: right ---------------------------------------------------------------------------


def one_example_at_a_time(dy, cache, params):
    """Outer products, summed example by example."""
    grads = [[np.zeros(W.shape), np.zeros(b.shape)] for W, b in params]
    dx = np.zeros(cache[0].shape)
    for n, upstream in enumerate(dy):
        delta = upstream
        for layer in range(len(params) - 1, -1, -1):
            a, (W, _) = cache[layer][n], params[layer]
            grads[layer][0] += np.outer(a, delta)
            grads[layer][1] += delta
            delta = W @ delta
            if layer:
                delta = delta * a * (1 - a)
        dx[n] = delta
    return [tuple(g) for g in grads], dx


def recursive_einsum(dy, cache, params):
    """The chain rule as recursion, products by einsum, a tuple of lists."""
    (*below, a), (*lower, (W, _)) = cache, params
    own = [np.einsum("bi,bo->io", a, dy), np.einsum("bo->o", dy)]
    down = np.einsum("bo,io->bi", dy, W)
    if not lower:
        return [own], down
    grads, dx = recursive_einsum(down * (a - a**2), below, lower)
    return [*grads, own], dx


def single_precision(dy, cache, params):
    """float32 throughout."""
    small = [(W.astype("f4"), b.astype("f4")) for W, b in params]
    return one_example_at_a_time(dy.astype("f4"), [a.astype("f4") for a in cache], small)


# ---- backward: the traps' twins ----------------------------------------------------------------


def wrong_backward(step, weight=None, bias=None, first=None):
    """A backward pass by index, with the wrong part passed in."""

    def answer(dy, cache, params):
        delta = first(dy) if first else dy
        n, out = len(params), []
        for k in range(n - 1, -1, -1):
            a, W = cache[k], params[k][0]
            dW = weight(a, delta) if weight else np.tensordot(a, delta, axes=(0, 0))
            db = bias(delta) if bias else np.ones(len(delta)) @ delta
            out = [(dW, db), *out]
            delta = step(delta, W, a, k)
        return out, delta

    return answer


def right_step(delta, W, a, k):
    down = np.dot(delta, W.transpose())
    return down * (a - a * a) if k else down


# ---- loss_and_grads ----------------------------------------------------------------------------


def forward(x, params):
    inputs = []
    for k, (W, b) in enumerate(params):
        inputs.append(x)
        x = x.dot(W) + b
        x = sigmoid(x) if k + 1 < len(params) else x
    return x, inputs


def loss_by_rows(x, t, params):
    losses, sums = [], None
    for row, target in zip(x, t, strict=True):
        y, cache = forward(row[None], params)
        losses.append(0.5 * np.sum((y - target) ** 2))
        grads, _ = one_example_at_a_time(y - target, cache, params)
        flat = [g for pair in grads for g in pair]
        sums = flat if sums is None else [a + b for a, b in zip(sums, flat, strict=True)]
    mean = [g / len(x) for g in sums]
    return np.mean(losses), list(zip(mean[::2], mean[1::2], strict=True))


def loss_at_once(x, t, params):
    y, cache = forward(x, params)
    gap = (y - t) / len(x)
    return 0.5 * len(x) * np.vdot(gap, gap), recursive_einsum(gap, cache, params)[0]


def wrong_loss(loss_of, gap_of):
    def answer(x, t, params):
        y, cache = forward(x, params)
        return loss_of(y - t), recursive_einsum(gap_of(y - t), cache, params)[0]

    return answer


def half_mean(e):
    return 0.5 * np.mean(np.sum(e**2, axis=1))


# ---- grad_check --------------------------------------------------------------------------------


def vectorised_check(f, theta, grad, h=1e-5):
    steps = h * np.eye(theta.size).reshape(theta.size, *theta.shape)
    slopes = np.array([f(theta + s) - f(theta - s) for s in steps]) / (2 * h)
    slopes = slopes.reshape(theta.shape)
    top = np.sqrt(((slopes - grad) ** 2).sum())
    return top / (np.sqrt((slopes**2).sum()) + np.sqrt((grad**2).sum()))


def check_on_a_copy(f, theta, grad, h=1e-5):
    work, slopes = theta.copy().ravel(), []
    for i in range(work.size):
        keep = work[i]
        work[i] = keep + h
        up = f(work.reshape(theta.shape))
        work[i] = keep - h
        down = f(work.reshape(theta.shape))
        work[i] = keep
        slopes.append((up - down) / (h + h))
    slopes, flat = np.array(slopes), np.ravel(grad)
    return float(np.linalg.norm(slopes - flat) / (np.linalg.norm(slopes) + np.linalg.norm(flat)))


def wrong_check(slope, error):
    def answer(f, theta, grad, h=1e-5):
        numeric = np.zeros(theta.shape)
        it = np.nditer(theta, flags=["multi_index"])
        for _ in it:
            e = np.zeros(theta.shape)
            e[it.multi_index] = h
            numeric[it.multi_index] = slope(f, theta, e, h)
        return error(numeric, grad)

    return answer


def moved_and_left(f, theta, grad, h=1e-5):
    up, down, slopes = theta.copy().ravel(), theta.copy().ravel(), []
    for i in range(theta.size):
        up[i] += h
        down[i] -= h
        slopes.append((f(up.reshape(theta.shape)) - f(down.reshape(theta.shape))) / (2 * h))
    return both(np.array(slopes), grad.ravel())


def size(v):
    return float(np.sqrt(np.sum(np.square(v))))


def both(numeric, grad):
    return size(numeric - grad) / (size(numeric) + size(grad))


def central(f, theta, e, h):
    return (f(theta + e) - f(theta - e)) / (2 * h)


# ---- mend --------------------------------------------------------------------------------------


def mended_by_recursion(x, t, weights, biases):
    """Each level of the recursion is one layer; returns tuples."""

    def down(a, k):
        if k == len(weights):
            return a - t, (), ()
        out = sigmoid(np.dot(a, weights[k]) + biases[k])
        error, dW, db = down(out, k + 1)
        delta = error * (out - out**2)
        return delta @ weights[k].T, (np.dot(a.T, delta), *dW), (delta.sum(0), *db)

    _, dweights, dbiases = down(x, 0)
    return dweights, dbiases


def mended_by_examples(x, t, weights, biases):
    dW, db = [np.zeros(W.shape) for W in weights], [np.zeros(b.shape) for b in biases]
    for row, target in zip(x, t, strict=True):
        acts = [row]
        for W, b in zip(weights, biases, strict=True):
            acts.append(sigmoid(acts[-1] @ W + b))
        error = acts[-1] - target
        for k in range(len(weights) - 1, -1, -1):
            delta = error * acts[k + 1] * (1 - acts[k + 1])
            dW[k] += np.multiply.outer(acts[k], delta)
            db[k] += delta
            error = weights[k] @ delta
    return dW, db


def half_mended(target=True, slope=True, product=True, bias=True, cache=True, transpose=True):
    """The program with the parts that are False left broken, written with recursion."""

    def answer(x, t, weights, biases):
        def down(a, k):
            if k == len(weights):
                return a - (t if target else x), (), ()
            out = sigmoid(a @ weights[k] + biases[k])
            error, dW, db = down(out, k + 1)
            delta = error * (out * (1 - out) if slope else 1 - out)
            seen = a if cache else x
            mine = np.dot(seen.T, delta) if product else np.dot(delta, seen.T)
            summed = delta.sum(0) if bias else delta.sum()
            W = weights[k].T if transpose else weights[k]
            return np.dot(delta, W), (mine, *dW), (summed, *db)

        _, dweights, dbiases = down(x, 0)
        return dweights, dbiases

    return answer


RIGHT = {
    "backward": [one_example_at_a_time, recursive_einsum, single_precision],
    "loss_and_grads": [loss_by_rows, loss_at_once],
    "grad_check": [vectorised_check, check_on_a_copy],
    "mend": [mended_by_recursion, mended_by_examples],
    "backward_cost": ["2 times", 2.0],
    "activation_memory": ["1851392 B", (1.766, "MiB"), "1,851 KB"],
    "forward_mode_passes": [669706, "669,706 passes"],
    "flaws": [{8, 7, 5, 4, 2}, "2，4，5，7，8"],
}

TWINS = {
    "backward": {
        1: wrong_backward(lambda d, W, a, k: (d @ W.T) * (1 - a) if k else d @ W.T),
        2: wrong_backward(
            lambda d, W, a, k: np.matmul(d, W) * (a - a**2) if k else np.matmul(d, W)
        ),
        3: wrong_backward(lambda d, W, a, k: np.inner(d, W)),
        4: wrong_backward(lambda d, W, a, k: np.inner(d, W) * (a - a**2)),
        5: wrong_backward(
            lambda d, W, a, k: np.inner(d, W) * (sigmoid(a) - sigmoid(a) ** 2 if k else 1)
        ),
        6: wrong_backward(right_step, weight=lambda a, d: np.einsum("bi,bo->oi", a, d)),
        7: wrong_backward(right_step, bias=np.sum),
        8: wrong_backward(right_step, first=lambda dy: dy * (1 / dy.shape[0])),
        9: wrong_backward(right_step, bias=lambda d: np.average(d, axis=0)),
        10: wrong_backward(
            right_step,
            weight=lambda a, d: np.mean(a[:, :, None] * d[:, None, :], axis=0),
            bias=lambda d: np.average(d, axis=0),
        ),
        11: lambda dy, cache, params: list(recursive_einsum(dy, cache, params)[0]),
    },
    "loss_and_grads": {
        1: wrong_loss(half_mean, lambda e: e),
        2: wrong_loss(lambda e: (e * e).sum() / 2, lambda e: e),
        3: wrong_loss(lambda e: np.mean((e * e).sum(1)), lambda e: 2 * e / len(e)),
        4: wrong_loss(half_mean, lambda e: 2 * e / len(e)),
        5: wrong_loss(lambda e: np.mean(e * e), lambda e: 2 * e / e.size),
        6: wrong_loss(half_mean, lambda e: -e / len(e)),
    },
    "grad_check": {
        1: wrong_check(lambda f, theta, e, h: (f(theta + e) - f(theta)) / h, both),
        2: wrong_check(lambda f, theta, e, h: (f(theta + e) - f(theta - e)) / h, both),
        3: wrong_check(central, lambda n, g: size(n - g)),
        4: wrong_check(
            lambda f, theta, e, h: (f(theta + h) - f(theta - h)) / (2 * h),
            lambda n, g: size(n - g) / (size(n.flat[0]) + size(g)),
        ),
        5: wrong_check(central, lambda n, g: size(n - g) / size(g)),
        6: moved_and_left,
        7: wrong_check(central, lambda n, g: size(n - g) / max([size(n), size(g)])),
        8: wrong_check(central, lambda n, g: (abs(n - g) / (abs(n) + abs(g))).max()),
    },
    "mend": {
        1: half_mended(target=False),
        2: half_mended(slope=False),
        3: half_mended(product=False),
        4: half_mended(bias=False),
        5: half_mended(cache=False),
        6: half_mended(transpose=False),
    },
    "backward_cost": {1: "1 times", 2: 3},
    "activation_memory": {1: "2678824 B", 2: "7232 B", 3: "1024 KiB"},
    "forward_mode_passes": {1: "668672", 2: 2 * 669706, 3: "784 passes", 4: "1"},
}

TWO_AT_ONCE = {
    "backward": [
        (
            wrong_backward(lambda d, W, a, k: (d @ W) * (1 - a) if k else d @ W, bias=np.sum),
            {1, 2, 7},
        ),
        (wrong_backward(lambda d, W, a, k: d @ W.T, weight=lambda a, d: d.T @ a), {3, 6}),
        (
            wrong_backward(right_step, first=lambda dy: dy / len(dy), bias=lambda d: d.mean(0)),
            {8, 9},
        ),
    ],
    "loss_and_grads": [
        (wrong_loss(lambda e: (e * e).sum() / 2, lambda e: -e), {2, 6}),
        (wrong_loss(half_mean, lambda e: -2 * e), {1, 4, 6}),
    ],
    "grad_check": [
        (
            wrong_check(
                lambda f, theta, e, h: (f(theta + e) - f(theta)) / h,
                lambda n, g: size(n - g),
            ),
            {1, 3},
        ),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "it is just the chain rule run from the loss",
                    "We apply the chain rule to get every gradient",
                    "repeated use of the chain rule",
                ],
                "the chain rule is not involved",
            ),
            (
                [
                    "the forward pass caches every activation",
                    "activations have to be stored on the way up",
                    "we keep each layer's input",
                    "I hang on to the inputs of every layer",
                    "each input stays alive until backward",
                ],
                "you never cache the activations",
            ),
            (
                [
                    "dW is the input transposed times delta",
                    "multiply delta by W.T",
                    "the gradient goes back through the transpose of the weights",
                ],
                "the weights are not transposed",
            ),
            (
                [
                    "times the derivative of the activation",
                    "multiply by the activation's derivative",
                    "and then times a(1-a)",
                    "multiply by sigma prime",
                ],
                "without the derivative of the activation",
            ),
            (
                [
                    "it costs twice the forward pass",
                    "about two forward passes",
                    "roughly 2x the forward",
                ],
                "it does not cost twice the forward pass",
            ),
            (
                [
                    "the optimizer updates the weights",
                    "it only computes the gradient",
                    "the update is the optimizer's job",
                    "then Adam does the step",
                ],
                "no optimizer updates anything",
            ),
            (
                [
                    "I check it with central differences",
                    "run a gradient check",
                    "compare with the numerical gradient",
                    "perturb each weight by plus and minus h",
                ],
                "I would not bother with a gradient check",
            ),
        ],
        "zh": [
            (
                ["本质就是链式法则", "用链式法则从后往前求", "反复做链式求导"],
                "这里没有用到链式法则",
            ),
            (
                [
                    "前向要缓存激活值",
                    "每层的输入都要保存下来",
                    "把中间结果存下来，激活值要留着",
                    "把每层的输入留下来",
                ],
                "不用缓存激活值",
            ),
            (
                ["dW 是输入的转置乘 delta", "delta 乘 W.T 传回去", "权重要转置"],
                "权重不转置",
            ),
            (
                ["再乘激活函数的导数", "乘上激活的导数", "还要乘 a(1-a)", "再乘 sigmoid 的导数"],
                "没有乘激活函数的导数",
            ),
            (
                [
                    "计算量是前向的两倍",
                    "大约是前向的 2 倍",
                    "相当于两倍的前向",
                    "前向一次矩阵乘，每次前向乘法反向要做两次",
                ],
                "并不是前向的两倍",
            ),
            (
                ["更新参数的是优化器", "优化器负责更新", "它只算梯度", "参数更新交给 Adam"],
                "优化器不更新参数",
            ),
            (
                [
                    "用中心差分验证",
                    "和数值梯度对一下",
                    "做一遍梯度检验",
                    "每个参数加减 h 看损失变化",
                ],
                "不做梯度检验",
            ),
        ],
    }
}

EQUIVALENT = {
    "grad_check": {
        "numeric - grad → grad - numeric in return norm(numeric - grad) / (norm(numeric) + "
        "norm(grad))": "same value: a norm does not see the sign of the gap",
    },
}
