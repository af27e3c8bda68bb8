"""How things look: cards as HTML for a notebook or a page, and as text for a terminal."""
