"""Keyboards: what Telegram refuses in them, and finding the button a finger means.

The schema has been checked when a keyboard comes here; what is left are rules it cannot say: exactly one
action per inline button, no inline button without one, sound addresses.
"""

import re

from simulator.errors import bad_request
from simulator.spec import Json

ACTIONS = (
    "callback_data",
    "url",
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
    "disabled",
)
STYLES = frozenset({"danger", "success", "primary"})
ADDRESS = re.compile(r"(https?://|tg://|[\w-]+\.[\w-]+)\S*")
MOST_BUTTONS = 100


def split(markup: Json | None) -> tuple[Json | None, Json | None]:
    """Return the inline keyboard and the reply keyboard (or its removal, or a forced reply) of a markup."""
    if not markup:
        return None, None
    if "inline_keyboard" in markup:
        return inline(markup), None
    for row in markup.get("keyboard", ()):
        for button in row:
            if not button["text"].strip():
                raise bad_request("can't parse keyboard button: Text is empty")
            _check_style(button)
    return None, markup


def inline(markup: Json | None) -> Json | None:
    """Check an inline keyboard; an empty one is none at all."""
    if not markup:
        return None
    rows = [row for row in markup["inline_keyboard"] if row]
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    for button in buttons:
        _check_inline(button)
    return {**markup, "inline_keyboard": rows} if rows else None


def _check_inline(button: Json) -> None:
    if not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Text is empty")
    actions = [action for action in ACTIONS if action in button]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: Fields must be mutually exclusive")
    url = button.get("url")
    if url is not None and not ADDRESS.fullmatch(url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    _check_style(button)


def _check_style(button: Json) -> None:
    if button.get("style", "primary") not in STYLES:
        raise bad_request("can't parse keyboard button: invalid button style specified")


def meant(buttons: list[Json], wanted: str, *, is_exact: bool) -> list[Json]:
    """Return the buttons a finger that looks for `wanted` may mean: by label, else by data; or by part of a label."""
    if not is_exact:
        return [each for each in buttons if wanted in each["text"]]
    by_label = [each for each in buttons if each["text"] == wanted]
    return by_label or [each for each in buttons if each.get("callback_data") == wanted]


def is_used_by(keyboard: Json, shown: Json) -> bool:
    """Say whether a message is what a key of a reply keyboard makes: its words, a number, a place."""
    keys = [key for row in keyboard.get("keyboard", ()) for key in row]
    asked = {"contact": "request_contact", "location": "request_location"}
    wanted = [asked[each] for each in asked if each in shown]
    return any(key["text"] == shown.get("text") or any(each in key for each in wanted) for key in keys)


def buttons_of(markup: Json | None) -> list[Json]:
    """Return the buttons of an inline or reply keyboard, row by row."""
    rows = (markup or {}).get("inline_keyboard") or (markup or {}).get("keyboard") or []
    return [button for row in rows for button in row]
