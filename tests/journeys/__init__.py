"""Whole paths through the desk's real parts: web server, worker, beat, browser, both servers."""
