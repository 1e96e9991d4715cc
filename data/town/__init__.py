"""A small synthetic town: hand-drawn main streets, and blocks filled from a fixed seed."""
