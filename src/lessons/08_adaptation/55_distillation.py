# ---
# title: Distil a teacher into a student
# title_zh: 把老师模型蒸馏给学生模型
# kind: code
# minutes: 30
# level: 2
# needs: [softmax_cross_entropy]
# seeds: [003-3.3, 004-1.12, 004-1.19]
# asked: 12
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write the distillation loss. Why the temperature, why T², and can a student learn a class that it never saw?
#
# Think aloud for one minute before you type: what is in a teacher's output that is not in the label?

# %% [markdown] lang="zh" en="b6c113bd"
# ## 题目
#
# > 写出蒸馏损失。为什么要温度，为什么要乘 T²？学生能学会一个从没见过的类吗？
#
# 先别动手，出声想一分钟：老师的输出里，有什么是标签里没有的？

# %% [markdown] role="question" fold="What a good answer contains"
# - Outputs are matched, not weights; what the wrong classes' probabilities say.
# - One temperature on both sides; T² and where the two factors 1/T come from.
# - The direction of KL; the labels' part at T = 1; the teacher fixed, without gradient.
# - The limit of large T; an experiment that shows what soft targets carry.

# %% [markdown] lang="zh" en="ecbf2764" fold="好的回答包含什么"
# - 匹配的是输出，不是权重；错误类别上的概率说明了什么。
# - 两边用同一个温度；T² 以及两个 1/T 从哪来。
# - KL 的方向；硬标签部分用 T = 1；老师固定，不回传梯度。
# - T 很大时的极限；一个能说明软标签带了什么信息的实验。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("distillation")

# %% [markdown] role="exercise" anchor="soften"
# ## 1 · Soften
#
# Write `soften`: the softmax of z/T along each row, safe for large logits.

# %% [markdown] lang="zh" en="0caacbcf"
# ## 1 · 软化
#
# 写出 `soften`：沿每一行对 z/T 做 softmax，logits 很大时也不溢出。


# %% role="exercise"
def soften(z, T):
    """Logits z (B, C), temperature T > 0 → probabilities (B, C)."""
    ### BEGIN SOLUTION
    e = np.exp((z - z.max(axis=1, keepdims=True)) / T)
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What happens to the probabilities as T grows, and as it goes to 0?
# 2. Logits 4 and 0, T = 2: which softmax is this the same as?
# 3. Subtract each row's maximum, divide by T, exponentiate, divide by the row's sum.

# %% [markdown] lang="zh" en="5c1046c9"
# 1. T 变大时概率怎么变？趋于 0 呢？
# 2. logits 为 4 和 0，T = 2：等于对哪两个数做 softmax？
# 3. 每行减最大值，除以 T，取 exp，除以该行之和。

# %%
check.soften(soften)

# %% [markdown] role="exercise" anchor="kd-loss"
# ## 2 · The loss
#
# Write `kd_loss`, averaged over the batch:
#
# $$\alpha\, T^2\, \mathrm{KL}\big(p_t^{(T)} \,\|\, p_s^{(T)}\big) + (1 - \alpha)\, \mathrm{CE}(y, p_s^{(1)})$$
#
# with softened teacher and student, and the labels' cross-entropy at T = 1. Logits may be thousands apart.

# %% [markdown] lang="zh" en="c0d041e4"
# ## 2 · 损失
#
# 写出 `kd_loss`，对 batch 取平均：
#
# $$\alpha\, T^2\, \mathrm{KL}\big(p_t^{(T)} \,\|\, p_s^{(T)}\big) + (1 - \alpha)\, \mathrm{CE}(y, p_s^{(1)})$$
#
# 其中老师和学生都做软化，硬标签的交叉熵取 T = 1。logits 可能相差几千。


# %% role="exercise"
def kd_loss(zs, zt, y, T, alpha):
    """Logits of student and teacher (B, C), labels y (B,), temperature, teacher's share → number."""

    ### BEGIN SOLUTION
    def log_p(z, T):
        z = (z - z.max(axis=1, keepdims=True)) / T
        return z - np.log(np.exp(z).sum(axis=1, keepdims=True))

    teacher, student = log_p(zt, T), log_p(zs, T)
    soft = (np.exp(teacher) * (teacher - student)).sum(axis=1)
    hard = -log_p(zs, 1)[np.arange(len(y)), y]
    return (alpha * T**2 * soft + (1 - alpha) * hard).mean()
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What must the soft part be for a student whose logits are the teacher's? What if only one side is softened?
# 2. p = (½, ½), q = (¼, ¾): what is KL(p ‖ q)?
# 3. log p = z/T − log Σ exp(z/T), shifted by the maximum, for both; sum p (log p − log q) over classes; times α T²; plus (1 − α) times −log p of the label at T = 1; mean.

# %% [markdown] lang="zh" en="52778124"
# 1. 学生的 logits 与老师完全相同时，软损失应是多少？如果只软化一边呢？
# 2. p = (½, ½)，q = (¼, ¾)：KL(p ‖ q) 是多少？
# 3. 两边都算 log p = z/T − log Σ exp(z/T)，先减最大值；对类别求和 p (log p − log q)；乘 α T²；再加 (1 − α) 乘 T = 1 下标签的 −log p；取平均。

# %%
check.kd_loss(kd_loss)

# %% [markdown] role="exercise" anchor="kd-grad"
# ## 3 · Its gradient
#
# Write `kd_grad`: the derivative of your loss along the student's logits. The teacher is a constant.

# %% [markdown] lang="zh" en="b595cfd6"
# ## 3 · 梯度
#
# 写出 `kd_grad`：损失对学生 logits 的导数。老师是常数。


# %% role="exercise"
def kd_grad(zs, zt, y, T, alpha):
    """As kd_loss → ∂loss/∂zs (B, C)."""
    ### BEGIN SOLUTION
    soft = T * (soften(zs, T) - soften(zt, T))
    hard = soften(zs, 1) - np.eye(zs.shape[1])[y]
    return (alpha * soft + (1 - alpha) * hard) / len(zs)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. The derivative of cross-entropy along logits is softmax minus target. What changes with z/T inside?
# 2. T = 2: the loss carries T² = 4. Which factor does the chain rule bring, and what is left?
# 3. Soft: T times (softened student − softened teacher). Hard: softmax − onehot. Shares α and 1 − α, and 1/B.

# %% [markdown] lang="zh" en="ba40595b"
# 1. 交叉熵对 logits 的导数是 softmax 减目标。里面变成 z/T 之后多了什么？
# 2. T = 2：损失里有 T² = 4。链式法则带来哪个因子？还剩多少？
# 3. 软：T 乘（学生软化 − 老师软化）。硬：softmax − onehot。分别乘 α 和 1 − α，再除以 B。

# %%
check.kd_grad(kd_grad)

# %% [markdown] role="idea" anchor="idea"
# Without a factor the soft part's gradient is $\tfrac1T (p_s^{(T)} - p_t^{(T)})$: one 1/T from the chain rule. For large T each softened
# probability is $\tfrac1C (1 + (z_i - \bar z)/T)$, so the difference brings another:
#
# $$\frac1T \big(p_s^{(T)} - p_t^{(T)}\big) \approx \frac{1}{C\,T^2} \big( (z_s - \bar z_s) - (z_t - \bar z_t) \big).$$
#
# $T^2$ takes both back. What remains for large T is the gradient of $\tfrac1{2C}$ times the squared distance of centred logits: logit matching
# (Hinton, Vinyals & Dean 2015, §2.1).

# %% [markdown] lang="zh" en="bfd03e04"
# 不乘因子时，软损失的梯度是 $\tfrac1T (p_s^{(T)} - p_t^{(T)})$：链式法则带来一个 1/T。T 很大时，软化后的概率约为 $\tfrac1C (1 + (z_i - \bar z)/T)$，差值里又有一个：
#
# $$\frac1T \big(p_s^{(T)} - p_t^{(T)}\big) \approx \frac{1}{C\,T^2} \big( (z_s - \bar z_s) - (z_t - \bar z_t) \big).$$
#
# $T^2$ 正好把两个都乘回来。T 很大时，剩下的是去均值 logits 的平方距离乘 $\tfrac1{2C}$ 的梯度，也就是匹配 logits（Hinton、Vinyals 与 Dean 2015，§2.1）。

# %% [markdown] role="worked"
# **A good place to stop.** You have the loss and its gradient. What follows is what soft targets carry.

# %% [markdown] lang="zh" en="f9d3084b"
# **可以先歇一歇。** 损失和梯度都写完了，下面看软标签里到底带了什么。


# %% role="reward"
def forward(params, x):
    W1, b1, W2, b2 = params
    return (x @ W1 + b1).clip(0) @ W2 + b2


def fit(x, hidden, gradient, seed, steps=800):
    """A 64-hidden-10 network by Adam; gradient(logits, rows) is ∂loss/∂logits."""
    rng = np.random.default_rng(seed)
    params = [rng.normal(size=(64, hidden)) / 8, np.zeros(hidden)]
    params += [rng.normal(size=(hidden, 10)) / hidden**0.5, np.zeros(10)]
    m, v = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    for t in range(1, steps + 1):
        rows = rng.integers(len(x), size=64)
        z = x[rows] @ params[0] + params[1]
        error = gradient(z.clip(0) @ params[2] + params[3], rows)
        back = error @ params[2].T * (z > 0)
        grads = x[rows].T @ back, back.sum(axis=0), z.clip(0).T @ error, error.sum(axis=0)
        for i, g in enumerate(grads):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.999 * v[i] + 0.001 * g * g
            step = m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.999**t)) + 1e-8)
            params[i] = params[i] - 0.005 * step
    return params


# %% role="reward"
if check.kd_grad.passed and check.soften.passed:
    (x, y), (x_test, y_test) = data.digits(split=True)
    x, x_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
    rest = y != 3  # the student sees no 3
    temperatures, rows = ("labels", 1, 2, 4, 8, 16), []
    for seed in range(3):
        teacher = fit(x, 128, lambda z, r: kd_grad(z, z, y[r], 1, 0), seed)
        xs, ys, zt = x[rest], y[rest], forward(teacher, x[rest])
        for T in temperatures:
            if T == "labels":
                learn = lambda z, r, ys=ys: kd_grad(z, z, ys[r], 1, 0)
            else:
                learn = lambda z, r, T=T, ys=ys, zt=zt: kd_grad(z, zt[r], ys[r], T, 1)
            guess = forward(fit(xs, 32, learn, seed + 10), x_test).argmax(axis=1)
            rows.append(
                ((guess == y_test)[y_test == 3].mean(), (guess == y_test)[y_test != 3].mean())
            )
    threes, others = np.array(rows).reshape(3, -1, 2).transpose(2, 0, 1)
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 3.2))
        for name, scores, line in (
            ("3s, never seen", threes, "o-"),
            ("other digits", others, "s--"),
        ):
            ax.plot(range(6), scores.mean(axis=0), line, label=name)
            ax.fill_between(range(6), scores.min(axis=0), scores.max(axis=0), alpha=0.2)
        ax.set_xticks(range(6), ["labels"] + [f"T = {T}" for T in temperatures[1:]])
        ax.set(ylabel="share recognised in the test", ylim=(0, 1.05))
        ax.legend(loc="lower right")
        plt.show()
    for T, a, b in zip(temperatures, threes.mean(axis=0), others.mean(axis=0)):
        print(f"{'labels' if T == 'labels' else f'T = {T}':>7}: 3s {a:.2f}, other digits {b:.2f}")

# %% [markdown] role="caption" alt="Share of test digits recognised by students trained with labels or softened teachers at temperatures 1 to 16. For the other digits it is level near 0.97. For 3s it is 0 with labels, near 0 at temperature 1, and rises above 0.9 at 8 and 16."
# Students trained on digits without a single 3; three seeds (bands: lowest to highest). With labels none ever says 3. With a teacher softened enough they recognise
# most of them: how far a 5 or an 8 resembles a 3 is written in the teacher's small probabilities, and a temperature makes them
# count. Hinton, Vinyals & Dean (2015, §3) report the same on MNIST.

# %% [markdown] lang="zh" en="72a88580" alt="用硬标签或温度 1 到 16 的软化老师训练的学生，在测试集上的识别率。其他数字都在 0.97 附近。对 3：硬标签为 0，温度 1 时接近 0，温度 8、16 时超过 0.9。"
# 训练学生时一个 3 都没有；三个种子（色带从最低到最高）。用硬标签，学生从不说 3。老师软化得足够，大部分 3 都能认出来：5 和 8 有多像 3，就写在老师的小概率里，温度让它们起了作用。Hinton、Vinyals 与 Dean（2015，§3）在 MNIST 上报告过同样的现象。

# %% [markdown] role="why"
# **What most people write first.** `KLDivLoss` with its default reduction: averaged over classes too, a factor C too small; and the
# arguments in the wrong order or without the logarithm. In PyTorch: `F.kl_div(F.log_softmax(zs / T, -1), F.softmax(zt / T, -1), reduction="batchmean") * T * T`,
# with the teacher under `torch.no_grad()` and `.eval()`.
#
# **For language models** the same loss runs over every position, with the whole vocabulary as classes; often only the teacher's
# top probabilities are stored, or the student is trained on text that the teacher wrote, which needs no logits at all.

# %% [markdown] lang="zh" en="9e14e7e8"
# **最常见的第一版。** 直接用 `KLDivLoss` 的默认 reduction：对类别也平均，小了 C 倍；参数顺序写反，或者忘了取对数。PyTorch 应写成 `F.kl_div(F.log_softmax(zs / T, -1), F.softmax(zt / T, -1), reduction="batchmean") * T * T`，老师放在 `torch.no_grad()` 里并且 `.eval()`。
#
# **语言模型** 在每个位置上都算同样的损失，类别就是整个词表；常常只存老师概率最大的几个，或者干脆用老师生成的文本训练学生，连 logits 都不用。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `soften`. At one temperature it is right. Find arguments on which it is not.

# %% [markdown] lang="zh" en="7289a535"
# ## 找反例
#
# 下面是一个错误的 `soften`，在某个温度下它是对的。找一组参数让它出错。

# %% role="hack"
check.soften.hack(trap=4)

# %% role="hack"
### BEGIN SOLUTION
logits, temperature = np.array([[1.0, 2.0]]), 2.0
### END SOLUTION
if logits is not ...:
    check.soften.hack(trap=4, z=logits, T=temperature)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains distillation. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="13919c6d"
# ## 挑错
#
# 一位候选人这样讲蒸馏。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="scale-left"
# ## The interviewer goes on
#
# **Somebody forgot T² and trains at T = 4. What fraction of its proper size does the soft gradient have?** A number.

# %% [markdown] lang="zh" en="aa37c5db"
# ## 追问
#
# **有人忘了 T²，用 T = 4 训练。软标签的梯度只剩应有大小的几分之几？** 填一个数。

# %% role="follow-up"
### BEGIN SOLUTION
factor = 1 / 4**2
### END SOLUTION

# %%
check.scale_left(factor)

# %% [markdown] role="follow-up" fold="Distil, prune or quantize?"
# Quantize first: no training, and little is lost at 8 bits. Distillation when another architecture or a much smaller one is wanted: it needs
# a teacher, data and a training run, but the student has any shape. Pruning in between; and distillation repairs what the other
# two break.

# %% [markdown] lang="zh" en="ef1046ac" fold="蒸馏、剪枝、量化，选哪个？"
# 先量化：不用训练，8 位几乎不掉精度。想换结构，或者要小很多，就蒸馏：要有老师、数据和一次训练，但学生可以是任何形状。剪枝介于两者之间；另外两种造成的损失，都可以再用蒸馏来修复。

# %% [markdown] role="say" anchor="say"
# ## Say it
#
# Answer the opening question in about a minute, in your own words. You see the key points after you
# have written something.

# %% [markdown] lang="zh" en="d2ed9109"
# ## 说一遍
#
# 用自己的话回答开头的问题，一分钟左右。写了之后才会看到要点。

# %% role="say"
### BEGIN SOLUTION
answer = check.say.model
### END SOLUTION

# %%
check.say(answer)

# %% [markdown] role="minute" anchor="minute" fold="The answer in one minute"
# > The student matches the teacher's softened outputs: $\alpha T^2\, \mathrm{KL}(p_t \| p_s)$ at temperature T plus $(1-\alpha)$ cross-entropy with the labels at T = 1.
# > The temperature makes the small probabilities count, which say what resembles what; $T^2$ undoes the two factors 1/T of the gradient,
# > and for large T it is logit matching. The teacher is fixed. A student that never saw a 3 recognises most of them.
#
# Classic mistakes: no $T^2$; one side softened; KL reversed; the labels softened; the teacher in training mode; "it copies the weights".

# %% [markdown] lang="zh" en="974761f4" fold="一分钟版本"
# > 学生拟合老师软化后的输出：温度 T 下的 $\alpha T^2\, \mathrm{KL}(p_t \| p_s)$，加 T = 1 下与标签的 $(1-\alpha)$ 交叉熵。温度让说明“谁像谁”的小概率起作用；$T^2$ 抵消梯度里的两个 1/T，T 很大时等价于匹配 logits。老师固定不动。从没见过 3 的学生也能认出大部分 3。
#
# 常见错误：漏了 $T^2$；只软化一边；KL 方向反了；硬标签部分也用 T；老师在训练模式；说“复制权重”。

# %% [markdown] role="reference"
# ## References
#
# - Hinton, Vinyals & Dean 2015, *Distilling the knowledge in a neural network*, arXiv:1503.02531, §2 (loss, T²), §2.1 (logit matching), §3 (digits without 3s).

# %% [markdown] lang="zh" en="e89d1dbe"
# ## 参考文献
#
# - Hinton, Vinyals & Dean 2015, *Distilling the knowledge in a neural network*, arXiv:1503.02531，§2（损失、T²）、§2.1（匹配 logits）、§3（没有 3 的实验）。
