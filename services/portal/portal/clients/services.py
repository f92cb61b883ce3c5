"""All services as the portal reaches them."""

from dataclasses import dataclass

from portal.clients.alerts import Alerts
from portal.clients.catalog import Catalog
from portal.clients.identity import Identity
from portal.clients.intake import Intake
from portal.clients.operations import Broker
from portal.clients.publishing import Publishing
from portal.clients.search import Search
from portal.clients.supervision import Supervision
from portal.clients.transport import SLOW_SECONDS, Network, Service
from portal.translations import N_
from shared.settings import Settings


@dataclass(frozen=True)
class Services:
    network: Network
    identity: Identity
    catalog: Catalog
    publishing: Publishing
    intake: Intake
    search: Search
    alerts: Alerts
    supervision: Supervision
    broker: Broker

    @classmethod
    def of(cls, settings: Settings) -> "Services":
        network = Network()
        return cls(
            network,
            Identity(network, N_("身份服务"), settings.identity_url),
            Catalog(network, N_("目录服务"), settings.catalog_url),
            Publishing(network, N_("发布服务"), settings.publishing_url, SLOW_SECONDS),
            Intake(network, N_("依申请公开服务"), settings.intake_url, SLOW_SECONDS),
            Search(network, N_("检索服务"), settings.search_url),
            Alerts(network, N_("检索服务"), settings.search_url, SLOW_SECONDS),
            Supervision(network, N_("监督服务"), settings.supervision_url),
            Broker(network, settings.rabbitmq_management_url, settings.amqp_vhost),
        )

    @property
    def all(self) -> dict[str, Service]:
        """Every service by the short name used in console addresses."""
        return {
            "identity": self.identity,
            "catalog": self.catalog,
            "publishing": self.publishing,
            "intake": self.intake,
            "search": self.search,
            "supervision": self.supervision,
        }
