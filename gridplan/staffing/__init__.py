"""Who is needed where: posts of the levels from the scheme, and people assigned to areas."""

from gridplan.staffing.assign import PEOPLE_COLUMNS, Staffing, assign_people
from gridplan.staffing.posts import plan_posts, sum_posts

__all__ = ["PEOPLE_COLUMNS", "Staffing", "assign_people", "plan_posts", "sum_posts"]
