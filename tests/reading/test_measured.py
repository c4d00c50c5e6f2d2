"""How well the word lists read: floors, a little below what was measured, so that a change for the worse is seen."""

from collections import Counter

import pytest

from handlers.reading import KINDS, Intent, LexiconReader

from .messages import Figures, load, measure

FLOORS = {
    "tuned": Figures(intent=0.95, kind_f1=0.94, danger_recall=0.99, danger_precision=0.85, place=0.99, sure=0.96),
    "held_out": Figures(intent=0.86, kind_f1=0.8, danger_recall=0.92, danger_precision=0.7, place=0.97, sure=0.8),
}


@pytest.mark.parametrize("part", FLOORS)
@pytest.mark.parametrize("figure", ["intent", "kind_f1", "danger_recall", "danger_precision", "place", "sure"])
def test_it_reads_well_enough(part: str, figure: str) -> None:
    measured = measure(LexiconReader(), load(part))

    assert getattr(measured, figure) >= getattr(FLOORS[part], figure), measured


@pytest.mark.parametrize("part", FLOORS)
def test_it_is_measured_on_every_intent_and_kind(part: str) -> None:
    messages = load(part)

    assert set(Intent) == {Intent(message.intent) for message in messages}
    assert set(KINDS) | {""} == {message.kind for message in messages}
    assert sum(message.is_danger for message in messages) >= 30


def test_it_holds_out_messages_that_were_not_tuned_on() -> None:
    texts = Counter(message.text for part in FLOORS for message in load(part))

    assert len(texts) >= 150
    assert texts.most_common(1)[0][1] == 1
