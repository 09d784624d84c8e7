"""The grader: runs an answer safely, compares it, and says what is wrong and why.

Read in this order: `check` (what a check file declares), `look` (one case, one answer), `guard`
(one safe call), `compare` and `patterns` (what differs and how), `describe` and `verdict` (what
the learner reads). The other kinds of exercise are `program`, `estimate`, `flaws` and `say`.
"""
