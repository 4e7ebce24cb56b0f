"""`orderbro keys`: API keys with a role."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from app.cli import show
from app.cli.session import run

commands = typer.Typer(help="API keys with a role: viewer, operator, admin.", no_args_is_help=True)


class RoleName(StrEnum):
    """`app.auth.Role`, whose module brings the web framework along; a test compares the two."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


@commands.command()
def create(
    name: Annotated[str, typer.Argument(help="what the key is for; it is written into the audit stream")],
    role: Annotated[RoleName, typer.Option(help="viewer reads, operator acts, admin configures")] = RoleName.VIEWER,
    *,
    json: show.Json = False,
) -> None:
    """Make a key. It is shown this once."""
    from app.auth import Role  # noqa: PLC0415
    from app.operations import api_keys  # noqa: PLC0415

    made = run(lambda s: api_keys.create(s.store, s.actor, name=name, role=Role(role.value)))
    if json:
        show.as_json(made)
        return
    typer.echo(made["key"])
    typer.echo(f"key {made['id']} ({made['role']}, {name}): shown this once; send it as Authorization: Bearer <key>", err=True)


@commands.command("list")
def list_keys(*, json: show.Json = False) -> None:
    """Every key, without its secret."""
    from app.operations import api_keys  # noqa: PLC0415

    found = run(lambda s: api_keys.listed(s.store))
    if json:
        show.as_json(found)
        return
    show.table(["id", "name", "role", "created"], [[k["id"], k["name"], k["role"], k["created_at"]] for k in found["keys"]])


@commands.command()
def revoke(key_id: str) -> None:
    """Forget a key at once."""
    from app.operations import api_keys  # noqa: PLC0415

    run(lambda s: api_keys.revoke(s.store, s.actor, key_id))
    typer.echo(f"key {key_id} is revoked")
