"""What is sent beside an operation."""

from schema.scalars import Upload as Upload
