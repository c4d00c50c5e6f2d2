"""Fixtures that everybody uses: a town with its people at their phones, on a fresh database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .town import Town, a_town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """The sample community on SQLite, Monday 09:30."""
    async with a_town(tmp_path, f"sqlite:///{tmp_path}/linli.sqlite3") as made:
        yield made
