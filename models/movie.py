"""Movies, and their bytes in a table of their own (docs/decisions/0014-movies.md)."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.errors import NotFound
from models.session import connection, session
from models.types import KEY, WHOLE, Id, Moment, Reference

MOST_SECONDS = 60
Seconds = Annotated[int, mapped_column(Integer), WHOLE, Field(ge=1, lt=MOST_SECONDS + 1)]
_LARGEST = 2**24 - 1  # bytes: by this MariaDB chooses its type


class Movie(Model):
    """What a camera has seen, once and for all."""

    __tablename__ = "movies"

    id: Mapped[Id]
    camera_id: Mapped[Reference] = mapped_column(ForeignKey("cameras.id"))
    seconds: Mapped[Seconds]
    created_at: Mapped[Moment]

    @classmethod
    def part(cls, id: int, name: str) -> bytes:
        """The bytes of a movie: `video` or `poster`. Raises NotFound."""
        found = connection().scalar(select(movie_files.c[name]).where(movie_files.c.movie_id == id))
        if found is None:
            raise NotFound(f"there is no {name} of movie {id}")
        return bytes(found)

    def keep(self, video: bytes, poster: bytes) -> None:
        """Writes the bytes of a movie that has been saved."""
        values = {"movie_id": self.id, "video": video, "poster": poster}
        session().execute(insert(movie_files).values(values))


movie_files = Table(
    "movie_files",
    Model.metadata,
    Column("movie_id", KEY, ForeignKey("movies.id", ondelete="CASCADE"), primary_key=True),
    Column("video", LargeBinary(_LARGEST), nullable=False),
    Column("poster", LargeBinary(_LARGEST), nullable=False),
)
