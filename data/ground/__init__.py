"""Filling ground with what a town holds: houses on lots, estates, halls, and whole numbers that add up."""
