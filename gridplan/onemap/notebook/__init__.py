"""A plan in a notebook: on a folium map, on matplotlib axes, as a card; all of it passes the gate."""

from gridplan.onemap.notebook.card import draw_card
from gridplan.onemap.notebook.explore import explore_plan
from gridplan.onemap.notebook.plot import plot_plan

__all__ = ["draw_card", "explore_plan", "plot_plan"]
