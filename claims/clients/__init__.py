"""What leaves the house: for now the keys by which clients come in."""
