"""One module a lesson."""
