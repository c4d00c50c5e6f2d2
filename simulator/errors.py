"""The answers of a Bot API server that are not "ok", as exceptions.

A method raises `ApiError`; the server turns it into the JSON that Telegram would send.
`MismatchError` is a value that does not fit the published schema, `BrokenPromiseError` one that the
simulator itself made and that does not fit: our bug, never the bot's.
"""

from typing import Any


class ApiError(Exception):
    """An answer with `ok: false`: a code, a description and, now and then, parameters."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """Return the body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(what: str, **parameters: Any) -> ApiError:
    """Return a 400, with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {what}", **parameters)


def forbidden(what: str) -> ApiError:
    """Return a 403, with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {what}")


def conflict(what: str) -> ApiError:
    """Return a 409, with Telegram's prefix."""
    return ApiError(409, f"Conflict: {what}")


def too_many_requests(seconds: int) -> ApiError:
    """Return a 429 that asks to come again after so many seconds."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


class MismatchError(Exception):
    """A value does not fit the schema; `path` says where, `why` says how."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.path: list[str] = []

    def __str__(self) -> str:
        return f"{'.'.join(self.path)} {self.why}".strip()


class BrokenPromiseError(AssertionError):
    """The simulator made something that the published Bot API does not know."""


class MarkupError(Exception):
    """Formatted text that cannot be read; the message is Telegram's."""
