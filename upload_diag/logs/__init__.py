"""Bytes in, records out: sources, formats, and the search for what matters."""
