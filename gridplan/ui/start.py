"""The script that ``gridplan app`` starts, where no checkout with its ``app.py`` is at hand."""

from gridplan.ui.router import run_app

run_app()
