"""What travels: records in, values and alerts out. Nothing here knows Kafka or the site."""
