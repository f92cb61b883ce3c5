"""What monitors may know of alerts: counts and times, never an address or a question."""

from prometheus_client import Counter, Gauge, Histogram

ALERT_SUBSCRIPTIONS = Gauge("sunlight_alert_subscriptions", "Saved searches by state", ["state"])
ALERT_LETTERS_WAITING = Gauge("sunlight_alert_mails_waiting", "Mails not yet sent")
ALERT_LETTERS = Counter("sunlight_alert_mails", "Mails by purpose and outcome", ["purpose", "outcome"])
ALERT_MATCH_SECONDS = Histogram(
    "sunlight_alert_match_seconds",
    "From a publication's event to its alerts being kept for sending",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
