"""How a bot receives updates: getUpdates."""

from simulator.errors import conflict
from simulator.methods.base import Call, method
from simulator.spec import Json

LONGEST_POLL = 50
WEBHOOK_IS_SET = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@method("getUpdates", "Array of Update")
async def get_updates(call: Call) -> list[Json]:
    """Confirm below the offset and return what waits, or wait for it."""
    queue = call.world.queues[call.bot.id]
    if queue.on_new is not None:
        raise conflict(WEBHOOK_IS_SET)
    args = call.args
    queue.allow(args.get("allowed_updates"))
    limit = args.get("limit", 100)
    patience = min(max(args.get("timeout", 0), 0), LONGEST_POLL)
    return await queue.fetch(args.get("offset", 0), limit if 1 <= limit <= 100 else 100, patience)
