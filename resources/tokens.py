"""/tokens: a token for who shows a name and a password."""

from flask import Blueprint

from exchange.decorators import INTEGER, TEXT, authenticated, bare, configured, secret
from models import issue_token, revoke

blueprint = Blueprint("tokens", __name__, url_prefix="/tokens")


@blueprint.post("")
@secret("token", access_token=TEXT, token_type=TEXT, expires_in=INTEGER, scope=TEXT)
@bare
@configured("token_seconds")
@authenticated
def create_token(principal, token_seconds):
    return {
        "access_token": issue_token(principal, token_seconds),
        "token_type": "Bearer",
        "expires_in": token_seconds,
        "scope": principal.role,
    }


@blueprint.delete("/current")
@authenticated
def revoke_token(principal):
    revoke(principal.proof)
