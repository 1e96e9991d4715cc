"""The script of the pages, run for every session; ``app.py`` serves it."""

from gridplan.ui.router import run_app

run_app()
