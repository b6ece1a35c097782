"""What reads the sources: documents in, proposals out. Owns no table and is no Django app."""
