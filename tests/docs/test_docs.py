"""The documents are true: what is drawn from the code is as the code says, and what they name exists."""

import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

import handlers  # noqa: F401 - importing registers the commands
from bot.cli import main
from bot.settings import Settings
from docs import generate
from handlers.entry import commands
from handlers.reading import KINDS, Intent
from storage.rules.chains import Step
from storage.rules.clocks import ClockKind
from storage.rules.groups import Purpose
from storage.rules.lifecycle import Event, State
from storage.rules.rights import Role
from storage.structure.levels import Level

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
ELSEWHERE = ("http://", "https://", "mailto:")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def tables(name: str) -> str:
    """Only the rows of the tables, where things are listed."""
    return "\n".join(line for line in text(name).splitlines() if line.startswith("|"))


def documents() -> list[str]:
    """Every Markdown file that belongs to the project."""
    known = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(known, cwd=ROOT, check=False, capture_output=True, text=True).stdout.split()
    return listed or [str(path.relative_to(ROOT)) for folder in (".", "docs") for path in (ROOT / folder).glob("*.md")]


@pytest.mark.parametrize("path", generate.pages(), ids=lambda path: path.name)
def test_it_is_drawn_from_the_code_as_it_is(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generate.pages()[path], "run `make docs`"


def test_it_explains_every_setting() -> None:
    explained = set(re.findall(r"^LINLI_(\w+)=", text(".env.example"), re.MULTILINE))
    assert explained - {"BOT_NAME"} == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", READMES)
def test_it_lists_every_command_of_the_bot(name: str) -> None:
    assert set(re.findall(r"`/(\w+)`", tables(name))) == set(commands())


@pytest.mark.parametrize("name", READMES)
def test_it_lists_every_command_of_the_command_line(name: str) -> None:
    visible = {command for command, made in main.commands.items() if not made.hidden}
    assert set(re.findall(r"`linli (\w+)", tables(name))) == visible


@pytest.mark.parametrize("words", [State, Event, Role, Step, Intent, KINDS, Level, Purpose], ids=str)
def test_it_has_every_word_of_the_code_in_the_glossary(words: list[str]) -> None:
    listed = set(re.findall(r"`(\w+)`", text("docs/glossary.md")))
    assert {str(word) for word in words} <= listed


def test_it_tells_what_every_reminder_does() -> None:
    assert set(ClockKind) <= set(re.findall(r"`(\w+)`", text("docs/states.md")))


def test_it_names_the_licence_of_every_direct_dependency() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    wanted = {re.split(r"[^\w.-]", one)[0] for one in project["dependencies"] + project["optional-dependencies"]["dev"]}
    listed = set(re.findall(r"^\| ([\w.-]+) \|", text("docs/licences.md"), re.MULTILINE))
    assert listed - {"package", "---"} == wanted


def test_it_lists_every_decision() -> None:
    files = {path.name for path in (ROOT / "docs" / "decisions").glob("0*.md")}
    assert files == set(re.findall(r"\((0[\w-]+\.md)\)", text("docs/decisions/README.md")))


@pytest.mark.parametrize("name", documents())
def test_it_links_to_what_exists(name: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`]*`", "code", text(name), flags=re.DOTALL))
    broken = [link for link in links if not link.startswith(ELSEWHERE) and not leads_somewhere(name, link)]
    assert not broken


def leads_somewhere(name: str, link: str) -> bool:
    path, _, anchor = unquote(link).partition("#")
    target = (ROOT / name).parent / path if path else ROOT / name
    if not target.exists():
        return False
    return not anchor or anchor in {slug(line) for line in target.read_text(encoding="utf-8").splitlines()}


def slug(line: str) -> str | None:
    """The anchor of a heading, as it is made on the web."""
    if not line.startswith("#"):
        return None
    return re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
