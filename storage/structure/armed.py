"""Text that a spreadsheet would take for a formula: told apart, made harmless on the way out, restored on the way in.

A cell that begins with one of these characters can run a formula or a command on the reader's machine (scenario 44 of
the promises; OWASP calls it CSV injection). A leading apostrophe makes it text in every spreadsheet program.
"""

_MARK = "'"
_ARMED = frozenset("=＝+＋-－@＠\t\r\n'")


def is_armed(text: str) -> bool:
    """Whether a spreadsheet could take the text for more than text."""
    return text[:1] in _ARMED


def disarm(text: str) -> str:
    """The text as a CSV cell that is only text."""
    return _MARK + text if text and is_armed(text) else text


def restore(text: str) -> str:
    """What was written before `disarm`."""
    return text[1:] if text.startswith(_MARK) and text[1:] and is_armed(text[1:]) else text
