"""/tasks: work that was accepted, and how far it is."""

from flask import Blueprint

from exchange.decorators import collection, followed, owned, precondition
from models import Task

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")


@blueprint.get("")
@collection(Task)
@owned
def list_tasks(owner):
    return Task.owned(owner)


@blueprint.get("/<token:id>")
@followed(Task)
@owned
def show_task(id, owner):
    return Task.look(id, owner)


@blueprint.delete("/<token:id>")
@owned
@precondition(Task)
def cancel_task(id, owner):
    Task.cancel(id, owner)
