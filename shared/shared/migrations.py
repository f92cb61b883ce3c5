"""Bring a service's database to the newest schema; the versions lie in the service's `migrations` folder."""

from importlib.resources import files

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

# Any constant will do, as long as every migrating process asks for the same lock.
MIGRATION_LOCK = 715_190_315


def _config(package: str, metadata: MetaData, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("shared") / "alembic"))
    config.set_main_option("version_locations", str(files(package) / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["metadata"] = metadata
    config.attributes["connection"] = connection
    return config


async def migrate(package: str, metadata: MetaData, database_url: str) -> None:
    """Run the migrations that are missing; a second process waits for the first and finds none left."""

    def upgrade(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        command.upgrade(_config(package, metadata, connection), "head")

    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


async def write_revision(package: str, metadata: MetaData, database_url: str, message: str) -> None:
    """Write a new migration from the difference between the tables in code and the migrated database."""
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(
            lambda sync: command.revision(_config(package, metadata, sync), message, autogenerate=True)
        )
    await engine.dispose()


async def schema_differences(metadata: MetaData, database_url: str) -> list[object]:
    """What the migrations forgot: differences between the tables in code and those in the database."""
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.run_sync(lambda sync: compare_metadata(MigrationContext.configure(sync), metadata))
    await engine.dispose()
    return list(found)
