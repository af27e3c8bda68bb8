"""The one room that writes marks: what is handed in, who works on it, the gradebook, records, nbgrader's hooks."""
