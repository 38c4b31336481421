"""The registry: what this server reads and writes. Its order is the server's preference.

A new representation is one file beside this one, and its name here; or a folder of vocabularies/.
"""

from representations.base import Representation
from representations.csv import CSV
from representations.events import EVENTS
from representations.html import DOCUMENTATION, FILES, HTML
from representations.json import JSON
from representations.json_patch import JSON_PATCH
from representations.json_schema import JSON_SCHEMA
from representations.media import MP4, PNG
from representations.merge_patch import MERGE_PATCH
from representations.msgpack import MSGPACK
from representations.ndjson import NDJSON
from representations.patch import Patch
from representations.problem import PROBLEM_JSON, PROBLEM_XML
from representations.prometheus import PROMETHEUS
from representations.typed_xml import TYPED_XML
from representations.vocabulary import vocabularies
from representations.xml import TEXT_XML, XML
from representations.xml_patch import XML_PATCH
from representations.xsd import TEXT_XSD, XSD

REPRESENTATIONS: tuple[Representation, ...] = (
    JSON,
    XML,
    TEXT_XML,
    TYPED_XML,
    CSV,
    NDJSON,
    HTML,
    MSGPACK,
)
MEDIA: tuple[Representation, ...] = (MP4, PNG)  # of a row that has them, after those
PATCHES: tuple[Patch, ...] = (MERGE_PATCH, JSON_PATCH, XML_PATCH)
PROBLEMS: tuple[Representation, ...] = (PROBLEM_JSON, PROBLEM_XML, HTML)
# Of what the server measures: what it is read in first, then as every item.
MEASURED = (PROMETHEUS, *(each for each in REPRESENTATIONS if not each.tabular))
# Of schemas, which are in one language each; the second is for who knows no better name.
JSON_SCHEMAS = (JSON_SCHEMA, JSON)
XSDS = (XSD, TEXT_XSD)
DOCUMENTED = (DOCUMENTATION,)
PLAIN_JSON = (JSON,)  # of what is JSON by its own standard
_OURS = (
    *(*REPRESENTATIONS, *PROBLEMS, *MEDIA, PROMETHEUS, EVENTS),
    *(JSON_SCHEMA, *FILES.values()),
)
TAKEN = {  # names and media types that no vocabulary may have
    *(each.name for each in (*_OURS, *DOCUMENTED)),
    *(each.media_type for each in _OURS),
    *(each.media_type for each in PATCHES),
}
VOCABULARIES = vocabularies(taken=TAKEN)  # each for some types alone
EVERY = (*_OURS, *VOCABULARIES)
