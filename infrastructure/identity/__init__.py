"""Who somebody is, from the credential that they bring."""
