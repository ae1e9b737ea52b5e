"""What is known about error codes, fields and texts: rows only, no control flow."""
