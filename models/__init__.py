"""What things are: tables, types and rules. Knows no HTTP and no format."""

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

__all__ = [
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
    "Unsearchable",
    "find",
    "read",
    "remove",
    "save",
]
