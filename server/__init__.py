"""People, answers, and the record of both."""
