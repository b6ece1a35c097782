"""Documents and sources over HTTP, one module for each resource."""
