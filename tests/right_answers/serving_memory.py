"""Serving on paper: other right answers, and every trap written a second way."""

import math

import numpy as np


def kv_by_shape(layers, kv_heads, head_dim, tokens, batch=1, bytes_each=2):
    """The shape of the cache, multiplied out."""
    return math.prod((layers, 2, batch, kv_heads, tokens, head_dim)) * bytes_each


def kv_by_layers(layers, kv_heads, head_dim, tokens, batch=1, bytes_each=2):
    total = 0
    for _ in range(layers):
        total += batch * tokens * (kv_heads * head_dim) * bytes_each  # keys
        total += batch * tokens * (kv_heads * head_dim) * bytes_each  # values
    return total


def wrong_kv(*left_out, square=False, two_bytes=False):
    def answer(layers, kv_heads, head_dim, tokens, batch=1, bytes_each=2):
        sizes = {
            "kv": 2,
            "layers": layers,
            "heads": kv_heads,
            "dim": head_dim,
            "tokens": tokens ** (1 + square),
            "batch": batch,
            "bytes": 2 if two_bytes else bytes_each,
        }
        return math.prod(n for name, n in sizes.items() if name not in left_out)

    return answer


def fit_by_floor(card, weights, token_bytes, tokens, reserve=0.1):
    room = card - reserve * card - weights
    return math.floor(room / tokens / token_bytes) if room > 0 else 0


def fit_by_counting(card, weights, token_bytes, tokens, reserve=0.1):
    room, count = (1 - reserve) * card - weights, 0
    while room >= tokens * token_bytes:
        room -= tokens * token_bytes
        count += 1
    return count


def wrong_fit(room, rounding=math.floor, least=0):
    def answer(card, weights, token_bytes, tokens, reserve=0.1):
        n = rounding(room(card, weights, reserve) / (tokens * token_bytes))
        return n if least is None else max(least, n)

    return answer


def right_room(card, weights, reserve):
    return card - card * reserve - weights


def waste_by_numpy(lengths, longest, block):
    n = np.array(lengths)
    held = np.ceil(n / block) * block
    return (longest - n).sum() / (longest * n.size), (held - n).sum() / held.sum()


def waste_by_slots(lengths, longest, block):
    empty = [sum(longest - n for n in lengths), sum(-n % block for n in lengths)]
    used = sum(lengths)
    return [e / (e + used) for e in empty]


def wrong_waste(pages=None, share=None, reserve=None):
    def answer(lengths, longest, block):
        used = sum(lengths)
        count = pages or (lambda n: math.ceil(n / block))
        held = sum((pages(n, block) if pages else count(n)) * block for n in lengths)
        whole = (reserve or (lambda lengths, longest: longest))(lengths, longest) * len(lengths)
        final = share or (lambda used, held: (held - used) / held)
        return final(used, whole), final(used, held)

    return answer


def roofline(parameters, tokens, cache_read, bandwidth, peak, bytes_each=2):
    return float(
        np.maximum(
            parameters * 2.0 * tokens / peak,
            cache_read / bandwidth + parameters / bandwidth * bytes_each,
        )
    )


def roofline_by_if(parameters, tokens, cache_read, bandwidth, peak, bytes_each=2):
    moved = bytes_each * parameters + cache_read
    done = 2 * parameters * tokens
    return done / peak if done / peak > moved / bandwidth else moved / bandwidth


def wrong_roofline(moved=None, done=None, both=max):
    def answer(parameters, tokens, cache_read, bandwidth, peak, bytes_each=2):
        a = moved or (lambda N, B, c, e: N * e + c)
        b = done or (lambda N, B: 2 * N * B)
        reading = a(parameters, tokens, cache_read, bytes_each) / bandwidth
        return both(reading, b(parameters, tokens) / peak)

    return answer


def sized_arithmetic(parameters, tokens, cache_read, bandwidth, peak, bytes_each=2):
    size = parameters * bytes_each
    return np.max([(size + cache_read) / bandwidth, size * tokens / peak])


RIGHT = {
    "kv_bytes": [kv_by_shape, kv_by_layers],
    "max_concurrency": [fit_by_floor, fit_by_counting],
    "waste": [waste_by_numpy, waste_by_slots],
    "step_seconds": [roofline, roofline_by_if],
    "cache_size": ["80 GiB", "85.9 GB"],
    "time_per_token": ["7.9 ms", "0.00788 s"],
    "crossing": [295, "300 tokens"],
    "flaws": [{1, 3, 4, 6}, "1，3，4，6"],
}

TWINS = {
    "kv_bytes": {
        1: wrong_kv("kv"),
        2: wrong_kv("layers"),
        3: wrong_kv("batch"),
        4: wrong_kv(two_bytes=True),
        5: wrong_kv(square=True),
        6: wrong_kv("heads"),
    },
    "max_concurrency": {
        1: wrong_fit(lambda card, weights, reserve: card - reserve * card),
        2: wrong_fit(lambda card, weights, reserve: card - weights),
        3: wrong_fit(lambda card, weights, reserve: card - weights - reserve * (card - weights)),
        4: wrong_fit(right_room, math.ceil),
        5: wrong_fit(right_room, least=None),
    },
    "waste": {
        1: wrong_waste(pages=lambda n, b: 1 + n // b),
        2: wrong_waste(pages=lambda n, b: math.floor(n / b)),
        3: wrong_waste(share=lambda used, held: used / held),
        4: wrong_waste(share=lambda used, held: (held - used) / used),
        5: wrong_waste(reserve=lambda lengths, longest: max(lengths)),
    },
    "step_seconds": {
        1: wrong_roofline(moved=lambda N, B, c, e: B * e * N + c),
        2: wrong_roofline(moved=lambda N, B, c, e: e * N),
        3: wrong_roofline(both=lambda a, b: b + a),
        4: wrong_roofline(both=lambda a, b: a),
        5: wrong_roofline(both=lambda a, b: b),
        6: wrong_roofline(done=lambda N, B: B * N),
        7: wrong_roofline(done=lambda N, B: B * N * 6),
        8: wrong_roofline(moved=lambda N, B, c, e: c + N + N),
        9: sized_arithmetic,
    },
    "cache_size": {1: "80 GB", 2: "40 GiB", 3: "640 GiB"},
    "time_per_token": {1: "51.5 us", 2: "3.94 ms"},
    "crossing": {1: 590, 2: "148 tokens"},
}

TWO_AT_ONCE = {
    "kv_bytes": [(wrong_kv("kv", "batch"), {1, 3})],
    "max_concurrency": [
        (wrong_fit(lambda card, weights, reserve: card, math.ceil), {1, 2, 4}),
    ],
    "waste": [
        (
            wrong_waste(pages=lambda n, b: 1 + n // b, share=lambda used, held: used / held),
            {1, 3},
        ),
    ],
    "step_seconds": [
        (
            wrong_roofline(moved=lambda N, B, c, e: e * N, both=lambda a, b: a + b),
            {2, 3},
        ),
    ],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "each token has a KV cache",
                    "the KV-cache grows",
                    "keys and values of all layers",
                ],
                "there is no KV cache",
            ),
            (
                ["that sets the concurrency", "about fifty sequences fit", "first the weights"],
                "the weights are not on the card",
            ),
            (
                ["paging helps", "blocks of 16 tokens", "do away with fragmentation"],
                "no paging is needed",
            ),
            (
                [
                    "prefill is compute bound",
                    "TTFT is set by the prompt",
                    "the first token takes longest",
                ],
                "prefill is not the matter",
            ),
            (
                [
                    "decode is bound by bandwidth",
                    "batching raises throughput",
                    "TPOT hardly changes",
                ],
                "bandwidth is not the limit",
            ),
        ],
        "zh": [
            (
                ["每个 token 都有 KV cache", "KV 缓存随长度增长", "每层的 key 和 value"],
                "没有 KV cache",
            ),
            (["这样就得到并发数", "大约五十条", "先放权重"], "没有权重"),
            (["用分页", "按块分配", "减少碎片"], "不用分页"),
            (["prefill 受计算限制", "首 token 时间", "TTFT 由 prompt 决定"], "不是 prefill"),
            (["解码受带宽限制", "加大 batch", "TPOT 几乎不变"], "不受带宽限制"),
        ],
    }
}

EQUIVALENT = {}
