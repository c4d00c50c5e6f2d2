"""The published Bot API as precompiled checks.

`spec.json` is read once; every type becomes a closure that looks at a value and raises `MismatchError`,
every method a reader that turns the strings of a form into values and refuses what the reference
does not know. Lengths that count after the mark-up is parsed (text, caption) are left to the methods.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from simulator.checks import PRIMITIVES, Check, Upload, array, const, sized
from simulator.errors import BrokenPromiseError, MismatchError

Json = dict[str, Any]

__all__ = ["Json", "Method", "Spec", "Upload", "spec"]

SPEC_FILE = Path(__file__).with_name("spec.json")
PARSED_LATER = frozenset({"text", "caption", "quote"})
BOOLEANS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
INTEGER = re.compile(r"[+-]?\d{1,19}")


class Method:
    """One method: how its parameters are read."""

    def __init__(self, name: str, readers: dict[str, Callable[[Any], Any]], required: frozenset[str]) -> None:
        self.name = name
        self._readers = readers
        self._required = required

    def read(self, given: Mapping[str, Any]) -> Json:
        """Return the parameters as values; raise `MismatchError` for unknown, missing or ill-typed ones."""
        read: Json = {}
        for name, value in given.items():
            reader = self._readers.get(name)
            if reader is None:
                raise self._at(name, MismatchError(f"is not a parameter of {self.name}"))
            if value is None:
                continue
            try:
                read[name] = reader(value)
            except MismatchError as mismatch:
                raise self._at(name, mismatch) from None
        for name in self._required:
            if name not in read:
                raise self._at(name, MismatchError("is required"))
        return read

    @staticmethod
    def _at(name: str, mismatch: MismatchError) -> MismatchError:
        mismatch.path.insert(0, name)
        return mismatch


class Spec:
    """All types and methods, compiled on first use."""

    def __init__(self, raw: Json) -> None:
        self.version: str = raw["bot_api"]
        self._types: dict[str, Json] = raw["types"]
        self._checks: dict[str, Check] = dict(PRIMITIVES)
        self.methods = {name: self._method(name, entry["params"]) for name, entry in raw["methods"].items()}
        self.by_lower_name = {name.lower(): method for name, method in self.methods.items()}

    def check_of(self, expression: str) -> Check:
        """Return the check of a type expression such as `Array of User` or `Integer or String`."""
        known = self._checks.get(expression)
        if known is None:
            known = self._checks[expression] = self._compile(expression)
        return known

    def promise(self, expression: str, value: Any) -> None:
        """Check something the simulator made; raise `BrokenPromiseError` when it does not fit."""
        try:
            self.check_of(expression)(value)
        except MismatchError as mismatch:
            raise BrokenPromiseError(f"{expression}: {mismatch} in {str(value)[:600]}") from None

    def _compile(self, expression: str) -> Check:
        if expression.startswith("Array of "):
            return array(self._later(expression.removeprefix("Array of ")))
        alternatives = re.split(r", | or | and ", expression)
        if len(alternatives) > 1:
            return self._union(expression, alternatives)
        entry = self._types.get(expression)
        if entry is None:
            raise KeyError(f"spec.json has no type {expression!r}")
        if "one_of" in entry:
            return self._union(expression, entry["one_of"])
        return self._object(expression, entry["fields"])

    def _later(self, expression: str) -> Check:
        """Resolve a type when it is first met: types refer to each other in circles."""
        if expression in PRIMITIVES:
            return PRIMITIVES[expression]
        resolved: Check | None = None

        def check(value: Any) -> None:
            nonlocal resolved
            if resolved is None:
                resolved = self.check_of(expression)
            resolved(value)

        return check

    def _field(self, field: Json) -> Check:
        if "const" in field:
            return const(field["const"])
        check = self._later(field["type"])
        return sized(check, field["limit"]) if "limit" in field else check

    def _object(self, name: str, fields: dict[str, Json]) -> Check:
        checks = {key: self._field(field) for key, field in fields.items()}
        required = [key for key, field in fields.items() if field["required"]]

        def check(value: Any) -> None:
            if not isinstance(value, dict):
                raise MismatchError(f"must be {name}")
            for key, item in value.items():
                try:
                    checks[key](item)
                except KeyError:
                    raise MismatchError(f"has the field {key!r}, unknown to {name}") from None
                except MismatchError as mismatch:
                    mismatch.path.insert(0, key)
                    raise
            for key in required:
                if key not in value:
                    raise MismatchError(f"lacks {key!r}, which {name} requires")

        return check

    def _union(self, name: str, alternatives: list[str]) -> Check:
        chosen_by = self._discriminator(alternatives)
        if chosen_by is not None:
            return self._chosen(name, *chosen_by)
        ordered = sorted(alternatives, key=self._size, reverse=True)
        checks = [(self._required(each), self._later(each)) for each in ordered]

        def check(value: Any) -> None:
            keys = value.keys() if type(value) is dict else frozenset()
            likely = [each for required, each in checks if required <= keys]
            deepest: MismatchError | None = None
            for each in likely:
                try:
                    each(value)
                except MismatchError as mismatch:
                    if deepest is None or len(mismatch.path) > len(deepest.path):
                        deepest = mismatch
                else:
                    return
            raise deepest or MismatchError(f"must be {name}")

        return check

    def _required(self, name: str) -> frozenset[str]:
        fields = self._types.get(name, {}).get("fields", {})
        return frozenset(key for key, field in fields.items() if field["required"])

    def _size(self, name: str) -> int:
        return len(self._types.get(name, {}).get("fields", ()))

    def _discriminator(self, alternatives: list[str]) -> tuple[str, dict[str, Check]] | None:
        """Return the constant field that tells the alternatives apart, if there is one."""
        entries = [self._types.get(each, {}).get("fields", {}) for each in alternatives]
        for key in ("type", "status", "source"):
            constants = [fields.get(key, {}).get("const") for fields in entries]
            if all(constants) and len(set(constants)) == len(constants):
                named = zip(constants, alternatives, strict=True)
                return key, {constant: self._later(each) for constant, each in named}
        return None

    @staticmethod
    def _chosen(name: str, key: str, by_constant: dict[str, Check]) -> Check:
        def check(value: Any) -> None:
            if not isinstance(value, dict):
                raise MismatchError(f"must be {name}")
            chosen = by_constant.get(value.get(key, ""))
            if chosen is None:
                raise MismatchError(f"has no {key} that {name} knows")
            chosen(value)

        return check

    def _method(self, name: str, params: dict[str, Json]) -> Method:
        readers = {key: self._reader(key, param) for key, param in params.items()}
        required = frozenset(key for key, param in params.items() if param["required"])
        return Method(name, readers, required)

    def _reader(self, key: str, param: Json) -> Callable[[Any], Any]:
        check = self._later(param["type"])
        if "limit" in param and key not in PARSED_LATER:
            check = sized(check, param["limit"])
        convert = _CONVERTERS.get(param["type"], _from_json)

        def read(value: Any) -> Any:
            if isinstance(value, str):
                value = convert(value)
            check(value)
            return value

        return read


def _same(value: str) -> Any:
    return value


def _to_integer(value: str) -> Any:
    return int(value) if INTEGER.fullmatch(value) else value


def _to_boolean(value: str) -> Any:
    return BOOLEANS.get(value.lower(), value)


def _to_float(value: str) -> Any:
    try:
        return float(value)
    except ValueError:
        return value


def _from_json(value: str) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise MismatchError("is not valid JSON") from None


_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "String": _same,
    "InputFile": _same,
    "InputFile or String": _same,
    "Integer": _to_integer,
    "Integer or String": _to_integer,
    "Boolean": _to_boolean,
    "True": _to_boolean,
    "Float": _to_float,
}


@cache
def spec() -> Spec:
    """Return the published Bot API, read once."""
    return Spec(orjson.loads(SPEC_FILE.read_bytes()))
