"""What one repetition gives, and the circumstances under which it is taken."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .rehearsal import Rehearsal, rehearse

MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it has a name nobody can guess


@dataclass
class Sample:
    """One repetition: figures of the table, and what each contender did, by its name."""

    figures: dict[str, float] = field(default_factory=dict)
    runs: dict[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass
class Stage:
    """One run of the whole benchmark. `is_quick` makes everything small: it shows that it works, not how fast it is."""

    folder: Path
    is_quick: bool = False
    _rehearsal: Rehearsal | None = None

    def many(self, full: int, quick: int) -> int:
        """How many of something."""
        return quick if self.is_quick else full

    async def rehearsal(self) -> Rehearsal:
        """What Linli does at each message of a report; seen once a run."""
        if self._rehearsal is None:
            with self.fresh() as folder:
                self._rehearsal = await rehearse(folder)
        return self._rehearsal

    @contextmanager
    def fresh(self, *, in_memory: bool = False) -> Iterator[Path]:
        """An empty folder for one contender, on the disk or, where the machine has such a place, in memory."""
        with tempfile.TemporaryDirectory(dir=MEMORY if in_memory and MEMORY.exists() else self.folder) as folder:
            yield Path(folder)
