"""Forum topics, as a bot that may manage them does: create, rename, close, reopen, delete."""

from simulator.errors import bad_request
from simulator.groups import Rule
from simulator.methods.base import Call, method
from simulator.spec import Json
from simulator.state import Topic

NOT_ENOUGH = "not enough rights to {} a topic"


def _rule(call: Call, what: str) -> Rule:
    chat = call.open_chat()
    has_topics = chat.bot.has_topics_enabled if chat.bot else chat.is_forum
    if not has_topics:
        raise bad_request("the chat is not a forum")
    if not chat.bot and not chat.is_administrator(call.bot.id):
        raise bad_request(NOT_ENOUGH.format(what))
    return Rule(call.world, chat, call.bot)


def _topic(call: Call, rule: Rule) -> Topic:
    topic = rule.chat.topics.get(call.args["message_thread_id"])
    if topic is None:
        raise bad_request("message thread not found")
    return topic


@method("createForumTopic", "ForumTopic")
def create_forum_topic(call: Call) -> Json:
    """Open a topic."""
    topic = _rule(call, "create").create_topic(call.args["name"], call.args.get("icon_color", 7322096))
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": topic.icon_color}


@method("editForumTopic")
def edit_forum_topic(call: Call) -> bool:
    """Rename a topic."""
    rule = _rule(call, "edit")
    topic = _topic(call, rule)
    if call.args.get("name", topic.name) == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    rule.edit_topic(topic, call.args["name"])
    return True


@method("closeForumTopic")
def close_forum_topic(call: Call) -> bool:
    """Close a topic."""
    rule = _rule(call, "close")
    topic = _topic(call, rule)
    if topic.is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    rule.close_topic(topic)
    return True


@method("reopenForumTopic")
def reopen_forum_topic(call: Call) -> bool:
    """Reopen a topic."""
    rule = _rule(call, "reopen")
    topic = _topic(call, rule)
    if not topic.is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    rule.reopen_topic(topic)
    return True


@method("deleteForumTopic")
def delete_forum_topic(call: Call) -> bool:
    """Delete a topic with all its messages."""
    rule = _rule(call, "delete")
    rule.delete_topic(_topic(call, rule))
    return True
