"""Names of persons, by what announces them, lists and a small model of our own."""
