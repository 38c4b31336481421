"""/sensors, and the readings of each."""

from flask import Blueprint
from sqlalchemy import select

from exchange.decorators import body, cached, collection, creates, existing, item, precondition
from models import Reading, Sensor, find, read, remove, save

blueprint = Blueprint("sensors", __name__, url_prefix="/sensors")


@blueprint.get("")
@cached
@collection(Sensor)
def list_sensors():
    return select(Sensor)


@blueprint.get("/<id:id>")
@cached
@item(Sensor)
def show_sensor(id):
    return read(Sensor, id)


@blueprint.post("")
@creates
@item(Sensor)
@body(Sensor)
def create_sensor(data):
    return save(Sensor(), data).to_dict()


@blueprint.put("/<id:id>")
@blueprint.patch("/<id:id>")
@precondition(Sensor)
@item(Sensor)
@body(Sensor)
def change_sensor(id, data):
    return save(find(Sensor, id), data).to_dict()


@blueprint.delete("/<id:id>")
@precondition(Sensor)
def delete_sensor(id):
    remove(find(Sensor, id))


@blueprint.get("/<id:id>/readings")
@cached
@existing(Sensor)
@collection(Reading)
def list_readings_of_sensor(id):
    return select(Reading).where(Reading.sensor_id == id)


@blueprint.post("/<id:id>/readings")
@existing(Sensor)
@creates
@item(Reading)
@body(Reading, sensor_id="id")
def create_reading_of_sensor(id, data):
    return save(Reading(), data).to_dict()
