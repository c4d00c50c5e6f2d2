"""The clock: ticks, reminders, limits and prompts. Knows nothing of Telegram."""
