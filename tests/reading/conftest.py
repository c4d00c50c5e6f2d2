"""One reader for all tests of the reading: its word lists are compiled once."""

import pytest

from handlers.reading import LexiconReader


@pytest.fixture(scope="session")
def reader() -> LexiconReader:
    return LexiconReader()
