"""YAML text comes in, an `ArgumentMap` or a `ModelSpec` goes out.

Guarantee: what goes out is valid, or `InvalidMap` carries every problem of every file at once.
"""
