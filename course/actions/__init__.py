"""What a learner calls: check, carry; and the command that opens the lessons."""
