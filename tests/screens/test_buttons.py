"""Buttons and menus: short enough to read, small enough to send, and each does something."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from bot.keyboards import LABEL_LIMIT, STYLES, Keyboards, labels
from bot.texts import LANGUAGES, Texts, sources
from docs.screens.examples import NOW
from handlers import entry
from simulator.utf16 import length
from storage.rules.press import LIMIT_BYTES, base36

from . import program
from .hostile import HOSTILE
from .test_rendering import UNSEEN, filled_with, params
from .test_texts import KEYS, wanted

TEXTS = Texts()
KEYBOARDS = Keyboards(TEXTS)
LABELS = sorted(key.removeprefix("button.") for key in KEYS if key.startswith("button."))
LARGEST = base36(2**63 - 1)
ON_STAFF_KEYBOARDS = {"triage", "admin", "file", "notice"}
"""Commands that everybody's menu does not show; those who may use them have a big button."""
IN_GROUPS = {"bind", "unbind"}
"""Commands of administrators, for groups."""
HALF = re.compile("^[\u200d\ufe0f\u0301\U0001f3fb-\U0001f3ff]|\u200d…$|[\ud800-\udfff]")


def drawn(label: str, filled: dict[str, Any], language: str) -> str:
    text: str = KEYBOARDS.inline([[(label, "x:1", filled)]], language, NOW)["inline_keyboard"][0][0]["text"]
    return text


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_shows_every_label_whole_in_life(language: str) -> None:
    for label in LABELS:
        text = TEXTS.plain(language, f"button.{label}", params(f"button.{label}"), NOW)
        assert 0 < length(text) <= LABEL_LIMIT, label
        assert "\n" not in text, label


@pytest.mark.parametrize("label", [label for label in LABELS if wanted("zh-CN", f"button.{label}")])
def test_it_shows_every_label_whatever_it_names(label: str) -> None:
    for language, (how, name) in product(LANGUAGES, HOSTILE.items()):
        text = drawn(label, filled_with(name, f"button.{label}"), language)
        assert 0 < length(text.strip()) <= LABEL_LIMIT, (language, how)
        assert not UNSEEN.search(text), (language, how)
        assert not HALF.search(text), (language, how, text)


def labels_written() -> Iterator[tuple[str, str]]:
    for where, label, _data in program.buttons():
        choices = (label.body, label.orelse) if isinstance(label, ast.IfExp) else (label,)
        yield from ((where, str(one.value)) for one in choices if isinstance(one, ast.Constant))


def test_it_has_words_for_every_button() -> None:
    named = {*labels(TEXTS, NOW).values(), *STYLES}
    unknown = {(where, label) for where, label in labels_written() if label not in LABELS}
    assert (unknown, named - set(LABELS)) == (set(), set())


def verbs() -> Iterator[tuple[str, str]]:
    for where, call in program.presses():
        if call.args and isinstance(call.args[0], ast.Constant):
            yield where, str(call.args[0].value)


def test_it_draws_no_button_that_does_nothing() -> None:
    known = {*entry._presses, *entry._group_presses}
    assert sorted({f"{where} {verb}" for where, verb in verbs() if verb not in known}) == []


def test_it_does_nothing_that_no_button_asks_for() -> None:
    asked = {verb for _where, verb in verbs()} | program.constants()
    assert sorted({*entry._presses, *entry._group_presses} - asked) == []


def test_it_fits_what_a_button_carries() -> None:
    for where, call in program.presses():
        parts = [str(one.value) if isinstance(one, ast.Constant) else LARGEST for one in call.args]
        assert len(":".join(parts).encode()) <= LIMIT_BYTES, where


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_describes_every_command_in_the_menu(language: str) -> None:
    texts = sources(language)
    menu = {name.removeprefix("menu."): text for name, text in texts.items() if name.startswith("menu.")}
    described = {name: text for name, text in menu.items() if "description" not in name}
    assert set(described) == set(entry.commands()) - ON_STAFF_KEYBOARDS - IN_GROUPS
    assert all(1 <= length(text) <= 256 for text in described.values())
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in described)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_introduces_itself_within_the_limits(language: str) -> None:
    assert 1 <= length(sources(language)["menu.description"]) <= 512
    assert 1 <= length(sources(language)["menu.short_description"]) <= 120
