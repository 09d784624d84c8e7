"""Sentiment where order decides: texts to numbers, the last real state, counterfactual tests."""

import re
from collections import Counter

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say
from whiteboard.grading.text import Text

# ---- encode ------------------------------------------------------------------------------------


def _encode(texts, vocab, L):
    numbers = np.zeros((len(texts), L), dtype=np.int64)
    for row, text in enumerate(texts):
        for place, word in enumerate(text.lower().split()):
            if place < L:
                numbers[row, place] = vocab.get(word, 1)
    return numbers


_VOCAB = {"the": 2, "was": 3, "dull": 4, "good": 5, "not": 6}
encode = Check(_encode)
encode.case(
    ["The plot was dull", "Good"],
    {"the": 2, "was": 3, "dull": 4, "good": 5},
    3,
    en="the first L words; 0 pads on the right; a word not in the vocabulary is 1",
    zh="取前 L 个词；右边用 0 补齐；词表里没有的词是 1",
)
encode.case(
    ["the view was not good", "was", ""],
    _VOCAB,
    7,
    en="an empty text is all padding",
    zh="空文本全是 padding",
)
encode.case([], _VOCAB, 4, en="no texts: 0 rows of L columns", zh="没有文本：0 行 L 列")
encode.case(
    ["  GOOD   the\tNot ", "staff staff good"],
    _VOCAB,
    2,
    en="capitals and extra blanks change nothing; the same unknown word twice",
    zh="大写和多余的空白不影响结果；同一个未知词出现两次",
)


encode.case(
    ["good, not dull!", "not-good"],
    _VOCAB,
    4,
    en="words are what stands between blanks: “good,” is not “good”",
    zh="词以空白为界：“good,” 不是 “good”",
)


@encode.fresh(en="fresh texts", zh="新的文本")
def _(rng):
    words = [*_VOCAB, "plot", "music"]
    texts = [" ".join(rng.choice(words, size=rng.integers(1, 9))) for _ in range(5)]
    return texts, dict(_VOCAB), 5


@encode.property(en="integers, as an embedding needs them", zh="是整数，embedding 才能用")
def _(answer):
    got = np.asarray(answer(["the plot was good"], dict(_VOCAB), 6))
    given = {"texts": ["the plot was good"], "vocab": _VOCAB, "L": 6}
    return Evidence(given=given, expected=True, got=bool(np.issubdtype(got.dtype, np.integer)))


def _encoder(left=False, last=False, unknown=1, grow=False, lower=True, longest=False, split=None):
    """Encoding with one decision changed; unknown=None drops the word."""

    def encode(texts, vocab, L):
        known = dict(vocab)
        rows = []
        for text in texts:
            row = []
            text = text.lower() if lower else text
            for word in split(text) if split else text.split():
                if grow:
                    known.setdefault(word, len(known) + 2)
                if word in known or unknown is not None:
                    row.append(known.get(word, unknown))
            rows.append(row[-L:] if last else row[:L])
        width = max(map(len, rows), default=0) if longest else L
        pad = [[0] * (width - len(row)) for row in rows]
        filled = [p + r if left else r + p for p, r in zip(pad, rows, strict=True)]
        return np.array(filled, dtype=np.int64).reshape(len(rows), width)

    return encode


encode.trap(
    _encoder(left=True),
    en="The padding stands on the left, as Keras's pad_sequences puts it by default. The question "
    "pads on the right; what matters is that training and use agree.",
    zh="你补在了左边，这是 Keras 的 pad_sequences 的默认行为。题目要补在右边；"
    "关键是训练和使用时要一致。",
)
encode.trap(
    _encoder(last=True),
    en="The last L words are kept, pad_sequences' default. The question keeps the first L.",
    zh="保留的是最后 L 个词，那是 pad_sequences 的默认行为。题目要前 L 个。",
)
encode.trap(
    _encoder(unknown=None),
    en="Unknown words are dropped, so their neighbours move together. An unknown word still holds "
    "a place: number 1.",
    zh="未知词被丢掉了，两边的词就挨到了一起。未知词也占一个位置：编号 1。",
)
encode.trap(
    _encoder(unknown=0),
    en="Unknown words became padding. A mask would then skip words that somebody wrote.",
    zh="未知词变成了 padding，掩码会把别人真写了的词跳过去。",
)
encode.trap(
    _encoder(grow=True),
    en="New words get new numbers while texts are encoded. The vocabulary belongs to the training "
    "set; the embedding has no row for these numbers.",
    zh="编码时给新词发了新编号。词表只由训练集决定，embedding 里没有这些编号对应的行。",
)
encode.trap(
    _encoder(lower=False),
    en="Capitals make other words: “The” is not found. Lower the text as the vocabulary did.",
    zh="大写被当成了另一个词：“The” 查不到。要像建词表时那样先转小写。",
)
encode.trap(
    _encoder(longest=True),
    en="Padded to the longest of these texts. Every call must give L columns, however short the "
    "texts are.",
    zh="补到了这批文本里最长的长度。不管文本多短，每次都要得到 L 列。",
)
encode.trap(
    _encoder(split=lambda text: re.findall(r"\w+", text)),
    en="Punctuation is stripped or cut off here. The question takes what stands between blanks; "
    "whatever rule you choose, the vocabulary must be made by the same one.",
    zh="标点被去掉或切开了。题目以空白为界取词；用什么规则都行，但必须和建词表时一致。",
)
encode.trap(
    _encoder(split=lambda text: text.split(" ")),
    en='split(" ") gives an empty word between two blanks and for an empty text, and does not '
    "part "
    "at tabs. split() without an argument takes runs of blanks.",
    zh='split(" ") 遇到连续空格或空文本会得到空字符串，遇到制表符又不切开。不带参数的 split() '
    "才会把连续的空白当成一处。",
)


# ---- make_vocab --------------------------------------------------------------------------------


def _ranked(texts):
    """(word, count), most frequent first, equal ones in alphabetical order."""
    words = sorted(word for text in texts for word in text.lower().split())
    return sorted(Counter(words).items(), key=lambda item: -item[1])


def _make_vocab(texts, size):
    vocab, number = {}, 2
    for word, _ in _ranked(texts):
        if number < size:
            vocab[word] = number
            number += 1
    return vocab


make_vocab = Check(_make_vocab)
make_vocab.case(
    ["B b b d", "a e d", "c e a"],
    5,
    en="numbers 2 to size − 1, most frequent word first, equal ones in alphabetical order",
    zh="编号从 2 到 size − 1，最常见的词在前，次数相同按字母顺序",
)
make_vocab.case(
    ["good plot good plot", "dull staff"],
    50,
    en="fewer words than places",
    zh="词比名额少",
)
make_vocab.case(
    ["y y y y y z x", "x z", "x z w", "z"],
    4,
    en="occurrences count, not texts",
    zh="数的是出现次数，不是文本数",
)
make_vocab.case(["a b"], 2, en="size 2 leaves no word", zh="size 为 2 时一个词也放不下")


@make_vocab.fresh(en="fresh texts", zh="新的文本")
def _(rng):
    texts = [" ".join(rng.choice(list("abcdefgh"), size=5)) for _ in range(6)]
    return texts, 7


def _numbered(words, size, first=2, most=None):
    most = size - 2 if most is None else most
    return {word: first + place for place, word in enumerate(words[:most])}


make_vocab.trap(
    lambda texts, size: _numbered([w for w, _ in _ranked(texts)], size, first=0),
    en="The most frequent word has number 0, which means padding: a mask would skip it.",
    zh="最常见的词编号成了 0，而 0 是 padding，会被掩码跳过。",
)
make_vocab.trap(
    lambda texts, size: _numbered([w for w, _ in _ranked(texts)], size, first=1),
    en="The most frequent word has number 1, which stands for unknown words.",
    zh="最常见的词编号成了 1，那是留给未知词的。",
)
make_vocab.trap(
    lambda texts, size: _numbered([w for w, _ in _ranked(texts)], size, most=size),
    en="size words, and two numbers more: the largest is size + 1, and an embedding of size rows "
    "has no row for it.",
    zh="放了 size 个词，再加两个编号，最大的是 size + 1，size 行的 embedding 里没有这一行。",
)
make_vocab.trap(
    lambda texts, size: _numbered(sorted(dict(_ranked(texts))), size),
    en="Alphabetical order: when places run out, frequent words are lost to rare ones.",
    zh="按字母排序，名额不够时丢掉的可能是常见词，留下的却是生僻词。",
)
make_vocab.trap(
    lambda texts, size: _numbered(
        [w for w, _ in _ranked([" ".join(set(text.lower().split())) for text in texts])], size
    ),
    en="This counts in how many texts a word occurs. Count every occurrence.",
    zh="这数的是词出现在多少条文本里。应数出现的总次数。",
)
make_vocab.trap(
    lambda texts, size: _numbered(
        [w for w, _ in Counter(" ".join(texts).lower().split()).most_common()], size
    ),
    en="Equally frequent words stand in order of appearance, so shuffling the training set changes "
    "their numbers. The question orders them alphabetically.",
    zh="次数相同的词按出现先后排，训练集一打乱，编号就变了。题目要求按字母顺序。",
)


# ---- last_state --------------------------------------------------------------------------------


def _last_state(states, mask):
    found = np.zeros((states.shape[0], states.shape[2]))
    for row in range(len(states)):
        for t in range(states.shape[1]):
            if mask[row, t]:
                found[row] = states[row, t]
    return found


last_state = Check(
    _last_state, domain=lambda states, mask: bool(np.asarray(mask, dtype=bool).any(axis=1).all())
)
last_state.case(
    np.array([[[6.0], [4.0], [3.0], [9.0], [1.0]], [[8.0], [2.0], [7.0], [4.0], [5.0]]]),
    np.array([[True, True, False, False, False], [False, True, True, True, True]]),
    en="the state after the last real word, padded right or left",
    zh="最后一个真实词之后的状态，左补右补都对",
)


def _states(rng, mask):
    mask = np.array(mask, dtype=bool)
    return rng.normal(size=(*mask.shape, 3)).round(1), mask


last_state.case(
    *_states(np.random.default_rng(1), [[1, 1, 1, 1], [1, 0, 0, 0], [1, 1, 1, 0]]),
    en="texts of 4, 1 and 3 words",
    zh="4 个词、1 个词和 3 个词的文本",
)
last_state.case(
    *_states(np.random.default_rng(2), [[0, 0, 0, 0, 1], [0, 1, 0, 1, 0]]),
    en="real words need not stand together",
    zh="真实的词不一定连在一起",
)
last_state.case(
    np.array([[[2.0, 1.0], [0.0, 0.0], [3.0, 4.0]]]),
    np.array([[True, True, False]]),
    en="the mask decides, not the value: a real state may be 0",
    zh="由掩码决定，不看数值：真实的状态也可以是 0",
)
last_state.case(*_states(np.random.default_rng(3), [[1]]), en="a single word", zh="只有一个词")


@last_state.fresh(en="fresh states and masks", zh="新的状态和掩码")
def _(rng):
    mask = rng.random((5, 6)) < 0.5
    mask[np.arange(5), rng.integers(6, size=5)] = True
    return _states(rng, mask)


last_state.trap(
    lambda states, mask: states[:, -1],
    en="Column −1 is the state after all the padding: the network has read zeros since the text "
    "ended.",
    zh="第 −1 列是把 padding 也读完之后的状态：文本结束之后，网络又读了一串 0。",
)


def candidate(states, mask):
    lengths = np.asarray(mask).sum(axis=1)
    return states[np.arange(len(states)), lengths - 1]


last_state.trap(
    candidate,
    en="The number of real words tells the place of the last one only when all padding is on the "
    "right. Look for the last True itself.",
    zh="只有 padding 全在右边时，真实词的个数才等于最后一个词的位置。要找的是最后一个 True。",
)
last_state.trap(
    lambda states, mask: (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1)[:, None],
    en="This is the mean over the real states. The question asks for the last one.",
    zh="这是真实状态的平均。题目要最后一个。",
)
last_state.trap(
    lambda states, mask: states[np.arange(len(states)), np.argmin(mask, axis=1)],
    en="argmin finds the first padding, one step too late; and in a row without padding it finds "
    "place 0.",
    zh="argmin 找到的是第一个 padding，晚了一步；没有 padding 的行，它返回 0。",
)
last_state.trap(
    lambda states, mask: (states * mask[..., None])[:, -1],
    en="Multiplying by the mask sets states of padding to zero; the last column is then zero, not "
    "the last real state.",
    zh="乘掩码只是把 padding 处的状态变成 0，最后一列就成了 0，而不是最后一个真实状态。",
)
last_state.trap(
    lambda states, mask: (states * mask[..., None]).sum(axis=1),
    en="The states are summed over time. Exactly one of them is asked for.",
    zh="你把各时刻的状态加了起来。题目只要其中一个。",
)
last_state.trap(
    lambda states, mask: np.where(mask[..., None], states, -np.inf).max(axis=1),
    en="This is max pooling over the real words, which forgets where each maximum stood.",
    zh="这是对真实词做最大池化，最大值出自哪个位置已经丢了。",
)
last_state.trap(
    lambda states, mask: states[np.arange(len(states)), np.argmax(mask, axis=1)],
    en="argmax finds the first real word. Look from the other end.",
    zh="argmax 找到的是第一个真实词。要从另一头找。",
)
last_state.trap(
    lambda states, mask: states[np.arange(len(states)), np.argmax(mask[:, ::-1], axis=1)],
    en="In the reversed mask argmax counts from the end. Turn the place back: T − 1 minus it.",
    zh="掩码反过来之后，argmax 是从末尾数的。要换算回去：T − 1 减去它。",
)


# ---- counterfactual_consistency ----------------------------------------------------------------


def _by_length(texts):
    """0.1 for each letter."""
    return np.array([len(text) / 10 for text in texts])


def _by_first(texts):
    """0.9 where a text begins with "a", else 0.1."""
    return np.array([0.9 if text.startswith("a") else 0.1 for text in texts])


def _resize(text):
    """Two letters more; four letters in all from seven on; "z…" stays."""
    if text.startswith("z"):
        return text
    return text + "aa" if len(text) < 7 else text[:4]


def _turn(text):
    """The words in reverse order."""
    return " ".join(reversed(text.split()))


for _function, _en, _zh in (
    (_by_length, "0.1 for each letter", "每个字母 0.1"),
    (
        _by_first,
        'text → 0.9 where it begins with "a", else 0.1',
        '以 "a" 开头的文本是 0.9，否则 0.1',
    ),
    (
        _resize,
        'two letters more; four letters in all from seven on; "z…" stays',
        '多两个字母；七个字母以上的只留四个；"z…" 不变',
    ),
    (_turn, "the words in reverse order", "词序颠倒"),
):
    _function.shown = Text(_en, _zh)


def _consistency(predict, texts, edit, flips=True):
    counted = agreed = 0
    for text in texts:
        edited = edit(text)
        if edited != text:
            before, after = (predict([t])[0] > 0.5 for t in (text, edited))
            counted += 1
            agreed += (before != after) == flips
    return agreed / counted


counterfactual_consistency = Check(_consistency)
_LENGTHS = ["a" * n for n in (3, 4, 6, 7, 7, 7, 7, 8)] + ["zz"]
counterfactual_consistency.case(
    _by_length,
    _LENGTHS,
    _resize,
    en="the share of edited texts whose class changes",
    zh="改动过的文本里，类别变了的占多少",
)
counterfactual_consistency.case(
    _by_length,
    ["aaaa", "aaaaa", "aaaaaa", "zz"],
    _resize,
    flips=False,
    en="flips=False: the share whose class stays",
    zh="flips=False：类别不变的占多少",
)
counterfactual_consistency.case(
    _by_first,
    ["a b", "b a", "a c a", "b c", "a", "a b c", "c d a"],
    _turn,
    en="texts that the edit leaves alone do not count",
    zh="没有被改动的文本不算在内",
)


@counterfactual_consistency.fresh(en="fresh texts", zh="新的文本")
def _(rng):
    texts = [" ".join(rng.choice(list("abcd"), size=3)) for _ in range(12)]
    return _by_first, [*texts, "a b", "b c"], _turn, bool(rng.integers(2))


def _share(count, over_all=False, ignore=False):
    """A share of the edited texts; count(p, q) marks the texts that changed."""

    def counterfactual_consistency(predict, texts, edit, flips=True):
        edited = [edit(text) for text in texts]
        pairs = [(t, e) for t, e in zip(texts, edited, strict=True) if over_all or t != e]
        p, q = (np.asarray(predict(list(side))) for side in zip(*pairs, strict=True))
        changed = np.asarray(count(p, q), dtype=float)
        return float(changed.mean() if flips or ignore else (1 - changed).mean())

    return counterfactual_consistency


counterfactual_consistency.trap(
    _share(lambda p, q: (p > 0.5) != (q > 0.5), over_all=True),
    en="Texts that the edit did not touch are counted too. They cannot flip and prove nothing.",
    zh="没被改动的文本也算进去了。它们不可能翻转，说明不了什么。",
)
counterfactual_consistency.trap(
    _share(lambda p, q: p != q),
    en="This asks whether the probability moved at all. A class changes when it crosses 0.5.",
    zh="这问的是概率有没有动。越过 0.5，类别才算变了。",
)
counterfactual_consistency.trap(
    _share(lambda p, q: (p >= 0.5) != (q >= 0.5)),
    en="0.5 counts as positive here. The question says positive above 0.5.",
    zh="你把 0.5 也算成了正面。题目说的是大于 0.5。",
)
counterfactual_consistency.trap(
    _share(lambda p, q: np.abs(p - q)),
    en="This is how far the probabilities moved on average, not how many decisions changed.",
    zh="这是概率平均移动了多少，不是有多少判断变了。",
)
counterfactual_consistency.trap(
    _share(lambda p, q: (q > 0.5) & (p <= 0.5)),
    en="Only changes from negative to positive count here. Both directions are flips.",
    zh="只数了从负面变成正面的。两个方向都是翻转。",
)
counterfactual_consistency.trap(
    _share(lambda p, q: abs((p > 0.5).mean() - (q > 0.5).mean())),
    en="The shares of positive texts before and after are compared. Flips up and down cancel; "
    "compare text by text.",
    zh="比的是改动前后正面的比例，一上一下会抵消。要逐条比较。",
)
counterfactual_consistency.trap(
    _share(lambda p, q: (p > 0.5) != (q > 0.5), ignore=True),
    en="flips is ignored. With flips=False the class should stay, and that share is asked for.",
    zh="没有理会 flips。flips=False 时类别应当不变，要的是不变的比例。",
)
counterfactual_consistency.trap(
    _share(lambda p, q: (p > 0.5) == (q > 0.5)),
    en="The two shares are exchanged: flips=True asks for the texts whose class changes.",
    zh="两个比例反了：flips=True 要的是类别变了的那些。",
)


# ---- on paper ----------------------------------------------------------------------------------

standard_error = Estimate("1.118 %", rtol=0.02)
standard_error.trap(
    "0.0125 %",
    en="This is the variance, 0.25 / 2,000. Take its square root.",
    zh="这是方差，0.25 / 2,000。还要开方。",
)
standard_error.trap(
    "2.19 %",
    en="This is 1.96 standard errors, half the width of a 95 % interval.",
    zh="这是 1.96 个标准误，95% 区间的半宽。",
)
padding_share = Estimate("58.33 %", rtol=0.01)
padding_share.trap(
    "41.67 %",
    en="This is the share of real words.",
    zh="这是真实词所占的比例。",
)
padding_share.trap(
    "140 %",
    en="This is padding against real words. Asked is its share of all steps.",
    zh="这是 padding 与真实词之比。问的是占全部步数的比例。",
)


# ---- in words ----------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="Padding has a number of its own, so that a mask can tell it from words.",
    zh="padding 要有自己的编号，掩码才能把它和词区分开。",
)
flaws.false(
    en="`Embedding(10000, 16, input_length=100)` pads the reviews to 100 words and skips the "
    "padding.",
    zh="`Embedding(10000, 16, input_length=100)` 会把评论补到 100 个词，并跳过 padding。",
    because_en="It pads nothing and masks nothing: input_length only declared a shape, and Keras 3 "
    "has deprecated it. Padding happens before; skipping needs mask_zero=True.",
    because_zh="它既不补也不跳：input_length 只是声明形状，Keras 3 里已弃用。"
    "补齐要事先做，跳过要靠 mask_zero=True。",
    source="Keras documentation, Embedding layer",
)
flaws.false(
    en="The vocabulary may be made from training and test texts together: it uses no labels.",
    zh="词表可以用训练集和测试集一起建，反正没有用到标签。",
    because_en="Words that only the test set holds would get rows that no training step has moved, "
    "and the test no longer shows what happens to unknown words.",
    because_zh="只在测试集出现的词，对应的 embedding 从没训练过；而且测试也看不出未知词会怎样。",
    source="Goodfellow et al. 2016, §5.3",
)
flaws.true(
    en="A mean of word vectors is the same for every order of the words.",
    zh="词向量取平均，词序怎么变结果都一样。",
)
flaws.false(
    en="Neither single words nor pairs tell the label here, so only a network that reads in order "
    "can solve the task.",
    zh="这里单个词和两词组合都看不出标签，所以只有按顺序读的网络才做得到。",
    because_en="Logistic regression on runs of up to three words reaches accuracy 1: one such run "
    "holds everything that decides. Try the next simpler model before you claim that.",
    because_zh="用到三词组合的 logistic 回归准确率就是 1：一个组合里就有起决定作用的全部信息。"
    "下结论之前，先试试再复杂一档的基线。",
    source="measured in this lesson",
    source_zh="本课实测",
)
flaws.false(
    en="Accuracy 1 on held-out reviews proves that the model has understood negation.",
    zh="在没见过的评论上准确率为 1，说明模型懂了否定。",
    because_en="It proves it for texts made the same way. Edit one “not” and see whether the "
    "prediction follows.",
    because_zh="这只对同样方式产生的文本成立。改动一个 “not”，看预测跟不跟着变。",
    source="Kaushik, Hovy & Lipton 2020",
)
flaws.true(
    en="With padding on the right and no mask, an RNN's final state has read all the padding.",
    zh="右补又没有掩码时，RNN 的最终状态是读完所有 padding 之后的。",
)

say = Say(
    model_en="""
I build the vocabulary on the training set only and reserve one number for padding and one for
unknown words.
The padding is masked, so the classifier reads the state after the last real word.
The model is an embedding, a GRU and one logit.
Beside it stand the baselines: a bag of words and a mean of embeddings, which must fail when order
decides.
Then I test with counterfactuals: swap the connective or toggle one negation, and the prediction
has to flip.
Where it does not flip, I add such edited reviews to the training set.
""",
    model_zh="""
词表只用训练集来建，给 padding 留一个编号，给未知词留一个编号。
padding 要加掩码，分类器读的是最后一个真实词之后的状态。
模型是 embedding 加 GRU，最后输出一个 logit。
旁边放基线：词袋和平均 embedding，词序起决定作用时它们应当失败。
再做反事实测试：交换连词，或者增删一个否定词，预测应当翻转。
翻转不了的，就把这样改过的评论加进训练集。
""",
)
say.point(
    en="vocabulary from the training set only",
    zh="词表只来自训练集",
    found_en=[
        r"vocabulary.{0,30}train",
        r"train\w*.{0,30}vocabulary",
    ],
    found_zh=[r"词表.{0,12}训练", r"训练.{0,10}词表"],
)
say.point(
    en="numbers for padding and for unknown words",
    zh="padding 和未知词各有编号",
    found_en=[
        r"\b(unknown|oov|unk)\b",
        r"out.of.vocabulary",
        r"padd?ing.{0,25}(number|index|id)\b",
    ],
    found_zh=[r"未知词|未登录词|OOV|UNK", r"padding.{0,8}(编号|索引)"],
)
say.point(
    en="mask: the state after the last real word",
    zh="掩码：最后一个真实词之后的状态",
    found_en=[r"mask", r"last real (word|state|token)", r"skip\w*.{0,12}padding"],
    found_zh=[r"掩码", r"最后一个真实", r"跳过.{0,6}padding"],
)
say.point(
    en="a model that reads in order: GRU or LSTM",
    zh="按顺序读的模型：GRU 或 LSTM",
    found_en=[r"\b(GRU|LSTM)s?\b"],
    found_zh=[r"GRU|LSTM"],
)
say.point(
    en="baselines that must fail",
    zh="应当失败的基线",
    found_en=[r"baseline", r"bag.of.words", r"mean (of )?(the )?embedding"],
    found_zh=[r"基线", r"词袋", r"平均\s*(embedding|词向量)"],
)
say.point(
    en="counterfactual edits must flip the prediction",
    zh="反事实改动应使预测翻转",
    found_en=[
        r"counterfactual",
        r"(swap|toggle|exchange|insert|remov)\w*.{0,40}(but|although|connective|negation|flip)",
        r"prediction.{0,20}flip",
    ],
    found_zh=[r"反事实", r"(交换|增删|改动).{0,12}(连词|否定)", r"预测.{0,8}翻转"],
)
