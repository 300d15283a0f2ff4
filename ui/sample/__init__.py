"""The sample ledger: a synthetic contractor, its people, and what they do day by day."""
