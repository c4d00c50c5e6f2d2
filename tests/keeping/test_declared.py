"""What is kept is declared: every column has its sort, every table its reach, every rule its table and its reason."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from storage.keeping import clearing, erasing, nightly
from storage.rules import retention
from storage.rules.personal import TABLES, Reach, Sort
from storage.rules.retention import RULES, Periods, cutoff, next_night
from storage.schema import metadata

PERSONAL = (Sort.PERSON, Sort.IDENTITY, Sort.WORDS, Sort.PLACE)
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", [table.name for table in metadata.sorted_tables])
def test_it_knows_what_every_column_may_say(name: str) -> None:
    assert set(TABLES[name].columns) == {column.name for column in metadata.tables[name].c}


def test_it_declares_no_table_that_is_not_there() -> None:
    assert set(TABLES) == set(metadata.tables)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_it_reaches_every_table_in_which_somebody_is_named(name: str) -> None:
    declared = TABLES[name]
    if declared.of(*PERSONAL):
        assert declared.reach is not Reach.NOTHING
    if declared.of(Sort.IDENTITY, Sort.WORDS):
        assert declared.reach is not Reach.POINTS
    assert bool(declared.by) == (declared.reach in {Reach.EMPTIED, Reach.DELETED})
    assert set(declared.by) <= {*declared.columns}


@pytest.mark.parametrize("name", sorted(name for name, one in TABLES.items() if one.reach is Reach.SEARCHED))
def test_it_has_a_step_for_every_table_that_is_searched(name: str) -> None:
    assert name in {step.table for step in erasing.STEPS}


def test_it_empties_what_is_said_and_leaves_what_is_counted() -> None:
    emptied = clearing.emptied("ticket")
    assert {"words", "room", "spot", "caller_phone", "latitude", "rating_words"} <= set(emptied)
    assert not {"kind", "place_id", "stars", "created_at", "closed_at", "assignee_id"} & set(emptied)


def test_it_carries_out_every_rule() -> None:
    carried = {walk.rule for walk in nightly.WALKS} | {"update", "set_aside"}
    assert carried == set(RULES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_it_gives_every_rule_a_table_a_period_and_a_reason(name: str) -> None:
    rule = RULES[name]
    assert rule.table in metadata.tables
    assert rule.period(Periods()) == rule.after >= timedelta(days=1)
    assert rule.because


def test_it_lets_a_community_choose_two_periods() -> None:
    chosen = Periods(matters=timedelta(days=180), audit=timedelta(days=365))
    assert NOW - cutoff("matter", chosen, NOW) == timedelta(days=180)
    assert NOW - cutoff("audit", chosen, NOW) == timedelta(days=365)
    assert NOW - cutoff("message", chosen, NOW) == timedelta(days=30)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York"])
def test_it_begins_at_night_wherever_it_is(zone: str) -> None:
    at = next_night(NOW, ZoneInfo(zone))
    assert at.astimezone(ZoneInfo(zone)).time() == retention.NIGHT
    assert timedelta() < at - NOW <= timedelta(days=1)


def test_it_explains_every_rule_and_table_to_people() -> None:
    page = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert {f"`{name}`" for name in TABLES} <= set(re.findall(r"`\w+`", page))
