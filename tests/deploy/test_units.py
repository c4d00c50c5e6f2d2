"""The service units: what they start exists, what they set is known, and systemd itself has nothing to say."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.cli import main
from bot.settings import Settings

from .compose import ROOT

FOLDER = ROOT / "ops" / "systemd"
UNITS = sorted(path.name for path in FOLDER.glob("linli*.*") if path.suffix in {".service", ".timer"})
SERVICES = [name for name in UNITS if name.endswith(".service")]
CONFINED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "User": "linli",
    "CapabilityBoundingSet": "",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
}


def directives(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_it_confines_what_it_starts(name: str) -> None:
    found = directives(name)
    assert {key: found[key] for key in CONFINED} == {key: [value] for key, value in CONFINED.items()}


@pytest.mark.parametrize("name", SERVICES)
def test_it_starts_a_command_that_exists_with_settings_that_are_known(name: str) -> None:
    found = directives(name)
    program, command, *options = found["ExecStart"][0].split()
    known = {option for one in main.commands[command].params for option in one.opts}
    assert program == "/opt/linli/bin/linli"
    assert {one for one in options if one.startswith("--")} <= known
    given = set(re.findall(r"LINLI_(\w+)=", " ".join(found["Environment"])))
    assert given <= {field.upper() for field in Settings.model_fields}


def test_it_is_started_again_and_watched() -> None:
    found = directives("linli.service")
    assert found["Restart"] == ["always"]
    assert found["Type"] == ["notify"]
    assert int(found["WatchdogSec"][0]) >= 30
    assert int(found["TimeoutStopSec"][0]) >= 15


def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    """Where there is systemd; elsewhere the other tests have read what they can."""
    if shutil.which("systemd-analyze") is None:
        return
    for name in UNITS:
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/opt/linli/bin/linli", "/bin/true"), encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)]
    said = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert (said.returncode, said.stderr) == (0, "")
