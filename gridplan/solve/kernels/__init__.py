"""Compiled kernels of the search: arrays in, arrays out, no object of ours."""
