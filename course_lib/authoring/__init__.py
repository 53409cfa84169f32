"""Tools of authors and of the tests. Lessons import nothing from here."""
