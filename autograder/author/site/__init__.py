"""The course's pages on the web: from the lessons' text, one run of their notebooks, and the cards."""
