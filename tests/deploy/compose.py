"""compose.yaml as Docker reads it, as far as the tests need it: variables filled in, what a service's process gets."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "compose.yaml"
INNER_PORT = 8080
"""Where everything listens inside its container."""
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<what>[^}]*))?\}")

Service = Mapping[str, Any]


class NotSet(Exception):
    """A variable that compose.yaml insists on is not set."""


def document() -> dict[str, Any]:
    """The whole file, anchors resolved, variables as they stand."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def services() -> dict[str, Service]:
    """The services by their names."""
    found: dict[str, Service] = document()["services"]
    return found


def replicas() -> dict[str, Service]:
    """The services that run the bot."""
    return {name: one for name, one in services().items() if one.get("command") == ["run"]}


def filled(text: str, values: Mapping[str, str]) -> str:
    """A value with its variables filled in. Raises NotSet for one that must be set and is not."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match["name"], "")
        if found or match["how"] is None:
            return found
        if match["how"] == "?":
            raise NotSet(f"{match['name']}: {match['what']}")
        return match["what"]

    return VARIABLE.sub(value, text)


def environment(service: Service, values: Mapping[str, str]) -> dict[str, str]:
    """What the process of a service finds in its environment: the image's, `.env`, then its own."""
    from_file = values if service.get("env_file") else {}
    own = {name: filled(str(value), values) for name, value in service.get("environment", {}).items()}
    return {**image_environment(), **from_file, **own}


def command(service: Service) -> list[str]:
    """The image's entry point and the service's arguments."""
    return [*json.loads(instructions()["ENTRYPOINT"][-1]), *service["command"]]


def image_environment() -> dict[str, str]:
    """The image's own settings."""
    pairs = " ".join(instructions()["ENV"]).split()
    return dict(pair.split("=", 1) for pair in pairs if pair.startswith("LINLI_"))


def instructions() -> dict[str, list[str]]:
    """The Dockerfile's instructions with their arguments, stage after stage, continued lines joined."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    found: dict[str, list[str]] = {}
    for line in lines:
        if line and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            found.setdefault(name, []).append(rest.strip())
    return found
