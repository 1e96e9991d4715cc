"""The one map (一张图): what may be shown of a plan to whom, and the files that show it."""
