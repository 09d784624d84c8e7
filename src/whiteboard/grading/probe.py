"""What a check file declares: the cases and properties an answer is probed with, and the traps."""

from dataclasses import dataclass

import numpy as np

from whiteboard.grading.guard import Inputs
from whiteboard.grading.text import Text


@dataclass(frozen=True)
class Trap:
    """A tempting wrong answer and the sentence that its author needs."""

    answer: tuple
    text: Text
    ask: Text | None


@dataclass(frozen=True, eq=False)
class Case:
    """Fixed inputs, or inputs drawn from a seeded generator by `draw`, there for one property."""

    name: Text
    ask: Text | None
    inputs: Inputs | None = None
    draw: object = None
    names: tuple = ()

    def made(self, seed):
        """The inputs of this grading."""
        if self.draw is None:
            return self.inputs
        drawn = self.draw(np.random.default_rng(seed))
        return Inputs(drawn if isinstance(drawn, tuple) else (drawn,), {}, self.names)


@dataclass(frozen=True, eq=False)
class Property:
    """A function of the answer that returns `Evidence`."""

    name: Text
    ask: Text | None
    examine: object
    costly: bool
    random: bool
