"""No answer claims more than its sources: cases of totals, posts and stages that people reported."""
