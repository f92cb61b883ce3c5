"""Logs, traces and metrics: one JSON line per happening, never with an applicant's data."""

import logging
import sys
from typing import Any

import structlog
from opentelemetry import propagate
from prometheus_client import Counter, Gauge, Histogram
from structlog.tracebacks import ExceptionDictTransformer

OUTBOX_DEPTH = Gauge("sunlight_outbox_pending", "Events waiting for the relay", ["service"])
OUTBOX_AGE = Gauge("sunlight_outbox_oldest_seconds", "Age of the oldest waiting event", ["service"])
OUTBOX_SENT = Counter("sunlight_outbox_sent", "Events the broker has confirmed", ["service"])
HANDLED = Counter("sunlight_messages_handled", "Messages by outcome", ["queue", "outcome"])
HANDLING = Histogram("sunlight_message_seconds", "Time a handler took", ["queue"])
QUEUE_DEPTH = Gauge("sunlight_queue_messages", "Messages ready in a queue", ["queue"])
PARKED = Gauge("sunlight_parked_messages", "Parked messages not yet settled", ["service"])
REQUEST_SECONDS = Histogram("sunlight_http_seconds", "HTTP answers", ["service", "route", "status"])


def configure_logging(service: str, level: str) -> None:
    """Write one JSON line a record to standard output, with the service's name and the trace."""
    logging.basicConfig(stream=sys.stdout, level=level, format="%(message)s")
    for noisy in ("aio_pika", "aiormq", "opensearch", "httpx"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Without local variables: they may hold an applicant's data.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def current_traceparent() -> str | None:
    """The W3C trace context of what runs now, to be carried by the events it causes."""
    bound: dict[str, Any] = structlog.contextvars.get_contextvars()
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent") or bound.get("traceparent")
