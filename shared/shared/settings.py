"""Where a process finds its database, broker and neighbours.

Values come from the environment or from the file named by SUNLIGHT_ENV_FILE, which the launcher
writes with mode 600, so that no secret stands on a command line.
"""

import os
from functools import lru_cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One process's view of the installation; names are the environment's, less the prefix SUNLIGHT_."""

    model_config = SettingsConfigDict(env_prefix="SUNLIGHT_", extra="ignore")

    service: str
    state: Path = Path(".sunlight")
    host_listen: str = "127.0.0.1"
    port_listen: int = 0
    replica: int = 1
    database_url: str = ""
    amqp_url: str = ""
    opensearch_url: str = ""
    index_prefix: str = "sunlight"
    search_cache: int = 2000  # answers a search API holds in memory; 0 holds none, as measuring wants it
    public_url: str = "http://127.0.0.1:8000"
    identity_url: str = ""
    catalog_url: str = ""
    publishing_url: str = ""
    intake_url: str = ""
    search_url: str = ""
    supervision_url: str = ""
    rabbitmq_management_url: str = ""
    amqp_vhost: str = "sunlight"
    data_key: str = ""
    client_secret: str = ""
    service_clients: dict[str, str] = {}
    index_shards: int = 1
    index_replicas: int = 0
    index_rebuild_limit: int = 50_000
    smtp_url: str = ""
    mail_from: str = ""
    log_level: str = "INFO"


@lru_cache
def load_settings() -> Settings:
    """Read the settings of this process once."""
    return Settings(_env_file=os.environ.get("SUNLIGHT_ENV_FILE"))
