"""Speed of the program, measured against floors of the same machine in the same run."""
