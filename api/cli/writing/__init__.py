"""Commands that change the record, and take facts in and out."""
