"""The commands of the command line, one file a subject; `bot/cli.py` gathers them."""
