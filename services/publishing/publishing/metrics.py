"""What monitors may know of planned publications."""

from prometheus_client import Counter, Gauge, Histogram

SCHEDULED = Gauge("sunlight_scheduled_documents", "Documents that wait for their planned time")
OVERDUE = Gauge("sunlight_scheduled_overdue_seconds", "How long the time of the first of them has passed")
KEPT = Counter("sunlight_schedules_kept", "Planned publications whose time came, by outcome", ["outcome"])
LATENESS = Histogram(
    "sunlight_schedule_lateness_seconds",
    "From the planned moment to the publication",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
