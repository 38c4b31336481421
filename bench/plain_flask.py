"""What Parley is compared with: Flask by hand, with SQLAlchemy and jsonify, or with nothing."""

from flask import Flask, jsonify
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from models import Customer


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
