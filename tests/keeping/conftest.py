"""These tests move the clock by years; ids, which never go back within a process, begin anew for each of them."""

from collections.abc import Iterator

import pytest

from storage import ids


@pytest.fixture(autouse=True)
def _ids_of_their_own() -> Iterator[None]:
    ids._last[0] = 0
    yield
    ids._last[0] = 0
