"""Groups as their members run them: founding, coming and going, topics, the move to a supergroup.

Whatever changes is shown as a service message and told to the bots that asked for it.
"""

from dataclasses import dataclass
from typing import Any

from simulator.deeds import ANONYMOUS, member
from simulator.posting import World
from simulator.spec import Json
from simulator.state import Bot, Chat, Message, Person, Topic

ADMINISTRATOR_RIGHTS = (
    "can_be_edited",
    "can_change_info",
    "can_delete_messages",
    "can_delete_stories",
    "can_edit_stories",
    "can_invite_users",
    "can_manage_chat",
    "can_manage_video_chats",
    "can_post_stories",
    "can_promote_members",
    "can_restrict_members",
    "can_send_welcome_messages",
    "is_anonymous",
)


def found(
    world: World, title: str, kind: str, owner: Person, *, is_forum: bool = False, chat_id: int | None = None
) -> Chat:
    """Found a group with its owner."""
    chat = world.town.add_group(kind, title, chat_id=chat_id, is_forum=is_forum)
    chat.members[owner.id] = "creator"
    world.publish("chat", chat, title=title)
    return chat


def chat_member(world: World, chat: Chat, user_id: int) -> Json:
    """Return a `ChatMember` of the chat; who never was there has left."""
    status = chat.members.get(user_id, "left")
    if chat.kind == "private":
        status = "member"
    who: Person | Bot | None = world.town.people.get(user_id) or world.town.bots.get(user_id)
    if who is None:
        raise KeyError(user_id)
    shown = member(who.user(), status)
    if status == "creator":
        shown["is_anonymous"] = False
    if status == "administrator":
        shown |= dict.fromkeys(ADMINISTRATOR_RIGHTS, True) | {"is_anonymous": False, "can_be_edited": False}
        if chat.kind == "supergroup":
            shown |= {"can_pin_messages": True, "can_manage_topics": True}
    return shown


@dataclass(frozen=True, slots=True)
class Rule:
    """Changes of one group, made by one of its administrators."""

    world: World
    chat: Chat
    by: Person | Bot
    is_anonymous: bool = False

    def add(self, who: Person | Bot) -> None:
        """Take somebody in."""
        self._set_status(who, "member")
        self._say({"new_chat_members": [who.user()]})

    def remove(self, who: Person | Bot) -> None:
        """Put somebody out."""
        self._say({"left_chat_member": who.user()})
        self._set_status(who, "kicked")

    def leave(self) -> None:
        """Go."""
        self._say({"left_chat_member": self.by.user()})
        self._set_status(self.by, "left")

    def promote(self, who: Person | Bot) -> None:
        """Make somebody an administrator."""
        self._set_status(who, "administrator")

    def demote(self, who: Person | Bot) -> None:
        """Make an administrator a member again."""
        self._set_status(who, "member")

    def _set_status(self, who: Person | Bot, status: str) -> None:
        world, chat = self.world, self.chat
        old = chat_member(world, chat, who.id)
        chat.members[who.id] = status
        change: Json = {
            "chat": chat.chat(),
            "from": ANONYMOUS if self.is_anonymous else self.by.user(),
            "date": world.timestamp(),
            "old_chat_member": old,
            "new_chat_member": chat_member(world, chat, who.id),
        }
        if who.id in world.queues:
            world.queues[who.id].add("my_chat_member", change, f"chat {chat.id}")
        for bot in world.bots_in(chat):
            if bot.id != who.id and chat.is_administrator(bot.id):
                world.queues[bot.id].add("chat_member", change, f"chat {chat.id}")
        world.publish("members", chat, user_id=who.id, status=status)

    def _say(self, service: Json, thread_id: int | None = None) -> Message:
        around: Json = {"message_thread_id": thread_id, "is_topic_message": True} if thread_id else {}
        if self.is_anonymous:
            around |= {"from": ANONYMOUS, "sender_chat": self.chat.chat()}
        return self.world.post(self.chat, self.by, {**around, **service})

    def create_topic(self, name: str, icon_color: int = 7322096) -> Topic:
        """Open a topic; its id is that of the service message that announces it."""
        created = {"name": name, "icon_color": icon_color}
        thread_id = self.chat.coming_id
        self._say({"forum_topic_created": created}, thread_id)
        topic = self.chat.topics[thread_id] = Topic(thread_id, name, icon_color)
        self._show_topics()
        return topic

    def edit_topic(self, topic: Topic, name: str) -> None:
        """Give a topic another name."""
        topic.name = name
        self._say({"forum_topic_edited": {"name": name}}, topic.id)
        self._show_topics()

    def close_topic(self, topic: Topic) -> None:
        """Close a topic: only administrators write there."""
        topic.is_closed = True
        self._say({"forum_topic_closed": {}}, topic.id)
        self._show_topics()

    def reopen_topic(self, topic: Topic) -> None:
        """Open a closed topic again."""
        topic.is_closed = False
        self._say({"forum_topic_reopened": {}}, topic.id)
        self._show_topics()

    def delete_topic(self, topic: Topic) -> None:
        """Delete a topic and all that was said in it; nobody is told."""
        del self.chat.topics[topic.id]
        for message in self.chat.living():
            if message.thread_id == topic.id:
                self.world.remove(message)
        self._show_topics()

    def _show_topics(self) -> None:
        topics = [{"id": each.id, "name": each.name, "is_closed": each.is_closed} for each in self.chat.topics.values()]
        self.world.publish("topics", self.chat, topics=topics)

    def migrate(self, **about: Any) -> Chat:
        """Turn the group into a supergroup: a new id, and the old one only says where it went."""
        old = self.chat
        new = self.world.town.add_group("supergroup", old.title, **about)
        new.members = dict(old.members)
        self._say({"migrate_to_chat_id": new.id})
        old.migrated_to = new.id
        self.world.publish("chat", new, title=new.title)
        self.world.post(new, self.by, {"migrate_from_chat_id": old.id})
        return new
