"""GAN: other right answers, and every trap written a second way.

TensorFlow is imported inside the answers, as the tests of other lessons collect this file too.
"""

import numpy as np

# ---- losses ------------------------------------------------------------------------------------


def losses_by_parts(real_logits, fake_logits, saturating=False):
    """max(x, 0) + log1p(exp(-|x|)), flattened first."""

    def cost(x):
        x = np.asarray(x, dtype=float).ravel()
        return np.mean(np.where(x > 0, x, 0) + np.log1p(np.exp(-np.abs(x))))

    caught = cost(fake_logits)
    return cost(-real_logits) + caught, -caught if saturating else cost(-fake_logits)


def losses_one_by_one(real_logits, fake_logits, saturating=False):
    """A loop over the logits, in a list."""
    import math

    def softplus(x):
        return x + math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x))

    real, fake = [list(map(float, np.ravel(x))) for x in (real_logits, fake_logits)]
    up = sum(softplus(x) for x in fake) / len(fake)
    down = sum(softplus(-x) for x in fake) / len(fake)
    return [sum(softplus(-x) for x in real) / len(real) + up, [down, -up][saturating]]


def wrong_losses(real=-1, fake=1, g=-1, sat=(1, -1), half=1.0, pooled=False, unseen=False):
    """Signs of the logits and factors exchanged."""

    def answer(real_logits, fake_logits, saturating=False):
        def cost(x):
            return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))

        on_real, on_fake = cost(real * real_logits), cost(fake * fake_logits)
        d_loss = half * ((0 if unseen else np.mean(on_real)) + np.mean(on_fake))
        if pooled:
            d_loss = (on_real.sum() + on_fake.sum()) / (on_real.size + on_fake.size)
        if saturating:
            return d_loss, sat[1] * cost(sat[0] * fake_logits).mean()
        return d_loss, cost(g * fake_logits).mean()

    return answer


def losses_from_probabilities(real_logits, fake_logits, saturating=False):
    with np.errstate(all="ignore"):
        real = np.power(1 + np.exp(-real_logits), -1.0)
        fake = np.power(1 + np.exp(-fake_logits), -1.0)
        d_loss = -(np.log(real).mean() + np.log(1 - fake).mean())
        return (d_loss, np.log(1 - fake).mean()) if saturating else (d_loss, -np.log(fake).mean())


def losses_with_epsilon(real_logits, fake_logits, saturating=False, eps=1e-8):
    real, fake = [
        1 / (1 + np.exp(-np.maximum(np.minimum(x, 500), -500))) for x in (real_logits, fake_logits)
    ]
    caught = np.log(1 + eps - fake).mean()
    d_loss = -np.log(real + eps).mean() - caught
    return d_loss, caught if saturating else -np.log(fake + eps).mean()


def losses_that_overflow(real_logits, fake_logits, saturating=False):
    with np.errstate(all="ignore"):
        generated = np.average(np.log1p(np.exp(fake_logits)))
        d_loss = np.average(np.log1p(np.exp(-real_logits))) + generated
        if saturating:
            return d_loss, -generated
        return d_loss, np.average(np.log1p(np.exp(-fake_logits)))


# ---- train_step --------------------------------------------------------------------------------


def step_with_keras_losses(generator, discriminator, g_optimizer, d_optimizer, real, z_d, z_g):
    """Keras's loss with labels, one tape for both gradients of D's loss, optimizer.apply."""
    import keras
    import tensorflow as tf

    binary = keras.losses.BinaryCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        on_real = discriminator(real, training=True)
        on_fake = discriminator(generator(z_d, training=True), training=True)
        d_loss = binary(tf.ones_like(on_real), on_real) + binary(tf.zeros_like(on_fake), on_fake)
    variables = discriminator.trainable_weights
    d_optimizer.apply(tape.gradient(d_loss, variables), variables)
    with tf.GradientTape() as tape:
        logits = discriminator(generator(z_g, training=True), training=True)
        g_loss = binary(tf.ones_like(logits), logits)
    variables = generator.trainable_weights
    g_optimizer.apply(tape.gradient(g_loss, variables), variables)
    return d_loss, g_loss


def step_with_frozen_judge(generator, discriminator, g_optimizer, d_optimizer, real, z_d, z_g):
    """One D call on the joined batch; freezes D for G's step and thaws it again."""
    import tensorflow as tf

    fake = tf.stop_gradient(generator(z_d, training=True))
    with tf.GradientTape() as tape:
        logits = discriminator(tf.concat([real, fake], axis=0), training=True)
        count = tf.shape(real)[0]
        parts = -tf.math.log_sigmoid(logits[:count]), -tf.math.log_sigmoid(-logits[count:])
        d_loss = tf.add_n([tf.reduce_mean(part) for part in parts])
    own = discriminator.trainable_variables
    d_optimizer.apply_gradients(list(zip(tape.gradient(d_loss, own), own, strict=True)))
    discriminator.trainable = False
    with tf.GradientTape() as tape:
        fooled = tf.math.log_sigmoid(discriminator(generator(z_g, training=True), training=True))
        g_loss = -tf.reduce_mean(fooled)
    discriminator.trainable = True
    own = generator.trainable_variables
    g_optimizer.apply_gradients(list(zip(tape.gradient(g_loss, own), own, strict=True)))
    return [d_loss, g_loss]


def wrong_step(
    g_labels=1.0,
    saturating=False,
    see_real=True,
    bribed=False,
    exposed=False,
    joint=False,
    numpy=False,
    simultaneous=False,
    mode=True,
    frozen=False,
    noise=None,
    plain=False,
    real_label=1.0,
    logits=True,
):
    """A round written with labels; the parts named are wrong."""

    def answer(generator, discriminator, g_optimizer, d_optimizer, real, z_d, z_g):
        import keras
        import tensorflow as tf

        def entropy(label, outputs):
            labels = label * tf.ones_like(outputs)
            if not logits:
                return keras.losses.BinaryCrossentropy()(labels, outputs)
            return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, outputs))

        z_g = z_d if noise == "z_d" else z_g
        training = {"training": True} if mode else {}

        def g_value():
            images = generator(z_g, **training)
            if numpy:
                images = tf.convert_to_tensor(images.numpy())
            judged = discriminator(images, **training)
            return -entropy(0.0, judged) if saturating else entropy(g_labels, judged)

        with tf.GradientTape(persistent=True) as tape:
            on_fake = discriminator(generator(z_d, **training), **training)
            d_loss = entropy(1.0 - real_label, on_fake)
            if see_real:
                d_loss += entropy(real_label, discriminator(real, **training))
            early = g_value() if simultaneous or joint else 0.0
            total = d_loss + early if joint else d_loss
        of_d, of_g = discriminator.trainable_variables, generator.trainable_variables
        d_targets = of_d + of_g if exposed else of_d
        d_pairs = list(zip(tape.gradient(total, d_targets), d_targets, strict=True))
        if simultaneous or joint:
            gradients = tape.gradient(total if joint else early, of_g)
            d_optimizer.apply_gradients(d_pairs)
            g_optimizer.apply_gradients(list(zip(gradients, of_g, strict=True)))
            return d_loss, early
        d_optimizer.apply_gradients(d_pairs)
        if frozen:
            for layer in discriminator.layers:
                layer.trainable = False
            discriminator.trainable = False
        with tf.GradientTape() as second:
            g_loss = g_value()
        g_targets = of_g + of_d if bribed else of_g
        gradients = second.gradient(g_loss, g_targets)
        g_optimizer.apply_gradients(list(zip(gradients, g_targets, strict=True)))
        return (d_loss.numpy(), g_loss.numpy()) if plain else (d_loss, g_loss)

    return answer


# ---- report ------------------------------------------------------------------------------------


def report_by_broadcast(samples, real, labels, share=0.02):
    """All differences at once, the classes one by one."""
    gaps = np.sqrt(((samples[:, None, :] - real[None, :, :]) ** 2).sum(axis=2))
    owners = labels[np.argmin(gaps, axis=1)]
    modes = sum(np.mean(owners == label) >= share for label in np.unique(owners))
    return gaps.min(axis=1).mean(), int(modes)


def report_by_loops(samples, real, labels, share=0.02):
    """Plain Python."""
    distances, owners = [], []
    for sample in samples.tolist():
        pairs = [
            (sum((a - b) ** 2 for a, b in zip(sample, image, strict=True)) ** 0.5, label)
            for image, label in zip(real.tolist(), labels.tolist(), strict=True)
        ]
        distance, label = min(pairs)
        distances.append(distance)
        owners.append(label)
    modes = [label for label in set(owners) if owners.count(label) / len(owners) >= share]
    return np.float32(np.mean(distances)), len(modes)


def wrong_report(
    power=0.5,
    side=1,
    pairs=False,
    reduce=np.sum,
    anything=False,
    of_data=False,
    strict=False,
    lost=False,
):
    def answer(samples, real, labels, share=0.02):
        gaps = np.array([[reduce((s - r) ** 2) ** power for r in real] for s in samples])
        distance = np.mean(gaps) if pairs else np.mean(np.min(gaps, axis=side))
        owners = labels[np.argmin(gaps, axis=1)]
        if lost:
            owners = labels[np.argmin(gaps, axis=0) % len(real)]
        owners = labels if of_data else owners
        count = [list(owners).count(label) for label in set(owners.tolist())]
        least = share * (len(labels) if of_data else len(samples))
        if anything:
            return distance, len(count)
        return distance, sum(c > least if strict else c >= least for c in count)

    return answer


# ---- best_response -----------------------------------------------------------------------------


def response_by_logits(p, q, dx):
    """log p − log q, and softplus of it."""
    with np.errstate(all="ignore"):
        logit = np.log(p) - np.log(q)
        d = np.where(p + q == 0, 0.5, 1 / (1 + np.exp(-logit)))
        parts = np.where(p > 0, p * np.logaddexp(0, -logit), 0)
        parts = parts + np.where(q > 0, q * np.logaddexp(0, logit), 0)
    return d, -np.sum(parts) * dx


def response_by_divergence(p, q, dx):
    """Twice the Jensen-Shannon divergence minus the mass times log 2."""
    d, divergence = np.full(len(p), 0.5), 0.0
    for i, (a, b) in enumerate(zip(p, q, strict=True)):
        middle = (a + b) / 2
        if middle > 0:
            d[i] = a / (a + b)
        divergence += a * np.log(a / middle) if a > 0 else 0.0
        divergence += b * np.log(b / middle) if b > 0 else 0.0
    return d, dx * (divergence - np.log(2) * (p.sum() + q.sum()))


def wrong_response(ratio="share", rest="q", zero=True, sign=1, dx_power=1, half=1.0):
    def answer(p, q, dx):
        with np.errstate(all="ignore"):
            total = p + q
            share = np.divide(p, total)
            other = np.divide(q, total) if rest == "q" else 1 - share
            one, two = p * np.log(share), q * np.log(other)
            if zero:
                one, two = [np.where(w == 0, 0, v) for w, v in ((p, one), (q, two))]
            both = np.where(total == 0, 0.5, share)
            d = {
                "share": both,
                "odds": np.divide(p, q),
                "other": np.where(total == 0, 0.5, np.divide(q, total)),
                "bare": share,
                "eps": (1e-8 + p) / (total + 2e-8),
            }[ratio]
            return d, sign * half * np.sum(one + two) * dx**dx_power

    return answer


RIGHT = {
    "losses": [losses_by_parts, losses_one_by_one],
    "train_step": [step_with_keras_losses, step_with_frozen_judge],
    "report": [report_by_broadcast, report_by_loops],
    "best_response": [response_by_logits, response_by_divergence],
    "perfect": [1.386, "1.3863"],
    "rescue": [99, "99 times"],
    "flaws": [{7, 6, 4, 3, 1}, "1，3，4，6，7"],
}

TWINS = {
    "losses": {
        1: losses_from_probabilities,
        2: losses_with_epsilon,
        3: wrong_losses(half=0.5),
        4: wrong_losses(pooled=True),
        5: wrong_losses(real=1, fake=-1),
        6: wrong_losses(sat=(-1, 1)),
        7: wrong_losses(sat=(1, 1)),
        8: wrong_losses(g=1),
        9: wrong_losses(unseen=True),
        10: losses_that_overflow,
    },
    "train_step": {
        1: wrong_step(bribed=True),
        2: wrong_step(exposed=True),
        3: wrong_step(joint=True),
        4: wrong_step(saturating=True),
        5: wrong_step(g_labels=0.0),
        6: wrong_step(see_real=False),
        7: wrong_step(numpy=True),
        8: wrong_step(simultaneous=True),
        9: wrong_step(mode=False),
        10: wrong_step(frozen=True),
        11: wrong_step(noise="z_d"),
        12: wrong_step(plain=True),
        13: wrong_step(real_label=0.0),
        14: wrong_step(logits=False),
    },
    "report": {
        1: wrong_report(power=1),
        2: wrong_report(side=0),
        3: wrong_report(pairs=True),
        4: wrong_report(reduce=np.mean),
        5: wrong_report(anything=True),
        6: wrong_report(of_data=True),
        7: wrong_report(strict=True),
        8: wrong_report(lost=True),
    },
    "best_response": {
        1: wrong_response("odds"),
        2: wrong_response("other"),
        3: wrong_response("bare"),
        4: wrong_response("eps"),
        5: wrong_response(rest="1 - d"),
        6: wrong_response(zero=False),
        7: wrong_response(dx_power=0),
        8: wrong_response(sign=-1),
        9: wrong_response(half=0.5),
    },
    "perfect": {1: "0.693", 2: 0, 3: -1.3863},
    "rescue": {1: "100 times", 2: 0.010101, 3: 9900},
}

TWO_AT_ONCE = {
    "losses": [
        (wrong_losses(half=0.5, g=1), {3, 8}),
        (wrong_losses(unseen=True, sat=(1, 1)), {7, 9}),
    ],
    "train_step": [
        (wrong_step(see_real=False, g_labels=0.0), {5, 6}),
        (wrong_step(bribed=True, saturating=True), {1, 4}),
        (wrong_step(mode=False, plain=True), {9, 12}),
    ],
    "report": [
        (wrong_report(power=1, anything=True), {1, 5}),
        (wrong_report(pairs=True, strict=True), {3, 7}),
    ],
    "best_response": [
        (wrong_response("odds", sign=-1), {1, 8}),
        (wrong_response("other", dx_power=0), {2, 7}),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "it outputs the probability that an image is real",
                    "the discriminator classifies one image at a time",
                    "a probability of coming from the data",
                ],
                "it is no probability of being real",
            ),
            (
                [
                    "real images get label 1",
                    "generated images are given the target 0",
                    "fake ones have label zero",
                ],
                "real images do not get label 1",
            ),
            (
                [
                    "only the generator is updated",
                    "the gradient runs through the discriminator",
                    "the discriminator is frozen in that step",
                ],
                "it does not go through the discriminator",
            ),
            (
                [
                    "I take the non-saturating loss",
                    "the generator minimises -log D",
                    "the original loss saturates",
                ],
                "it is not the non-saturating loss",
            ),
            (
                [
                    "the best one is p_data / (p_data + p_g)",
                    "at equilibrium D is 0.5 everywhere",
                    "it says one half",
                ],
                "it is not one half",
            ),
            (
                [
                    "I write two gradient tapes",
                    "it needs two optimizers",
                    "each network has an optimizer of its own",
                ],
                "I do not use two tapes",
            ),
            (
                [
                    "I look at the nearest-neighbour distance",
                    "count the modes",
                    "usually FID is reported",
                ],
                "I never count modes",
            ),
        ],
        "zh": [
            (
                ["判别器输出图是真的概率", "给出真图的概率", "判别器就是做二分类"],
                "判别器不输出真图的概率",
            ),
            (
                ["真图标签取 1", "生成图标签是 0", "假图的目标是 0"],
                "真图标签不是 1",
            ),
            (
                ["这一步只更新生成器", "梯度穿过判别器", "判别器保持不变"],
                "梯度不穿过判别器",
            ),
            (
                ["用 -log D", "原来的损失会饱和", "那里几乎是平的"],
                "不用 -log D",
            ),
            (
                ["最优解是 p_data/(p_data + p_g)", "均衡时是 1/2", "处处二分之一"],
                "均衡时不是 1/2",
            ),
            (
                ["写两个 tape", "要两个优化器", "两个网络各用一个优化器"],
                "不用两个 tape",
            ),
            (
                ["看最近邻距离", "数一数模式", "也可以报 FID"],
                "不看最近邻",
            ),
        ],
    }
}

EQUIVALENT = {
    "losses": {
        "np.logaddexp(0, -logits) → np.logaddexp(-logits, 0) in return "
        "np.logaddexp(0, -logits).mean()": "same value: logaddexp is symmetric",
    },
    "report": {
        "real - sample → sample - real in gaps = "
        "np.array([np.linalg.norm(real - sample, axis=1) for sample in samples])": "same value: "
        "a norm does not see the sign",
    },
}
