"""What strangers read of published claims: pages, cards, feeds, and the same for machines."""
