"""What is taught: for each lesson its solutions, exercises, mistakes, right programs and questions, and how they are
read. Nothing here runs a learner's program.
"""
