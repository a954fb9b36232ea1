"""What editors are told of the language and of a project.

In: the shapes of files, and the files of a project, half-written ones too. Out: JSON Schemas and settings,
where each name is defined and referred to, and what can stand at a place of a file.
"""
