"""What gridplan takes in time and memory, beside its peers, measured in one run on one machine."""
