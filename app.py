"""The app: ``streamlit run app.py -- plan.gpkg``. A router only; the pages are in ``gridplan.ui``."""

from gridplan.ui.router import run_app

run_app()
