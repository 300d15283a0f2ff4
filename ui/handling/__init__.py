"""The dialogs in which a clerk enters what happened to media and papers, one per kind of act."""
