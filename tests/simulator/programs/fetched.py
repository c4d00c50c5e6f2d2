"""Programs of others, fetched once when a test first asks for them and kept beside the installed packages.

Nothing of them is in the repository: python-telegram-bot's examples come out of its source distribution, in the
version that is installed; aiogram gets an environment of its own, because it wants an older pydantic than the bot.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

KEPT = Path(sys.prefix) / ".others"
WANTED = Path(__file__).with_name("requirements.txt")
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
PTB = "python-telegram-bot"


def examples() -> Path:
    """Return the folder of python-telegram-bot's examples, of exactly the version that is installed."""
    return _once(f"{PTB}-{version(PTB)}", _unpack_examples)


def aiogram() -> Path:
    """Return the Python of an environment that has aiogram."""
    (wanted,) = (line for line in WANTED.read_text(encoding="utf-8").splitlines() if line.startswith("aiogram=="))
    return _once(wanted.replace("==", "-"), _make_environment) / "bin" / "python"


def _unpack_examples(into: Path) -> None:
    wanted = f"{PTB}=={version(PTB)}"
    _run(*PIP, "download", "--no-deps", "--no-binary", PTB, "--dest", f"{into}", wanted)
    (archive,) = into.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        inner = [each for each in opened.getmembers() if each.name.split("/")[1:2] == ["examples"]]
        for each in inner:
            each.name = each.name.partition("/examples/")[2] or "."
        opened.extractall(into, inner, filter="data")
    archive.unlink()


def _make_environment(into: Path) -> None:
    _run(sys.executable, "-m", "venv", "--without-pip", f"{into}")
    _run(*PIP, "--python", f"{into}/bin/python", "install", "--requirement", f"{WANTED}")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)


def _once(name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that is made when it is not there yet; test processes beside this one wait for it."""
    KEPT.mkdir(exist_ok=True)
    done, folder = KEPT / f"{name}.done", KEPT / name
    with open(KEPT / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                make(folder)
            except (subprocess.SubprocessError, OSError, ValueError) as error:
                _absent(name, error)
            done.touch()
    return folder


def _absent(name: str, error: Exception) -> None:
    """Skip loudly; where nothing may be skipped, fail."""
    said = str(getattr(error, "stderr", None) or error).strip()
    words = f"{name} cannot be fetched: {said[-400:]}"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(words)
    pytest.skip(f"NOT TESTED: {words}")
