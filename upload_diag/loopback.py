"""The names by which a machine reaches itself."""

__all__ = ["LOOPBACK"]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts of URLs and sockets; a Host header puts brackets around an address with colons."""
