"""How much room the disks have on which Linli keeps things."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .settings import Settings


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes of a file system."""

    free: int
    total: int

    @property
    def ratio(self) -> float:
        """The part of it that is free, from 0 to 1."""
        return self.free / self.total if self.total else 0.0


def folders(settings: Settings) -> Mapping[str, Path]:
    """What is kept where: `media`, and `database` where that is a file of this machine."""
    file = file_of(settings)
    return {"media": settings.media_path} | ({} if file is None else {"database": file.parent})


def file_of(settings: Settings) -> Path | None:
    """The database's file, where it is one."""
    scheme, _, path = settings.database_url.partition(":///")
    return Path(path) if scheme.startswith("sqlite") and path else None


def space_of(folder: Path) -> Space:
    """The room where a folder is or will be. Raises OSError when that cannot be told."""
    path = folder.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    usage = shutil.disk_usage(path)
    return Space(usage.free, usage.total)
