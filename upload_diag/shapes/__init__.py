"""Anything in, plain trees out: one module a wire shape. No module here judges what it reads."""
