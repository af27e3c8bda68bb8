"""Checking: from the raw observation of a call to a report. Pure: nothing is shown or written here."""
