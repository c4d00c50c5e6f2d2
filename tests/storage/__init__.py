"""The ledger's plumbing: change sets, inbox, outbox, numbers, migrations, on both engines."""
