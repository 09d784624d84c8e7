"""Graph neural networks: other right answers, and every trap written a second way."""

from collections import Counter

import numpy as np

# ---- norm_adj ----------------------------------------------------------------------------------


def by_diagonals(A):
    loops = A + np.diag(np.ones(len(A)))
    root = np.diag(1 / np.sqrt(loops.sum(axis=0)))
    return root @ loops @ root


def by_outer(A):
    loops = np.asarray(A, dtype=float).copy()
    np.fill_diagonal(loops, 1)
    d = loops.sum(axis=1)
    return loops / np.sqrt(np.outer(d, d))


def in_single(A):
    loops = A.astype(np.float32) + np.eye(len(A), dtype=np.float32)
    d = loops.sum(axis=1) ** np.float32(-0.5)
    return d[:, None] * loops * d


def weighed(A, loops=1, count=1, left=-0.5, right=-0.5, late=False):
    """The matrix with a mistake switched on."""
    degree = A.sum(axis=1) + count
    with np.errstate(all="ignore"):
        a, b = degree**left, degree**right
    a, b = np.where(np.isfinite(a), a, 0), np.where(np.isfinite(b), b, 0)
    inner = A + (0 if late else loops) * np.eye(len(A))
    return np.einsum("i,ij,j->ij", a, inner, b) + (np.eye(len(A)) if late else 0)


# ---- gcn ---------------------------------------------------------------------------------------


def recursive(S, X, Ws):
    if len(Ws) == 1:
        return S @ (X @ Ws[0])
    return recursive(S, (S @ (X @ Ws[0])).clip(0), Ws[1:])


def node_by_node(S, X, Ws):
    H = X
    for W in Ws[:-1]:
        H = np.array(
            [np.maximum(sum(s * h for s, h in zip(row, H, strict=True)) @ W, 0) for row in S]
        )
    return np.array([(row @ H) @ Ws[-1] for row in S])


def gcn_32(S, X, Ws):
    H = X.astype(np.float32)
    for W in Ws[:-1]:
        H = np.where((Z := S.astype(np.float32) @ H @ W.astype(np.float32)) > 0, Z, 0)
    return S.astype(np.float32) @ H @ Ws[-1].astype(np.float32)


def slip(name):
    def answer(S, X, Ws):
        H, last = X, len(Ws) - 1
        for i, W in enumerate(Ws):
            mixed = H if name == "alone" or (name == "once" and i) else S.dot(H)
            Z = mixed.dot(W)
            if name == "early" and i < last:
                Z = S.dot(H.dot(W).clip(0))
            if name == "twice":
                Z = Z + H.dot(W)
            bent = (i < last or name == "to the end") and name not in ("linear", "early")
            H = Z.clip(0) if bent else Z
        return H

    return answer


# ---- propagate ---------------------------------------------------------------------------------


def by_matrix(edges, H):
    A = np.zeros((len(H), len(H)))
    A[edges[:, 0], edges[:, 1]] = A[edges[:, 1], edges[:, 0]] = 1
    return by_diagonals(A) @ H


def by_add_at(edges, H):
    loops = np.arange(len(H))
    to = np.concatenate([edges[:, 0], edges[:, 1], loops])
    source = np.concatenate([edges[:, 1], edges[:, 0], loops])
    root = np.sqrt(np.bincount(to, minlength=len(H)))
    out = np.zeros(H.shape)
    np.add.at(out, to, H[source] / (root[to] * root[source])[:, None])
    return out


def by_bincount(edges, H):
    both = np.vstack([edges, edges[:, ::-1]])
    root = np.sqrt(1 + np.bincount(both[:, 0], minlength=len(H)))
    scaled = H / root[:, None]
    columns = [
        np.bincount(both[:, 0], weights=column[both[:, 1]], minlength=len(H)) + column
        for column in scaled.T
    ]
    return np.stack(columns, axis=1) / root[:, None]


def along(edges, H, ways=2, loops=True, first=1, mean=False, echo=False, lost=False):
    """Messages with a mistake switched on."""
    n = len(H)
    degree = np.full(n, float(first))
    for pair in edges:
        degree[pair] += 1
    degree = degree.clip(1)
    out = [H[v] / degree[v] if loops else 0 * H[v] for v in range(n)]
    for way in range(ways):
        told = set()
        for pair in edges[::-1]:
            to, source = (int(pair[way]), int(pair[1 - way]))
            if lost and to in told:
                continue
            told.add(to)
            share = 1 / degree[to] if mean else 1 / np.sqrt(degree[to] * degree[source])
            out[to] = out[to] + share * H[to if echo else source]
    return np.array(out)


def one_direction(edges, H):
    """The list taken for one that holds both directions."""
    A = np.eye(len(H))
    for source, to in edges:
        A[to, source] = 1
    root = A.sum(axis=1) ** -0.5
    return np.diag(root) @ A @ np.diag(root) @ H


# ---- wl ----------------------------------------------------------------------------------------


def until_stable(edges, colors):
    def numbered(labels):
        order = list(dict.fromkeys(labels))
        return [order.index(label) for label in labels]

    near = {v: [] for v in range(len(colors))}
    for a, b in np.asarray(edges, dtype=int):
        near[int(a)].append(int(b))
        near[int(b)].append(int(a))
    now = numbered(colors)
    while True:
        counts = [(now[v], frozenset(Counter(now[u] for u in near[v]).items())) for v in near]
        new = numbered(counts)
        if new == now:
            return new
        now = new


def by_matrix_power(edges, colors):
    """Counts of each colour among the neighbours, as rows of A times one-hot colours."""
    n = len(colors)
    A = np.zeros((n, n), dtype=int)
    for a, b in edges:
        A[a, b] = A[b, a] = 1
    rows = np.array(colors)[:, None]
    for _ in range(n):
        _, first, which = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        rank = np.argsort(np.argsort(first))[which.ravel()]
        hot = np.eye(n, dtype=int)[rank]
        rows = np.column_stack([rank, A @ hot])
    return rank


def colored(edges, colors, view=sorted, own=True, rounds=20, ways=2, start=True):
    """Refinement with a mistake switched on."""
    now = list(colors) if start else [5] * len(colors)
    rounds = min(rounds, len(edges))
    for number in range(rounds + 1):
        order = list(dict.fromkeys(now))
        now = [order.index(color) for color in now]
        if number == rounds:
            return now
        heard = [[] for _ in now]
        for a, b in edges:
            heard[a].append(now[b])
            if ways == 2:
                heard[b].append(now[a])
        now = [(now[v] if own else None, str(view(heard[v]))) for v in range(len(now))]
    return now


def in_one_heap(edges, colors):
    now, n = list(colors), len(colors)
    A = np.eye(n, dtype=int)
    for a, b in edges:
        A[a, b] = A[b, a] = 1
    for _ in range(n):
        heaps = [tuple(sorted(now[u] for u in np.flatnonzero(row))) for row in A]
        order = list(dict.fromkeys(heaps))
        now = [order.index(heap) for heap in heaps]
    return now


RIGHT = {
    "norm_adj": [by_diagonals, by_outer, in_single],
    "gcn": [recursive, node_by_node, gcn_32],
    "propagate": [by_matrix, by_add_at, by_bincount, along],
    "wl": [until_stable, by_matrix_power, colored],
    "parameters": [23_040, "23040"],
    "seen": [7, "7"],
    "flaws": [{10, 8, 6, 5, 3, 2}, "2，3，5，6，8，10"],
}

TWINS = {
    "norm_adj": {
        1: lambda A: weighed(A, loops=0, count=0),
        2: lambda A: weighed(A, left=-1, right=0),
        3: lambda A: weighed(A, count=0),
        4: lambda A: weighed(A, count=0, late=True),
        5: lambda A: weighed(A, right=0),
        6: lambda A: weighed(A, left=0.5, right=0.5),
        7: lambda A: weighed(A, left=-1, right=-1),
    },
    "gcn": {
        1: slip("to the end"),
        2: slip("linear"),
        3: slip("alone"),
        4: slip("once"),
        5: slip("early"),
        6: slip("twice"),
    },
    "propagate": {
        1: lambda edges, H: along(edges, H, ways=1),
        2: lambda edges, H: along(edges, H, lost=True),
        3: lambda edges, H: along(edges, H, loops=False),
        4: lambda edges, H: along(edges, H, mean=True),
        5: lambda edges, H: along(edges, H, echo=True),
        6: lambda edges, H: along(edges, H, first=0),
        7: one_direction,
    },
    "wl": {
        1: lambda edges, colors: colored(edges, colors, view=lambda heard: sorted(set(heard))),
        2: lambda edges, colors: colored(edges, colors, own=False),
        3: lambda edges, colors: colored(edges, colors, rounds=1),
        4: lambda edges, colors: colored(edges, colors, ways=1),
        5: lambda edges, colors: colored(edges, colors, view=sum),
        6: lambda edges, colors: colored(edges, colors, start=False),
        7: in_one_heap,
        8: lambda edges, colors: colored(edges, colors, rounds=3),
    },
    "parameters": {1: "23063", 2: 43_440},
    "seen": {1: 8.0, 2: "6", 3: 3.0},
}

TWO_AT_ONCE = {
    "norm_adj": [(lambda A: weighed(A, loops=0, count=0, left=0.5, right=0.5), {1, 6})],
    "propagate": [(lambda edges, H: along(edges, H, mean=True, ways=1), {1, 4})],
    "wl": [(lambda edges, colors: colored(edges, colors, rounds=1, ways=1), {3, 4})],
}

PHRASINGS = {
    "say": {
        "en": [
            (
                [
                    "Each node aggregates the vectors of its neighbours and updates its own.",
                    "Nodes send messages to their neighbours and combine what they get.",
                    "It sums over neighbors and transforms the sum.",
                ],
                "It does not aggregate over neighbours.",
            ),
            (
                [
                    "The layer is permutation equivariant.",
                    "Renumber the nodes and the outputs are renumbered.",
                    "GNN layers are equivariant to the order of the nodes.",
                ],
                "The layer is not equivariant.",
            ),
            (
                [
                    "Add self-loops to the adjacency first.",
                    "Messages are normalised by the degrees of both ends.",
                    "We divide by the square roots of the degrees.",
                ],
                "There are no self-loops.",
            ),
            (
                [
                    "For graph-level labels you pool over the nodes.",
                    "Pooling is a readout for the whole graph.",
                    "A readout is used for graph classification.",
                ],
                "You never pool for the whole graph.",
            ),
            (
                [
                    "Too many layers over-smooth the features.",
                    "With depth all nodes become alike.",
                    "Deep GCNs suffer from oversmoothing.",
                ],
                "Deep stacks do not over-smooth.",
            ),
        ],
        "zh": [
            (
                [
                    "每个节点聚合邻居的特征，再更新自己。",
                    "核心是消息传递。",
                    "把邻居的信息汇总到自己身上。",
                ],
                "不聚合邻居。",
            ),
            (
                ["图卷积层是置换等变的。", "节点重新编号，输出跟着换位。", "它对节点次序等变。"],
                "这一层不是等变的。",
            ),
            (
                ["邻接矩阵先加自环。", "按度的平方根做对称归一化。", "除以两端度数的平方根。"],
                "不用加自环。",
            ),
            (
                [
                    "整图分类才需要池化。",
                    "池化读出用于图级任务。",
                    "给整张图打标签时，把节点池化成一个向量读出，对整图求平均池化。",
                ],
                "整图任务不需要池化。",
            ),
            (
                [
                    "层数太多会过平滑。",
                    "深了以后节点表示趋同。",
                    "叠很多层，所有节点的特征越来越像。",
                ],
                "不会过平滑。",
            ),
        ],
    }
}

EQUIVALENT = {}
