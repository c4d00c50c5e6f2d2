"""`python -m bot` is the command `linli`."""

from .cli import main

main()
