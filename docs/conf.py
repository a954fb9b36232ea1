"""How Sphinx makes the site of this documentation: `make site`.

Its source folder is the whole project: so links between files lead to the same places as in a clone.
"""

import sys
from pathlib import Path

import cruxmap

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "cruxmap"
author = "the authors of cruxmap"
copyright = author
version = release = cruxmap.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "contents",
    "keys",
    "listings",
    "mathml",
    "public_names",
]

# --- what is read -----------------------------------------------------------------------------------

root_doc = "docs/index"
include_patterns = [
    "docs/**.md",
    "*.md",
    "arguments/**.md",
    "editors/vscode/README.md",
    "tests/README.md",
]
exclude_patterns = [".*", "build", "dist", "editors/*/node_modules", "figures", "site", "src"]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 6  # by which a heading is linked to where repositories are read, too

# --- what names refer to ----------------------------------------------------------------------------

nitpicky = True
FOREIGN = ("collections", "matplotlib", "numpy", "os", "pandas", "pathlib", "pymc", "xarray")
nitpick_ignore_regex = [  # types of others, whose documentation is elsewhere
    ("py:class", "Axes|DataFrame|DataTree|Figure"),
    *(("py:class", rf"{library}\..+") for library in FOREIGN),
]

autodoc_typehints_format = "short"
autodoc_use_type_comments = False
autodoc_class_signature = "separated"  # nobody makes answers: their fields are shown
autodoc_member_order = "bysource"
napoleon_use_ivar = True
napoleon_custom_sections = ["Returns", "Raises"]  # in sentences: types stand in the signature
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
toc_object_entries_show_parents = "hide"

# --- what it looks like -----------------------------------------------------------------------------

smartquotes_action = "q"  # two hyphens begin an option
html_theme = "furo"
html_title = "cruxmap"
html_static_path = ["static"]
html_extra_path = ["extra"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_search_summary = False  # browsers let no page read others where all are files
html_math_renderer = "mathml"
pygments_style = "default"
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
