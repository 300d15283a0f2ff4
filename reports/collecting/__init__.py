"""Collectors: what each paper says, taken from the ledger; one module per subject."""
