"""The app: each page reads the session's state, calls public functions and shows what they return."""
