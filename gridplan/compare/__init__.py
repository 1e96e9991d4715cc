"""A plan against another one, or against what stood before: who moves, which areas and borders change."""
