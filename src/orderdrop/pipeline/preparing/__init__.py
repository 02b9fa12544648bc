"""How a drop becomes orders: opened, read, judged, nested, held up against what is known."""
