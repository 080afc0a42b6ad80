"""The SQL of the rate counters: each count is one statement over one row.

A sliding window's count is that of the current window, plus a share of the previous one. `NOW` stands for the instant
in microseconds. A row of the next window, from a clock that is ahead, is treated as the current one's; older rows do
not count. Divisions are of integers, so that both databases compute the same count.
"""

from __future__ import annotations

from typing import Final

TABLE: Final = """
CREATE TABLE IF NOT EXISTS rate_count (
    key TEXT NOT NULL PRIMARY KEY, turn BIGINT NOT NULL, counted BIGINT NOT NULL,
    before BIGINT NOT NULL, expires_at BIGINT NOT NULL
) WITHOUT ROWID
"""
_KEPT: Final = """
    CASE WHEN rate_count.turn - (NOW / :span) IN (0, 1) THEN rate_count.counted ELSE 0 END
"""
_BEFORE: Final = """
    CASE rate_count.turn - (NOW / :span)
    WHEN 0 THEN rate_count.before WHEN 1 THEN rate_count.before
    WHEN -1 THEN rate_count.counted ELSE 0 END
"""
ACQUIRE: Final = f"""
INSERT INTO rate_count (key, turn, counted, before, expires_at)
VALUES (:key, NOW / :span, :amount, 0, (NOW / :span + 2) * :span)
ON CONFLICT (key) DO UPDATE SET
    turn = excluded.turn, counted = {_KEPT} + :amount, before = {_BEFORE},
    expires_at = excluded.expires_at
WHERE {_BEFORE} * (:span - NOW % :span) / :span + {_KEPT} + :amount <= :most
RETURNING counted
"""  # noqa: S608 -- put together from the constants above alone
LOOK: Final = f"SELECT {_BEFORE}, {_KEPT}, NOW % :span FROM rate_count WHERE key = :key"  # noqa: S608 -- the same
INCREASE: Final = """
INSERT INTO rate_count (key, turn, counted, before, expires_at)
VALUES (:key, 0, :amount, 0, NOW + :span)
ON CONFLICT (key) DO UPDATE SET
    counted = CASE WHEN rate_count.expires_at > NOW THEN rate_count.counted ELSE 0 END + :amount,
    expires_at = CASE WHEN rate_count.expires_at > NOW
        THEN rate_count.expires_at ELSE excluded.expires_at END
RETURNING counted
"""
COUNTED: Final = "SELECT counted FROM rate_count WHERE key = :key AND expires_at > NOW"
EXPIRY: Final = "SELECT expires_at FROM rate_count WHERE key = :key AND expires_at > NOW"
SWEEP: Final = "DELETE FROM rate_count WHERE expires_at <= NOW"
CLEAR: Final = "DELETE FROM rate_count WHERE key = :key RETURNING 0"
RESET: Final = "DELETE FROM rate_count"
