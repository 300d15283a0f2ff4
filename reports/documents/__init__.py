"""The papers of obligations 8.2, one short file each."""
