"""The ledger: schema, migrations, the transaction, and one file a noun."""
