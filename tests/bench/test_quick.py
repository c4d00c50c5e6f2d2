"""Every measurement once, as small as it goes: the benchmark must not rot. How fast anything is, is not asked."""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.families import FAMILIES, Family, chosen
from bench.figures import by_key
from bench.sample import Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """One for all: the rehearsal is held once."""
    with tempfile.TemporaryDirectory() as folder:
        yield Stage(Path(folder), is_quick=True)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.measure.__name__)
async def test_it_measures(family: Family, stage: Stage) -> None:
    sample = await family.measure(stage)
    assert set(sample.figures) == set(family.keys)
    assert all(math.isfinite(value) and value > 0 for value in sample.figures.values())


def test_it_measures_only_what_is_asked_for() -> None:
    assert [family.keys for family in chosen(["throughput_50ms_vs_ptb"])] == [("throughput_50ms_vs_ptb",)]
    with pytest.raises(ValueError, match="no such figure: speed"):
        chosen(["speed"])


def test_every_figure_has_one_measurement() -> None:
    keys = [key for family in FAMILIES for key in family.keys]
    assert len(keys) == len(set(keys))
    assert set(keys) == set(by_key())
