"""Levels drawn anew: zones of blocks, homes, open land, counts that are asked for."""
