"""The logs: what they hold in both forms, and what they refuse to hold, whoever writes it."""

import ast
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bot.logs import FIELDS, ROOMS, JsonLines, TextLines
from tests.screens import program

TOKEN = "7000000001:SIMULATED-bot-token-0000000000000000"
JSON, TEXT = JsonLines("here:1"), TextLines()


def record(name: str, words: str, *args: Any, error: BaseException | None = None) -> logging.LogRecord:
    raised = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord(name, logging.WARNING, __file__, 1, words, args, raised)


def line(name: str, words: str, *args: Any, error: BaseException | None = None) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(JSON.format(record(name, words, *args, error=error)))
    return made


def a_surprise() -> BaseException:
    try:
        logs_know_nothing_of("王阿姨 13800138000")
    except KeyError as error:
        return error
    raise AssertionError


def logs_know_nothing_of(words: str) -> None:
    raise KeyError(words)


def test_it_writes_one_object_with_its_fields() -> None:
    about = {"update": 41, "try": 2, "error": "KeyError at handlers/entry.py:12"}
    made = line("bot.lanes", "update %(update)s failed (try %(try)s): %(error)s", about)
    assert made["event"] == "update 41 failed (try 2): KeyError at handlers/entry.py:12"
    assert (made["update"], made["try"], made["replica"]) == (41, 2, "here:1")
    assert (made["level"], made["where"]) == ("WARNING", "bot.lanes")
    assert made["time"].endswith("+00:00")


def test_it_refuses_fields_it_does_not_know() -> None:
    made = line("bot.lanes", "update %(update)s", {"update": 1, "name": "Rosa", "phone": 13800138000})
    assert made["refused"] == ["name", "phone"]
    assert "Rosa" not in json.dumps(made)
    assert "13800138000" not in json.dumps(made)


@pytest.mark.parametrize(
    "secret",
    [TOKEN, f"http://127.0.0.1/bot{TOKEN}/getMe", "13800138000", "+86 138 0013 8000", "王阿姨", "postgresql://a:b@c/d"],
)
def test_it_blots_out_what_nobody_may_read(secret: str) -> None:
    given = record("bot.delivery", "it says %(error)s", {"error": secret})
    for shown in (JSON.format(given), TEXT.format(given)):
        assert "***" in shown
        assert TOKEN.partition(":")[2] not in shown
        assert secret not in shown


def test_it_keeps_ids_that_are_longer_than_a_telephone() -> None:
    assert line("bot.delivery", "row %(row)s", {"row": 386_138_001_380_001_234})["event"] == "row 386138001380001234"


def test_it_shows_an_error_without_what_it_says() -> None:
    error = a_surprise()
    given = record("scheduler.ticking", "reminder failed", error=error)
    for shown in (JSON.format(given), TEXT.format(given)):
        assert "KeyError" in shown
        assert "138" not in shown
    assert line("bot.app", "x", error=error)["passed"][-1].startswith("tests/watching/test_logs.py:")


def test_it_writes_only_the_pattern_of_what_a_library_says() -> None:
    made = line("asyncio", "Task exception was never retrieved\nfuture: <Task ValueError('Rosa')>")
    assert made["event"] == "Task exception was never retrieved"
    assert "Rosa" not in json.dumps(line("telegram.ext", "cannot parse %s", "Rosa"))


def test_it_stays_one_line_whatever_is_said() -> None:
    given = record("bot.app", "it says %(error)s", {"error": "one\ntwo\x1b[31m" + "x" * 2000})
    for shown in (JSON.format(given), TEXT.format(given)):
        assert "\n" not in shown
        assert "\x1b" not in shown
        assert len(shown) < 1400


def test_it_lets_libraries_speak_from_warnings_on() -> None:
    asked = [sys.executable, "-c", "import logging; from bot.logs import set_up; set_up('DEBUG', 'json')"]
    asked[-1] += "; logging.getLogger('httpx').info('url'); logging.getLogger('bot.app').debug('here')"
    shown = program_of(asked)
    assert [json.loads(one)["event"] for one in shown] == ["here"]


def program_of(asked: list[str]) -> list[str]:
    return subprocess.run(asked, capture_output=True, text=True, check=True).stderr.splitlines()


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a logger in the rooms."""
    for path, tree in program.modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id == "log":
                    yield f"{path}:{node.lineno}", node


def test_it_is_given_only_fields_it_knows() -> None:
    """A pattern takes its values by name, and every name is on the list: `%s` would not say what it holds."""
    calls = list(log_calls())
    patterns = {
        where: part.value
        for where, call in calls
        for part in call.args
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    assert len(patterns) == len(calls) > 15
    assert {where for where, text in patterns.items() if re.search(r"%[^(%]", text)} == set()
    assert {name for text in patterns.values() for name in re.findall(r"%\((\w+)\)", text)} <= FIELDS
    assert set(ROOMS) == set(program.ROOMS)
