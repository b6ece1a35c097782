"""An app with one model whose changes django-pghistory keeps, for comparison."""
