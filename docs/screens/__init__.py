"""Every screen of every flow, photographed while the flows are played against the bot: `docs/screens.md` and its twin.

`film` plays and photographs, the chapters say what is done and what is worth a picture, `rare` shows the lines that no
chapter comes across, filled with examples, and `page` writes both languages down.
"""
