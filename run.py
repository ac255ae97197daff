#!/usr/bin/env python3
"""Set up once, then run: a fresh machine needs git and Python 3.11 or newer, nothing else.

    python3 run.py serve         load the data, check every rule, serve on http://127.0.0.1:8000
    python3 run.py test          the whole gate: lint, types, architecture, tests
    python3 run.py nqf COMMAND   any command of `nqf`; further arguments are passed on

Everything is installed into .venv beside this file (NQF_VENV names another folder), never outside it, so an
"externally managed" system Python is left alone.  Standard library only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("NQF_VENV") or ROOT / ".venv")
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)
INPUTS = ("pyproject.toml", "constraints.txt", "run.py")
EXTRAS = ("", "report", "test")  # each brings what those before it bring
NO_PIP = """nqf-graph: this Python has no pip, and none can be found to install the project with.
Install it once, for example on Debian or Ubuntu:  sudo apt install python3-pip
Then run this command again."""
GATE = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    ("pytest",),
)


def main(arguments):
    """Set up if needed, then become the command asked for."""
    if sys.version_info < OLDEST:
        return rerun_with_newer_python(arguments)
    command = arguments[0] if arguments else "--help"
    if command in ("-h", "--help"):
        print(__doc__)
        return 0
    set_up("test" if command == "test" else "report" if "pdf" in arguments else "")  # PDF brings its own 30 MB
    if command == "test":
        return gate(arguments[1:])
    rest = arguments[1:] if command == "nqf" else arguments
    return become([str(BIN / "nqf"), *rest])


def set_up(extra):
    """Make .venv hold the project and what it needs; a finished set-up is recognised by its stamp."""
    if any(is_current(there) for there in EXTRAS[EXTRAS.index(extra) :]):
        return
    installer = find_pip()
    if installer is None:
        sys.exit(NO_PIP.format(python=sys.executable))
    print("nqf-graph: setting up .venv (the first time about a minute) …", file=sys.stderr, flush=True)
    if not any(is_current(there) for there in EXTRAS):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--clear", str(VENV)], check=True)
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    done = subprocess.run([*installer, *constraints, "--editable", target], check=False)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(f"nqf-graph: set-up failed (pip exited with {done.returncode}); its messages are above.")
    stamp_of(extra).write_text(fingerprint(extra))


def find_pip():
    """The command that installs into .venv with the machine's own pip, or None if the machine has none."""
    options = ["--python", str(PYTHON), "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    candidates = [
        [sys.executable, "-m", "pip"],
        *([found] for found in (shutil.which("pip3"), shutil.which("pip")) if found),
    ]
    for candidate in candidates:
        if subprocess.run([*candidate, "--version"], capture_output=True, check=False).returncode == 0:
            return [*candidate, *options]
    if subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0:
        tools = VENV.with_name(VENV.name + "-pip")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(tools)], check=True)
        return [str(tools / BIN.name / PYTHON.name), "-m", "pip", *options]
    return None


def fingerprint(extra):
    """A hash of all that decides what is installed: this Python, the project's requirements, where it lies."""
    digest = hashlib.sha256(f"{sys.version}\0{ROOT}\0{extra}".encode())
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def stamp_of(extra):
    """The file that a finished set-up leaves behind."""
    return VENV / f"nqf-setup-{extra or 'run'}.sha256"


def is_current(extra):
    """Whether a set-up with these extras was finished, and from the same requirements."""
    stamp = stamp_of(extra)
    return PYTHON.exists() and stamp.is_file() and stamp.read_text() == fingerprint(extra)


def gate(arguments):
    """Run every check; all of them, so that one run shows everything that is wrong."""
    if arguments:
        return become([str(BIN / "pytest"), *arguments])
    failed = []
    for command, *options in GATE:
        print(f"── {command} {' '.join(options)}".rstrip(), flush=True)
        if subprocess.run([str(BIN / command), *options], cwd=ROOT, check=False).returncode:
            failed.append(command)
    if failed:
        print(f"nqf-graph: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def become(command):
    """Replace this process, so that signals and exit codes are the command's own."""
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)


def rerun_with_newer_python(arguments):
    """Go on with a newer Python of this machine, or say that there is none."""
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            return subprocess.call([newer, str(ROOT / "run.py"), *arguments])
    print(f"nqf-graph needs Python 3.11 or newer; this is {sys.version.split()[0]}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
