"""The building blocks of checks: primitives, sizes, constants, arrays.

A check looks at a value and raises `MismatchError`; it returns nothing. Types are compared exactly, not with
`isinstance`: a bool is no Integer, and these are the busiest lines of the simulator.
"""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.errors import MismatchError
from simulator.utf16 import length

Check = Callable[[Any], None]


class Upload:
    """A file that came as a part of a multipart request."""

    __slots__ = ("data", "mime", "name")

    def __init__(self, name: str, data: bytes, mime: str) -> None:
        self.name = name
        self.data = data
        self.mime = mime


def primitive(name: str, *kinds: type) -> Check:
    """Return the check of a plain value."""

    def check(value: Any) -> None:
        if type(value) not in kinds:
            raise MismatchError(f"must be {name}")

    return check


def only_true(value: Any) -> None:
    """Check for the one value of the type True."""
    if value is not True:
        raise MismatchError("must be True")


PRIMITIVES: dict[str, Check] = {
    "String": primitive("String", str),
    "Integer": primitive("Integer", int),
    "Float": primitive("Float", float, int),
    "Boolean": primitive("Boolean", bool),
    "True": only_true,
    "InputFile": primitive("InputFile", str, Upload),
}


def sized(inner: Check, limit: Mapping[str, Any]) -> Check:
    """Add a limit to a check: `min` and `max` in characters, bytes or items."""
    low, high, unit = limit.get("min", 0), limit.get("max", 1 << 62), limit.get("unit")

    def check(value: Any) -> None:
        inner(value)
        if type(value) is str:
            if low <= len(value) and len(value) * 4 <= high:
                return
            size = len(value.encode()) if unit == "bytes" else length(value)
        elif unit == "items":
            size = len(value)
        else:
            return
        if not low <= size <= high:
            raise MismatchError(f"must have {low}-{high} {unit}")

    return check


def const(expected: str) -> Check:
    """Return the check of a constant."""

    def check(value: Any) -> None:
        if value != expected:
            raise MismatchError(f"must be {expected!r}")

    return check


def array(item: Check) -> Check:
    """Return the check of a list of such items."""

    def check(value: Any) -> None:
        if not isinstance(value, list):
            raise MismatchError("must be an array")
        for index, each in enumerate(value):
            try:
                item(each)
            except MismatchError as mismatch:
                mismatch.path.insert(0, str(index))
                raise

    return check
