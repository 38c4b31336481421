"""Decorators of views that are about who asks."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, g, request

from exchange import content
from exchange.access import unauthorized
from exchange.state import current, describe
from negotiate.problem import Problem
from representations.base import Shape
from representations.schema import Object, Property, Value

View = Callable[..., Any]


def authenticated(view: View) -> View:
    """Who asks, in the view's argument `principal`: its name, role and proof. 401 for nobody."""

    @wraps(view)
    def known(**values: Any) -> Any:
        if g.principal is None:
            raise unauthorized()
        return view(**values, principal=g.principal)

    return known


def configured(*names: str) -> Callable[[View], View]:
    """Settings, in arguments of their names."""

    def decorate(view: View) -> View:
        @wraps(view)
        def told(**values: Any) -> Any:
            settings = {name: getattr(current_app.settings, name) for name in names}
            return view(**values, **settings)

        return told

    return decorate


def secret(name: str, **members: Value) -> Callable[[View], View]:
    """What the view returns is for who asked, once: nothing may keep it. name: of its type."""
    type = Object(name, {member: Property(value) for member, value in members.items()})

    def decorate(view: View) -> View:
        @wraps(view)
        def show(**values: Any) -> Any:
            current().fields["Cache-Control"] = "no-store"
            return view(**values)

        return describe(show, type)

    return decorate


def bare(view: View) -> View:
    """The view needs no content; what there is of it has no members (415, 400, 422)."""

    @wraps(view)
    def act(**values: Any) -> Any:
        if request.content_length or "Transfer-Encoding" in request.headers:
            _refuse(content.read(Shape(current().shape.name)))
        return view(**values)

    return act


def _refuse(data: Any) -> None:
    if not data and isinstance(data, dict):
        return
    names = [*data][:100] if isinstance(data, dict) else []
    detail = "is not a member of this type"
    errors = [{"pointer": current().pointer((name,)), "detail": detail} for name in names]
    raise Problem("invalid", "the content, if any, is an object without members", errors)
