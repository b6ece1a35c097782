"""The core: what can happen to a claim, who may make it happen, and why nobody can unmake it."""
