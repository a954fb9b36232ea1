"""One page that answers: a model with everything that is known of it, as one HTML file.

In: a model's findings. Out: the file's text. It decides nothing: what it shows are fields of answers, and
what it computes with travels as data.
"""
