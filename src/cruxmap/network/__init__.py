"""An `ArgumentMap` comes in, a discrete Bayesian network goes out: what each construct means.

Guarantee: the tables are the conditional distributions that docs/method.md lists, and nothing else.
"""
