"""Folds admitted records into what is known of a place."""
