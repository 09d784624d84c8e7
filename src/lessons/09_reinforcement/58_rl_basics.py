# ---
# title: Write value iteration, Q-learning and REINFORCE
# title_zh: 手写价值迭代、Q-learning 与 REINFORCE
# kind: code
# minutes: 45
# level: 2
# needs: [softmax_cross_entropy]
# seeds: [004-1.15]
# asked: 0
# framework: numpy
# ---

# %% [markdown] role="question" anchor="question"
# ## The question
#
# > Explain reinforcement learning with code: value iteration, Q-learning, and a policy gradient with a baseline.
# > Does the baseline bias the gradient?
#
# Think aloud for one minute before you type: what is known in each of the three cases, and what is being
# learnt?

# %% [markdown] lang="zh" en="eba34b8d"
# ## 题目
#
# > 用代码讲清强化学习：价值迭代、Q-learning，以及带基线的策略梯度。基线会让梯度有偏吗？
#
# 先别动手，出声想一分钟：三种方法各知道什么、在学什么？

# %% [markdown] role="question" fold="What a good answer contains"
# - Policy, return, discount; that rewards come late.
# - The Bellman optimality equation, and why iterating it converges.
# - Q-learning's target, at the end of an episode too; off-policy.
# - $\nabla \log \pi$ times return; why a baseline changes the variance and not the mean.

# %% [markdown] lang="zh" en="2c972531" fold="好的回答包含什么"
# - 策略、回报、折扣；奖励往往来得晚。
# - 贝尔曼最优方程，以及为什么反复套用会收敛。
# - Q-learning 的目标，包括回合结束时；off-policy。
# - $\nabla \log \pi$ 乘回报；为什么基线只影响方差、不影响期望。

# %% role="setup"
import matplotlib.pyplot as plt
import numpy as np

from whiteboard import lesson, plot

check = lesson("rl_basics")

# %% [markdown] role="exercise" anchor="value-iteration"
# ## 1 · The model is known
#
# Write `value_iteration`: the optimal values and the best action of every state. `P[s, a, s']` is the probability of going
# from s to s′ with action a, `R[s, a]` the expected reward. Sweep until V stands still: up to γ = 0.99, 5,000 sweeps are plenty.

# %% [markdown] lang="zh" en="a5f9f81a"
# ## 1 · 模型已知
#
# 写出 `value_iteration`：每个状态的最优价值和最好的动作。`P[s, a, s']` 是在 s 用动作 a 到 s′ 的概率，`R[s, a]` 是期望奖励。扫到 V 不再变化为止；γ 不超过 0.99 时，5000 遍绰绰有余。


# %% role="exercise"
def value_iteration(P, R, gamma):
    """P (S, A, S), R (S, A), 0 ≤ gamma < 1 → V (S,), policy (S,) of whole numbers."""
    ### BEGIN SOLUTION
    V = np.zeros(len(R))
    for _ in range(5000):  # 0.99 to this power is 1e-22
        Q = R + gamma * P @ V  # (S, A)
        V = Q.max(axis=1)
    return V, Q.argmax(axis=1)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. Suppose V were right. What is the value of taking action a in state s, and what must V(s) then be?
# 2. One state, two actions that stay there, rewards 1 and 3, γ = 0.5: what is V after one sweep, after two, in the end?
# 3. Start at 0; Q = R + γ · P V; V = the maximum of Q over actions; repeat until V stands still; the policy is the argmax.

# %% [markdown] lang="zh" en="6c6ce5bb"
# 1. 假如 V 是对的，在 s 用动作 a 值多少？那么 V(s) 应当是多少？
# 2. 一个状态，两个动作都留在原地，奖励 1 和 3，γ = 0.5：扫一遍后 V 是多少？两遍呢？最后呢？
# 3. 从 0 开始；Q = R + γ · P V；V 取 Q 对动作的最大值；重复到 V 不变；策略是 argmax。

# %%
check.value_iteration(value_iteration)

# %% [markdown] role="idea" anchor="idea"
# $$V^*(s) = \max_a \Big( R(s, a) + \gamma \sum_{s'} P(s' \mid s, a)\, V^*(s') \Big)$$
#
# The right side, as a map of V, brings any two V's closer by the factor γ, so there is one fixed point and iterating reaches it
# (value iteration: Sutton & Barto 2018, §4.4). γ also sets how far one looks: rewards $1/(1-\gamma)$ steps away count $1/e$.

# %% [markdown] lang="zh" en="9ac379d1"
# $$V^*(s) = \max_a \Big( R(s, a) + \gamma \sum_{s'} P(s' \mid s, a)\, V^*(s') \Big)$$
#
# 把右边看成 V 的映射，任意两个 V 经过它，距离至少缩小 γ 倍，所以不动点唯一，反复迭代就能到达（价值迭代：Sutton 与 Barto 2018，§4.4）。γ 还决定看多远：$1/(1-\gamma)$ 步之外的奖励，权重约剩 $1/e$。


# %% role="reward"
def grid(rows=5, columns=7, slip=0.1):
    """A grid with walls, a pit and a goal: P, R and the maps. Moves fail to either side at times."""
    walls = {(1, 1), (2, 1), (3, 1), (1, 3), (1, 4), (3, 3), (3, 4), (3, 5)}
    goal, pit, end = (0, 6), (2, 6), rows * columns
    moves = [(-1, 0), (0, 1), (1, 0), (0, -1)]
    P, R = np.zeros((end + 1, 4, end + 1)), np.full((end + 1, 4), -0.04)
    R[end], P[end, :, end] = 0, 1
    for r, c in np.ndindex(rows, columns):
        s = r * columns + c
        if (r, c) in (goal, pit):
            P[s, :, end], R[s] = 1, 1.0 if (r, c) == goal else -1.0
            continue
        for a in range(4):
            for turn, chance in ((0, 1 - 2 * slip), (1, slip), (-1, slip)):
                dr, dc = moves[(a + turn) % 4]
                to = (min(max(r + dr, 0), rows - 1), min(max(c + dc, 0), columns - 1))
                to = (r, c) if to in walls else to
                P[s, a, to[0] * columns + to[1]] += chance
    return P, R, walls


if check.value_iteration.passed:
    P, R, walls = grid()
    V, best = value_iteration(P, R, 0.95)
    values = V[:-1].reshape(5, 7).copy()
    for wall in walls:
        values[wall] = np.nan
    with plt.style.context(plot.STYLE):
        figure, ax = plt.subplots(figsize=(6, 3.6))
        image = ax.imshow(values, cmap="viridis")
        figure.colorbar(image, label="value")
        for r, c in np.ndindex(5, 7):
            if (r, c) not in walls:
                mark = {(0, 6): "goal", (2, 6): "pit"}.get((r, c), "↑→↓←"[best[r * 7 + c]])
                ax.text(
                    c,
                    r,
                    mark,
                    ha="center",
                    va="center",
                    color="white" if values[r, c] < 0.6 else "black",
                )
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        plt.show()
    print(f"value of the bottom left corner {values[4, 0]:.3f}, beside the pit {values[2, 5]:.3f}")

# %% [markdown] role="caption" alt="A grid of five rows and seven columns, coloured by value, with walls left white: values rise towards the goal in the upper right corner, arrows point along the way to it. The pit lies two rows below the goal; the cell under it has a low value and its arrow points down, away from both."
# Optimal values (γ = 0.95, a step costs 0.04, a move slips to either side with probability 0.1 each) and actions. Values leak from the goal backwards,
# one step a sweep. In the cell below the pit the best move leads away from the goal: going up would end in the pit.

# %% [markdown] lang="zh" en="676f5c51" alt="五行七列的网格，按价值着色，墙为白色：越靠近右上角的目标价值越高，箭头指向通往目标的路。陷阱在目标下方两行处，它正下方那格价值低，箭头向下，背离两者。"
# 最优价值（γ = 0.95，每走一步扣 0.04，各有 0.1 的概率滑向左右两侧）与动作。价值从目标往回传，每扫一遍传一步。陷阱下面那一格，最好的动作是背离目标的：往上走就掉进去了。

# %% [markdown] role="exercise" anchor="q-learning"
# ## 2 · The model is not known
#
# Write `q_learning` on recorded experience: a list of (s, a, reward, s′, done), in order. `done` says that the episode
# ended with this step. The table starts at 0.

# %% [markdown] lang="zh" en="61109fad"
# ## 2 · 模型未知
#
# 在一段记录好的经验上写出 `q_learning`：按顺序的 (s, a, reward, s′, done) 列表，`done` 表示回合到这一步结束。表的初值是 0。


# %% role="exercise"
def q_learning(transitions, states, actions, alpha, gamma):
    """Experience, sizes of the table, step size, discount → Q (states, actions)."""
    ### BEGIN SOLUTION
    Q = np.zeros((states, actions))
    for s, a, reward, after, done in transitions:
        target = reward + (0 if done else gamma * Q[after].max())
        Q[s, a] += alpha * (target - Q[s, a])
    return Q
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. What takes the place of $\sum_{s'} P\,V$, when only one s′ was seen?
# 2. Q is 0 but for Q[1] = [2, 6]; α = 0.5, γ = 0.9; the step is (0, 1, reward 1, to 1, not done). What becomes of Q[0, 1]? And if it was done?
# 3. One pass in order: target = reward, plus γ times the best Q of s′ unless it is the end; move Q[s, a] by α of the difference.

# %% [markdown] lang="zh" en="3f496947"
# 1. 只见到一个 s′ 时，用什么代替 $\sum_{s'} P\,V$？
# 2. 除了 Q[1] = [2, 6]，Q 全是 0；α = 0.5、γ = 0.9；这一步是（0，1，奖励 1，到 1，未结束）。Q[0, 1] 变成多少？如果结束了呢？
# 3. 按顺序走一遍：目标 = 奖励，没结束就再加 γ 乘 s′ 的最大 Q；Q[s, a] 朝目标走 α 倍的差。

# %%
check.q_learning(q_learning)

# %% role="reward"
if check.q_learning.passed and check.value_iteration.passed:
    P, R, _ = grid()
    V, best = value_iteration(P, R, 0.95)
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(60_000):  # a walker that chooses at random, from random places
        s, a = int(rng.integers(len(R) - 1)), int(rng.integers(4))
        after = int(np.searchsorted(P[s, a].cumsum(), rng.uniform()))
        rows.append((s, a, R[s, a], after, after == len(R) - 1))
    for count in (2_000, 20_000, 60_000):
        Q = q_learning(rows[:count], len(R), 4, 0.1, 0.95)
        gap = np.abs(Q.max(axis=1) - V)[:-1].mean()
        print(f"after {count:6,} random steps: values off by {gap:.3f} on average")

# %% [markdown] role="why"
# **Off-policy.** The walker above moved at random and never wanted anything; the table still tends to the *optimal* values,
# because the target asks for the best next action and not for the one taken (Watkins & Dayan 1992: every pair again and again, α falling; with
# α fixed, as here, some noise stays). With the action taken it is SARSA.
#
# **`done`.** At a real end nothing follows. An episode cut off by a time limit has not ended: there the value of s′ belongs into the target.
# Gymnasium therefore returns `terminated` and `truncated` apart.
#
# **What most people write first.** `Q[after].max()` without `done`. In a grid with one goal it mostly works, since the end's row stays 0, until
# s′ of the last step is the first state of the next episode.

# %% [markdown] lang="zh" en="ac6486f5"
# **Off-policy。** 上面的智能体只是随机走动，表仍趋近**最优**价值，因为目标用的是下一步最好的动作，而不是实际执行的那个（Watkins 与 Dayan 1992：每个状态–动作对都反复访问，且 α 逐渐减小；这里 α 固定，会留一点噪声）。换成实际执行的动作就是 SARSA。
#
# **`done`。** 真正结束之后什么都没有。被时间上限截断的回合并没有结束，目标里应当有 s′ 的价值。所以 Gymnasium 把 `terminated` 和 `truncated` 分开返回。
#
# **最常见的第一版。** 直接写 `Q[after].max()`，不看 `done`。只有一个目标的网格里大多没事，因为终点那一行一直是 0；直到最后一步的 s′ 其实是下一个回合的起点。

# %% [markdown] role="worked"
# **A good place to stop.** You have the value-based half. What follows changes the policy directly.

# %% [markdown] lang="zh" en="48d87659"
# **可以先歇一歇。** 基于价值的一半写完了，下面直接调策略。

# %% [markdown] role="exercise" anchor="returns"
# ## 3 · Returns
#
# Write `returns`: for every step t of an episode $G_t = r_t + \gamma r_{t+1} + \gamma^2 r_{t+2} + \dots$

# %% [markdown] lang="zh" en="9d5de072"
# ## 3 · 回报
#
# 写出 `returns`：对回合里的每一步 t，$G_t = r_t + \gamma r_{t+1} + \gamma^2 r_{t+2} + \dots$


# %% role="exercise"
def returns(rewards, gamma):
    """Rewards of one episode, in order → one return for every step."""
    ### BEGIN SOLUTION
    out, total = [], 0.0
    for reward in reversed(rewards):
        total = reward + gamma * total
        out.append(total)
    return out[::-1]
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. How is $G_t$ related to $G_{t+1}$? From which end can that be used?
# 2. Rewards 1, 2, 8 and γ = 0.5: what are the three returns?
# 3. Walk backwards with a running total: total = reward + γ · total; collect; turn the list round.

# %% [markdown] lang="zh" en="35055ec8"
# 1. $G_t$ 和 $G_{t+1}$ 是什么关系？应从哪一头开始算？
# 2. 奖励 1、2、8，γ = 0.5：三个回报各是多少？
# 3. 从后往前，带一个累计值：total = reward + γ · total；逐个收集，最后反转。

# %%
check.returns(returns)

# %% [markdown] role="exercise" anchor="reinforce-grad"
# ## 4 · REINFORCE
#
# A bandit: one state, the policy is softmax(θ). Write `reinforce_grad`: from actions sampled from the policy and their rewards, the estimate of the
# gradient of the expected reward, the mean of $(r - b)\, \nabla_\theta \log \pi(a)$.

# %% [markdown] lang="zh" en="0a4f7ed4"
# ## 4 · REINFORCE
#
# 多臂老虎机：只有一个状态，策略是 softmax(θ)。写出 `reinforce_grad`：由按策略抽到的动作和得到的奖励，估计期望奖励的梯度，即 $(r - b)\, \nabla_\theta \log \pi(a)$ 的平均。


# %% role="exercise"
def reinforce_grad(theta, actions, rewards, baseline=0.0):
    """theta (A,), actions (N,) whole numbers, rewards (N,), a number → gradient (A,), to climb."""
    ### BEGIN SOLUTION
    p = np.exp(theta - theta.max())
    p = p / p.sum()
    score = np.eye(len(theta))[actions] - p  # (N, A): ∇ log π of each sample
    return ((rewards - baseline)[:, None] * score).mean(axis=0)
    ### END SOLUTION


# %% [markdown] role="hint"
# 1. $\log \pi(a) = \theta_a - \log \sum_k e^{\theta_k}$. What is its derivative along $\theta_a$, and along another $\theta_k$?
# 2. Two actions at ½; action 0 was taken and paid 4; b = 1. What is this sample's gradient?
# 3. Onehot of each action minus π; times reward minus baseline; mean over the samples.

# %% [markdown] lang="zh" en="05977a23"
# 1. $\log \pi(a) = \theta_a - \log \sum_k e^{\theta_k}$。它对 $\theta_a$ 的导数是什么？对别的 $\theta_k$ 呢？
# 2. 两个动作各 ½，选了动作 0，得到 4，b = 1。这个样本的梯度是多少？
# 3. 每个动作的 onehot 减 π；乘奖励减基线；对样本取平均。

# %%
check.reinforce_grad(reinforce_grad)

# %% role="reward"
if check.reinforce_grad.passed:
    rng = np.random.default_rng(0)
    theta, pay = np.array([0.5, 0.0, -0.5, 0.2]), np.array([10.0, 11.0, 9.0, 12.0])
    p = np.exp(theta) / np.exp(theta).sum()
    truth = p * (pay - p @ pay)
    baselines, means, spreads = np.linspace(0, 20, 21), [], []
    for b in baselines:
        taken = rng.choice(4, size=4000, p=p)
        reward = pay[taken] + rng.normal(size=4000)
        single = np.array([reinforce_grad(theta, taken[[n]], reward[[n]], b) for n in range(4000)])
        means.append(single.mean(axis=0))
        spreads.append(single.var(axis=0).sum())
    with plt.style.context(plot.STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(8, 3))
        axes[0].plot(baselines, spreads, "o-")
        axes[0].set(xlabel="baseline", ylabel="variance of one sample's gradient", ylim=(0, None))
        for k in range(4):
            (line,) = axes[1].plot(baselines, [m[k] for m in means], ".")
            axes[1].axhline(truth[k], color=line.get_color(), linewidth=1)
        axes[1].set(xlabel="baseline", ylabel="mean gradient, and the true one")
        plt.show()
    best = int(np.argmin(spreads))
    print(
        f"expected reward {p @ pay:.1f}; least variance {spreads[best]:.1f} at b = "
        f"{baselines[best]:.0f}",
        end="; ",
    )
    print(f"without a baseline {spreads[0]:.0f}")

# %% [markdown] role="caption" alt="Left: variance of the gradient against the baseline, a parabola with its minimum near 11. Right: the four components of the mean gradient against the baseline scatter around horizontal lines at their true values, least near 11."
# Four actions that pay 9 to 12 with noise; 4,000 samples for each baseline. The mean gradient stays at the true one (lines) whatever the
# baseline; the variance is a parabola with its minimum near the expected reward. All rewards here are positive: without a baseline every action
# taken is pushed up, and only the differences of the pushes point the way.

# %% [markdown] lang="zh" en="59fea8a1" alt="左：梯度方差随基线的变化，是一条在 11 附近最低的抛物线。右：平均梯度的四个分量随基线变化，在各自真值的水平线附近散布，11 附近散布最小。"
# 四个动作，奖励 9 到 12，带噪声；每个基线 4000 个样本。不管基线取多少，平均梯度都在真值（横线）附近；方差是抛物线，在期望奖励附近最低。这里奖励全是正的：没有基线时，选到的每个动作都被往上推，只有推力之差才指出方向。

# %% [markdown] role="hack" anchor="hack"
# ## Hack it
#
# Here is a wrong `returns`. For one discount it is right. Find rewards and a discount on which it is not.

# %% [markdown] lang="zh" en="0464bda3"
# ## 找反例
#
# 下面是一个错误的 `returns`，对某个折扣它是对的。找一组奖励和折扣让它出错。

# %% role="hack"
check.returns.hack(trap=1)

# %% role="hack"
### BEGIN SOLUTION
rewards, discount = [1.0, 1.0], 0.5
### END SOLUTION
if rewards is not ...:
    check.returns.hack(trap=1, rewards=rewards, gamma=discount)

# %% [markdown] role="flaws" anchor="flaws"
# ## Find the flaw
#
# A candidate explains reinforcement learning. Which statements are wrong?
#
# {{flaws}}

# %% [markdown] lang="zh" en="070e5fa2"
# ## 挑错
#
# 一位候选人这样讲强化学习。哪几句是错的？
#
# {{flaws}}

# %% role="flaws"
### BEGIN SOLUTION
wrong = [1, 3, 4, 6]
### END SOLUTION

# %%
check.flaws(wrong)

# %% [markdown] role="follow-up" anchor="forever"
# ## The interviewer goes on
#
# **A reward of 1 at every step, for ever, γ = 0.99. What is the return?**

# %% [markdown] lang="zh" en="c6d5e096"
# ## 追问
#
# **每一步奖励 1，永远不停，γ = 0.99。回报是多少？**

# %% role="follow-up"
### BEGIN SOLUTION
total = 1 / (1 - 0.99)
### END SOLUTION

# %%
check.forever(total)

# %% [markdown] role="follow-up" anchor="horizon"
# **After how many steps does a reward count less than a hundredth, with γ = 0.99?** Within 1 %.

# %% [markdown] lang="zh" en="ff289c3f"
# **γ = 0.99 时，多少步之后的奖励权重不到百分之一？** 误差不超过 1%。

# %% role="follow-up"
### BEGIN SOLUTION
steps = np.ceil(np.log(0.01) / np.log(0.99))
### END SOLUTION

# %%
check.horizon(steps)

# %% [markdown] role="follow-up" fold="Where is this in the training of language models?"
# The state is the prompt with the tokens so far, an action is a token, the reward comes once, at the end. PPO takes a learnt value as the
# baseline; GRPO takes the mean reward of several answers to one prompt, an estimate of the expected reward near which you
# have just seen the least variance, and also divides by their standard deviation (Shao et al. 2024, §4.1).

# %% [markdown] lang="zh" en="27317aa4" fold="这在语言模型训练里对应什么？"
# 状态是提示词加上已经生成的 token，动作是下一个 token，奖励只在最后来一次。PPO 用学到的价值函数作基线；GRPO 用同一个提示词的几个回答的平均奖励作基线，它估计的正是刚才方差最小处附近的期望奖励；此外还除以这组奖励的标准差（Shao 等 2024，§4.1）。

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
# > A policy chooses actions to make the discounted return large. With a known model: iterate the Bellman optimality equation, a contraction by
# > γ. Without: Q-learning moves Q(s, a) by α towards $r + \gamma \max Q(s')$, towards r alone at the end, and learns the optimal values from
# > anybody's experience. Policy gradient: return times $\nabla \log \pi$, averaged over samples; a baseline leaves the mean, since $E[\nabla \log \pi] = 0$, and cuts
# > the variance.
#
# Classic mistakes: bootstrapping past the end; the next action taken instead of the best; the first reward discounted; the descent
# sign; "a baseline is biased".

# %% [markdown] lang="zh" en="fb5cd3fc" fold="一分钟版本"
# > 策略选择动作，使折扣回报尽量大。模型已知：反复套贝尔曼最优方程，每次误差缩小 γ 倍。模型未知：Q-learning 让 Q(s, a) 以步长 α 朝 $r + \gamma \max Q(s')$ 更新，回合结束时目标只有 r，用谁的经验都能学到最优价值。策略梯度：回报乘 $\nabla \log \pi$，对样本平均；减基线不改变期望，因为 $E[\nabla \log \pi] = 0$，却能减小方差。
#
# 常见错误：越过终点自举；用了实际的下一个动作而不是最好的；第一个奖励也打折；符号写成下降；说“基线有偏”。

# %% [markdown] role="reference"
# ## References
#
# - Sutton & Barto 2018, *Reinforcement learning: an introduction*, 2nd edition, §3.3 (returns), §4.4 (value iteration), §6.5 (Q-learning), §13.3–13.4 (REINFORCE, baseline).
# - Watkins & Dayan 1992, *Q-learning*, Machine Learning 8. Williams 1992, *Simple statistical gradient-following algorithms*, Machine Learning 8.
# - Pardo et al. 2018, *Time limits in reinforcement learning*, arXiv:1712.00378.
# - Shao et al. 2024, *DeepSeekMath*, arXiv:2402.03300, §4.1 (GRPO).

# %% [markdown] lang="zh" en="0d81ca4c"
# ## 参考文献
#
# - Sutton & Barto 2018, *Reinforcement learning: an introduction*，第 2 版，§3.3（回报）、§4.4（价值迭代）、§6.5（Q-learning）、§13.3–13.4（REINFORCE、基线）。
# - Watkins & Dayan 1992, *Q-learning*, Machine Learning 8。Williams 1992, *Simple statistical gradient-following algorithms*, Machine Learning 8。
# - Pardo et al. 2018, *Time limits in reinforcement learning*, arXiv:1712.00378。
# - Shao et al. 2024, *DeepSeekMath*, arXiv:2402.03300，§4.1（GRPO）。
