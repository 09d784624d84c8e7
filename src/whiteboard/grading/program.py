"""A broken program to mend: the verdict says how many planted bugs remain.

The check file can build the program with any set of its bugs. An answer that behaves like the
program with some set of them has exactly those left.
"""

from itertools import combinations

from whiteboard.grading import guard, messages
from whiteboard.grading.check import Check
from whiteboard.grading.describe import describe
from whiteboard.grading.probe import Trap
from whiteboard.grading.text import Text, optional
from whiteboard.grading.verdict import UNWRITTEN, Verdict


class Program(Check):
    """A program with planted bugs.

    variant: `variant(bugs: frozenset[str])` returns the program with exactly these bugs;
    `variant(frozenset())` is right and serves as the reference. Other keywords as in `Check`.
    """

    def __init__(self, variant, **options):
        super().__init__(variant(frozenset()), **options)
        self.variant, self.bugs = variant, []

    def bug(self, key, *, en, zh, ask_en=None, ask_zh=None):
        """A planted bug: the key that `variant` knows and the sentence its finder needs."""
        wrong = self.variant(frozenset([key]))
        self.bugs.append(key)
        self.traps.append(Trap((wrong,), Text(en, zh), optional(ask_en, ask_zh)))

    def summary(self):
        return messages.BUGS_MENDED.filled(n=len(self.bugs))

    def explain(self, looks, answer, seed):
        remaining = self.remaining(answer, seed)
        if remaining is not None and len(remaining) == len(self.bugs):
            return Verdict(self.name, UNWRITTEN, summary=messages.BUGS_ALL.filled(n=len(self.bugs)))
        if remaining is None:
            verdict = describe(self, looks[-1], None, None)
            summary = messages.BUGS_UNSURE.filled(n=len(self.bugs))
        else:
            number = 1 + self.bugs.index(self._shown(remaining, looks[-1], seed))
            verdict = describe(self, looks[-1], number, self.traps[number - 1])
            summary = messages.BUGS_LEFT.filled(left=len(remaining), n=len(self.bugs))
        return verdict.with_summary(summary)

    def _shown(self, remaining, look, seed):
        """The bug that alone differs in the same place as the verdict shows, else the first."""
        with guard.Watchdog(self.limit) as dog:
            for bug in remaining if look.difference else ():
                alone = self.look(look.probe, (self.variant(frozenset([bug])),), seed, dog)
                if alone.difference and alone.difference.path == look.difference.path:
                    return bug
        return remaining[0]

    def remaining(self, answer, seed) -> tuple | None:
        """The smallest set of bugs that explains `answer` on every case, or None."""
        with guard.Watchdog(self.limit) as dog:
            looks = [self.look(probe, answer, seed, dog) for probe in self.probes]
        for size in range(1, len(self.bugs) + 1):
            for bugs in combinations(self.bugs, size):
                if self.agrees((self.variant(frozenset(bugs)),), looks, seed):
                    return bugs
        return None
