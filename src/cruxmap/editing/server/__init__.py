"""The language server: what editors ask while somebody writes the files of a project."""
