# ---
# title: Pass messages on a graph, and see why deep stacks forget
# title_zh: 在图上传递消息，弄清层数一深为何会遗忘
# kind: code
# minutes: 45
# level: 2
# needs: []
# seeds: [001-Q20]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > What is a graph neural network? Write a GCN layer. Why does nobody stack fifty of them?
#
# Think aloud for one minute before you type: what has to happen to the output when somebody renumbers the nodes?

# %% [markdown] lang="zh" en="fe1034fa"
# ## 题目
#
# > 什么是图神经网络？写一个 GCN 层。为什么没有人叠五十层？
#
# 先别动手，出声想一分钟：如果有人给节点重新编号，输出应该怎么变？

# %% [markdown] role="question" fold="What a good answer contains"
# - Message passing: a node aggregates its neighbours' vectors, in no order, and updates its own. Weights are shared by all nodes.
# - Permutation equivariance; a pooling readout only for labels of a whole graph.
# - The GCN layer: self-loops, degrees on both sides, one weight matrix, ReLU.
# - What depth does: over-smoothing. What no depth does: beat colour refinement.
# - When the graph hurts: neighbours with different labels.

# %% [markdown] lang="zh" en="ce63429e" fold="好的回答包含什么"
# - 消息传递：节点不计次序地聚合邻居的向量，再更新自己；所有节点共享权重。
# - 置换等变；只有整图任务才需要池化读出。
# - GCN 层：自环、两侧的度、一个权重矩阵、ReLU。
# - 加深会怎样：过平滑。多深也做不到的：超过颜色细化。
# - 图什么时候帮倒忙：邻居的标签不同。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import lesson, plot

check = lesson("gnn")

# %% [markdown] role="exercise" anchor="norm-adj"
# ## 1 · The matrix of a GCN
#
# Write `norm_adj`: $S = \tilde D^{-1/2} \tilde A \tilde D^{-1/2}$, with $\tilde A = A + I$ and the degrees $\tilde D$ of $\tilde A$. A is symmetric with a zero diagonal; its
# entries are not negative and may be weights. Nodes may have no neighbours.

# %% [markdown] lang="zh" en="ae6f06e5"
# ## 1 · GCN 的矩阵
#
# 写出 `norm_adj`：$S = \tilde D^{-1/2} \tilde A \tilde D^{-1/2}$，其中 $\tilde A = A + I$，$\tilde D$ 是 $\tilde A$ 的度。A 对称，对角线为 0，元素非负，可以是权重。有的节点可能没有邻居。


# %% role="exercise"
def norm_adj(A):
    """A: (N, N) → S: (N, N)."""
    ### BEGIN SOLUTION
    loops = A + np.eye(len(A))
    root = np.sqrt(sum(loops))
    return loops / root / root[:, None]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. A node has two neighbours. How many vectors shall its new one be made of?
# 2. Two linked nodes and nothing else: what is Ã, what are its degrees, and what is every entry of S?
# 3. Add the identity; sum the rows; divide each entry by the root of its row's sum and by the root of its column's.

# %% [markdown] lang="zh" en="b6910fe0"
# 1. 一个节点有两个邻居，它的新向量应由几个向量合成？
# 2. 只有两个相连的节点：Ã 是什么，度是多少，S 的每个元素是多少？
# 3. 加上单位矩阵；按行求和；每个元素除以所在行之和的平方根，再除以所在列之和的平方根。

# %%
check.norm_adj(norm_adj)

# %% [markdown] role="reward"
# No training of the graph part yet: just average. Three random graphs of 200 nodes and four groups, with more edges inside a group than between
# groups; each node has 16 noisy features. On $S^k X$ a softmax regression learns from five labels a group. Beside it, averaging that keeps going back to the start:
# $H \leftarrow 0.9\, S H + 0.1\, X$.

# %% [markdown] lang="zh" en="d0b67ffa"
# 图的部分先不训练，只求平均。三张随机图，各 200 个节点、四个组，组内的边比组间多；每个节点有 16 个带噪声的特征。在 $S^k X$ 上用 softmax 回归，每组只给五个标签。旁边是另一种平均，每步都往起点拉回一点：$H \leftarrow 0.9\, S H + 0.1\, X$。


# %% role="reward"
def groups(seed, inside=0.1, between=0.015, n=200):
    """A graph of four groups: A (n, n), noisy features (n, 16), labels (n,), 20 labelled nodes."""
    rng, y = np.random.default_rng(seed), np.arange(n) % 4
    chance = np.where(y[:, None] == y, inside, between)
    upper = np.triu(rng.random((n, n)) < chance, 1)
    X = rng.normal(size=(4, 16))[y] + 1.5 * rng.normal(size=(n, 16))
    return (upper | upper.T).astype(float), X, y, np.arange(20)


def score(H, y, labelled, steps=300):
    """Softmax regression on the labelled rows of H; accuracy on all others."""
    H = H / abs(H).max()
    W, target = np.zeros((H.shape[1], 4)), np.eye(4)[y[labelled]]
    for _ in range(steps):
        P = np.exp(H[labelled] @ W)
        W -= 0.5 * H[labelled].T @ (P / P.sum(axis=1, keepdims=True) - target) / len(labelled)
    rest = np.delete(np.arange(len(y)), labelled)
    return np.mean((H @ W).argmax(axis=1)[rest] == y[rest])


# %% role="reward"
if check.norm_adj.passed:
    steps = [0, 1, 2, 4, 8, 16, 32, 64]
    scores = {"averages only": [], "10 % of X put back each step": []}
    for seed in range(3):
        A, X, y, labelled = groups(seed)
        S, plain, back, alike = norm_adj(A), X, X, []
        lines = [[], []]
        for k in range(steps[-1] + 1):
            if k in steps:
                lines[0].append(score(plain, y, labelled))
                lines[1].append(score(back, y, labelled))
                rows = plain / np.linalg.norm(plain, axis=1, keepdims=True)
                alike.append(abs(rows @ rows.T).mean())
            plain, back = S @ plain, 0.9 * S @ back + 0.1 * X
        for line, kept in zip(lines, scores.values()):
            kept.append(line)
        shown = ", ".join(f"{steps[i]}: {alike[i]:.2f}" for i in (0, 2, 4, 5, 6))
        print(f"graph {seed}, mean |cosine| of two nodes after k averages: {shown}")
    for name, runs in scores.items():
        print(f"{name}:", *(f"{k}: {m:.2f}" for k, m in zip(steps, np.mean(runs, axis=0))))
    ax = plot.curves(
        scores, x=steps, markers=True, xlabel="k, averages over the neighbours",
        ylabel="accuracy on unlabelled nodes",
    )  # fmt: skip
    ax.set_xscale("symlog", base=2, linthresh=1)
    ax.set_xticks(steps, steps)
    ax.axhline(0.25, color="black", linestyle=":", linewidth=1)
    plt.show()

# %% [markdown] role="caption" alt="Accuracy against the number of averages, 0 to 64. Averages only: rises from about 0.85 to about 0.95 at two, falls below 0.7 at 16 and lies on the dotted line at 0.25 from 32 on. With ten per cent of X put back the curve rises alike and stays up."
# Mean and range of three graphs; dotted: guessing. Two averages help: noise cancels among neighbours of one group. Then the same operation destroys what it gave: all
# nodes become alike up to a factor (printed: |cosine| → 1), and from 32 averages on the regression guesses. Nothing was trained in between, so this is no matter of vanishing
# gradients: it is over-smoothing. Putting a tenth of the features back at each step keeps the accuracy.

# %% [markdown] lang="zh" en="fc6366ea" alt="准确率随平均次数（0 到 64）的变化。只求平均：从约 0.85 升到两次时的约 0.95，16 次时跌破 0.7，32 次起落在 0.25 的虚线上。每步放回 10% 的 X：同样上升，之后不再下降。"
# 三张图的均值和范围，虚线是随机猜测的水平。平均两次有好处：同组邻居之间噪声相互抵消。再往后，同一个操作又把好处毁掉：所有节点只差一个倍数（打印的 |cosine| → 1），32 次起回归和随机猜测一样。中间没有任何训练，所以这不是梯度消失，而是过平滑。每步放回十分之一的特征，准确率就保住了。

# %% [markdown] role="idea" anchor="idea"
# $$H^{(l+1)} = \mathrm{ReLU}\big(S\, H^{(l)} W^{(l)}\big), \qquad S = \tilde D^{-1/2} (A + I)\, \tilde D^{-1/2}$$
#
# | symbol | variable | shape |
# |---|---|---|
# | $A$, $S$ | `A`, `S` | (N, N) |
# | $H^{(0)} = X$ | `X` | (N, D) |
# | $W^{(l)}$ | `Ws[l]` | (D, D'): no axis of length N |
#
# This is Kipf & Welling 2017, Eq. 2. One row of it is a message: node $i$ receives $\sum_j S_{ij} h_j$, from itself and its neighbours. In general (Gilmer et al. 2017, Eqs. 1, 2)
# a message is a function of both ends and the edge, the sum may be a mean, max or attention, and an update follows. For one label of a whole graph, a readout
# over the nodes comes last (Eq. 3). It is no part of labelling nodes.

# %% [markdown] lang="zh" en="de0cfe76"
# $$H^{(l+1)} = \mathrm{ReLU}\big(S\, H^{(l)} W^{(l)}\big), \qquad S = \tilde D^{-1/2} (A + I)\, \tilde D^{-1/2}$$
#
# | 符号 | 变量 | 形状 |
# |---|---|---|
# | $A$、$S$ | `A`、`S` | (N, N) |
# | $H^{(0)} = X$ | `X` | (N, D) |
# | $W^{(l)}$ | `Ws[l]` | (D, D')，没有长为 N 的轴 |
#
# 这是 Kipf & Welling 2017 的式 2。取其中一行来看就是消息：节点 $i$ 从自己和邻居收到 $\sum_j S_{ij} h_j$。更一般地（Gilmer 等 2017，式 1、2），消息是两端和边的函数，求和可以换成平均、最大值或注意力，之后再更新。给整张图打一个标签时，最后才对节点做读出（式 3）；节点分类不需要它。

# %% [markdown] role="worked" fold="A sibling worked by hand: two linked nodes"
# $\tilde A$ is all ones, both degrees are 2, every entry of S is ½. With $X = (4, 0)$ one average gives (2, 2), and so do all further ones: on this graph
# smoothing is over after a single step. With $W = -1$ the layer gives $\mathrm{ReLU}(-2) = 0$ at both nodes.

# %% [markdown] lang="zh" en="72c431bd" fold="手算一个相近的例子：两个相连的节点"
# $\tilde A$ 全是 1，两个度都是 2，S 的每个元素是 ½。$X = (4, 0)$ 平均一次得 (2, 2)，再平均也还是它：在这张图上，一步就完全平滑了。取 $W = -1$，这一层在两个节点上都给出 $\mathrm{ReLU}(-2) = 0$。

# %% [markdown] role="exercise" anchor="gcn"
# ## 2 · The network
#
# Write `gcn`: layer after layer, ReLU between the layers, and logits at the end. No biases.

# %% [markdown] lang="zh" en="921bab85"
# ## 2 · 网络
#
# 写出 `gcn`：一层接一层，层间用 ReLU，最后输出 logits。不用偏置。


# %% role="exercise"
def gcn(S, X, Ws):
    """S: (N, N). X: (N, D). Ws: at least one matrix, (D, D'), (D', D''), … → logits (N, C)."""
    ### BEGIN SOLUTION
    H = X
    for W in Ws[:-1]:
        H = (S @ H @ W).clip(0)
    return S @ H @ Ws[-1]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What would softmax make of a row of logits that went through ReLU?
# 2. Two linked nodes, X = (4, 0), weights −1 and then 3: what comes out of each layer?
# 3. For all but the last matrix: average (S), map (W), ReLU. For the last: average and map.

# %% [markdown] lang="zh" en="7015c60a"
# 1. 一行 logits 先过了 ReLU，再做 softmax 会怎样？
# 2. 两个相连的节点，X = (4, 0)，权重先是 −1、再是 3：每一层输出什么？
# 3. 除最后一个矩阵外：平均（S）、映射（W）、ReLU。最后一个：平均、映射。

# %%
check.gcn(gcn)

# %% [markdown] role="reward"
# Zachary's karate club: 34 members, 78 friendships, and a quarrel that split the club in two. One label for each side, the instructor's and the
# officer's. No features: X is the identity. Who went with whom? Beside it the same network without the graph, S = I.

# %% [markdown] lang="zh" en="53de43d4"
# Zachary 的空手道俱乐部：34 名成员，78 条友谊，一场争执让俱乐部分成两半。每边只给一个标签：教练和会长。没有特征，X 就是单位矩阵。谁跟谁走了？旁边是同一个网络，但不看图：S = I。


# %% role="setup"
FRIENDS = {
    0: "1 2 3 4 5 6 7 8 10 11 12 13 17 19 21 31", 1: "2 3 7 13 17 19 21 30", 2: "3 7 8 9 13 27 28 32",
    3: "7 12 13", 4: "6 10", 5: "6 10 16", 6: "16", 8: "30 32 33", 9: "33", 13: "33", 14: "32 33",
    15: "32 33", 18: "32 33", 19: "33", 20: "32 33", 22: "32 33", 23: "25 27 29 32 33",
    24: "25 27 31", 25: "31", 26: "29 33", 27: "33", 28: "31 33", 29: "32 33", 30: "32 33",
    31: "32 33", 32: "33",
}  # fmt: skip
WITH_INSTRUCTOR = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 19, 21]
friendships = np.array([(a, int(b)) for a, row in FRIENDS.items() for b in row.split()])
side = np.ones(34, dtype=int)
side[WITH_INSTRUCTOR] = 0


def adjacency(edges, n):
    A = np.zeros((n, n))
    A[edges[:, 0], edges[:, 1]] = A[edges[:, 1], edges[:, 0]] = 1
    return A


# %% role="reward"
def train(S, X, y, labelled, seed, hidden=16, steps=200):
    """The two matrices of a GCN, by Adam on the labelled nodes' cross-entropy and a little decay."""
    rng, classes = np.random.default_rng(seed), y.max() + 1
    sizes = [(X.shape[1], hidden), (hidden, classes)]
    Ws = [rng.normal(size=size) * np.sqrt(2 / sum(size)) for size in sizes]
    m, v = [0, 0], [0, 0]
    for t in range(1, steps + 1):
        H = np.maximum(S @ X @ Ws[0], 0)
        logits = S @ H @ Ws[1]
        P = np.exp(logits - logits.max(axis=1, keepdims=True))
        G = np.zeros_like(P)
        G[labelled] = (P / P.sum(axis=1, keepdims=True) - np.eye(classes)[y])[labelled]
        G = S.T @ G / len(labelled)
        back = S.T @ (G @ Ws[1].T * (H > 0))
        for k, g in enumerate((X.T @ back, H.T @ G)):
            g = g + 5e-4 * Ws[k]
            m[k], v[k] = 0.9 * m[k] + 0.1 * g, 0.999 * v[k] + 0.001 * g**2
            Ws[k] = Ws[k] - 0.05 * m[k] / (1 - 0.9**t) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)
    return Ws


# %% role="reward"
if check.gcn.passed and check.norm_adj.passed:
    A, X, labelled = adjacency(friendships, 34), np.eye(34), np.array([0, 33])
    rest, found, said = np.delete(np.arange(34), labelled), {}, {}
    for name, S in {"GCN": norm_adj(A), "no graph": X}.items():
        said[name] = [gcn(S, X, train(S, X, side, labelled, s)).argmax(axis=1) for s in range(20)]
        hits = [np.mean((guess == side)[rest]) for guess in said[name]]
        found[f"{name},\n20 seeds"] = np.mean(hits)
        print(f"{name}: {np.mean(hits):.3f} of 32 members, {min(hits):.3f} to {max(hits):.3f}")
    missed = np.flatnonzero(said["GCN"][0] != side)
    for member in missed:
        officers, friends = side[A[member] > 0].sum(), int(A[member].sum())
        print(f"seed 0 misses {member}: with the officer went {officers} of its {friends} friends")
    place = np.linalg.eigh(np.diag(A.sum(axis=1)) - A)[1][:, 1:3]
    place = place.argsort(axis=0).argsort(axis=0) / 5.0  # ranks: no two on one spot
    for _ in range(300):  # friends attract, all repel
        gap = place[:, None] - place
        repel = gap / ((gap**2).sum(axis=-1, keepdims=True) + 0.01)
        place += 0.02 * (repel - 0.2 * A[:, :, None] * gap).sum(axis=1)
    with plt.style.context(plot.STYLE):
        _, (ax, bars) = plt.subplots(1, 2, figsize=(8, 3.6), width_ratios=[2, 1])
        for a, b in friendships:
            ax.plot(*place[[a, b]].T, color="0.8", linewidth=0.8, zorder=1)
        for group, color in ((0, "tab:blue"), (1, "tab:orange")):
            guess = said["GCN"][0] == group
            ax.scatter(*place[guess].T, s=90, color=color, zorder=2)
        ax.scatter(*place[labelled].T, s=260, facecolors="none", edgecolors="black", zorder=3)
        ax.scatter(*place[missed].T, marker="x", color="black", zorder=3)
        ax.set_axis_off()
        plot.bars(found, ylabel="accuracy, 32 members", form="{:.2f}", ax=bars)
        plt.show()

# %% [markdown] role="caption" alt="Left, the club as a network of 34 dots in two colours, one at each end, joined by grey lines; two dots are ringed, one is crossed out between the two colours. Right, two bars: the GCN far above the network without the graph, which is near one half."
# Colours: what the GCN says from the two ringed labels (seed 0); a cross: wrong, a member most of whose friends went the other way (printed). Places come from the friendships (friends attract, all repel), not from the training. Without the
# graph the same network is left to chance, .38 to .66 over the seeds: to it two members have nothing in common.

# %% [markdown] lang="zh" en="501ee29e" alt="左：俱乐部画成 34 个点的网络，两种颜色各占一端，点间以灰线相连；两个点带圈，一个点在两种颜色之间打了叉。右：两根柱子，GCN 远高于不看图的网络，后者接近一半。"
# 颜色是 GCN 根据两个带圈的标签给出的答案（种子 0），叉表示错：这名成员的朋友多数去了另一边（见打印结果）。位置只由友谊关系排出（朋友相吸，人人相斥），与训练无关。不看图，同一个网络只能碰运气，20 个种子在 .38 到 .66 之间：在它看来，任何两名成员都毫无共同之处。

# %% [markdown] role="why"
# **Why it works.** Friends mostly take one side, and S passes a label's gradient along friendships: weights of unlabelled members learn because they are averaged
# into labelled ones. Where neighbours differ, the same average harms (exercise 3).
#
# **Cost.** $S H W$ with a sparse S: $O(|E| D + N D D')$. A dense S costs $N^2$ numbers.
#
# **What most people write first.** $D^{-1} A H W$ without self-loops: a node forgets itself, and one without neighbours becomes nan.

# %% [markdown] lang="zh" en="44958c4a"
# **为什么有效。** 朋友大多站同一边，S 让标签的梯度沿着友谊传开：没有标签的成员，其权重也会得到训练，因为他们被平均进了有标签的成员。邻居不同类时，同样的平均就有害（见练习 3）。
#
# **代价。** S 用稀疏存储时，$S H W$ 是 $O(|E| D + N D D')$；稠密的 S 要 $N^2$ 个数。
#
# **最常见的第一版。** 不加自环的 $D^{-1} A H W$：节点忘了自己，没有邻居的节点变成 nan。

# %% [markdown] role="worked"
# **A good place to stop.** You have the model. What follows: how it is run on large graphs, and what it cannot see.

# %% [markdown] lang="zh" en="53d7a85c"
# **可以先歇一歇。** 模型有了。后面是：大图上怎么算，以及它看不见什么。

# %% [markdown] role="exercise" anchor="propagate"
# ## 3 · Messages along edges
#
# Large graphs have no matrix A, only a list of edges. Write `propagate`: the product $S H$ from that list. Every undirected edge is listed once, in either direction; there are no self-loops in the
# list, and the GCN's are yours to add. All edges weigh 1. (PyTorch Geometric's `edge_index` is different: shape (2, E), both directions listed.)

# %% [markdown] lang="zh" en="84eb72c4"
# ## 3 · 沿边传消息
#
# 大图没有矩阵 A，只有边表。写出 `propagate`：由边表算 $S H$。每条无向边只列一次，方向任意；表里没有自环，GCN 的自环由你来加。每条边的权重都是 1。（PyTorch Geometric 的 `edge_index` 不同：形状 (2, E)，两个方向都列出。）


# %% role="exercise"
def propagate(edges, H):
    """edges: (E, 2) integers, E may be 0. H: (N, D). Returns S H: (N, D)."""
    ### BEGIN SOLUTION
    to, source = np.vstack([edges, edges[:, ::-1]]).T  # each edge carries two messages
    root = np.sqrt(1 + np.bincount(to, minlength=len(H)))[:, None]
    out = H / root  # the self-loop
    np.add.at(out, to, (H / root)[source])  # `out[to] +=` would lose repeated receivers
    return out / root
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How many messages run along one undirected edge? And how many does a node with a self-loop send to itself?
# 2. Edges (0, 1) and (0, 2): what are the three degrees with self-loops, and by what is the message from 1 to 0 multiplied?
# 3. Count degrees, beginning at 1; give each node its own features over its degree; for each edge, both ways, add the sender's features over the root of both degrees. Repeated receivers must all be added.

# %% [markdown] lang="zh" en="b9afe35b"
# 1. 一条无向边传几条消息？有自环的节点给自己传几条？
# 2. 边是 (0, 1) 和 (0, 2)：含自环的三个度是多少？从 1 到 0 的消息乘上什么系数？
# 3. 从 1 开始数度；每个节点先得到自己的特征除以度；对每条边的两个方向，加上发送方的特征除以两端度数之积的平方根。接收方重复出现时，每一条都要加上。

# %%
check.propagate(propagate)

# %% [markdown] role="reward"
# With an edge list a graph of 100,000 nodes is no trouble. And the promised harm: the same groups, but now with more edges *between* groups than inside.

# %% [markdown] lang="zh" en="2984a077"
# 有了边表，十万个节点的图也不费事。还有前面说的“有害”：同样的四个组，但组**间**的边比组内多。

# %% role="reward"
if check.propagate.passed:
    rng, n = np.random.default_rng(0), 100_000
    road = np.stack([np.arange(n - 1), np.arange(1, n)], axis=1)
    far = rng.integers(n, size=(n, 2))
    many = np.concatenate([road, far[far[:, 0] != far[:, 1]]])
    out = propagate(many, np.ones((n, 1)))
    held, dense = many.nbytes / 1e6, n**2 * 8 / 1e9
    print(f"{n:,} nodes, {len(many):,} edges: {held:.1f} MB of edges, a dense S {dense:.0f} GB")
    kinds = {"inside .100, between .015": (0.1, 0.015), "inside .015, between .100": (0.015, 0.1)}
    for name, chances in kinds.items():
        rows = []
        for seed in range(3):
            A, X, y, labelled = groups(seed, *chances)
            pairs = np.argwhere(np.triu(A))
            rows.append([score(H, y, labelled) for H in (X, propagate(pairs, X))])
        alone, mixed = np.mean(rows, axis=0)
        print(f"{name}: features alone {alone:.2f}, after one average {mixed:.2f} (3 graphs)")

# %% [markdown] role="exercise" anchor="wl"
# ## 4 · What no message passing can tell apart
#
# *Colour refinement* (Weisfeiler and Leman): each node starts with a colour; in each round its new colour stands for the pair of its own colour and the multiset of its
# neighbours' colours; go on until the classes split no further. Write `wl` and return the last colours, numbered 0, 1, 2, … in the order in which they first appear. `numbered`
# does the numbering.

# %% [markdown] lang="zh" en="79cce3b7"
# ## 4 · 消息传递分不清什么
#
# **颜色细化**（Weisfeiler 与 Leman）：每个节点有一个起始颜色；每一轮，新颜色代表“自己的颜色，加上邻居颜色的多重集”这一对；一直做到颜色类不再分裂。写出 `wl`，返回最后的颜色，按首次出现的次序编号为 0、1、2、…… 编号可以用 `numbered`。


# %% role="setup"
def numbered(labels):
    """Any hashable labels, as numbers in the order of first appearance: "b", "a", "b" → [0, 1, 0]."""
    order = {}
    return [order.setdefault(label, len(order)) for label in labels]


# %% role="exercise"
def wl(edges, colors):
    """edges: (E, 2) integers, each undirected edge once. colors: N integers. Returns N integers."""
    ### BEGIN SOLUTION
    near = [[] for _ in colors]
    for a, b in edges:
        near[a].append(b)
        near[b].append(a)
    while True:
        seen = [(color, *sorted(colors[u] for u in us)) for color, us in zip(colors, near)]
        finer = numbered(seen)
        if finer == colors:
            return colors
        colors = finer
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Two neighbours of one colour: may they count as one? Does it matter in which order they come?
# 2. A path of three nodes, one colour: which classes are there after one round? After two?
# 3. Collect neighbours in both directions; a label is a node's colour with the sorted tuple of its neighbours' colours; number the labels; stop when nothing changes.

# %% [markdown] lang="zh" en="db5a1e11"
# 1. 两个同色的邻居能只算一个吗？它们的次序要紧吗？
# 2. 三个节点的路，同一种颜色：一轮之后有哪些类？两轮之后呢？
# 3. 两个方向都收集邻居；标签是节点的颜色，配上排好序的邻居颜色元组；给标签编号；不再变化就停。

# %%
check.wl(wl)

# %% role="reward"
if check.wl.passed and check.gcn.passed and check.norm_adj.passed:
    ring = np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 0]])
    triangles = np.array([[0, 1], [1, 2], [2, 0], [3, 4], [4, 5], [5, 3]])
    rng = np.random.default_rng(0)
    Ws = [rng.normal(size=size) for size in ((2, 8), (8, 8), (8, 3))]
    for name, start in {"equal features": [0] * 6, "node 0 marked": [1, 0, 0, 0, 0, 0]}.items():
        X = np.eye(2)[start]
        sums = [gcn(norm_adj(adjacency(e, 6)), X, Ws).sum(axis=0) for e in (ring, triangles)]
        print(f"{name}: ring {wl(ring, start)}, two triangles {wl(triangles, start)};")
        print("   sums over the nodes of a GCN's output equal:", bool(np.allclose(*sums)))

# %% [markdown] role="reward"
# One ring of six and two triangles: two different graphs, one colouring, one output, whatever the weights. A GNN of this kind is at most as sharp as colour refinement (Xu et al. 2019, Lemma 2), and a mean or a max over
# neighbours is less sharp, since it loses how many there are. Marking a node, or other features that tell positions, breaks the tie.

# %% [markdown] lang="zh" en="9e7f4090"
# 一个六元环和两个三角形：图不同，颜色相同，输出也相同，权重是什么都一样。这类 GNN 的区分能力至多和颜色细化相当（Xu 等 2019，引理 2）；对邻居取平均或最大值还要更弱，因为丢掉了个数。给一个节点做标记，或加上能说明位置的特征，就能把它们区分开。

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate talks about graph neural networks. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="eaa2d8d4"
# ## 挑错
#
# 一位候选人这样讲图神经网络。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [2, 3, 5, 6, 8, 10]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="parameters"
# ## The interviewer goes on
#
# **Cora: 2,708 papers, 1,433 features, 7 classes. A GCN with one hidden layer of 16, no biases. How many weights?**

# %% [markdown] lang="zh" en="4626e1e3"
# ## 追问
#
# **Cora：2,708 篇论文，1,433 个特征，7 个类。GCN 一个隐藏层，宽 16，不用偏置。一共多少个权重？**

# %% role="follow-up"
### BEGIN SOLUTION
weights = 1433 * 16 + 16 * 7
### END SOLUTION

# %%
check.parameters(weights)

# %% [markdown] role="follow-up" anchor="seen"
# **A ring of 100 nodes, three GCN layers. On how many nodes' features does one node's output depend?**

# %% [markdown] lang="zh" en="e132651f"
# **100 个节点的环，三层 GCN。一个节点的输出取决于多少个节点的特征？**

# %% role="follow-up"
### BEGIN SOLUTION
count = 2 * 3 + 1
### END SOLUTION

# %%
check.seen(count)

# %% [markdown] role="follow-up" fold="A new member joins. Must the GCN be trained again?"
# The weights do not know the number of nodes: with features for the new node, run them on the larger graph (*inductive* use; GraphSAGE was designed for it). Here X was the identity, so that each member owned a row of
# $W^{(0)}$, and a new one has none: that model is *transductive*. So was the experiment of Kipf & Welling: the test nodes' features and edges were there in training.

# %% [markdown] lang="zh" en="a7b6ca60" fold="来了一名新成员，GCN 要重新训练吗？"
# 权重与节点数无关：只要新节点有特征，就在更大的图上直接算（**归纳式**用法，GraphSAGE 就是为此设计的）。但这里 X 是单位矩阵，每名成员占 $W^{(0)}$ 的一行，新成员没有自己的行：这样的模型是**直推式**的。Kipf & Welling 的实验也是直推式：训练时测试节点的特征和边都在图里。

# %% [markdown] role="follow-up" fold="A hub has a million neighbours. How do you make a minibatch?"
# Sample neighbours: GraphSAGE draws 25 in the first and 10 in the second step (§4), at most 250 leaves a node. Or cut the graph into clusters. The catch: a sampled sum must be rescaled to the number of neighbours, and a mean stays unbiased only as
# long as the sampling is uniform.

# %% [markdown] lang="zh" en="ca1505ff" fold="一个节点有一百万个邻居，怎么组 minibatch？"
# 对邻居采样：GraphSAGE 第一步取 25 个、第二步取 10 个（§4），每个节点最多 250 个叶子。也可以把图切成簇。注意：采样后的求和要按邻居数放大；求平均只有在均匀采样时才无偏。

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

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `propagate`. On many graphs it agrees with the right one. Find edges and features on which it does not.

# %% [markdown] lang="zh" en="d78001a9"
# ## 找反例
#
# 下面的 `propagate` 是错的，在不少图上却和正确的一致。找出让它出错的边和特征。

# %% role="hack"
check.propagate.hack(trap=2)

# %% role="hack"
### BEGIN SOLUTION
edges = np.array([[0, 1], [0, 2]])  # node 0 receives twice from one column
features = np.array([[0.0], [1.0], [2.0]])
### END SOLUTION
if edges is not ...:
    check.propagate.hack(trap=2, edges=edges, H=features)

# %% [markdown] role="minute" anchor="minute" fold="The answer in one minute"
# > A GNN passes messages: each node aggregates what its neighbours send, without an order, and updates its vector; the weights are shared by all nodes, so the layer is permutation equivariant. A GCN layer
# > is ReLU(S H W), S the adjacency with self-loops, divided by the roots of both degrees. A readout over nodes is for labels of whole graphs only. Two or three layers are usual: repeated averaging makes all
# > nodes alike. Going back to the input at each step mends that. It cannot see more than colour refinement, and where neighbours have different labels averaging harms.
#
# Classic mistakes: pooling as a part of every GNN; invariant for equivariant; no self-loops; `out[index] +=` for a sum; more layers without a reason.

# %% [markdown] lang="zh" en="10f60ebf" fold="一分钟版本"
# > GNN 做的是消息传递：节点不计次序地聚合邻居发来的消息，再更新自己的向量；所有节点共享权重，所以层是置换等变的。GCN 层是 ReLU(S H W)，S 是加了自环、按两端度数平方根归一化的邻接矩阵。只有整图任务才对节点做读出。通常两三层：反复平均会让所有节点变得一样，每步往输入拉回一点可以缓解。它的区分能力不超过颜色细化；邻居标签不同时，平均有害。
#
# 常见错误：以为池化是 GNN 的必备部分；把等变说成不变；没有自环；用 `out[index] +=` 求和；没有理由地加层。

# %% [markdown] role="reference"
# ## References
#
# - Kipf & Welling 2017, *Semi-Supervised Classification with Graph Convolutional Networks*, [arXiv:1609.02907](https://arxiv.org/abs/1609.02907), Eq. 2 and §2.2 (the renormalisation), Appendix A (karate club).
# - Gilmer et al. 2017, *Neural Message Passing for Quantum Chemistry*, [arXiv:1704.01212](https://arxiv.org/abs/1704.01212), §2, Eqs. 1–3.
# - Li, Han & Wu 2018, *Deeper Insights into Graph Convolutional Networks*, [arXiv:1801.07606](https://arxiv.org/abs/1801.07606), Theorem 1 (over-smoothing).
# - Xu et al. 2019, *How Powerful are Graph Neural Networks?*, [arXiv:1810.00826](https://arxiv.org/abs/1810.00826), Lemma 2.
# - Veličković et al. 2018, *Graph Attention Networks*, [arXiv:1710.10903](https://arxiv.org/abs/1710.10903), §2.1. Hamilton, Ying & Leskovec 2017 (GraphSAGE), [arXiv:1706.02216](https://arxiv.org/abs/1706.02216), §4.
# - Gasteiger, Bojchevski & Günnemann 2019 (going back to the input), [arXiv:1810.05997](https://arxiv.org/abs/1810.05997). Wu et al. 2019 (SGC: averages, then regression), [arXiv:1902.07153](https://arxiv.org/abs/1902.07153). Zhu et al. 2020 (different neighbours), [arXiv:2006.11239](https://arxiv.org/abs/2006.11239).
# - Zachary 1977, *An Information Flow Model for Conflict and Fission in Small Groups*, Journal of Anthropological Research 33.

# %% [markdown] lang="zh" en="085202ae"
# ## 参考文献
#
# - Kipf & Welling 2017, *Semi-Supervised Classification with Graph Convolutional Networks*，[arXiv:1609.02907](https://arxiv.org/abs/1609.02907)，式 2 与 §2.2（重归一化），附录 A（空手道俱乐部）。
# - Gilmer et al. 2017, *Neural Message Passing for Quantum Chemistry*，[arXiv:1704.01212](https://arxiv.org/abs/1704.01212)，§2，式 1–3。
# - Li, Han & Wu 2018, *Deeper Insights into Graph Convolutional Networks*，[arXiv:1801.07606](https://arxiv.org/abs/1801.07606)，定理 1（过平滑）。
# - Xu et al. 2019, *How Powerful are Graph Neural Networks?*，[arXiv:1810.00826](https://arxiv.org/abs/1810.00826)，引理 2。
# - Veličković et al. 2018, *Graph Attention Networks*，[arXiv:1710.10903](https://arxiv.org/abs/1710.10903)，§2.1。Hamilton, Ying & Leskovec 2017（GraphSAGE），[arXiv:1706.02216](https://arxiv.org/abs/1706.02216)，§4。
# - Gasteiger, Bojchevski & Günnemann 2019（往输入拉回），[arXiv:1810.05997](https://arxiv.org/abs/1810.05997)。Wu et al. 2019（SGC：先平均，再回归），[arXiv:1902.07153](https://arxiv.org/abs/1902.07153)。Zhu et al. 2020（邻居不同类），[arXiv:2006.11239](https://arxiv.org/abs/2006.11239)。
# - Zachary 1977, *An Information Flow Model for Conflict and Fission in Small Groups*，Journal of Anthropological Research 33。
