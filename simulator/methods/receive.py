"""How a bot receives updates: getUpdates and webhooks."""

import re

from simulator.errors import bad_request, conflict
from simulator.methods.base import Call, method
from simulator.spec import Json
from simulator.webhook import Settings, Webhook

LONGEST_POLL = 50
ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")
SECRET = re.compile(r"[A-Za-z0-9_-]*")
WEBHOOK_IS_SET = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@method("getUpdates", "Array of Update")
async def get_updates(call: Call) -> list[Json]:
    """Confirm below the offset and return what waits, or wait for it."""
    queue = call.world.queues[call.bot.id]
    if call.bot.id in call.world.webhooks:
        raise conflict(WEBHOOK_IS_SET)
    args = call.args
    queue.allow(args.get("allowed_updates"))
    limit = args.get("limit", 100)
    patience = min(max(args.get("timeout", 0), 0), LONGEST_POLL)
    return await queue.fetch(args.get("offset", 0), limit if 1 <= limit <= 100 else 100, patience)


@method("setWebhook")
async def set_webhook(call: Call) -> bool:
    """Push updates to an address from now on; an empty address is deleteWebhook."""
    args, queue = call.args, call.world.queues[call.bot.id]
    if not args["url"]:
        await _stop(call)
        return True
    if not ADDRESS.fullmatch(args["url"]):
        raise bad_request("invalid webhook URL specified")
    settings = Settings(args["url"], _secret(args), _connections(args), args.get("ip_address"), "certificate" in args)
    queue.allow(args.get("allowed_updates"))
    drops, known = args.get("drop_pending_updates"), call.world.webhooks.get(call.bot.id)
    if known is not None and known.settings == settings and not drops:
        return True  # "Webhook is already set": what is under way goes on
    await _stop(call)
    if drops:
        queue.clear()
    hook = call.world.webhooks[call.bot.id] = Webhook(call.world, call.bot, settings, call.invoke)
    hook.start()
    return True


def _secret(args: Json) -> str:
    secret: str = args.get("secret_token", "")
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    return secret


def _connections(args: Json) -> int:
    wanted: int = args.get("max_connections", 40)
    return min(max(wanted, 1), 100)


@method("deleteWebhook")
async def delete_webhook(call: Call) -> bool:
    """Stop pushing; what waits is kept unless the bot drops it."""
    await _stop(call)
    if call.args.get("drop_pending_updates"):
        call.world.queues[call.bot.id].clear()
    return True


async def _stop(call: Call) -> None:
    hook = call.world.webhooks.pop(call.bot.id, None)
    if hook is not None:
        await hook.stop()


@method("getWebhookInfo", "WebhookInfo")
def get_webhook_info(call: Call) -> Json:
    """Say where updates go and how it has gone."""
    queue, hook = call.world.queues[call.bot.id], call.world.webhooks.get(call.bot.id)
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(queue)}
    if queue.allowed:
        info["allowed_updates"] = sorted(queue.allowed)
    if hook is None:
        return info
    settings = hook.settings
    info |= {"url": settings.url, "has_custom_certificate": settings.has_certificate}
    info["max_connections"] = settings.max_connections
    if settings.ip_address:
        info["ip_address"] = settings.ip_address
    if hook.last_error:
        info["last_error_date"], info["last_error_message"] = hook.last_error
    return info
