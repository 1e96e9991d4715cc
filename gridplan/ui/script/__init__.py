"""The script that Streamlit runs, away from ``pages``: a folder of that name beside it would become a menu."""
