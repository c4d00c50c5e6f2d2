"""A group in a test: the handle that `Sim.group` gives.

group = sim.group("3栋邻居群", rosa, wei, is_forum=True)
await rosa.in_group(group).says("灯坏了")
"""

from simulator.groups import Rule
from simulator.phone import Phone
from simulator.posting import World
from simulator.state import Bot, Chat, Message, Person, Topic


class Group:
    """A group, run by its first member."""

    def __init__(self, world: World, chat: Chat, owner: Person) -> None:
        self.world = world
        self.chat = chat
        self.owner = owner

    @property
    def id(self) -> int:
        """The chat id; it changes when the group migrates."""
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """All that stands in the group."""
        return self.chat.living()

    @property
    def topics(self) -> dict[str, Topic]:
        """The topics by name."""
        return {topic.name: topic for topic in self.chat.topics.values()}

    @property
    def _rule(self) -> Rule:
        return Rule(self.world, self.chat, self.owner)

    def adds(self, who: Phone | Bot) -> None:
        """Take somebody in."""
        self._rule.add(_user(who))

    def removes(self, who: Phone | Bot, *, is_anonymous: bool = False) -> None:
        """Put somebody out, perhaps without showing who does it."""
        Rule(self.world, self.chat, self.owner, is_anonymous).remove(_user(who))

    def promotes(self, who: Phone | Bot) -> None:
        """Make somebody an administrator."""
        self._rule.promote(_user(who))

    def demotes(self, who: Phone | Bot) -> None:
        """Make an administrator a member."""
        self._rule.demote(_user(who))

    def creates_topic(self, name: str) -> Topic:
        """Open a topic."""
        return self._rule.create_topic(name)

    def closes_topic(self, topic: Topic) -> None:
        """Close a topic."""
        self._rule.close_topic(topic)

    def reopens_topic(self, topic: Topic) -> None:
        """Open a closed topic again."""
        self._rule.reopen_topic(topic)

    def deletes_topic(self, topic: Topic) -> None:
        """Delete a topic with all its messages."""
        self._rule.delete_topic(topic)

    def migrates(self, *, is_forum: bool = False) -> int:
        """Turn into a supergroup; return the new id."""
        self.chat = self._rule.migrate(is_forum=is_forum)
        return self.chat.id


def _user(who: Phone | Bot) -> Person | Bot:
    return who.person if isinstance(who, Phone) else who
