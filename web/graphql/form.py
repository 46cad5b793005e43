"""A multipart/form-data body (RFC 7578), taken apart as it comes in: its files go to disk, its fields are kept.

Starlette's own parser reads what is not UTF-8 as Latin-1, does not notice a body that was cut off, leaves the file
of its last part open then, and limits neither a file's size nor the body's.
"""

from io import RawIOBase
from tempfile import SpooledTemporaryFile

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile

from errors import AttachmentTooLarge
from web.graphql.reading import HTTPRefused, UploadLimits

FIELDS = ("operations", "map")
KEPT_IN_MEMORY = 262_144
LONGEST_BOUNDARY = 70
"""RFC 2046 §5.1.1."""


class FileTooLarge(Exception):
    """The file that is coming in goes beyond its limit."""


class Unread(RawIOBase):
    """In the place of a file that was too large to be read: whoever reads it refuses AttachmentTooLarge."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def read(self, size: int = -1) -> bytes:
        raise self._refusal()

    def seek(self, offset: int, whence: int = 0) -> int:
        raise self._refusal()

    def _refusal(self) -> AttachmentTooLarge:
        return AttachmentTooLarge(f"A file may have {self._limit // 1_048_576} MB at most.", field=("file",))


class Form:
    """The fields and files of one body by their names. `feed` refuses with HTTPRefused what goes beyond the limits,
    and whatever is neither a file nor one of FIELDS; for a file it raises FileTooLarge. `close` it, whatever
    happens."""

    def __init__(self, content_type: str, limits: UploadLimits) -> None:
        self.fields: dict[str, bytearray] = {}
        self.files: dict[str, UploadFile] = {}
        self.is_complete = False
        self._limits = limits
        self._headers: list[tuple[bytes, bytes]] = []
        self._header_name, self._header_value = bytearray(), bytearray()
        self._part: bytearray | UploadFile = bytearray()
        self._part_bytes = 0
        self._too_large: UploadFile | None = None
        self._unwritten: list[tuple[UploadFile, bytes]] = []
        self._parser = MultipartParser(
            boundary_of(content_type),
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_header_name,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_end,
                "on_part_data": self._on_data,
                "on_end": self._on_end,
            },
        )

    async def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise HTTPRefused(400, f"The body is not multipart/form-data as announced: {error}.") from None
        for file, data in self._unwritten:
            await file.write(data)
        self._unwritten.clear()

    def give_up_file(self) -> bool:
        """Have the file that is coming in be one that cannot be read. False where nobody knows yet what for it came."""
        name = next(name for name, file in self.files.items() if file is self._part)
        self.files[name].file.close()
        unread = UploadFile(Unread(self._limits.file_bytes), size=self._limits.file_bytes + 1)  # type: ignore[arg-type]
        unread.filename = self.files[name].filename
        self.files[name] = self._too_large = unread
        return all(field in self.fields for field in FIELDS)

    async def rewind(self) -> None:
        for file in self.files.values():
            if file is not self._too_large:
                await file.seek(0)

    def close(self) -> None:
        # Not by UploadFile.close, which awaits: a second cancellation could come between.
        for upload in self.files.values():
            upload.file.close()

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers.append((bytes(self._header_name).lower(), bytes(self._header_value)))
        self._header_name.clear()
        self._header_value.clear()

    def _on_headers_end(self) -> None:
        headers = Headers(raw=list(self._headers))
        disposition, options = parse_options_header(headers.get("content-disposition"))
        if disposition != b"form-data" or not options.get(b"name"):
            raise HTTPRefused(400, "Each part must be named by a Content-Disposition of form-data.")
        name = utf8(options[b"name"])
        self._check_name(name, is_file=b"filename" in options)
        self._part_bytes = 0
        if name in FIELDS:
            self._part = self.fields[name] = bytearray()
        else:
            self._part = self.files[name] = spooled(utf8(options[b"filename"]), headers)

    def _check_name(self, name: str, *, is_file: bool) -> None:
        if name in (*self.fields, *self.files):
            raise HTTPRefused(400, f"Two parts have the name {shown(name)}.")
        if name in FIELDS:
            return
        if not is_file:
            raise HTTPRefused(400, f"The part {shown(name)} is no file, and neither operations nor map.")
        if len(self.files) >= self._limits.files:
            raise HTTPRefused(413, f"Files a request may bring: {self._limits.files}.")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        is_file = isinstance(self._part, UploadFile)
        limit = self._limits.file_bytes if is_file else self._limits.operations_bytes
        self._part_bytes += end - start
        if self._part_bytes > limit:
            raise FileTooLarge if is_file else HTTPRefused(413, f"This part may have {limit} bytes at most.")
        if isinstance(self._part, UploadFile):
            self._unwritten.append((self._part, data[start:end]))
        else:
            self._part += data[start:end]

    def _on_end(self) -> None:
        self.is_complete = True


def boundary_of(content_type: str) -> bytes:
    _, options = parse_options_header(content_type)
    if options.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"utf8"):
        raise HTTPRefused(415, "The body must be multipart/form-data in UTF-8.")
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= LONGEST_BOUNDARY:
        raise HTTPRefused(400, f"The boundary must be given, with {LONGEST_BOUNDARY} characters at most.")
    return boundary


def spooled(filename: str, headers: Headers) -> UploadFile:
    """An empty file, which goes to disk as soon as it is no longer small."""
    file = SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - `Form.close` closes it
    return UploadFile(file, size=0, filename=filename, headers=headers)  # type: ignore[arg-type]


def utf8(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise HTTPRefused(400, "The names of parts and files must be UTF-8.") from None


def shown(text: str) -> str:
    """A client's own words in a message for it."""
    return f"“{text if len(text) <= 100 else text[:100] + '…'}”"
