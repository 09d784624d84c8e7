"""Attention for sequence to sequence: scores, the teacher-forced batch, greedy decoding, the loss.

The references go sentence by sentence and word by word, in loops: no mask is ever needed there,
because a sentence is cut to its own words first.
"""

import math

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.program import Program
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text

PAD, START, END = 0, 1, 2


def normal(rng, *shape):
    """Normal numbers with one decimal, so that a verdict showing them can be followed by hand."""
    return rng.normal(size=shape).round(1)


# ---- additive_attention ------------------------------------------------------------------------


def _additive_attention(query, memory, mask, W, U, v):
    B, S, h = memory.shape
    context, weights = np.zeros((B, h)), np.zeros((B, S))
    for b in range(B):
        words = np.flatnonzero(mask[b])
        scores = [math.fsum(v * np.tanh(query[b] @ W + memory[b, s] @ U)) for s in words]
        parts = [math.exp(score - max(scores)) for score in scores]
        for s, part in zip(words, parts, strict=True):
            weights[b, s] = part / math.fsum(parts)
            context[b] += weights[b, s] * memory[b, s]
    return context, weights


def _usable(query, memory, mask, W, U, v):
    shapes = memory.shape[:2] == mask.shape and query.shape[0] == memory.shape[0]
    finite = all(np.isfinite(a).all() for a in (query, memory, W, U, v))
    return mask.dtype == bool and shapes and finite and mask.any(axis=1).all()


def _attending(
    inner=np.tanh,
    hide=lambda scores, mask: np.where(mask, scores, -np.inf),
    normalise=None,
    after=lambda weights, mask: weights,
    values=lambda memory, U: memory,
):
    """Additive attention with one line exchanged."""

    def softmax(scores):
        parts = np.exp(scores - scores.max(axis=1, keepdims=True))
        return parts / parts.sum(axis=1, keepdims=True)

    def additive_attention(query, memory, mask, W, U, v):
        scores = inner((query @ W)[:, None] + memory @ U) @ v
        weights = after((normalise or softmax)(hide(scores, mask)), mask)
        return (weights[:, :, None] * values(memory, U)).sum(axis=1), weights

    return additive_attention


def _sentences(rng, B, S, d, h, a, scale=1.0):
    """Inputs with a ragged mask; every sentence has at least one word."""
    lengths = rng.integers(1, S, size=B)
    lengths[0], lengths[-1] = S, max(1, S - 2)
    mask = np.arange(S) < lengths[:, None]
    sizes = [(B, d), (B, S, h), (d, a), (h, a), (a,)]
    query, memory, W, U, v = (normal(rng, *size) for size in sizes)
    return query, memory, mask, W, U, scale * v


additive_attention = Check(_additive_attention, returns=("context", "weights"), domain=_usable)
# Two sentences of three places, h = a = 1: by hand. The first has one pad, the second none.
additive_attention.case(
    np.array([[1.0], [0.0]]),
    np.array([[[2.0], [-1.0], [4.0]], [[1.0], [0.0], [3.0]]]),
    np.array([[True, True, False], [True, True, True]]),
    np.array([[1.0]]),
    np.array([[0.5]]),
    np.array([2.0]),
    en="the words share the weight by softmax of v · tanh(qW + hU); a pad gets none",
    zh="各个词按 v · tanh(qW + hU) 的 softmax 分配权重，pad 分不到",
)
additive_attention.case(
    *_sentences(np.random.default_rng(1), 3, 5, 2, 4, 6),
    en="B = 3, S = 5, d = 2, h = 4, a = 6: five different sizes",
    zh="B = 3、S = 5、d = 2、h = 4、a = 6，五个尺寸各不相同",
)
additive_attention.case(
    *_sentences(np.random.default_rng(2), 4, 6, 3, 2, 5, scale=1000.0),
    en="scores in the thousands neither overflow nor turn into nan",
    zh="分数上千时不溢出，也不变成 nan",
)


@additive_attention.property(
    en="the weight on a pad is exactly 0, whatever stands there, and the words share 1",
    zh="pad 上的权重精确为 0，无论那里存的是什么；各个词的权重之和为 1",
)
def _(answer):
    query, memory, mask, W, U, v = _sentences(np.random.default_rng(3), 4, 7, 3, 5, 2)
    memory[~mask] = 1e3
    mask[0, [0, 3]] = False  # pads need not stand at the end
    given = {"mask": mask.copy(), "memory on pads": 1e3}
    context, weights = answer(query, memory, mask.copy(), W, U, v)
    weights = np.asarray(weights, dtype=float)
    bounded = bool(np.abs(np.asarray(context, dtype=float)[1:]).max() < 10)
    return Evidence(
        given=given,
        expected={"largest weight on a pad": 0.0, "sums are 1": True, "pads stay out": True},
        got={
            "largest weight on a pad": float(np.abs(weights[~mask]).max()),
            "sums are 1": bool(np.allclose(np.where(mask, weights, 0).sum(axis=1), 1, atol=1e-5)),
            "pads stay out": bounded,
        },
        tolerance=0.0,
        names_zh={
            "largest weight on a pad": "pad 上的最大权重",
            "sums are 1": "权重之和为 1",
            "pads stay out": "pad 没有混入 context",
        },
    )


@additive_attention.fresh(en="fresh random sentences", zh="新的随机句子")
def _(rng):
    return _sentences(rng, 3, 6, 4, 2, 5)


def candidate(query, memory, mask, W, U, v):
    scores = np.tanh((query @ W)[:, None] + memory @ U) @ v
    scores = scores * mask
    parts = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = parts / parts.sum(axis=1, keepdims=True)
    return (weights[:, :, None] * memory).sum(axis=1), weights


additive_attention.trap(
    candidate,
    en="A score of 0 is a score like any other: e⁰ = 1 takes its share of the sum. A hidden score "
    "is −∞.",
    zh="分数 0 也是正常的分数：e⁰ = 1，照样分走一份。要屏蔽，分数得是 −∞。",
    ask_en="All words score −3 and a pad 0. Who gets most of the weight?",
    ask_zh="所有词的分数都是 −3，pad 是 0，谁分到的权重最大？",
)
additive_attention.trap(
    _attending(hide=lambda scores, mask: scores),
    en="The mask is not used: pads receive weight, and the context depends on how far the batch "
    "was padded.",
    zh="没有用 mask：pad 分到了权重，context 会随 batch 补了多长而变。",
)
additive_attention.trap(
    _attending(
        hide=lambda scores, mask: scores, after=lambda weights, mask: np.where(mask, weights, 0)
    ),
    en="The pads are zeroed after the softmax, so the words' weights no longer sum to 1. Hide "
    "the scores before it.",
    zh="softmax 之后才把 pad 置零，剩下的权重之和就不到 1 了。应在 softmax 之前屏蔽分数。",
)
additive_attention.trap(
    _attending(inner=lambda z: z),
    en="Without tanh the query adds the same number to every score of its sentence, and softmax "
    "cancels it: the weights no longer depend on the query.",
    zh="去掉 tanh，query 给同一句的每个分数加的是同一个数，softmax 一约就没了：权重与 query 无关。",
    ask_en="Two different queries on one sentence: do your weights differ?",
    ask_zh="同一句话换一个 query，你的权重变吗？",
)
additive_attention.trap(
    _attending(normalise=lambda scores: _over(scores, axis=0)),
    en="The softmax runs over the batch: sentences compete with each other. It belongs over the "
    "source words, axis 1.",
    zh="softmax 沿 batch 做了，变成句子之间竞争。应沿源句的词，也就是 axis 1。",
)
additive_attention.trap(
    _attending(normalise=lambda scores: np.where(np.isfinite(scores), 1.0, 0.0)),
    en="Every word has weight 1: the softmax ran over an axis of size 1, where there is nothing to "
    "share with.",
    zh="每个词的权重都是 1：softmax 沿着长度为 1 的轴做了，没有谁和它分。",
    ask_en="What shape have your scores, and which axis is the source sentence?",
    ask_zh="你的分数是什么形状？哪个轴是源句？",
)
additive_attention.trap(
    _attending(normalise=lambda scores: np.exp(scores) / np.exp(scores).sum(1, keepdims=True)),
    en="exp overflows for scores in the thousands, and inf / inf is nan. Subtract each row's "
    "maximum first.",
    zh="分数上千时 exp 溢出，inf / inf 得 nan。先减去每行的最大值。",
)
additive_attention.trap(
    _attending(values=lambda memory, U: memory @ U),
    en="The weights average the projections memory @ U. They belong on the encoder states "
    "themselves; U only serves the scores.",
    zh="加权平均用的是投影 memory @ U。应该平均编码器状态本身，U 只用来算分数。",
)
additive_attention.trap(
    _attending(hide=lambda scores, mask: np.where(mask, scores, -10.0)),
    en="−10 is small beside ordinary scores, not beside all: the pads keep a trace of weight. Use "
    "−∞, or −1e9.",
    zh="−10 只是比一般的分数小，pad 还留着一点权重。用 −∞ 或 −1e9。",
)
additive_attention.trap(
    _attending(hide=lambda scores, mask: np.where(mask, -1e9, scores)),
    en="The mask is read upside down: True marks a word, and words are what is attended to.",
    zh="mask 用反了：True 表示词，要看的正是词。",
)


def _renormalised(weights, mask):
    kept = weights * mask
    with np.errstate(invalid="ignore"):  # 0 / 0 is this mistake; the verdict shows the nan
        return kept / kept.sum(axis=1, keepdims=True)


additive_attention.trap(
    _attending(
        hide=lambda scores, mask: scores,
        after=_renormalised,
    ),
    en="The softmax still sees the pads, and what is left is renormalised. On paper that is equal; "
    "when a pad scores far above every word, all the words' parts round to 0, and 0 / 0 is nan.",
    zh="softmax 仍把 pad 算在内，之后再归一化。纸上两者相等；但若 pad 的分数远高于所有词，"
    "词的那几项全部下溢为 0，0 / 0 得 nan。",
    ask_en="A word scores 0 and a pad 1000: what is left to renormalise?",
    ask_zh="词的分数是 0，pad 是 1000：拿什么来归一化？",
)


def _over(scores, axis):
    scores = np.where(np.isfinite(scores), scores, -1e9)
    parts = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return parts / parts.sum(axis=axis, keepdims=True)


# ---- teacher_forcing ---------------------------------------------------------------------------


def _teacher_forcing(targets, pad=PAD, start=START, end=END):
    B, T = len(targets), 1 + max(map(len, targets))
    inputs, labels, mask = np.full((B, T), pad), np.full((B, T), pad), np.zeros((B, T), bool)
    for b, words in enumerate(targets):
        for t in range(len(words) + 1):
            inputs[b, t] = words[t - 1] if t else start
            labels[b, t] = words[t] if t < len(words) else end
            mask[b, t] = True
    return inputs, labels, mask


def _rows(rows, pad, left=False):
    width = max(map(len, rows))
    filled = [[pad] * (width - len(row)) for row in rows]
    pairs = zip(rows, filled, strict=True)
    return np.array([[*fill, *row] if left else [*row, *fill] for row, fill in pairs])


def _batch(inputs, labels, counted=None, left=False):
    """teacher_forcing whose rows are made by `inputs(words, start, end)` and `labels(…)`."""

    def teacher_forcing(targets, pad=PAD, start=START, end=END):
        given, wanted = (
            _rows([make(list(words), start, end) for words in targets], pad, left)
            for make in (inputs, labels)
        )
        mask = _rows([[True] * len(labels(list(w), start, end)) for w in targets], False, left)
        return given, wanted, mask if counted is None else counted(wanted, mask, end)

    return teacher_forcing


def _started(words, start, end):
    return [start, *words]


def _ended(words, start, end):
    return [*words, end]


def _late_end(targets, pad=PAD, start=START, end=END):
    inputs, labels, mask = _teacher_forcing(targets, pad, start, end)
    for b, words in enumerate(targets):
        labels[b, len(words)] = pad
        labels[b, -1] = end
    return inputs, labels, mask


teacher_forcing = Check(_teacher_forcing, returns=("inputs", "labels", "mask"))
teacher_forcing.case(
    [[7, 8, 9], [5]],
    en="the input is one word behind the label; a row is <start> … and … <end>",
    zh="输入比标签晚一个词；一行是 <start> …，对应 … <end>",
)
teacher_forcing.case(
    [[4], [6, 5], [4, 4, 4, 9], [8, 7, 6]],
    en="four sentences of different lengths",
    zh="四个长短不一的句子",
)
teacher_forcing.case(
    [[3, 0, 2], [1], [2, 1]],
    pad=9,
    start=7,
    end=8,
    en="pad, start and end are what the caller says, here 9, 7 and 8; 0, 1 and 2 are words",
    zh="pad、start、end 由调用者指定，这里是 9、7、8；0、1、2 是普通的词",
)
teacher_forcing.case(
    [[], [5, 6]],
    en="an empty sentence is <start>, then <end>",
    zh="空句子就是 <start> 之后接 <end>",
)


@teacher_forcing.property(
    en="inputs and labels are integers, they index an embedding; the mask is boolean",
    zh="inputs 和 labels 是整数，要用来查 embedding；mask 是布尔值",
)
def _(answer):
    parts = [np.asarray(part) for part in answer([[7, 8, 9], [5]])]
    kinds = [np.integer, np.integer, np.bool_]
    fits = [bool(np.issubdtype(p.dtype, kind)) for p, kind in zip(parts, kinds, strict=True)]
    return Evidence(
        given={"targets": [[7, 8, 9], [5]]},
        expected={"inputs are integers": True, "labels are integers": True, "mask is bool": True},
        got=dict(
            zip(["inputs are integers", "labels are integers", "mask is bool"], fits, strict=True)
        ),
        names_zh={
            "inputs are integers": "inputs 是整数",
            "labels are integers": "labels 是整数",
            "mask is bool": "mask 是布尔值",
        },
    )


@teacher_forcing.fresh(en="fresh random sentences", zh="新的随机句子")
def _(rng):
    return ([rng.integers(3, 60, size=n).tolist() for n in rng.integers(1, 9, size=5)],)


teacher_forcing.trap(
    _batch(_ended, _ended),
    en="Input and label are the same row: the decoder is asked for the word it has just been "
    "given. Copying brings the loss to 0, and free-running it can do nothing.",
    zh="输入和标签是同一行：要解码器预测的正是刚喂给它的词。照抄就能把损失降到 0，"
    "自由解码时什么都不会。",
    ask_en="At step 0, what may the decoder have seen of the target?",
    ask_zh="第 0 步，解码器可以看到目标句的哪些词？",
)
teacher_forcing.trap(
    _batch(lambda w, s, e: w, lambda w, s, e: [*w[1:], e][: max(len(w), 1)]),
    en="The row does not begin with <start>: the first word is given and never predicted, so at "
    "test time nothing can begin.",
    zh="每行开头没有 <start>：第一个词是给定的，从没预测过，测试时就没法起头。",
)
teacher_forcing.trap(
    _batch(lambda w, s, e: [s, *w[:-1]], lambda w, s, e: w),
    en="No label is <end>: the decoder never learns to stop.",
    zh="标签里没有 <end>：解码器永远学不会停。",
)
teacher_forcing.trap(
    _batch(_ended, _started),
    en="The shift goes the wrong way: the label is the word before the input. The label at t is "
    "the input at t + 1.",
    zh="错位的方向反了：标签成了输入的前一个词。t 处的标签应是 t + 1 处的输入。",
)
teacher_forcing.trap(
    _late_end,
    en="<end> stands in the last column of every row, behind the pads. It follows the sentence's "
    "own last word.",
    zh="每行的 <end> 都放在最后一列、pad 之后。它应紧跟这句话自己的最后一个词。",
)
teacher_forcing.trap(
    _batch(_started, _ended, counted=lambda labels, mask, end: mask & (labels != end)),
    en="The mask leaves out <end>: it is in the labels and costs nothing, so stopping is not "
    "learnt.",
    zh="mask 把 <end> 排除了：标签里有它，却不计损失，还是学不会停。",
)
teacher_forcing.trap(
    _batch(_started, _ended, left=True),
    en="The rows are padded on the left. Here pads stand behind the sentence, so that every "
    "decoder starts with <start> at t = 0.",
    zh="pad 补在了左边。这里要补在句子后面，让每一句都在 t = 0 从 <start> 开始。",
)
teacher_forcing.trap(
    _batch(_started, _ended, counted=lambda labels, mask, end: np.ones_like(mask)),
    en="The mask is True on pads too: their loss is easy, and it dilutes that of the words.",
    zh="mask 在 pad 上也是 True：pad 的损失很容易降，会冲淡词的损失。",
)


# ---- greedy_decode -----------------------------------------------------------------------------


class Script:
    """A decoder that knows its lines and says them as long as it is fed its own last word."""

    def __init__(self, lines, start=START, other=3, vocabulary=12):
        self.lines, self.start, self.other, self.vocabulary = lines, start, other, vocabulary
        self.calls = 0
        self.shown = Text(
            f"row b says lines[b], fed its own last word; lines = {lines}",
            f"喂回自己刚说的词，第 b 行就照 lines[b] 往下说；lines = {lines}",
        )

    def __call__(self, words, state):
        self.calls += 1
        words, state = np.asarray(words), np.asarray(state)
        logits = -1.0 - (np.arange(self.vocabulary) + np.arange(len(self.lines))[:, None]) % 5
        for b, line in enumerate(self.lines):
            place = int(state[b])
            fits = place < len(line) and int(words[b]) == [self.start, *line][place]
            logits[b, line[place] if fits else self.other + (place > 0)] = 0.5
        return logits, state + 1


def _greedy_decode(step, state, batch, start=START, end=END, max_length=20):
    said = [[start] for _ in range(batch)]
    for _ in range(max_length):
        logits, state = step(np.array([row[-1] for row in said]), state)
        for row, scores in zip(said, logits, strict=True):
            row.append(max(range(len(scores)), key=scores.__getitem__))
        if all(end in row[1:] for row in said):
            break
    return [row[1 : row.index(end, 1)] if end in row[1:] else row[1:] for row in said]


def _decoding(
    feed=lambda said, start: said,
    carry=lambda old, new: new,
    ended=lambda words, end: words == end,
    any_stops=False,
    keep_end=False,
    keep_on=False,
    steps=lambda n: n,
    axis=1,
):
    """Greedy decoding with one line exchanged."""

    def greedy_decode(step, state, batch, start=START, end=END, max_length=20):
        words, done = np.full(batch, start), np.zeros(batch, bool)
        out = [[] for _ in range(batch)]
        for _ in range(steps(max_length)):
            logits, new = step(feed(words, np.full(batch, start)), state)
            state = carry(state, new)
            words = np.asarray(logits).argmax(axis=axis)[:batch]
            now = ended(words, end)
            for b in range(batch):
                if (not done[b] or keep_on) and (not now[b] or (keep_end and not done[b])):
                    out[b].append(int(words[b]))
            done |= now
            if done.any() if any_stops else done.all():
                break
        return out

    return greedy_decode


def _scripted(lines, **options):
    return Script(lines, **options), np.zeros(len(lines), int), len(lines)


greedy_decode = Check(_greedy_decode)
greedy_decode.case(
    *_scripted([[5, 7, 6, 2], [6, 2]]),
    en="each word said is the next input; a sentence is over at its own <end>, which is left out",
    zh="说出的词就是下一步的输入；每句到自己的 <end> 为止，<end> 不算在内",
)
greedy_decode.case(
    *_scripted([[2], [4, 4, 5, 2], [9, 8, 2]]),
    en="a sentence may be empty while others go on",
    zh="有的句子可以是空的，别的句子继续",
)
greedy_decode.case(
    *_scripted([[4, 5, 6, 7, 8, 9, 2], [5, 2]]),
    max_length=4,
    en="at most max_length words, here 4",
    zh="最多 max_length 个词，这里是 4",
)
greedy_decode.case(
    *_scripted([[1, 2, 1, 9], [2, 9], [1, 1, 1, 9]], start=7, other=0),
    start=7,
    end=9,
    en="start and end are what the caller says, here 7 and 9; 1 and 2 are words",
    zh="start、end 由调用者指定，这里是 7 和 9；1、2 是普通的词",
)


@greedy_decode.property(
    en="step is not called again when every sentence has ended",
    zh="所有句子都结束后不再调用 step",
)
def _(answer):
    step, state, batch = _scripted([[5, 6, 2], [7, 2]])
    answer(step, state, batch, max_length=50)
    return Evidence(
        given={"step": step, "max_length": 50},
        expected=3,
        got=step.calls,
        relation="at most",
    )


@greedy_decode.fresh(en="fresh random lines", zh="新的随机台词")
def _(rng):
    lines = [[*rng.integers(4, 12, size=n).tolist(), 2] for n in rng.integers(0, 7, size=4)]
    return _scripted(lines)


greedy_decode.trap(
    _decoding(feed=lambda said, start: start),
    en="Every step is fed <start>. The decoder's own last word is the next input; that is what "
    "free-running means.",
    zh="每一步喂的都是 <start>。应把刚说出的词作为下一步的输入，这才是自由解码。",
)
greedy_decode.trap(
    _decoding(carry=lambda old, new: old),
    en="The state that step returns is thrown away: each step starts from the first state again.",
    zh="step 返回的新状态被丢掉了：每一步都从最初的状态重新开始。",
)
greedy_decode.trap(
    _decoding(keep_end=True),
    en="<end> is kept in the sentences. It ends them and is no word of them.",
    zh="结果里留下了 <end>。它表示结束，不是句子里的词。",
)
greedy_decode.trap(
    _decoding(any_stops=True),
    en="Decoding stops as soon as one sentence has ended: the others are cut off. Wait for all.",
    zh="有一句结束就全停了，其余的被截断。要等所有句子都结束。",
)
greedy_decode.trap(
    _decoding(keep_on=True),
    en="A sentence that has ended keeps collecting words while others go on. Remember which are "
    "done.",
    zh="已经结束的句子还在继续收词，因为别的句子没结束。要记住哪些已经结束。",
    ask_en="What does a decoder say after its <end>?",
    ask_zh="解码器说完 <end> 之后还会说什么？",
)
greedy_decode.trap(
    _decoding(steps=lambda n: n - 1),
    en="One word short: max_length counts the words said, and <start> is none of them.",
    zh="少了一个词：max_length 数的是说出的词，<start> 不算。",
)
greedy_decode.trap(
    _decoding(ended=lambda words, end: words == END),
    en="The end is looked for as 2 whatever `end` says.",
    zh="不管 `end` 是几，都拿 2 当结束。",
)


def _everything(step, state, batch, start=START, end=END, max_length=20):
    words, said = np.full(batch, start), [[] for _ in range(batch)]
    for _ in range(max_length):
        logits, state = step(words, state)
        words = np.asarray(logits).argmax(axis=1)
        for row, word in zip(said, words, strict=True):
            row.append(int(word))
        if (words == end).all():
            break
    return said


greedy_decode.trap(
    _everything,
    en="Every word of every step is collected, <end> and what follows it too, and decoding stops "
    "only if all rows say <end> at the same step. Remember for each row that it is over.",
    zh="每一步的词全都收下了，<end> 和它后面的也在内；而且要所有行在同一步说 <end> 才停。"
    "要逐行记住谁已经结束。",
    ask_en="The first row says <end> at step 4, the second at step 2. When are all equal to <end>?",
    ask_zh="第一行在第 4 步说 <end>，第二行在第 2 步。什么时候全都等于 <end>？",
)


def _to_the_last(step, state, batch, start=START, end=END, max_length=20):
    words, said = np.full(batch, start), []
    for _ in range(max_length):
        logits, state = step(words, state)
        words = np.asarray(logits).argmax(axis=1)
        said.append(words.tolist())
    rows = [list(row) for row in zip(*said, strict=True)]
    return [row[: row.index(end)] if end in row else row for row in rows]


greedy_decode.trap(
    _to_the_last,
    en="The sentences are right, and step still ran to max_length. Stop when all have ended.",
    zh="句子是对的，但 step 一直跑到了 max_length。全部结束就该停。",
)


# ---- mend --------------------------------------------------------------------------------------


def _program(bugs):
    """The candidate's loss with exactly these bugs."""

    def translation_loss(x, y, p):
        memory = p["source"][x]
        if "no_start" not in bugs:
            y = np.concatenate([np.full((len(y), 1), START), y], axis=1)
        inputs, labels = y[:, :-1], y[:, :-1] if "unshifted" in bugs else y[:, 1:]
        state, losses, maps = np.tanh(memory[:, 0] @ p["first"]), [], []
        for t in range(inputs.shape[1]):
            given = 0 if "blind" in bugs else p["target"][inputs[:, t]]
            state = np.tanh(given + state @ p["R"])
            keys = state[:, None] + 0 * memory if "own_state" in bugs else memory
            scores = np.tanh((state @ p["W"])[:, None] + keys @ p["U"]) @ p["v"][:, None]
            scores = np.where(x[:, :, None] == PAD, -1e9, scores)
            weights = np.ones(scores.shape) if "one_axis" in bugs else _over(scores, axis=1)
            logits = np.concatenate([state, (weights * keys).sum(axis=1)], axis=1) @ p["out"]
            logits = logits - logits.max(axis=1, keepdims=True)
            total = np.log(np.exp(logits).sum(axis=1))
            losses.append(total - logits[np.arange(len(y)), labels[:, t]])
            maps.append(weights[:, :, 0])
        losses, counts = np.stack(losses, axis=1), labels != PAD
        loss = losses.mean() if "pad_loss" in bugs else losses[counts].mean()
        return loss, np.stack(maps, axis=1)

    return translation_loss


def _pairs(rng, lengths, d=4, a=3, words=9):
    """Padded sources, targets that end with <end>, and parameters."""
    sources = [rng.integers(3, words, size=n).tolist() for n, _ in lengths]
    targets = [[*rng.integers(3, words, size=n).tolist(), END] for _, n in lengths]
    sizes = {"source": (words, d), "target": (words, d), "first": (d, d), "R": (d, d)}
    sizes |= {"W": (d, a), "U": (d, a), "v": (a,), "out": (2 * d, words)}
    p = {name: normal(rng, *size) for name, size in sizes.items()}
    return _rows(sources, PAD), _rows(targets, PAD), p


mend = Program(_program, returns=("loss", "weights"))
mend.case(
    *_pairs(np.random.default_rng(0), [(3, 2), (2, 4)]),
    en="the mean of −log p over the words and <end>, and who looked where",
    zh="词和 <end> 的 −log p 的平均，以及每一步看了哪里",
)
mend.case(
    *_pairs(np.random.default_rng(1), [(5, 3), (2, 1), (4, 5)], d=3, a=2),
    en="three other pairs",
    zh="另外三对句子",
)

_LARGE = _pairs(np.random.default_rng(2), [(3, 2), (4, 1), (4, 3)])
mend.case(
    *_LARGE[:2],
    {**_LARGE[2], "v": 1000 * _LARGE[2]["v"]},
    en="scores in the thousands",
    zh="分数上千",
)

mend.case(
    *_pairs(np.random.default_rng(3), [(3, 4)]),
    en="a batch of one",
    zh="batch 为 1",
)


@mend.fresh(en="fresh random pairs", zh="新的随机句对")
def _(rng):
    return _pairs(rng, [(4, 3), (2, 5), (3, 1)])


mend.bug(
    "no_start",
    en="The decoder's first input is the first word of the target, which is then never predicted. "
    "<start> goes in front.",
    zh="解码器的第一个输入就是目标句的第一个词，于是它从没被预测过。前面要加 <start>。",
)
mend.bug(
    "unshifted",
    en="The label is the input itself: copying brings this loss to 0. The label is the next word.",
    zh="标签就是输入本身：照抄就能让损失降到 0。标签应是下一个词。",
)
mend.bug(
    "blind",
    en="The state never reads the decoder's input: `inputs` is cut out and then not used.",
    zh="状态没有读解码器的输入：`inputs` 切出来之后再没用过。",
)
mend.bug(
    "own_state",
    en="Scores and context come from the decoder's own state, repeated. The encoder's states, "
    "`memory`, are what attention is for.",
    zh="分数和 context 都来自解码器自己的状态。注意力要看的是编码器的状态 `memory`。",
)
mend.bug(
    "one_axis",
    en="The softmax runs over an axis of size 1, so every weight is exactly 1. The source is "
    "axis 1.",
    zh="softmax 沿长度为 1 的轴做，权重全都恰好是 1。源句在 axis 1。",
    ask_en="`scores` is (B, S, 1). What is the softmax of a single number?",
    ask_zh="`scores` 是 (B, S, 1)。一个数的 softmax 是多少？",
)
mend.bug(
    "pad_loss",
    en="The mean counts the pads behind short sentences. Only labels that are no pad count.",
    zh="平均值把短句后面的 pad 也算进去了。只算不是 pad 的标签。",
)


# ---- on paper ----------------------------------------------------------------------------------

sentence_accuracy = Estimate(0.99**20, unit="of the sentences", unit_zh="的句子", rtol=0.01)
sentence_accuracy.trap(
    0.99,
    en="This is the share of the words. A sentence is right only when all its 20 words are.",
    zh="这是词的正确率。20 个词全对，句子才算对。",
)
sentence_accuracy.trap(
    0.8,
    en="1 − 20 × 0.01 counts sentences with two mistakes twice. All right is 0.99 to the 20th.",
    zh="1 − 20 × 0.01 把错了两处的句子减了两次。全对的概率是 0.99 的 20 次方。",
)
projections = Estimate(20.0, unit="times", unit_zh="倍", rtol=0.01)
projections.trap(
    17.0,
    en="17 source words are projected each time. The question is how many times too often.",
    zh="每次要投影 17 个源词。问的是多做了几倍。",
)
projections.trap(
    340.0,
    en="340 = 20 × 17 is the number of projected words; done once it is 17. The factor is their "
    "ratio.",
    zh="340 = 20 × 17 是投影的总词数，只做一次是 17。倍数是两者之比。",
)

flaws = Flaws()
flaws.false(
    en="Attention first sums the encoder's states over time and then scores the sum.",
    zh="注意力先把编码器各时刻的状态加起来，再给这个和打分。",
    because_en="Each state gets a score of its own; the weighted sum comes after. One sum has "
    "nothing to choose from.",
    because_zh="每个状态各有各的分数，之后才加权求和。先加成一个，就没得选了。",
    source="Bahdanau et al. 2014, eq. 5 and 6",
)
flaws.true(
    en="Without attention, everything the decoder knows of the source passes through one vector "
    "of fixed size.",
    zh="没有注意力时，解码器对源句的全部了解都来自一个长度固定的向量。",
)
flaws.false(
    en="In training the decoder's input is also its target, so teacher forcing needs no shift.",
    zh="训练时解码器的输入就是它的目标，teacher forcing 不用错位。",
    because_en="The input is the previous word. Unshifted, copying solves the task.",
    because_zh="输入是前一个词。不错位，照抄就完成了任务。",
    source="Goodfellow et al. 2016, §10.2.1",
)
flaws.true(
    en="The weights of one step are a distribution over the source words and sum to 1.",
    zh="每一步的权重是源句各词上的一个分布，和为 1。",
)
flaws.false(
    en="At test time we feed the reference translation as decoder input and take the argmax.",
    zh="测试时把参考译文作为解码器输入，再取 argmax。",
    because_en="There is no reference at test time: the decoder reads its own last word. Fed the "
    "reference, it is told every word but the next.",
    because_zh="测试时没有参考译文：解码器读的是自己刚说的词。喂参考译文，"
    "等于除了下一个词全都告诉它了。",
    source="Goodfellow et al. 2016, §10.2.1",
)
flaws.true(
    en="A classifier such as 匹 is decided by the noun, which in English stands behind the "
    "numeral.",
    zh="量词（如“匹”）由名词决定，而英语里名词在数词后面。",
)
flaws.false(
    en="A correct translation proves that the largest weight lies on the word being translated.",
    zh="译文正确，就说明权重最大的位置正是被译的那个词。",
    because_en="Encoder states know their neighbours, so the decoder can read a word next door. "
    "In this lesson nearly all translations are right and some links are not.",
    because_zh="编码器的状态带有邻近词的信息，看旁边的词也能译对。这一课里译文几乎全对，"
    "对齐却有错的。",
    source="Moradi et al. 2019, arXiv:1910.00139; measured here",
    source_zh="Moradi et al. 2019, arXiv:1910.00139；本课实测",
)

say = Say(
    model_en="""
The encoder, a bidirectional RNN, leaves one state for every source word.
At each step the decoder scores every encoder state against its own state, with v · tanh(Wq + Uh).
Pads are masked before the softmax, so the weights are a distribution over the real words.
The context is the weighted sum of the encoder states and helps to predict the next word.
Without it one vector of fixed size has to carry the whole sentence, and long sentences suffer.
In training I use teacher forcing: the input is the target shifted by one, behind a start token.
At test time the decoder is free-running: it reads its own last word until the end token.
I compare exact match with a model without attention, by length, and the weights with gold links.
""",
    model_zh="""
编码器是双向 RNN，给每个源词留下一个状态。
解码的每一步，用解码器状态给每个编码器状态打分：v · tanh(Wq + Uh)。
softmax 之前用掩码屏蔽 pad，权重就是真实词上的一个分布。
context 是编码器状态的加权和，帮助预测下一个词。
没有它，一个长度固定的向量要装下整句话，句子一长就不行。
训练用 teacher forcing：输入是目标句错开一位，前面加起始符。
测试时自由解码：解码器读自己刚说的词，直到结束符。
评测看精确匹配，按长度和没有注意力的模型比；权重再和标准对齐比。
""",
)
_EN, _ZH = r"[^.;]{0,50}", r"[^。；]{0,20}"
say.point(
    en="every encoder state gets a score against the decoder's state",
    zh="每个编码器状态都和解码器状态算一个分数",
    found_en=[
        r"\b(scor|compar|match)\w*" + _EN + r"\b(encoder|source|state|position)",
        r"\b(encoder|source|state)\w*" + _EN + r"\b(scor|compar)\w*",
        r"v\s*[·*]?\s*tanh",
    ],
    found_zh=[
        r"(打分|分数|算分|比较|匹配)" + _ZH + r"(编码器|源|状态)",
        r"(编码器|源|状态)" + _ZH + r"(打分|分数|算分|比较|匹配)",
        r"v\s*[·*]?\s*tanh",
    ],
)
say.point(
    en="pads are masked before the softmax",
    zh="softmax 之前屏蔽 pad",
    found_en=[
        r"\bmask\w*",
        r"\bpad\w*" + _EN + r"(minus infinity|-inf|−∞|\b(zero|no) weight|\b0\b)",
        r"(minus infinity|-inf|−∞)" + _EN + r"\bpad",
    ],
    found_zh=[r"掩码|屏蔽|mask", r"pad" + _ZH + r"(负无穷|−∞|-inf|权重为 ?0)"],
)
say.point(
    en="the context is a weighted sum of the encoder states",
    zh="context 是编码器状态的加权和",
    found_en=[r"\bweighted (sum|average|mean)", r"\b(sum|average)\w*" + _EN + r"\bweight"],
    found_zh=[r"加权(求?和|平均)", r"按权重" + _ZH + r"(加|求和|平均)"],
)
say.point(
    en="one fixed vector is a bottleneck, above all for long sentences",
    zh="固定长度的向量是瓶颈，句子越长越明显",
    found_en=[
        r"\b(fixed|single|one)\b" + _EN + r"\bvector",
        r"\bbottleneck",
        r"\blong(er)? sentence",
    ],
    found_zh=[r"(固定|一个|单个)" + _ZH + r"向量", r"瓶颈", r"(长句|句子(一|越)长)"],
)
say.point(
    en="teacher forcing: the target, shifted by one, is the input",
    zh="teacher forcing：目标句错开一位作输入",
    found_en=[
        r"\bteacher.forc",
        r"\bshift\w*",
        r"\b(gold|true|correct|reference|previous) (previous )?(word|token|target)" + _EN + "input",
    ],
    found_zh=[r"teacher ?forcing", r"错(开)?一?位|右移|移一位", r"(真实|正确|标准)的?前一个词"],
)
say.point(
    en="free-running at test time: its own last word, until the end token",
    zh="测试时自由解码：读自己刚说的词，直到结束符",
    found_en=[
        r"\bfree.running",
        r"\b(its|their) own" + _EN + r"\b(word|output|prediction|token)",
        r"\bgreed(y|ily)",
        r"\bauto.?regressive",
    ],
    found_zh=[r"自由解码|自由运行", r"自己" + _ZH + r"(词|输出|预测)", r"贪心|自回归"],
)
say.point(
    en="compared with a model without attention, by length",
    zh="和没有注意力的模型比，按长度分开看",
    found_en=[
        r"\bexact match",
        r"\bbaseline",
        r"\bby length\b|\bper length\b|\bfor each length\b",
        r"\bgold (link|alignment)",
    ],
    found_zh=[r"精确匹配|完全匹配|整句正确", r"基线", r"按(句子)?长度|分长度", r"标准对齐"],
)
