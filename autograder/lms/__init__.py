"""What a learning management system gives out and takes back: names of files, rosters, sheets of marks."""
