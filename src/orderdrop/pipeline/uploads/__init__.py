"""What somebody has on their desk before it is sent."""
