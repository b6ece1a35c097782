"""What we read: outlets, documents and their immutable versions. Knows nothing of claims."""
