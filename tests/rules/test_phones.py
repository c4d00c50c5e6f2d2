"""Telephone numbers as people write them, and the keyboards that fit a role."""

import pytest

from storage.rules import phones
from storage.rules.boards import board


@pytest.mark.parametrize(
    "written",
    ["19900001071", "199 0000 1071", "199-0000-1071", "+8619900001071", "008619900001071", "１９９００００１０７１"],
)
def test_it_brings_every_way_of_writing_to_one_form(written: str) -> None:
    assert phones.normal(written) == "19900001071"


@pytest.mark.parametrize("written", ["", None, "不记得", "123", "1" * 16, "12a4567890", "3栋2单元"])
def test_it_takes_nothing_else_for_a_number(written: str | None) -> None:
    assert phones.normal(written) is None


@pytest.mark.parametrize(
    ("said", "phone", "name"),
    [
        ("赵奶奶 199 0000 1071", "19900001071", "赵奶奶"),
        ("赵奶奶，电话19900001071", "19900001071", "赵奶奶"),
        ("19900001071赵奶奶", "19900001071", "赵奶奶"),
        ("赵奶奶 0990-5550001", "09905550001", "赵奶奶"),
        ("Granny Zhao, phone +86 199 0000 1071", "19900001071", "Granny Zhao"),
        ("赵奶奶", None, "赵奶奶"),
    ],
)
def test_it_finds_a_number_beside_a_name(said: str, phone: str | None, name: str) -> None:
    assert phones.find(said) == (phone, name)


@pytest.mark.parametrize(
    ("roles", "name"),
    [
        ((), "main"),
        (("resident", "family"), "main"),
        (("volunteer",), "volunteer"),
        (("volunteer", "steward"), "staff"),
        (("unit_head", "volunteer"), "filing"),
        (("grid_worker", "duty_secretary"), "secretary"),
        (("administrator",), "main+admin"),
        (("community_secretary", "administrator"), "secretary+admin"),
    ],
)
def test_it_lays_the_keyboard_that_fits(roles: tuple[str, ...], name: str) -> None:
    assert board(roles) == name


@pytest.mark.parametrize(
    ("stored", "said"),
    [("19900001234", "199 0000 1234"), ("+8619900001234", "199 0000 1234"), ("0990-5550001", "0990-5550001"), ("", "")],
)
def test_it_reads_a_mobile_number_out_in_groups(stored: str, said: str) -> None:
    assert phones.aloud(stored) == said
