"""digestbot turns folders of notes into themed digests for chat channels and answers look-ups."""

__version__ = "0.1.0"
