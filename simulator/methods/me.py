"""The bot's own account: getMe, logOut, close."""

from simulator.methods.base import Call, method
from simulator.spec import Json


@method("getMe", "User")
def get_me(call: Call) -> Json:
    """Return the bot."""
    return call.bot.me()


@method("logOut")
@method("close")
def leave_server(call: Call) -> bool:
    """Accept; this server keeps serving, as the next start of the bot expects."""
    call.world.queues[call.bot.id].end_poll()
    return True
