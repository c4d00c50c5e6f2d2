"""Logs without personal data: what happened and to which row, never who or what was said.

Two forms of the same lines: text for a terminal, and JSON, one object a line, for what collects logs. It is not left to
the caller's care. Only named fields that `FIELDS` knows become part of a line; an error is shown by its kind and the
places it passed through, never by its message; of what libraries say only the pattern is written, not what fills it;
and whatever looks like a token, a telephone number, an address with a password or words of people is blotted out.
"""

import logging
import os
import re
import socket
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from traceback import walk_tb
from typing import Any

import orjson

from .failures import ROOT, where

ROOMS = ("bot", "handlers", "scheduler", "storage")
FIELDS = frozenset(
    {
        *("update", "row", "ticket", "reminder", "attachment", "notice", "lease", "shard", "other"),  # ids
        *("kind", "loop", "error", "status", "posts", "table", "setting"),  # words of ours
        *("try", "count", "seconds", "bytes", "shards", "all"),  # numbers
    }
)
"""What a line may hold. Row ids, update ids, kinds and numbers; nothing that is anybody's."""

_BLOT = "***"
_SECRETS = re.compile(
    r"(?:bot)?\d{5,}:[A-Za-z0-9_-]{20,}"  # a token
    r"|(?<=://)[^/@\s]+(?=@)"  # a user and a password in an address
    r"|(?<![\d])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"  # a Chinese telephone
    r"|[^\x00-\x7f]+"  # what people write; our own lines are plain ASCII
)
_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")
MOST = 500


def blot(text: str) -> str:
    """A text on one line, without what must not stand in a log."""
    return _BREAKS.sub(" ", _SECRETS.sub(_BLOT, text))[:MOST]


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in ROOMS


def event(record: logging.LogRecord) -> str:
    """What happened, in words. Of a library's line only its pattern, up to the first line's end."""
    if _is_ours(record):
        return blot(record.getMessage())
    return blot(str(record.msg).partition("\n")[0])


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """The named fields of one of our lines; of one that is not known only the name is told, under "refused"."""
    given = record.args if isinstance(record.args, Mapping) and _is_ours(record) else {}
    kept = {name: _plain(value) for name, value in given.items() if name in FIELDS}
    refused = sorted(str(name) for name in given if name not in FIELDS)
    return {**kept, "refused": refused} if refused else kept


def _plain(value: object) -> Any:
    """A number, or a text without secrets; anything else by its kind alone."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return blot(value) if isinstance(value, str) else type(value).__name__


def passed(error: BaseException) -> list[str]:
    """The places in our files that an error passed through, outermost first, without its message."""
    places = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    return [f"{path.removeprefix(f'{ROOT}/')}:{line}" for path, line in places if path.startswith(f"{ROOT}/")]


class TextLines(logging.Formatter):
    """Lines for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone()
        line = f"{at:%Y-%m-%d %H:%M:%S} {record.levelname} {record.name} {event(record)}"
        error = _error(record)
        return line if error is None else f"{line} [{where(error)}]"


class JsonLines(logging.Formatter):
    """One object a line: time, level, where, event, the fields, and which replica speaks."""

    def __init__(self, replica: str) -> None:
        super().__init__()
        self._replica = replica

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "where": record.name,
            "event": event(record),
            **fields(record),
        }
        error = _error(record)
        if error is not None:
            line |= {"raised": where(error), "passed": passed(error)}
        return orjson.dumps({**line, "replica": self._replica}).decode()


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def set_up(level: str, form: str = "text") -> None:
    """Log to the error stream, our rooms at `level`, libraries from WARNING on whatever the level."""
    replica = f"{socket.gethostname()}-{os.getpid()}"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(replica) if form == "json" else TextLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for room in ROOMS:
        logging.getLogger(room).setLevel(level)
