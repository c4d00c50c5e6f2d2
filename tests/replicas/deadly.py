"""A bot that a certain message kills, as running out of memory or a fault in a library would: `python -m … deadly`."""

import os
import signal
import sys
from typing import Any

from bot import app
from bot.cli import main
from bot.dispatch import Dispatch

DEADLY = "💣"


class Deadly(Dispatch):
    """Decides everything but one thing."""

    async def _run(self, update: Any, work: Any) -> Any:
        if update.effective_message is not None and DEADLY in (update.effective_message.text or ""):
            os.kill(os.getpid(), signal.SIGKILL)
        return await super()._run(update, work)


if __name__ == "__main__":
    vars(app)["Dispatch"] = Deadly
    sys.exit(main())
