"""The people of the soak and what they are about to do: an agenda by rounds, filled by the seed and by what stands on
their screens.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from random import Random
from typing import Any

from simulator.client import Sim
from simulator.phone import Phone

from . import announcing, booking, community, ordering, residents, visiting, workers
from .answers import Answers
from .book import Book
from .neighbours import ORDERED_SHARE, Neighbourhood
from .person import GaveUp, Patience, Person, Refused, data_of
from .residents import Report

Act = Callable[[], Awaitable[object]]
Rows = Callable[[str], Awaitable[list[dict[str, Any]]]]
ROLES_EVERY, NOTICE_EVERY, ILL_EVERY, SWAP_EVERY = 32, 40, 90, 40  # rounds
BOOKED_SHARE = 1 / 3


class Life:
    """Everybody, and what they will do in which round."""

    def __init__(
        self,
        seed: int,
        sim: Sim,
        book: Book,
        posters: Mapping[str, str],
        rows: Rows,
        import_again: Callable[[], Awaitable[None]],
    ) -> None:
        self.book = book
        self.round = 0
        self._seed = seed
        self._sim = sim
        self._posters = posters
        self._rows = rows
        self._import_again = import_again
        self._answers = Answers()
        self.patience = Patience()
        self._random = Random(seed)  # noqa: S311 - a seed that replays, no secret
        self._units = community.units()
        self._staff = {one.telegram_id: one for one in community.staff()}
        self._people = {one.telegram_id: self._person(one.name, one.telegram_id) for one in self._staff.values()}
        self._administrator = self._people[max(self._staff)]
        self._secretary = next(
            self._people[one.telegram_id] for one in self._staff.values() if one.role == "duty_secretary"
        )
        self._helpers = {one.telegram_id: self._person(one.name, one.telegram_id) for one in community.helpers()}
        self._people |= self._helpers
        self.neighbours = Neighbourhood(self, sim, self._helpers, self._of_role, self._at)
        self._agenda: dict[int, list[tuple[Person, Act]]] = defaultdict(list)
        self._seen: set[tuple[int, str]] = set()
        self._residents = 0

    def _of_role(self, role: str) -> list[Person]:
        return [self._people[one.telegram_id] for one in self._staff.values() if one.role == role]

    def _at(self, phone: Phone) -> Person:
        """Somebody at a telephone, with a seed of their own for each chat they look at."""
        return Person(phone, f"{self._seed}:{phone.id}:{phone.chat.id}", self.book, self._answers, self.patience)

    # --- the agenda ------------------------------------------------------------------------------------------

    def soon(self, person: Person, act: Act, rounds: int) -> None:
        """Do it some rounds later."""
        self._agenda[self.round + rounds].append((person, act))

    def begin(self) -> list[Coroutine[Any, Any, None]]:
        """What is to be done in this round; who is busy, or has blocked the bot, does it later."""
        begun = []
        for person, act in self._agenda.pop(self.round, []):
            if person.is_busy or person.phone.chat.is_blocked:
                self._agenda[self.round + 1].append((person, act))
            else:
                person.is_busy = True
                begun.append(self._do(person, act))
        return begun

    async def _do(self, person: Person, act: Act) -> None:
        try:
            await act()
        except Refused:
            self.book.figures["refused"] += 1
        except GaveUp as error:
            self.book.gave_up.append(f"round {self.round}: {error}")
        finally:
            person.is_busy = False

    # --- what happens by itself ------------------------------------------------------------------------------

    def somebody_reports(self) -> None:
        """Somebody has something to say in this round."""
        person = self._resident()
        chance, address = self._random.random(), self._random.choice(self._units).address
        if chance < BOOKED_SHARE:
            wish = booking.wish(person, address)
            self.soon(person, lambda: booking.book(person, wish), 0)
            return
        if chance < BOOKED_SHARE + ORDERED_SHARE:
            asked = ordering.wish(person, address)
            self.soon(person, lambda: ordering.ask(person, asked), 0)
            return
        what = self._report()
        self.soon(person, lambda: residents.report(person, what), 0)

    def _resident(self) -> Person:
        """Somebody who was here before, or somebody new, who may have come by the code on a door."""
        if self._residents > 20 and self._random.random() < 0.5:
            return self._somebody()
        user_id = community.FIRST_RESIDENT + self._residents
        self._residents += 1
        person = self._people[user_id] = self._person(f"住{user_id}", user_id)
        if self._random.random() < 0.4:
            unit = self._random.choice(self._units)
            self.soon(person, lambda: residents.join(person, self._posters[unit.code]), 0)
        return person

    def _somebody(self) -> Person:
        return self._people[community.FIRST_RESIDENT + self._random.randrange(self._residents)]

    def _person(self, name: str, user_id: int) -> Person:
        phone = self._sim.person(name, user_id=user_id, is_started=user_id < community.FIRST_RESIDENT)
        return Person(phone, f"{self._seed}:{user_id}", self.book, self._answers, self.patience)

    def _report(self) -> Report:
        random = self._random
        chance, address = random.random(), random.choice(self._units).address
        if chance < 0.01:
            return Report(random.choice(residents.DANGERS), address)
        if chance < 0.07:
            return Report(random.choice(residents.CONFIDENTIAL), address)
        if chance < 0.1:
            return Report(random.choice(residents.QUESTIONS), "")
        return Report(
            random.choice(residents.TROUBLES),
            address,
            photos=int(random.random() < 0.15),
            is_anonymous=random.random() < 0.08,
            joins=random.random() < 0.4,
        )

    def odds(self) -> None:
        """Nonsense, people who block the bot and let it in again, roles that are taken away and come back."""
        random = self._random
        if self._residents and random.random() < 0.5:
            person = self._somebody()
            self.soon(person, lambda: residents.nonsense(person), 0)
        if random.random() < 0.04:
            self._blocks(random.choice(list(self._people.values())))
        if self.round % NOTICE_EVERY == NOTICE_EVERY - 1:
            place = random.choice(("community", "e1", "e4", random.choice(self._units).code))
            has_receipt = random.random() < 0.7
            self.soon(self._secretary, lambda: announcing.announce(self._secretary, place, has_receipt=has_receipt), 0)
        self._odds_among_neighbours()
        agents = self._of_role("proxy_agent")
        if self.round % ILL_EVERY == ILL_EVERY // 2:
            ill = random.choice(agents)
            self.soon(ill, lambda: visiting.falls_ill(ill), 0)
        if self.round % SWAP_EVERY == SWAP_EVERY // 2:
            busy = random.choice(agents)
            self.soon(busy, lambda: visiting.swaps(busy), 0)
        if self.round % ROLES_EVERY == ROLES_EVERY // 2:
            self.soon(self._administrator, self._take_a_role_away, 0)
        if self.round % ROLES_EVERY == ROLES_EVERY - 1:
            self.soon(self._administrator, self._import_again, 0)

    def _odds_among_neighbours(self) -> None:
        known = [community.FIRST_RESIDENT + number for number in range(self._residents)]
        self.neighbours.odds([self._people[one] for one in known])
        if self.neighbours.is_suspension_due():
            self.soon(self.neighbours.judge, self._suspend, 0)

    async def _suspend(self) -> None:
        """Secretaries let somebody wait, and let them help again, by the page of that person."""
        found = await self._rows(f"SELECT id, telegram_id FROM person WHERE telegram_id >= {community.FIRST_HELPER}")
        self.neighbours.suspend({row["telegram_id"]: base36(row["id"]) for row in found})

    def _blocks(self, person: Person) -> None:
        async def unblock() -> None:
            await person.phone.unblocks()

        if person is not self._administrator:
            self.soon(person, person.phone.blocks, 0)
            self.soon(self._administrator, unblock, self._random.randint(2, 20))

    async def _take_a_role_away(self) -> None:
        found = await self._rows(
            "SELECT id FROM role_grant WHERE revoked_at IS NULL AND role IN ('grid_worker', 'building_head') "
            "ORDER BY id"
        )
        await workers.take_role_away(self._administrator, base36(self._random.choice(found)["id"]))
        self.book.figures["roles taken"] += 1

    # --- what stands on the screens --------------------------------------------------------------------------

    def react(self, chat_id: int, message_id: int) -> None:
        """Something new stands on a screen: whose it is decides by the first button that means something to them."""
        if chat_id < 0:
            self.neighbours.in_group(chat_id, message_id)
            return
        person = self._people.get(chat_id)
        message = person.phone.chat.messages.get(message_id) if person else None
        if person is None or message is None or message.is_deleted:
            return
        for data in data_of(message):
            verb, _, ticket = data.partition(":")
            answer = self._reactions(chat_id).get(verb)
            if answer is not None:
                answer(self, person, message_id, ticket)
                return

    def _reactions(self, chat_id: int) -> "Mapping[str, Reaction]":
        if chat_id in self._helpers:
            return _HELPER
        return _STAFF if chat_id in self._staff else _RESIDENT

    def is_first(self, person: Person, what: str) -> bool:
        """Whether somebody has not thought about it yet."""
        is_first = (person.id, what) not in self._seen
        self._seen.add((person.id, what))
        return is_first

    def _offered(self, person: Person, message_id: int, ticket: str) -> None:
        """An offer: mostly it is taken soon; some are never answered. A danger rings until some of many go."""
        if "🆘" in person.phone.chat.messages[message_id].text:
            is_taken, rounds = person.random.random() < 0.4, 1
        else:
            is_taken, rounds = self.is_first(person, f"accept:{ticket}"), 1 + (person.random.random() < 0.1)
            is_taken = is_taken and person.random.random() < 0.95
        if is_taken:
            self.soon(person, lambda: workers.take(person, message_id, ticket), rounds)

    def _in_hand(self, person: Person, message_id: int, ticket: str) -> None:
        """Something is in hand: mostly it is finished, sometimes something happens before, or nothing ever."""
        if not self.is_first(person, f"finish:{ticket}"):
            return

        async def finish() -> None:
            self._seen.discard((person.id, f"finish:{ticket}"))  # it may come back
            await workers.finish(person, message_id, ticket)

        chance, rounds = person.random.random(), person.random.randint(1, 9)
        if chance < 0.08:
            self.soon(person, lambda: workers.ask(person, message_id, ticket), 1)
            rounds += 10
        elif chance < 0.2:
            self.soon(person, lambda: workers.progress(person, message_id, ticket), 1)
        elif chance < 0.26:
            self.soon(person, lambda: workers.hand_over(person, message_id, ticket), 1)
        if person.random.random() < 0.97:
            self.soon(person, finish, rounds)

    def _danger_in_hand(self, person: Person, message_id: int, ticket: str) -> None:
        if not self.is_first(person, f"arrive:{ticket}"):
            return
        if person.random.random() < 0.8:
            self.soon(person, lambda: workers.arrive(person, message_id, ticket), 1)
        self.soon(person, lambda: workers.finish(person, message_id, ticket), person.random.randint(2, 6))

    def _unowned(self, person: Person, message_id: int, ticket: str) -> None:
        """A secretary looks after what nobody takes."""
        message = person.phone.chat.messages[message_id]
        if "请安排" in message.text and person.random.random() < 0.7:
            self.soon(person, lambda: workers.assign(person, message_id, ticket), person.random.randint(1, 2))

    def _asked_whether_done(self, person: Person, message_id: int, ticket: str) -> None:
        if self.is_first(person, f"yes:{message_id}") and person.random.random() < 0.7:
            self.soon(person, lambda: residents.judge(person, message_id, ticket), person.random.randint(1, 8))

    def _asked_something(self, person: Person, message_id: int, ticket: str) -> None:
        if self.is_first(person, f"answer:{message_id}") and person.random.random() < 0.8:
            act = f"answer:{ticket}"
            self.soon(person, lambda: residents.add(person, message_id, act), person.random.randint(1, 6))

    def _told(self, person: Person, message_id: int, notice: str) -> None:
        if self.is_first(person, f"notice:{notice}") and person.random.random() < 0.6:
            self.soon(person, lambda: announcing.read(person, message_id, notice), person.random.randint(1, 4))

    def _own_card(self, person: Person, message_id: int, ticket: str) -> None:
        """A matter of one's own: now and then it is taken back, or something is added."""
        if not self.is_first(person, f"card:{ticket}"):
            return
        chance, rounds = person.random.random(), person.random.randint(1, 8)
        if chance < 0.05:
            self.soon(person, lambda: residents.withdraw(person, message_id, f"withdraw:{ticket}"), rounds)
        elif chance < 0.13:
            self.soon(person, lambda: residents.add(person, message_id, f"add:{ticket}"), rounds)

    # --- what is booked --------------------------------------------------------------------------------------

    def _booked(self, person: Person, message_id: int, ticket: str) -> None:
        """A booking of one's own: now and then it is moved or given back, mostly somebody says that they come."""
        message, chance = person.phone.chat.messages[message_id], person.random.random()
        found = {data.partition(":")[0]: data for data in data_of(message)}
        rounds = person.random.randint(1, 8)
        if not self.is_first(person, f"booked:{ticket}:{'bcome' in found}"):
            return
        if chance < 0.1 and "bmove" in found:
            self.soon(person, lambda: booking.moves(person, message, found["bmove"]), rounds)
        elif chance < 0.22 and "bcancel" in found:
            self.soon(person, lambda: booking.gives_back(person, message, found["bcancel"]), rounds)
        elif chance < 0.7 and "bcome" in found:
            self.soon(person, lambda: person.presses(message, found["bcome"]), rounds)

    def _freed(self, person: Person, message_id: int, waiting: str) -> None:
        """A time that somebody gave back: mostly it is taken, sometimes nobody answers."""
        self._press_one(person, message_id, f"bwtake:{waiting}", 0.7)

    def _offered_time(self, person: Person, message_id: int, ticket: str) -> None:
        """The agent cannot come: another time, at once."""
        self._press_one(person, message_id, f"vtake:{ticket}", 0.7)

    def _missed(self, person: Person, message_id: int, ticket: str) -> None:
        """没等到您: not needed any more, or another time."""
        if person.random.random() < 0.5:
            self._booked(person, message_id, f"{ticket}:missed")

    def _press_one(self, person: Person, message_id: int, data: str, share: float) -> None:
        message = person.phone.chat.messages[message_id]
        pressed = next((one for one in data_of(message) if one.startswith(data)), None)
        if pressed is not None and self.is_first(person, f"{pressed}:{message_id}") and person.random.random() < share:
            self.soon(person, lambda: person.presses(message, pressed), person.random.randint(1, 5))

    def _visit(self, person: Person, message_id: int, ticket: str) -> None:
        """A visit of an agent: when its time has come they are at the door, mostly somebody opens."""
        if not self.is_first(person, f"visit:{ticket}:{message_id}"):
            return
        chance, rounds = person.random.random(), person.random.randint(1, 40)
        act = visiting.visit if chance < 0.85 else visiting.meets_nobody
        self.soon(person, lambda: act(person, message_id, ticket), rounds)

    def _at_the_visit(self, person: Person, message_id: int, ticket: str) -> None:
        """Inside, or in hand: stage by stage until it is done."""
        found = data_of(person.phone.chat.messages[message_id])
        data = next(one for one in found if one.startswith(_RESULTS))
        if not self.is_first(person, data):
            return
        rounds = person.random.randint(1, 6)
        if f"bpaper:{ticket}" in found and person.random.random() < 0.3 and self.is_first(person, f"paper:{ticket}"):
            for kind, later in ((visiting.TAKEN, 1), (visiting.RETURNED, rounds + 4)):
                self._hands_over(person, message_id, ticket, kind, later)
            rounds += 8
        self.soon(person, lambda: visiting.finish(person, message_id, data), rounds)

    def _hands_over(self, person: Person, message_id: int, ticket: str, kind: str, rounds: int) -> None:
        self.soon(person, lambda: visiting.sheet(person, message_id, ticket, kind), rounds)

    def _handed_over(self, person: Person, message_id: int, paper: str) -> None:
        """What stands on the sheet is right, mostly."""
        self._press_one(person, message_id, f"bpaperyes:{paper}", 0.9)

    def _asked_to_swap(self, person: Person, message_id: int, swap: str) -> None:
        """A colleague asks: yes, or no."""
        self._press_one(person, message_id, f"{person.random.choice(('dutyyes', 'dutyyes', 'dutyno'))}:{swap}", 0.9)

    def _asked_for(self, person: Person, message_id: int, ticket: str) -> None:
        """A room that wants the word of staff."""
        self._press_one(person, message_id, f"vapprove:{ticket}", 0.8)

    def _to_ring(self, person: Person, message_id: int, ticket: str) -> None:
        """Somebody is rung; or let in though the code did not fit."""
        for verb in ("vrung", "vletin"):
            self._press_one(person, message_id, f"{verb}:{ticket}", 0.8)


_RESULTS = ("vstage:", "vdone:")


def base36(number: int) -> str:
    """An id as buttons carry it."""
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + text
    return text


Reaction = Callable[[Life, Person, int, str], None]


def _among_neighbours(react: Callable[[Neighbourhood, Person, int, str], None]) -> Reaction:
    return lambda life, person, message_id, about: react(life.neighbours, person, message_id, about)


_HELPER: Mapping[str, Reaction] = {
    "oclaim": _among_neighbours(Neighbourhood.offered),
    "ohere": _among_neighbours(Neighbourhood.in_hand),
    "odone": _among_neighbours(Neighbourhood.in_hand),
}
_STAFF: Mapping[str, Reaction] = {
    "overify": _among_neighbours(Neighbourhood.check),
    "orung": _among_neighbours(Neighbourhood.ring),
    "oseen": _among_neighbours(Neighbourhood.see_to),
    "accept": Life._offered,
    "arrive": Life._danger_in_hand,
    "finish": Life._in_hand,
    "vapprove": Life._asked_for,
    "vstage": Life._at_the_visit,
    "vdone": Life._at_the_visit,
    "varrive": Life._visit,
    "dutyyes": Life._asked_to_swap,
    "vrung": Life._to_ring,
    "vletin": Life._to_ring,
    "triage": Life._unowned,
}
_RESIDENT: Mapping[str, Reaction] = {
    "osign": _among_neighbours(Neighbourhood.expects),
    "obegin": _among_neighbours(Neighbourhood.asked_for),
    "orelay": _among_neighbours(Neighbourhood.under_way),
    "oedit": _among_neighbours(Neighbourhood.asked_for),
    "yes": Life._asked_whether_done,
    "answer": Life._asked_something,
    "vtake": Life._offered_time,
    "bpaperyes": Life._handed_over,
    "bwtake": Life._freed,
    "vhere": Life._missed,
    "bmove": Life._booked,
    "bcome": Life._booked,
    "bpapers": Life._booked,
    "add": Life._own_card,
    "notice_got": Life._told,
}
