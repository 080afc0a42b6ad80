"""The pages: what the API answers, for people to read, each at an address that shows the same for ever."""
