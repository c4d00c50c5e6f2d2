"""Long texts, judged by the simulator's reader of HTML: nothing is cut in two, nothing is lost, nothing is too long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from bot.splitting import LIMIT, split, visible_length
from simulator.markup_html import parse_html
from simulator.utf16 import length

WORDS = st.text(st.sampled_from("ab<>&\"' \n字，。é\u0301🙂👩\u200d🔧🇨🇳\u202e\u200f0😀🏽"), max_size=30)
TAGS = st.sampled_from(
    [("<b>", "</b>"), ("<i>", "</i>"), ("<code>", "</code>"), ('<a href="https://example.org/?a=1">', "</a>")]
)
TEXTS = st.recursive(
    WORDS.map(lambda words: str(escape(words))),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=6).map("".join),
        st.builds(lambda tag, text: f"{tag[0]}{text}{tag[1]}", TAGS, inner),
    ),
    max_leaves=25,
)
LIMITS = st.integers(60, 90)


def plain(text: str) -> str:
    """What is seen; the simulator raises for a tag that is cut or left open."""
    return parse_html(text)[0]


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, LIMITS)
def test_it_leaves_every_part_whole_and_short_enough(text: str, limit: int) -> None:
    for part in split(text, limit):
        assert length(plain(part)) <= limit


@given(TEXTS, LIMITS)
def test_it_loses_nothing_and_adds_nothing(text: str, limit: int) -> None:
    assert squeezed("".join(plain(part) for part in split(text, limit))) == squeezed(plain(text))


@pytest.mark.parametrize("text", ["<b>\n{}</b>", "\n\n{}", "{}\n<i></i>\n", "{}\n \n"])
def test_it_sends_no_empty_part(text: str) -> None:
    parts = split(text.format("字" * LIMIT))
    assert [plain(part).strip() for part in parts] == ["字" * LIMIT]


def test_it_has_a_part_even_for_nothing() -> None:
    assert len(split(" " * 5000)) == 1


@given(TEXTS)
def test_it_counts_as_telegram_counts(text: str) -> None:
    assert visible_length(text) == length(plain(text))


@given(TEXTS, LIMITS)
def test_it_keeps_every_character_as_bold_as_it_was(text: str, limit: int) -> None:
    assert bold("".join(split(text, limit))) == bold(text)


def bold(text: str) -> str:
    words, entities = parse_html(text)
    raw = words.encode("utf-16-le")
    found = [(e["offset"], e["length"]) for e in entities if e["type"] == "bold"]
    places = sorted({place for start, size in found for place in range(start, start + size)})
    return squeezed(b"".join(raw[2 * place : 2 * place + 2] for place in places).decode("utf-16-le"))


def test_it_leaves_what_fits_as_it_is() -> None:
    assert split("<b>短</b>\n") == ["<b>短</b>\n"]


def test_it_cuts_at_a_line_where_it_can() -> None:
    lines = [f"{number}: {'字' * 90}" for number in range(100)]
    parts = split("\n".join(lines))
    assert len(parts) == 3
    assert "\n".join(parts).split("\n") == lines


@pytest.mark.parametrize("character", ["👩\u200d🔧", "e\u0301", "👋🏽", "❤\ufe0f"])
def test_it_does_not_cut_a_character_from_its_marks(character: str) -> None:
    for shift in range(4):
        text = "x" * shift + character * 30
        assert all(part.removeprefix("x" * shift).replace(character, "") == "" for part in split(text, 21))


def test_it_reopens_a_link_where_it_was_cut() -> None:
    first, second = split(f'<a href="https://example.org/">{"字" * 5000}</a>')
    assert first == f'<a href="https://example.org/">{"字" * LIMIT}</a>'
    assert second == f'<a href="https://example.org/">{"字" * (5000 - LIMIT)}</a>'


def test_it_takes_time_that_grows_with_the_length_only() -> None:
    began = time.process_time()
    split("字" * 200_000)
    assert time.process_time() - began < 5
