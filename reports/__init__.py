"""Paper: documents, registers, their seal and its check, tables in and out. Reads models only."""
