"""Read full-width punctuation in a code cell: `check.flaws([2，5])` is not a SyntaxError.

A Chinese input method leaves ，（） in code. A cell that does not parse is read again with
half-width marks; if it then parses it runs, and one line says so. Strings are left alone because
a cell that parses is never touched.
"""

import ast
import sys

from whiteboard.grading.messages import FULL_WIDTH

_MARKS = str.maketrans("，（）【】：；＝＋－＊／．“”‘’", ",()[]:;=+-*/.\"\"''")


def half_width(source: str) -> str:
    """`source` with its full-width punctuation made half-width, if that mends it."""
    if _parses(source):
        return source
    mended = source.translate(_MARKS)
    return mended if mended != source and _parses(mended) else source


def read_full_width() -> None:
    """Register the reading in the running IPython shell, once; elsewhere do nothing."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    if shell and _mend not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(_mend)
        shell.events.register("pre_run_cell", _say_so)


# IPython transforms a cell more than once before it runs it; the learner is told once.
_mended: set[str] = set()


def _mend(lines):
    source = "".join(lines)
    mended = half_width(source)
    _mended.update(a for a, b in zip(source, mended, strict=True) if a != b)
    return mended.splitlines(keepends=True)


def _say_so(_info):
    if _mended:
        print(FULL_WIDTH.filled(marks=" ".join(sorted(_mended))).zh)
        _mended.clear()


def _parses(source):
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True
