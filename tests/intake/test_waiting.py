"""What waits in memory: lanes in turn, in order, slowed down, cut short."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from bot.pace import Rate
from bot.waiting import LANE_MOST, Waiting
from storage.inbox import Stored

FAST = Rate(1e9, 1e9)


class Watch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def update(number: int, lane: str = "u1") -> Stored:
    return Stored(number, lane, b"{}")


def numbers(updates: list[Stored]) -> list[int]:
    return [one.id for one in updates]


def test_it_takes_the_head_of_every_lane() -> None:
    waiting = Waiting(FAST)
    waiting.add([update(1), update(2), update(3, "u2"), update(4, "u3")])
    assert numbers(waiting.heads(60)) == [1, 3, 4]
    assert waiting.heads(60) == []


def test_it_goes_on_when_the_head_is_settled() -> None:
    waiting = Waiting(FAST)
    waiting.add([update(1), update(2)])
    (head,) = waiting.heads(60)
    waiting.settle(head)
    assert (numbers(waiting.heads(60)), len(waiting)) == ([2], 1)


def test_it_tries_again_before_the_rest_of_the_lane() -> None:
    watch = Watch()
    waiting = Waiting(FAST, watch)
    waiting.add([update(1), update(2), update(3, "u2")])
    first, other = waiting.heads(60)
    waiting.settle(other)
    waiting.again(first, 0.5)
    assert (waiting.heads(60), waiting.next_turn_in()) == ([], 0.5)
    watch.now += 0.5
    assert numbers(waiting.heads(60)) == [1]


def test_it_lets_everybody_have_a_turn() -> None:
    waiting = Waiting(FAST)
    waiting.add(update(number) for number in range(100))
    waiting.add([update(1000, "u2")])
    (head,) = waiting.heads(1)
    waiting.settle(head)
    assert numbers(waiting.heads(1)) == [1000]


def test_it_does_not_queue_twice() -> None:
    waiting = Waiting(FAST)
    waiting.add([update(1), update(1)])
    (head,) = waiting.heads(60)
    waiting.add([update(1)])
    waiting.settle(head)
    assert (waiting.heads(60), len(waiting)) == ([], 0)


def test_it_slows_down_who_says_too_much() -> None:
    watch = Watch()
    waiting = Waiting(Rate(2.0, 5.0), watch)
    waiting.add(update(number) for number in range(100))
    for _ in range(5):
        waiting.settle(waiting.heads(60)[0])
    waiting.settle(waiting.heads(60)[0])
    assert (waiting.heads(60), waiting.next_turn_in()) == ([], 0.5)
    watch.now += 0.5
    assert numbers(waiting.heads(60)) == [6]


def test_it_forgets_no_debt_when_a_lane_is_empty() -> None:
    watch = Watch()
    waiting = Waiting(Rate(1.0, 1.0), watch)
    for number in range(2):
        waiting.add([update(number)])
        waiting.settle(waiting.heads(60)[0])
    waiting.add([update(7)])
    assert waiting.heads(60) == []
    watch.now += 1.0
    assert numbers(waiting.heads(60)) == [7]


def test_it_leaves_the_rest_of_a_long_lane_in_the_inbox() -> None:
    waiting = Waiting(FAST)
    everything = [update(number) for number in range(LANE_MOST + 50)]
    waiting.add(everything)
    assert len(waiting) == LANE_MOST + 1
    for _ in range(LANE_MOST):
        waiting.settle(waiting.heads(60)[0])
    ((name, mark),) = waiting.cut_short()
    waiting.add([update(9_999)])
    waiting.refill(name, mark, everything[LANE_MOST:], is_all=True)
    done = []
    while heads := waiting.heads(60):
        done += numbers(heads)
        waiting.settle(heads[0])
    assert done == numbers(everything[LANE_MOST:])
    assert waiting.cut_short() == [(name, mark + 1)]


def test_it_is_done_when_the_inbox_had_no_more() -> None:
    waiting = Waiting(FAST)
    waiting.add(update(number) for number in range(LANE_MOST + 1))
    for _ in range(LANE_MOST):
        waiting.settle(waiting.heads(60)[0])
    ((name, mark),) = waiting.cut_short()
    waiting.refill(name, mark, [], is_all=True)
    assert (waiting.cut_short(), len(waiting)) == ([], 0)


@given(st.data())
def test_it_keeps_every_lane_in_order_whatever_happens(data: st.DataObject) -> None:
    waiting = Waiting(FAST)
    told: dict[str, list[int]] = defaultdict(list)
    done: dict[str, list[int]] = defaultdict(list)
    at_work: list[Stored] = []
    for number in range(data.draw(st.integers(1, 60))):
        lane = f"u{data.draw(st.integers(1, 4))}"
        waiting.add([update(number, lane)])
        told[lane].append(number)
        if data.draw(st.booleans()):
            at_work += waiting.heads(data.draw(st.integers(1, 3)))
        for _ in range(data.draw(st.integers(0, len(at_work)))):
            one = at_work.pop(data.draw(st.integers(0, len(at_work) - 1)))
            if data.draw(st.booleans()):
                waiting.again(one)
            else:
                done[one.lane].append(one.id)
                waiting.settle(one)
    while at_work := at_work or waiting.heads(60):
        one = at_work.pop()
        done[one.lane].append(one.id)
        waiting.settle(one)
    assert done == told


def test_it_puts_what_comes_first_before_a_head() -> None:
    """Another replica took it in."""
    waiting = Waiting(FAST)
    waiting.add([update(7, "a"), update(6, "a"), update(8, "a")])
    (head,) = waiting.heads(9)
    assert waiting.precede(head, [update(5, "a"), update(6, "a")]).id == 5
    waiting.settle(update(5, "a"))
    order = []
    while heads := waiting.heads(9):
        order.append(heads[0].id)
        waiting.settle(heads[0])
    assert order == [6, 7, 8]
    assert len(waiting) == 0


def test_it_forgets_the_lanes_that_were_lost() -> None:
    waiting = Waiting(FAST)
    waiting.add([update(1, "a"), update(2, "b"), update(3, "a")])
    waiting.drop(lambda lane: lane == "a")
    assert (len(waiting), 1 in waiting, 2 in waiting) == (1, False, True)
    assert [one.id for one in waiting.heads(9)] == [2]
    waiting.add([update(3, "a")])
    assert [one.id for one in waiting.heads(9)] == [3]
