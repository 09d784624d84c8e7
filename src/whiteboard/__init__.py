"""Whiteboard: what a learner imports in a notebook.

    from whiteboard import lesson
    check = lesson("backprop")

Importing this package imports NumPy and nothing heavier; `data` and `plot` load when asked for.
"""

from whiteboard.course import lesson

__all__ = ["lesson"]
