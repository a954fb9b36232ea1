"""Bayesian networks in BIF, XMLBIF and XDSL, in and out, at plain numbers."""
