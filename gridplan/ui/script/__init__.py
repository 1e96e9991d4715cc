"""The script of the pages, away from ``pages``: beside a folder of that name Streamlit makes its own menu."""
