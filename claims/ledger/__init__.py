"""The log itself. It knows bytes, positions and hashes, and nothing of claims."""
