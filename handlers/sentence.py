"""A question that is answered in one sentence, or with a tap on one of the usual answers: why not, how it stands."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from storage.rules.press import press

from .context import Context
from .flows import Rows, Step
from .said import Said

READABLE = 2
"""Characters that a reason has at least where somebody else has to live with it."""


class Worded(Protocol):
    """A draft that keeps a sentence, or the code of a usual answer."""

    words: str


def take(draft: Worded, said: Said, *, usual: Mapping[str, str] | None = None, least: int = 1) -> bool:
    """Keep what was said or tapped; False for anything but a sentence of `least` characters or a usual answer."""
    draft.words = said.text if said.choice is None else said.choice
    return len(draft.words) >= least if said.choice is None else said.choice in (usual or {})


def sentence(
    name: str,
    prompt: str,
    *,
    usual: Mapping[str, str] | None = None,
    least: int = 1,
    params: Callable[[Context, Any], Mapping[str, Any]] | None = None,
) -> Step[Any]:
    """Return the step of a flow whose draft has `words`; `usual` are answers that can be tapped, code to button."""

    async def taken(_context: Context, draft: Worded, said: Said) -> bool:
        return take(draft, said, usual=usual, least=least)

    def choices(_context: Context, _draft: Worded) -> Rows:
        return [[(label, press("choose", code))] for code, label in (usual or {}).items()]

    return Step(name, prompt, taken, choices=choices, params=params, unclear="flow.sentence", needs_consent=False)
