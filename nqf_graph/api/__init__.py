"""HTTP: the addresses of the public contract."""
