"""An `ArgumentMap` comes in, exact probabilities go out, by way of a discrete Bayesian network.

Guarantee: probabilities and their complements are right to a relative error of 1e-9, for any draw of
the judgements; PyMC is not needed and not imported.
"""
