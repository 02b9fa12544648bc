"""Feeds: polled, resumed, answered; what is not taken, and why."""
