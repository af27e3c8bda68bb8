"""From the bytes of a submission to a result: a function of data, which writes no file."""
