"""Some days of the soak on every setup; thirty are `make chaos`."""

from random import Random

import pytest

from .run import SETUPS, Setup, run
from .soak import Size, moments_of, shares
from .troubles import TROUBLES, plan

SHORT = Size(days=2, tickets=160, troubles=10)


@pytest.mark.slow
@pytest.mark.parametrize("setup", SETUPS, ids=str)
async def test_it_lives_through_days_with_trouble(setup: Setup) -> None:
    result = await run(7, SHORT, print, setup)
    assert result.violations == []
    assert result.tickets > SHORT.tickets * 0.8
    assert result.troubles == SHORT.troubles


def test_it_tries_every_trouble_in_thirty_days() -> None:
    size = Size()
    for seed in range(20):
        names = plan(Random(seed), size.troubles)  # noqa: S311 - replays, no secret
        assert set(names) == set(TROUBLES)
    assert size.troubles >= 40


def test_it_spreads_all_reports_over_the_days() -> None:
    size = Size()
    moments = moments_of(size.days)
    assert (moments[-1].date() - moments[0].date()).days == 29
    assert sum(shares(moments, size.tickets)) == pytest.approx(size.tickets)
