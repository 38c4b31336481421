"""What a camera sees, kept as a movie."""

from collections.abc import Callable

from devices import Cameras, film
from models import Movie, save


def make_movie(
    cameras: Cameras, progress: Callable[[int], None], camera_id: int, seconds: int
) -> Callable[[], Movie]:
    """The camera films now; its movie is written by what this returns. Raises Unavailable."""
    made = film(cameras(camera_id), seconds, progress)

    def keep() -> Movie:
        movie = save(Movie(), {"camera_id": camera_id, "seconds": seconds})
        movie.keep(*made)
        return movie

    return keep
