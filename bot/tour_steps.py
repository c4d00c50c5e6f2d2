"""The guided tour as data: a lamp is mended, a visit is booked, moved and carried out, a neighbour changes a bulb, and
what keeps people safe.

A deed is what is done and with which text: of a button's label, of words that are said or seen. Days and times of the
visit are those that the stage has prepared (`bot.stage.Days`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .cast import CHEN, DAN, DU, LAO_LI, LI, NURSE, ROSA, SU, VERA, WEI, YE
from .stage_helpers import VOLUNTEERS_CHAT

Deed = tuple[str, str] | tuple[str, str, int] | tuple[str, str, int, int]
"""What is done, with which text or time, at whose phone if it is not the step's own, and in which group if in one."""


@dataclass(frozen=True)
class Step:
    """One step: at whose phone it happens, what is done there, and which text at whose phone says that it is done,
    in a group or in private.
    """

    id: str
    phone: int
    do: Sequence[Deed]
    until: tuple[int, str] | tuple[int, str, int]
    needs: Sequence[str] = ()
    shows: int | None = None  # whose phone to look at afterwards, if not where the words are waited for


LAMP = (
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
)
VISIT = (
    Step(
        "book",
        ROSA,
        (
            ("says", "control.tour_words_card"),
            ("presses", "control.tour_card"),
            ("presses", "button.book_read"),
            ("presses", "button.way_at_home"),
            ("sees", "control.tour_asks_where"),
            ("says", "control.tour_words_where"),
            ("month", "scarce"),
            ("day", "scarce"),
            ("time", "10:00"),
            ("presses", "button.book_send"),
        ),
        (ROSA, "button.calendar_file"),
        ("join",),
    ),
    Step(
        "queue",
        CHEN,
        (
            ("says", "control.tour_words_too"),
            ("presses", "button.consent_yes"),
            ("presses", "control.tour_card"),
            ("presses", "button.book_myself"),
            ("presses", "button.book_read"),
            ("presses", "button.way_at_home"),
            ("month", "scarce"),
            ("full", "scarce"),
            ("presses", "button.book_wait"),
            ("only", "scarce"),
            ("presses", "button.wait_any"),
        ),
        (CHEN, "waiting.joined"),
        ("book",),
    ),
    Step(
        "move",
        ROSA,
        (
            ("presses", "button.visit_new_time"),
            ("month", "visit"),
            ("day", "visit"),
            ("time", "09:00"),
            ("presses", "button.book_move"),
        ),
        (CHEN, "button.wait_take"),
        ("queue",),
    ),
    Step("take", CHEN, (("presses", "button.wait_take"),), (CHEN, "waiting.taken"), ("move",)),
    Step(
        "evening",
        ROSA,
        (("clock", "evening"), ("presses", "button.visit_come")),
        (YE, "control.tour_sees_coming"),
        ("move",),
        ROSA,
    ),
    Step("morning", YE, (("clock", "morning"),), (YE, "visit.day"), ("evening",)),
    Step(
        "arrive",
        YE,
        (("clock", "before"), ("presses", "button.visit_arrive"), ("photo", "control.tour_words_door")),
        (ROSA, "visit.arrived"),
        ("morning",),
    ),
    Step("papers", YE, (("presses", "button.visit_stage_taken"),), (ROSA, "visit.stage_taken"), ("arrive",)),
    Step(
        "office",
        YE,
        (("clock", "office"), ("presses", "button.visit_stage_handed_in"), ("presses", "button.plan_1")),
        (ROSA, "visit.stage_handed_in"),
        ("papers",),
    ),
    Step(
        "granted",
        YE,
        (("clock", "after"), ("presses", "button.visit_stage_decided"), ("presses", "button.visit_day_unknown")),
        (ROSA, "visit.stage_decided"),
        ("office",),
    ),
    Step(
        "deliver",
        YE,
        (("presses", "button.visit_stage_delivered"),),
        (YE, "control.tour_sees_done"),
        ("granted",),
        ROSA,
    ),
    Step(
        "stars",
        ROSA,
        (("presses", "button.done_yes"), ("presses", "button.stars_5"), ("presses", "button.no_words")),
        (YE, "control.tour_sees_stars"),
        ("deliver",),
        ROSA,
    ),
    Step("roster", DAN, (("says", "control.tour_words_duty"), ("presses", "button.duty_month")), (DAN, "duty.month")),
)
HELP = (
    Step(
        "errand",
        WEI,
        (
            ("says", "control.tour_words_bulb"),
            ("presses", "button.consent_yes"),
            ("presses", "button.order_for_caller"),
            ("says", "control.tour_words_granny"),
            ("presses", "button.order_alone_no"),
            ("sees", "control.tour_asks_day"),
            ("says", "control.tour_words_today"),
            ("presses", "button.order_part_any"),
            ("presses", "button.order_send"),
        ),
        (LAO_LI, "button.order_staff_verify"),
    ),
    Step(
        "verify",
        LAO_LI,
        (
            ("presses", "button.order_staff_verify"),
            ("sees", "button.group_take", SU, VOLUNTEERS_CHAT),
            ("sees", "button.group_take", DU, VOLUNTEERS_CHAT),
            ("sees", "button.order_take", VERA),
        ),
        (SU, "button.group_take", VOLUNTEERS_CHAT),
        ("errand",),
    ),
    Step(
        "help",
        DU,
        (("presses", "button.group_take", DU, VOLUNTEERS_CHAT), ("sees", "button.order_done")),
        (VERA, "control.tour_sees_taken"),
        ("verify",),
    ),
    Step("changed", DU, (("presses", "button.order_done"),), (LI, "button.order_yes"), ("help",)),
    Step(
        "good",
        LI,
        (("presses", "button.order_yes"), ("presses", "button.stars_5"), ("presses", "button.no_words")),
        (LI, "done.thanks"),
        ("changed",),
        DU,
    ),
    Step(
        "points",
        DU,
        (("says", "control.tour_words_me"), ("presses", "button.me_points")),
        (DU, "control.tour_sees_points"),
        ("good",),
    ),
    Step(
        "record",
        NURSE,
        (
            ("says", "control.tour_words_me"),
            ("presses", "button.me_unit"),
            ("presses", "button.unit_record"),
            ("quarter", "scarce"),
            ("quarter", "began"),
        ),
        (NURSE, "posts.record"),
        ("good",),
    ),
)
SAFETY = (
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
STEPS = (*LAMP, *VISIT, *HELP, *SAFETY)
