"""/cameras, and the movies of each."""

from flask import Blueprint
from sqlalchemy import select

from exchange.decorators import (
    background,
    body,
    cached,
    collection,
    creates,
    existing,
    item,
    precondition,
)
from models import Camera, Movie, find, read, remove, save

blueprint = Blueprint("cameras", __name__, url_prefix="/cameras")


@blueprint.get("")
@cached
@collection(Camera)
def list_cameras():
    return select(Camera)


@blueprint.get("/<id:id>")
@cached
@item(Camera)
def show_camera(id):
    return read(Camera, id)


@blueprint.post("")
@creates
@item(Camera)
@body(Camera)
def create_camera(data):
    return save(Camera(), data).to_dict()


@blueprint.put("/<id:id>")
@blueprint.patch("/<id:id>")
@precondition(Camera)
@item(Camera)
@body(Camera)
def change_camera(id, data):
    return save(find(Camera, id), data).to_dict()


@blueprint.delete("/<id:id>")
@precondition(Camera)
def delete_camera(id):
    remove(find(Camera, id))


@blueprint.get("/<id:id>/movies")
@cached
@existing(Camera)
@collection(Movie)
def list_movies_of_camera(id):
    return select(Movie).where(Movie.camera_id == id)


@blueprint.post("/<id:id>/movies")
@existing(Camera)
@background("movie", Movie)
@body(Movie, camera_id="id")
def create_movie_of_camera(id, data):
    return {"camera_id": id, "seconds": data["seconds"]}
