"""Originals: what is out of its owner's hands, whatever was taken, given back, refused or said twice."""

from storage.rules.papers import ITEM_LIMIT, MOST_ITEMS, PaperKind, Sheet, outstanding, written

TAKEN, RETURNED = PaperKind.TAKEN, PaperKind.RETURNED


def test_it_knows_what_is_out() -> None:
    taken = Sheet(TAKEN, ("id_card", "household"), is_confirmed=True)
    back = Sheet(RETURNED, ("id_card",), is_confirmed=True)
    assert outstanding([taken]) == ("id_card", "household")
    assert outstanding([taken, back]) == ("household",)
    assert outstanding([taken, back, Sheet(RETURNED, ("household",), is_confirmed=True)]) == ()


def test_it_counts_what_was_taken_at_once_and_what_came_back_when_it_is_confirmed() -> None:
    assert outstanding([Sheet(TAKEN, ("病历",))]) == ("病历",)
    assert outstanding([Sheet(TAKEN, ("病历",), is_refused=True)]) == ()
    assert outstanding([Sheet(TAKEN, ("病历",)), Sheet(RETURNED, ("病历",))]) == ("病历",)


def test_it_counts_two_of_the_same() -> None:
    taken = [Sheet(TAKEN, ("id_card",)), Sheet(TAKEN, ("id_card",))]
    assert outstanding([*taken, Sheet(RETURNED, ("id_card",), is_confirmed=True)]) == ("id_card",)


def test_it_owes_nothing_for_a_mandate() -> None:
    assert outstanding([Sheet(PaperKind.MANDATE, (), is_confirmed=True)]) == ()


def test_it_reads_originals_out_of_words() -> None:
    assert written("病历，  检查单、X光片\n出院小结;") == ("病历", "检查单", "X光片", "出院小结")
    assert len(written(",".join("abcdefghijklmnopqrstuvwxyz"))) == MOST_ITEMS
    assert len(written("长" * 99)[0]) == ITEM_LIMIT
