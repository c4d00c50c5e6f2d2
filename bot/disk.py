"""Where Linli keeps things on this machine: how much room is left there, and how old the newest backup is."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.backup.making import made_before

from .settings import Settings

_WHEN = re.compile(r"\d{8}T\d{6}Z")


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


def newest_backup_at(folder: Path) -> datetime | None:
    """When the newest backup in a folder was made, by its name; None where there is none, or no folder to look into."""
    try:
        made = made_before(folder)
    except OSError:
        return None
    found = _WHEN.search(made[0].name) if made else None
    return None if found is None else datetime.strptime(found[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
