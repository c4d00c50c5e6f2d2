"""Parameters as somebody would send them who wants to break a screen."""

from collections.abc import Callable, Mapping
from typing import Any

CODES = {"state", "event", "closed_how", "paper", "usual", "role"}
"""Parameters that the program chooses, never a person; a text may look them up without a way out."""


def changed(value: Any, by: Callable[[str], str], name: str = "") -> Any:
    """The same parameters with every text a person could have written changed."""
    if isinstance(value, dict):
        return type(value)({key: changed(one, by, str(key)) for key, one in value.items()})
    if isinstance(value, list | tuple):
        return [changed(one, by, name) for one in value]
    if isinstance(value, str) and name not in CODES and name != "at":
        return by(value)
    return value


HOSTILE: Mapping[str, str] = {
    "tag": "<b>王</b><script>x</script>",
    "open tag": "</b><i><a href='https://example.org/'>点我",
    "entities": "&lt;b&gt; &amp;lt; &#60; &nbsp; &",
    "direction": "\u202e王阿姨\u202d\u2066\u200f\u200e",
    "control": "\x00王\x07\x1b[31m\x7f\r",
    "template": "{{ 7 * 7 }}{% raw %}{# #}",
    "quotes": "\"'`\\",
    "long": "字" * 5000,
    "long emoji": "👩\u200d🔧" * 2000,
    "long tag": "<b>" * 2000,
    "lines": "一\n\n\n\n二\n",
    "space": " \u3000\u00a0 ",
    "nothing": "",
}
