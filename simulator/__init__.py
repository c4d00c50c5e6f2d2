"""A stateful Bot API of our own and a web chat, for trying, testing and measuring."""
