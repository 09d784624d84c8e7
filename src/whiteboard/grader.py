"""One exercise as a notebook meets it: `check.softmax(softmax)`."""

import os
import sys

from whiteboard import progress
from whiteboard.grading import messages
from whiteboard.grading.hack import hack, task
from whiteboard.grading.text import Text
from whiteboard.grading.verdict import Verdict


class Grader:
    """Grades answers to one exercise, prints the verdict and logs it."""

    def __init__(self, lesson: str, name: str, exercise, lang: str):
        self._lesson, self._name, self._exercise, self._lang = lesson, name, exercise, lang
        self._verdict = None

    def __call__(self, *answer):
        """Grade `answer` and show the verdict. Under WHITEBOARD_STRICT=1 raise unless it passed."""
        self._show(self.grade(*answer))

    def grade(self, *answer, seed: int | None = None) -> Verdict:
        """The verdict on `answer` as a value; prints and logs nothing."""
        return self._exercise.grade(*answer, seed=seed).spoken(self._lang)

    @property
    def passed(self) -> bool:
        """Whether the last answer checked was right."""
        return bool(self._verdict and self._verdict.passed)

    def why(self) -> None:
        """Print what the last wrong answer most likely gets wrong."""
        print(self._why().said(self._lang))

    @property
    def model(self) -> str:
        """The answer as it should be said (exercises answered in words)."""
        return self._exercise.model.said(self._lang)

    def hack(self, trap: int, *args, **inputs) -> None:
        """Without inputs, show the code of a wrong answer; with inputs, see if they expose it."""
        if not args and not inputs:
            print(task(self._exercise, trap).said(self._lang))
            return
        self._show(hack(self._exercise, trap, args, inputs).spoken(self._lang), event="hack")

    def _why(self) -> Text:
        verdict = self._verdict
        if verdict is None:
            return messages.NOT_CHECKED.filled(name=self._name)
        if verdict.likely:
            return verdict.likely
        if verdict.status == "failed":
            return messages.NO_LIKELY.filled(n=len(getattr(self._exercise, "traps", ())))
        return messages.NOTHING_WRONG

    def _show(self, verdict, event=""):
        if not event:
            self._verdict = verdict
        name = f"{self._name}.{event}" if event else self._name
        trouble = progress.record(self._lesson, name, verdict.status, verdict.trap)
        _display(verdict)
        if trouble:
            print(Text(*trouble).said(self._lang))
        if os.environ.get("WHITEBOARD_STRICT") == "1" and not verdict.passed:
            raise AssertionError(f"{verdict}\n{self._why().said(self._lang)}")


def _display(verdict):
    """Show HTML in a notebook and text elsewhere, the same words."""
    kernel = "ipykernel" in sys.modules
    if kernel:
        from IPython.display import display

        display(verdict)
    else:
        print(verdict)
