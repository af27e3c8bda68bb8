"""What is made of records and the gradebook: nothing here judges."""
