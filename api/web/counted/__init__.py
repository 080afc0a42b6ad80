"""The numbers of a state that pages set side by side: counts, their parts, and what changed in them."""
