"""From a lesson's name to its graders: what a notebook's set-up cell calls."""

import difflib
import importlib
import pkgutil

from whiteboard import checks
from whiteboard.grader import Grader
from whiteboard.grading import messages
from whiteboard.grading.exercise import Exercise
from whiteboard.grading.text import LANGUAGES


class Lesson:
    """One lesson's exercises; `check.<exercise>(answer)` grades an answer."""

    def __init__(self, slug: str, lang: str):
        module = importlib.import_module(f"whiteboard.checks.{slug}")
        self._slug, self._lang = slug, lang
        self._graders = {
            name: Grader(slug, name, exercise, lang) for name, exercise in exercises(module).items()
        }

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._graders:
            hint = _hint(name, self._graders).said(self._lang)
            text = messages.NO_EXERCISE.filled(lesson=self._slug, name=name, hint=hint)
            raise AttributeError(text.said(self._lang)) from None
        return self._graders[name]

    def __dir__(self):
        return list(self._graders)

    def __repr__(self):
        return f"lesson({self._slug!r}): {', '.join(self._graders)}"


def lesson(slug: str, lang: str = "en") -> Lesson:
    """The graders of one lesson.

    slug: the lesson's name without its number, such as "backprop". lang: "en" or "zh", the
    language of the verdicts. An unknown name raises ValueError and says what was probably meant.
    """
    if lang not in LANGUAGES:
        raise ValueError(messages.NO_LANGUAGE.filled(lang=lang).en)
    if slug not in slugs():
        text = messages.NO_LESSON.filled(name=slug, hint=_hint(slug, slugs()))
        raise ValueError(text.said(lang))
    if lang == "zh":
        from whiteboard.fullwidth import read_full_width

        read_full_width()
    return Lesson(slug, lang)


def slugs() -> list[str]:
    """The names of all lessons that have a check file."""
    return sorted(module.name for module in pkgutil.iter_modules(checks.__path__))


def exercises(module) -> dict[str, Exercise]:
    """name → exercise of a check file, in the order of the file; each learns its name."""
    found = {n: v for n, v in vars(module).items() if isinstance(v, Exercise) and n[0] != "_"}
    for name, exercise in found.items():
        exercise.name = name
    return found


def _hint(name, known):
    close = difflib.get_close_matches(str(name), list(known), n=1)
    if close:
        return messages.DID_YOU_MEAN.filled(close=close[0])
    return messages.THERE_ARE.filled(names=", ".join(known))
