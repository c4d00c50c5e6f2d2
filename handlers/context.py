"""PTB's context, carrying the desk of this update: handlers read, decide and speak through `context.work`."""

from typing import Any

from telegram import Update
from telegram.ext import Application, CallbackContext, ExtBot

from storage.ledger import Row
from storage.rules.press import Press, read
from storage.work import Conversation, Work

WORKS = "works"  # bot_data: update_id -> Work, filled by the lanes before an update is processed

UserData = dict[Any, Any]
AnyApplication = Application[Any, Any, Any, Any, dict[str, Any], Any]


class Context(CallbackContext[ExtBot[None], UserData, UserData, dict[str, Any]]):
    """What a handler gets beside the update."""

    work: Work
    was_unsure: bool = False  # whether a question about danger waited when the update came

    @classmethod
    def from_update(cls, update: object, application: Any) -> "Context":
        """Find the desk that the lanes prepared for this update."""
        context = super().from_update(update, application)
        if isinstance(update, Update):
            context.work = application.bot_data[WORKS][update.update_id]
        return context

    @property
    def pressed_message(self) -> int | None:
        """The id of the message whose button was pressed, when its words may still be edited."""
        return self.work.pressed

    @property
    def person(self) -> Row:
        """Who asks. Raises LookupError for a stranger: handlers behind the doorstep never meet one."""
        if self.work.person is None:
            raise LookupError("a stranger got past the doorstep")
        return self.work.person

    @property
    def conversation(self) -> Conversation:
        """Where this person stands. Raises LookupError outside private chats."""
        if self.work.conversation is None:
            raise LookupError("no conversation in a group")
        return self.work.conversation


def press_of(update: Update) -> Press | None:
    """What the pressed button says, if it is one of ours."""
    return read(update.callback_query.data) if update.callback_query else None
