"""Problems in JSON and in XML (RFC 9457, 3 and appendix B)."""

from dataclasses import replace

from representations.base import Data, Shape
from representations.json import JSON
from representations.markup import Dialect
from representations.xml import XML

# Appendix B has no place for null: no problem of ours holds one.
_NAMESPACE = ' xmlns="urn:ietf:rfc:7807"'
_DIALECT = Dialect(attributes=lambda kind: "", root=lambda shape: _NAMESPACE, item="i")


def encode(data: Data, shape: Shape) -> bytes:
    return _DIALECT.write(data, shape)


PROBLEM_JSON = replace(JSON, media_type="application/problem+json", decode=None, stream=None)
PROBLEM_XML = replace(
    XML, media_type="application/problem+xml", encode=encode, decode=None, stream=None
)
