"""`python -m whiteboard env | lab | reset | progress`: set up, learn, start again, look back.

Needs the standard library only: the set-up runs before any package exists.
"""

import argparse
import json
import os
import subprocess
import sys
import unicodedata

from whiteboard import environment, progress, workbook
from whiteboard.environment import ROOT, SetupError, choose, say


def main(arguments=None):
    """Run one command; return its exit status. A failure prints one sentence."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that cannot show Chinese shows ?
    options = _parser().parse_args(arguments)
    try:
        _choose_edition(options)
        return options.run(options) or 0
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        stopped = choose(
            "Stopped. The same command goes on from here.", "已停止。同一条命令会从这里继续。"
        )
        print("\n" + stopped, file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m whiteboard", description=__doc__.split("\n")[0]
    )
    commands = parser.add_subparsers(metavar="command", dest="command")
    commands.required = True  # as an argument it would stop Python 3.6 before its sentence

    env = commands.add_parser("env", help="make or renew .venv; nothing else needs the network")
    env.set_defaults(run=_env)

    lab = commands.add_parser("lab", help="open the course in JupyterLab (sets up if needed)")
    lab.add_argument("--no-browser", action="store_true", help="print the address only")
    lab.add_argument("--port", type=int, help="port to listen on (default 8888 or the next free)")
    lab.set_defaults(run=_lab)

    reset = commands.add_parser("reset", help="start a lesson again; the old attempt is kept")
    reset.add_argument("lesson", help="for example backprop")
    reset.set_defaults(run=_reset)

    table = commands.add_parser("progress", help="what was tried and what passed")
    table.set_defaults(run=_progress)

    for command in (env, lab):
        command.add_argument("--gpu", action="store_true", help="NVIDIA libraries too (Linux)")
    env.add_argument("--quiet", action="store_true", help="say nothing when nothing is to do")
    for command in (env, lab, reset, table):
        command.add_argument("--edition", help="en or zh (default: the variable EDITION, else en)")
    return parser


def _choose_edition(options):
    chosen = options.edition or os.environ.get("EDITION") or ""
    if chosen and chosen not in workbook.EDITIONS:
        raise SetupError(
            f"There is no edition “{chosen}”: write en or zh.", f"没有“{chosen}”版：请写 en 或 zh。"
        )
    options.edition = chosen or "en"
    if chosen:
        os.environ["EDITION"] = chosen  # the language of every sentence from here on


def _env(options):
    environment.ensure(gpu=options.gpu, quiet=options.quiet)


def _lab(options):
    python = environment.ensure(gpu=options.gpu, quiet=True)
    for edition in workbook.EDITIONS:  # both: each lesson links to its other edition
        folder = workbook.prepare(edition)
    settings = write_settings(folder.parent, options.edition)
    kernels = write_kernel(folder.parent, python)
    command = lab_command(python, settings, options, allow_root=_is_root())
    variables = {**os.environ, "EDITION": options.edition}
    source = str(ROOT / "src")  # for a conda environment; .venv knows it
    paths = [str(kernels), os.environ.get("JUPYTER_PATH")]
    variables["JUPYTER_PATH"] = os.pathsep.join(filter(None, paths))
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))
    say("Starting JupyterLab; Ctrl-C stops it.", "正在启动 JupyterLab；按 Ctrl-C 停止。")
    if os.name == "nt":  # exec there gives the console back at once, with the server still in it
        return subprocess.call(command, env=variables)
    sys.stdout.flush()
    os.execve(command[0], command, variables)


def write_settings(folder, edition):
    """Write JupyterLab's defaults for one edition; return their folder.

    They ask no questions, look for no news, and set the interface's language: for this edition
    only, and below whatever the learner chose in JupyterLab's own menus.

    Args:
        folder: the workbook.
        edition: "en" or "zh".
    """
    overrides = {
        "@jupyterlab/apputils-extension:notification": {
            "checkForUpdates": False,
            "fetchNews": "false",
        }
    }
    if edition == "zh":
        overrides["@jupyterlab/translation-extension:plugin"] = {"locale": "zh_CN"}
    settings = folder / ".jupyterlab" / edition
    try:
        environment.write(settings / "overrides.json", json.dumps(overrides, indent=2) + "\n")
    except OSError as error:
        raise environment.from_os_error(error, settings) from None
    return settings


def write_kernel(folder, python):
    """Describe the Python kernel to JupyterLab; return the folder to put on JUPYTER_PATH.

    TensorFlow's C++ code logs each start, and on a machine without a GPU a red "failed call to
    cuInit", past Python and past TF_CPP_MIN_LOG_LEVEL. This kernel leaves such lines to the
    terminal; what Python itself writes to stderr still reaches the notebook.

    Args:
        folder: the workbook.
        python: the environment's interpreter.
    """
    quiet = "--IPKernelApp.capture_fd_output=False"
    kernel = {
        "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}", quiet],
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "metadata": {"debugger": True},
    }
    place = folder / ".jupyterlab" / "kernels" / "python3"
    try:
        environment.write(place / "kernel.json", json.dumps(kernel, indent=1) + "\n")
    except OSError as error:
        raise environment.from_os_error(error, place) from None
    return folder / ".jupyterlab"


def lab_command(python, settings, options, allow_root=False):
    """The command that starts JupyterLab on one edition of the workbook, as a list of strings.

    All is passed on the command line, so that nothing sticks to the learner's own JupyterLab.
    """
    command = [
        *(str(python), "-m", "jupyterlab"),
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/workbook/{options.edition}",
        f"--LabApp.app_settings_dir={settings}",
        "--log-level=WARN",  # keeps the lines with the address
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if options.port is not None:
        command.append(f"--port={options.port}")
    if options.no_browser:
        command.append("--no-browser")
    if allow_root:
        command.append("--allow-root")  # a container's only user; JupyterLab would refuse
    return command


def _is_root():
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _reset(options):
    fresh, kept = workbook.reset(options.lesson, options.edition)
    fresh = fresh.relative_to(ROOT)
    if kept is None:
        say(f"{fresh} is fresh.", f"{fresh} 已是全新的。")
    else:
        say(
            f"{fresh} is fresh; your attempt is kept as {kept.name}.",
            f"{fresh} 已是全新的；你原来的作答保存为 {kept.name}。",
        )


def _progress(options):
    rows = progress.summary(progress.read())
    if not rows:
        say(
            "Nothing is checked yet: open a lesson with `make lab`.",
            "还没有记录：用 `make lab` 打开一课。",
        )
        return
    heads = choose("lesson|passed / tried|last (UTC)", "课|通过 / 做过|最近（UTC）").split("|")
    table = [heads]
    for lesson, tried, passed, last in rows:
        table.append([lesson, f"{passed} / {tried}", last.replace("T", " ")[:16]])
    widths = [max(_width(row[column]) for row in table) for column in range(3)]
    for row in table:
        padded = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths)]
        print("  ".join(padded).rstrip())


def _width(text):
    """Columns that a text takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


if __name__ == "__main__":
    sys.exit(main())
