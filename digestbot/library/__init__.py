"""The highlights of content folders: reading them safely, indexing them, looking them up."""
