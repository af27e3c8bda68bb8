"""From what was handed in to the cells of a notebook: the file that holds the answers, its bytes, its JSON."""
