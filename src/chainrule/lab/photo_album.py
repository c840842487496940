"""Photographs that a visitor has given, in memory: the state names one by its digest."""

from __future__ import annotations

import hashlib
import threading

from chainrule.data.handwriting import GreyPicture, decode_photo
from chainrule.errors import InputError

__all__ = ["MOST_PHOTO_BYTES", "PhotoAlbum"]

MOST_PHOTO_BYTES = 2**24
"""Of a photograph: telephones make files of a few megabytes."""
_MOST_PHOTOS = 4


class PhotoAlbum:
    """The photographs of a session, decoded; of many, those that were looked at last."""

    def __init__(self) -> None:
        self._pictures: dict[str, GreyPicture] = {}
        self._lock = threading.Lock()

    def add(self, content: bytes) -> str:
        """Keep a photograph, and return its name.

        Args:
            content: of a picture file.

        Raises: DataError for what is not a picture; MissingLibraryError for HEIC without its
            library.
        """
        name = hashlib.sha256(content).hexdigest()[:16]
        picture = decode_photo("photo", content)
        with self._lock:
            self._pictures.pop(name, None)
            self._pictures[name] = picture
            while len(self._pictures) > _MOST_PHOTOS:
                self._pictures.pop(next(iter(self._pictures)))
        return name

    def find(self, name: str) -> GreyPicture:
        """Return a photograph by its name.

        Raises: InputError if it is not kept any more.
        """
        with self._lock:
            if name not in self._pictures:
                raise InputError(
                    "lab",
                    expected="a photo of this session",
                    got=name,
                    why="Photos stay in the memory of the lab that they were given to",
                    remedy="Choose the photo again",
                    argument="photo",
                    value=name,
                )
            self._pictures[name] = self._pictures.pop(name)
            return self._pictures[name]
