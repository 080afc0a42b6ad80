"""Fetches documents from other servers, and checks their addresses first."""
