"""Taking up in chat what staff wrote down, by the address that they handed on."""

from handlers import flows
from handlers.context import Context
from storage import taking_over


async def by_address(context: Context, code: str) -> None:
    """/start t…: single use; the matters of the person it names are mine from now on."""
    await taking_over.by_address(context.work, code)
    context.work.reply("welcome.taken_up", keyboard="main", name=context.person["name"])
    if context.person["consented_at"] is None:
        flows.ask_consent(context)
