"""Read and verify everything the program writes, knowing docs/format.md and none of its code."""
