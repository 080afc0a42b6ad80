"""Pictures of answers: Vega-Lite specs as plain dicts, and the process that draws them."""
