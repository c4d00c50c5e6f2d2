"""The page of screens: as the bot is today, every flow played to its end, and every text that can come into a chat."""

from collections.abc import Iterator, Mapping

import pytest

from bot.texts import LANGUAGES
from docs.screens import rare
from docs.screens.chapters import PATHS, Played, play, written

from .test_plain import width

pytestmark = pytest.mark.slow

WIDEST_IN_ROW: Mapping[int, float] = {2: 10, 3: 6, 4: 4.5}
"""How wide one of so many labels side by side may be on a small telephone, in Chinese characters: two lines at most."""


def crowded(played: Played) -> Iterator[str]:
    """The labels that find no room beside their neighbours."""
    for shot in (shot for shots in played.shots for shot in shots):
        rows = [row for bubble in shot.bubbles for row in bubble.rows] + list(shot.keyboard or ())
        for row in rows:
            yield from (label for label in row if width(label) > WIDEST_IN_ROW.get(len(row), 100))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_shows_every_screen_as_it_is(language: str) -> None:
    played = await play(language)
    assert written(played, language) == PATHS[language].read_text(encoding="utf-8"), "run `make docs`"
    assert sorted(rare.messages() - played.pictured - set(rare.LINES)) == [], "give it a place in docs/screens/"
    assert set(crowded(played)) == set()
    assert sorted(set(rare.LINES) & played.pictured) == [], "a chapter shows it already"
