"""text -> Note, pure: reads any note, never fails one, and says what was odd."""
