"""Everything that touches a disk: database, keys, attachments, journal, backup."""
