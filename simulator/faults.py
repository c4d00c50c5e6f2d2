"""Trouble on purpose: faults that hit the next calls which fit, each for a number of times.

A fault meets a call before it is processed (delay, error, flood, cut, hang) or after it (drop: the call
took effect and the answer is lost). Webhook deliveries are met under the method name `webhook`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from simulator.errors import ApiError, too_many_requests
from simulator.spec import Json


class FaultKind(StrEnum):
    """What goes wrong."""

    DELAY = "delay"  # processed `seconds` later
    ERROR = "error"  # answered with `code`, not processed
    FLOOD = "flood"  # answered 429, come again in `seconds`, not processed
    CUT = "cut"  # connection cut, not processed
    DROP = "drop"  # processed, connection cut before the answer
    HANG = "hang"  # not processed, no answer for `seconds`, then cut
    HANG_AFTER = "hang_after"  # processed, no answer for `seconds`, then cut


CUTTING = frozenset({FaultKind.CUT, FaultKind.HANG, FaultKind.ERROR})
AFTER = frozenset({FaultKind.DROP, FaultKind.HANG_AFTER})


class ConnectionCutError(Exception):
    """The connection is to be cut without an answer."""


@dataclass(slots=True)
class Fault:
    """One fault: what, for whom (`method` may hold `*`), and how often; `count` None is "until cleared"."""

    id: int
    kind: FaultKind
    method: str | None = None
    chat_id: int | None = None
    count: int | None = 1
    seconds: float = 1.0
    code: int = 502
    hits: int = 0

    def fits(self, method: str, chat_id: Any) -> bool:
        """Say whether the fault means this call."""
        if self.method is not None and not fnmatchcase(method, self.method):
            return False
        return self.chat_id is None or str(self.chat_id) == str(chat_id)

    def shown(self) -> Json:
        """Return the fault for the user-side interface."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "method": self.method,
            "chat_id": self.chat_id,
            "count": self.count,
            "seconds": self.seconds,
            "code": self.code,
            "hits": self.hits,
        }

    async def before(self) -> None:
        """Do what happens before a call is processed; raise what ends it."""
        if self.kind is FaultKind.ERROR:
            raise ApiError(self.code, "Internal Server Error" if self.code == 500 else "Bad Gateway")
        if self.kind is FaultKind.FLOOD:
            raise too_many_requests(max(1, round(self.seconds)))
        if self.kind in {FaultKind.DELAY, FaultKind.HANG}:
            await asyncio.sleep(self.seconds)
        if self.kind in {FaultKind.CUT, FaultKind.HANG}:
            raise ConnectionCutError

    async def after(self) -> None:
        """Do what happens when the call has taken effect."""
        if self.kind is FaultKind.HANG_AFTER:
            await asyncio.sleep(self.seconds)
        if self.kind in AFTER:
            raise ConnectionCutError


class Faults:
    """The faults that wait for their calls."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self.on_change: Callable[[], None] | None = None
        self._last_id = 0

    def add(self, kind: FaultKind | str, **about: Any) -> Fault:
        """Arm a fault: `method`, `chat_id`, `count` (None: until cleared), `seconds`, `code`."""
        self._last_id += 1
        fault = Fault(self._last_id, FaultKind(kind), **about)
        self.active.append(fault)
        self._changed()
        return fault

    def pick(self, method: str, chat_id: Any = None) -> Fault | None:
        """Return the first fault that means this call, and count it."""
        for fault in self.active:
            if fault.fits(method, chat_id):
                fault.hits += 1
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self.active.remove(fault)
                        self._changed()
                return fault
        return None

    def remove(self, fault_id: int) -> None:
        """Disarm one fault."""
        self.active = [fault for fault in self.active if fault.id != fault_id]
        self._changed()

    def clear(self) -> None:
        """Disarm all."""
        self.active = []
        self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()
