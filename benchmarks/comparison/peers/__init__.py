"""The programs that are measured: a file each, made to train the same network on the same data."""
