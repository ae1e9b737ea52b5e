"""The files of the dashboard; nothing in it is fetched from elsewhere."""
