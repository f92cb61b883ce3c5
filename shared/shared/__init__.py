"""What every Sunlight service stands on; it knows no service and holds no domain rule but the calendar."""
