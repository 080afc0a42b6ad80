"""The revisions of the schema, one file each, in order."""
