"""Formats that write an argument graph as lists of nodes and edges in JSON."""
