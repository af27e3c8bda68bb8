"""What changes in a term: due dates, a new term, marks that are reckoned again."""
