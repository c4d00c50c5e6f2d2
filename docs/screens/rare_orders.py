"""Lines of requests to neighbours that their chapter does not come across."""

from collections.abc import Mapping

from .film import Words

LINES: Mapping[str, Words] = {
    "order.day_unclear": ("日子看不懂", "the day is unclear"),
    "order.ask_skills": ("值班员点「要会什么」", "the duty secretary presses “Skills”"),
    "order.not_me": ("帮忙的人点「这次不行」", "the helper presses “Not this time”"),
    "order.begun": ("点「人够了，开始吧」", "“Enough, begin” is pressed"),
    "order.ask_position": ("帮忙的人点「签到」", "the helper presses “I am there”"),
    "order.too_far": ("签到时离得还远", "the helper is some way off"),
    "order.signed_in": ("签到了", "the helper has signed in"),
    "order.phone_shown": ("点「让对方看我电话」", "“Show my number” is pressed"),
    "order.phone_hidden": ("点「不给看电话了」", "“Hide my number” is pressed"),
    "order.ask_about": ("来了几个人，点「有问题」", "“A problem” is pressed, and several helped"),
    "refused.already_checked": ("别人先核验了", "somebody has checked it already"),
}
"""Belongs to `rare.LINES`."""
