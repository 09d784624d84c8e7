"""What every kind of exercise has in common: a name and a grade."""

from whiteboard.grading.verdict import Verdict


class Exercise:
    """One thing to answer. Its name is the name it has in the check file."""

    name = ""

    def grade(self, *answer, seed: int | None = None) -> Verdict:
        """The verdict on `answer`, without printing it or logging it.

        seed: of the fresh random inputs; None draws one.
        """
        raise NotImplementedError

    def texts(self):
        """Every `Text` that the check file declares, for verification."""
        return []
