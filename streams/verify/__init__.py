"""Proves from the topics alone that nothing was lost and nothing told twice; `hubwatch verify`."""
