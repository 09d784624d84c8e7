"""The rules of `press verify`: each is a small function that yields faults."""
