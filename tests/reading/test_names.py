"""What somebody can be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.resident.names import LONGEST_CALLED, called


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("李奶奶", "李奶奶"),
        ("  三楼\n王叔 ", "三楼 王叔"),
        ("Granny\u202eLi", "Granny Li"),
        ("周一鸣", "周一鸣"),
        ("明天上午", None),
        ("3点", None),
        ("好的", None),
        ("不用了", None),
        ("13800000000", None),
        ("……", None),
        ("", None),
    ],
)
def test_a_name_is_no_day_no_answer_and_no_number(text: str, name: str | None) -> None:
    assert called(text) == name


@given(st.text())
def test_a_name_is_short_and_on_one_line(text: str) -> None:
    name = called(text)
    assert name is None or (0 < len(name) <= LONGEST_CALLED and " ".join(name.split()) == name)
