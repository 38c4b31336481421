"""What Parley is compared with: Flask by hand, with SQLAlchemy and jsonify, or with nothing."""

from flask import Flask, jsonify
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from exchange.settings import Settings
from models import Customer
from serving.gateway import Gateway


def create_app(url: str) -> Flask:
    """One view: a customer as JSON."""
    app = Flask(__name__)
    engine = create_engine(url)

    @app.get("/customers/<int:id>")
    def show_customer(id):
        with Session(engine) as session:
            customer = session.get_one(Customer, id)
            members = {name: getattr(customer, name) for name in Customer.members()}
            return jsonify(members)

    return app


def create_constant() -> Flask:
    """One view: so many bytes, always the same."""
    app = Flask(__name__)
    made: dict[int, bytes] = {}

    @app.get("/<int:length>")
    def show_bytes(length):
        return made.setdefault(length, b"x" * length)

    return app


def create_gateway() -> Gateway:
    """The same, behind what Parley stands behind."""
    return Gateway(create_constant(), Settings())
