"""Xiao-Matian, an urban street office that does not exist: factories, urban villages, estates, risks."""
