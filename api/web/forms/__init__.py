"""Forms: how they are sent, checked, shown again and turned into what the API takes."""
