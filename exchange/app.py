"""The application: selects before the view, encodes after it, errors too."""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from threading import Semaphore
from typing import Any, TypeVar

from flask import Flask, Response, g, request
from flask.ctx import RequestContext
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter

from exchange import bounds, openapi, query
from exchange.access import Access
from exchange.answer import answer_problem, empty
from exchange.cache import Representations, is_coded, is_kept
from exchange.catalogue import types_of
from exchange.coding import OFFERED
from exchange.content import readable_fields
from exchange.edge import Edge
from exchange.errors import problem
from exchange.fields import allow
from exchange.health import Check
from exchange.limits import Limits
from exchange.links import Routes, read_routes
from exchange.log import make_logger
from exchange.observer import Observer
from exchange.repeats import perform_once
from exchange.schemas import describedby, url
from exchange.selection import offers, select
from exchange.settings import Settings
from exchange.shortcut import Shortcut
from exchange.state import REFUSED, Exchange, traits
from exchange.times import timed
from negotiate.content_coding import best_coding
from negotiate.problem import Problem
from representations.schema import Types

Finished = TypeVar("Finished")
_OFFERED = tuple(OFFERED)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class IdConverter(BaseConverter):
    """An id in a path: one way to write each, and none that a database could not hold."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)


class TokenConverter(BaseConverter):
    """An id in a path that means nothing to anybody."""

    regex = "[0-9a-z]{20,64}"


class Api(Flask):
    """Flask, with one road in and one road out.

    database: has `unit(write=...)`, the transaction around each view. errors: the name of the
    problem for each kind of error that views raise. access: who may do what. tasks: the model of
    tasks. repeats: keeps answers to requests that come again. `wake` is called with the id of a
    task that is due now.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        database: Any,
        errors: Mapping[type[Exception], str],
        access: Access,
        tasks: Any,
        repeats: Any,
    ) -> None:
        super().__init__(name, static_folder=None)
        self.settings = settings
        self.database = database
        self.problem_names = errors
        self.access = access
        self.tasks, self.repeats = tasks, repeats
        self.wake: Callable[[str], None] = lambda id: None
        self.places = Semaphore(settings.threads - 2)  # of what holds a thread for long
        self.logger = make_logger(settings)
        self.cache = Representations(self, settings)
        self.edge = Edge(settings)
        self.limits = Limits(settings, self.logger)
        self.observer = Observer(self)
        self.shortcut = Shortcut(self)
        self.checks = {
            "database": Check(lambda: self.database.health()),
            "cache": Check(self.cache.health),
        }
        self.queue = Check(self._queue)
        self.url_map.converters |= {"id": IdConverter, "token": TokenConverter}
        self.url_map.merge_slashes = False
        self.register_error_handler(Exception, self.answer_error)

    @cached_property
    def secret(self) -> str:
        """The key that signs cursors: the configured one, else one kept in the database."""
        return self.settings.secret_key or str(self.database.secret("cursors"))

    def _queue(self) -> Any:
        with self.database.unit(write=False):
            return self.tasks.queue()

    @cached_property
    def routes(self) -> Routes:
        return read_routes(self, self.settings.public_url)

    @cached_property
    def types(self) -> Types:
        """Every type that it sends or takes, by name."""
        return types_of(self, self.routes, self.tasks)

    @cached_property
    def described(self) -> Mapping[tuple[str, str], str]:
        """The links to their schemas."""
        return describedby(self.types, self.settings.public_url)

    @cached_property
    def openapi(self) -> dict[str, Any]:
        """What /openapi.json shows."""
        return openapi.document(self)

    @cached_property
    def schema_places(self) -> Mapping[str, str]:
        """The URLs of the schemas that XML names, by type."""
        named, origin = self.settings.schema_locations, self.settings.public_url
        return {name: url(name, "xsd", origin) for name in self.types} if named else {}

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        self.edge.arrive(environ)
        start = self.edge.leaving(environ, start_response)
        if sent := self.shortcut.answer(environ):
            start(sent.status, sent.fields)
            return [sent.content]
        return super().wsgi_app(environ, start)

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        self.observer.arrive(environ)
        return super().request_context(environ)

    def process_response(self, response: Response) -> Response:
        return self.observer.leave(super().process_response(response))

    def dispatch_request(self) -> Response:
        g.principal = self.access.identify()
        self.limits.check()
        methods = self.allowed_methods()
        if refused := request.environ.get(REFUSED):
            raise refused
        if request.method == "OPTIONS":
            return empty({**allow(methods), **readable_fields(methods)})
        exchange = self.begin(methods)
        resource = (request.endpoint or "").partition(".")[0]
        g.principal = self.access.admit(resource, request.method, g.principal)
        if is_kept(exchange):
            answered = self.cache.answer(exchange, partial(self.perform, exchange))
            self.shortcut.learn(exchange)
            return answered
        return perform_once(exchange, self.perform)

    def perform(self, exchange: Exchange, finish: Callable[[Exchange, Any], Finished]) -> Finished:
        """What `finish` makes of the view's data, in one unit of work with the view."""
        view = self.view_functions[request.endpoint or ""]
        with self.database.unit(write=request.method not in SAFE):
            with timed("view"):
                data = view(**(request.view_args or {}))
            finished = finish(exchange, data)
        return exchange.after(finished) if exchange.after else finished

    def allowed_methods(self) -> frozenset[str]:
        """The methods of the resource that is asked for. Raises Problem (400, 414, 431) for a
        request beyond its bounds, NotFound or MethodNotAllowed, of Werkzeug."""
        environ = request.environ
        bounds.check(environ, self.settings)
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == "*" and method == "OPTIONS":  # 9.3.7
            return frozenset().union(*self.routes.methods.values())
        if path.startswith("//"):  # Werkzeug would drop the first
            raise NotFound
        rule = request.url_rule
        if rule is None:
            self.raise_routing_exception(request)
        methods = self.routes.methods[rule.rule]
        if method not in methods:  # Werkzeug would put it in capitals, but methods have a case: 9.1
            raise MethodNotAllowed(methods)
        return methods

    def begin(self, methods: frozenset[str]) -> Exchange:
        """The exchange, its representation selected. Raises Problem (400, 406) before anything has
        happened."""
        shown = traits(self.view_functions[request.endpoint or ""])
        g.exchange = exchange = Exchange(shown, methods, select(offers(shown)), shown.shape)
        if request.method in SAFE:
            if applied := query.check(shown):
                exchange.fields["Preference-Applied"] = applied
                exchange.vary.append("Prefer")
            elif is_coded(exchange):
                exchange.vary.append("Accept-Encoding")
                exchange.coding = best_coding(request.environ.get("HTTP_ACCEPT_ENCODING"), _OFFERED)
        return exchange

    def tell(self, name: str, detail: str, path: str) -> dict[str, Any]:
        """The problem of the name as plain data, of what is at the path, for who shows it later."""
        origin = self.settings.public_url
        return Problem(name, detail).to_dict(f"{origin}/problems/", origin + path)

    def answer_error(self, error: Exception) -> Response:
        return answer_problem(problem(error, self.problem_names))
