"""How the desk is watched: health, figures, the log, and what is told elsewhere."""
