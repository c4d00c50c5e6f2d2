"""Dockerfile, compose.yaml and their neighbours: what can be held against them without a container engine."""

import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from bot.cli import main
from bot.settings import Settings

from . import compose
from .compose import ROOT

GOOD = {
    "LINLI_BOT_TOKEN": "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "LINLI_WEBHOOK_URL": "https://linli.example",
    "LINLI_WEBHOOK_SECRET": "a-secret-of-some-length",
    "POSTGRES_PASSWORD": "letters0and0digits",
}
PACKAGES = ("bot", "handlers", "scheduler", "simulator", "storage")


def tracked(*patterns: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=False, capture_output=True, text=True)
    return listed.stdout.split()


def package(requirement: str) -> str:
    """The name of what is required, as package indexes compare it."""
    return re.split(r"[^\w.-]", requirement)[0].replace("_", "-").lower()


def pinned(name: str) -> set[str]:
    """The packages that a file pins to one version."""
    return {package(line) for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if "==" in line}


def test_it_builds_from_named_versions_only() -> None:
    found = compose.instructions()
    images = [re.sub(r"\$\{PYTHON\}", found["ARG"][0].partition("=")[2], line.split()[0]) for line in found["FROM"]]
    images += [one["image"] for one in compose.services().values() if "build" not in one]
    for image in images:
        assert re.search(r":v?\d", image), image
        assert "latest" not in image


def test_it_runs_without_rights_and_stops_as_the_bot_expects() -> None:
    last = compose.instructions()
    uid, gid = last["USER"][-1].split(":")
    assert int(uid) >= 1000
    assert int(gid) >= 1000
    assert last["STOPSIGNAL"] == ["SIGTERM"]
    assert "/healthz" in last["HEALTHCHECK"][0]


def test_it_takes_no_tools_and_nothing_secret_into_the_image() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    final = text.rpartition("\nFROM ")[2]
    assert not re.search(r"gcc|build-essential|git |curl|requirements-dev|ADD |COPY \. ", text)
    assert "pip install" not in final
    assert not re.search(r"(TOKEN|SECRET|PASSWORD)=", text)


def test_it_copies_what_is_there_and_ignores_the_rest() -> None:
    sources = [word for line in compose.instructions()["COPY"] if "--from" not in line for word in line.split()[:-1]]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(sources) == let_in
    assert all((ROOT / one).exists() for one in sources)


def test_it_installs_every_file_that_the_packages_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = [*project["tool"]["setuptools"]["package-data"]["*"], "*.py", "README.md"]
    files = [Path(name).name for name in tracked(*PACKAGES)]
    assert [name for name in files if not any(fnmatch(name, pattern) for pattern in patterns)] == []


def test_it_pins_what_a_running_bot_needs_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    to_run, to_check = (pinned(name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert {package(one) for one in project["dependencies"]} <= to_run
    assert {package(one) for one in project["optional-dependencies"]["dev"]} <= to_check
    assert not to_run & to_check


@pytest.mark.parametrize("name", compose.services())
def test_it_confines_every_service(name: str) -> None:
    service = compose.services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    assert "healthcheck" in service or name in {"migrate", "cli"}
    assert service.get("restart") or service["profiles"] == ["tools"]


@pytest.mark.parametrize("name", compose.services())
def test_it_mounts_what_is_there(name: str) -> None:
    for volume in compose.services()[name].get("volumes", ()):
        source = volume.partition(":")[0]
        if source in {"./exchange", "./backups"}:  # made by whoever runs it
            continue
        exists = (ROOT / source).exists() if source.startswith(".") else source in compose.document()["volumes"]
        assert exists, volume


def test_it_sets_only_what_the_bot_knows() -> None:
    known = {f"LINLI_{name.upper()}" for name in Settings.model_fields}
    given = {name for one in compose.services().values() for name in one.get("environment", ())}
    given |= set(compose.image_environment())
    assert {name for name in given if name.startswith("LINLI_")} <= known


def test_it_asks_for_nothing_that_the_example_does_not_explain() -> None:
    asked = {match["name"] for match in compose.VARIABLE.finditer(compose.FILE.read_text(encoding="utf-8"))}
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert asked <= set(re.findall(r"^#?(\w+)=", example, re.MULTILINE))


@pytest.mark.parametrize("missing", GOOD)
def test_it_refuses_to_start_without(missing: str) -> None:
    values = {name: value for name, value in GOOD.items() if name != missing}
    with pytest.raises(compose.NotSet, match=missing):
        _ = [compose.environment(service, values) for service in compose.services().values()]


@pytest.mark.parametrize("name", compose.replicas())
def test_it_gives_a_replica_settings_that_it_accepts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in compose.environment(compose.replicas()[name], GOOD).items():
        monkeypatch.setenv(variable, value)
    settings = Settings(_env_file=None)
    settings.require_bot()
    assert settings.webhook_url
    assert settings.listen == ("0.0.0.0", 8080)
    assert settings.database_url.startswith("postgresql://")


def test_it_gives_the_replicas_the_same_but_for_their_addresses() -> None:
    first, second = compose.replicas().values()
    assert {**first, "networks": None} == {**second, "networks": None}
    assert "media:/var/lib/linli/media" in first["volumes"]


def test_it_balances_over_the_replicas_there_are() -> None:
    conf = (ROOT / "ops" / "nginx" / "linli.conf").read_text(encoding="utf-8")
    fixed = {f"{one['networks']['inside']['ipv4_address']}:8080" for one in compose.replicas().values()}
    assert set(re.findall(r"server (\S+:\d+) ", conf)) == fixed


def test_it_waits_for_what_it_needs() -> None:
    for service in compose.replicas().values():
        needs = {name: how["condition"] for name, how in service["depends_on"].items()}
        assert needs == {"db": "service_healthy", "migrate": "service_completed_successfully"}


def test_it_runs_commands_that_exist() -> None:
    for service in compose.services().values():
        if "build" in service:
            entry, *arguments = compose.command(service)
            assert entry == "linli"
            assert arguments[0] in main.commands or arguments == ["--help"]


def test_it_keeps_the_database_to_itself() -> None:
    document = compose.document()
    assert document["networks"]["inside"]["internal"] is True
    assert set(document["services"]["db"]["networks"]) == {"inside"}
    published = {name for name, one in document["services"].items() for port in one.get("ports", ()) if is_open(port)}
    assert published == {"balancer"}


def is_open(port: str) -> bool:
    """Whether it can be reached from other machines."""
    return not port.startswith("127.0.0.1:")


def test_it_watches_every_replica_by_the_rules_and_the_picture_there_are() -> None:
    scraped = yaml.safe_load((ROOT / "ops" / "prometheus" / "compose.yml").read_text(encoding="utf-8"))
    targets = scraped["scrape_configs"][0]["static_configs"][0]["targets"]
    assert targets == [f"{name}:8080" for name in compose.replicas()]
    assert all((ROOT / "ops" / "prometheus" / name).exists() for name in scraped["rule_files"])
