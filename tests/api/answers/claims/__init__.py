"""No answer claims more than its sources: totals, posts and stages, as people met them."""
