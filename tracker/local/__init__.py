"""Servers and processes on this machine, for the demo and the tests."""
