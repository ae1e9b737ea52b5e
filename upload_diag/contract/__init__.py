"""The error envelope as a promise: its schemas, checks of documents and of schema changes, Hypothesis strategies."""
