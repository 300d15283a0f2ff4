"""Take over what others wrote: rows of a foreign register in, records of the ledger out.

`office.read_in` is the door. Nothing here reads a file or writes to the ledger: rows come as texts
(`parts.Sheet`), and what comes out (`parts.Intake`) is ready to be entered as one command.
docs/import.ja.md tells the clerk what is decided here and why.
"""
