"""Updates as JSON: whatever comes is read or refused, and has a lane."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.payload import lane_of, read, read_update, write

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(["message", "callback_query", "edited_message", "x"])
NAMES = st.sampled_from(["chat", "from", "id", "type", "data", "text"])
SHAPES = st.dictionaries(KINDS, st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON)) | JSON)


@given(SHAPES)
def test_it_finds_a_lane_for_anything(update: dict[str, Any]) -> None:
    assert lane_of(update)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_it_reads_or_refuses_anything(body: bytes) -> None:
    update = read_update(body)
    assert update is None or isinstance(update["update_id"], int)


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        ({"message": {"chat": {"id": 5, "type": "private"}}}, "u5"),
        ({"edited_message": {"chat": {"id": 5, "type": "private"}}}, "u5"),
        ({"message": {"chat": {"id": -7, "type": "supergroup"}, "from": {"id": 5}}}, "c-7"),
        ({"callback_query": {"from": {"id": 5}, "message": {"chat": {"id": -7, "type": "group"}}}}, "u5"),
        ({"my_chat_member": {"chat": {"id": 5, "type": "private"}}}, "u5"),
        ({"poll": {"id": "1"}}, "none"),
    ],
)
def test_it_puts_a_private_chat_and_its_presses_in_one_lane(update: dict[str, Any], lane: str) -> None:
    assert lane_of({"update_id": 1, **update}) == lane


def test_it_takes_nul_out_wherever_it_stands() -> None:
    body = json.dumps({"a\x00": ["x\x00y", {"b": "\x00"}], "c": "\\u0000"}).encode()
    assert read(body) == {"a": ["xy", {"b": ""}], "c": "\\u0000"}


def test_it_reads_and_writes_half_a_surrogate_pair() -> None:
    value = read(b'{"text": "\\ud83d!"}')
    assert read(write(value)) == value
