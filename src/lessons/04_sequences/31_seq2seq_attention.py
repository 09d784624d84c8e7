# ---
# title: Translate with attention, and score where it looks
# title_zh: 用注意力做翻译，并给“看哪里”打分
# kind: code
# minutes: 60
# level: 3
# needs: [softmax_cross_entropy]
# seeds: [002-P2]
# asked: 0
# framework: tensorflow
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Write a sequence-to-sequence model with attention for translation. What does attention buy, and
# > how would you show it?
#
# Think aloud for one minute before you type: what passes from encoder to decoder, what the decoder
# reads in training and what at test time, and which model should fail.

# %% [markdown] lang="zh" en="36de261f"
# ## 题目
#
# > 写一个带注意力的 seq2seq 翻译模型。注意力带来了什么？你怎么证明？
#
# 先别动手，出声想一分钟：编码器传给解码器的是什么？训练时、测试时解码器各读什么？哪个模型应该失败？

# %% [markdown] role="question" fold="What a good answer contains"
# - One score for each source word and step, a softmax over the *source words*, pads hidden before it.
# - Teacher forcing: the target shifted by one behind `<start>`, `<end>` as the last label, pads not counted.
# - Free-running decoding at test time, and exact match by sentence length against a model without attention and against word-by-word translation.
# - What the attention map is evidence of, and what it is not.

# %% [markdown] lang="zh" en="6f0e72ad" fold="好的回答包含什么"
# - 每一步给每个源词一个分数，沿**源句**做 softmax，之前先屏蔽 pad。
# - teacher forcing：目标句错开一位，前面是 `<start>`，最后一个标签是 `<end>`，pad 不计损失。
# - 测试时自由解码；按句长看精确匹配，和没有注意力的模型、逐词翻译比。
# - 注意力图能说明什么，不能说明什么。

# %% role="setup"
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from whiteboard import data, lesson, plot
from whiteboard.training import Trainer

check = lesson("seq2seq_attention")

# %% [markdown] role="setup"
# The sentences come from a small grammar, English to Chinese. Each pair has *links*: for every Chinese
# word, the place of the English word it renders. Time phrases move to the front, relative clauses
# before their noun, and the noun chooses the classifier.

# %% [markdown] lang="zh" en="938a62ce"
# 句子由一个小语法生成，英译中。每对句子带有**对齐**（links）：每个中文词译自英文的第几个词。时间短语移到句首，定语从句移到名词前面，量词由名词决定。

# %% role="setup"
PAD, START, END = 0, 1, 2
(x, y, links), (x_test, y_test, links_test) = data.translations()
lengths = np.array([len(row) for row in x_test])  # of the English sentences


def padded(rows, pad=PAD):
    """Lists of different lengths → (B, longest), filled up with `pad` on the right."""
    table = np.full((len(rows), max(map(len, rows))), pad)
    for filled, row in zip(table, rows):
        filled[: len(row)] = row
    return table


# A sentence with a relative clause and a time phrase: both move.
that, every = data.ENGLISH_WORDS.index("that"), data.CHINESE_WORDS.index("每")
movers = [that in row and said[0] >= every for row, said in zip(x_test, y_test)]
sample = np.flatnonzero((lengths == 10) & movers)[0]
print(" ".join(data.ENGLISH_WORDS[word] for word in x_test[sample]))
print(" ".join(data.CHINESE_WORDS[word] for word in y_test[sample]))
print("links", links_test[sample])

# %% [markdown] role="exercise" anchor="additive-attention"
# ## 1 · Additive attention
#
# Write `additive_attention`: score every encoder state against the decoder's state with
# $v^\top \tanh(W^\top q + U^\top h)$, and average the states by the softmax of the scores. A pad's weight is
# exactly 0.

# %% [markdown] lang="zh" en="e25dd187"
# ## 1 · 加性注意力
#
# 写出 `additive_attention`：用
# $v^\top \tanh(W^\top q + U^\top h)$ 给每个编码器状态打分，再按分数的 softmax 对这些状态加权平均。pad 的权重必须精确为 0。


# %% role="exercise"
def additive_attention(query, memory, mask, W, U, v):
    """One step of attention, NumPy only.

    query (B, d): decoder states. memory (B, S, h): encoder states. mask (B, S) bool: True on words,
    False on pads; every row has a word. W (d, a), U (h, a), v (a,).
    Returns context (B, h) and weights (B, S).
    """
    ### BEGIN SOLUTION
    scores = np.tanh((query @ W)[:, None] + memory @ U) @ v  # (B, S)
    scores = np.where(mask, scores, -np.inf)
    parts = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = parts / parts.sum(axis=1, keepdims=True)
    return (weights[:, :, None] * memory).sum(axis=1), weights
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. `query @ W` is (B, a), `memory @ U` is (B, S, a). How do you add them, and what is left after the product with `v`?
# 2. Scores 1, 1 and a pad: what are the weights? What must the pad's score be, so that the softmax itself gives exactly that?
# 3. Project both; add with an axis for the source in between; tanh; product with v; hide pads; subtract each row's maximum and take the softmax over the source; average the memory.

# %% [markdown] lang="zh" en="ed05fd27"
# 1. `query @ W` 是 (B, a)，`memory @ U` 是 (B, S, a)。怎么相加？再乘 `v` 之后剩下什么形状？
# 2. 两个词的分数是 1、1，还有一个 pad：权重是多少？pad 的分数取多少，softmax 才会恰好给出这个结果？
# 3. 两边投影；给 query 加上源句那一维再相加；tanh；乘 v；屏蔽 pad；每行减最大值，沿源句做 softmax；对 memory 加权平均。

# %%
check.additive_attention(additive_attention)

# %% [markdown] role="idea" anchor="idea"
# For decoder state $s$ and encoder states $h_1, \dots, h_S$ (Bahdanau et al., equations 5 and 6; the score is
# in appendix A.1.2):
#
# $$e_j = v^\top \tanh(W^\top s + U^\top h_j), \qquad \alpha_j = \frac{\exp e_j}{\sum_k \exp e_k}, \qquad c = \sum_j \alpha_j h_j .$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $s$ | `query` | (B, d) |
# | $h_j$ | `memory` | (B, S, h) |
# | $\alpha_j$ | `weights` | (B, S) |
# | $c$ | `context` | (B, h) |
#
# The sums run over words; a pad is no word. In the paper $s$ is the state *before* the step, and $c$ enters the
# recurrence; Luong et al. (§3.1) take the state *after* it and use $c$ for the output only. The model below
# follows Luong in this: then all steps of a training sentence attend at once.

# %% [markdown] lang="zh" en="0fab2e2a"
# 设解码器状态为 $s$，编码器状态为 $h_1, \dots, h_S$（Bahdanau 等，公式 5、6；分数见附录 A.1.2）：
#
# $$e_j = v^\top \tanh(W^\top s + U^\top h_j), \qquad \alpha_j = \frac{\exp e_j}{\sum_k \exp e_k}, \qquad c = \sum_j \alpha_j h_j .$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $s$ | `query` | (B, d) |
# | $h_j$ | `memory` | (B, S, h) |
# | $\alpha_j$ | `weights` | (B, S) |
# | $c$ | `context` | (B, h) |
#
# 求和只对词，pad 不是词。论文里 $s$ 是这一步**之前**的状态，$c$ 会进入递推；Luong 等（§3.1）用这一步**之后**的状态，$c$ 只用于输出。下面的模型在这一点上跟 Luong：训练时一句话的所有步可以一起算注意力。

# %% [markdown] role="worked" fold="A sibling worked by hand: dot-product scores"
# $s = (1, 0)$; $h_1 = (0, 2)$, $h_2 = (\ln 3, 1)$, and a pad. Dot products: $0$ and $\ln 3$. Softmax over the two
# words: $1/4$ and $3/4$. Context: $\frac14 (0, 2) + \frac34 (\ln 3, 1) = (0.824, 1.25)$. Had the pad kept its score 0,
# the weights would be $1/5$, $3/5$ and $1/5$.

# %% [markdown] lang="zh" en="27c79aa1" fold="手算一个相近的例子：点积打分"
# $s = (1, 0)$；$h_1 = (0, 2)$，$h_2 = (\ln 3, 1)$，还有一个 pad。点积分别是 $0$ 和 $\ln 3$。对两个词做 softmax：
# $1/4$ 和 $3/4$。context 是 $\frac14 (0, 2) + \frac34 (\ln 3, 1) = (0.824, 1.25)$。如果 pad 的分数留作 0，权重会变成
# $1/5$、$3/5$ 和 $1/5$。

# %% role="reward"
if check.additive_attention.passed:
    rng = np.random.default_rng(0)
    words = padded(x_test[:64]) != PAD
    sizes = [(64, 8), (*words.shape, 16), (8, 10), (16, 10), (10,)]
    query, memory, W, U, v = (rng.normal(size=size) for size in sizes)
    for name, mask in {"without a mask": np.full(words.shape, True), "masked": words}.items():
        weights = additive_attention(query, memory, mask, W, U, v)[1]
        print(f"{name}: {weights[~words].sum() / 64:.1%} of the attention falls on pads")

# %% [markdown] role="why"
# **Why it works.** The scores decide, the softmax makes them compete, and the sum is differentiable, so
# that "where to look" is learnt from the translation loss alone. Without tanh the query would add one number to
# all scores of its sentence, and softmax would cancel it.
#
# **Cost.** `memory @ U` does not depend on the step: compute it once per sentence (A.1.2). Scores take
# $S \cdot T \cdot a$ operations and as many tanh; a dot product needs no tanh and is one matrix product.
#
# **What most people write first.** A softmax over the last axis of scores shaped (B, S, 1): every weight is exactly 1,
# the shapes fit, and the model trains.
#
# **Elsewhere.** `keras.layers.AdditiveAttention` is the score without W and U (a `Dense` before it supplies them; its `scale` is v). In
# PyTorch masking is `scores.masked_fill(~mask, -inf)`; JAX uses `jnp.where`, as here.

# %% [markdown] lang="zh" en="f2de029e"
# **为什么对。** 分数做选择，softmax 让它们竞争，加权和可导，所以“看哪里”只靠翻译的损失就能学会。去掉 tanh，query 给同一句的所有分数加的是同一个数，softmax 会把它约掉。
#
# **代价。** `memory @ U` 与解码的步无关，每句只算一次（A.1.2）。打分要
# $S \cdot T \cdot a$ 次运算和同样多的 tanh；点积不用 tanh，就是一次矩阵乘。
#
# **最常见的第一版。** 分数是 (B, S, 1)，softmax 沿最后一维做：权重全是 1，形状对得上，模型也能训练。
#
# **换个框架。** `keras.layers.AdditiveAttention` 的分数里没有 W 和 U（前面各接一个 `Dense` 就有了；它的 `scale` 就是 v）。PyTorch 的掩码写作
# `scores.masked_fill(~mask, -inf)`；JAX 和这里一样用 `jnp.where`。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows turns it into a translator.

# %% [markdown] lang="zh" en="eeeb4504"
# **可以先歇一歇。** 核心已经写完，下面把它变成翻译模型。

# %% [markdown] role="exercise" anchor="teacher-forcing"
# ## 2 · The batch for teacher forcing
#
# Write `teacher_forcing`: the decoder's inputs and labels for a batch of target sentences, padded on
# the right, and the mask of the labels that count.

# %% [markdown] lang="zh" en="457d2e73"
# ## 2 · teacher forcing 的 batch
#
# 写出 `teacher_forcing`：由一批目标句得到解码器的输入和标签（右边补 pad），以及哪些标签计入损失的掩码。


# %% role="exercise"
def teacher_forcing(targets, pad=PAD, start=START, end=END):
    """targets: list of B lists of word numbers, without start and end, perhaps empty.

    Returns inputs, labels (B, T) integers and mask (B, T) bool, with T = longest + 1.
    At every place the label is the word after the input; the last label of a sentence is `end`.
    mask: True where the label is a word or `end`.
    """
    ### BEGIN SOLUTION
    inputs = padded([[start, *words] for words in targets], pad)
    labels = padded([[*words, end] for words in targets], pad)
    return inputs, labels, labels != pad
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. A sentence of n words: how many predictions does the decoder make, counting the one that stops?
# 2. Write both rows for the sentence 7 8 9, one below the other. What does the decoder know at t = 0?
# 3. Inputs: start in front of each sentence. Labels: end behind it. Pad both to one length; the mask is where the label is no pad.

# %% [markdown] lang="zh" en="52d8c95d"
# 1. 一句 n 个词，连同“停”在内，解码器要做几次预测？
# 2. 把句子 7 8 9 的输入和标签上下写成两行。t = 0 时解码器知道什么？
# 3. 输入：每句前面加 start。标签：每句后面加 end。两者补到同样长；标签不是 pad 的地方，掩码为 True。

# %%
check.teacher_forcing(teacher_forcing)

# %% [markdown] role="reward"
# A decoder that has learnt nothing but to repeat its input, made by hand. Its loss against its own
# inputs, and against the labels:

# %% [markdown] lang="zh" en="78b65fa3"
# 手工做一个只会重复输入的解码器。看它相对于自己的输入、相对于标签，损失各是多少：


# %% role="reward"
def copying_loss(inputs, wanted, mask, certainty=20.0):
    """Mean cross-entropy of a decoder that names its own input with logit `certainty`, others 0."""
    logits = certainty * np.eye(len(data.CHINESE_WORDS))[inputs]
    chosen = np.take_along_axis(logits, wanted[..., None], axis=-1)[..., 0]
    return (np.log(np.exp(logits).sum(axis=-1)) - chosen)[mask].mean()


if check.teacher_forcing.passed:
    inputs, labels, mask = teacher_forcing(y_test)
    print(f"target = decoder input: loss {copying_loss(inputs, inputs, mask):.6f}")
    print(f"target = the next word: loss {copying_loss(inputs, labels, mask):.2f}")

# %% [markdown] role="why"
# **Why it works.** The mask is one line because the labels know it: `end` counts, pads do not. The shift is the
# contract `inputs[t + 1] == labels[t]`.
#
# **What most people write first.** Input = target. The loss soon falls to 0, as above, and a loss of 0 on
# a translation task is the alarm, not the success.
#
# **Elsewhere.** Libraries call the same shift `decoder_input_ids` and `labels`, or `tar_inp = tar[:, :-1]` and
# `tar_real = tar[:, 1:]`; the ignored label is −100 in PyTorch's `ignore_index`.

# %% [markdown] lang="zh" en="7ba38808"
# **为什么对。** 掩码一行就够，因为标签里都有：`end` 算，pad 不算。错位的约定就是 `inputs[t + 1] == labels[t]`。
#
# **最常见的第一版。** 输入就是目标。像上面那样，损失很快降到 0；翻译任务的损失降到 0，是警报，不是成功。
#
# **换个框架。** 同样的错位，有的库叫 `decoder_input_ids` 和 `labels`，有的写作 `tar_inp = tar[:, :-1]` 和
# `tar_real = tar[:, 1:]`；不计损失的标签，PyTorch 的 `ignore_index` 默认是 −100。

# %% [markdown] role="exercise" anchor="greedy-decode"
# ## 3 · Free-running decoding
#
# Write `greedy_decode`: the whole batch, a word at a time, each word the next input.

# %% [markdown] lang="zh" en="d05c5477"
# ## 3 · 自由解码
#
# 写出 `greedy_decode`：整个 batch 一起，一步一个词，说出的词就是下一步的输入。


# %% role="exercise"
def greedy_decode(step, state, batch, start=START, end=END, max_length=20):
    """step(words (B,) integers, state) → logits (B, V), the next state. Rows do not mix.

    Pass `state` on as it comes. Returns `batch` lists of words, each up to its own `end`, which is
    left out, and of at most max_length words. When all have ended, step is not called again.
    """
    ### BEGIN SOLUTION
    words, said = np.full(batch, start), [[] for _ in range(batch)]
    going = np.full(batch, True)
    for _ in range(max_length):
        logits, state = step(words, state)
        words = logits.argmax(axis=1)
        going &= words != end
        if not going.any():
            break
        for row in np.flatnonzero(going):
            said[row].append(words.item(row))
    return said
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What is fed at the first step, and what at the second? Which two things does `step` give back?
# 2. Two sentences say 5, end and 6, 7, end. After which step may you stop? What has the first one said by then?
# 3. Start with start everywhere and nothing said; step; take the best word of each row; a row that says end is over for good; collect the words of the others; stop when none is left.

# %% [markdown] lang="zh" en="0ef89b4c"
# 1. 第一步喂什么？第二步呢？`step` 返回哪两样东西？
# 2. 两句话，一句说 5、end，另一句说 6、7、end。第几步之后可以停？那时第一句已经说了什么？
# 3. 一开始全是 start，什么都没说；走一步；每行取最好的词；说了 end 的行从此结束；收下其余各行的词；一行都不剩就停。

# %%
check.greedy_decode(greedy_decode)

# %% [markdown] role="reward"
# Now the translator, in Keras. Encoder: a bidirectional GRU, one state for every word. Decoder: a GRU that starts
# from the encoder's last states. With `attends = 0` these last states are all it gets. Everything else is the same in
# both, training included.

# %% [markdown] lang="zh" en="61b89c01"
# 现在用 Keras 搭翻译模型。编码器是双向 GRU，每个词一个状态；解码器是 GRU，从编码器最后的状态出发。`attends = 0` 时，它能得到的就只有这个最后状态。其余完全一样，训练也一样。


# %% role="setup"
class Translator(keras.Model):
    def __init__(self, units=48):
        super().__init__()
        layers = keras.layers
        self.attends = tf.Variable(1.0, trainable=False)  # 0 or 1, the same graph for both
        self.source = layers.Embedding(len(data.ENGLISH_WORDS), 32)
        self.target = layers.Embedding(len(data.CHINESE_WORDS), 32)
        gru = layers.GRU(units, return_sequences=True, return_state=True)
        self.encoder = layers.Bidirectional(gru)
        self.bridge = layers.Dense(units, activation="tanh")
        self.decoder = layers.GRU(units, return_sequences=True, return_state=True)
        self.W, self.U, self.v = (layers.Dense(n, use_bias=False) for n in (units, units, 1))
        self.mix = layers.Dense(units, activation="tanh")
        self.output_layer = layers.Dense(len(data.CHINESE_WORDS))
        self.built = True  # each layer makes its weights at its first call

    def encode(self, x):
        """(B, S) → memory (B, S, 2·units), the decoder's first state (B, units), mask (B, S)."""
        mask = tf.not_equal(x, PAD)
        memory, forward, backward = self.encoder(self.source(x), mask=mask)
        return memory, self.bridge(tf.concat([forward, backward], axis=-1)), mask

    def read_out(self, states, context):
        seen = tf.concat([states, self.attends * context], axis=-1)
        return self.output_layer(self.mix(seen))

    def call(self, x_and_inputs):
        """Teacher-forced logits (B, T, V): all steps at once."""
        x, inputs = x_and_inputs
        memory, state, mask = self.encode(x)
        states, _ = self.decoder(self.target(inputs), initial_state=state)
        added = self.W(states)[:, :, None] + self.U(memory)[:, None]  # (B, T, S, units)
        scores = tf.where(mask[:, None], self.v(tf.tanh(added))[..., 0], -1e9)
        return self.read_out(states, tf.nn.softmax(scores, axis=-1) @ memory)


# %% role="setup"
def new_translator():
    """Compiled, its weights drawn; the loss is the mean over words and ends, without the pads."""
    model = Translator()
    model((padded(x[:1]), np.array([[START]])))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=PAD)
    model.compile(keras.optimizers.Adam(0.015, clipnorm=1.0), loss)
    return model


translator = Trainer(new_translator)  # one model for both; `restart` draws its weights anew


@tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32)] * 3)
def update(x, inputs, labels):
    translator.step((x, inputs), labels)


# %% role="reward"
def train(attends, epochs, rate=0.015, size=96):
    """The translator after `epochs` epochs on your batches of sentences of like length."""
    translator.restart(seed=0)
    translator.model.attends.assign(attends)
    translator.model.optimizer.learning_rate = rate
    random = np.random.RandomState(0)
    order = sorted(range(len(x)), key=lambda n: (len(y[n]), random.rand()))
    batches = [order[first : first + size] for first in range(0, len(x), size)]
    for _ in range(epochs):
        for batch in random.permutation(len(batches)):
            rows = batches[batch]
            inputs, labels, _ = teacher_forcing(y[rows])
            update(*(tf.constant(a, tf.int32) for a in (padded(x[rows]), inputs, labels)))
    return translator.model


def attention_of(model):
    """Your `additive_attention` with this model's W, U and v."""
    W, U, v = (layer.kernel.numpy() for layer in (model.W, model.U, model.v))
    return lambda query, memory, mask: additive_attention(query, memory, mask, W, U, v[:, 0])


def translate(model, rows):
    """Free-running: your attention and your decoding on the trained weights."""
    memory, state, mask = model.encode(padded(rows))
    memory, mask = memory.numpy(), mask.numpy()
    attend = attention_of(model)

    def step(words, state):
        states, state = model.decoder(model.target(words[:, None]), initial_state=state)
        context, _ = attend(states[:, 0].numpy(), memory, mask)
        return model.read_out(states[:, 0], context).numpy(), state

    return greedy_decode(step, state, len(rows))


def exact(translations):
    """(N,) bool: the whole sentence is right."""
    return np.array([list(a) == list(b) for a, b in zip(translations, y_test)])


# %% role="reward"
if check.additive_attention.passed and check.teacher_forcing.passed and check.greedy_decode.passed:
    right = {}
    for name, attends in (("no attention", 0), ("attention", 1)):  # the second is kept
        right[name] = exact(translate(train(attends, epochs=2), x_test))

    # Word by word: each English word's usual rendering; no classifier, no order.
    classifiers = set(map(data.CHINESE_WORDS.index, "只 匹 条 本 张 辆 位".split()))
    rendered = {}
    for source, target, link in zip(x, y, links):
        for word, place in zip(target, link):
            if word not in classifiers:
                rendered.setdefault(source[place], []).append(word)
    lexicon = {word: max(set(found), key=found.count) for word, found in rendered.items()}
    by_word = [[lexicon[word] for word in row if word in lexicon] for row in x_test]
    right["word by word"] = exact(by_word)
    bare = [[word for word in row if word not in classifiers] for row in y_test]
    right["word by word, classifiers given"] = np.array(list(map(list.__eq__, by_word, bare)))
    for name, hits in right.items():
        parts = [hits[lengths <= 7], hits[(lengths > 7) & (lengths < 12)], hits[lengths >= 12]]
        shares = "  ".join(f"{part.mean():.3f}" for part in parts)
        print(f"{name:32} exact match {hits.mean():.3f}   ≤7, 8–11, ≥12 words: {shares}")

# %% role="reward"
if check.additive_attention.passed and check.teacher_forcing.passed and check.greedy_decode.passed:
    bins = np.digitize(lengths, [6, 8, 10, 12, 14])  # 4–5, 6–7, …, 14–17 words
    names = ["attention", "word by word, classifiers given", "no attention", "word by word"]
    series = {name: [right[name][bins == b].mean() for b in range(6)] for name in names}
    # Recorded: train(0, epochs=40, rate=0.003) takes a minute.
    series["no attention, 40 epochs (recorded)"] = [1.00, 0.93, 0.74, 0.39, 0.00, 0.00]
    with plt.style.context(plot.STYLE):
        _, ax = plt.subplots(figsize=(7, 3.6))
        middle = [lengths[bins == b].mean() for b in range(6)]
        plot.curves(series, x=middle, markers=True, ax=ax)
        ax.set(xlabel="words in the English sentence", ylabel="exact match on test sentences")
        ax.legend(loc="center right", bbox_to_anchor=(1, 0.72))
        plt.show()

# %% [markdown] role="caption" alt="Exact match against sentence length in six bins from 4 to 17 words. The curve with attention stays at 1. Without attention, after 40 epochs, it falls from 1 through 0.74 at eight to nine words to 0 from twelve words on. Word by word with given classifiers starts near 1, is at 0.2 or below from six words on and 0 from ten. Without attention after two epochs, and plain word by word, it is 0 everywhere."
# Whole sentences right, on 1,000 unseen sentences, free-running, one seed. With attention, length makes
# no difference (recorded: with weights and batches drawn from the seeds 1 to 3, shares of 1.00, 1.00 and 0.91). Without it, after the same two epochs, nothing comes out right. That alone would be unfair: it learns more slowly, and the rate suits the other.
# So one curve is recorded, because it takes a minute: `train(0, epochs=40, rate=0.003)`, the best of four rates, gets 0.61, nearly all sentences of up to 7 words and
# none from 12 on. Word by word nothing is right, because every sentence needs a classifier; with the classifiers given, only sentences in which nothing moves are.

# %% [markdown] lang="zh" en="cf52076e" alt="精确匹配随句长变化，4 到 17 个词分成六档。有注意力的曲线始终为 1。没有注意力、训练 40 个 epoch 的曲线从 1 降下来，8 到 9 个词时是 0.74，12 个词以上为 0。给定量词的逐词翻译从接近 1 开始，6 个词以上不超过 0.2，10 个词以上为 0。没有注意力、只训练两个 epoch 时处处为 0，单纯逐词翻译也是。"
# 1,000 句没见过的句子，自由解码，整句全对的比例，一个种子。有注意力时，句子长短没有影响（只记结果：权重和 batch 换用种子 1 到 3，全对的比例是 1.00、1.00、0.91）。没有注意力时，同样训练两个 epoch，一句都译不对。只看这个不公平：它学得慢，这个学习率又是照着有注意力的模型选的。所以再放一条记录下来的曲线：`train(0, epochs=40, rate=0.003)` 要跑一分钟，是四个学习率里最好的，整句全对的比例是 0.61，7 个词以内几乎全对，12 个词以上一句也没有。逐词翻译一句都不对，因为每句都要量词；把量词白送给它，能译对的也只有语序不变的句子。

# %% [markdown] role="reward"
# Does it look where it should? The data knows: the weights are scored against the gold links, under teacher forcing,
# so that every target word has its link.

# %% [markdown] lang="zh" en="d15d180f"
# 它看对地方了吗？数据里有答案：在 teacher forcing 下，每个目标词都有标准对齐，拿权重和它比。


# %% role="reward"
def attention_maps(model, rows, targets):
    """The weights (B, T, S) of your attention, teacher-forced."""
    memory, state, mask = model.encode(padded(rows))
    inputs = teacher_forcing(targets)[0]
    states = model.decoder(model.target(inputs), initial_state=state)[0].numpy()
    attend = attention_of(model)
    steps = [attend(query, memory.numpy(), mask.numpy())[1] for query in states.swapaxes(0, 1)]
    return np.stack(steps, axis=1)


if check.additive_attention.passed and check.teacher_forcing.passed and check.greedy_decode.passed:
    maps = attention_maps(translator.model, x_test, y_test)
    best = [np.argmax(a[: len(row)], axis=1) for a, row in zip(maps, links_test)]
    hits, said = np.concatenate(best) == np.concatenate(links_test), np.concatenate(y_test)
    times = list(map(data.CHINESE_WORDS.index, "每 天 星期天 冬天 晚上".split()))
    kinds = {
        "classifiers": np.isin(said, list(classifiers)),
        "的": said == data.CHINESE_WORDS.index("的"),
        "time words": np.isin(said, times),
    }
    kinds["all other words"] = ~np.any(list(kinds.values()), axis=0)
    chance = np.mean([1 / len(row) for row, target in zip(x_test, y_test) for _ in target])
    print(f"largest weight on the gold word: {hits.mean():.3f} (a random place: {chance:.3f})")
    for name, rows in kinds.items():
        print(f"  {name:16} {hits[rows].mean():.3f} of {rows.sum()}")

# %% role="reward"
if check.additive_attention.passed and check.teacher_forcing.passed and check.greedy_decode.passed:
    english = [data.ENGLISH_WORDS[word] for word in x_test[sample]]
    link = links_test[sample]
    glosses = [
        f"[classifier of {english[place]}]" if word in classifiers else english[place]
        for word, place in zip(y_test[sample], link)
    ]
    with plt.style.context(plot.STYLE):
        _, ax = plt.subplots(figsize=(7, 4.6))
        shown = maps[sample][: len(link), : len(english)]
        plot.heatmap(shown, rows=glosses, columns=english, ax=ax)
        ax.scatter(link, range(len(link)), s=130, marker="s", facecolors="none", edgecolors="red")
        ax.tick_params(axis="x", rotation=45)
        ax.set(xlabel="English", ylabel="Chinese, word by word in English")
        plt.show()

# %% [markdown] role="caption" alt="A heat map of attention weights: ten English words as columns, the Chinese words, glossed in English, as rows. Red squares mark the gold links. The brightest cell of every row lies in its red square. The path starts at the end of the English sentence, at the time phrase, goes back to the subject, and jumps to the relative clause before it reaches the noun."
# One sentence that was not seen in training; red squares are the gold links. The path is no diagonal: the time phrase comes first,
# the relative clause before its noun, and the classifier looks at the noun that chooses it. The row "that" is 的. The row "night" looks almost as much at "at", next door: the
# printed list says that time words are where the largest weight often lies elsewhere, and the translations are right all the same. With other seeds the same holds of 的, and again every sentence is right (recorded: with initial weights of the seeds 1 to 5 the largest weight is on the gold word in 0.2 to 0.8 of its rows).

# %% [markdown] lang="zh" en="c381147a" alt="注意力权重的热力图：列是 10 个英文词，行是用英文标注的中文词。红框是标准对齐。每行最亮的格都在红框里；路径从英文句尾的时间短语开始，回到主语，再跳到定语从句，最后才到名词。"
# 一句训练时没见过的话，红框是标准对齐。路径不是对角线：时间短语在最前面，定语从句在名词之前，量词看的是决定它的那个名词。标作 that 的那一行是“的”。“night” 那一行把差不多同样多的权重给了旁边的 “at”：从打印的结果看，最大权重常常落在别处的正是时间词，而译文照样是对的。换个种子，“的”也会这样，译文仍然句句都对（只记结果：初始权重换用种子 1 到 5，它的最大权重落在标准位置的比例是 0.2 到 0.8）。

# %% [markdown] role="exercise" anchor="mend"
# ## 4 · Mend a candidate's program
#
# An interview post answers the question with a TensorFlow 1 program. It stops at once, on a name that is read before it is assigned; behind that
# it is wrong in principle. Here are those mistakes in one NumPy function that runs: the encoder is only
# an embedding, the decoder a plain recurrent network, the attention additive. Six bugs are in it. Mend them; the verdict
# says how many are left.

# %% [markdown] lang="zh" en="cb614fb6"
# ## 4 · 改好一份答案
#
# 一篇面试题解用 TensorFlow 1 的程序回答这道题。程序一跑就停（变量没赋值就读），但更要紧的是思路上的错。这些错误都放进了下面这个能跑的 NumPy 函数：编码器只有一层 embedding，解码器是最普通的循环网络，注意力是加性的。里面有六个 bug。请改好，判定会告诉你还剩几个。


# %% role="exercise" tags=["exercise"]
def translation_loss(x, y, p):
    """x (B, S) padded; y (B, T), each row words, then END, then PAD. p: parameters by name.

    Returns the mean of −log p(word) over words and END, and the weights (B, T, S).
    """
    memory = p["source"][x]  # (B, S, d)
    inputs, labels = y[:, :-1], y[:, :-1]
    state, losses, maps = np.tanh(memory[:, 0] @ p["first"]), [], []
    for t in range(inputs.shape[1]):
        state = np.tanh(state @ p["R"])
        keys = np.repeat(state[:, None], x.shape[1], axis=1)
        scores = np.tanh((state @ p["W"])[:, None] + keys @ p["U"]) @ p["v"][:, None]  # (B, S, 1)
        scores = np.where(x[:, :, None] == PAD, -1e9, scores)
        parts = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights = parts / parts.sum(axis=-1, keepdims=True)
        context = (weights * keys).sum(axis=1)
        logits = np.concatenate([state, context], axis=1) @ p["out"]
        chosen = logits[np.arange(len(y)), labels[:, t]]
        losses.append(np.log(np.exp(logits).sum(axis=1)) - chosen)
        maps.append(weights.squeeze(axis=2))
    return np.mean(losses), np.stack(maps, axis=1)


# %% role="exercise" tags=["solution"]
def translation_loss(x, y, p):
    """x (B, S) padded; y (B, T), each row words, then END, then PAD. p: parameters by name.

    Returns the mean of −log p(word) over words and END, and the weights (B, T, S).
    """
    memory = p["source"][x]  # (B, S, d)
    start = np.full((len(y), 1), START)  # nothing is given away
    inputs, labels = np.concatenate([start, y[:, :-1]], axis=1), y  # the label is the next word
    state, losses, maps = np.tanh(memory[:, 0] @ p["first"]), [], []
    for t in range(inputs.shape[1]):
        state = np.tanh(p["target"][inputs[:, t]] + state @ p["R"])  # reads its input
        scores = np.tanh((state @ p["W"])[:, None] + memory @ p["U"]) @ p["v"][:, None]
        scores = np.where(x[:, :, None] == PAD, -1e9, scores)
        parts = np.exp(scores - scores.max(axis=1, keepdims=True))  # over the source
        weights = parts / parts.sum(axis=1, keepdims=True)
        context = (weights * memory).sum(axis=1)  # of the encoder's states
        logits = np.concatenate([state, context], axis=1) @ p["out"]
        chosen = logits[np.arange(len(y)), labels[:, t]]
        losses.append(np.log(np.exp(logits).sum(axis=1)) - chosen)
        maps.append(weights.squeeze(axis=2))
    losses = np.stack(losses, axis=1)  # (B, T)
    return losses[labels != PAD].mean(), np.stack(maps, axis=1)


# %% [markdown] role="hint"
# 1. Once `state` is set, where is `memory` read again? Where are the words in `inputs` read?
# 2. y = 7 8 END. Write inputs and labels as the program makes them. What is the softmax of one number?
# 3. Look for: what stands before the first word; what is predicted from what; whether the state reads it; whose states are scored and averaged; over which axis the softmax runs; what the mean counts.

# %% [markdown] lang="zh" en="8707cc8e"
# 1. `state` 初始化之后，哪里还读了 `memory`？`inputs` 里的词在哪里被读到？
# 2. y = 7 8 END。照程序写出 inputs 和 labels。一个数的 softmax 是多少？
# 3. 依次检查：第一个词前面有什么；由什么预测什么；状态有没有读输入；给谁的状态打分、对谁加权；softmax 沿哪个轴；平均时算了哪些位置。

# %%
check.mend(translation_loss)

# %% role="reward"
if check.mend.passed:
    blank = {name: np.zeros((6, 6)) for name in ("first", "R", "W", "U")} | {"v": np.zeros(6)}
    blank |= {"source": np.zeros((len(data.ENGLISH_WORDS), 6)), "target": np.zeros((57, 6))}
    blank["out"] = np.zeros((12, 57))
    ended = padded([[*row, END] for row in y_test[:8]])
    loss = translation_loss(padded(x_test[:8]), ended, blank)[0]
    print(f"the loss of knowing nothing: {loss:.4f}; ln 57 = {np.log(57):.4f}")

# %% [markdown] role="reward"
# The usual first test, loss = ln V before training, holds. It held for the broken program too: equal logits give ln V whatever is
# compared with what. None of the six bugs raises and none shows in the first loss. What shows most of them: weights that are always 1, a loss
# near 0, and free-running decoding.

# %% [markdown] lang="zh" en="e8cd6472"
# 常用的第一项检查——训练前损失应为 ln V——通过了。可原来那份坏程序也能通过：logits 全相等时，不管拿什么和什么比，都是 ln V。六个 bug 都不报错，也都不影响第一步的损失。能看出其中大部分的是：权重永远是 1，损失接近 0，以及自由解码的结果。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `additive_attention`. Find an input on which it parts from the right one.

# %% [markdown] lang="zh" en="d635eda6"
# ## 找反例
#
# 下面是一个错误的 `additive_attention`。找一个输入，让它和正确答案不一样。

# %% role="hack"
check.additive_attention.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
query, memory = np.ones((1, 1)), np.ones((1, 2, 1))
mask = np.array([[True, False]])  # one word, one pad: the word must get everything
W, U, v = np.ones((1, 1)), np.ones((1, 1)), np.ones(1)
### END SOLUTION
if v is not ...:
    inputs = {"query": query, "memory": memory, "mask": mask, "W": W, "U": U, "v": v}
    check.additive_attention.hack(trap=1, **inputs)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains seq2seq with attention. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="a0f3e8d7"
# ## 挑错
#
# 一位候选人这样讲带注意力的 seq2seq。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 5, 7]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="sentence-accuracy"
# ## The interviewer goes on
#
# **Under teacher forcing 99 % of the words are right. If mistakes are independent, which share of sentences of 20
# words is right?** Answer within 1 %, as a number between 0 and 1.

# %% [markdown] lang="zh" en="ce551765"
# ## 追问
#
# **teacher forcing 下词的正确率是 99%。假设错误相互独立，20 个词的句子整句全对的比例是多少？** 填 0 到 1 之间的数，误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
share = 0.99**20
### END SOLUTION

# %%
check.sentence_accuracy(share)

# %% [markdown] role="follow-up" fold="And free-running?"
# The same 0.99 holds only for a decoder that has been given the right words so far. Free-running, the first mistake puts it on a
# path that it has never seen in training; the next words may go wrong with it. This mismatch is called exposure bias; scheduled
# sampling (S. Bengio et al. 2015) mixes the model's own words into training. For exact match it makes no difference what happens after the first
# mistake: up to there both decoders have read the same words.

# %% [markdown] lang="zh" en="34b3a2ca" fold="自由解码时呢？"
# 0.99 只对“前面的词都是对的”这种情形成立。自由解码时，错了第一个词，就走上了训练时没见过的路，后面可能跟着错。这种不一致叫 exposure bias；scheduled sampling（S. Bengio 等，2015）在训练时混入模型自己说的词。不过对整句精确匹配，第一个错误之后怎样并不重要：在那之前，两种解码读到的词是一样的。

# %% [markdown] role="follow-up" anchor="projections"
# **A decoder calls your `additive_attention` once for each of 20 target words; the source has 17. The source is projected by U how many
# times as often as needed?** Answer with a number.

# %% [markdown] lang="zh" en="d4e7059b"
# **译文有 20 个词，解码器每个词调用一次你的 `additive_attention`；源句有 17 个词。源句乘 U 的投影，总共算的次数是必要次数的几倍？** 填一个数。

# %% role="follow-up"
### BEGIN SOLUTION
factor = 20
### END SOLUTION

# %%
check.projections(factor)

# %% [markdown] role="follow-up" fold="What does a decoder with a KV cache share with this?"
# `memory @ U` depends on the source alone, so Bahdanau et al. compute it once (A.1.2). It is the key of every source word. A Transformer's
# cross-attention keeps its keys and values of the source for the same reason; a KV cache keeps those of the target, which grow by one
# word a step.

# %% [markdown] lang="zh" en="0d05310c" fold="这和 KV Cache 有什么共同点？"
# `memory @ U` 只取决于源句，Bahdanau 等只算一次（A.1.2）。它就是每个源词的 key。Transformer 的交叉注意力出于同样的原因保留源句的 key 和 value；KV Cache 保留的是目标句的，每步多一个词。

# %% [markdown] role="follow-up" fold="The translations are right and some links are wrong. Is the attention map an explanation?"
# It shows which states were mixed, not what was read from them. An encoder state tells of its
# neighbours, so "at" is as good as "night"; above, nearly all misses are of this kind. And two maps can disagree about one translation: recorded, with 96 units and a rate of 0.005 in
# the places of 48 and 0.01, every test sentence came out right too, but not one of the 704 的 looked most at "that": the decoder can know from its own state that a relative clause has just ended. Moradi et al. (2019)
# change the attention of a trained translator and find that 68 % of its function words and 21 % of its content words stay the same.
# Say "looks at", and test a claim about "because of" by an intervention.

# %% [markdown] lang="zh" en="e45421cc" fold="译文对，有的对齐却错了。注意力图算解释吗？"
# 它只说明混合了哪些状态，没说从中读出了什么。编码器的状态带着邻近词的信息，看 “at” 和看 “night” 一样；上面没对上的几乎都属于这种。而且同一句译文可以有两张不同的图：把 48 个单元、学习率 0.01 换成 96 和 0.005（这里只记下结果），测试句照样全部译对，704 个“的”却没有一个最看重 “that”，因为解码器从自己的状态就能知道定语从句刚说完。Moradi 等（2019）改动训练好的翻译模型的注意力，68% 的功能词和 21% 的实词译出来不变。可以说“看了哪里”；要说“因为什么”，得做干预实验。

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
# > A bidirectional encoder leaves one state per source word. At each step the decoder scores every state against its own, hides the pads, takes the
# > softmax over the source and reads the weighted sum. So no single vector has to hold the sentence. Training is teacher forcing: target
# > shifted by one, start in front, end as the last label, pads not counted. At test time the decoder reads its own words. I show the gain by exact match
# > against sentence length, beside the same model without attention and word-by-word translation, and I score the map against
# > gold links before I believe it.
#
# Classic mistakes: softmax over an axis of size 1; pads that get weight; target = input; no start or no end; a score under teacher forcing sold as translation.

# %% [markdown] lang="zh" en="f18df76d" fold="一分钟版本"
# > 双向编码器给每个源词留一个状态。每一步，解码器用自己的状态给每个源词状态打分，屏蔽 pad，沿源句做 softmax，读出加权和。这样就不必用一个向量装下整句。训练用 teacher forcing：目标句错开一位，前面是起始符，最后一个标签是结束符，pad 不计损失。测试时解码器读自己说的词。收益怎么证明：按句长看精确匹配，旁边放其余相同、只是没有注意力的模型，再放逐词翻译；注意力图先和标准对齐比过再信。
#
# 常见错误：softmax 沿长度为 1 的轴做；pad 分到权重；目标等于输入；没有起始符或结束符；拿 teacher forcing 下的分数当翻译成绩。

# %% [markdown] role="reference"
# ## References
#
# - Bahdanau, Cho & Bengio 2014, *Neural machine translation by jointly learning to align and translate*, arXiv:1409.0473: §3.1 (equations 4–6), §3.2 (bidirectional encoder), §5.2.2 (long sentences), A.1.2 (the score).
# - Luong, Pham & Manning 2015, *Effective approaches to attention-based neural machine translation*, arXiv:1508.04025, §3.1.
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*, §10.2.1 (teacher forcing), §10.4 (encoder–decoder).
# - S. Bengio, Vinyals, Jaitly & Shazeer 2015, *Scheduled sampling for sequence prediction with recurrent neural networks*, NIPS.
# - Moradi, Kambhatla & Sarkar 2019, *Interrogating the explanatory power of attention in neural machine translation*, arXiv:1910.00139, abstract.

# %% [markdown] lang="zh" en="ba38d9ae"
# ## 参考文献
#
# - Bahdanau, Cho & Bengio 2014, *Neural machine translation by jointly learning to align and translate*, arXiv:1409.0473：§3.1（公式 4–6）、§3.2（双向编码器）、§5.2.2（长句）、A.1.2（分数）。
# - Luong, Pham & Manning 2015, *Effective approaches to attention-based neural machine translation*, arXiv:1508.04025，§3.1。
# - Goodfellow, Bengio & Courville 2016, *Deep Learning*，§10.2.1（teacher forcing）、§10.4（编码器–解码器）。
# - S. Bengio, Vinyals, Jaitly & Shazeer 2015, *Scheduled sampling for sequence prediction with recurrent neural networks*, NIPS。
# - Moradi, Kambhatla & Sarkar 2019, *Interrogating the explanatory power of attention in neural machine translation*, arXiv:1910.00139，摘要。
