"""What things are: tables, types and rules. Knows no HTTP and no format."""

from models import repeats
from models.accounts import Accounts
from models.base import Model
from models.camera import Camera
from models.customer import Customer
from models.database import Database
from models.errors import Busy, Conflict, Invalid, ModelError, NotFound, Unsearchable
from models.invoice import Invoice
from models.item import Item
from models.movie import Movie
from models.product import Product
from models.reading import read
from models.rows import find, remove, save
from models.sensor import Reading, Sensor
from models.task import Task
from models.token import issue_token, revoke
from models.user import ROLES

__all__ = [
    "ROLES",
    "Accounts",
    "Busy",
    "Camera",
    "Conflict",
    "Customer",
    "Database",
    "Invalid",
    "Invoice",
    "Item",
    "Model",
    "ModelError",
    "Movie",
    "NotFound",
    "Product",
    "Reading",
    "Sensor",
    "Task",
    "Unsearchable",
    "find",
    "issue_token",
    "read",
    "remove",
    "repeats",
    "revoke",
    "save",
]
