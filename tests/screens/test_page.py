"""The page of screens: as the bot is today, every flow played to its end, and every text that can come into a chat."""

import pytest

from bot.texts import LANGUAGES
from docs.screens import rare
from docs.screens.chapters import PATHS, play, written


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_shows_every_screen_as_it_is(language: str) -> None:
    played = await play(language)
    assert written(played, language) == PATHS[language].read_text(encoding="utf-8"), "run `make docs`"
    assert sorted(rare.messages() - played.pictured - set(rare.LINES)) == [], "give it a place in docs/screens/"
    assert sorted(set(rare.LINES) & played.pictured) == [], "a chapter shows it already"
