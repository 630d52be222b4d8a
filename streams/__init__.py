"""The way of an event: site ← gate ← fusion ← domains ← rules ← hub, run by runtime."""
