"""The app: ``streamlit run app.py -- plan.gpkg``. It serves the pages of ``gridplan.ui``."""

import streamlit as st

from gridplan.ui.server import START, open_early

app = st.App(START, lifespan=open_early)
