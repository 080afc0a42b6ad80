"""The OpenAPI document, made from what serves."""
