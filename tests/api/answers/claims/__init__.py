"""Tests that no answer claims more than its sources: totals, posts and stages in cases that users reported."""
