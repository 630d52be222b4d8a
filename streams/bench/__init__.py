"""Measures the worker under a load of its own making; `hubwatch bench`."""
