"""The distributed step of the parallelism lesson: two TensorFlow processes against one of NumPy.

Nothing is copied here: the tests run the cells that a reader of the solution sees.
"""

import importlib.util
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest

from whiteboard.environment import ROOT

SOLUTION = ROOT / "solutions" / "en" / "10_scale" / "67_parallelism.ipynb"


def need_tensorflow():
    """Skip without it; it is not imported here, that takes seconds."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed.")


@pytest.fixture
def cells():
    """The names that the solution's set-up and its worker cells define."""
    names = {}
    for cell in nbformat.read(SOLUTION, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        if any(mark in cell.source for mark in ("check = lesson(", "WORKER =", "def two_workers")):
            exec(compile(cell.source, str(SOLUTION), "exec"), names)
            names["check"] = SimpleNamespace(ring_allreduce=SimpleNamespace(passed=True))
    return SimpleNamespace(**names)


def test_two_workers_take_the_step_of_one_process(cells):
    need_tensorflow()
    for _ in range(2):  # a free port can be taken before a worker binds it
        reason, gaps = cells.compare(patience=150)
        if reason != "a worker stopped without a result":
            break
    if reason and ("allow" in reason or "did not end" in reason):
        pytest.skip(f"Two worker processes gave no result: {reason}.")
    assert reason is None
    assert len(gaps) == 4
    for name, gap in gaps.items():
        if "together" in name:
            assert gap < 1e-5, name
        else:  # the control: without the all-reduce every worker goes its own way
            assert gap > 1e-3, name


def test_workers_that_do_not_end_are_stopped(cells, monkeypatch):
    need_tensorflow()
    started = []
    start = cells.subprocess.Popen

    def watched(*arguments, **options):
        started.append(start(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(cells.subprocess, "Popen", watched)
    reason, gaps = cells.compare(patience=0.2)
    if "allow" in reason:
        pytest.skip(f"No worker process can be started here: {reason}.")
    assert reason == "they did not end within 0.2 s"
    assert gaps is None
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


@pytest.mark.parametrize("obstacle", ["processes", "TensorFlow"])
def test_without_processes_or_tensorflow_there_is_a_sentence(cells, monkeypatch, obstacle):
    def refuse(*_, **__):
        raise PermissionError("no processes here")

    if obstacle == "processes":
        need_tensorflow()
        monkeypatch.setattr(cells.subprocess, "Popen", refuse)
        expected = "this machine does not allow it"
    else:
        monkeypatch.setattr(cells.importlib.util, "find_spec", lambda name: None)
        expected = "TensorFlow is not installed"
    reason, gaps = cells.compare(patience=1)
    assert reason.startswith(expected)
    assert gaps is None


def test_one_process_descends_the_mean_cross_entropy(cells):
    rng = np.random.default_rng(0)
    x, y, W = rng.normal(size=(6, 4)), rng.integers(3, size=6), rng.normal(size=(4, 3))

    def loss(weights):
        logits = x @ weights
        return np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(6), y])

    slope = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        step = np.zeros_like(W)
        step[place] = 1e-6
        slope[place] = (loss(W + step) - loss(W - step)) / 2e-6
    np.testing.assert_allclose(cells.one_process(x, y, W), W - 0.5 * slope, atol=1e-8)
