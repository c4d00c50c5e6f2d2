"""Buttons: from (label key, callback data) in the outbox to what Telegram draws, labelled in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.rules import boards

from .splitting import cut
from .texts import LANGUAGES, Texts

LABEL_LIMIT = 64
"""What a button can show at all; UTF-16 units."""
NOTHING = "…"
"""Stands on a button whose name has no letter that can be seen; Telegram refuses an empty one."""

STYLES: Mapping[str, str] = {
    "report_send": "success",
    "book_send": "success",
    "book_move": "success",
    "book_same": "success",
    "order_send": "success",
    "order_take": "success",
    "order_staff_take": "success",
    "order_staff_verify": "success",
    "order_done": "success",
    "order_yes": "success",
    "accept": "success",
    "finish": "success",
    "done_yes": "success",
    "visit_take": "success",
    "visit_approve": "success",
    "notice_send": "success",
    "notice_got": "success",
    "points_take": "success",
    "hand_yes": "success",
    "consent_yes": "success",
    "danger_now": "danger",
    "danger_going": "danger",
    "notice_wake": "danger",
    "notice_stop_yes": "danger",
}

MAIN: Sequence[Sequence[str]] = (
    ("menu_report", "menu_order"),
    ("menu_book", "menu_sos"),
    ("menu_my", "menu_me", "menu_help"),
)
STAFF: Sequence[Sequence[str]] = (
    ("menu_tasks", "menu_sos"),
    ("menu_report", "menu_order"),
    ("menu_book", "menu_my", "menu_me"),
)
VOLUNTEER: Sequence[Sequence[str]] = (
    ("menu_claim", "menu_sos"),
    ("menu_report", "menu_order"),
    ("menu_book", "menu_my", "menu_me"),
)
FILING: Sequence[Sequence[str]] = (
    ("menu_tasks", "menu_file"),
    ("menu_report", "menu_order"),
    ("menu_book", "menu_sos"),
    ("menu_my", "menu_me"),
)
GRID: Sequence[Sequence[str]] = (
    ("menu_tasks", "menu_file"),
    ("menu_notice", "menu_sos"),
    ("menu_report", "menu_order"),
    ("menu_book", "menu_my", "menu_me"),
)
SECRETARY: Sequence[Sequence[str]] = (
    ("menu_triage", "menu_tasks"),
    ("menu_file", "menu_notice"),
    ("menu_report", "menu_order", "menu_book"),
    ("menu_sos", "menu_my", "menu_me"),
)
ADMIN: Sequence[Sequence[str]] = (("menu_admin",),)
REQUESTS: Mapping[str, str] = {"menu_position": "request_location", "menu_phone": "request_contact"}
ABOVE: Mapping[str, Sequence[Sequence[str]]] = {"place": (("menu_position",),), "phone": (("menu_phone",),)}
"""Keys that share something, above the main keyboard, which is always at hand."""
BOARDS: Mapping[str, Sequence[Sequence[str]]] = {
    boards.MAIN: MAIN,
    boards.STAFF: STAFF,
    boards.VOLUNTEER: VOLUNTEER,
    boards.FILING: FILING,
    boards.GRID: GRID,
    boards.SECRETARY: SECRETARY,
}


class Keyboards:
    """Draws keyboards in a language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._labels: dict[tuple[str, str], str] = {}

    def inline(self, rows: Sequence[Sequence[Sequence[Any]]], language: str, now: datetime) -> dict[str, Any]:
        """Buttons under a message. A datum that begins with "copy=" becomes a copy button, "url=" a link."""
        return {"inline_keyboard": [[self._button(one, language, now) for one in row] for row in rows]}

    def _button(self, one: Sequence[Any], language: str, now: datetime) -> dict[str, Any]:
        label, data = one[0], one[1]
        params = one[2] if len(one) > 2 else {}
        button: dict[str, Any] = {"text": self._label(label, params, language, now)}
        if data.startswith("copy="):
            button["copy_text"] = {"text": data.removeprefix("copy=")}
        elif data.startswith("url="):
            button["url"] = data.removeprefix("url=")
        else:
            button["callback_data"] = data
        if label in STYLES:
            button["style"] = STYLES[label]
        return button

    def _label(self, label: str, params: Mapping[str, Any], language: str, now: datetime) -> str:
        """What stands on a button; the same at all times where nothing is to be filled in."""
        known = None if params else self._labels.get((label, language))
        if known is None:
            known = cut(self._texts.plain(language, f"button.{label}", params, now), LABEL_LIMIT) or NOTHING
            if not params:
                self._labels[label, language] = known
        return known

    def reply(self, name: str, language: str, now: datetime) -> dict[str, Any]:
        """The keyboard below the chat: the main one, the staff's, one that asks for a position, or none."""
        if name == "remove":
            return {"remove_keyboard": True}
        base = name.removesuffix(boards.ADMIN)
        rows = [*BOARDS.get(base, MAIN), *(ADMIN if base != name else ())]
        keyboard = [[self._key(label, language, now) for label in row] for row in [*ABOVE.get(name, ()), *rows]]
        return {"keyboard": keyboard, "resize_keyboard": True, "is_persistent": True}

    def _key(self, label: str, language: str, now: datetime) -> dict[str, Any]:
        key: dict[str, Any] = {"text": self._label(label, {}, language, now)}
        return key | ({REQUESTS[label]: True} if label in REQUESTS else {})


def labels(texts: Texts, now: datetime) -> dict[str, str]:
    """What the buttons of the main keyboards say, in every language, and which button it is."""
    names = {name for keyboard in (*BOARDS.values(), ADMIN) for row in keyboard for name in row}
    return {texts.plain(language, f"button.{name}", {}, now): name for name in sorted(names) for language in LANGUAGES}
