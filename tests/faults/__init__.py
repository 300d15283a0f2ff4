"""What the ledger survives: kills, power cuts, failing disks. Linux only; needs a C compiler."""
