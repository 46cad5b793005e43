"""A server whose schema takes files, and who may send them: whoever shows the token "anna"."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256

import strawberry
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.schema.config import StrawberryConfig

from errors import AttachmentTooLarge, Unauthenticated
from realtime.transport import Engine, GraphQLSocket
from schema.scalars import SCALARS, Upload
from tests.serving import serving
from web.graphql import GraphQLOverHTTP, UploadLimits

LIMITS = UploadLimits(file_bytes=3_000_000, files=2, operations_bytes=10_000)
KEEP = "mutation($file: Upload!) { keep(file: $file) { name type size digest } }"
ANNA = {"authorization": "anna"}


@dataclass(eq=False)
class Desk:
    """A running server, the files that reached its fields, and how often it has asked for more of a body."""

    http: str = ""
    taken: list[UploadFile] = field(default_factory=list)
    reads: int = 0
    limits: UploadLimits = LIMITS

    @property
    def ws(self) -> str:
        return self.http.replace("http", "ws", 1)

    def clear(self) -> None:
        self.taken.clear()
        self.reads = 0
        self.limits = LIMITS


@dataclass(frozen=True, slots=True)
class Context:
    desk: Desk
    name: str | None

    async def uploads(self) -> UploadLimits:
        if self.name is None:
            raise Unauthenticated("Sign in.")
        return self.desk.limits


Info = strawberry.Info[Context, None]


@strawberry.type
class Kept:
    name: str
    type: str | None
    size: int
    digest: str


@strawberry.input
class Parcel:
    label: str | None = None
    files: list[Upload | None] = strawberry.field(default_factory=list)


async def kept(info: Info, file: UploadFile) -> Kept:
    info.context.desk.taken.append(file)
    try:
        content = await file.read()
    except AttachmentTooLarge as refused:
        return Kept(name=file.filename or "", type=None, size=-1, digest=refused.code)
    return Kept(
        name=file.filename or "", type=file.content_type, size=len(content), digest=sha256(content).hexdigest()
    )


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def keep(self, info: Info, file: Upload) -> Kept:
        return await kept(info, file)

    @strawberry.mutation
    async def keep_all(self, info: Info, parcel: Parcel) -> list[Kept]:
        return [await kept(info, file) for file in parcel.files if file]

    @strawberry.mutation
    async def drop(self, info: Info, file: Upload) -> str:
        info.context.desk.taken.append(file)
        raise RuntimeError("secret of a resolver")


SCHEMA = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS))


@dataclass(frozen=True, slots=True)
class Watched:
    """The application, and on the desk how often it reads."""

    app: ASGIApp
    desk: Desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted() -> Message:
            self.desk.reads += 1
            return await receive()

        await self.app(scope, counted, send)


@asynccontextmanager
async def desk_open() -> AsyncGenerator[Desk, None]:
    desk = Desk()

    async def context(request: Request) -> Context:
        authorization = request.headers.get("authorization")
        if authorization not in (None, "anna"):
            raise Unauthenticated("Unknown token.")
        return Context(desk, authorization)

    async def authenticate(*_: object) -> str:
        return "anna"

    engine = Engine(SCHEMA)
    requests = GraphQLOverHTTP(engine, context=context, uploads=Context.uploads)
    sockets = GraphQLSocket(
        engine, authenticate=authenticate, recognise=authenticate, context=lambda _: Context(desk, "anna")
    )

    routes = [Route("/graphql", Watched(requests, desk)), WebSocketRoute("/graphql", sockets)]
    async with serving(Starlette(routes=routes)) as address:
        desk.http = f"{address}/graphql"
        yield desk
