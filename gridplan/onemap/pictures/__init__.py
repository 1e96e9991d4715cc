"""The one map as a picture: for the big screen, and for paper."""

from gridplan.onemap.pictures.draw import PAPERS, POSTER_KINDS, SCREEN_SIZE, Size, draw_poster, render_poster

__all__ = ["PAPERS", "POSTER_KINDS", "SCREEN_SIZE", "Size", "draw_poster", "render_poster"]
