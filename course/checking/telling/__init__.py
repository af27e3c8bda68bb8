"""What is wrong with a program that nobody has seen before, in words: from what it gives, not from a list of cases."""
