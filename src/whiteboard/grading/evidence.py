"""What one look at an answer has shown."""

from dataclasses import dataclass, field
from typing import Any

RELATIONS = ("equal", "at least", "at most")


@dataclass(frozen=True)
class Evidence:
    """Expected against got, for one case or property.

    given: what the answer received: names → values, or a sentence as `Text`.
    expected, got: numbers, arrays, booleans, strings, or tuples, lists and dicts of them.
    tolerance: absolute; None means the comparison's own, which depends on the dtype of `got`.
        A statistic states at least 5 standard errors, so that a right answer fails in fewer than
        one of a million gradings.
    relation: "equal" (the default), or "at least" / "at most" for a score with a threshold.
    names_zh: Chinese for the keys where `expected` and `got` are dicts of named numbers.
    note: a `Text` printed behind the expected value, say "chance is 0.1".
    """

    given: Any = field(default_factory=dict)
    expected: Any = None
    got: Any = None
    tolerance: float | None = None
    relation: str = "equal"
    note: Any = None
    names_zh: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.relation not in RELATIONS:
            raise ValueError(f"relation must be one of {RELATIONS}. Received: {self.relation!r}")
