"""The rules of the contracts: a linter over what is planned, entered and handed out."""
