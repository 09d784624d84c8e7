"""What holds for every test and for every notebook that pytest runs."""

import os

# In the kernels too: a solution whose check is not ✓ fails, and nobody's log is written.
os.environ.setdefault("WHITEBOARD_STRICT", "1")
os.environ.setdefault("WHITEBOARD_PROGRESS", "off")


def pytest_terminal_summary(terminalreporter):
    """Say in one line when the site was not tried in a browser."""
    reasons = {report.longrepr[-1] for report in terminalreporter.stats.get("skipped", ())}
    for reason in sorted(reason for reason in reasons if "Chromium" in reason):
        terminalreporter.write_line(reason.removeprefix("Skipped: "))


def pytest_collectstart(collector):
    """Leave stderr out of nbval's comparison.

    TensorFlow logs lines with times and process numbers there, whatever its log level; the run that
    made a notebook stored them, and nbval's own kernel does not see them.
    """
    if hasattr(collector, "skip_compare"):
        collector.skip_compare = (*collector.skip_compare, "stderr")
