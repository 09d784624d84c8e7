"""Other right answers to `seq2seq_attention`, and each trap's mistake written differently."""

import numpy as np

PAD, START, END = 0, 1, 2


# ---- additive_attention ------------------------------------------------------------------------


def softmax(z, axis=-1):
    top = z.max(axis=axis, keepdims=True)
    return np.exp(z - top - np.log(np.exp(z - top).sum(axis=axis, keepdims=True)))


def scores_of(query, memory, W, U, v, squash=np.tanh):
    both = np.einsum("bd,da->ba", query, W)[:, None, :] + np.einsum("bsh,ha->bsa", memory, U)
    return np.einsum("bsa,a->bs", squash(both), v)


def attention_by_logs(query, memory, mask, W, U, v):
    weights = softmax(scores_of(query, memory, W, U, v) + np.where(mask, 0.0, -1e9))
    return np.einsum("bs,bsh->bh", weights, memory), weights


def attention_by_sentence(query, memory, mask, W, U, v):
    contexts, rows = [], []
    for q, h, real in zip(query, memory, mask, strict=True):
        row = np.zeros(len(h))
        row[real] = softmax(np.tanh(q @ W + h[real] @ U) @ v)
        rows.append(row)
        contexts.append(row[real] @ h[real])
    return np.array(contexts), np.array(rows)


def attention_in_single_precision(query, memory, mask, W, U, v):
    query, memory, W, U, v = (a.astype(np.float32) for a in (query, memory, W, U, v))
    z = np.ma.masked_array(scores_of(query, memory, W, U, v), ~mask)
    parts = np.exp(z - z.max(axis=1, keepdims=True)).filled(0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.matmul(weights[:, None, :], memory).squeeze(1), weights


def wrong_attention(weigh, squash=np.tanh, average=None):
    def answer(query, memory, mask, W, U, v):
        weights = weigh(scores_of(query, memory, W, U, v, squash), mask)
        values = memory if average is None else average(memory, U)
        return np.einsum("bs,bsh->bh", weights, values), weights

    return answer


def hidden(z, mask):
    return softmax(np.where(mask, z, -1e30))


def shared_out_again(z, mask):
    kept = np.where(mask, softmax(z), 0)
    with np.errstate(invalid="ignore"):
        return kept / np.einsum("bs->b", kept)[:, None]


def unstable(z, mask):
    grown = np.where(mask, np.exp(z), 0)
    return grown / grown.sum(axis=1)[:, None]


# ---- teacher_forcing ---------------------------------------------------------------------------


def forced_by_loop(targets, pad=PAD, start=START, end=END):
    longest = max(len(words) for words in targets)
    inputs, labels, mask = [], [], []
    for words in targets:
        missing = longest - len(words)
        inputs.append([start] + list(words) + [pad] * missing)
        labels.append(list(words) + [end] + [pad] * missing)
        mask.append([True] * (len(words) + 1) + [False] * missing)
    return np.array(inputs), np.array(labels), np.array(mask)


def forced_by_slices(targets, pad=PAD, start=START, end=END):
    whole = np.full((len(targets), 2 + max(map(len, targets))), pad)
    sizes = np.array([len(words) for words in targets])
    whole[:, 0] = start
    for row, words in zip(whole, targets, strict=True):
        row[1 : 1 + len(words)] = words
    labels = whole[:, 1:].copy()
    labels[np.arange(len(sizes)), sizes] = end
    counted = np.arange(labels.shape[1]) <= sizes[:, None]
    return whole[:, :-1], labels, counted


def wrong_forcing(change):
    """A right batch, changed: change(inputs, labels, mask, sizes, pad, start, end)."""

    def answer(targets, pad=PAD, start=START, end=END):
        sizes = [len(words) for words in targets]
        return change(*forced_by_loop(targets, pad, start, end), sizes, pad, start, end)

    return answer


def ends_cut(inputs, labels, mask, sizes, pad, start, end):
    """Without <end>, and one place shorter."""
    inputs, labels = inputs[:, :-1].copy(), labels[:, :-1].copy()
    for row, size in enumerate(sizes):
        if size < labels.shape[1]:
            labels[row, size] = pad
            if size:
                inputs[row, size] = pad
    return inputs, labels, mask[:, 1:]


def starts_cut(inputs, labels, mask, sizes, pad, start, end):
    """Without <start>: the rows begin at the first word."""
    return inputs[:, 1:], labels[:, 1:], mask[:, 1:]


def turned(inputs, labels, mask, sizes, pad, start, end):
    width = labels.shape[1]
    rolled = [
        np.stack([np.roll(row, width - size - 1) for row, size in zip(table, sizes, strict=True)])
        for table in (inputs, labels, mask)
    ]
    return tuple(rolled)


def ends_last(inputs, labels, mask, sizes, pad, start, end):
    labels = np.where(labels == end, pad, labels)
    labels[:, labels.shape[1] - 1] = end
    return inputs, labels, mask


def ends_free(inputs, labels, mask, sizes, pad, start, end):
    mask = np.stack([np.arange(mask.shape[1]) < size for size in sizes])
    return inputs, labels, mask


# ---- greedy_decode -----------------------------------------------------------------------------


def decoded_by_table(step, state, batch, start=START, end=END, max_length=20):
    columns = [np.full(batch, start)]
    ended = np.zeros(batch, bool)
    while len(columns) <= max_length and not ended.all():
        logits, state = step(columns[-1], state)
        columns.append(np.argmax(np.asarray(logits), axis=-1))
        ended = ended | (columns[-1] == end)
    rows = np.stack(columns, axis=1)[:, 1:].tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


def decoded_with_set(step, state, batch, start=START, end=END, max_length=20):
    open_rows, words, out = set(range(batch)), np.array([start] * batch), [[] for _ in range(batch)]
    for _ in range(max_length):
        logits, state = step(words, state)
        words = np.array([int(np.argmax(scores)) for scores in logits])
        open_rows -= {row for row in open_rows if words[row] == end}
        for row in open_rows:
            out[row].append(int(words[row]))
        if not open_rows:
            return out
    return out


def wrong_decoding(feeds_start=False, keeps_state=False, room=0, end_is=None, stops=all, cut=None):
    def answer(step, state, batch, start=START, end=END, max_length=20):
        stop = end if end_is is None else end_is
        table = [[start] * batch]
        for _ in range(max_length + room):
            fed = table[0] if feeds_start else table[-1]
            logits, following = step(np.array(fed), state)
            state = state if keeps_state else following
            table.append(np.argmax(logits, axis=1).tolist())
            if stops(stop in column for column in zip(*table[1:], strict=True)):
                break
        rows = [list(row) for row in zip(*table[1:], strict=True)]
        shorten = cut or (lambda row, stop: row[: row.index(stop)] if stop in row else row)
        return [shorten(row, stop) for row in rows]

    return answer


def all_columns(step, state, batch, start=START, end=END, max_length=20):
    columns = [[start] * batch]
    while len(columns) <= max_length and columns[-1] != [end] * batch:
        logits, state = step(np.array(columns[-1]), state)
        columns.append([max(range(len(row)), key=list(row).__getitem__) for row in logits])
    return [list(row) for row in zip(*columns[1:], strict=True)]


def up_to_and_with(row, stop):
    return row[: row.index(stop) + 1] if stop in row else row


def only_filtered(row, stop):
    return [word for word in row if word != stop]


# ---- mend --------------------------------------------------------------------------------------


def half_mended(start=True, shift=True, reads=True, encoder=True, source=True, counts=True):
    """The program with the parts that are False left broken, one pair of sentences at a time."""

    def answer(x, y, p):
        rows, real, maps = [], [], []
        for words, said in zip(x, y, strict=True):
            memory = p["source"][words]
            line = [START, *said.tolist()] if start else said.tolist()
            labels = line[1:] if shift else line[:-1]
            state, row, looks = np.tanh(p["first"].T @ memory[0]), [], []
            for given, wanted in zip(line[:-1], labels, strict=True):
                state = np.tanh((p["target"][given] if reads else 0) + p["R"].T @ state)
                keys = memory if encoder else np.tile(state, (len(words), 1))
                z = np.tanh(p["W"].T @ state + keys @ p["U"]) @ p["v"]
                weights = softmax(np.where(words == PAD, -1e9, z)) if source else np.ones(len(z))
                logits = np.concatenate([state, weights @ keys]) @ p["out"]
                row.append(-np.log(softmax(logits)[wanted]))
                looks.append(weights)
            rows.append(row)
            real.append([wanted != PAD for wanted in labels])
            maps.append(looks)
        rows, real = np.array(rows), np.array(real)
        return rows[real].mean() if counts else rows.mean(), np.array(maps)

    return answer


def mended_at_once(x, y, p):
    """All steps' attention after the recurrence."""
    memory = p["source"][x]
    inputs = np.column_stack([np.full(len(y), START), y[:, :-1]])
    state, states = np.tanh(memory[:, 0] @ p["first"]), []
    for column in inputs.T:
        state = np.tanh(p["target"][column] + state @ p["R"])
        states.append(state)
    states = np.stack(states, axis=1)
    z = np.tanh((states @ p["W"])[:, :, None] + (memory @ p["U"])[:, None]) @ p["v"]
    weights = softmax(np.where((x == PAD)[:, None], -1e9, z))
    logits = np.concatenate([states, weights @ memory], axis=-1) @ p["out"]
    chosen = np.take_along_axis(np.log(softmax(logits)), y[..., None], axis=-1)[..., 0]
    return -chosen[y != PAD].mean(), weights


RIGHT = {
    "additive_attention": [
        attention_by_logs,
        attention_by_sentence,
        attention_in_single_precision,
    ],
    "teacher_forcing": [forced_by_loop, forced_by_slices],
    "greedy_decode": [decoded_by_table, decoded_with_set],
    "mend": [half_mended(), mended_at_once],
    "sentence_accuracy": [0.818, 0.8179, "0.82"],
    "projections": [20, "20"],
    "flaws": [{1, 3, 5, 7}, "1，3，5，7"],
}

TWINS = {
    "additive_attention": {
        1: wrong_attention(lambda z, mask: softmax(np.where(mask, z, 0.0))),
        2: wrong_attention(lambda z, mask: softmax(z)),
        3: wrong_attention(lambda z, mask: softmax(z) * mask),
        4: wrong_attention(hidden, squash=lambda z: 1.0 * z),
        5: wrong_attention(lambda z, mask: softmax(np.where(mask, z, -1e9), axis=0)),
        6: wrong_attention(lambda z, mask: softmax(z[..., None])[..., 0] * mask),
        7: wrong_attention(unstable),
        8: wrong_attention(hidden, average=lambda memory, U: np.einsum("bsh,ha->bsa", memory, U)),
        9: wrong_attention(lambda z, mask: softmax(z * mask - 10.0 * ~mask)),
        10: wrong_attention(lambda z, mask: hidden(z, ~mask)),
        11: wrong_attention(shared_out_again),
    },
    "teacher_forcing": {
        1: wrong_forcing(lambda i, labels, m, *rest: (labels, labels.copy(), m)),
        2: wrong_forcing(starts_cut),
        3: wrong_forcing(ends_cut),
        4: wrong_forcing(lambda inputs, labels, m, *rest: (labels, inputs, m)),
        5: wrong_forcing(ends_last),
        6: wrong_forcing(ends_free),
        7: wrong_forcing(turned),
        8: wrong_forcing(lambda i, labels, m, *rest: (i, labels, np.full(m.shape, True))),
    },
    "greedy_decode": {
        1: wrong_decoding(feeds_start=True),
        2: wrong_decoding(keeps_state=True),
        3: wrong_decoding(cut=up_to_and_with),
        4: wrong_decoding(stops=any),
        5: wrong_decoding(cut=only_filtered),
        6: wrong_decoding(room=-1),
        7: wrong_decoding(end_is=2),
        8: all_columns,
        9: wrong_decoding(stops=lambda found: False),
    },
    "mend": {
        1: half_mended(start=False),
        2: half_mended(shift=False),
        3: half_mended(reads=False),
        4: half_mended(encoder=False),
        5: half_mended(source=False),
        6: half_mended(counts=False),
    },
    "sentence_accuracy": {1: "0.99", 2: 0.8},
    "projections": {1: "17", 2: 340},
}

TWO_AT_ONCE = {
    "additive_attention": [
        (wrong_attention(lambda z, mask: softmax(z), squash=lambda z: z), {2, 4}),
        (wrong_attention(lambda z, mask: np.ones(z.shape)), {2, 6}),
    ],
    "teacher_forcing": [
        (
            wrong_forcing(lambda i, labels, m, *rest: (labels, i, np.full(m.shape, True))),
            {4, 8},
        ),
    ],
    "greedy_decode": [
        (wrong_decoding(feeds_start=True, cut=up_to_and_with), {1, 3}),
        (wrong_decoding(stops=any, cut=up_to_and_with), {3, 4}),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "we score each encoder state with a small network",
                    "the decoder state is compared with every source position",
                    "every encoder state gets a score",
                ],
                "the encoder states are never scored",
            ),
            (
                [
                    "mask the padding first",
                    "a pad gets minus infinity",
                    "masked before the softmax",
                ],
                "no mask is needed",
            ),
            (
                [
                    "the context is a weighted sum",
                    "take the weighted average of the memory",
                    "average them by their weights",
                ],
                "it is not a weighted sum",
            ),
            (
                [
                    "a single vector has to hold everything",
                    "the bottleneck is gone",
                    "it gets bad on long sentences",
                ],
                "there is no bottleneck",
            ),
            (
                [
                    "train it with teacher forcing",
                    "the target is shifted by one",
                    "the true previous word is the input",
                ],
                "no shift is needed",
            ),
            (
                [
                    "at test time it is free-running",
                    "it reads its own last word",
                    "decode greedily until end",
                ],
                "it never reads its own output",
            ),
            (
                [
                    "measure exact match",
                    "compare with a baseline",
                    "the maps are scored against gold links",
                ],
                "without any baseline",
            ),
        ],
        "zh": [
            (
                ["给每个编码器状态打分", "用状态和每个源词算分数", "和编码器的状态逐个比较"],
                "不给编码器状态打分",
            ),
            (["先用掩码", "把 pad 屏蔽掉", "pad 的分数设成负无穷"], "不用掩码"),
            (["对状态加权求和", "按权重把状态加起来", "做加权平均"], "不是加权求和"),
            (["全靠一个向量", "固定长度的向量是瓶颈", "长句效果差"], "这里没有瓶颈"),
            (["训练用 teacher forcing", "目标右移一位", "输入是正确的前一个词"], "不用错位"),
            (["测试时自由解码", "读自己刚说的词", "贪心地一个个生成"], "不读自己的输出"),
            (["看精确匹配", "和基线比", "按长度分开统计"], "不设基线"),
        ],
    }
}

_HIDDEN = "same value: any score far below the words' own gives a pad the weight exp(−huge) = 0"
EQUIVALENT = {
    "mend": {
        f"1000000000.0 → {other} in scores = np.where(x[:, :, None] == PAD, -1e9, scores)": _HIDDEN
        for other in ("1000000001.0", "999999999.0", "2000000000.0")
    }
}
