"""Who may do what: for each resource (by the name of its blueprint) and method the role that it
needs. A higher role may do it too; what does not stand here, only the highest.

`anyone`: credentials are not looked at; `password`: a name and a password; `token`: any token.
"""

from collections.abc import Mapping

READ = {"GET": "reader"}
CHANGE = READ | dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), "writer")

NEEDS: Mapping[str, Mapping[str, str]] = {
    "root": {"GET": "anyone"},
    "problems": {"GET": "anyone"},
    "assets": {"GET": "anyone"},
    "schemas": {"GET": "anyone"},
    "openapi": {"GET": "anyone"},
    "health": {"GET": "anyone"},
    "tokens": {"POST": "password", "DELETE": "token"},
    "tasks": dict.fromkeys(("GET", "DELETE"), "writer"),  # who may ask for work, and each their own
    "customers": CHANGE,
    "products": CHANGE,
    "invoices": CHANGE,
    "items": CHANGE,
    "cameras": CHANGE,
    "movies": CHANGE,
    "sensors": CHANGE,
    "readings": CHANGE,
}
