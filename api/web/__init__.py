"""The pages: the answers of the API for people to read, each at an address that always shows the same."""
