"""What stands on screens about requests to neighbours, and what comes of it some rounds later; for `life`."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

from simulator.client import Sim
from simulator.phone import Phone

from . import ordering
from .person import Person, data_of

ORDERED_SHARE = 1 / 24
CLAIM_EVERY, SUSPEND_EVERY, SHOP_EVERY = 3, 18, 4  # rounds

Act = Callable[[], Coroutine[Any, Any, object]]


class Diary(Protocol):
    """What `life` lets others write into its agenda."""

    round: int

    def soon(self, person: Person, act: Act, rounds: int) -> None:
        """Do it some rounds later."""
        ...

    def is_first(self, person: Person, what: str) -> bool:
        """Whether somebody has not thought about it yet."""
        ...


class Neighbourhood:
    """Who helps, in which groups they are, who checks, and what all of them do when they see something."""

    def __init__(
        self,
        diary: Diary,
        sim: Sim,
        helpers: Mapping[int, Person],
        of_role: Callable[[str], list[Person]],
        at: Callable[[Phone], Person],
    ) -> None:
        """`of_role` knows the staff; `at` gives somebody a view of another chat."""
        self._diary = diary
        self._helpers = helpers
        self._secretaries = of_role("duty_secretary")
        self.judge = of_role("community_secretary")[0]  # who has time to think about whom to trust
        workers, owner = of_role("grid_worker"), of_role("administrator")[0]
        members = {"volunteers": [*helpers.values(), *workers[:2]], "staff": workers}  # some who do not help as well
        self.groups = {
            purpose: sim.group(purpose, owner.phone, *(one.phone for one in people))
            for purpose, people in members.items()
        }
        self._here = {
            self.groups[purpose].id: [at(one.phone.in_group(self.groups[purpose])) for one in people]
            for purpose, people in members.items()
        }
        self._suspended: dict[int, int] = {}  # the round in which they are let in again

    # --- asked, and who checks -------------------------------------------------------------------------------

    def check(self, person: Person, message_id: int, ticket: str) -> None:
        """Whoever may check is asked to: mostly it goes out, sometimes it is changed or turned down."""
        if not self._diary.is_first(person, f"check:{ticket}"):
            return
        chance, rounds = person.random.random(), person.random.randint(1, 3)
        if chance < 0.06:
            self._soon(person, rounds, ordering.turn_down, message_id, ticket)
        elif chance < 0.14:
            self._soon(person, rounds, ordering.edit, message_id, ticket)
            self._soon(person, rounds + 1, ordering.check, message_id, ticket)
        elif chance < 0.75:
            self._soon(person, rounds, ordering.check, message_id, ticket)

    def ring(self, person: Person, message_id: int, ticket: str) -> None:
        """A secretary rings whoever asked: mostly it was done."""
        if self._diary.is_first(person, f"ring:{ticket}:{message_id}"):
            answer = "no" if person.random.random() < 0.25 else "yes"
            self._soon(person, 1, ordering.press, message_id, f"orung:{ticket}:{answer}")

    def see_to(self, person: Person, message_id: int, concern: str) -> None:
        """What went wrong is seen to."""
        if self._diary.is_first(person, f"concern:{concern}"):
            self._soon(person, person.random.randint(1, 4), ordering.press, message_id, f"oseen:{concern}")

    # --- helpers ---------------------------------------------------------------------------------------------

    def offered(self, person: Person, message_id: int, ticket: str) -> None:
        """Somebody needs a hand: some go, most look who else does."""
        if self._diary.is_first(person, f"claim:{ticket}") and person.random.random() < 0.45:
            self._soon(person, person.random.choice((1, 1, 1, 2, 3)), ordering.take, message_id, ticket)

    def in_hand(self, person: Person, message_id: int, ticket: str) -> None:
        """A place of one's own: mostly it is done, sometimes given back; some never come."""
        found = data_of(person.phone.chat.messages[message_id])
        is_left_open = not any(one.startswith(("orelay:", "ohere:")) for one in found)
        if not self._diary.is_first(person, f"help:{ticket}:{is_left_open}:{message_id}"):
            return
        chance, rounds = person.random.random(), person.random.randint(1, 6)
        if chance < 0.12:
            self._soon(person, rounds, ordering.press, message_id, f"ogive:{ticket}")
        elif chance < 0.8:
            if f"ohere:{ticket}" in found and person.random.random() < 0.6:
                self._soon(person, rounds, ordering.sign_in, message_id, ticket)
                rounds += 2
            self._soon(person, rounds, ordering.press, message_id, f"odone:{ticket}")
            self._soon(person, rounds + 12, ordering.press, message_id, f"odone:{ticket}")  # it was not good enough

    # --- whoever asked ---------------------------------------------------------------------------------------

    def expects(self, person: Person, message_id: int, ticket: str) -> None:
        """Somebody is to come, or is there: it is said of each whether they are."""
        message = person.phone.chat.messages[message_id]
        for one in data_of(message):
            if one.startswith("osign:") and self._diary.is_first(person, one):
                chance, rounds = person.random.random(), person.random.randint(1, 6)
                if chance < 0.5:
                    self._soon(person, rounds, ordering.press, message_id, one)
                elif chance < 0.65:
                    self._soon(person, rounds, ordering.press, message_id, one.replace("osign:", "omiss:", 1))

    def under_way(self, person: Person, message_id: int, ticket: str) -> None:
        """Somebody comes: now and then there is a problem, or nobody is needed any more."""
        if not self._diary.is_first(person, f"under way:{ticket}"):
            return
        chance = person.random.random()
        if chance < 0.06:
            self._soon(person, person.random.randint(1, 3), ordering.complain, message_id, ticket)
        elif chance < 0.12:
            self._soon(person, 1, _withdraw, message_id, ticket)

    def asked_for(self, person: Person, message_id: int, ticket: str) -> None:
        """One's own request: now and then it is changed or taken back, or begun with fewer."""
        found = data_of(person.phone.chat.messages[message_id])
        if f"obegin:{ticket}" in found and self._diary.is_first(person, f"begin:{ticket}"):
            if person.random.random() < 0.4:
                self._soon(person, person.random.randint(1, 4), ordering.press, message_id, f"obegin:{ticket}")
            return
        if not self._diary.is_first(person, f"order:{ticket}"):
            return
        chance, rounds = person.random.random(), person.random.randint(1, 6)
        if chance < 0.06:
            self._soon(person, rounds, _withdraw, message_id, ticket)
        elif chance < 0.14:
            self._soon(person, rounds, ordering.edit, message_id, ticket)

    # --- in groups -------------------------------------------------------------------------------------------

    def in_group(self, chat_id: int, message_id: int) -> None:
        """A card in a group with a button: some of those who are there press it, entitled or not."""
        people = self._here.get(chat_id, [])
        message = people[0].phone.chat.messages.get(message_id) if people else None
        data = next(iter(data_of(message)), None) if message is not None and not message.is_deleted else None
        if data is None or not self._diary.is_first(people[0], f"group:{data}"):
            return
        random = people[0].random
        for person in random.sample(people, random.choice((0, 1, 1, 2, 3))):
            self._soon(person, random.choice((1, 1, 2)), ordering.press_in_group, message_id, data)

    # --- by themselves ---------------------------------------------------------------------------------------

    def odds(self, residents: list[Person]) -> None:
        """Somebody looks for something to do, or exchanges points."""
        random, now = self._secretaries[0].random, self._diary.round
        helpers = list(self._helpers.values())
        if now % CLAIM_EVERY == 0:
            one = random.choice(helpers)
            self._diary.soon(one, lambda: ordering.take_from_list(one), 0)
        if now % SHOP_EVERY == 0:
            for shopper in random.sample([*helpers, *residents[:20]], 3):
                self._shop(shopper)

    def is_suspension_due(self) -> bool:
        """Whether somebody is suspended or let in again in this round."""
        now = self._diary.round
        return now % SUSPEND_EVERY == SUSPEND_EVERY // 3 or any(until <= now for until in self._suspended.values())

    def suspend(self, ids: Mapping[int, str]) -> None:
        """Suspend one helper, or let those in again whose time has come; `ids` by Telegram id, as buttons have them."""
        now, secretary = self._diary.round, self.judge
        back = [one for one, until in self._suspended.items() if until <= now]
        for helper in back:
            del self._suspended[helper]
            self._soon(secretary, 1, _lets_in, 0, ids[helper])
        if not back:
            helper = secretary.random.choice(sorted(self._helpers.keys() - self._suspended.keys()))
            self._suspended[helper] = now + secretary.random.randint(6, 14)
            self._soon(secretary, 1, _suspends, 0, ids[helper])

    def _shop(self, person: Person) -> None:
        async def exchange() -> None:
            message_id, data, code = await ordering.exchange(person)
            chance, rounds = person.random.random(), person.random.randint(1, 5)
            if code and chance < 0.35:
                self._soon(person, rounds, ordering.cancel, message_id, data)
            if code and chance > 0.3:
                secretary = person.random.choice(self._secretaries)
                self._diary.soon(secretary, lambda: ordering.hand_out(secretary, code), rounds)

        self._diary.soon(person, exchange, 0)

    def _soon(self, person: Person, rounds: int, act: Callable[..., Any], message_id: int, about: str) -> None:
        self._diary.soon(person, lambda: act(person, message_id, about), rounds)


async def _withdraw(person: Person, message_id: int, ticket: str) -> None:
    if f"withdraw:{ticket}" in data_of(person.phone.chat.messages[message_id]):
        await person.presses(person.phone.chat.messages[message_id], f"withdraw:{ticket}")
        message, data = await person.sees("choose:solved")
        await person.presses(message, data)


async def _suspends(person: Person, _message_id: int, helper: str) -> None:
    await ordering.suspend(person, helper)


async def _lets_in(person: Person, _message_id: int, helper: str) -> None:
    await ordering.let_in(person, helper)
