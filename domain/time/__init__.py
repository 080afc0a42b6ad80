"""Valid time and its EDTF, instants, and how a kind of fact holds."""
