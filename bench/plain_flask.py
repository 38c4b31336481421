"""What Parley is compared with: Flask, SQLAlchemy and jsonify, written by hand."""

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
