"""Who asks: the credential that comes with a request becomes a principal, or is refused."""
