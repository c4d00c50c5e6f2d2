"""What a button says when it is pressed: a verb and arguments in at most 64 bytes of ASCII.

The text of a button proves nothing: whoever presses is looked up by numeric id, the ticket is read again, and
`rights.may` is asked. A press that cannot be read is `None`, never an error.
"""

import re
from dataclasses import dataclass

LIMIT_BYTES = 64  # Telegram's limit for callback_data
LARGEST_ID = 2**63 - 1
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SHAPE = re.compile(r"[a-z_]{1,24}(:[A-Za-z0-9_.-]{1,40})*")


@dataclass(frozen=True, slots=True)
class Press:
    """A verb ("accept") with its arguments, ids in base 36."""

    verb: str
    args: tuple[str, ...] = ()

    def number(self, position: int = 0) -> int | None:
        """The argument at `position` as an id, or None when it is absent or not one."""
        try:
            found = int(self.args[position], 36)
        except (IndexError, ValueError):
            return None
        return found if 0 <= found <= LARGEST_ID else None


def press(verb: str, *args: object) -> str:
    """Compose callback data; ints are written in base 36. Raises ValueError when it would not fit."""
    data = ":".join([verb, *(_text(arg) for arg in args)])
    if len(data) > LIMIT_BYTES or not _SHAPE.fullmatch(data):
        raise ValueError(f"not fit for a button: {data!r}")
    return data


def read(data: str | None) -> Press | None:
    """Read callback data that came from outside."""
    if data is None or len(data) > LIMIT_BYTES or not _SHAPE.fullmatch(data):
        return None
    verb, *args = data.split(":")
    return Press(verb, tuple(args))


def base36(number: int) -> str:
    """An id (not negative) as buttons carry it."""
    text = ""
    while number > 0:
        number, rest = divmod(number, 36)
        text = _DIGITS[rest] + text
    return text or "0"


def _text(arg: object) -> str:
    return base36(arg) if isinstance(arg, int) and not isinstance(arg, bool) else str(arg)
