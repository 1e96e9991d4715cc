"""The one map in a browser: what is sent, the script that draws it, and the same in one file of its own."""
