"""Parley: the application, and the command line. The only file that imports everything."""

import os
from collections.abc import Mapping
from typing import Any

from commands import main
from exchange.settings import Settings


def create_app(settings: Settings | None = None) -> Any:
    """The WSGI application, by the settings given, else by those in the environment."""
    import models
    from devices import Unavailable
    from exchange import assets, openapi, problems, schemas
    from exchange.access import Access
    from exchange.app import Api
    from resources import BLUEPRINTS, NEEDS

    settings = settings or Settings.load(os.environ)
    errors: Mapping[type[Exception], str] = {
        models.NotFound: "not-found",
        models.Invalid: "invalid",
        models.Unsearchable: "malformed",
        models.Conflict: "conflict",
        models.Busy: "unavailable",
        Unavailable: "unavailable",
    }
    connections = settings.threads + settings.task_threads
    database = models.Database(settings.database_url, connections)
    access = Access(models.Accounts(database), NEEDS, models.ROLES, settings)
    app = Api(__name__, settings, database, errors, access, models.Task, models.repeats)
    if settings.broker_url:
        from work.broker import Sender

        app.wake = Sender(settings.broker_url).wake
    beside = (problems.blueprint, schemas.blueprint, openapi.blueprint, assets.blueprint)
    for blueprint in (*BLUEPRINTS, *beside):
        app.register_blueprint(blueprint)
    return app


def create_gateway() -> Any:
    """The ASGI application that a process serves."""
    from exchange.log import take_over
    from serving.gateway import Gateway
    from serving.server import end_with_parent
    from work import works
    from work.engine import engine_for

    end_with_parent()
    settings = Settings.load(os.environ)
    app = create_app(settings)
    take_over(app.logger)
    return Gateway(app, settings, engine_for(app, works(settings)))


def __getattr__(name: str) -> Any:
    """`run:app`, made when a WSGI server asks for it."""
    if name == "app":
        return create_app()
    raise AttributeError(name)


if __name__ == "__main__":
    main(obj=create_app)
