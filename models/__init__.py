"""SQLAlchemy tables, their queries and migrations. Importing this package knows every table."""

from importlib import import_module
from pkgutil import walk_packages

from models.base import Base

__all__ = ["Base"]

# A table that nobody imports would be missing in migrations without a word.
for _found in walk_packages(__path__, "models."):
    if not _found.name.startswith("models.migrations"):
        import_module(_found.name)
