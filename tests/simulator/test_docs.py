"""The table of what is simulated is true."""

import re
from pathlib import Path

import simulator
from simulator import wiring
from simulator.methods import METHODS
from simulator.spec import spec

TEXT = (Path(simulator.__file__).parents[1] / "docs" / "simulator.md").read_text()


def test_it_lists_exactly_the_methods_there_are() -> None:
    table = TEXT.split("## What is simulated")[1].split("| rule | how |")[0]
    named = {each for each in re.findall(r"`(\w+)`", table) if each in spec().methods}
    assert named == METHODS.keys()


def test_it_lists_every_address() -> None:
    listed = {(verb, path) for verb, path in re.findall(r"(GET|POST|PATCH|DELETE) (/sim/[\w/{}]+)", TEXT)}
    missing = [each for each in wiring.ROUTES.addresses() if each not in listed]
    assert not missing
