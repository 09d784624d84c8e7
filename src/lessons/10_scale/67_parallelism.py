# ---
# title: Split training over many devices, and count what it costs
# title_zh: 把训练拆到多张卡上，并算清代价
# kind: code
# minutes: 50
# level: 3
# needs: [training_memory]
# seeds: [002-4, 003-2.1, 003-3.1]
# asked: 10
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Data, tensor and pipeline parallelism: what does each split, what does each send, and where does it lose time?
# > Write a ring all-reduce, a split MLP and a pipeline schedule.
#
# Think aloud for one minute before you type: four cards hold four gradients. How does each get the sum without any card sending its whole gradient to all others?

# %% [markdown] lang="zh" en="b97de75f"
# ## 题目
#
# > 数据并行、张量并行、流水线并行，各自切的是什么，传的是什么，时间浪费在哪里？手写环形 all-reduce、切开的 MLP 和流水线调度。
#
# 先别动手，出声想一分钟：四张卡各有一份梯度，怎样让每张卡都拿到总和，又不必把整份梯度发给所有人？

# %% [markdown] role="question" fold="What a good answer contains"
# - What is copied and what is split: batch, matrices, layers.
# - The ring: two rounds, $2(p-1)/p$ of the array sent by each card.
# - Columns, then rows: why that order, and one all-reduce.
# - The bubble as a share of the total time; what 1F1B changes and what it does not.

# %% [markdown] lang="zh" en="c0df0399" fold="好的回答包含什么"
# - 什么是复制的，什么是切开的：batch、矩阵、层。
# - 环：两趟，每张卡发送数组的 $2(p-1)/p$。
# - 先按列再按行：为什么是这个顺序，为什么只要一次 all-reduce。
# - 气泡占总时间的比例；1F1B 改变了什么，没改变什么。

# %% role="setup"
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from whiteboard import data, lesson, plot

check = lesson("parallelism")

# %% [markdown] role="exercise" anchor="ring-allreduce"
# ## 1 · The ring
#
# Data parallelism: every rank holds the whole model and a part of the batch, and all need the sum of the gradients. Write `ring_allreduce`. Each array is cut into p chunks as
# `np.array_split` cuts it. Rank r sends only to rank (r + 1) mod p: first its chunk r, from then on whatever chunk it has just received. In the first p − 1 steps the receiver
# adds; in the next p − 1 it replaces.

# %% [markdown] lang="zh" en="3094c4e9"
# ## 1 · 环
#
# 数据并行：每个 rank 都有完整的模型和一部分 batch，大家都需要梯度之和。写出 `ring_allreduce`。每个数组按 `np.array_split` 的切法切成 p 块。rank r 只发给 rank (r + 1) mod p：先发自己的第 r 块，之后每一步都把刚收到的那块传下去。前 p − 1 步，接收方把它加上；后 p − 1 步，接收方直接替换。


# %% role="exercise"
def ring_allreduce(arrays):
    """arrays: list of p float arrays (n,), one per rank; n need not be divisible by p.

    Returns (sums, sent): list of p arrays (n,), what each rank ends with; list of p integers, the
    bytes (`nbytes`) that each rank has sent.
    """
    ### BEGIN SOLUTION
    p = len(arrays)
    held, sent = [np.array_split(a, p) for a in arrays], [0] * p
    for adding in (True, False):
        for step in range(p - 1):
            which = [(r - step + (not adding)) % p for r in range(p)]
            moving = [held[r][c] for r, c in enumerate(which)]
            for r, (c, chunk) in enumerate(zip(which, moving)):
                to = (r + 1) % p
                held[to][c] = held[to][c] + chunk if adding else chunk
                sent[r] += chunk.nbytes
    return [np.concatenate(chunks) for chunks in held], sent
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. After p − 1 steps, how many ranks has one chunk met? Which rank holds its finished sum?
# 2. Three ranks, three numbers each, chunks of one: write down who sends which chunk in steps 0, 1 | 0, 1.
# 3. Keep a list of chunks for each rank. In step s of the first round rank r sends chunk r − s, of the second r + 1 − s (mod p). All send at once: take the parcels before you hand any out.

# %% [markdown] lang="zh" en="fabea407"
# 1. p − 1 步之后，一块数据经过了几个 rank？算完的和在哪个 rank 手里？
# 2. 三个 rank，每个三个数，一块一个数：写出第 0、1 步和第二趟的第 0、1 步各是谁发哪一块。
# 3. 给每个 rank 维护一个块的列表。第一趟的第 s 步，rank r 发第 r − s 块；第二趟发第 r + 1 − s 块（mod p）。大家同时发：先把要发的都取出来，再分发。

# %%
check.ring_allreduce(ring_allreduce)

# %% [markdown] role="idea" anchor="idea"
# Round one (reduce-scatter): each chunk walks past all ranks and is summed on the way, so that rank r ends with the finished chunk r + 1. Round two (all-gather): the finished
# chunks walk on. In each round a rank sends all chunks but one, $(p-1)/p$ of the array, together $2\,\frac{p-1}{p}\,N$ bytes for an array of N: no
# all-reduce lets every rank send less (Patarasuk & Yuan 2009), and it hardly depends on p.
#
# By hand, two ranks with (1, 2) and (10, 20): rank 0 sends 1, rank 1 sends 20; now rank 1 has 11, rank 0 has 22. They swap these. Each has sent two numbers of two: $2 \cdot
# \frac12 \cdot 2$.

# %% [markdown] lang="zh" en="bd35d713"
# 第一趟（reduce-scatter）：每一块走过所有 rank，沿途累加，最后 rank r 手里是算完的第 r + 1 块。第二趟（all-gather）：算完的块继续往下传。每一趟里，一个 rank 只有一块不用发，发送数组的 $(p-1)/p$，数组共 N 字节的话，两趟共 $2\,\frac{p-1}{p}\,N$ 字节：没有哪种 all-reduce 能让每个 rank 都发得更少（Patarasuk & Yuan 2009），而且几乎与 p 无关。
#
# 手算一个：两个 rank，(1, 2) 和 (10, 20)。rank 0 发出 1，rank 1 发出 20；于是 rank 1 有 11，rank 0 有 22。再互相交换。每个 rank 发了两个数，数组也是两个数：$2 \cdot \frac12 \cdot 2$。

# %% role="reward"
if check.ring_allreduce.passed:
    for p in (2, 4, 8, 16, 64):
        sent = ring_allreduce([np.ones(6400, np.float32)] * p)[1]
        print(f"p = {p:2}: {sent[0] / 25600:.3f} arrays, {2 * (p - 1)} steps; all to all {p - 1}")

# %% [markdown] role="reward"
# What rank 0 sends: below two arrays, however many ranks there are. What does grow with p is the number of steps, each with its latency; a tree needs only about log p of them.

# %% [markdown] lang="zh" en="a1f2929e"
# rank 0 发送的量：不管多少个 rank，都不到两份数组。随 p 增长的是步数，每一步都有延迟；树形只要约 log p 步。

# %% [markdown] role="reward"
# Now for real. The next cell writes the program of one worker; the one after it starts two of them on this machine, with TensorFlow's `MultiWorkerMirroredStrategy`. Each takes
# half of a batch of digits. The variable lives on both; the gradients are all-reduced. Note the loss: a sum divided by the size of the *whole* batch, so that adding the
# gradients is right.

# %% [markdown] lang="zh" en="2d70caf9"
# 现在来真的。下一个单元格写出一个 worker 的程序，再下一个用 TensorFlow 的
# `MultiWorkerMirroredStrategy` 在这台机器上启动两个。每个拿一批数字图像的一半；变量两边各一份，梯度做 all-reduce。注意损失：求和之后除以**整个** batch 的大小，这样梯度直接相加才对。

# %% role="reward"
if check.ring_allreduce.passed:
    WORKER = """
import numpy as np
import tensorflow as tf

strategy = tf.distribute.MultiWorkerMirroredStrategy()  # TF_CONFIG says who the others are
rank, p = strategy.cluster_resolver.task_id, strategy.num_replicas_in_sync
batch = np.load("batch.npz")
x, y = (tf.constant(np.array_split(batch[name], p)[rank]) for name in "xy")
with strategy.scope():
    W = tf.Variable(batch["W"])

def step(x, y):
    with tf.GradientTape() as tape:
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(y, x @ W)
        loss = tf.reduce_sum(each) / len(batch["x"])
    own = tape.gradient(loss, W)
    W.assign_sub(0.5 * tf.distribute.get_replica_context().all_reduce("SUM", own))
    return own

own = tf.function(lambda: strategy.run(step, args=(x, y)))()
np.savez(f"worker{rank}.npz", together=W.numpy(), alone=batch["W"] - 0.5 * p * own.numpy())
"""

# %% role="reward"
if check.ring_allreduce.passed:

    def two_workers(folder, patience=60):
        """Run worker.py in two processes; None, or the reason why they gave no result."""
        if importlib.util.find_spec("tensorflow") is None:
            return "TensorFlow is not installed"
        workers, quiet = [], {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        results = [Path(folder, f"worker{index}.npz") for index in range(2)]
        try:
            with socket.socket() as one, socket.socket() as two:  # two free ports
                for end in (one, two):
                    end.bind(("127.0.0.1", 0))
                one.listen()
                socket.create_connection(one.getsockname(), timeout=5).close()
                addresses = [f"127.0.0.1:{end.getsockname()[1]}" for end in (one, two)]
            for index in range(2):
                task = {"type": "worker", "index": index}
                config = json.dumps({"cluster": {"worker": addresses}, "task": task})
                env = os.environ | {"TF_CONFIG": config, "CUDA_VISIBLE_DEVICES": "-1"}
                env |= {"no_proxy": "127.0.0.1", "TF_CPP_MIN_LOG_LEVEL": "3"}
                program = [sys.executable, "worker.py"]
                workers.append(subprocess.Popen(program, cwd=folder, env=env, **quiet))
            end = time.monotonic() + patience
            while any(worker.poll() is None for worker in workers):
                if any(worker.poll() and not r.exists() for worker, r in zip(workers, results)):
                    break  # one has failed; the other would wait for it
                if time.monotonic() > end:
                    return f"they did not end within {patience} s"
                time.sleep(0.1)
        except OSError as problem:
            return f"this machine does not allow it ({problem})"
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        done = all(result.exists() for result in results)
        return None if done else "a worker stopped without a result"

    def one_process(x, y, W):
        """The same step on the whole batch, in NumPy."""
        g = np.exp(x @ W - (x @ W).max(axis=1, keepdims=True))
        g = g / g.sum(axis=1, keepdims=True) - np.eye(W.shape[1])[y]
        return W - 0.5 * x.T @ g / len(x)

    def compare(patience=60):
        """(reason, None), or (None, {weights: largest difference to one process})."""
        (x, y), _ = data.digits(split=True)
        x, y = x[:64].reshape(64, -1), y[:64]
        W = np.random.default_rng(0).normal(size=(64, 10)).astype(np.float32)
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "worker.py").write_text(WORKER)
            np.savez(Path(folder, "batch.npz"), x=x, y=y, W=W)
            reason, gaps = two_workers(folder, patience), {}
            if reason:
                return reason, None
            for index in range(2):
                with np.load(Path(folder, f"worker{index}.npz")) as saved:
                    for name, own in saved.items():
                        gaps[f"worker {index}, {name}"] = np.abs(own - one_process(x, y, W)).max()
        return None, gaps


# %% role="reward"
if check.ring_allreduce.passed:
    reason, gaps = compare()
    if reason:
        print(f"Two TensorFlow workers gave no result: {reason}. The simulation above needs none.")
    for name, gap in (gaps or {}).items():
        print(f"{name:19} against one process:", "same" if gap < 1e-5 else "differs", "(1e-5)")

# %% [markdown] role="reward"
# "Together" is a worker's weights after one step with the all-reduce: the same, to rounding, as one process on the whole batch. "Alone" is the control, the step it would have
# made with its own half: another model on each card. Synchronous data parallelism *is* training with a large batch, so the learning rate has to fit that batch (Goyal et al.
# 2017, §2.1).

# %% [markdown] lang="zh" en="6896a2b0"
# “together” 是做了 all-reduce 的一步之后某个 worker 的权重：除舍入误差外，与单进程用整个 batch 走一步相同。“alone” 是对照，即只用自己那一半数据走的一步：每张卡上成了不同的模型。同步数据并行**就是**大 batch 训练，所以学习率要与那个 batch 相配（Goyal et al. 2017，§2.1）。

# %% [markdown] role="why"
# **All ranks agree to the last bit**, since each chunk is finished in one place. But chunks are added in different orders, so the result may differ in the last digit from
# `sum(arrays)`, and from a run with another p.
#
# **Memory** falls by nothing: each rank holds everything. [ZeRO](lesson:training_memory) keeps the reduce-scatter and lets each rank update its chunk only.
#
# **Elsewhere.** PyTorch: `DistributedDataParallel` overlaps the all-reduce with the rest of backward; by hand `dist.all_reduce(grad)`. JAX: `jax.lax.psum(grad, axis_name)`.

# %% [markdown] lang="zh" en="c23acf53"
# **所有 rank 的结果逐位相同**，因为每一块都只在一处算完。但各块的累加顺序不同，最后一位可能与 `sum(arrays)` 不同，换一个 p 也可能不同。
#
# **显存**一点没省：每个 rank 都有全部内容。[ZeRO](lesson:training_memory) 保留 reduce-scatter，让每个 rank 只更新自己那块。
#
# **换个框架。** PyTorch：`DistributedDataParallel` 让 all-reduce 与剩下的反向重叠；手写是
# `dist.all_reduce(grad)`。JAX：`jax.lax.psum(grad, axis_name)`。

# %% [markdown] role="worked"
# **A good place to stop.** You have written the core. What follows splits the model itself.

# %% [markdown] lang="zh" en="21fde7e6"
# **可以先歇一歇。** 核心已经写完，接下来切模型本身。

# %% [markdown] role="exercise" anchor="column-row-mlp"
# ## 2 · Columns, then rows
#
# Tensor parallelism: the matrices of $y = \max(xW_1 + b_1, 0)\,W_2 + b_2$ are spread over p ranks, rank r holding the r-th of p equal blocks (as `np.split` cuts), and each sees
# all of x. Write `column_row_mlp`, with one call of `all_reduce`. No rank may use another's blocks.

# %% [markdown] lang="zh" en="0965c85e"
# ## 2 · 先按列，再按行
#
# 张量并行：$y = \max(xW_1 + b_1, 0)\,W_2 + b_2$ 的矩阵分散在 p 个 rank 上，按 `np.split` 的切法等分，rank r 拿第 r 块；每个 rank 都有完整的 x。写出
# `column_row_mlp`，只调用一次 `all_reduce`。任何 rank 都不能用别人的那一块。


# %% role="exercise"
def column_row_mlp(x, W1, b1, W2, b2, p, all_reduce):
    """x (n, d), W1 (d, h), b1 (h,), W2 (h, k), b2 (k,); h is divisible by p.

    all_reduce: takes the list of p arrays that the ranks hand in, returns their sum.
    Returns y (n, k).
    """
    ### BEGIN SOLUTION
    slices = zip(np.split(W1, p, axis=1), np.split(b1, p), np.split(W2, p))
    parts = [(x @ W + b).clip(0) @ V for W, b, V in slices]
    return all_reduce(parts) + b2
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. ReLU needs finished sums. If a rank holds some columns of W1, which hidden units does it know in full?
# 2. h = (h₁, h₂), W2 of rows v₁, v₂: write h W2 as a sum of two products. What does rank 2 need?
# 3. A slice of columns of W1, the same slice of b1 and of the rows of W2; each rank multiplies through; sum; b2 once at the end.

# %% [markdown] lang="zh" en="103c0e16"
# 1. ReLU 要的是完整的和。一个 rank 有 W1 的几列，它完整知道哪些隐藏单元？
# 2. h = (h₁, h₂)，W2 的行是 v₁、v₂：把 h W2 写成两个乘积之和。第 2 个 rank 需要什么？
# 3. 取 W1 的几列、b1 的同样几项、W2 的同样几行；每个 rank 一路乘到底；求和；最后加一次 b2。

# %%
check.column_row_mlp(column_row_mlp)

# %% role="reward"
if check.ring_allreduce.passed and check.column_row_mlp.passed:
    rng = np.random.default_rng(0)
    layers = [rng.normal(size=shape) for shape in [(16, 64), (64, 256), 256, (256, 64), 64]]

    def over_the_ring(parts):
        sums, sent = ring_allreduce([part.ravel() for part in parts])
        print(f"p = {len(parts)}: a rank sends {sent[0]:,} bytes", end=", ")
        return sums[0].reshape(parts[0].shape)

    serial = column_row_mlp(*layers, 1, sum)
    for p in (2, 4, 8):
        y = column_row_mlp(*layers, p, over_the_ring)
        print("equal to one device:", np.allclose(y, serial))

# %% [markdown] role="why"
# **Why columns first.** $\max(x[A_1, A_2], 0) = [\max(xA_1, 0), \max(xA_2, 0)]$: finished units, no talk. With rows first, each rank holds a summand, and $\max(a + b, 0) \ne
# \max(a, 0) + \max(b, 0)$: an all-reduce before the non-linearity (Shoeybi et al. 2019, §3). Attention is the same, heads in place of columns.
#
# **What it sends.** Activations, in every layer: forward after the second product, backward the gradient of x (g and f in that paper). The next layer waits for the first;
# only the second can hide behind other work, the weights' gradient. So it stays inside a node with fast links (Narayanan et al. 2021, §3).
#
# **What most people write first.** b2 on every rank: it counts p times, and a test with zero biases never shows it.

# %% [markdown] lang="zh" en="67f1b2fe"
# **为什么先按列。** $\max(x[A_1, A_2], 0) = [\max(xA_1, 0), \max(xA_2, 0)]$：隐藏单元是完整的，不用通信。先按行的话，每个 rank 只有一个加数，而 $\max(a + b, 0) \ne \max(a, 0) + \max(b, 0)$：非线性之前就得 all-reduce（Shoeybi et al. 2019，§3）。注意力也一样，只是按头切。
#
# **传的是什么。** 激活值，每一层都要：前向在第二个乘积之后，反向是 x 的梯度（论文里的 g 和 f）。前一次，下一层只能等；后一次还能与求权重梯度的计算重叠。所以留在有高速互联的单机之内（Narayanan et al. 2021，§3）。
#
# **最常见的第一版。** 每个 rank 都加 b2：一共加了 p 次，而偏置全为 0 的测试永远发现不了。

# %% [markdown] role="exercise" anchor="pipeline-schedule"
# ## 3 · The pipeline
#
# Pipeline parallelism: stage s holds a share of the layers, the batch comes in m micro-batches. A forward takes 1 unit of time on every stage, a backward 2; sending takes none.
# Micro-batch j's forward needs that of the stage before; its backward needs that of the stage behind, on the last stage its own forward. A stage does one thing at a time, in a
# fixed order, each as early as it can:
#
# - `"gpipe"`: forwards 0 … m − 1, then backwards 0 … m − 1;
# - `"1f1b"`: min(m, p − s) forwards, then a backward and a forward in turn while forwards are left, then the remaining backwards; both kinds in order 0, 1, ….

# %% [markdown] lang="zh" en="dcd73920"
# ## 3 · 流水线
#
# 流水线并行：第 s 段负责一部分层，batch 分成 m 个 micro-batch。每一段的前向用 1 个时间单位，反向用 2 个，传输不花时间。第 j 个 micro-batch 的前向要等前一段的前向，反向要等后一段的反向，最后一段的反向等它自己的前向。一段同一时刻只做一件事，顺序固定，每件都尽早开始：
#
# - `"gpipe"`：先做前向 0 … m − 1，再做反向 0 … m − 1；
# - `"1f1b"`：先做 min(m, p − s) 个前向，然后一个反向、一个前向交替，直到前向做完，再做剩下的反向；前向、反向各自按 0、1、… 的顺序。


# %% role="exercise"
def pipeline_schedule(p, m, kind):
    """p stages, m micro-batches, kind "gpipe" or "1f1b".

    Returns starts (2, p, m): when stage s begins the forward, starts[0, s, j], and the backward,
    starts[1, s, j], of micro-batch j. The first task begins at 0.
    """
    ### BEGIN SOLUTION
    starts, free, left = np.zeros((2, p, m)), np.zeros(p), []
    ends = {(0, -1, j): 0 for j in range(m)}  # the batch is there from the start
    for s in range(p):
        ahead = m if kind == "gpipe" else min(m, p - s)
        order = [(0, j) for j in range(ahead)]
        for j in range(m):
            order += [(1, j), (0, j + ahead)] if j + ahead < m else [(1, j)]
        left.append(order)
    while any(left):
        for s in (s for s in range(p) if left[s]):
            back, j = left[s][0]
            before = (back, s + 1, j) if back else (back, s - 1, j)
            if before[1] == p:
                before = (0, s, j)
            if before in ends:
                starts[back, s, j] = max(free[s], ends[before])
                free[s] = ends[back, s, j] = starts[back, s, j] + 1 + back
                left[s].pop(0)
    return starts
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What does each stage do, in which order? That list alone is where the two kinds differ.
# 2. Two stages, two micro-batches: draw both kinds on paper. Where does stage 0 wait?
# 3. A list of tasks for each stage. Again and again, for each stage: if the first task's input exists, start it at the later of "input ready" and "stage free"; take it off the list.

# %% [markdown] lang="zh" en="ce8a8442"
# 1. 每一段按什么顺序做什么？两种调度的区别只在这个列表。
# 2. 两段、两个 micro-batch：把两种调度画在纸上。第 0 段在哪里等？
# 3. 每段一个任务列表。反复对每一段：如果第一个任务的输入已经有了，就从“输入就绪”和“本段空闲”里较晚的时刻开始，并把它从列表里去掉。

# %%
check.pipeline_schedule(pipeline_schedule)

# %% [markdown] role="exercise" anchor="bubble"
# ## 4 · Measure it
#
# Write `bubble`, which measures any such schedule: the share of all device time in which a stage does nothing, and the most micro-batches whose activations each stage holds at
# a time. They are held from the start of the forward to the end of the backward.

# %% [markdown] lang="zh" en="97bd920d"
# ## 4 · 量一量
#
# 写出 `bubble`，测量任何这样的调度：所有设备时间里空闲的比例，以及每一段最多同时存着几个 micro-batch 的激活值。激活值从前向开始存到反向结束。


# %% role="exercise"
def bubble(starts):
    """starts (2, p, m): whole numbers, as above; forwards take 1, backwards 2. Time runs from 0 to the last end.

    Returns (idle, held): a number; (p,) integers. What ends at t makes room for what starts at t.
    """
    ### BEGIN SOLUTION
    m = starts.shape[2]
    idle = 1 - 3 * m / (starts[1].max() + 2)
    order = np.concatenate(starts, axis=1).argsort()  # forwards are 0 … m − 1
    return idle, np.where(order < m, 1, -1).cumsum(axis=1).max(axis=1)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How much does one stage work in all? How long is it there?
# 2. One stage: forwards at 0 and 1, backwards at 4 and 6. When are two held, and what share is idle?
# 3. Idle is 1 − work over length. Walk through a stage's tasks in order of their starts: a forward is one more held, a backward one fewer.

# %% [markdown] lang="zh" en="c093a01b"
# 1. 一段总共工作多久？它一共在场多久？
# 2. 只有一段：前向在 0、1，反向在 4、6。什么时候存着两份？空闲比例是多少？
# 3. 空闲 = 1 − 工作 / 总长。把一段的任务按开始时刻排好走一遍：前向多存一份，反向少存一份。

# %%
check.bubble(bubble)


# %% role="reward"
def gantt(ax, starts, title):
    for (back, stage, j), t in np.ndenumerate(starts):
        length, colour = 1 + back, ("C0", "C1")[back]
        ax.barh(stage, length, 0.9, left=t, color=colour, edgecolor="white", linewidth=0.8)
        ax.text(t + length / 2, stage, j, ha="center", va="center", fontsize=7, color="white")
    ax.set(title=title, ylabel="stage", yticks=range(starts.shape[1]))
    ax.invert_yaxis()
    ax.grid(visible=False)


if check.pipeline_schedule.passed and check.bubble.passed:
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(2, 1, figsize=(7.4, 3.6), sharex=True)
        for kind, ax in zip(("gpipe", "1f1b"), axes):
            starts = pipeline_schedule(4, 8, kind)
            idle, held = bubble(starts)
            gantt(ax, starts, f"{kind}: idle {idle:.3f}, held {held.tolist()}")
        axes[1].set(xlabel="time (blue: forward, 1; orange: backward, 2)")
        plt.show()
    for m in (1, 4, 8, 32):
        rows = [bubble(pipeline_schedule(4, m, kind)) for kind in ("gpipe", "1f1b")]
        print(f"p = 4, m = {m:2}: idle", *[f"{idle:.3f}" for idle, _ in rows], end="; ")
        print(f"(p − 1)/(m + p − 1) = {3 / (m + 3):.3f}; held", *[held.max() for _, held in rows])

# %% [markdown] role="caption" alt="Two Gantt charts of four stages and eight micro-batches over 33 units of time. GPipe: a staircase of eight forwards, then one of eight backwards, with idle corners and a gap between. 1F1B: after a few forwards, forwards and backwards alternate; the idle time is spread differently but both charts end at 33."
# Four stages, eight micro-batches, drawn from your schedules. Both end at the same moment and idle the same share, (p − 1)/(m + p − 1). What differs is how many micro-batches
# wait for their backward: m on every stage under GPipe, at most min(p, m) under 1F1B.

# %% [markdown] lang="zh" en="26f6e023" alt="两幅甘特图，四段、八个 micro-batch，时间 33 个单位。GPipe：先是八个前向的阶梯，再是八个反向的阶梯，角落和中间是空的。1F1B：做几个前向之后，前向和反向交替；空闲的分布不同，但两幅图都在 33 结束。"
# 四段、八个 micro-batch，由你的调度画出。两者同时结束，空闲比例相同，都是 (p − 1)/(m + p − 1)。不同的是有多少 micro-batch 在等反向：GPipe 每段都是 m 个，1F1B 最多 min(p, m) 个。

# %% [markdown] role="why"
# **Why $(p-1)/(m+p-1)$.** The last stage waits p − 1 forwards for its first input, the first stage p − 1 backwards for its last. Each stage works $3m$ of $3(m + p - 1)$. Huang
# et al. (2019, §2) give this order, as O(·); Narayanan et al. (2021, §2.2) divide by the *ideal* time and get $(p-1)/m$. Say which you mean.
#
# **So more micro-batches?** Yes, until they are too small to fill a device; and under GPipe activations grow with m. 1F1B breaks that link. Interleaving, several smaller stages
# per device, shrinks the bubble itself and sends more (§2.2 there).
#
# **What the model leaves out.** Stages of unequal length, time to send, recomputation (a third unit in each backward).

# %% [markdown] lang="zh" en="5ee891c8"
# **为什么是 $(p-1)/(m+p-1)$。** 最后一段等第一个输入要 p − 1 个前向，第一段等最后一个梯度要 p − 1 个反向。每段在 $3(m + p - 1)$ 里工作 $3m$。Huang 等（2019，§2）以 O(·) 的形式给出这个比例；Narayanan 等（2021，§2.2）除以**理想**时间，得
# $(p-1)/m$。说的时候讲清是哪一种。
#
# **那就多切 micro-batch？** 可以，直到小得喂不饱设备；而且 GPipe 的激活值随 m 增长。1F1B 切断了这个联系。交错调度让每台设备负责几个更小的段，气泡本身变小，通信变多（同文 §2.2）。
#
# **这个模型没考虑的。** 各段长度不等、传输时间、重计算（每个反向再加 1 个单位）。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `pipeline_schedule`. On some sizes it agrees with the right one. Find sizes on which the two part.

# %% [markdown] lang="zh" en="9a9e912b"
# ## 找反例
#
# 下面是一个错误的 `pipeline_schedule`，有些尺寸下和正确答案一致。找一组让两者不同的尺寸。

# %% role="hack"
check.pipeline_schedule.hack(trap=6)

# %% role="hack"
### BEGIN SOLUTION
sizes = {"p": 2, "m": 3, "kind": "1f1b"}
### END SOLUTION
if sizes is not ...:
    check.pipeline_schedule.hack(trap=6, **sizes)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains how to train on many cards. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="54ad616f"
# ## 挑错
#
# 一位候选人这样讲多卡训练。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 4, 5, 7]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="sync-time"
# ## The interviewer goes on
#
# **7 billion gradients in bf16, eight cards in a ring, each sending 50 GB/s (GB: 10⁹ bytes). How long does the all-reduce take at least?** Within 2 %, with a unit.

# %% [markdown] lang="zh" en="e6c26b67"
# ## 追问
#
# **70 亿个 bf16 梯度，八张卡成环，每张发送 50 GB/s（GB 指 10⁹ 字节）。all-reduce 至少要多久？** 误差不超过 2%，带上单位。

# %% role="follow-up"
### BEGIN SOLUTION
duration = f"{2 * 7 / 8 * 7e9 * 2 / 50e9} s"
### END SOLUTION

# %%
check.sync_time(duration)

# %% [markdown] role="follow-up" anchor="all-reduces"
# **Tensor parallelism in a Transformer layer (attention and MLP, no sequence parallelism): how many all-reduces per layer in one training step, forward and backward?**

# %% [markdown] lang="zh" en="f59aab1a"
# **Transformer 的一层（注意力加 MLP，不用序列并行）做张量并行：一个训练步，前向加反向，每层几次 all-reduce？**

# %% role="follow-up"
### BEGIN SOLUTION
count = 2 * 2
### END SOLUTION

# %%
check.all_reduces(count)

# %% [markdown] role="follow-up" fold="64 cards, 8 per node, a model that does not fit on one. How do you lay it out?"
# Tensor parallelism over at most the 8 cards of a node, where links are fast. If that is not enough, a pipeline over nodes: it sends one activation per boundary. What is left
# over is data parallelism, with the states sharded. Global batch = replicas × micro-batch × m; m well above the number of stages. Then measure: MFU, not the formula, decides
# (Narayanan et al. 2021, §3).

# %% [markdown] lang="zh" en="73da886f" fold="64 张卡，每机 8 张，模型单卡放不下。怎么排布？"
# 张量并行最多用到机内的 8 张卡，那里互联快。不够再跨机做流水线：每个边界只传一份激活值。剩下的做数据并行，并切分状态。全局 batch = 副本数 × micro-batch × m，m 要明显大于段数。然后实测：看的是 MFU，不是公式（Narayanan et al. 2021，§3）。

# %% [markdown] role="say" anchor="say"
# ## Say it
#
# Answer the opening question in about a minute, in your own words. You see the key points after you have written something.

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
# > Data parallelism copies the model and splits the batch; the gradients are summed by a ring all-reduce, reduce-scatter then all-gather, in
# > which each card sends $2(p-1)/p$ of the gradient. It is one step on the large batch and saves no memory. Tensor parallelism splits
# > matrices: the first by columns, the second by rows, one all-reduce per block and direction, so it stays inside a node. Pipeline parallelism splits
# > layers; with m micro-batches the bubble is $(p-1)/(m+p-1)$ of the time. 1F1B has the same bubble and holds at most p
# > micro-batches' activations, not m.
#
# Classic mistakes: "data parallelism divides the memory"; b2 added p times; rows first; $(p-1)/m$ as a share of the total; "1F1B has less bubble".

# %% [markdown] lang="zh" en="399d3965" fold="一分钟版本"
# > 数据并行复制模型、切 batch；梯度用环形 all-reduce 求和，先 reduce-scatter 再 all-gather，每张卡发送梯度的 $2(p-1)/p$。它等于大 batch 的一步，不省显存。张量并行切矩阵：第一个按列，第二个按行，每个模块每个方向一次 all-reduce，所以放在机内。流水线并行切层；m 个 micro-batch 时，气泡占总时间的 $(p-1)/(m+p-1)$。1F1B 气泡相同，激活值最多存 p 个 micro-batch，而不是 m 个。
#
# 常见错误：“数据并行能均摊显存”；b2 加了 p 次；先按行切；把 $(p-1)/m$ 说成占总时间的比例；“1F1B 气泡更小”。

# %% [markdown] role="reference"
# ## References
#
# - Patarasuk & Yuan 2009, *Bandwidth optimal all-reduce algorithms for clusters of workstations*, Journal of Parallel and Distributed Computing 69 (the ring).
# - Goyal et al. 2017, *Accurate, Large Minibatch SGD*, arXiv:1706.02677, §2.1 (learning rate and batch).
# - Shoeybi et al. 2019, *Megatron-LM*, arXiv:1909.08053, §3 (columns, then rows).
# - Huang et al. 2019, *GPipe*, arXiv:1811.06965, §2 (micro-batches, the bubble).
# - Narayanan et al. 2021, *Efficient Large-Scale Language Model Training on GPU Clusters Using Megatron-LM*, arXiv:2104.04473, §2.2 (schedules), §3 (how to combine them).
# - Rajbhandari et al. 2020, *ZeRO*, arXiv:1910.02054, §5, §7 (sharded states and their communication).
# - TensorFlow, *Custom training loop with Keras and MultiWorkerMirroredStrategy*, tensorflow.org/tutorials/distribute/multi_worker_with_ctl.

# %% [markdown] lang="zh" en="6d53820b"
# ## 参考文献
#
# - Patarasuk & Yuan 2009, *Bandwidth optimal all-reduce algorithms for clusters of workstations*，Journal of Parallel and Distributed Computing 69（环）。
# - Goyal et al. 2017, *Accurate, Large Minibatch SGD*，arXiv:1706.02677，§2.1（学习率与 batch）。
# - Shoeybi et al. 2019, *Megatron-LM*，arXiv:1909.08053，§3（先列后行）。
# - Huang et al. 2019, *GPipe*，arXiv:1811.06965，§2（micro-batch、气泡）。
# - Narayanan et al. 2021, *Efficient Large-Scale Language Model Training on GPU Clusters Using Megatron-LM*，arXiv:2104.04473，§2.2（调度）、§3（如何组合）。
# - Rajbhandari et al. 2020, *ZeRO*，arXiv:1910.02054，§5、§7（切分状态及其通信量）。
# - TensorFlow, *Custom training loop with Keras and MultiWorkerMirroredStrategy*，tensorflow.org/tutorials/distribute/multi_worker_with_ctl。
