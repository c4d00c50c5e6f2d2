"""The table of what is simulated is true."""

import re
from pathlib import Path

import simulator
from simulator import wiring
from simulator.methods import METHODS
from simulator.spec import spec

HERE = Path(__file__).parent
TEXT = (Path(simulator.__file__).parents[1] / "docs" / "simulator.md").read_text()
SIMULATED = TEXT.split("## What is simulated")[1]


def test_it_lists_exactly_the_methods_there_are() -> None:
    table = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|[^|]+\|[^|]*\|$", SIMULATED, re.MULTILINE)
    named = [each for row in table for each in re.findall(r"\w+", row)]
    assert sorted(named) == sorted(METHODS)
    assert METHODS.keys() <= spec().methods.keys()


def test_it_tries_every_method() -> None:
    tried = "\n".join(file.read_text() for file in HERE.glob("test_*.py"))
    in_snake = {name: re.sub(r"([A-Z])", lambda capital: f"_{capital[1].lower()}", name) for name in METHODS}
    assert [name for name, snake in in_snake.items() if f'"{name}"' not in tried and f"bot.{snake}(" not in tried] == []


def test_it_names_tests_that_there_are() -> None:
    named = set(re.findall(r"`(test_it_\w+)`", SIMULATED))
    there = {name for file in HERE.glob("test_*.py") for name in re.findall(r"def (test_it_\w+)", file.read_text())}
    assert named - there == set()
    assert len(named) > 50


def test_it_lists_every_address() -> None:
    listed = {(verb, path) for verb, path in re.findall(r"(GET|POST|PATCH|DELETE) (/sim/[\w/{}]+)", TEXT)}
    missing = [each for each in wiring.ROUTES.addresses() if each not in listed]
    assert not missing
