"""The app: ``streamlit run app.py -- plan.gpkg``. It serves the pages of ``gridplan.ui``."""

import streamlit as st

from gridplan.ui.server import MIDDLEWARE, ROUTES, START, open_early

app = st.App(START, routes=ROUTES, middleware=MIDDLEWARE, lifespan=open_early)
