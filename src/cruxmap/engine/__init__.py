"""A discrete Bayesian network comes in, probabilities over many draws go out; arguments are not known here.

Guarantee: exact probabilities and their complements are right to a relative error of 1e-9, sampled ones have
standard errors, and neither depends on how many cores or machines do the work.
"""
