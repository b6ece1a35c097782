"""What all pages of the admin have: lists, the menu, the first page, and how they look."""
