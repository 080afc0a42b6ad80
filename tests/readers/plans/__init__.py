"""How a database answers what Parley asks: by index, and no more than is shown."""
