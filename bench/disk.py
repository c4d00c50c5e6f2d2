"""How long the disk itself takes, in the very seconds in which something is measured that waits for it."""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PAUSE_SECONDS = 0.05
BYTES, WRAP = b"\0" * 16_384, 4_000_000


@contextmanager
def watched(folder: Path) -> Iterator[list[float]]:
    """The seconds of each `fsync` of a little file beside what is measured, some twenty a second, until the end."""
    waits: list[float] = []
    is_over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(folder / "disk-watch", waits, is_over))
    watcher.start()
    try:
        yield waits
    finally:
        is_over.set()
        watcher.join()


def spread(waits: list[float]) -> Mapping[str, float]:
    """In milliseconds."""
    ranked = sorted(waits)
    return {
        "fsync_p50_ms": ranked[len(ranked) // 2] * 1000,
        "fsync_p99_ms": ranked[int(len(ranked) * 0.99)] * 1000,
        "fsync_max_ms": ranked[-1] * 1000,
    }


def _watch(path: Path, waits: list[float], is_over: threading.Event) -> None:
    with path.open("wb", buffering=0) as file:
        while not is_over.wait(PAUSE_SECONDS):
            if file.tell() > WRAP:
                file.seek(0)
            file.write(BYTES)
            began_at = time.perf_counter()
            os.fsync(file.fileno())
            waits.append(time.perf_counter() - began_at)
    path.unlink()
