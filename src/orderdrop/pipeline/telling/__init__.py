"""What people should know, and how they come to know it."""
