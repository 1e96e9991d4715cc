"""How the documentation is built: ``make docs``, without a network, warnings as errors."""

from __future__ import annotations

from importlib.metadata import version as find_version

project = "gridplan"
author = "The gridplan developers"
copyright = "2026, the gridplan developers"
release = version = find_version("gridplan")

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "myst_nb"]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]

autosummary_generate = True
# signatures stay short: numpydoc's sections name the types
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
# pages are text; what they show is tried by tests/project, and notebooks by tests/project/test_notebooks.py
nb_execution_mode = "off"

html_theme = "pydata_sphinx_theme"
html_title = "gridplan"
# pages without pages below them need no list of these
html_sidebars = {page: [] for page in ("index", "start", "schemes", "format", "sources")}
html_context = {"default_mode": "light"}
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "navbar_align": "left",
    "header_links_before_dropdown": 8,
    "pygments_light_style": "a11y-high-contrast-light",
}
