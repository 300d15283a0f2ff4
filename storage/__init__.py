"""Everything that touches a disk: the encrypted database, the keys, attachments, journal, backup."""
