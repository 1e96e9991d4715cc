"""Claims that nothing better exists, each checkable without the solver."""
