"""Makes `.venv` from the lock: the one set-up step, resumable, quick when nothing changed.

Only the standard library, and syntax that Python 3.8 reads: this runs before any package exists,
and must be able to say which Python is needed on one that is too old.
"""

import errno
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUPPORTED = ((3, 11), (3, 12), (3, 13))
# Where TensorFlow publishes wheels. Elsewhere the installation could only fail, minutes later.
MACHINES = {
    "Linux": ("x86_64", "aarch64"),
    "Darwin": ("arm64",),
    "Windows": ("AMD64",),
}
# Raise when the steps below change, so that environments made by older steps are made again.
RECIPE = 1
HEARTBEAT = 15.0  # seconds of silence after which a long step says that it is still at work


class SetupError(Exception):
    """What stops the set-up, as one sentence with its remedy, in English and Chinese."""

    def __init__(self, en, zh):
        super().__init__(choose(en, zh))
        self.en, self.zh = en, zh


def edition():
    """The learner's language: "zh" or "en", from EDITION, otherwise from the locale."""
    chosen = os.environ.get("EDITION", "").strip().lower()
    if not chosen:
        for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
            if os.environ.get(name):
                chosen = os.environ[name].lower()
                break
    return "zh" if chosen.startswith("zh") else "en"


def choose(en, zh):
    """The sentence in the learner's language."""
    return zh if edition() == "zh" else en


def say(en, zh):
    """Print one line of progress at once, also into a pipe."""
    print(choose(en, zh), flush=True)


def from_os_error(error, path, kept_en="nothing of yours was changed", kept_zh="你的文件没有改动"):
    """A SetupError for an OSError met while writing `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or getattr(error, "winerror", None) == 112:
        return SetupError(
            f"The disk is full: free some space and run the same command again ({kept_en}).",
            f"磁盘已满：请腾出空间，再运行同一条命令（{kept_zh}）。",
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return SetupError(
            f"{path} cannot be written: make it writable, or copy the course to a folder "
            f"of yours, and run the same command again ({kept_en}).",
            f"{path} 无法写入：请改成可写，或把课程复制到你自己的文件夹，"
            f"再运行同一条命令（{kept_zh}）。",
        )
    reason = error.strerror or error
    return SetupError(
        f"{path} cannot be used ({reason}): rename or remove it and run the same command again "
        f"({kept_en}).",
        f"{path} 无法使用（{reason}）：请改名或移走它，再运行同一条命令（{kept_zh}）。",
    )


def venv_python(root=ROOT):
    """The environment's interpreter, whether or not it exists yet."""
    if os.name == "nt":
        return Path(root) / ".venv" / "Scripts" / "python.exe"
    return Path(root) / ".venv" / "bin" / "python"


def is_current(root=ROOT, gpu=False):
    """Whether `.venv` was finished from today's lock. Costs milliseconds, needs no network.

    An environment with the CUDA libraries also serves those who do not ask for them.
    """
    try:
        stamp = _stamp_path(root).read_text(encoding="utf-8").strip()
        return venv_python(root).exists() and any(
            stamp == _stamp(root, name) for name in (_locks() if not gpu else _locks()[1:])
        )
    except OSError:
        return False


def ensure(root=ROOT, gpu=False, quiet=False):
    """Make or renew `.venv`; return its interpreter. Killed at any point, it resumes.

    Raises:
        SetupError: with one sentence, when something outside stops it.
    """
    root = Path(root)
    if _is_conda_with(root / _locks()[0]):
        return Path(sys.executable)
    if not is_current(root, gpu):
        _check_machine(gpu)
        try:
            _make(root, _locks()[1] if gpu else _locks()[0])
        except OSError as error:
            raise from_os_error(error, error.filename or root / ".venv") from None
    elif not quiet:
        say("The environment is up to date.", "环境已是最新。")
    return venv_python(root)


def _make(root, lock):
    started = time.monotonic()
    folder = root / ".venv"
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
    python = _virtual_environment(root)
    pending = root / ".venv" / "whiteboard.pending"
    interrupted = pending.exists()
    _stamp_path(root).unlink(missing_ok=True)
    pending.write_text(lock, encoding="utf-8")
    _bootstrap_uv(root, python, lock)
    _sync(root, python, lock, interrupted)
    # Relative, so that the course may be moved as a whole.
    site_packages = _site_packages(root, python)
    write(site_packages / "whiteboard.pth", os.path.relpath(root / "src", site_packages) + "\n")
    write(_stamp_path(root), _stamp(root, lock) + "\n")
    pending.unlink()
    seconds = time.monotonic() - started
    say(f"The environment is ready ({seconds:.0f} s).", f"环境就绪（{seconds:.0f} 秒）。")


def _is_conda_with(lock):
    """Whether this is the conda environment of environment.yml: it needs no .venv beside it."""
    if not (Path(sys.prefix) / "conda-meta").is_dir():
        return False
    from importlib import metadata

    lines = lock.read_text(encoding="utf-8").splitlines()
    try:
        return all(
            f"{name}=={metadata.version(name)} \\" in lines for name in ("jupyterlab", "tensorflow")
        )
    except metadata.PackageNotFoundError:
        return False


def _locks():
    return ("requirements.lock", "requirements-gpu.lock")


def _stamp_path(root):
    return Path(root) / ".venv" / "whiteboard.stamp"


def _stamp(root, lock):
    digest = hashlib.sha256((Path(root) / lock).read_bytes()).hexdigest()
    return f"{RECIPE} {lock} {digest}"


def write(path, text):
    """Write through a neighbour, so that a kill leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    neighbour = path.with_name(f"{path.name}.{os.getpid()}")
    neighbour.write_text(text, encoding="utf-8")
    os.replace(neighbour, path)


# --- Python ---------------------------------------------------------------------------------------


def check_python(version):
    """Refuse a Python for which the lock holds no packages, with one sentence.

    Args:
        version: (major, minor).
    """
    if tuple(version) not in SUPPORTED:
        running = ".".join(map(str, version))
        raise SetupError(
            f"Whiteboard needs Python 3.11, 3.12 or 3.13; this is Python {running} and no other "
            "is on the PATH: install one of them (python.org or your package manager) and run "
            "the same command again.",
            f"Whiteboard 需要 Python 3.11、3.12 或 3.13；现在运行的是 Python {running}，PATH 上也"
            "没有别的版本：请安装其中一个（python.org 或系统的包管理器），再运行同一条命令。",
        )


def _check_machine(gpu):
    system, machine = platform.system(), platform.machine()
    if machine not in MACHINES.get(system, ()) or sys.maxsize < 2**32:
        raise SetupError(
            f"TensorFlow has no build for this machine ({system}, {machine}): use Linux (x86-64 "
            "or arm64), macOS on Apple silicon or 64-bit Windows.",
            f"TensorFlow 不支持这台机器（{system}，{machine}）：请使用 Linux（x86-64 或 arm64）、"
            "Apple 芯片的 macOS 或 64 位 Windows。",
        )
    if gpu and (system, machine) != ("Linux", "x86_64"):
        raise SetupError(
            f"GPU=1 works on Linux on x86-64 only, and this is {system} on {machine}: "
            "run the same command without it.",
            f"GPU=1 只支持 x86-64 的 Linux，这里是 {system}（{machine}）：去掉它再运行。",
        )


def find_python(version=None):
    """The interpreter to build with: the running one if supported, else one from the PATH."""
    version = tuple(version or sys.version_info[:2])
    if version in SUPPORTED:
        # Inside .venv itself this is the interpreter that .venv was made from.
        return getattr(sys, "_base_executable", None) or sys.executable
    for major, minor in reversed(SUPPORTED):
        name = f"{major}.{minor}"
        for command in (
            [f"python{name}"],
            *([["py", f"-{name}"]] if os.name == "nt" else []),
        ):
            found = _probe(command)
            if found and found[1:] == [str(major), str(minor)]:
                return found[0]
    check_python(version)


def _probe(command):
    """[executable, major, minor] of a Python command, or None where it does not run."""
    program = "import sys; print(sys.executable, *sys.version_info[:2], sep='\\n')"
    try:
        # A version manager's shim may exist and yet fail: only running it tells.
        ran = subprocess.run(
            [*command, "-c", program],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout.decode(errors="replace").splitlines() if ran.returncode == 0 else None


def _virtual_environment(root):
    python = venv_python(root)
    found = _probe([str(python)]) if python.exists() else None
    if found and tuple(map(int, found[1:])) in SUPPORTED and _has_pip(python):
        return python
    base = find_python()
    say(f"Making .venv with {base} …", f"正在用 {base} 创建 .venv ……")
    made = subprocess.run(
        [base, "-m", "venv", "--clear", str(root / ".venv")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_clean_environment(),
    )
    output = made.stdout.decode(errors="replace")
    if made.returncode != 0:
        if "ensurepip" in output:
            raise SetupError(
                f"{base} comes without its venv module: install it (Debian and Ubuntu: "
                "`sudo apt install python3-venv`) and run the same command again.",
                f"{base} 缺少 venv 模块：请安装它（Debian、Ubuntu：`sudo apt install "
                "python3-venv`），再运行同一条命令。",
            )
        raise _explain(root, None, output)
    return python


def _has_pip(python):
    library = python.parent.parent
    return any(library.glob("lib/python*/site-packages/pip/__main__.py")) or any(
        library.glob("Lib/site-packages/pip/__main__.py")
    )


# --- Packages -------------------------------------------------------------------------------------


def pinned(lock_text, name):
    """The lines of one package in a lock: its version and hashes.

    Args:
        lock_text: the lock.
        name: the package, as the lock spells it.
    """
    match = re.search(
        rf"^({re.escape(name)}==\S+)[^\n]*\\\n((?:[ \t]+--hash=[^\n]*\n)+)", lock_text, re.MULTILINE
    )
    if match is None:
        raise SetupError(
            f"The lock does not name {name}: restore it with `git checkout -- requirements.lock` "
            "or make it anew with `make lock`.",
            f"锁文件里没有 {name}：请用 `git checkout -- requirements.lock` 恢复，"
            "或用 `make lock` 重新生成。",
        )
    return f"{match.group(1)} \\\n{match.group(2)}"


def _bootstrap_uv(root, python, lock):
    lines = pinned((root / lock).read_text(encoding="utf-8"), "uv")
    version = re.match(r"uv==(\S+)", lines).group(1)
    installed = _site_packages(root, python) / f"uv-{version}.dist-info" / "RECORD"
    if installed.exists() and _uv(python).exists():
        return
    say("Installing uv …", "正在安装 uv ……")
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "uv.txt"
        requirements.write_text(lines, encoding="utf-8")
        code, output = _run(
            [
                *(str(python), "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"),
                *("--disable-pip-version-check", "--retries", "2", "--only-binary", ":all:"),
                *("--require-hashes", "--requirement", str(requirements)),
            ],
            _clean_environment(),
        )
    if code != 0:
        raise _explain(root, lock, output)


def _sync(root, python, lock, interrupted):
    size = "7 GB" if lock == _locks()[1] else "2.7 GB"
    say(
        f"Installing the packages of {lock} (about {size} on disk) …",
        f"正在安装 {lock} 中的包（约占 {size} 磁盘）……",
    )
    uv = _uv(python)
    if os.name == "nt":  # which locks a running program, and --reinstall replaces uv too
        uv = shutil.copy(uv, root / ".venv" / "uv.exe")
    command = [
        *(str(uv), "pip", "sync", "--compile-bytecode", "--require-hashes"),
        *("--color", "never", "--python", str(python), str(root / lock)),
    ]
    if interrupted:
        # A kill may leave half of a package with its record already in place.
        command.insert(3, "--reinstall")
    code, output = _run(command, _index_settings(python, _clean_environment()), echo=_is_progress)
    if code != 0:
        raise _explain(root, lock, output)


def _is_progress(line):
    return re.match(r"\s*(Resolved|Downloading|Prepared|Uninstalled|Installed|Bytecode)\b", line)


def _uv(python):
    return python.with_name("uv.exe" if os.name == "nt" else "uv")


def _site_packages(root, python):
    if os.name == "nt":
        return root / ".venv" / "Lib" / "site-packages"
    # A link to a newer Python may have left an older folder behind: ask pyvenv.cfg's version.
    settings = (root / ".venv" / "pyvenv.cfg").read_text(encoding="utf-8")
    version = re.search(r"^version\S*\s*=\s*(\d+\.\d+)", settings, flags=re.MULTILINE).group(1)
    return root / ".venv" / "lib" / f"python{version}" / "site-packages"


def _clean_environment():
    """The caller's variables without those that would send a tool elsewhere."""
    unwanted = {
        "PYTHONDONTWRITEBYTECODE",  # without bytecode TensorFlow imports in 8.5 s, not 3.6 s
        "PYTHONHOME",
        "PYTHONPATH",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_USER",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "__PYVENV_LAUNCHER__",
    }
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def _index_settings(python, environment):
    """Give uv the package index and certificates that pip is told to use: uv reads only its own."""
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE"} & set(environment):
        index = environment.get("PIP_INDEX_URL")
        if not index:
            command = [str(python), "-m", "pip", "config", "get", "global.index-url"]
            asked = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
            )
            index = asked.stdout.decode(errors="replace").strip() if not asked.returncode else ""
        if index:
            environment["UV_DEFAULT_INDEX"] = index
    if environment.get("PIP_CERT"):
        environment.setdefault("SSL_CERT_FILE", environment["PIP_CERT"])
    return environment


def _run(command, environment, echo=None):
    """Run a long command; return (exit code, everything it printed).

    Args:
        command: list of strings.
        environment: its variables.
        echo: predicate that picks the lines shown at once; None shows none.
    """
    started = shown = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    lines = []

    def read():
        for raw in process.stdout:
            lines.append(raw.decode(errors="replace").rstrip())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        seen = 0
        while reader.is_alive():
            reader.join(0.2)
            for line in lines[seen:]:
                seen += 1
                if echo and echo(line):
                    print(f"  {line.strip()}", flush=True)
                    shown = time.monotonic()
            if time.monotonic() - shown > HEARTBEAT:
                shown = time.monotonic()
                seconds = shown - started
                say(f"  … still at work ({seconds:.0f} s)", f"  …… 仍在进行（{seconds:.0f} 秒）")
        return process.wait(), "\n".join(lines)
    except BaseException:
        process.terminate()
        raise
    finally:
        process.wait()
        reader.join()
        process.stdout.close()


def missing(root, lock):
    """Names of the lock's packages, needed on every machine, that `.venv` does not hold yet."""
    wanted = re.findall(r"^(\S+)==\S+ \\$", (root / lock).read_text(encoding="utf-8"), re.MULTILINE)
    try:
        folder = _site_packages(root, venv_python(root))
        held = {path.name.split("-")[0].lower() for path in folder.glob("*.dist-info")}
    except (OSError, AttributeError):
        held = set()
    return [name for name in wanted if name.replace("-", "_") not in held]


def _explain(root, lock, output):
    """The sentence for what pip, uv or venv printed when it failed."""
    said = output.lower()
    if any(sign in said for sign in ("no space left", "os error 28", "os error 112", "errno 28")):
        return from_os_error(OSError(errno.ENOSPC, ""), root)
    network = (
        *("name resolution", "dns error", "failed to lookup", "error sending request"),
        *("connection refused", "connection reset", "connection broken", "newconnectionerror"),
        *("network is unreachable", "timed out", "timeout", "tunnel error", "cannot connect"),
        *("proxyerror", "from versions: none", "network was disabled", "max retries exceeded"),
        *("failed to fetch", "failed to download", "connect error", "client error (connect)"),
    )
    if "hash mismatch" in said or "do not match the hashes" in said:
        return SetupError(
            "A downloaded package differs from the one in the lock and was not installed: try "
            "another network or package index, and run the same command again.",
            "下载的包与锁文件不一致，没有安装：请换一个网络或软件源，再运行同一条命令。",
        )
    if any(sign in said for sign in network):
        left = missing(root, lock) if lock else []
        first = [name for name in ("jupyterlab", "tensorflow", "numpy", "uv") if name in left]
        en, zh = ", ".join(first), "、".join(first)
        if len(left) > len(first):
            en += f" and {len(left) - len(first)} more" if first else f"{len(left)} packages"
            zh += f" 等 {len(left)} 个包" if first else f"{len(left)} 个包"
        return SetupError(
            f"The package index cannot be reached, so {en or 'some packages'} could not be "
            "installed: connect to the network (behind a proxy, set HTTPS_PROXY) and run the same "
            "command again; it goes on from here.",
            f"无法访问软件源，{zh or '有些包'}没有装上：请连接网络（使用代理时设置 HTTPS_PROXY），"
            "再运行同一条命令，它会从这里继续。",
        )
    if any(sign in said for sign in ("read-only file", "permission denied", "os error 13")):
        return from_os_error(OSError(errno.EACCES, ""), root / ".venv")
    tail = " ".join(line.strip() for line in output.splitlines()[-4:] if line.strip())
    return SetupError(
        f"The packages could not be installed: {tail or 'no message'}. Run the same command "
        "again; if it fails again, remove the folder .venv first.",
        f"安装失败：{tail or '没有信息'}。请再运行一次；如果仍失败，先删除 .venv 文件夹。",
    )
