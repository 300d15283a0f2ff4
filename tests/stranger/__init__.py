"""A reader written by a stranger from docs/format.md alone, and what it finds in real ledgers."""
