"""The small files: memory of the head, refusals, attempts, lock, backup medium."""
