"""Where something went wrong, without what was said: error messages carry people's words, so they are not logged."""

from pathlib import Path
from traceback import extract_tb

ROOT = Path(__file__).resolve().parent.parent


def where(error: BaseException) -> str:
    """The kind of an error and the last line of ours it passed through, such as "KeyError at handlers/entry.py:12"."""
    ours = [frame for frame in extract_tb(error.__traceback__) if _is_ours(frame.filename)]
    cause = getattr(error, "orig", None)
    kind = type(error).__name__ if cause is None else f"{type(error).__name__} ({type(cause).__name__})"
    if not ours:
        return kind
    return f"{kind} at {Path(ours[-1].filename).resolve().relative_to(ROOT)}:{ours[-1].lineno}"


def _is_ours(file: str) -> bool:
    path = Path(file).resolve()
    return path.is_relative_to(ROOT) and "site-packages" not in path.parts
