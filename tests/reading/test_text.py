"""Many ways of writing become one."""

import pytest

from handlers.reading.text import clauses, tidy


@pytest.mark.parametrize(
    ("written", "tidied"),
    [
        ("楼到灯不亮了", "楼道灯不亮了"),
        ("楼倒灯", "楼道灯"),
        ("电替坏了", "电梯坏了"),
        ("路登不亮", "路灯不亮"),
        ("電梯壞了", "电梯坏了"),
        ("３栋", "3栋"),
        ("那个那个 就是说 停水了", "停水了"),
        ("The elevater is broke", "the elevator is broke"),
    ],
)
def test_it_writes_the_same_words_alike(written: str, tidied: str) -> None:
    assert tidy(written).strip(" ,") == tidied


@pytest.mark.parametrize("words", ["没气了", "水漏到我家", "从门进来", "深水", "一味推脱", "没气味"])
def test_it_leaves_words_of_their_own_alone(words: str) -> None:
    assert tidy(words) == words


def test_it_cuts_at_pauses() -> None:
    assert clauses(tidy("停水了 两天了，没人管。")) == ["停水了", "两天了", "没人管"]
