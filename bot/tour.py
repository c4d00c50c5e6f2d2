"""The guided tour of the demo, as data that its control end point offers: who does what, and by what one sees it done.

The page plays it without knowing what it is about. Labels of buttons and words to wait for are taken from the very
texts that the bot says, so that the tour stays true when they change.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .stage import DAN, LAO_LI, ROSA, WEI
from .texts import LANGUAGES, Texts, sources

_BLANKS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>|\n", re.DOTALL)
_AT_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)  # no text of the tour tells the time

Json = dict[str, Any]
Deed = tuple[str, str] | tuple[str, str, int]
"""What is done, with which text, and at whose phone if it is not the step's own."""


@dataclass(frozen=True)
class Step:
    """One step: at whose phone it happens, what is done there, and which text at whose phone says that it is done."""

    id: str
    phone: int
    do: Sequence[Deed]
    until: tuple[int, str]
    needs: Sequence[str] = ()
    shows: int | None = None  # whose phone to look at afterwards, if not where the words are waited for


STEPS = (
    Step(
        "join",
        ROSA,
        (
            ("start", "door"),
            ("presses", "button.home_yes"),
            ("presses", "button.consent_yes"),
            ("presses", "button.room_skip"),
        ),
        (ROSA, "welcome.home_kept"),
    ),
    Step("report", ROSA, (("says", "control.tour_words_lamp"),), (ROSA, "button.report_send"), ("join",)),
    Step("send", ROSA, (("presses", "button.report_send"),), (WEI, "button.accept"), ("report",)),
    Step("accept", WEI, (("presses", "button.accept"),), (WEI, "button.finish"), ("send",), ROSA),
    Step(
        "finish",
        WEI,
        (("presses", "button.finish"), ("sees", "button.not_yet"), ("photo", "control.tour_words_done")),
        (ROSA, "button.done_yes"),
        ("accept",),
    ),
    Step("wait", ROSA, (("action", "next"),), (ROSA, "done.ask_again"), ("finish",)),
    Step(
        "rate",
        ROSA,
        (("presses", "button.done_yes"), ("presses", "button.stars_5"), ("presses", "button.no_words")),
        (ROSA, "done.thanks"),
        ("finish",),
    ),
    Step(
        "nobody",
        ROSA,
        (
            ("says", "control.tour_words_rubbish"),
            ("presses", "button.report_send"),
            ("sees", "button.accept", WEI),
            ("action", "next"),
        ),
        (DAN, "staff.not_taken"),
        ("join",),
        LAO_LI,
    ),
    Step(
        "danger",
        ROSA,
        (("presses", "button.menu_sos"), ("presses", "button.danger_going", WEI)),
        (ROSA, "danger.taken"),
        ("join",),
    ),
    Step("privacy", ROSA, (("says", "control.tour_words_privacy"),), (ROSA, "button.own_data"), ("join",)),
    Step(
        "language",
        ROSA,
        (("says", "control.tour_words_lang"), ("presses", "control.tour_other_language")),
        (ROSA, "welcome.lang_kept"),
        ("join",),
    ),
)
QUESTIONS = ("report", "nobody", "finish", "address", "danger", "language")
"""What somebody can answer afterwards."""


def document(texts: Texts, *, identity: str, language: str, door: str) -> Json:
    """What the control end point offers.

    `identity` changes when the demo begins anew, `language` is what its people speak, `door` is the start code on
    Rosa's door.
    """

    def words(key: str) -> Mapping[str, str]:
        return {one: texts.plain(one, key, {}, _AT_ANY_TIME) for one in LANGUAGES}

    def deed(kind: str, key: str, *phone: int) -> Json:
        there = {"phone": phone[0]} if phone else {}
        if kind == "start":
            return {"start": door, **there}
        if kind == "action":
            return {"action": key, **there}
        return {kind: fragments(key) if kind == "sees" else words(key), **there}

    return {
        "id": identity,
        "language": language,
        "anew": "anew",
        "about": words("control.tour_about"),
        "steps": [
            {
                "id": step.id,
                "phone": step.phone,
                "text": words(f"control.tour_{step.id}"),
                "do": [deed(*one) for one in step.do],
                "until": {"phone": step.until[0], "words": fragments(step.until[1])},
                "needs": list(step.needs),
                "shows": step.shows or step.until[0],
            }
            for step in STEPS
        ],
        "end": {
            "text": words("control.tour_end"),
            "answers": [
                {"question": words(f"control.asked_{one}"), "answer": words(f"control.answered_{one}")}
                for one in QUESTIONS
            ],
        },
    }


def fragments(key: str) -> dict[str, str]:
    """The longest piece of a text that is the same whatever it is about, in every language."""
    return {one: max((piece.strip() for piece in _BLANKS.split(sources(one)[key])), key=len) for one in LANGUAGES}
