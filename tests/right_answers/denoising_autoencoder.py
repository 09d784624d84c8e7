"""Denoising autoencoder: other right answers, and every trap written a second way.

TensorFlow is imported inside the answers, as the tests of other lessons collect this file too.
"""

import math

import numpy as np

# ---- corrupt -----------------------------------------------------------------------------------


def corrupt_by_normal(x, sigma, rng):
    """rng.normal, minimum and maximum, single precision."""
    noisy = x + rng.normal(0.0, sigma, size=np.shape(x))
    return np.minimum(np.maximum(noisy, 0.0), 1.0).astype("float32")


def corrupt_image_by_image(x, sigma, rng):
    """A loop over a copy, clipped in place."""
    out = np.array(x, dtype=float)
    for image in out:
        image += rng.standard_normal(image.shape) * sigma
        image.clip(0, 1, out=image)
    return out


def wrong_corrupt(draw="normal", scale=1.0, shared=None, times=False, clip=True, seed=None):
    def answer(x, sigma, rng):
        rng = rng if seed is None else np.random.default_rng(seed)
        shape = {None: x.shape, "batch": (1, *x.shape[1:]), "image": (x.shape[0], 1, 1)}[shared]
        std = sigma**scale
        if draw == "uniform":
            noise = (2 * rng.random(shape) - 1) * std
        else:
            noise = rng.normal(scale=std, size=shape)
        y = x + x * noise if times else x + noise
        return y.clip(0, 1) if clip else y

    return answer


def corrupt_in_place(x, sigma, rng):
    np.add(x, rng.normal(scale=sigma, size=x.shape), out=x)
    np.clip(x, 0, 1, out=x)
    return x


# ---- psnr --------------------------------------------------------------------------------------


def psnr_by_norm(clean, image, peak=1.0):
    """20 log10 of peak over the root of the mean squared error."""
    gap = (np.asarray(clean, float) - np.asarray(image, float)).reshape(len(clean), -1)
    rms = np.linalg.norm(gap, axis=1) / math.sqrt(gap.shape[1])
    with np.errstate(divide="ignore"):
        return 20 * np.log10(peak) - 20 * np.log10(rms)


def psnr_image_by_image(clean, image, peak=1.0):
    """A list of numbers."""
    out = []
    for a, b in zip(clean, image, strict=True):
        mse = np.mean(np.square(np.subtract(a, b, dtype=float)))
        out.append(float("inf") if mse == 0 else 10 * math.log10(float(peak) ** 2 / mse))
    return out


def wrong_psnr(
    factor=10, log=np.log10, power=2, peaked=True, whole=False, absolute=False, raw=False
):
    def answer(clean, image, peak=1.0):
        gap = clean - image if raw else clean.astype(float) - image.astype(float)
        flat = gap.reshape(len(gap), -1)
        mse = np.mean(flat * flat, axis=1)
        mse = np.repeat(np.mean(flat**2), len(gap)) if whole else mse
        mse = np.mean(np.abs(flat), axis=1) ** 2 if absolute else mse
        with np.errstate(all="ignore"):
            return factor * (power * log(float(peak) if peaked else 1.0) - log(mse))

    return answer


# ---- pairs -------------------------------------------------------------------------------------


def pairs_by_generator(clean, sigma, rng, size):
    """A generator that draws the noise batch by batch, indices shuffled in place."""
    rows = np.arange(len(clean))
    rng.shuffle(rows)
    while len(rows):
        target, rows = clean[rows[:size]], rows[size:]
        yield np.clip(target + rng.normal(0, sigma, target.shape), 0, 1), target


def pairs_by_split(clean, sigma, rng, size):
    """All noise first, then np.split."""
    noisy = corrupt_by_normal(clean, sigma, rng)
    order = rng.permutation(len(clean))
    cuts = np.arange(size, len(clean), size)
    return zip(np.split(noisy[order], cuts), np.split(clean[order], cuts), strict=True)


def wrong_pairs(first="noisy", second="clean", fixed=False, sort=False, lone=False, drop=False):
    def answer(clean, sigma, rng, size):
        order = np.arange(len(clean)) if sort else rng.permutation(len(clean))
        noise_rng = np.random.default_rng(99) if fixed else rng
        noisy = np.clip(clean + noise_rng.normal(scale=sigma, size=clean.shape), 0, 1)
        of = {"noisy": noisy, "clean": clean}
        out = []
        for start in range(0, len(clean), size):
            rows = order[start : start + size]
            if drop and len(rows) < size:
                break
            kept = np.arange(start, start + len(rows)) if lone else rows
            out.append((of[first][rows], of[second][kept]))
        return out

    return answer


# ---- build_ae ----------------------------------------------------------------------------------


def functional(latent):
    """The functional interface, activations as layers, He's initialisation, Reshape to flatten."""
    import keras

    k = keras.layers
    he = {"kernel_initializer": "he_normal", "strides": (2, 2), "padding": "same"}
    image = x = keras.Input((28, 28, 1))
    for filters in (16, 32):
        x = k.ReLU()(k.Conv2D(filters, (3, 3), **he)(x))
    code = k.Dense(latent, activation="linear")(k.Reshape((1568,))(x))
    y = k.Reshape((7, 7, 32))(k.ReLU()(k.Dense(1568)(code)))
    y = k.ReLU()(k.Conv2DTranspose(16, (3, 3), **he)(y))
    return keras.Model(image, k.Activation("sigmoid")(k.Conv2DTranspose(1, 3, **he)(y)))


def in_two_models(latent):
    """An encoder and a decoder model; the decoder is called on the code."""
    import keras

    k = keras.layers
    image, code = keras.Input((28, 28, 1)), keras.Input((latent,))
    x = k.Conv2D(16, 3, 2, "same", activation="relu")(image)
    x = k.Conv2D(32, 3, 2, "same", activation="relu")(x)
    encoder = keras.Model(image, k.Dense(latent)(k.Flatten()(x)))
    y = k.Reshape((7, 7, -1))(k.Dense(7 * 7 * 32, "relu")(code))
    y = k.Conv2DTranspose(16, 3, 2, "same", activation="relu")(y)
    y = k.Conv2DTranspose(1, 3, 2, "same", activation="sigmoid")(y)
    return keras.Model(image, keras.Model(code, y)(encoder(image)))


def wrong_ae(apart=False, wide=False, end="sigmoid", flat=False, dense=False, zero=False):
    def answer(latent):
        import keras

        k = keras.layers
        model = keras.Sequential([keras.Input((28, 28, 1))])
        if dense:
            parts = [k.Flatten(), k.Dense(latent), k.Dense(50, activation="relu")]
            parts += [k.Dense(784, activation="sigmoid"), k.Reshape((28, 28, 1))]
        else:
            parts = [k.Conv2D(6, 5, strides=2, padding="same", activation="relu")]
            parts += [k.Conv2D(latent, 3, strides=2, padding="same", activation="relu")]
            if not wide:
                parts += [k.Flatten(), k.Dense(latent), k.Dense(490, activation="relu")]
                parts += [k.Reshape((7, 7, 10))]
            parts += [k.UpSampling2D(), k.Conv2D(6, 3, padding="same", activation="relu")]
            parts += [k.UpSampling2D(), k.Conv2D(1, 3, padding="same", activation=end)]
        if flat:
            parts.append(k.Lambda(lambda x: x[..., 0]))
        for part in parts:
            model.add(part)
        if zero:
            model.set_weights([0 * w for w in model.get_weights()])
        if apart:
            image, code = keras.Input((28, 28, 1)), keras.Input((latent,))
            y = k.Reshape((28, 28, 1))(k.Dense(784, activation="sigmoid")(code))
            k.Dense(latent)(k.Flatten()(k.Conv2D(4, 3)(image)))
            return keras.Model(inputs=image, outputs=y)
        return model

    return answer


RIGHT = {
    "corrupt": [corrupt_by_normal, corrupt_image_by_image],
    "psnr": [psnr_by_norm, psnr_image_by_image],
    "pairs": [pairs_by_generator, pairs_by_split],
    "build_ae": [functional, in_two_models],
    "unclipped": ["6.02 dB", 6.0206],
    "six_db": [4, "3.98 times"],
    "flaws": [{6, 4, 3, 1}, "1，3，4，6"],
}

TWINS = {
    "corrupt": {
        1: wrong_corrupt(scale=0.5),
        2: wrong_corrupt("uniform"),
        3: wrong_corrupt(times=True),
        4: wrong_corrupt(clip=False),
        5: wrong_corrupt(shared="batch"),
        6: wrong_corrupt(shared="image"),
        7: wrong_corrupt(seed=42),
        8: corrupt_in_place,
    },
    "psnr": {
        1: wrong_psnr(20),
        2: wrong_psnr(log=np.log),
        3: wrong_psnr(power=1),
        4: wrong_psnr(peaked=False),
        5: wrong_psnr(whole=True),
        6: wrong_psnr(-10),
        7: wrong_psnr(absolute=True),
        8: wrong_psnr(raw=True),
    },
    "pairs": {
        1: wrong_pairs("clean", "clean"),
        2: wrong_pairs("noisy", "noisy"),
        3: wrong_pairs("clean", "noisy"),
        4: wrong_pairs(fixed=True),
        5: wrong_pairs(sort=True),
        6: wrong_pairs(lone=True),
        7: wrong_pairs(drop=True),
    },
    "build_ae": {
        1: wrong_ae(apart=True),
        2: wrong_ae(wide=True),
        3: wrong_ae(end="linear"),
        4: wrong_ae(flat=True),
        5: wrong_ae(dense=True),
        6: wrong_ae(zero=True),
    },
    "unclipped": {1: "12.04 dB", 2: "3.01 dB"},
    "six_db": {1: 1.995, 2: "6 times"},
}

TWO_AT_ONCE = {
    "corrupt": [(wrong_corrupt(scale=0.5, clip=False), {1, 4})],
    "psnr": [(wrong_psnr(20, power=1), {1, 3}), (wrong_psnr(whole=True, peaked=False), {4, 5})],
    "pairs": [(wrong_pairs(fixed=True, sort=True), {4, 5})],
    "build_ae": [(wrong_ae(wide=True, end="linear"), {2, 3})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "the clean image is the target",
                    "the target stays clean",
                    "it maps noisy to clean",
                ],
                "the target is not the clean image, no clean target",
            ),
            (
                ["fresh noise each time", "the noise is drawn anew", "new noise every epoch"],
                "I draw no new noise each epoch",
            ),
            (
                ["there is a bottleneck", "through a small code", "the latent vector is small"],
                "there is no bottleneck",
            ),
            (
                ["with the mean squared error", "the loss is MSE", "I minimise the squared error"],
                "it is not the squared error",
            ),
            (
                ["PSNR is what I report", "on held-out images", "measured on the test set"],
                "I do not report PSNR",
            ),
            (
                ["compare with a baseline", "beside a Gaussian filter", "a gaussian blur as well"],
                "there is no baseline",
            ),
        ],
        "zh": [
            (
                ["目标是干净的图", "用干净图像作目标", "从带噪到干净"],
                "目标不是干净的图",
            ),
            (
                ["噪声每次重新采样", "每个 epoch 都有新的噪声", "每轮重新采样"],
                "不重新采样",
            ),
            (
                ["中间有瓶颈", "解码器接在编码上", "压成一个隐向量"],
                "中间没有瓶颈",
            ),
            (
                ["损失是均方误差", "用 MSE", "对干净图的均方误差"],
                "不用均方误差",
            ),
            (
                ["报 PSNR", "在留出的图上看", "在测试集上算"],
                "不报 PSNR",
            ),
            (
                ["旁边放基线", "和高斯滤波比", "要比过高斯滤波"],
                "没有基线",
            ),
        ],
    }
}

EQUIVALENT = {
    "corrupt": {
        "x + rng.normal(scale=sigma, size=x.shape) → x - rng.normal(scale=sigma, size=x.shape) in "
        "return (x + rng.normal(scale=sigma, size=x.shape)).clip(0, 1)": "same distribution: the "
        "noise is symmetric",
    },
    "psnr": {
        "image - clean.astype(float) → clean.astype(float) - image in gap = image - "
        "clean.astype(float)": "same value: the difference is squared",
        "np.errstate(divide='ignore') → np.errstate() in with np.errstate(divide=\"ignore\"):  "
        "# equal images": "same value: it only silences a warning",
    },
    "pairs": {
        "target + rng.normal(scale=sigma, size=target.shape) → target - rng.normal(scale=sigma, "
        "size=target.shape) in yield (target + rng.normal(scale=sigma, size=target.shape)).clip(0, "
        "1), target": "same distribution: the noise is symmetric",
    },
}
