"""Files, layers and images as bytes, in the form of the Open Container Initiative (https://github.com/opencontainers/image-spec).

The same input gives the same bytes: entries are sorted, and all have one time.
"""

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass
class Entry:
    """A file, a folder or a symbolic link of a layer."""

    # Without a slash at the beginning or at the end.
    path: str
    # Of a regular file.
    content: bytes | None = None
    # The target of a symbolic link.
    target: str | None = None
    mode: int = 0o644
    owner: int = 0


def folder(path: str, mode: int = 0o755, owner: int = 0) -> Entry:
    return Entry(path, mode=mode, owner=owner)


def tar(entries: list[Entry], time: int) -> bytes:
    """An archive of the entries, and of the folders above them."""
    by_path = {entry.path: entry for entry in entries}
    for entry in entries:
        for parent in map(str, PurePosixPath(entry.path).parents):
            if parent != ".":
                by_path.setdefault(parent, folder(parent))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, entry in sorted(by_path.items()):
            header = tarfile.TarInfo(path)
            header.mode, header.mtime, header.uid, header.gid = entry.mode, time, entry.owner, entry.owner
            if entry.content is not None:
                header.size = len(entry.content)
                archive.addfile(header, io.BytesIO(entry.content))
                continue
            if entry.target is not None:
                header.type, header.linkname, header.mode = tarfile.SYMTYPE, entry.target, 0o777
            else:
                header.type = tarfile.DIRTYPE
            archive.addfile(header)
    return buffer.getvalue()


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def document(value: object) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode()


class Image:
    """An image that is written as one archive of an OCI layout, which `docker load` takes as well."""

    MEDIA = "application/vnd.oci.image"

    def __init__(self, time: int) -> None:
        self.time = time
        self.blobs: dict[str, bytes] = {}
        # The descriptors of the packed layers, and the digests of the unpacked ones.
        self.layers: list[dict] = []
        self.contents: list[str] = []

    def add_blob(self, kind: str, data: bytes) -> dict:
        """Keeps a blob, and returns its descriptor."""
        self.blobs[digest(data)] = data
        return {"mediaType": f"{self.MEDIA}.{kind}", "digest": digest(data), "size": len(data)}

    def add_layer(self, entries: list[Entry]) -> None:
        data = tar(entries, self.time)
        self.contents.append(digest(data))
        self.layers.append(self.add_blob("layer.v1.tar+gzip", gzip.compress(data, 6, mtime=0)))

    def archive(self, configuration: dict, annotations: dict, tag: str) -> bytes:
        """The bytes of the archive.

        `configuration` lacks the digests of the layers, and `tag` is `NAME:VERSION`.
        """
        configuration = configuration | {"rootfs": {"type": "layers", "diff_ids": self.contents}}
        config = self.add_blob("config.v1+json", document(configuration))
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{self.MEDIA}.manifest.v1+json",
            "config": config,
            "layers": self.layers,
            "annotations": annotations,
        }
        top = self.add_blob("manifest.v1+json", document(manifest)) | {
            "platform": {name: configuration[name] for name in ("architecture", "os")},
            "annotations": {"org.opencontainers.image.ref.name": tag.split(":")[1]},
        }
        index = {"schemaVersion": 2, "mediaType": f"{self.MEDIA}.index.v1+json", "manifests": [top]}
        # Docker before version 25 reads this list instead of the index.
        list_of_docker = [
            {"Config": blob_path(config), "RepoTags": [tag], "Layers": [blob_path(layer) for layer in self.layers]}
        ]
        files = {
            "oci-layout": document({"imageLayoutVersion": "1.0.0"}),
            "index.json": document(index),
            "manifest.json": document(list_of_docker),
        } | {blob_path({"digest": name}): data for name, data in self.blobs.items()}
        return tar([Entry(path, content=data) for path, data in files.items()], self.time)


def blob_path(descriptor: dict) -> str:
    return f"blobs/{descriptor['digest'].replace(':', '/')}"
