"""Ours against its peers, on the same networks in one run: `make bench`."""
