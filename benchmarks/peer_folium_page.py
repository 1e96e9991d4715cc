"""The same areas by st_folium, run by Streamlit: ``peer_folium_page.py -- AREAS.geojson LOCAL``."""

from __future__ import annotations

import sys
from pathlib import Path

import folium
import streamlit as st
from streamlit_folium import st_folium


@st.cache_data
def read_areas(path: str) -> str:
    """Read the areas once for all sessions."""
    return Path(path).read_text(encoding="utf-8")


if sys.argv[2] == "local":
    # what folium asks of other hosts, as far as areas on a canvas need it
    for kind, name, file in (("js", "leaflet", "leaflet.js"), ("css", "leaflet_css", "leaflet.css")):
        setattr(folium.Map, f"default_{kind}", [(name, f"/app/static/{file}")])
st.set_page_config(layout="wide")
level = st.radio("Level", ["households", "population"], horizontal=True)
sheet = folium.Map(tiles=None, prefer_canvas=True, location=[33.5, 110.9], zoom_start=10)
folium.GeoJson(
    read_areas(sys.argv[1]),
    style_function=lambda area: {
        "fillColor": "#0f5f6d" if (area["properties"][level] or 0) > 20 else "#b8dfe6",
        "weight": 0.5,
        "color": "#333",
        "fillOpacity": 0.8,
    },
    tooltip=folium.GeoJsonTooltip(["code", level]),
).add_to(sheet)
st_folium(sheet, height=800, use_container_width=True, returned_objects=["last_object_clicked_tooltip"])
