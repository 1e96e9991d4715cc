"""Borders of areas: traced along streets, worded by side (四至), with their turning points (拐点)."""
