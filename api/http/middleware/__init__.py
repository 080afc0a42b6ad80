"""The middleware: what is done for every request, before and after its route."""
