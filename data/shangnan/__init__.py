"""Xiao-Shangnan, a county that does not exist: its main town drawn by hand, all else from a fixed seed."""
