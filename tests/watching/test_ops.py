"""The dashboard, the alerts and the page about them: every figure they name is one that a running bot shows."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.metrics import Metrics
from bot.scrape import Scrape
from tests.docs.test_docs import slug
from tests.faults.test_coming_in import report
from tests.town import Town

ROOT = Path(__file__).parents[2]
ALERTS, DASHBOARD, PAGE = "ops/prometheus/alerts.yml", "ops/grafana/linli.json", "docs/operations.md"
NAME = re.compile(r"\b(?:linli|process)_[a-z0-9_]+")
LABELS = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"|by \(([^)]*)\)|\{\{ ?(?:\$labels\.)?(\w+) ?\}\}")
OF_PROMETHEUS = {"job", "instance", "le"}
SECONDS = re.compile(r"\d+(s|m|h|d)")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(text(ALERTS))["groups"] for rule in group["rules"]]


@cache
def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text(DASHBOARD))["panels"]
    return found


def questions() -> Iterator[tuple[str, str]]:
    """Every query, with what is written about its labels."""
    for rule in rules():
        yield rule["expr"], " ".join(rule["annotations"].values())
    for panel in panels():
        for target in panel.get("targets", ()):
            yield target["expr"], target["legendFormat"]


async def shown(town: Town) -> set[str]:
    """The names of all samples of a bot that has worked a little."""
    await report(town)
    answer = await Scrape(town.app).answer()
    assert isinstance(answer.body, bytes)
    return set(re.findall(r"^(\w+?)(?:\{| )", answer.body.decode(), re.MULTILINE))


async def test_it_shows_every_figure_that_is_asked_for(town: Town) -> None:
    asked = {name for query, _ in questions() for name in NAME.findall(query)}
    declared = {name for name, *_ in Metrics().described()}
    there = await shown(town)
    assert len(asked) > 30
    assert asked - there - declared == set()
    assert all(name.startswith(("process_", "linli_")) for name in there)


async def test_it_asks_for_every_figure_somewhere() -> None:
    asked = " ".join(query for query, _ in questions())
    unwatched = {name for name, *_ in Metrics().described() if name not in asked}
    assert unwatched == {"linli_last_tick_timestamp_seconds"}  # for those who graph it; tick_age is what rings


def test_it_asks_only_for_labels_that_exist() -> None:
    known = OF_PROMETHEUS | {label for labels in Metrics().labels.values() for label in labels}
    for query, about in questions():
        used = {one.strip() for found in LABELS.findall(f"{query} {about}") for one in ",".join(found).split(",")}
        assert used - {""} <= known, query


def test_it_has_rules_that_prometheus_understands() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) > 20
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert SECONDS.fullmatch(rule.get("for", "0m"))
        assert rule["expr"].count("(") == rule["expr"].count(")")
        assert rule["annotations"]["description"].rstrip().endswith(".")


def test_it_says_of_every_alert_what_to_do() -> None:
    for rule in rules():
        page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert page == PAGE
        assert anchor in {slug(line) for line in text(PAGE).splitlines()}, rule["alert"]


@pytest.mark.parametrize("field", ["id", "title"])
def test_it_has_a_dashboard_whose_panels_can_be_told_apart(field: str) -> None:
    found = [panel[field] for panel in panels()]
    assert len(found) == len(set(found))


def test_it_has_a_dashboard_that_hangs_on_no_server_of_ours() -> None:
    assert {panel["datasource"]["uid"] for panel in panels() if panel["type"] != "row"} == {"${datasource}"}
    for panel in panels():
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        assert panel["type"] == "row" or panel["targets"]


def test_it_has_an_example_for_prometheus() -> None:
    example = yaml.safe_load(text("ops/prometheus/prometheus.yml"))
    assert example["rule_files"] == ["alerts.yml"]
    assert [job["job_name"] for job in example["scrape_configs"]] == ["linli"]
