"""Reinforcement learning: value iteration, Q-learning, returns, REINFORCE with a baseline.

The references solve instead of iterating: policies are evaluated as linear systems, returns are
sums written out, and the policy gradient goes sample by sample.
"""

import numpy as np

from whiteboard.grading.check import Check
from whiteboard.grading.estimate import Estimate
from whiteboard.grading.evidence import Evidence
from whiteboard.grading.flaws import Flaws
from whiteboard.grading.say import Say

# ---- value_iteration ---------------------------------------------------------------------------


def _value_iteration(P, R, gamma):
    S, policy = len(R), np.zeros(len(R), dtype=int)
    for _ in range(10 * S + 50):  # policy iteration: each policy solved exactly
        here = np.arange(S)
        V = np.linalg.solve(np.eye(S) - gamma * P[here, policy], R[here, policy])
        Q = np.array([[R[s, a] + gamma * P[s, a] @ V for a in range(R.shape[1])] for s in range(S)])
        better = np.array([np.flatnonzero(q >= q.max() - 1e-9)[0] for q in Q])
        if (better == policy).all():
            break
        policy = better
    return V, policy


def _sweeps(
    q=lambda P, R, V, gamma: R + gamma * P @ V,
    best=lambda Q: Q.max(axis=1),
    pick=lambda Q: Q.argmax(axis=1),
    count=5000,
):
    """Value iteration with one line exchanged."""

    def answer(P, R, gamma):
        V = np.zeros(len(R))
        for _ in range(count):
            V = best(q(P, R, V, gamma))
        return V, pick(np.round(q(P, R, V, gamma), 9))

    return answer


def _kept_highest(P, R, gamma):
    V = np.zeros(len(R))
    for _ in range(5000):
        Q = R + gamma * P @ V
        V = np.maximum(V, Q.max(axis=1))
    return V, np.round(Q, 9).argmax(axis=1)


def _world(rng, S, A):
    P = rng.dirichlet(np.full(S, 0.5), size=(S, A))
    return P, rng.normal(size=(S, A)).round(2), float(rng.choice([0.6, 0.8, 0.9]))


# Two rooms and an end: "stay" pays 1 in room 0; "go" leads to room 1, where "go" pays 10 and ends.
_ROOMS = np.zeros((3, 2, 3))
_ROOMS[0, 0, 0] = _ROOMS[0, 1, 1] = _ROOMS[1, 0, 1] = _ROOMS[1, 1, 2] = 1
_ROOMS[2, :, 2] = 1
_PAY = np.array([[1.0, 0.0], [0.0, 10.0], [0.0, -1.0]])  # no ties: any argmax will do

# Two states in which all actions cost: the optimal values lie below every reward and below 0.
_COSTS = np.array([[-1.5, -1.0], [-3.5, -4.0]])
_PLACES = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])

value_iteration = Check(_value_iteration, returns=("V", "policy"), rtol=1e-6, atol=1e-6)
value_iteration.case(
    _ROOMS,
    _PAY,
    0.8,
    en="three states, γ = 0.8: going pays 10 one step later, 8 now; staying pays 1 for ever, 5 now",
    zh="三个状态，γ = 0.8：走，一步之后得 10，折到现在是 8；留下，每步得 1，折到现在是 5",
    ask_en="What is 1 + γ + γ² + …, and what is γ · 10?",
    ask_zh="1 + γ + γ² + … 是多少？γ · 10 呢？",
)
value_iteration.case(
    _ROOMS,
    _PAY,
    0.95,
    en="γ = 0.95: patience pays, staying is worth 20",
    zh="γ = 0.95：更有耐心，留下值 20",
)
value_iteration.case(
    _PLACES,
    _COSTS,
    0.5,
    en="every action costs: values are negative, and fall from sweep to sweep",
    zh="每个动作都有代价：价值是负的，而且一遍比一遍低",
    ask_en="What is the value of paying 1.5 for ever at γ = 0.5?",
    ask_zh="γ = 0.5，永远每步付 1.5，价值是多少？",
)
value_iteration.case(
    *_world(np.random.default_rng(0), 4, 3),
    en="four states, three actions",
    zh="四个状态、三个动作",
)


@value_iteration.property(
    en="no action improves on V by more than 1e-6: the Bellman residual",
    zh="没有动作能让 V 再提高 1e-6：贝尔曼残差",
)
def _(answer, rng):
    P, R, gamma = _world(rng, 6, 3)
    V, _ = answer(P.copy(), R.copy(), gamma)
    residual = np.abs((R + gamma * P @ np.asarray(V)).max(axis=1) - V).max()
    return Evidence(given={"γ": gamma}, expected=1e-6, got=float(residual), relation="at most")


@value_iteration.fresh(en="a fresh world", zh="新的环境")
def _(rng):
    return _world(rng, 5, 2)


value_iteration.trap(
    _sweeps(q=lambda P, R, V, gamma: gamma * (R + P @ V)),
    en="The immediate reward is discounted too. γ multiplies what comes after it.",
    zh="当前这步的奖励也打了折。γ 只乘后面的价值。",
)
value_iteration.trap(
    _sweeps(best=lambda Q: Q.mean(axis=1)),
    en="The actions are averaged: that is the value of choosing at random. The optimal value "
    "takes the "
    "best action.",
    zh="对动作取了平均：那是随机选动作的价值。最优价值取最好的动作。",
)
value_iteration.trap(
    _sweeps(count=1),
    en="One sweep only. Values travel one step per sweep: repeat until nothing changes.",
    zh="只扫了一遍。每扫一遍，价值只往前传一步：要重复到不再变化。",
)
value_iteration.trap(
    _sweeps(q=lambda P, R, V, gamma: R + gamma * np.einsum("tas,t->sa", P, V)),
    en="The transition is read backwards: P[s, a, s′] leads from s to s′, so sum over the last "
    "axis.",
    zh="转移读反了：P[s, a, s′] 是从 s 到 s′，应沿最后一个轴求和。",
)
value_iteration.trap(
    _sweeps(best=lambda Q: Q.min(axis=1), pick=lambda Q: Q.argmin(axis=1)),
    en="The worst action is taken: R is a reward, not a cost.",
    zh="取的是最差的动作：R 是奖励，不是代价。",
)
value_iteration.trap(
    _sweeps(q=lambda P, R, V, gamma: R + gamma * V.max() + 0 * (P @ V)),
    en="The best of all states follows, wherever the action leads. Average V over P[s, a].",
    zh="不管动作通向哪里，都取了所有状态里最大的价值。应按 P[s, a] 对 V 求期望。",
)
value_iteration.trap(
    _kept_highest,
    en="The highest value met so far is kept, from 0 upwards. V is replaced in each sweep: where "
    "every action costs, it falls below 0.",
    zh="一直保留见过的最大值（从 0 起）。每一遍都应替换 V：每个动作都有代价时，价值会低于 0。",
)


# ---- q_learning --------------------------------------------------------------------------------


def _q_learning(transitions, states, actions, alpha, gamma):
    table = {(s, a): 0.0 for s in range(states) for a in range(actions)}
    for s, a, reward, after, done in transitions:
        follow = 0.0 if done else max(table[after, b] for b in range(actions))
        table[s, a] = (1 - alpha) * table[s, a] + alpha * (reward + gamma * follow)
    return np.array([[table[s, a] for a in range(actions)] for s in range(states)])


def _q_variant(
    follow=lambda Q, s, after, nxt, done: 0.0 if done else Q[after].max(),
    step=lambda old, target, alpha: old + alpha * (target - old),
    frozen=False,
    discount=lambda g: g,
):
    """Q-learning with one line exchanged; `nxt` is the action that was taken next."""

    def answer(transitions, states, actions, alpha, gamma):
        Q = np.zeros((states, actions))
        read = Q.copy()
        for n, (s, a, reward, after, done) in enumerate(transitions):
            nxt = transitions[n + 1][1] if n + 1 < len(transitions) else 0
            source = read if frozen else Q
            target = reward + discount(gamma) * follow(source, s, after, nxt, done)
            Q[s, a] = step(Q[s, a], target, alpha)
        return Q

    return answer


def _walk(rng, S, A, N):
    rows, s = [], int(rng.integers(S))
    for _ in range(N):
        after, done = int(rng.integers(S)), bool(rng.integers(4) == 0)
        rows.append((s, int(rng.integers(A)), float(rng.integers(-3, 6)), after, done))
        s = int(rng.integers(S)) if done else after
    return rows, S, A, 0.5, 0.9


_EPISODES = [
    (0, 1, 2.0, 1, False),
    (1, 0, 4.0, 0, False),
    (0, 0, -1.0, 1, True),
    (1, 1, 1.0, 0, False),
    (0, 1, 3.0, 1, True),
    (0, 0, 0.0, 1, False),
]

q_learning = Check(_q_learning)
q_learning.case(
    _EPISODES,
    2,
    2,
    0.5,
    0.9,
    en="six steps, two of them the last of an episode, α = 0.5, γ = 0.9",
    zh="六步，其中两步是一个回合的最后一步，α = 0.5、γ = 0.9",
    ask_en="What comes after a step with done = True?",
    ask_zh="done = True 之后还有什么？",
)
q_learning.case(
    _EPISODES,
    3,
    2,
    1.0,
    0.5,
    en="α = 1; a state that is never visited stays 0",
    zh="α = 1；没到过的状态保持 0",
)
q_learning.case(
    [(1, 0, -4.0, 0, True), (1, 1, -2.0, 0, True), (0, 0, -1.0, 1, False)],
    2,
    2,
    0.5,
    0.9,
    en="the best of two negative values is negative",
    zh="两个负值里最大的仍是负的",
    ask_en="Before the last step Q[1] is [−2, −1]. What is its maximum?",
    ask_zh="最后一步之前 Q[1] 是 [−2, −1]。最大值是多少？",
)
q_learning.case([], 2, 3, 0.1, 0.9, en="no experience: all zero", zh="没有经验：全是 0")


@q_learning.fresh(en="a fresh walk", zh="新的一段经历")
def _(rng):
    return _walk(rng, 4, 3, 30)


q_learning.trap(
    _q_variant(follow=lambda Q, s, after, nxt, done: Q[after].max()),
    en="The end is ignored: after done = True nothing follows, so nothing is added to the reward.",
    zh="没管结束标志：done = True 之后什么都没有，奖励后面不该再加。",
)
q_learning.trap(
    _q_variant(follow=lambda Q, s, after, nxt, done: 0.0 if done else Q[after, nxt]),
    en="The action taken next is used: that is SARSA, the value of the policy at work. Q-learning "
    "takes the "
    "best next action, whoever acted.",
    zh="用的是实际执行的下一个动作：那是 SARSA，学的是当前策略的价值。Q-learning "
    "取下一步最好的动作，"
    "不管谁在行动。",
)
q_learning.trap(
    _q_variant(follow=lambda Q, s, after, nxt, done: 0.0 if done else Q[s].max()),
    en="The maximum is taken in the state that was left. It belongs to the state that was reached.",
    zh="最大值取在了离开的那个状态，应取到达的状态。",
)
q_learning.trap(
    _q_variant(follow=lambda Q, s, after, nxt, done: 0.0 if done else Q[after].mean()),
    en="The next actions are averaged. Q-learning takes the best.",
    zh="对下一步的动作取了平均。Q-learning 取最好的。",
)
q_learning.trap(
    _q_variant(step=lambda old, target, alpha: target),
    en="The target replaces the old value. With α it moves only part of the way, which averages "
    "over noise.",
    zh="直接用目标替换了旧值。有 α 时只走一部分，这样才能平均掉噪声。",
)
q_learning.trap(
    _q_variant(step=lambda old, target, alpha: old + alpha * target),
    en="The old value is not subtracted: Q grows for ever. The step is α (target − Q).",
    zh="没有减旧值，Q 会一直涨。更新量是 α (target − Q)。",
)
q_learning.trap(
    _q_variant(frozen=True),
    en="The targets read the table of the start. Each step must see what the steps before have "
    "written.",
    zh="目标读的是最初的表。每一步都要用前面更新过的值。",
)
q_learning.trap(_q_variant(discount=lambda g: 1.0), en="The discount is missing.", zh="漏了折扣。")
q_learning.trap(
    _q_variant(follow=lambda Q, s, after, nxt, done: 0.0 if done else max(0.0, *Q[after])),
    en="The search for the best starts at 0, so a state where everything costs counts as free.",
    zh="找最大值时从 0 起步，于是处处要付代价的状态被当成了 0。",
)


# ---- returns -----------------------------------------------------------------------------------


def _returns(rewards, gamma):
    T = len(rewards)
    return [sum(gamma ** (k - t) * rewards[k] for k in range(t, T)) for t in range(T)]


def shifted_discount(rewards, gamma):
    out, total = [], 0.0
    for r in reversed(rewards):
        total = gamma * (r + total)
        out.append(total)
    return out[::-1]


def past_rewards(rewards, gamma):
    out, total = [], 0.0
    for r in rewards:
        total = r + gamma * total
        out.append(total)
    return out


returns = Check(_returns)
returns.case(
    [1.0, 0.0, 4.0],
    0.5,
    en="rewards 1, 0, 4 and γ = 0.5: 2, 2, 4",
    zh="奖励 1、0、4，γ = 0.5：2、2、4",
    ask_en="Which rewards can the action at step 1 still influence?",
    ask_zh="第 1 步的动作还能影响哪些奖励？",
)
returns.case([3.0, -1.0, 2.0, 0.5], 1.0, en="no discount", zh="不打折")
returns.case([2.0, 5.0], 0.0, en="γ = 0 sees one step", zh="γ = 0 只看一步")
returns.case([7.0], 0.9, en="one step", zh="只有一步")


@returns.property(
    en="the rewards are handed back as they came",
    zh="rewards 用完保持原样",
)
def _(answer):
    rewards = [1.0, 0.0, 4.0]
    answer(rewards, 0.5)
    return Evidence(
        given={"rewards": [1.0, 0.0, 4.0], "gamma": 0.5},
        expected={"rewards": [1.0, 0.0, 4.0]},
        got={"rewards": rewards},
    )


@returns.fresh(en="fresh rewards", zh="新的奖励")
def _(rng):
    return [float(r) for r in rng.normal(size=7).round(2)], 0.9


returns.trap(
    shifted_discount,
    en="The reward of the step itself is discounted: γ^(k+1). At distance 0 the factor is 1.",
    zh="本步的奖励也打了折：成了 γ^(k+1)。距离为 0 时系数是 1。",
)
returns.trap(
    past_rewards,
    en="These are the rewards so far. A return looks ahead: from step t to the end.",
    zh="这是到目前为止的奖励。回报是往后看的：从第 t 步到结束。",
)
returns.trap(
    lambda rewards, gamma: [_returns(rewards, gamma)[0]] * len(rewards),
    en="Every step gets the return of the whole episode. That is not wrong on average, but "
    "noisier: what came "
    "before an action cannot be its doing. The question asks for the return from step t on.",
    zh="每一步都给了整个回合的回报。平均意义上没错，但噪声更大：动作之前的奖励与它无关。"
    "题目要的是从第 t 步开始的回报。",
)
returns.trap(
    lambda rewards, gamma: _returns(rewards, 1.0),
    en="The discount is missing.",
    zh="漏了折扣。",
)
returns.trap(
    lambda rewards, gamma: [gamma**t * g for t, g in enumerate(_returns(rewards, gamma))],
    en="Discounted to the start of the episode. The return of step t counts from step t.",
    zh="折现到了回合开头。第 t 步的回报应从第 t 步算起。",
)


# ---- reinforce_grad ----------------------------------------------------------------------------


def policy(theta):
    e = np.exp(theta - theta.max())
    return e / e.sum()


def _reinforce_grad(theta, actions, rewards, baseline=0.0):
    total = np.zeros(len(theta))
    for action, reward in zip(actions, rewards, strict=True):
        for k, p in enumerate(policy(theta)):
            total[k] += (reward - baseline) * ((k == action) - p)
    return total / len(actions)


def _gradient(
    score=lambda hot, p: hot - p,
    advantage=lambda r, b: r - b,
    average=lambda terms: terms.mean(axis=0),
    weight=lambda p, actions: 1.0,
):
    """reinforce_grad, vectorised, with one line exchanged."""

    def answer(theta, actions, rewards, baseline=0.0):
        p, hot = policy(theta), np.eye(len(theta))[np.asarray(actions)]
        gain = advantage(np.asarray(rewards), baseline) * weight(p, actions)
        return average(gain[:, None] * score(hot, p))

    return answer


def _bandit(rng, A, N):
    theta = rng.normal(size=A).round(1)
    actions = rng.integers(A, size=N)
    return theta, actions, (actions + rng.normal(size=N)).round(1), round(float(rng.normal()), 1)


reinforce_grad = Check(_reinforce_grad)
reinforce_grad.case(
    np.array([0.0, 0.0]),
    np.array([0, 1, 0]),
    np.array([3.0, 1.0, 5.0]),
    2.0,
    en="two actions at ½ each, three samples, baseline 2: the mean of (r − 2)(onehot − π)",
    zh="两个动作各 ½，三个样本，基线 2：(r − 2)(onehot − π) 的平均",
    ask_en="What is the slope of log π(0) along θ₀, and along θ₁?",
    ask_zh="log π(0) 对 θ₀ 的导数是多少？对 θ₁ 呢？",
)
reinforce_grad.case(
    np.array([1.0, -1.0, 0.5]),
    np.array([2, 0]),
    np.array([1.0, -2.0]),
    en="three actions, no baseline",
    zh="三个动作，没有基线",
)
reinforce_grad.case(
    np.array([1000.0, 999.0, -1000.0]),
    np.array([1, 0]),
    np.array([2.0, 1.0]),
    0.5,
    en="θ in the thousands: exp must not overflow",
    zh="θ 上千：exp 不能溢出",
)


@reinforce_grad.property(
    en="weighted by π over all actions it is the slope of the expected reward, with any baseline",
    zh="对所有动作按 π 加权，就是期望奖励的梯度，与基线无关",
)
def _(answer, rng):
    theta, pay = rng.normal(size=4), rng.normal(size=4) * 3
    p = policy(theta)
    slope = p * (pay - p @ pay)
    got = [
        sum(p[a] * np.asarray(answer(theta.copy(), np.array([a]), pay[[a]], b)) for a in range(4))
        for b in (0.0, 10.0)
    ]
    return Evidence(
        given={"θ": theta, "reward of each action": pay, "baselines": (0, 10)},
        names_zh={"reward of each action": "各动作的奖励", "baselines": "基线"},
        expected=[slope, slope],
        got=got,
    )


@reinforce_grad.fresh(en="fresh samples", zh="新的样本")
def _(rng):
    return _bandit(rng, 4, 7)


reinforce_grad.trap(
    _gradient(score=lambda hot, p: p - hot),
    en="The sign is that of a loss. This is the gradient of the expected reward: it is climbed.",
    zh="符号是损失的。这里要的是期望奖励的梯度，是往上走的。",
)
reinforce_grad.trap(
    _gradient(score=lambda hot, p: hot + 0 * p),
    en="π is missing: raising θ of one action lowers the probability of the others. The slope of "
    "log π is "
    "onehot − π.",
    zh="漏了 π：一个动作的 θ 变大，其他动作的概率就变小。log π 的导数是 onehot − π。",
)
reinforce_grad.trap(
    _gradient(advantage=lambda r, b: r + 0 * b),
    en="The baseline is not subtracted.",
    zh="没有减基线。",
)
reinforce_grad.trap(
    _gradient(advantage=lambda r, b: r + b), en="The baseline is added.", zh="基线加上去了。"
)
reinforce_grad.trap(
    _gradient(average=lambda terms: terms.sum(axis=0)),
    en="The samples are summed. The expectation is estimated by their mean; a sum grows with the "
    "batch.",
    zh="对样本求了和。期望要用平均来估计，求和会随 batch 变大。",
)
reinforce_grad.trap(
    _gradient(weight=lambda p, actions: p[np.asarray(actions)]),
    en="Weighted by the probability once more. The samples were drawn from π: likely actions are "
    "there more "
    "often already.",
    zh="又乘了一次概率。样本本来就是按 π 抽的，概率大的动作已经出现得更多。",
)
reinforce_grad.trap(
    _gradient(score=lambda hot, p: hot * (1 - p)),
    en="Only the action taken is changed. The other entries of onehot − π are −π.",
    zh="只改了被选的动作。onehot − π 的其余分量是 −π。",
)


# ---- estimates, flaws, say ---------------------------------------------------------------------

forever = Estimate(100.0, rtol=0.001)
forever.trap(
    99.0,
    en="γ / (1 − γ) starts counting at the next step. The first reward counts in full.",
    zh="γ / (1 − γ) 是从下一步才开始算的。第一个奖励是全额。",
)

horizon = Estimate(459, unit="steps", unit_zh="步", rtol=0.01)
horizon.trap(
    100,
    en="1 / (1 − γ) = 100 is where the weight has fallen to 37 %.",
    zh="1 / (1 − γ) = 100 步时，权重才降到 37%。",
)

flaws = Flaws()
flaws.false(
    en="Reinforcement learning consists of an environment, states, actions and rewards; the "
    "reward tells the model "
    "at once how good its action was.",
    zh="强化学习由环境、状态、动作和奖励组成；奖励会立刻告诉模型它的动作好不好。",
    because_en="Rewards come late and belong to many actions: that is what values and returns are "
    "for. Policy, "
    "return and discount are missing.",
    because_zh="奖励往往来得晚，而且是许多动作共同的结果，所以才需要价值和回报。这里漏了策略、"
    "回报和折扣。",
    source="Sutton & Barto 2018, §1.1 and §3.3",
)
flaws.true(
    en="Q-learning learns about the greedy policy whatever policy collects the experience: it is "
    "off-policy.",
    zh="Q-learning 学的是贪心策略的价值，不管经验是用什么策略收集的：它是 off-policy。",
)
flaws.false(
    en="Subtracting a baseline from the returns biases the policy gradient a little, for less "
    "variance.",
    zh="从回报里减去基线，会让策略梯度有一点偏差，换来更小的方差。",
    because_en="A baseline that does not depend on the action leaves the expectation as it is: "
    "E[∇ log π] = 0.",
    because_zh="只要基线与动作无关，期望就不变：E[∇ log π] = 0。",
    source="Sutton & Barto 2018, §13.4",
)
flaws.false(
    en="Using the whole episode's return at every step, instead of the reward to go, makes "
    "REINFORCE biased.",
    zh="REINFORCE 里每一步都用整个回合的回报，而不用之后的回报，会有偏。",
    because_en="It is only noisier: earlier rewards do not depend on the action, and vanish on "
    "average.",
    because_zh="只是噪声更大：之前的奖励与动作无关，期望为零。",
    source="Williams 1992; Sutton & Barto 2018, §13.3",
)
flaws.true(
    en="Value iteration is a contraction with factor γ: every sweep multiplies the largest error "
    "by at most γ.",
    zh="价值迭代是压缩映射，系数为 γ：每扫一遍，最大误差至多乘 γ。",
)
flaws.false(
    en="When an episode is cut off by a time limit, one sets done = True and does not bootstrap, "
    "as at a real end.",
    zh="回合因为时间上限被截断时，和真正结束一样，设 done = True、不做自举。",
    because_en="The world would have gone on: the value of the last state belongs into the target.",
    because_zh="环境本来还会继续，目标里应当有最后那个状态的价值。",
    source="Pardo et al. 2018",
)
flaws.true(
    en="REINFORCE needs no model of the environment, value iteration does.",
    zh="REINFORCE 不需要环境模型，价值迭代需要。",
)

say = Say(
    model_en="A Markov decision process has states, actions, transition probabilities and "
    "rewards; a policy "
    "chooses actions, and the return is the discounted sum of the rewards to come. With a known "
    "model, value "
    "iteration applies the Bellman optimality equation until nothing changes: V(s) is the maximum "
    "over "
    "actions of reward plus γ times the expected V of what follows; it contracts by γ. If the "
    "model "
    "is unknown, Q-learning does the same from single steps: Q moves by α towards r + γ max "
    "Q(s′), and "
    "towards r alone at "
    "the end of an episode. Policy gradients adjust the policy itself: REINFORCE sums return "
    "times ∇ log π; "
    "a baseline leaves the mean and cuts the variance. And there has to be exploration.",
    model_zh="马尔可夫决策过程有状态、动作、转移概率和奖励；策略决定动作，回报是之后奖励的折扣和。"
    "模型已知时用价值"
    "迭代，反复套贝尔曼最优方程直到不变：V(s) 是对动作取最大的“奖励加 γ 乘下一状态 V 的期望”，"
    "每次误差缩小 γ 倍。"
    "没有模型时，Q-learning 用单步经验做同样的事：Q 以 α 的步长走向 r + γ max Q(s′)，"
    "回合结束时目标只有 r。策略"
    "梯度直接调策略：REINFORCE 用回报乘 ∇ log π；减去基线，期望不变，方差变小。另外还要有探索。",
)
say.point(
    en="Policy and discounted return",
    zh="策略与折扣回报",
    found_en=[r"\bpolic(y|ies)\b", r"\bdiscount\w*\b", r"\breturns?\b"],
    found_zh=[r"策略", r"折扣", r"回报"],
)
say.point(
    en="Bellman optimality, value iteration",
    zh="贝尔曼最优方程，价值迭代",
    found_en=[r"\bBellman\b", r"\bvalue iteration\b"],
    found_zh=[r"贝尔曼", r"价值迭代", r"值迭代"],
)
say.point(
    en="Q-learning: bootstrap from the best next action, not past the end",
    zh="Q-learning：用下一步最好的动作自举，结束之后不自举",
    found_en=[r"\bQ-? ?learning\b", r"\bbootstrap\w*\b", r"\btemporal difference\b"],
    found_zh=[r"Q-? ?learning", r"自举", r"时序差分"],
)
say.point(
    en="Policy gradient: return times ∇ log π",
    zh="策略梯度：回报乘 ∇ log π",
    found_en=[r"\bpolicy gradients?\b", r"\bREINFORCE\b", r"\blog[ -]?(π|pi|prob\w*)"],
    found_zh=[r"策略梯度", r"REINFORCE", r"log ?(π|概率)"],
)
say.point(
    en="A baseline: same mean, less variance",
    zh="基线：期望不变，方差变小",
    found_en=[r"\bbaselines?\b", r"\badvantages?\b", r"\bvariance\b"],
    found_zh=[r"基线", r"优势", r"方差"],
)
