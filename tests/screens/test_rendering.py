"""Every text in every language, filled as in life and as by somebody who wants to break it, judged by the simulator."""

import re
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from bot.sending import ANSWER_LIMIT, CAPTION_LIMIT
from bot.splitting import LIMIT, split
from bot.texts import LANGUAGES, Texts, sources
from docs.screens.examples import NOW, TICKET, example, looked_up
from simulator.markup_html import parse_html
from simulator.utf16 import length
from storage.rules.lifecycle import State

from . import program
from .hostile import HOSTILE, changed
from .test_texts import KEYS, wanted

TEXTS = Texts()
NOT_MESSAGES = ("button.", "menu.", "command.", "import.", "poster.", "control.", "role.")
MESSAGES = sorted(key for key in KEYS if not key.startswith(NOT_MESSAGES))
PLAIN = sorted(key for key in KEYS if key.startswith((*NOT_MESSAGES, "refused.")))
ANSWERS = sorted(
    {one.key for one in program.calls(KEYS) if one.method == "answer"} | {k for k in KEYS if "refused." in k}
)
WITH_PICTURE = ["done.ask"]
WRITTEN_BY_PEOPLE = {"name", "words", "question", "worker", "place", "caller"}
LEFT_OPEN = re.compile(r"[{}]|\bNone\b|&(?:amp|lt|gt|#\d+);|<\w")
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def params(key: str) -> dict[str, Any]:
    return {name: example(key, name) for name in wanted("zh-CN", key)}


def filled_with(name: str, key: str) -> dict[str, Any]:
    """The parameters of a text, with every name and every sentence of a person the same."""
    codes = looked_up(key)
    return {
        one: value if one in codes else changed(value, lambda _word: name, one) for one, value in params(key).items()
    }


def hostile(key: str, *hows: str) -> list[str]:
    """Names that people could give themselves, of each sort; none where a text says nothing of anybody."""
    says_names = filled_with("一", key) != filled_with("二", key)
    return [HOSTILE[how] for how in hows or HOSTILE] if says_names else []


def render(language: str, key: str, filled: Mapping[str, Any]) -> str:
    return TEXTS.render(language, key, filled, NOW)


def kinds(text: str) -> list[str]:
    return [entity["type"] for entity in parse_html(text)[1]]


@pytest.mark.parametrize("key", MESSAGES)
def test_it_says_it_well_in_life(key: str) -> None:
    for language in LANGUAGES:
        seen = parse_html(render(language, key, params(key)))[0]
        assert 0 < length(seen) <= LIMIT
        assert not LEFT_OPEN.search(seen), (language, seen)
        assert "  " not in seen, (language, seen)


@pytest.mark.parametrize("key", MESSAGES)
def test_it_says_it_whatever_people_are_called(key: str) -> None:
    for language, name in product(LANGUAGES, hostile(key)):
        text = render(language, key, filled_with(name, key))
        sizes = [length(parse_html(part)[0].strip()) for part in split(text)]
        assert all(0 < size <= LIMIT for size in sizes), (language, name)
        assert not UNSEEN.search(text), (language, name)


@pytest.mark.parametrize("key", MESSAGES)
def test_it_lets_nobody_add_markup(key: str) -> None:
    for language, name in product(LANGUAGES, hostile(key, "tag", "open tag", "entities", "template", "quotes")):
        found, tame = (kinds(render(language, key, filled_with(one, key))) for one in (name, "好"))
        assert found == tame, (language, name)


@pytest.mark.parametrize("key", [key for key in MESSAGES if wanted("zh-CN", key) & WRITTEN_BY_PEOPLE])
def test_it_shows_what_people_wrote_as_they_wrote_it(key: str) -> None:
    for language in LANGUAGES:
        written = "<b>&amp;</b> {{ 7 * 7 }}"
        assert written in parse_html(render(language, key, filled_with(written, key)))[0], language


@pytest.mark.parametrize(
    "card",
    ["card.resident", "card.staff", *(f"card.order_{side}" for side in ("asker", "helper", "open", "staff"))],
)
@pytest.mark.parametrize("state", list(State))
def test_it_draws_a_card_in_every_state(card: str, state: State) -> None:
    for language, is_danger, is_bare in product(LANGUAGES, (False, True), (False, True)):
        filled = params(card)
        filled["ticket"] = {**TICKET, "state": str(state), "is_danger": is_danger}
        if is_bare:
            filled |= {**BARE, "ticket": {**filled["ticket"], **BARE_TICKET}}
        seen = parse_html(render(language, card, filled))[0]
        assert 0 < length(seen) <= LIMIT
        assert not LEFT_OPEN.search(seen), (language, seen)


BARE: Mapping[str, Any] = {
    **dict.fromkeys(("place", "owner", "worker_phone", "route", "what", "unit", "starts_at", "code_word", "nobody")),
    "story": [],
    "helpers": [],
    "skills": [],
    "is_same_day": False,
}
BARE_TICKET: Mapping[str, Any] = {
    **dict.fromkeys(("room", "spot", "for_whom", "caller_phone", "overdue_at", "stars", "done_words", "closed_how")),
    "words": "",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_no_markup_where_none_is_shown(language: str) -> None:
    for key in PLAIN:
        assert TEXTS.plain(language, key, params(key), NOW)
        assert not re.search(r"</?[a-z]+>|&\w+;", sources(language)[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_answers_a_press_in_one_line(language: str) -> None:
    for key in ANSWERS:
        text = TEXTS.plain(language, key, params(key), NOW)
        assert 0 < length(text) <= ANSWER_LIMIT, key
        assert "<" not in text, key
        assert "\n" not in text, key


@pytest.mark.parametrize("key", WITH_PICTURE)
def test_it_finds_room_for_its_words_under_a_picture(key: str) -> None:
    for language in LANGUAGES:
        assert length(parse_html(render(language, key, params(key)))[0]) <= CAPTION_LIMIT
