"""Graph neural networks: the normalised adjacency, a GCN, messages along edges, colour refinement.

The references go edge by edge and node by node; the graphs are small enough to check by hand.
"""

from itertools import pairwise

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- graphs ------------------------------------------------------------------------------------


def _adjacency(edges, n):
    A = np.zeros((n, n))
    for a, b in edges:
        A[a, b] = A[b, a] = 1.0
    return A


def _random_edges(rng, n, share=0.4):
    """Each pair of n nodes with the given chance, in any order and direction; at least two."""
    pairs = [(a, b) for a in range(n) for b in range(a)]
    kept = [pair for pair in pairs if rng.random() < share] or pairs[:2]
    turned = [pair if rng.random() < 0.5 else pair[::-1] for pair in kept]
    return rng.permutation(np.array(turned))


def _numbers(rng, *shape):
    return rng.normal(size=shape).round(1)


# ---- norm_adj ----------------------------------------------------------------------------------


def _norm_adj(A):
    n = len(A)
    degree = [1 + sum(row) for row in A.tolist()]
    S = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            S[i, j] = (A[i, j] + (i == j)) / np.sqrt(degree[i] * degree[j])
    return S


_PATH = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])

norm_adj = Check(_norm_adj)
norm_adj.case(
    _PATH,
    en="a path of three nodes: with their self-loops the degrees are 2, 3, 2",
    zh="三个节点连成一条路：加上自环后，度是 2、3、2",
)
norm_adj.case(
    _adjacency([(0, 1), (0, 2), (0, 3)], 5),
    en="a node without neighbours keeps its own features: 1 on its diagonal place, no nan",
    zh="没有邻居的节点保留自己的特征：对角线上是 1，不是 nan",
)
norm_adj.case(
    np.array([[0.0, 0.5, 2.0], [0.5, 0.0, 0.0], [2.0, 0.0, 0.0]]),
    en="weighted edges: a degree is the sum of a node's weights, and 1",
    zh="带权的边：度是该节点各边权重之和，再加 1",
)


@norm_adj.fresh(en="a fresh random graph", zh="新的随机图")
def _(rng):
    return (_adjacency(_random_edges(rng, 6), 6),)


def _without_loops(A):
    with np.errstate(all="ignore"):
        d = A.sum(axis=1) ** -0.5
        return d[:, None] * A * d


def _by_rows(A):
    loops = A + np.eye(len(A))
    return loops / loops.sum(axis=1, keepdims=True)


def _old_degrees(A):
    with np.errstate(all="ignore"):
        d = A.sum(axis=1) ** -0.5
        return d[:, None] * (A + np.eye(len(A))) * d


def _loops_last(A):
    with np.errstate(all="ignore"):
        d = A.sum(axis=1) ** -0.5
        d[~np.isfinite(d)] = 0
    return d[:, None] * A * d + np.eye(len(A))


def _one_side(A):
    loops = A + np.eye(len(A))
    return loops / np.sqrt(loops.sum(axis=1, keepdims=True))


def _roots_up(A):
    loops = A + np.eye(len(A))
    d = np.sqrt(loops.sum(axis=1))
    return d[:, None] * loops * d


def _twice(A):
    loops = A + np.eye(len(A))
    d = loops.sum(axis=1)
    return loops / np.outer(d, d)


norm_adj.trap(
    _without_loops,
    en="No self-loops: a node's new features hold nothing of its old ones, and a node without "
    "neighbours divides by zero.",
    zh="没有自环：节点的新特征里没有自己原来的特征；没有邻居的节点还会除以零。",
    ask_en="What of node 1's own features is in row 1 of S X?",
    ask_zh="S X 的第 1 行里，有节点 1 自己的特征吗？",
)
norm_adj.trap(
    _by_rows,
    en="D̃⁻¹Ã: a plain mean over the neighbourhood. That is another, also used, normalisation; the "
    "symmetric one divides each edge by the root of both its ends' degrees.",
    zh="D̃⁻¹Ã 是对邻域取普通平均，也有人用，但不是这里问的。"
    "对称归一化把每条边除以两端度数之积的平方根。",
    ask_en="Is your matrix symmetric?",
    ask_zh="你的矩阵对称吗？",
)
norm_adj.trap(
    _old_degrees,
    en="The self-loops are added, but the degrees are still those of A. They must be counted after "
    "the self-loops, as D̃.",
    zh="自环加上了，度却还是 A 的度。要在加自环之后再数，得到 D̃。",
)
norm_adj.trap(
    _loops_last,
    en="I + D⁻¹ᐟ²AD⁻¹ᐟ²: its largest eigenvalue is 2, so that repeated layers grow. The "
    "renormalisation adds I first and normalises then.",
    zh="这是 I + D⁻¹ᐟ²AD⁻¹ᐟ²：最大特征值是 2，层层相乘会越来越大。重归一化是先加 I，再归一化。",
    ask_en="What is the largest eigenvalue of your matrix for a graph with two linked nodes?",
    ask_zh="两个相连节点的图，你的矩阵最大特征值是多少？",
)
norm_adj.trap(
    _one_side,
    en="The root of the degree is divided out on one side only. Both ends of an edge count.",
    zh="只在一侧除了度的平方根。一条边的两端都要算。",
)
norm_adj.trap(
    _roots_up,
    en="Multiplied by the roots of the degrees, not divided: hubs drown everybody else.",
    zh="乘上了度的平方根，而不是除：度大的节点会淹没其余节点。",
)
norm_adj.trap(
    _twice,
    en="Divided by both degrees, not by their roots: the entries shrink twice.",
    zh="除以了两个度本身，而不是它们的平方根：多缩了一次。",
)

# ---- gcn ---------------------------------------------------------------------------------------


def _gcn(S, X, Ws):
    H = X
    for number, W in enumerate(Ws, 1):
        H = np.einsum("ij,jd,dk->ik", S, H, W)
        if number < len(Ws):
            H = H * (H > 0)
    return H


def _gcn_variant(layer, between=lambda H: np.maximum(H, 0), last=lambda H: H):
    """A GCN with one line exchanged: layer(S, H, W, number)."""

    def answer(S, X, Ws):
        H = X
        for number, W in enumerate(Ws):
            H = layer(S, H, W, number)
            H = last(H) if number == len(Ws) - 1 else between(H)
        return H

    return answer


def _plain(S, H, W, number):
    return S @ H @ W


def _inside(S, X, Ws):
    """ReLU before the neighbours are averaged."""
    H = X
    for W in Ws[:-1]:
        H = S @ np.maximum(H @ W, 0)
    return S @ H @ Ws[-1]


def _network(rng, n, widths):
    S = _norm_adj(_adjacency(_random_edges(rng, n), n))
    shapes = list(pairwise(widths))
    return S, _numbers(rng, n, widths[0]), [_numbers(rng, *shape) for shape in shapes]


gcn = Check(_gcn)
gcn.case(
    np.array([[0.5, 0.5, 0.0], [0.5, 0.25, 0.25], [0.0, 0.25, 0.75]]),
    np.array([[2.0, -1.0], [0.0, 4.0], [-2.0, 2.0]]),
    [np.array([[1.0, -1.0], [1.0, 2.0]]), np.array([[-1.0], [0.5]])],
    en="two layers: ReLU(S X W₁), then S (·) W₂ without ReLU",
    zh="两层：先 ReLU(S X W₁)，再 S (·) W₂，最后不加 ReLU",
)
gcn.case(
    np.array([[0.5, 0.5], [0.5, 0.5]]),
    np.array([[1.0, 0.0, -1.0], [2.0, 2.0, 0.0]]),
    [np.array([[1.0, -2.0], [0.0, 1.0], [3.0, 1.0]])],
    en="one layer: S X W, logits as they are",
    zh="只有一层：S X W，logits 不做别的处理",
)
gcn.case(
    *_network(np.random.default_rng(1), 5, (3, 4, 2, 3)),
    en="three layers: the neighbours are averaged in each of them",
    zh="三层：每一层都要对邻居求平均",
)


@gcn.fresh(en="a fresh graph, features and weights", zh="新的图、特征和权重")
def _(rng):
    return _network(rng, 6, (2, 5, 3))


@gcn.property(
    en="the nodes renumbered, the rows of the output are renumbered, and nothing else changes",
    zh="节点重新编号，输出的行随之换位，其余不变",
)
def _(answer):
    S, X, Ws = _network(np.random.default_rng(2), 5, (2, 3, 2))
    order = np.array([3, 0, 4, 1, 2])
    return Evidence(
        given={"order": order},
        names_zh={"order": "新的次序"},
        expected=np.asarray(answer(S.copy(), X.copy(), [W.copy() for W in Ws]))[order],
        got=answer(S[np.ix_(order, order)], X[order], [W.copy() for W in Ws]),
    )


gcn.trap(
    _gcn_variant(_plain, last=lambda H: np.maximum(H, 0)),
    en="ReLU on the last layer cuts every negative logit to 0; softmax needs them.",
    zh="最后一层也加了 ReLU，负的 logit 全变成 0；softmax 需要它们。",
)
gcn.trap(
    _gcn_variant(_plain, between=lambda H: H),
    en="No ReLU between the layers: the network is the linear map SᴸX W₁W₂… (as SGC is, on "
    "purpose).",
    zh="层与层之间没有 ReLU：整个网络就是线性映射 SᴸX W₁W₂…（SGC 是有意这样做的）。",
)
gcn.trap(
    _gcn_variant(lambda S, H, W, number: H @ W),
    en="S is never used: this is a network on each node alone, which the graph does not reach.",
    zh="没有用到 S：这是对每个节点单独做的 MLP，图没起作用。",
    ask_en="Take all edges away. Does your output change?",
    ask_zh="把边全部去掉，输出会变吗？",
)
gcn.trap(
    _gcn_variant(lambda S, H, W, number: H @ W if number else S @ H @ W),
    en="The neighbours are averaged in the first layer only, so that no node sees beyond one step.",
    zh="只在第一层对邻居求平均，节点看不到一步以外。",
)
gcn.trap(
    _inside,
    en="ReLU came before the average over neighbours. In a GCN layer it is the outermost: "
    "ReLU(S H W).",
    zh="先 ReLU 再对邻居求平均了。GCN 层里它在最外面：ReLU(S H W)。",
)
gcn.trap(
    _gcn_variant(lambda S, H, W, number: S @ H @ W + (H @ W)),
    en="The node's own features are added a second time. They are in S already, as its self-loop.",
    zh="节点自己的特征又加了一遍。S 里已经有自环了。",
)

# ---- propagate ---------------------------------------------------------------------------------


def _propagate(edges, H):
    degree = [1] * len(H)
    for a, b in edges.tolist():
        degree[a] += 1
        degree[b] += 1
    out = [row / d for row, d in zip(H.astype(float), degree, strict=True)]
    for a, b in edges.tolist():
        share = (degree[a] * degree[b]) ** -0.5
        out[a] = out[a] + share * H[b]
        out[b] = out[b] + share * H[a]
    return np.array(out)


def _propagate_variant(
    both=True,
    own=True,
    first=1,
    share=lambda d, a, b: 1 / np.sqrt(d[a] * d[b]),
    reads=lambda H, to, source: H[source],
):
    """Messages along edges with one line exchanged."""

    def answer(edges, H):
        a, b = edges.T
        degree = first + np.bincount(edges.ravel(), minlength=len(H))
        with np.errstate(all="ignore"):
            out = H / np.maximum(degree, 1)[:, None] if own else np.zeros(H.shape)
            for to, source in ((a, b), (b, a))[: 1 + both]:
                sent = share(degree, to, source)[:, None] * reads(H, to, source)
                np.add.at(out, to, sent)
        return out

    return answer


def _overwritten(edges, H):
    a, b = edges.T
    degree = 1 + np.bincount(edges.ravel(), minlength=len(H))
    out = H / degree[:, None]
    share = (degree[a] * degree[b])[:, None] ** -0.5
    out[a] += share * H[b]
    out[b] += share * H[a]
    return out


def _as_listed(edges, H):
    source, to = edges.T
    degree = 1 + np.bincount(to, minlength=len(H))
    out = H / degree[:, None]
    np.add.at(out, to, H[source] / np.sqrt(degree[source] * degree[to])[:, None])
    return out


_STAR = np.array([[0, 1], [0, 2], [3, 0]])

propagate = Check(_propagate)
propagate.case(
    _STAR,
    np.array([[1.0, 2.0], [4.0, 0.0], [-2.0, 8.0], [6.0, -4.0]]),
    en="a star: node 0 hears from all its three neighbours, and they hear from it",
    zh="星形图：节点 0 收到三个邻居的消息，它们也都收到它的",
)
propagate.case(
    np.array([[1, 2]]),
    np.array([[3.0], [1.0], [-1.0]]),
    en="a node without edges keeps its features",
    zh="没有边的节点保留自己的特征",
)
propagate.case(
    np.zeros((0, 2), dtype=int),
    np.array([[1.0, -2.0], [0.5, 3.0]]),
    en="no edges at all: every node keeps its features",
    zh="一条边也没有：每个节点保留自己的特征",
)
propagate.case(
    _random_edges(np.random.default_rng(5), 7),
    _numbers(np.random.default_rng(6), 7, 3),
    en="edges in any order and direction: the same as S H",
    zh="边的次序和方向任意：结果和 S H 一样",
)


@propagate.fresh(en="a fresh list of edges", zh="新的边表")
def _(rng):
    return _random_edges(rng, 8, share=0.3), _numbers(rng, 8, 2)


propagate.trap(
    _propagate_variant(both=False),
    en="Messages flow one way only, from the second node of an edge to the first. Each edge is "
    "listed once and carries two messages.",
    zh="消息只朝一个方向走，从边的第二个节点到第一个。每条边只列一次，却要传两条消息。",
)
propagate.trap(
    _overwritten,
    en="`out[index] += …` with an index that repeats adds only once: all but one message to a node "
    "are lost. np.add.at adds them all.",
    zh="`out[index] += …` 里 index 有重复时只加一次：同一个节点收到的消息只剩一条。np.add.at "
    "会全部加上。",
    ask_en="Node 0 appears twice in the first column. How many messages arrived?",
    ask_zh="节点 0 在第一列出现了两次，收到了几条消息？",
)
propagate.trap(
    _propagate_variant(own=False),
    en="The node's own features are missing: the self-loop is an edge like any other.",
    zh="缺了节点自己的特征：自环和别的边一样要算。",
)
propagate.trap(
    _propagate_variant(share=lambda d, to, source: 1 / d[to]),
    en="Divided by the receiver's degree alone: a mean over the neighbourhood. The symmetric "
    "share is one over the root of both degrees.",
    zh="只除以了接收方的度，成了邻域平均。对称的系数是两端度数之积的平方根分之一。",
)
propagate.trap(
    _propagate_variant(reads=lambda H, to, source: H[to]),
    en="Each node receives its own features: the message must be read at the other end of the "
    "edge.",
    zh="每个节点收到的是自己的特征：消息要从边的另一端读。",
)
propagate.trap(
    _propagate_variant(first=0),
    en="The degrees were counted without the self-loop, but the self-loop sends a message too.",
    zh="数度时没算自环，可自环也传消息。",
)
propagate.trap(
    _as_listed,
    en="Messages and degrees follow the list as if it held both directions, like PyTorch "
    "Geometric's edge_index. Here each edge stands once: both ends receive, and both count it.",
    zh="消息和度都只按表里的方向算，好像表里已有两个方向，像 PyTorch Geometric 的 edge_index。"
    "这里每条边只列一次：两端都收消息，两端的度都加 1。",
)

# ---- wl ----------------------------------------------------------------------------------------


def _wl(edges, colors):
    neighbours = [[] for _ in colors]
    for a, b in edges.tolist():
        neighbours[a].append(b)
        neighbours[b].append(a)
    colors = _renumber(colors)
    for _ in edges:
        seen = [sorted(colors[u] for u in near) for near in neighbours]
        colors = _renumber(zip(colors, map(tuple, seen), strict=True))
    return colors


def _renumber(labels):
    numbers = {}
    return [numbers.setdefault(label, len(numbers)) for label in labels]


def _wl_variant(
    gather=lambda seen: tuple(sorted(seen)), own=True, rounds=len, both=True, stop=lambda out: out
):
    def answer(edges, colors):
        out, numbers = list(colors), {}
        out = [numbers.setdefault(color, len(numbers)) for color in out]
        near = [[] for _ in out]
        for a, b in np.asarray(edges).tolist():
            near[a].append(b)
            if both:
                near[b].append(a)
        for _ in range(rounds(edges)):
            numbers = {}
            labels = [(out[v] * own, gather([out[u] for u in near[v]])) for v in range(len(out))]
            out = [numbers.setdefault(label, len(numbers)) for label in labels]
        return stop(out)

    return answer


def _merged(edges, colors):
    out = _renumber(colors)
    for _ in edges:
        seen = [[color] for color in out]
        for a, b in edges.tolist():
            seen[a].append(out[b])
            seen[b].append(out[a])
        out = _renumber(tuple(sorted(heard)) for heard in seen)
    return out


def _ignoring(edges, colors):
    return _wl(edges, [0] * len(colors))


wl = Check(_wl)
wl.case(
    np.array([[0, 5], [1, 2], [1, 3], [4, 5]]),
    [0, 1, 1, 1, 1, 1],
    en="two paths, 0–5–4 and 2–1–3; node 0 starts in another colour",
    zh="两条路 0–5–4 和 2–1–3，节点 0 的起始颜色不同",
)
wl.case(
    np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 0]]),
    [0] * 6,
    en="a ring of six: nothing tells the nodes apart",
    zh="六个节点的环：没有办法区分各节点",
)
wl.case(
    np.array([[0, 1], [0, 2], [0, 3], [4, 5], [4, 6], [7, 8]]),
    [0] * 9,
    en="how many neighbours of a colour there are counts, not only which colours",
    zh="同色邻居的个数也算，不只看有哪些颜色",
)
wl.case(
    np.array([[4, 0], [4, 3], [5, 1], [5, 2]]),
    [0, 1, 1, 2, 3, 3],
    en="neighbours 0 and 2 are not neighbours 1 and 1",
    zh="邻居是 0 和 2，与邻居是 1 和 1 不同",
)
wl.case(
    np.array([[3, 0], [3, 5], [3, 6], [4, 1], [4, 2], [4, 7]]),
    [0, 1, 2, 3, 3, 4, 5, 6],
    en="neighbours 0, 4, 5 and 1, 2, 6 differ, though their number, sum and squares' sum agree",
    zh="邻居 0、4、5 与 1、2、6 不同，尽管个数、和、平方和都相等",
)
wl.case(
    np.array([[0, 1]]),
    [0, 1],
    en="two linked nodes of different colours stay different",
    zh="两个相连、颜色不同的节点仍然不同",
)
wl.case(
    np.stack([np.arange(23), np.arange(1, 24)], axis=1),
    [0] * 24,
    en="a path of 24: news from the ends takes eleven rounds to the middle",
    zh="24 个节点的路：两端的消息传到中间要十一轮",
)
wl.case(
    np.zeros((0, 2), dtype=int),
    [7, 7, 2, 7],
    en="no edges: the starting colours, numbered anew",
    zh="没有边：就是起始颜色，重新编号",
)


@wl.fresh(en="a fresh graph with two starting colours", zh="新的图，两种起始颜色")
def _(rng):
    return _random_edges(rng, 8, share=0.3), rng.integers(2, size=8).tolist()


wl.trap(
    _wl_variant(gather=lambda seen: tuple(sorted(set(seen)))),
    en="The neighbours' colours were put into a set: two neighbours of a colour count as one. "
    "That is what a max over neighbours sees.",
    zh="邻居的颜色放进了集合：两个同色的邻居只算一个。这正是对邻居取 max 时能看到的。",
)
wl.trap(
    _wl_variant(own=False),
    en="The node's own colour is forgotten: nodes that differ only in it become one.",
    zh="忘了节点自己的颜色：只在这一点上不同的节点就并到一起了。",
)
wl.trap(
    _wl_variant(rounds=lambda edges: min(1, len(edges))),
    en="One round sees direct neighbours only. Go on until the classes no longer split.",
    zh="一轮只能看到直接邻居。要一直做到颜色类不再分裂。",
    ask_en="Nodes 2 and 4 are ends of a path. What tells them apart, and in which round?",
    ask_zh="节点 2 和 4 都是路的端点。靠什么区分它们，在第几轮？",
)
wl.trap(
    _wl_variant(both=False),
    en="Only one end of each edge sees the other. The edges have no direction.",
    zh="每条边只有一端看得到另一端。边是没有方向的。",
)
wl.trap(
    _wl_variant(gather=sum),
    en="The colour numbers were added: 0 + 2 = 1 + 1. They are names; keep the sorted list.",
    zh="把颜色编号加起来了：0 + 2 = 1 + 1。编号只是名字，要保留排好序的整个列表。",
)
wl.trap(
    _ignoring,
    en="The starting colours are ignored: what the nodes are (their features) counts too.",
    zh="没有用起始颜色：节点本身是什么（特征）也要算。",
)
wl.trap(
    _merged,
    en="The node's own colour lies in one heap with its neighbours': two linked nodes 0 and 1 both "
    "see {0, 1}. Keep it apart, as the first of a pair.",
    zh="自己的颜色和邻居的混在了一堆：相连的 0 和 1 看到的都是 {0, 1}。要把它单独放在一对的前面。",
)
wl.trap(
    _wl_variant(rounds=lambda edges: min(3, len(edges))),
    en="A fixed number of rounds: news travels one edge a round, and this path is longer. Stop "
    "when a round splits no class.",
    zh="轮数写死了：消息每轮只走一条边，这条路更长。要到某一轮不再分裂任何类时才停。",
)

# ---- estimates ---------------------------------------------------------------------------------

parameters = Estimate(23_040, unit="weights", rtol=0)
parameters.trap(
    23_063,
    en="Those are the biases as well; the question says without them.",
    zh="这把偏置也算进去了；题目说不含偏置。",
)
parameters.trap(
    2708 * 16 + 16 * 7,
    en="2,708 is the number of nodes. No weight belongs to a node: the first matrix maps "
    "features, 1,433 × 16.",
    zh="2,708 是节点数。没有哪个权重属于某个节点：第一个矩阵作用在特征上，是 1,433 × 16。",
)
seen = Estimate(7, unit="nodes", rtol=0)
seen.trap(
    8,
    en="2³ would be a tree that only grows outwards, without the node itself. On a ring each "
    "layer adds one node on each side.",
    zh="2³ 是只往外长的树，还漏了节点自己。在环上，每层两边各多一个节点。",
)
seen.trap(
    6,
    en="The node itself is missing: its self-loop keeps it in.",
    zh="漏了节点自己：自环把它留在里面。",
)
seen.trap(
    3,
    en="Three layers reach three steps, to both sides, and the node itself counts too.",
    zh="三层能到三步远，两边都有，还要加上节点自己。",
)

# ---- flaws, say --------------------------------------------------------------------------------

flaws = Flaws()
flaws.true(
    en="The weight matrices of a GCN have no axis of the length of the graph: the same weights "
    "run on another graph.",
    zh="GCN 的权重矩阵没有哪一维等于节点数：同一组权重可以用在另一张图上。",
)
flaws.false(
    en="A GNN is graph convolution, then pooling, then a fully connected layer.",
    zh="GNN 就是图卷积，然后池化，再接全连接层。",
    because_en="The core is passing messages between neighbours. Pooling over nodes is a readout "
    "for labels of a whole graph; to label nodes there is none.",
    because_zh="核心是邻居之间的消息传递。对节点做池化是整图任务的读出步骤；给节点分类时没有池化。",
    source="Gilmer et al. 2017, §2, Eqs. 1–3",
)
flaws.false(
    en="A GCN layer is permutation-invariant: renumber the nodes and its output stays as it is.",
    zh="GCN 层对置换是不变的：节点重新编号，输出不变。",
    because_en="It is equivariant: the rows of the output are renumbered along. Invariant is a "
    "sum or mean over the nodes at the end.",
    because_zh="它是等变的：输出的行跟着换位。最后对节点求和或求平均，才是不变的。",
    source="the property that your gcn was graded on",
    source_zh="gcn 判题时检查的性质",
)
flaws.true(
    en="After two GCN layers a node's output depends on nothing that is more than two edges away.",
    zh="两层 GCN 之后，一个节点的输出与两条边以外的东西无关。",
)
flaws.false(
    en="As in a CNN, more graph convolutions make a better node classifier: each one sees further.",
    zh="和 CNN 一样，图卷积层越多，节点分类越好，因为看得更远。",
    because_en="Repeated averaging makes the nodes of a connected graph alike: over-smoothing. "
    "Few layers are usual.",
    because_zh="反复求平均，连通图里的节点就越来越像：过平滑。通常只用几层。",
    source="Li, Han & Wu 2018, arXiv:1801.07606, Theorem 1; the figure of this lesson",
    source_zh="Li, Han & Wu 2018, arXiv:1801.07606, Theorem 1；见本课的图",
)
flaws.false(
    en="With enough layers message passing tells any two different graphs apart.",
    zh="只要层数够多，消息传递能区分任意两张不同的图。",
    because_en="It sees no more than colour refinement: with equal features a ring of six and two "
    "triangles get equal outputs, at any depth.",
    because_zh="它看到的不超过颜色细化：特征都相同时，六元环和两个三角形的输出一样，多深都没用。",
    source="Xu et al. 2019, arXiv:1810.00826, Lemma 2",
)
flaws.true(
    en="A sum over neighbours can tell one neighbour from two equal ones; a mean or a max cannot.",
    zh="对邻居求和能分清一个邻居和两个相同的邻居；取平均或最大值则不能。",
)
flaws.false(
    en="Without self-loops, S X still holds every node's own features: it is its own neighbour.",
    zh="不加自环，S X 里也有每个节点自己的特征，因为它是自己的邻居。",
    because_en="The diagonal of A is 0. The own features come in by A + I, or by an update "
    "function that takes them beside the messages.",
    because_zh="A 的对角线是 0。自己的特征要靠 A + I 进来，或者由更新函数在消息之外单独接收。",
    source="Kipf & Welling 2017, §2, Eq. 2",
)
flaws.true(
    en="Where neighbours mostly have different labels, averaging over them can score below "
    "ignoring the graph.",
    zh="如果邻居的标签大多不同，对邻居求平均可能还不如不看图。",
)
flaws.false(
    en="A graph attention layer (GAT) computes softmax weights over all pairs of nodes, as a "
    "Transformer does.",
    zh="图注意力层（GAT）和 Transformer 一样，在所有节点对上算 softmax 权重。",
    because_en="Its softmax runs over a node's neighbours only; the graph is the mask.",
    because_zh="它的 softmax 只在节点的邻居上算；图就是掩码。",
    source="Veličković et al. 2018, arXiv:1710.10903, §2.1",
)

say = Say(
    model_en="A graph neural network works on nodes and edges. In each layer every node collects "
    "messages from its neighbours, adds them up in a "
    "way that does not depend on their order, and updates its own vector. The weights are shared "
    "by all nodes; renumber the nodes and the outputs are "
    "renumbered: the layer is permutation equivariant. A GCN layer is ReLU of S H W: S is the "
    "adjacency with self-loops, divided by the roots of both degrees. "
    "For a label of the whole graph one pools over the nodes at the end; to label nodes one needs "
    "no pooling. Deep stacks over-smooth: all nodes become alike. "
    "And message passing sees no more than colour refinement, the Weisfeiler-Leman test.",
    model_zh="图神经网络处理的是节点和边。每一层里，节点从邻居那里收集消息，"
    "用与次序无关的方式聚合，再更新自己的向量。权重由所有节点共享；节点重新编号，输出跟着换位，"
    "也就是置换等变。"
    "GCN 层是 ReLU(S H W)：S 是加了自环的邻接矩阵，按两端度数的平方根归一化。"
    "给整张图打标签时才对节点做池化读出。"
    "层数多了会过平滑：所有节点变得一样。"
    "消息传递的区分能力不超过 Weisfeiler-Leman 颜色细化。",
)
say.point(
    en="message passing: a node aggregates what its neighbours send and updates itself",
    zh="消息传递：节点聚合邻居发来的消息，更新自己",
    found_en=[
        r"messages? .*neighbou?r",
        r"neighbou?rs?.* (aggregat|sum|averag|message|combin)",
        r"(aggregat|collect|sum|averag|combin)\w*.* neighbou?r",
    ],
    found_zh=[
        r"邻居.*(消息|聚合|汇总|求平均|求和|信息)",
        r"(聚合|汇总|收集).*(邻居|邻域)",
        r"消息传递",
    ],
)
say.point(
    en="the layer is permutation equivariant: its weights are shared by all nodes",
    zh="层是置换等变的：所有节点共享权重",
    found_en=[r"equivarian", r"renumber\w* .*renumber", r"permut\w+ .*(nodes|rows).* permut"],
    found_zh=[r"等变", r"(输出|行|结果).*(跟着|随之)", r"置换.*跟着"],
)
say.point(
    en="self-loops and division by the roots of the degrees",
    zh="自环，以及按度的平方根归一化",
    found_en=[
        r"self[- ]?loops?",
        r"(normali[sz]|divid)\w* .*degree",
        r"a \+ i\b",
    ],
    found_zh=[r"自环", r"度数?.*(归一化|平方根)", r"归一化.*度"],
)
say.point(
    en="pooling over nodes is for labels of a whole graph",
    zh="对节点池化只用于整图的标签",
    found_en=[
        r"(graph[- ]level|whole graph|entire graph|graph classification).* (pool|read)",
        r"(pool|read\s?out)\w*.* (graph[- ]level|whole graph|entire graph|graph "
        r"classification|label of the graph)",
    ],
    found_zh=[
        r"(整张?图|图级|图分类).*(池化|读出)",
        r"(池化|读出).*(整张?图|图级|图分类)",
    ],
)
say.point(
    en="many layers over-smooth",
    zh="层数多会过平滑",
    found_en=[
        r"over-?\s?smooth",
        r"(nodes|vectors|features|representations) .*(become|get|grow|are) .*(alike|the "
        r"same|similar|indistinguishable)",
    ],
    found_zh=[r"过(度)?平滑", r"(节点|特征|表示).*(一样|趋同|难以区分|越来越像)"],
)
