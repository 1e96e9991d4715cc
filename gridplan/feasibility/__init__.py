"""What no plan can make legal, why, and what would help: judged from arrays before anything is drawn."""

from gridplan.feasibility.judge import judge_feasibility
from gridplan.feasibility.outlook import LevelOutlook, Obstacle, Outlook, Reckoning, Remedy

__all__ = ["LevelOutlook", "Obstacle", "Outlook", "Reckoning", "Remedy", "judge_feasibility"]
