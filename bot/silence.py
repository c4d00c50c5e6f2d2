"""For how long something that ought to answer has not answered."""

import time
from collections.abc import Callable


class Silence:
    """Begins with the first call that brings no answer and ends with the next answer; monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: float | None = None

    def broken(self) -> None:
        """It answered."""
        self._since = None

    def goes_on(self) -> None:
        """It did not answer."""
        if self._since is None:
            self._since = self._clock()

    @property
    def seconds(self) -> float:
        """How long it has lasted; 0 while there is none."""
        return 0.0 if self._since is None else self._clock() - self._since
