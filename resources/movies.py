"""/movies: what it is, the movie itself, and its first picture."""

from flask import Blueprint

from exchange.decorators import cached, item, media, precondition
from models import Movie, find, read, remove

blueprint = Blueprint("movies", __name__, url_prefix="/movies")


@blueprint.get("/<id:id>")
@cached
@media(Movie)
@item(Movie)
def show_movie(id):
    return read(Movie, id)


@blueprint.delete("/<id:id>")
@precondition(Movie)
def delete_movie(id):
    remove(find(Movie, id))
