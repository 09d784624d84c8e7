"""The set-up, the learner's workbook and log: what they do, and the sentence for each obstacle."""

import errno
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

from whiteboard import __main__ as command
from whiteboard import environment, progress, workbook
from whiteboard.environment import SetupError

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-gpu.lock")


def both(call, monkeypatch):
    """The sentences (English, Chinese) of the SetupError that a call raises."""
    sentences = []
    for language in ("en", "zh"):
        monkeypatch.setenv("EDITION", language)
        with pytest.raises(SetupError) as raised:
            call()
        sentences.append(str(raised.value))
    assert re.search("[一-鿿]", sentences[1]) and not re.search("[一-鿿]", sentences[0])
    assert all("\n" not in sentence for sentence in sentences)
    return sentences


# --- one list of dependencies ---------------------------------------------------------------------


def direct_dependencies():
    listed = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["test"]
    return {re.match(r"[\w.-]+", line).group(0).lower() for line in listed}


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_every_dependency_with_hashes_and_no_host(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", text)
    pinned = re.findall(r"^(\S+)==(\S+)", text, flags=re.MULTILINE)
    assert direct_dependencies() <= {package for package, _ in pinned}
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pinned)
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_gpu_lock_adds_packages_and_changes_none():
    plain, gpu = (
        set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in LOCKS
    )
    assert plain < gpu
    assert all(line.startswith("nvidia-") for line in gpu - plain)


def test_pyproject_environment_and_workflow_agree_on_python():
    low, high = re.findall(r"3\.(\d+)", PROJECT["project"]["requires-python"])
    supported = [(3, minor) for minor in range(int(low), int(high))]
    assert list(environment.SUPPORTED) == supported
    conda = (ROOT / "environment.yml").read_text(encoding="utf-8")
    version = re.search(r"- python=3\.(\d+)$", conda, flags=re.MULTILINE).group(1)
    assert (3, int(version)) in environment.SUPPORTED
    assert "-r requirements.lock" in conda
    workflow = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    tested = re.findall(r'"3\.(\d+)"', workflow)
    assert [(3, int(minor)) for minor in tested] == list(environment.SUPPORTED)


# --- environment ----------------------------------------------------------------------------------


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """A course whose steps are recorded, not run; `fake.fail[step] = output` makes one fail."""

    course = SimpleNamespace(root=tmp_path, steps=[], fail={})
    for name in LOCKS:
        lines = f"# {name}\nnumpy==1.0 \\\n    --hash=sha256:aa\nuv==9.9 \\\n    --hash=sha256:bb\n"
        (tmp_path / name).write_text(lines, encoding="utf-8")
    site = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages"

    def make_venv(root):
        course.steps.append("venv")
        (tmp_path / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".venv" / "pyvenv.cfg").write_text("version = 3.11.7\n", encoding="utf-8")
        environment.venv_python(tmp_path).touch()
        site.mkdir(parents=True, exist_ok=True)
        return environment.venv_python(tmp_path)

    def run(arguments, variables, echo=None):
        step = "sync" if "sync" in arguments else "uv"
        course.steps.append((step, "--reinstall" in arguments))
        assert "PYTHONDONTWRITEBYTECODE" not in variables
        assert "--require-hashes" in arguments
        if step in course.fail:
            if isinstance(course.fail[step], BaseException):
                raise course.fail[step]
            return 1, course.fail[step]
        if step == "uv":
            (site / "uv-9.9.dist-info").mkdir(exist_ok=True)
            (site / "uv-9.9.dist-info" / "RECORD").touch()
            (tmp_path / ".venv" / "bin" / "uv").touch()
        return 0, ""

    monkeypatch.setattr(environment, "_virtual_environment", make_venv)
    monkeypatch.setattr(environment, "_run", run)
    monkeypatch.setattr(environment, "_index_settings", lambda python, variables: variables)
    monkeypatch.setattr(environment, "_check_machine", lambda gpu: None)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return course


def test_the_set_up_runs_once_per_lock(fake):
    environment.ensure(fake.root)
    assert fake.steps == ["venv", ("uv", False), ("sync", False)]
    source = next(fake.root.glob(".venv/lib/*/site-packages/whiteboard.pth"))
    assert (source.parent / source.read_text().strip()).resolve() == fake.root / "src"
    environment.ensure(fake.root, quiet=True)
    assert len(fake.steps) == 3
    with open(fake.root / "requirements.lock", "a", encoding="utf-8") as lock:
        lock.write("more==1.0 \\\n    --hash=sha256:cc\n")
    environment.ensure(fake.root)
    assert fake.steps[3:] == ["venv", ("sync", False)]


@pytest.mark.parametrize("step", ["uv", "sync"])
def test_a_killed_set_up_resumes(fake, step):
    fake.fail[step] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        environment.ensure(fake.root)
    assert not environment.is_current(fake.root)
    fake.fail.clear()
    environment.ensure(fake.root)
    # What was half installed is installed again, whatever its record says.
    assert fake.steps[-1] == ("sync", True)
    assert environment.is_current(fake.root)


def test_an_environment_with_cuda_serves_everybody(fake):
    environment.ensure(fake.root, gpu=True)
    assert environment.is_current(fake.root) and environment.is_current(fake.root, gpu=True)
    environment.ensure(fake.root)
    assert len(fake.steps) == 3


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("error: dns error: failed to lookup address", ["cannot be reached", "numpy, uv", "HTTPS"]),
        ("Max retries exceeded: NewConnectionError", ["cannot be reached", "goes on from here"]),
        ("error: No space left on device (os error 28)", ["disk is full", "free some space"]),
        ("error: Read-only file system (os error 30)", ["cannot be written", "make it writable"]),
        ("error: Hash mismatch for `numpy`", ["differs from the one in the lock", "another"]),
        ("error: the sky fell", ["the sky fell", "same command again"]),
    ],
)
@pytest.mark.parametrize("step", ["uv", "sync"])
def test_a_failed_installation_says_one_sentence(fake, monkeypatch, output, words, step):
    fake.fail[step] = output
    english, chinese = both(lambda: environment.ensure(fake.root), monkeypatch)
    if step == "sync":
        words = [word.replace("numpy, uv", "numpy") for word in words]
    assert all(word in english for word in words)
    assert "同一条命令" in chinese or "再运行一次" in chinese


def test_a_file_named_venv_is_left_alone(fake, monkeypatch):
    (fake.root / ".venv").write_text("mine", encoding="utf-8")
    english, _ = both(lambda: environment.ensure(fake.root), monkeypatch)
    assert f"{fake.root / '.venv'} cannot be used" in english
    assert (fake.root / ".venv").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14)])
def test_a_python_too_old_or_too_new_says_which_to_install(monkeypatch, version):
    monkeypatch.setattr(environment, "_probe", lambda arguments: None)
    english, chinese = both(lambda: environment.find_python(version), monkeypatch)
    running = ".".join(map(str, version))
    assert f"needs Python 3.11, 3.12 or 3.13; this is Python {running}" in english
    assert f"需要 Python 3.11、3.12 或 3.13；现在运行的是 Python {running}" in chinese


def test_another_python_on_the_path_is_found(monkeypatch):
    def probe(arguments):
        return ["/opt/python", "3", "12"] if arguments == ["python3.12"] else None

    monkeypatch.setattr(environment, "_probe", probe)
    assert environment.find_python((3, 14)) == "/opt/python"
    assert Path(environment.find_python((3, 11))).exists()


def test_a_command_that_exists_but_fails_is_no_python(tmp_path):
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    assert environment._probe([str(shim)]) is None
    assert environment._probe([str(tmp_path / "absent")]) is None
    assert environment._probe([sys.executable])[1:] == [str(part) for part in sys.version_info[:2]]


def test_an_unsupported_machine_gets_a_sentence(monkeypatch):
    monkeypatch.setattr(environment.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(environment.platform, "machine", lambda: "x86_64")
    english, _ = both(lambda: environment._check_machine(gpu=False), monkeypatch)
    assert "no build for this machine (Darwin, x86_64)" in english
    monkeypatch.setattr(environment.platform, "machine", lambda: "arm64")
    environment._check_machine(gpu=False)
    english, _ = both(lambda: environment._check_machine(gpu=True), monkeypatch)
    assert "GPU=1 works on Linux on x86-64 only" in english


def test_a_missing_venv_module_says_how_to_install_it(tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, b"ensurepip is not available")
    monkeypatch.setattr(environment.subprocess, "run", lambda *a, **k: failed)
    english, _ = both(lambda: environment._virtual_environment(tmp_path), monkeypatch)
    assert "sudo apt install python3-venv" in english


def test_the_lines_of_uv_are_cut_from_the_lock():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = environment.pinned(text, "uv").splitlines()
    assert re.fullmatch(r"uv==\S+ \\", lines[0])
    assert len(lines) > 10 and all("--hash=sha256:" in line for line in lines[1:])
    assert not lines[-1].endswith("\\")
    with pytest.raises(SetupError, match="does not name nothing"):
        environment.pinned(text, "nothing")


def test_a_long_step_is_echoed_and_its_output_kept(capfd):
    program = "print('Resolved 3'); print('+ noise'); raise SystemExit(3)"
    arguments = [sys.executable, "-c", program]
    code, output = environment._run(arguments, dict(os.environ), echo=environment._is_progress)
    assert (code, output.split("\n")) == (3, ["Resolved 3", "+ noise"])
    assert capfd.readouterr().out == "  Resolved 3\n"


def test_conda_users_need_no_second_environment(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    lock = ROOT / "requirements.lock"
    assert not environment._is_conda_with(lock)
    (tmp_path / "conda-meta").mkdir()
    assert environment._is_conda_with(lock)
    (tmp_path / "lock").write_text("jupyterlab==1.0 \\\n", encoding="utf-8")
    assert not environment._is_conda_with(tmp_path / "lock")


# --- the file at the root -------------------------------------------------------------------------


def run_at_root(*arguments, **variables):
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "EDITION")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**clean, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_the_root_file_runs_the_package_before_anything_is_installed():
    # -S and -I would change the path; -S alone hides what is installed.
    program = "import runpy, sys; sys.argv[1:] = ['--help']; runpy.run_module('whiteboard', run_name='__main__', alter_sys=True)"  # noqa: E501
    ran = run_at_root("-S", "-c", program)
    assert ran.returncode == 0, ran.stderr
    assert "env" in ran.stdout and "progress" in ran.stdout


def test_the_root_file_steps_aside_for_the_package():
    program = "import whiteboard.environment as e, whiteboard; print(whiteboard.__file__)"
    ran = run_at_root("-c", program)
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.strip()) == ROOT / "src" / "whiteboard" / "__init__.py"


def test_an_unknown_edition_and_command():
    ran = run_at_root("-m", "whiteboard", "lab", EDITION="fr")
    assert ran.returncode == 1
    assert ran.stderr == "There is no edition “fr”: write en or zh.\n"


def test_jupyterlab_speaks_the_edition_and_asks_nothing(tmp_path):
    for edition in workbook.EDITIONS:
        options = command._parser().parse_args(["lab", "--port", "9", "--no-browser"])
        options.edition = edition
        settings = command.write_settings(tmp_path, edition)
        arguments = command.lab_command("python", settings, options)
        assert f"--LabApp.default_url=/lab/tree/workbook/{edition}" in arguments
        assert f"--LabApp.app_settings_dir={settings}" in arguments
        assert {"--port=9", "--no-browser"} < set(arguments)
        overrides = json.loads((settings / "overrides.json").read_text(encoding="utf-8"))
        assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
        language = overrides.get("@jupyterlab/translation-extension:plugin", {}).get("locale")
        assert language == (None if edition == "en" else "zh_CN")


def test_the_learners_kernel_leaves_compiled_code_s_log_to_the_terminal(tmp_path):
    python = sys.executable
    folder = command.write_kernel(tmp_path, python)
    specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
    assert specs.get_kernel_spec("python3").argv[0] == python
    cells = ["import os, sys; os.write(2, b'from C')", "print('from Python', file=sys.stderr)"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(book, kernel_name="python3")
    client.create_kernel_manager()
    client.km.kernel_spec_manager = specs
    client.execute(stderr=subprocess.DEVNULL)
    shown = [output.text for cell in book.cells for output in cell.outputs if "text" in output]
    assert shown == ["from Python\n"]


# --- workbook -------------------------------------------------------------------------------------


def write_notebook(path, *sources, **metadata):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [
        {"cell_type": "code", "source": source, "outputs": [], "metadata": {}, "id": str(place)}
        for place, source in enumerate(sources)
    ]
    text = json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    path.write_text(text, encoding="utf-8")


def sources(path):
    return [cell["source"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


@pytest.fixture
def course(tmp_path):
    write_notebook(tmp_path / "notebooks/en/01_networks/04_backprop.ipynb", "one")
    write_notebook(tmp_path / "notebooks/en/02_training/13_dropout.ipynb", "two")
    workbook.prepare("en", tmp_path)
    return tmp_path


PRINTED = "notebooks/en/01_networks/04_backprop.ipynb"
COPY = "workbook/en/01_networks/04_backprop.ipynb"


def test_an_untouched_copy_follows_the_course(course, capsys):
    # What JupyterLab does on opening, running and saving: metadata, outputs, an empty last cell.
    write_notebook(course / COPY, "one", "", kernelspec={"name": "python3"})
    write_notebook(course / PRINTED, "new")
    workbook.prepare("en", course)
    assert sources(course / COPY) == ["new"]
    assert capsys.readouterr().out == ""


def test_a_changed_copy_is_never_overwritten(course, capsys):
    write_notebook(course / COPY, "mine")
    workbook.prepare("en", course)
    assert sources(course / COPY) == ["mine"] and capsys.readouterr().out == ""

    write_notebook(course / PRINTED, "new")
    workbook.prepare("en", course)
    beside = course / "workbook/en/01_networks/04_backprop.new.ipynb"
    assert (sources(course / COPY), sources(beside)) == (["mine"], ["new"])
    assert capsys.readouterr().out.count("\n") == 1

    beside.unlink()  # declined: not offered again until it changes again
    workbook.prepare("en", course)
    assert not beside.exists() and capsys.readouterr().out == ""

    write_notebook(course / PRINTED, "newer")
    workbook.prepare("en", course)
    write_notebook(beside, "newer, and mine")
    write_notebook(course / PRINTED, "newest")
    workbook.prepare("en", course)
    second = course / "workbook/en/01_networks/04_backprop.new-2.ipynb"
    assert [sources(path) for path in (course / COPY, beside, second)] == [
        ["mine"],
        ["newer, and mine"],
        ["newest"],
    ]


def test_a_renumbered_lesson_takes_the_learners_file_along(course, capsys):
    write_notebook(course / COPY, "mine")
    (course / PRINTED).rename(course / "notebooks/en/01_networks/05_backprop.ipynb")
    workbook.prepare("en", course)
    assert sources(course / "workbook/en/01_networks/05_backprop.ipynb") == ["mine"]
    assert not (course / COPY).exists()
    assert "05_backprop" in capsys.readouterr().out


@pytest.mark.parametrize("damage", ["{", "[]", '{"en": 3}', ""])
def test_with_a_damaged_list_of_bases_every_copy_counts_as_the_learners(course, damage):
    (course / "workbook/.base.json").write_text(damage, encoding="utf-8")
    write_notebook(course / PRINTED, "new")
    workbook.prepare("en", course)
    assert sources(course / COPY) == ["one"]
    assert sources(course / "workbook/en/01_networks/04_backprop.new.ipynb") == ["new"]


def test_an_unreadable_copy_counts_as_the_learners(course):
    (course / COPY).write_text("half a note", encoding="utf-8")
    write_notebook(course / PRINTED, "new")
    workbook.prepare("en", course)
    assert (course / COPY).read_text(encoding="utf-8") == "half a note"


def test_reset_twice_in_a_day_keeps_both_attempts(course):
    write_notebook(course / COPY, "first")
    workbook.reset("backprop", "en", course)
    write_notebook(course / COPY, "second")
    _, kept = workbook.reset("04_backprop", "en", course)
    today = time.strftime("%Y-%m-%d")
    assert kept.name == f"04_backprop.{today}-2.ipynb"
    assert sources(kept) == ["second"]
    assert sources(kept.with_name(f"04_backprop.{today}.ipynb")) == ["first"]
    assert sources(course / COPY) == ["one"]
    workbook.prepare("en", course)
    assert len(list((course / COPY).parent.iterdir())) == 3


def test_reset_of_an_unknown_lesson_suggests_one(course, monkeypatch):
    english, chinese = both(lambda: workbook.reset("bakprop", "en", course), monkeypatch)
    assert english == "There is no lesson “bakprop”. Did you mean backprop?"
    assert chinese == "没有叫“bakprop”的课。你是不是要找 backprop？"
    english, _ = both(lambda: workbook.reset("xyz", "en", course), monkeypatch)
    assert "the lessons are: backprop, dropout" in english


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot be written")]
)
def test_a_full_or_read_only_disk_loses_nothing(course, monkeypatch, number, words):
    def refuse(*_):
        raise OSError(number, os.strerror(number), "workbook")

    write_notebook(course / COPY, "mine")
    write_notebook(course / PRINTED, "new")
    write_notebook(course / "notebooks/en/02_training/13_dropout.ipynb", "new")
    before = {path: path.read_bytes() for path in course.rglob("workbook/**/*") if path.is_file()}
    for broken in ("replace", "fsync"):
        with monkeypatch.context() as patch:
            patch.setattr(workbook.os, broken, refuse)
            for call in (
                lambda: workbook.prepare("en", course),
                lambda: workbook.reset("dropout", "en", course),
            ):
                english, _ = both(call, patch)
                assert words in english and "nothing of yours was changed" in english
    after = {path: path.read_bytes() for path in course.rglob("workbook/**/*") if path.is_file()}
    assert set(after.values()) == set(before.values())


def test_a_file_in_place_of_the_workbook(tmp_path, monkeypatch):
    write_notebook(tmp_path / PRINTED, "one")
    (tmp_path / "workbook").write_text("mine", encoding="utf-8")
    english, _ = both(lambda: workbook.prepare("en", tmp_path), monkeypatch)
    assert "cannot be used" in english and "rename or remove it" in english


# --- progress -------------------------------------------------------------------------------------


def test_two_processes_logging_at_once_never_mix(tmp_path):
    log = tmp_path / "progress.jsonl"
    program = (
        "from whiteboard import progress\n"
        "for number in range(500): assert progress.record('中' * 40, 'x', 'failed', number) is None"
    )
    package = f"import sys, types; p = types.ModuleType('whiteboard'); p.__path__ = [{str(ROOT / 'src' / 'whiteboard')!r}]; sys.modules['whiteboard'] = p\n"  # noqa: E501

    def log_500(_):
        variables = {**os.environ, progress.VARIABLE: str(log)}
        return subprocess.run([sys.executable, "-c", package + program], env=variables).returncode

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(log_500, range(2))) == [0, 0]
    lines = log.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1000 == len(progress.read(log))
    assert sorted(json.loads(line)["trap"] for line in lines) == sorted([*range(500)] * 2)


def test_the_log_is_the_workbooks(tmp_path, monkeypatch):
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    folder = tmp_path / "workbook" / "zh" / "01_networks"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert progress.record("backprop", "gradients", "failed", 2) is None
    entry = json.loads((tmp_path / "workbook/progress.jsonl").read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry.pop("time"))
    assert entry == {
        "lesson": "backprop",
        "exercise": "gradients",
        "verdict": "failed",
        "trap": 2,
    }
    monkeypatch.chdir(tmp_path)
    assert Path(progress.path()) == ROOT / "workbook" / "progress.jsonl"
    monkeypatch.setenv(progress.VARIABLE, "off")
    assert progress.path() is None and progress.record("a", "b", "passed") is None


def test_a_torn_line_is_skipped_and_stays_alone(tmp_path, monkeypatch):
    log = tmp_path / "log"
    monkeypatch.setenv(progress.VARIABLE, str(log))
    progress.record("a", "x", "passed")
    with open(log, "a", encoding="utf-8") as file:
        file.write('{"time": "2026-')
    progress.record("a", "y", "failed")
    assert [entry["exercise"] for entry in progress.read()] == ["x", "y"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_log_that_cannot_be_written_returns_a_sentence(tmp_path, monkeypatch, number):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "log"))

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(progress.os, "write", refuse)
    english, chinese = progress.record("a", "x", "passed")
    assert os.strerror(number) in english and "free some space" in english
    assert "没有记下你的进度" in chinese
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "log" / "below-a-file"))
    assert progress.record("a", "x", "passed") is not None


def test_progress_prints_a_table(tmp_path, monkeypatch, capsys):
    log = tmp_path / "log"
    monkeypatch.setenv(progress.VARIABLE, str(log))
    monkeypatch.setenv("EDITION", "en")
    assert command.main(["progress"]) == 0
    assert "Nothing is checked yet" in capsys.readouterr().out
    for exercise, verdict in [
        ("x", "failed"),
        ("x", "passed"),
        ("y", "failed"),
        ("z", "unwritten"),
    ]:
        progress.record("dropout", exercise, verdict)
    assert command.main(["progress"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split("  ")[0] == "lesson" and re.match(r"dropout +1 / 2 +\d{4}-", row)
    assert command.main(["progress", "--edition", "zh"]) == 0
    assert "通过 / 做过" in capsys.readouterr().out
