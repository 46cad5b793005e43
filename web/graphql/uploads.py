"""From a request with files to an operation that has them in its variables.

Specification: https://github.com/jaydenseric/graphql-multipart-request-spec, without its options: no batches, and
one place for each file. Only `variables` may hold files, and only where they hold null.
"""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from realtime.transport import OperationRequest
from web.graphql.form import FIELDS, FileTooLarge, Form, shown
from web.graphql.reading import HTTPRefused, UploadLimits, bounded, check_encoding, checked, decoded, in_time

INDEX = re.compile("0|[1-9][0-9]{0,8}")


@asynccontextmanager
async def uploaded_operation(request: Request, limits: UploadLimits) -> AsyncGenerator[OperationRequest, None]:
    """The operation of a POST of multipart/form-data; its files are closed when the block ends, however it ends.

    Raises HTTPRefused for what is none.
    """
    check_encoding(request)
    form = Form(request.headers["content-type"], limits)
    try:
        await in_time(fill(form, request, limits), seconds=limits.seconds)
        yield operation_of(form)
    finally:
        form.close()


async def fill(form: Form, request: Request, limits: UploadLimits) -> None:
    # The connection stays open after a refusal, and the server discards the rest: closed upon a client that is still
    # sending, it would be reset, and the client might never read why.
    too_large = HTTPRefused(413, f"A file may have {limits.file_bytes} bytes at most.")
    reading = bounded(request, limits.body_bytes, too_large=too_large, at_once=False)
    try:
        async with aclosing(reading) as chunks:
            async for chunk in chunks:
                await form.feed(chunk)
    except FileTooLarge:
        # What is asked for is known where it came first, as it should: then it is refused as what it is.
        if not form.give_up_file():
            raise too_large from None
    else:
        if not form.is_complete:
            raise HTTPRefused(400, "The body ends before its last boundary.")
    await form.rewind()


def operation_of(form: Form) -> OperationRequest:
    for name in FIELDS:
        if name not in form.fields:
            raise HTTPRefused(400, f"The part {name} must be given.")
    parameters, places = (decoded(f"part {name}", form.fields[name]) for name in FIELDS)
    operation = checked(parameters, of="part operations")
    place(form.files, places=places, variables=operation.variables)
    return operation


def place(files: Mapping[str, UploadFile], *, places: object, variables: dict[str, Any] | None) -> None:
    """Put each file where the map says; refuses a map that does not fit the files or the variables."""
    if not isinstance(places, dict):
        raise HTTPRefused(400, "The map must be a JSON object.")
    for name in files:
        if name not in places:
            raise HTTPRefused(400, f"The map does not name the file {shown(name)}.")
    for name, paths in places.items():
        if name not in files:
            raise HTTPRefused(400, f"The map names {shown(name)}, but no such file came.")
        # One file in two places would be read by two fields at once, each moving the other's position.
        if not isinstance(paths, list) or len(paths) != 1 or not isinstance(paths[0], str):
            raise HTTPRefused(400, f"The map must have a list of one path for {shown(name)}.")
        put(files[name], at=paths[0], variables=variables)


def put(file: UploadFile, *, at: str, variables: dict[str, Any] | None) -> None:
    *way, last = at.split(".")
    holder: Any = {"variables": variables}
    try:
        for step in way:
            holder = holder[key_in(holder, step)]
        key = key_in(holder, last)
    except LookupError:
        raise HTTPRefused(400, f"The map's path {shown(at)} leads nowhere in the variables.") from None
    if not way or holder[key] is not None:
        raise HTTPRefused(400, f"The map's path {shown(at)} must lead to a null in the variables.")
    holder[key] = file


def key_in(holder: object, step: str) -> str | int:
    """The step as a key of what it leads into; raises LookupError where it leads nowhere."""
    if isinstance(holder, dict) and step in holder:
        return step
    if isinstance(holder, list) and INDEX.fullmatch(step) and int(step) < len(holder):
        return int(step)
    raise LookupError(step)
