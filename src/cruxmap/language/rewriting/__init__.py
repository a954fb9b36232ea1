"""Files that change and keep their hand.

In: the text of a file, or a project's files, and what should change. Out: the same with the change, in which
all else stands as it was; the same in one layout; or with another name. It is read again before it goes out.
"""
