"""Ticket numbers: the check digit catches slips, and a number is found in what people write or dictate."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.numbers import compose, find_number, is_valid, spoken

NUMBER = compose(1024)  # 10244
sequences = st.integers(1, 10**8)
long_enough = st.integers(1000, 10**8)


def test_it_appends_the_digit_of_the_published_example() -> None:
    assert compose(572) == 5724  # the example of Damm's thesis
    assert NUMBER == 10244


@given(sequences)
def test_it_composes_valid_numbers_that_keep_the_sequence(sequence: int) -> None:
    number = compose(sequence)
    assert is_valid(number)
    assert number // 10 == sequence


@given(sequences, st.data())
def test_it_notices_one_wrong_digit(sequence: int, data: st.DataObject) -> None:
    digits = str(compose(sequence))
    place = data.draw(st.integers(0, len(digits) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != digits[place]]))
    assert not is_valid(int(digits[:place] + wrong + digits[place + 1 :]))


@given(sequences, st.data())
def test_it_notices_two_swapped_neighbours(sequence: int, data: st.DataObject) -> None:
    digits = str(compose(sequence))
    place = data.draw(st.integers(0, len(digits) - 2))
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert is_valid(int(swapped)) is (swapped == digits)


@pytest.mark.parametrize("sequence", [0, -1])
def test_it_begins_with_one(sequence: int) -> None:
    with pytest.raises(ValueError, match="begins with 1"):
        compose(sequence)
    assert not is_valid(sequence)


@given(sequences)
def test_it_is_spoken_in_groups_of_three(sequence: int) -> None:
    groups = spoken(compose(sequence)).split("\u202f")
    assert int("".join(groups)) == compose(sequence)
    assert re.fullmatch(r"\d{1,3}( \d{3})*", " ".join(groups))


@pytest.mark.parametrize(
    "text",
    [
        "10244",
        "我那个10244怎么样了",
        "编号10244",
        "编号：10 244 到哪一步了",
        "10\u2009244",
        "10,244",
        "10，244",
        "10-244",
        "1 0 2 4 4",
        "１０２４４号",
        "一零二四四",
        "幺零二四四",
        "幺 〇 二 四 四",
        "一万零二百四十四",
        "1万0244",
        "10244号的事办了吗",
        "3栋2单元1502室报的,编号是10244",
        "13812345678打的电话，编号10244",
        "10 244 302室",
        "No. 10244 please",
        "ticket #10244?",
        "昨天(3月5日)说的10244。",
    ],
)
def test_it_finds_a_number(text: str) -> None:
    assert find_number(text) == NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3栋2单元楼道灯坏了",
        "10243",  # a wrong check digit
        "13栋",  # 13 carries its check digit by chance, like the others below
        "3-2-5724",
        "3#5724",
        "5724室漏水",
        "5724年",
        "欠了5724元",
        "￥5724",
        "电话是5724",
        "手机号码5724",
        "57:24",
        "010244",
        "1024402440244",
        "一二楼",
    ],
)
def test_it_takes_nothing_else_for_a_number(text: str) -> None:
    assert find_number(text) is None


def test_it_accepts_a_short_number_only_when_introduced() -> None:
    short = compose(1)
    assert find_number(f"编号{short}") == short
    assert find_number(f"我是{short}的") is None


def test_it_prefers_the_number_that_is_introduced() -> None:
    assert find_number(f"5724 还是 编号{NUMBER}") == NUMBER


@given(long_enough)
def test_it_finds_what_it_shows(sequence: int) -> None:
    number = compose(sequence)
    assert find_number(f"您反映的事编号 {spoken(number)}。") == number
    assert find_number(str(number)) == number


@given(long_enough)
def test_it_finds_what_is_dictated_digit_by_digit(sequence: int) -> None:
    dictated = str(compose(sequence)).translate(str.maketrans("0123456789", "零幺二三四五六七八九"))
    assert find_number(f"我的是{dictated}") == compose(sequence)


@given(st.integers(1000, 999_999))
def test_it_finds_what_is_said_with_its_places(sequence: int) -> None:
    number = compose(sequence)
    assert find_number(f"编号是{in_words(number)}") == number


@pytest.mark.parametrize(
    ("text", "number"), [("编号一万三", 13_000), ("编号两千一", 2_100), ("编号三十七", 37), ("编号二百一", 210)]
)
def test_it_understands_how_round_numbers_are_shortened(text: str, number: int) -> None:
    assert find_number(text) == number


@given(st.text(st.sampled_from("0123456789零一二三幺十百千万 ,-#编号元室年.") | st.characters(), max_size=200))
def test_it_reads_any_text(text: str) -> None:
    found = find_number(text)
    assert found is None or is_valid(found)


def in_words(number: int) -> str:
    """The number as it is said in full, written independently of the reader."""
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return in_words(number // 10_000) + "万" + gap + (in_words(rest) if rest else "")
    words = ""
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            words += "零一二三四五六七八九"[digit] + name
        elif words and not words.endswith("零"):
            words += "零"
    return words.rstrip("零")
