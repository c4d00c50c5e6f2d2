"""A bot under test as a process of its own: started, watched from outside, stopped."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 15
ROOT = Path(__file__).parent.parent


class Process:
    """One running program of ours."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def until(self, event: asyncio.Event) -> None:
        """Wait for something that it brings about. Raises RuntimeError when it dies before."""
        waiting = asyncio.ensure_future(event.wait())
        dying = asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait({waiting, dying}, return_when=asyncio.FIRST_COMPLETED)
            if not event.is_set():
                raise RuntimeError(f"the process ended with {self._process.returncode}")
        finally:
            waiting.cancel()
            dying.cancel()

    def processor_seconds(self) -> float:
        """Seconds of processor time since it was started, its threads included."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self) -> float:
        """Its resident memory in MiB."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    async def stop(self) -> None:
        """End it kindly, then not."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@contextlib.asynccontextmanager
async def started(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> AsyncIterator[Process]:
    """Run `python ARGUMENTS` with nothing of the caller's Linli settings; it is stopped at the end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    process = Process(
        await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=ROOT, env={**kept, "PYTHONPATH": str(ROOT), **(environment or {})}
        )
    )
    try:
        yield process
    finally:
        await process.stop()
