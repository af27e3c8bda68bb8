"""How a result differs from what is asked for: pure functions over decoded values."""
