"""Writes the parts of pages that follow from the code, so that they cannot go out of date: `make docs`.

A page holds `<!-- made: NAME -->` and `<!-- end -->`; what lies between is written here. The pages of screens are made
as a whole, by playing every flow (`docs/screens/`). A test fails when a page differs from what the code says today.
"""

import asyncio
import csv
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import files, metadata
from pathlib import Path
from typing import Any

from docs import city, watching
from docs.screens import chapters
from storage.rules import notices
from storage.rules.chains import Rule, format_chain, parse_chain
from storage.rules.lifecycle import OPEN, State, diagram, events_from
from storage.rules.personal import TABLES, Sort
from storage.rules.retention import RULES
from storage.rules.routing import Need, pick_rule

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

USED_FOR: Mapping[str, str] = {
    "python-telegram-bot": "handlers, filters and typed updates",
    "sqlalchemy": "tables and statements for both engines",
    "aiosqlite": "SQLite",
    "asyncpg": "PostgreSQL",
    "alembic": "changes of the schema",
    "apscheduler": "the tick of the clock",
    "pydantic": "drafts of conversations, rows of an import",
    "pydantic-settings": "settings",
    "aiohttp": "calls to Telegram, the web endpoint, the simulator",
    "orjson": "JSON",
    "jinja2": "texts",
    "click": "the command line",
    "holidays": "China's working days",
    "icalendar": "calendar files of bookings",
    "openpyxl": "workbooks",
    "segno": "QR codes",
    "reportlab": "posters, cards and sheets as PDF",
    "pillow": "posters as pictures",
    "pypinyin": "words typed by their sound",
    "rapidfuzz": "misspelt words",
    "prometheus-client": "figures for those who watch",
    "cryptography": "encrypted backups",
    "pyrage": "another program's eye on encrypted backups",
    "pytest": "tests",
    "pytest-asyncio": "tests",
    "pytest-xdist": "tests side by side",
    "hypothesis": "tests with made-up data",
    "ruff": "format and lint",
    "mypy": "types",
    "import-linter": "which room may import which",
    "axe-playwright-python": "brings axe-core (MPL-2.0), which tests whether everybody can use the page",
    "chinesecalendar": "another program's eye on official working days",
    "playwright": "tests and pictures of the page in a browser",
    "pypdf": "another program's eye on PDFs",
    "pyyaml": "tests of compose.yaml and of the alert rules",
    "starlette": "a bot of others in the tests of the simulator",
    "types-pyyaml": "types of pyyaml",
    "uvicorn": "a bot of others in the tests of the simulator",
}


def pages() -> dict[Path, str]:
    """Every page that has such a part, as it should be. Raises KeyError for a name that nobody writes."""
    found = {}
    for path in sorted((ROOT / "docs").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        made = _BLOCK.sub(lambda match: f"{match[1]}\n{_PARTS[match[2]]()}\n\n{match[3]}", text)
        if _BLOCK.search(text):
            found[path] = made
    return found


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def life() -> str:
    """The transition table as a diagram."""
    return f"```mermaid\n{diagram()}```"


def notice_life() -> str:
    """The same for a notice."""
    return f"```mermaid\n{notices.diagram()}```"


def legal() -> str:
    """What may happen in each state."""
    rows = [
        (
            f"`{state.value}`",
            "yes" if state in OPEN else "no",
            ", ".join(sorted(one.value for one in events_from(state))),
        )
        for state in State
    ]
    return table(("state", "open", "events"), rows)


def kinds() -> str:
    """The sample's kinds with their limits and the chain that the routing rules give them."""
    return table(("kind", "name", "answer", "finish", "needs", "who is asked, in order"), _kinds())


def _kinds() -> Iterator[Sequence[str]]:
    rules = _rules()
    for row in _sheet("kinds"):
        kind = row["code"]
        need = Need(kind, frozenset(), is_danger=kind == "danger", is_confidential=row["is_confidential"] == "yes")
        marks = {"place": "needs_place", "photo": "needs_proof", "confidence": "is_confidential"}
        needs = ", ".join(name for name, column in marks.items() if row[column] == "yes")
        chain = format_chain(pick_rule(rules, need).chain)
        yield f"`{kind}`", f"{row['emoji']} {row['name']} {row['name_en']}", row["answer"], row["finish"], needs, chain


def _rules() -> list[Rule]:
    """The sample's rules that hold everywhere."""
    danger = {"yes": True, "no": False}
    return [
        Rule(
            row["code"],
            int(row["position"]),
            frozenset(row["kinds"].split()) or None,
            None,
            danger.get(row["is_danger"]),
            parse_chain(row["chain"]),
        )
        for row in _sheet("routing")
        if not row["place"]
    ]


def _sheet(name: str) -> list[dict[str, str]]:
    with (ROOT / "sample" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def licences_to_run() -> str:
    """The packages a running bot needs."""
    return _licences(_project()["dependencies"])


def licences_to_develop() -> str:
    """The packages the checks need beside those."""
    return _licences(_project()["optional-dependencies"]["dev"])


def _licences(requirements: Iterable[str]) -> str:
    names = [re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0] for one in requirements]
    return table(("package", "for", "licence"), [(name, USED_FOR[name], licence_of(name)) for name in names])


def licence_of(package: str) -> str:
    """What an installed package says its licence is."""
    known = metadata(package)
    if known["License-Expression"]:
        return str(known["License-Expression"])
    classified = [one.rpartition(" :: ")[2] for one in known.get_all("Classifier") or [] if one.startswith("License")]
    return ", ".join(classified) or str(known["License"] or _licence_file(package)).splitlines()[0]


def _licence_file(package: str) -> str:
    """The licence that lies beside a package whose description does not name it."""
    name = metadata(package)["License-File"]
    return next(file.read_text(encoding="utf-8") for file in files(package) or () if file.name == name)


def scenarios() -> str:
    """What may go wrong, with the tests that try it. Raises LookupError for a test that is not there."""
    groups = tomllib.loads((ROOT / "docs" / "scenarios.toml").read_text(encoding="utf-8"))["group"]
    return "\n\n".join(f"### {group['name']}\n\n{_scenarios(group['scenario'])}" for group in groups)


def _scenarios(listed: Iterable[Mapping[str, Any]]) -> str:
    rows = [(str(one["number"]), one["words"], "<br>".join(map(_test, one.get("tests", ())))) for one in listed]
    return table(("", "scenario", "tried in"), rows)


def _test(where: str) -> str:
    """A link to a test, by its file and, if one is named, its function."""
    path, _, name = where.partition("::")
    if not re.search(
        rf"^ *(async )?def {name or 'test_'}", (ROOT / "tests" / path).read_text(encoding="utf-8"), re.MULTILINE
    ):
        raise LookupError(f"no test {where}")
    words = re.sub(r"^test_(\d+_)?", "", name).replace("_", " ") if name else path
    return f"[{words}](../tests/{path})"


def retention() -> str:
    """How long what is kept, and why."""
    rows = [
        (
            f"`{rule.table}`",
            rule.what,
            rule.does.value,
            f"{rule.after.days} days after {rule.counted_from}" + (" (chosen)" if rule.chosen else ""),
            rule.because,
        )
        for rule in RULES.values()
    ]
    return table(("table", "what", "is", "when", "because"), rows)


def personal() -> str:
    """What each table may say of people, and what deletion does to it."""
    return table(("table", "identity", "words", "points to people", "at deletion"), _personal())


def _personal() -> Iterator[Sequence[str]]:
    for name, one in TABLES.items():
        cells = [_names(one.of(sort)) for sort in (Sort.IDENTITY, Sort.WORDS, Sort.PERSON)]
        yield f"`{name}`", *cells, one.reach.value.replace("_", " ")


def _names(columns: Iterable[str]) -> str:
    return ", ".join(sorted(columns)) or "–"


def _project() -> dict[str, dict[str, list[str]]]:
    project: dict[str, dict[str, list[str]]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    return project


_PARTS: Mapping[str, Callable[[], str]] = {
    "life": life,
    "legal": legal,
    "notice_life": notice_life,
    "kinds": kinds,
    "scenarios": scenarios,
    "retention": retention,
    "personal": personal,
    "licences_to_run": licences_to_run,
    "licences_to_develop": licences_to_develop,
    "metrics": lambda: table(watching.METRICS_HEAD, watching.metrics()),
    "looks": lambda: table(watching.LOOKS_HEAD, watching.looks()),
    "alerts": lambda: table(watching.ALERTS_HEAD, watching.alerts()),
    "city_load": lambda: table(("", "reckoned", "result"), city.load()),
    "city_broadcasts": lambda: table(("bots", "reckoned", "everybody has it after"), city.broadcasts()),
    "city_splits": lambda: table(city.SPLIT_HEAD, city.splits()),
    "city_storage": lambda: table(city.STORAGE_HEAD, city.storage()),
    "city_totals": lambda: table(("", "reckoned", "result"), city.totals()),
    "sizing": lambda: table(city.SIZING_HEAD, city.sizing()),
    "sizing_zh": lambda: table(city.SIZING_HEAD_ZH, city.sizing()),
    "city_history": lambda: city.statements("history_by_month.sql"),
    "city_archive": lambda: city.statements("city_archive.sql"),
    "city_night": lambda: city.statements("city_night.sql"),
}


def main() -> None:
    """Write every page anew."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    asyncio.run(chapters.write())


if __name__ == "__main__":
    main()
