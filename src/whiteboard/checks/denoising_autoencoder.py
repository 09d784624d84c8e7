"""Denoising autoencoder: corruption, PSNR, pairs for training, a network with a bottleneck.

The noise is random, so it is judged by statistics; every tolerance is at least 5 standard errors.
TensorFlow is imported inside the functions that need it.
"""

import math

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text

_MEASURED = {
    "mean of y − x": "y − x 的均值",
    "standard deviation of y − x": "y − x 的标准差",
    "black pixels that stay 0": "黑色像素仍为 0 的比例",
    "white pixels that stay 1": "白色像素仍为 1 的比例",
    "pixels within sigma of x": "与 x 相差不到 sigma 的像素比例",
    "smallest value": "最小值",
    "largest value": "最大值",
    "equal in two calls": "两次调用中相同的比例",
    "equal in two images": "两张图之间相同的比例",
    "equal in neighbouring pixels": "相邻像素之间相同的比例",
    "same seed: the same": "种子相同：结果相同",
    "x was changed": "x 被改动",
    "sizes": "各 batch 的大小",
    "clean targets, each image once": "目标是干净图像，每张恰好一次",
    "inputs with noise of standard deviation sigma": "输入带有标准差为 sigma 的噪声",
    "inputs belong to their targets": "输入与目标成对",
    "noise of the second epoch is new": "第二个 epoch 的噪声是新的",
    "order of the second epoch is new": "第二个 epoch 的顺序是新的",
    "smallest output": "最小输出",
    "largest output": "最大输出",
}


def _named(given, expected, got, tolerance=None):
    return Evidence(given, expected, got, tolerance, names_zh=_MEASURED)


# ---- corrupt -----------------------------------------------------------------------------------


def _streaks(images):
    """How often a pixel equals its neighbour below or beside it, whichever is more."""
    below, beside = images[:, 1:] == images[:, :-1], images[..., 1:] == images[..., :-1]
    return max(np.mean(below), np.mean(beside))


corrupt = Check()
_SIDE = (40, 25, 40)  # 40,000 pixels


@corrupt.property(
    en="every call, every image and every pixel has noise of its own",
    zh="每次调用、每张图、每个像素的噪声各不相同",
)
def _(answer, rng):
    x = np.full((6, 9, 11), 0.5)
    first = np.asarray(answer(x.copy(), 0.08, rng))
    second = np.asarray(answer(x.copy(), 0.08, rng))
    expected = {
        "equal in two calls": 0.0,
        "equal in two images": 0.0,
        "equal in neighbouring pixels": 0.0,
    }
    got = (np.mean(first == second), np.mean(first[1:] == first[:-1]), _streaks(first))
    got = dict(zip(expected, map(float, got), strict=True))
    return _named({"sigma": 0.08}, expected, got)


@corrupt.property(
    en="on mid-grey images, where nothing is clipped: mean 0, standard deviation sigma",
    zh="在中灰图像上（不会截断）：均值为 0，标准差为 sigma",
    ask_en="Is sigma a standard deviation, a variance, or a half-width?",
    ask_zh="sigma 是标准差、方差，还是半宽？",
)
def _(answer, rng):
    x = np.full(_SIDE, 0.5)
    noise = answer(x.copy(), 0.08, rng) - x
    names = ("mean of y − x", "standard deviation of y − x")
    return _named(
        {"x": "0.5", "sigma": 0.08},
        dict(zip(names, (0.0, 0.08), strict=True)),
        dict(zip(names, (noise.mean(), noise.std()), strict=True)),
        0.0025,
    )


@corrupt.property(
    en="Gaussian: 68 % of the pixels lie within sigma of x",
    zh="高斯噪声：68 % 的像素与 x 相差不到 sigma",
    ask_en="Which distributions have standard deviation sigma, and which of them is Gaussian?",
    ask_zh="标准差为 sigma 的分布有很多，哪一个是高斯分布？",
)
def _(answer, rng):
    x = np.full(_SIDE, 0.5)
    near = np.abs(answer(x.copy(), 0.08, rng) - x) < 0.08
    name = "pixels within sigma of x"
    return _named({"x": "0.5", "sigma": 0.08}, {name: 0.683}, {name: float(near.mean())}, 0.02)


@corrupt.property(
    en="clipped to 0 … 1: half of the black pixels stay 0, half of the white ones stay 1",
    zh="截到 0 … 1：黑像素有一半仍是 0，白像素有一半仍是 1",
)
def _(answer, rng):
    x = np.zeros(_SIDE)
    x[20:] = 1.0
    y = np.asarray(answer(x.copy(), 0.5, rng))
    expected = {
        "smallest value": 0.0,
        "largest value": 1.0,
        "black pixels that stay 0": 0.5,
        "white pixels that stay 1": 0.5,
    }
    got = (y.min(), y.max(), (y[:20] == 0).mean(), (y[20:] == 1).mean())
    return _named({"sigma": 0.5}, expected, dict(zip(expected, map(float, got), strict=True)), 0.02)


@corrupt.property(
    en="the noise comes from `rng` alone, and x stays as it is",
    zh="噪声只取自 `rng`，x 保持原样",
)
def _(answer):
    x = np.full((3, 5, 4), 0.4)
    one, two = (np.array(answer(x.copy(), 0.2, np.random.default_rng(5))) for _ in range(2))
    kept = x.copy()
    answer(kept, 0.2, np.random.default_rng(6))
    return _named(
        {"seed": 5, "sigma": 0.2},
        {"same seed: the same": True, "x was changed": False},
        {
            "same seed: the same": bool(np.array_equal(one, two)),
            "x was changed": not np.array_equal(kept, x),
        },
    )


def _noised(
    noise=lambda x, sigma, rng: sigma * rng.standard_normal(x.shape),
    mix=lambda x, n: x + n,
    clip=lambda y: np.clip(y, 0, 1),
):
    def corrupt(x, sigma, rng):
        return clip(mix(x, noise(x, sigma, rng)))

    return corrupt


def _in_place(x, sigma, rng):
    x += sigma * rng.standard_normal(x.shape)
    return np.clip(x, 0, 1)


corrupt.trap(
    _noised(lambda x, sigma, rng: math.sqrt(sigma) * rng.standard_normal(x.shape)),
    en="sigma was taken for the variance: the noise has standard deviation √sigma.",
    zh="把 sigma 当成了方差：噪声的标准差成了 √sigma。",
)
corrupt.trap(
    _noised(lambda x, sigma, rng: rng.uniform(-sigma, sigma, size=x.shape)),
    en="This noise is uniform on ±sigma; its standard deviation is sigma/√3. Gaussian is meant.",
    zh="这是 ±sigma 上的均匀噪声，标准差是 sigma/√3。题目要高斯噪声。",
)
corrupt.trap(
    _noised(mix=lambda x, n: x * (1 + n)),
    en="The noise is multiplied: black pixels stay black, grey ones get half. Add it.",
    zh="噪声是乘上去的：黑像素永远是黑的，中灰的只有一半。应该相加。",
)
corrupt.trap(
    _noised(clip=lambda y: y),
    en="Values leave 0 … 1. The question asks for clipping.",
    zh="数值超出了 0 … 1。题目要求截断。",
)
corrupt.trap(
    _noised(lambda x, sigma, rng: sigma * rng.standard_normal(x.shape[1:])),
    en="One noise image is laid over the whole batch. A network could learn to subtract it.",
    zh="整个 batch 叠的是同一张噪声图，网络学会减掉它就行了。",
)
corrupt.trap(
    _noised(lambda x, sigma, rng: sigma * rng.standard_normal((len(x), 1, 1))),
    en="Each image has a single number as noise: that changes its brightness. Every pixel needs "
    "its own.",
    zh="每张图只加了一个数，那是改亮度。每个像素都要有自己的噪声。",
)
corrupt.trap(
    _noised(lambda x, sigma, rng: sigma * np.random.default_rng(0).standard_normal(x.shape)),
    en="A generator is seeded inside the function: every call draws the same noise. Use `rng`.",
    zh="函数里自己建了固定种子的生成器，每次调用噪声都一样。要用 `rng`。",
)
corrupt.trap(
    _in_place,
    en="`x +=` writes into the caller's images: the clean targets are gone.",
    zh="`x +=` 写进了调用者的图像：干净的目标没了。",
)

# ---- psnr --------------------------------------------------------------------------------------


def _psnr(clean, image, peak=1.0):
    out = []
    for a, b in zip(clean, image, strict=True):
        gaps = [float(s) - float(t) for s, t in zip(a.ravel(), b.ravel(), strict=True)]
        error = math.fsum(g * g for g in gaps) / len(gaps)
        out.append(20 * math.log10(peak) - 10 * math.log10(error) if error else math.inf)
    return np.array(out)


psnr = Check(_psnr)
psnr.case(
    np.array([[[0.0, 0.5], [1.0, 0.5]], [[0.0, 0.0], [0.0, 0.0]]]),
    np.array([[[0.1, 0.6], [0.9, 0.4]], [[0.2, 0.0], [0.0, 0.0]]]),
    en="by hand: squared errors 1/100 and 1/100, 20 dB each",
    zh="手算：均方误差都是 1/100，各 20 dB",
)
psnr.case(
    np.array([[[0.0, 0.5, 0.3]], [[0.7, 0.2, 0.9]], [[0.1, 0.4, 0.8]]]),
    np.array([[[0.5, 0.5, 0.1]], [[0.6, 0.2, 0.9]], [[0.1, 0.5, 0.2]]]),
    2.0,
    en="one number for each image, with peak 2",
    zh="每张图一个数，peak 为 2",
)
psnr.case(
    np.array([[[10, 200, 30]], [[0, 255, 7]]], dtype=np.uint8),
    np.array([[[20, 190, 131]], [[250, 250, 90]]], dtype=np.uint8),
    peak=255,
    en="bytes from 0 to 255",
    zh="0 到 255 的字节",
    ask_en="What is 10 - 20 in unsigned bytes?",
    ask_zh="无符号字节里 10 - 20 等于多少？",
)
psnr.case(
    np.array([[[0.25, 0.5]], [[0.25, 0.5]]]),
    np.array([[[0.25, 0.5]], [[0.25, 0.75]]]),
    en="equal images: inf",
    zh="完全相同：inf",
)


@psnr.fresh(en="fresh images of two channels", zh="新的双通道图像")
def _(rng):
    clean = rng.uniform(size=(4, 5, 3, 2))
    noise = rng.normal(size=clean.shape) * rng.uniform(0.05, 0.5, size=(4, 1, 1, 2))
    return clean, clean + noise, 1.5


def _measured(
    error=lambda a, b: ((a - b) ** 2).reshape(len(a), -1).mean(axis=1),
    decibel=lambda peak, mse: 10 * np.log10(peak**2 / mse),
    prepare=lambda a: np.asarray(a, float),
):
    def psnr(clean, image, peak=1.0):
        with np.errstate(all="ignore"):
            return decibel(float(peak), error(prepare(clean), prepare(image)))

    return psnr


psnr.trap(
    _measured(decibel=lambda peak, mse: 20 * np.log10(peak**2 / mse)),
    en="20 log10 belongs to amplitudes, and peak²/MSE is a power already: 10 log10.",
    zh="20 log10 用于幅度，peak²/MSE 已经是功率，用 10 log10。",
)
psnr.trap(
    _measured(decibel=lambda peak, mse: 10 * np.log(peak**2 / mse)),
    en="Decibels use the logarithm to base 10.",
    zh="分贝用以 10 为底的对数。",
)


def candidate(clean, image, peak=1.0):
    gap = np.asarray(clean, float) - np.asarray(image, float)
    mse = (gap**2).reshape(len(gap), -1).mean(axis=1)
    with np.errstate(divide="ignore"):
        return 10 * np.log10(peak / mse)


psnr.trap(
    candidate,
    en="The peak is not squared. At peak 1 nobody sees it; at 2 or 255 the result is off.",
    zh="peak 没有平方。peak 为 1 时看不出来，取 2 或 255 就错了。",
)
psnr.trap(
    _measured(decibel=lambda peak, mse: 10 * np.log10(1 / mse)),
    en="`peak` is ignored.",
    zh="没有用到 `peak`。",
)
psnr.trap(
    _measured(error=lambda a, b: np.full(len(a), ((a - b) ** 2).mean())),
    en="One squared error was averaged over the whole batch. Each image has its own PSNR.",
    zh="均方误差是在整个 batch 上平均的。每张图各有自己的 PSNR。",
)
psnr.trap(
    _measured(decibel=lambda peak, mse: 10 * np.log10(mse / peak**2)),
    en="The ratio is upside down: a better image must get a larger number.",
    zh="比值倒了：图越好，数应该越大。",
)
psnr.trap(
    _measured(error=lambda a, b: np.abs(a - b).reshape(len(a), -1).mean(axis=1) ** 2),
    en="The mean of absolute errors was squared. Square first, then average.",
    zh="先平均了绝对误差再平方。应先平方再平均。",
)
psnr.trap(
    _measured(prepare=np.asarray),
    en="Unsigned bytes wrap round: 10 − 20 is 246. Convert to float before you subtract.",
    zh="无符号字节会回绕：10 − 20 等于 246。先转成浮点再相减。",
)

# ---- pairs -------------------------------------------------------------------------------------


def _stack(count=11):
    """Images in mid-greys, no two alike."""
    stack = 0.4 + 0.2 * np.random.default_rng(3).random((count, 20, 13))
    return stack


def _epoch(answer, clean, sigma, rng, size):
    return [(np.array(a), np.array(b)) for a, b in answer(clean.copy(), sigma, rng, size)]


def _places(clean, images):
    """Number of the equal clean image, or −1."""
    equal = (np.abs(images[:, None] - clean) < 1e-6).all(axis=(2, 3))
    return np.where(equal.any(axis=1), equal.argmax(axis=1), -1)


pairs = Check()


@pairs.property(
    en="noisy inputs, clean targets: every image once, in batches of `size`, the last one shorter",
    zh="输入带噪、目标干净：每张图一次，每批 `size` 张，最后一批较少",
    ask_en="What goes into the network, and what must come out?",
    ask_zh="送进网络的是什么，应该出来的是什么？",
)
def _(answer, rng):
    clean, sigma = _stack(), 0.05
    batches = _epoch(answer, clean, sigma, rng, 4)
    noisy, target = (np.concatenate(part) for part in zip(*batches, strict=True))
    places = _places(clean, target)
    noise = noisy - clean[places]
    nearest = ((noisy[:, None] - clean) ** 2).sum(axis=(2, 3)).argmin(axis=1)
    expected = {
        "sizes": [4, 4, 3],
        "clean targets, each image once": True,
        "inputs with noise of standard deviation sigma": True,
        "inputs belong to their targets": True,
    }
    got = (
        [len(target) for _, target in batches],
        sorted(places.tolist()) == list(range(11)),
        bool(abs((noisy - clean[nearest]).std() / sigma - 1) < 0.1),
        bool(np.abs(noise).max() < 0.05 * 6) and bool((nearest == places).all()),
    )
    given = {"images": 11, "sigma": sigma, "size": 4}
    return _named(given, expected, dict(zip(expected, got, strict=True)))


@pairs.property(
    en="the second epoch has new noise and a new order",
    zh="第二个 epoch 换噪声，也换顺序",
)
def _(answer, rng):
    clean = _stack(23)
    orders, noises = [], []
    for _ in range(2):
        batches = _epoch(answer, clean, 0.05, rng, 5)
        noisy = np.concatenate([noisy for noisy, _ in batches])
        nearest = ((noisy[:, None] - clean) ** 2).sum(axis=(2, 3)).argmin(axis=1)
        orders.append(nearest)
        noises.append((noisy - clean[nearest])[np.argsort(nearest)])
    same = noises[0].shape == noises[1].shape and np.abs(noises[0] - noises[1]).max() < 1e-9
    expected = {"noise of the second epoch is new": True, "order of the second epoch is new": True}
    got = (not same, not np.array_equal(*orders))
    return _named({"images": 23, "size": 5}, expected, dict(zip(expected, got, strict=True)))


@pairs.property(
    en="it shuffles, draws from `rng` alone and leaves `clean` as it is",
    zh="会打乱，只从 `rng` 取随机数，不改动 `clean`",
)
def _(answer):
    clean = _stack(23)
    kept = clean.copy()
    runs = []
    for _ in range(2):
        batches = list(answer(kept, 0.05, np.random.default_rng(7), 5))
        runs.append(np.concatenate([np.array(noisy) for noisy, _ in batches]))
    shuffled = ((runs[0][:, None] - clean) ** 2).sum(axis=(2, 3)).argmin(axis=1)
    expected = {
        "same seed: the same": True,
        "x was changed": False,
        "order of the second epoch is new": True,
    }
    got = (
        bool(np.array_equal(*runs)),
        not np.array_equal(kept, clean),
        not np.array_equal(shuffled, np.arange(23)),
    )
    return _named({"seed": 7, "size": 5}, expected, dict(zip(expected, got, strict=True)))


@pairs.property(
    en="noise as in `corrupt`: Gaussian, clipped to 0 … 1, every image and every pixel has its own",
    zh="噪声与 `corrupt` 相同：高斯，截到 0 … 1，每张图、每个像素各有各的",
)
def _(answer, rng):
    black_and_white = np.zeros((6, 20, 13))
    black_and_white[3:] = 1.0
    noisy = np.concatenate([a for a, _ in _epoch(answer, black_and_white, 0.5, rng, 4)])
    grey = np.concatenate([a for a, _ in _epoch(answer, np.full((6, 40, 41), 0.5), 0.05, rng, 4)])
    expected = {
        "smallest value": 0.0,
        "largest value": 1.0,
        "equal in neighbouring pixels": 0.0,
        "equal in two images": 0.0,
        "pixels within sigma of x": 0.683,
    }
    one, two = np.triu_indices(6, 1)
    got = (
        noisy.min(),
        noisy.max(),
        _streaks(grey),
        np.mean(grey[one] == grey[two]),
        np.mean(np.abs(grey - 0.5) < 0.05),
    )
    got = dict(zip(expected, map(float, got), strict=True))
    return _named({"sigma": [0.5, 0.05]}, expected, got, 0.03)


def _paired(
    inputs=lambda clean, noisy: noisy,
    targets=lambda clean, noisy: clean,
    noise_rng=lambda rng: rng,
    shuffle=lambda rng, n: rng.permutation(n),
    together=True,
    stop=lambda n, size: n,
):
    def pairs(clean, sigma, rng, size):
        order = shuffle(rng, len(clean))
        draw = noise_rng(rng).standard_normal(clean.shape)
        noisy = np.clip(clean + sigma * draw, 0, 1)
        first, second = inputs(clean, noisy)[order], targets(clean, noisy)
        second = second[order] if together else second
        starts = range(0, stop(len(clean), size), size)
        return [(first[i : i + size], second[i : i + size]) for i in starts]

    return pairs


pairs.trap(
    _paired(inputs=lambda clean, noisy: clean),
    en="Clean in, clean out: the network never sees noise and learns to copy. This is the plain "
    "autoencoder.",
    zh="输入干净、目标也干净：网络从没见过噪声，学的是复制。这是普通自编码器。",
)
pairs.trap(
    _paired(targets=lambda clean, noisy: noisy),
    en="The target carries the same noise as the input: the network is paid for keeping it.",
    zh="目标带着和输入一样的噪声：保留噪声反而得分。",
)
pairs.trap(
    _paired(
        inputs=lambda clean, noisy: clean,
        targets=lambda clean, noisy: noisy,
    ),
    en="Input and target are swapped: the network is asked to add noise.",
    zh="输入和目标放反了：等于让网络去加噪声。",
)
pairs.trap(
    _paired(noise_rng=lambda rng: np.random.default_rng(0)),
    en="The noise is the same in every epoch. The network sees fixed pairs and begins to "
    "fit their noise; drawing anew costs nothing.",
    zh="每个 epoch 的噪声都一样：网络只见到固定的图像对，会去拟合这份噪声；重新采样不花什么代价。",
)
pairs.trap(
    _paired(shuffle=lambda rng, n: np.arange(n)),
    en="The order never changes. Shuffle in every epoch.",
    zh="顺序一直不变。每个 epoch 都要打乱。",
)
pairs.trap(
    _paired(together=False),
    en="Only the inputs were shuffled: each noisy image is paired with another one's target.",
    zh="只打乱了输入：每张带噪图配的是别人的目标。",
)
pairs.trap(
    _paired(stop=lambda n, size: n - n % size),
    en="The rest that fills no batch is dropped. Keep the shorter last batch.",
    zh="凑不满一批的剩余图像被丢掉了。最后一批可以短一些。",
)

# ---- build_ae ----------------------------------------------------------------------------------


build_ae = Check(limit=30.0, rtol=1e-4)


@build_ae.property(
    en="images (B, 28, 28, 1) → images of the same shape, in 0 … 1 whatever the input",
    zh="图像 (B, 28, 28, 1) → 同样形状的图像，不论输入如何都在 0 … 1",
)
def _(answer):
    from whiteboard.training import seeded

    with seeded(1):
        model = answer(6)
    x = 300 * np.random.default_rng(1).normal(size=(5, 28, 28, 1)).astype("float32")
    y = np.asarray(model(x))
    inside = bool(y.min() >= 0 and y.max() <= 1)
    return Evidence(
        given={"latent": 6},
        expected={"input": (None, 28, 28, 1), "shape": (5, 28, 28, 1), "0 … 1": True},
        got={"input": tuple(model.input_shape), "shape": tuple(y.shape), "0 … 1": inside},
        names_zh={"input": "输入形状", "shape": "输出形状", "0 … 1": "都在 0 … 1"},
    )


def _directions(model, count):
    """In how many independent directions the output moves with the input, up to `count`."""
    import tensorflow as tf

    rng = np.random.default_rng(2)
    x = tf.constant(rng.uniform(size=(1, 28, 28, 1)).astype("float32"))
    probes = tf.constant(rng.normal(size=(count, 28, 28, 1)).astype("float32"))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        many = tf.repeat(x, count, axis=0)
        total = tf.reduce_sum(model(many) * probes, axis=(1, 2, 3))
    rows = tape.gradient(total, many)
    if rows is None:
        return 0
    sizes = np.linalg.svd(np.asarray(rows).reshape(count, -1).astype(float), compute_uv=False)
    return int((sizes > 1e-4 * sizes[0]).sum()) if sizes[0] > 0 else 0


@build_ae.property(
    en="connected, through `latent` numbers: the output moves with the input in exactly `latent` "
    "independent directions",
    zh="连通，且中间只有 `latent` 个数：输出随输入变化的独立方向正好 `latent` 个",
    ask_en="How many numbers does the decoder get to see?",
    ask_zh="解码器能看到几个数？",
)
def _(answer):
    from whiteboard.training import seeded

    got = []
    for latent in (3, 7):
        with seeded(3):
            got.append(_directions(answer(latent), latent + 6))
    return Evidence(given={"latent": [3, 7]}, expected=[3, 7], got=got)


@build_ae.property(
    en="it convolves in the encoder and in the decoder: at least two convolutions each",
    zh="编码器和解码器里都有卷积，各至少两个",
)
def _(answer):
    from whiteboard.training import seeded

    with seeded(4):
        model = answer(5)
    model(np.zeros((1, 28, 28, 1), "float32"))
    kernels = sum(len(w.shape) == 4 for w in model.trainable_weights)
    return Evidence(given={"latent": 5}, expected=4, got=kernels, relation="at least")


def _tables(model):
    return sorted(tuple(w.shape) for w in model.trainable_weights)


@build_ae.property(
    en="with the reference's weights it gives the reference's images",
    zh="装入参考权重后，输出与参考图像一致",
)
def _(answer):
    reference, model = _auto()(4), answer(4)
    x = np.random.default_rng(5).uniform(size=(3, 28, 28, 1)).astype("float32")
    model(x)
    expected, got = _tables(reference), _tables(model)
    if expected != got:
        return Evidence(
            given={"latent": 4},
            expected=", ".join(map(str, expected)),
            got=", ".join(map(str, got)),
            note=Text("shapes of kernels and biases", "各个核与偏置的形状"),
        )
    rng = np.random.default_rng(6)
    # The two halves mirror each other: kernels and biases of equal shape get equal numbers.
    values = {
        shape: (rng.normal(size=shape) * 1.5 / np.sqrt(np.prod(shape[:-1]) or 1)).astype("float32")
        for shape in dict.fromkeys(expected)
    }
    for each in (reference, model):
        for weight in each.trainable_weights:
            weight.assign(values[tuple(weight.shape)])
    images = [np.asarray(each(x)) for each in (reference, model)]
    return Evidence(given={"latent": 4, "x": x}, expected=images[0], got=images[1])


def _auto(
    code=True, last="sigmoid", squeeze=False, two_inputs=False, dense=False, start="glorot_uniform"
):
    def build_ae(latent):
        import keras

        k = keras.layers
        inputs = x = keras.Input((28, 28, 1))
        options = {"padding": "same", "activation": "relu", "kernel_initializer": start}
        if dense:
            x = k.Dense(64, activation="relu")(k.Flatten()(x))
        else:
            for filters in (16, 32):
                x = k.Conv2D(filters, 3, strides=2, **options)(x)
        if code:
            x = k.Dense(latent, kernel_initializer=start)(k.Flatten()(x))
            x = keras.Input((latent,)) if two_inputs else x
            x = k.Dense(784 if dense else 1568, activation=last if dense else "relu")(x)
            x = k.Reshape((28, 28, 1) if dense else (7, 7, 32))(x)
        if not dense:
            x = k.Conv2DTranspose(16, 3, strides=2, **options)(x)
            x = k.Conv2DTranspose(1, 3, strides=2, padding="same", activation=last)(x)
        return keras.Model(inputs, k.Reshape((28, 28))(x) if squeeze else x)

    return build_ae


build_ae.trap(
    _auto(two_inputs=True),
    en="The decoder starts from an Input of its own, so no path leads from the image to the "
    "output. Apply the decoder to the encoder's code.",
    zh="解码器接在另一个 Input 上，图像到输出之间没有通路。要把解码器作用在编码器的输出上。",
)
build_ae.trap(
    _auto(code=False),
    en="There is no code of `latent` numbers: a feature map goes straight to the decoder and "
    "carries far more of them.",
    zh="中间没有 `latent` 个数的编码：特征图直接进了解码器，带过去的数多得多。",
)
build_ae.trap(
    _auto(last=None),
    en="The last layer is linear and leaves 0 … 1. The question asks for a sigmoid.",
    zh="最后一层是线性的，输出超出 0 … 1。题目要求 sigmoid。",
)
build_ae.trap(
    _auto(squeeze=True),
    en="The channel axis is missing: the output is (B, 28, 28). Minus an image of shape "
    "(B, 28, 28, 1) it broadcasts without an error.",
    zh="少了通道维：输出是 (B, 28, 28)。和 (B, 28, 28, 1) 的图相减会广播，不报错。",
)
build_ae.trap(
    _auto(dense=True),
    en="Encoder and decoder are dense layers. Nothing convolves.",
    zh="编码器和解码器都是全连接层，没有卷积。",
)
build_ae.trap(
    _auto(start="zeros"),
    en="The weights start at 0: the code does not depend on the image, and no gradient flows.",
    zh="权重从 0 开始：编码与图像无关，梯度也流不动。",
)

# ---- on paper ----------------------------------------------------------------------------------

unclipped = Estimate(10 * math.log10(1 / 0.25), unit="dB", rtol=0.01)
unclipped.trap(
    20 * math.log10(1 / 0.25),
    en="The squared error is σ² = 0.25, and 10 log10 goes with it.",
    zh="均方误差是 σ² = 0.25，配 10 log10。",
)
unclipped.trap(
    10 * math.log10(1 / 0.5),
    en="0.5 is the standard deviation. The squared error is 0.25.",
    zh="0.5 是标准差，均方误差是 0.25。",
)

six_db = Estimate(10**0.6, rtol=0.01)
six_db.trap(10**0.3, en="That is the ratio of the root errors.", zh="这是均方根误差之比。")
six_db.trap(
    6,
    en="Decibels are a logarithm: divide by 10 and raise 10 to it.",
    zh="分贝是对数：除以 10，再作 10 的指数。",
)

_VINCENT = "Vincent et al. 2010"
flaws = Flaws()
flaws.false(
    en="A denoising autoencoder is an autoencoder with a bottleneck, fitted with "
    "fit(x_train, x_train).",
    zh="去噪自编码器就是带瓶颈的自编码器，用 fit(x_train, x_train) 训练。",
    because_en="Then it never sees noise. The input is corrupted, the target stays clean.",
    because_zh="那它从没见过噪声。输入要加噪，目标保持干净。",
    source=f"{_VINCENT}, §3",
)
flaws.true(
    en="The loss compares the output with the clean image, not with the noisy input.",
    zh="损失比较的是输出和干净图像，不是和带噪输入。",
)
flaws.false(
    en="The noise is drawn once before training, as data must not change between epochs.",
    zh="噪声要在训练前一次采样好，因为数据不能在 epoch 之间变来变去。",
    because_en="Every time an image is shown it gets new noise: that is free data, and no fixed "
    "draw "
    "remains to be fitted.",
    because_zh="每次用到一张图都重新加噪：等于免费的数据，也没有一份固定的噪声可以拟合。",
    source=f"{_VINCENT}, §3",
)
flaws.false(
    en="PSNR on the training images shows how well it denoises.",
    zh="看训练图上的 PSNR 就知道去噪效果。",
    because_en="It has seen their clean versions. Use held-out images, beside the noisy input and "
    "a "
    "simple filter.",
    because_zh="它见过这些图的干净版本。要用留出的图，旁边放带噪输入和简单滤波。",
    source="measured in this lesson",
    source_zh="本课实测",
)
flaws.true(
    en="Its error on clean images can be larger than a plain autoencoder's: it pays for the noise "
    "that it expects.",
    zh="在干净图上，它的误差可能比普通自编码器大：它为预期中的噪声付了代价。",
)
flaws.false(
    en="Encoder and decoder may each begin with an Input; Model(input_image, decoded) connects "
    "them.",
    zh="编码器和解码器可以各有一个 Input，Model(input_image, decoded) 会把它们连起来。",
    because_en="Nothing leads from the image to the second Input. Call the decoder on the code.",
    because_zh="图像到第二个 Input 之间没有通路。要把解码器作用在编码上。",
    source="Keras, the functional API",
)

say = Say(
    model_en="""
I corrupt the input with Gaussian noise and keep the clean image as the target.
The noise is drawn afresh in every epoch, so there is no fixed draw for the network to fit.
The encoder is strided convolutions down to a code of a few numbers, and the decoder is applied to
that code with transposed convolutions and a sigmoid at the end.
The loss is the mean squared error to the clean image.
I report PSNR on held-out images, beside the noisy input and a Gaussian filter as baselines.
Trained from clean to clean it only learns to copy, and denoises worse.
""",
    model_zh="""
输入加高斯噪声，目标是干净的图像。
每个 epoch 重新采样噪声，网络没有固定的噪声可以拟合。
编码器用带步幅的卷积压到几个数，解码器接在这个编码上，用转置卷积还原，最后 sigmoid。
损失是对干净图像的均方误差。
在留出的图上报 PSNR，旁边放带噪输入和高斯滤波作基线。
如果用干净图训练干净图，只学会复制，去噪更差。
""",
)
say.point(
    en="noisy input, clean target",
    zh="输入带噪，目标干净",
    found_en=[r"clean.{0,20}target", r"target.{0,20}clean", r"nois\w+.{0,30}(to|→|->).{0,12}clean"],
    found_zh=[r"目标.{0,8}干净", r"干净.{0,12}目标", r"带噪.{0,8}(到|→|->).{0,4}干净"],
)
say.point(
    en="fresh noise in every epoch",
    zh="每个 epoch 重新采样噪声",
    found_en=[r"(fresh|new|anew).{0,30}(epoch|batch|time|noise)", r"noise.{0,20}(fresh|new|anew)"],
    found_zh=[r"重新采样", r"新的噪声", r"噪声.{0,10}(重新|每次)"],
)
say.point(
    en="a code between, and the decoder applied to it",
    zh="中间是编码，解码器接在编码上",
    found_en=[r"bottleneck", r"\bcode\b", r"latent"],
    found_zh=[r"瓶颈", r"编码上", r"(潜|隐)(变量|向量|空间)", r"几个数"],
)
say.point(
    en="squared error to the clean image",
    zh="对干净图像的均方误差",
    found_en=[r"squared error", r"\bMSE\b"],
    found_zh=[r"均方误差", r"\bMSE\b"],
)
say.point(
    en="PSNR on held-out images",
    zh="在留出的图上算 PSNR",
    found_en=[r"held.?out", r"\bPSNR\b", r"test (images|set)"],
    found_zh=[r"留出", r"PSNR", r"测试(集|图)"],
)
say.point(
    en="baselines: the noisy input and a Gaussian filter",
    zh="基线：带噪输入和高斯滤波",
    found_en=[r"baseline", r"gaussian (filter|blur)"],
    found_zh=[r"基线", r"高斯滤波"],
)
