"""The HTTP gateway: records in from departments without Kafka, the picture and alerts out."""
