"""What counts as an answer where one sentence is asked for."""

from dataclasses import dataclass

import pytest

from handlers.said import Said
from handlers.sentence import READABLE, take

USUAL = {"busy": "decline_busy"}


@dataclass
class Kept:
    words: str = ""


@pytest.mark.parametrize(
    ("said", "least", "kept"),
    [
        (Said(text="忙"), 1, "忙"),
        (Said(text="忙"), READABLE, None),
        (Said(text="没人"), READABLE, "没人"),
        (Said(text=""), 1, None),
        (Said(files=({"media": "photo"},)), 1, None),
        (Said(choice="busy"), READABLE, "busy"),
        (Said(choice="other"), 1, None),
    ],
)
def test_a_sentence_or_a_usual_answer_is_taken(said: Said, least: int, kept: str | None) -> None:
    draft = Kept()
    assert take(draft, said, usual=USUAL, least=least) is (kept is not None)
    if kept is not None:
        assert draft.words == kept


def test_a_choice_is_no_sentence_where_none_is_offered() -> None:
    assert not take(Kept(), Said(choice="busy"))
