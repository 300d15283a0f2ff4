"""What docs/security.md promises, shown by attacks; each group has a planted bug that it must find."""
