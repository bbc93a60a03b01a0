"""Documents in a bucket that speaks S3, so that every machine reads what any of them wrote. Needs the extra ``s3``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage

from entrepot.core.errors import RemoteBusy

# Of what they say in detail, requests and their signatures, nothing belongs into logs.
for _name in ("boto3", "botocore", "s3transfer", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_AGAIN_S = 30.0
# Codes of S3's error responses ("Error responses", list of error codes); a HEAD has no body, only a number.
_WHY = {
    "NoSuchBucket": "there is no such bucket: S3_BUCKET",
    "404": "there is no such bucket, or the key is unknown: S3_BUCKET, S3_ACCESS_KEY_ID",
    "InvalidAccessKeyId": "the key is unknown: S3_ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "the secret does not belong to the key: S3_SECRET_ACCESS_KEY",
    "AccessDenied": "the key may not do that, or is wrong: S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY",
    "403": "the key may not do that, or is wrong: S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY",
    "AuthorizationHeaderMalformed": "the bucket is in another region: S3_REGION",
    "301": "the bucket is in another region, or at another address: S3_REGION, S3_ENDPOINT_URL",
    "400": "the request was not understood; a key or region may be wrong: S3_ACCESS_KEY_ID, S3_REGION",
}
_LOOK = "refused: S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_BUCKET, S3_REGION"
_STORES_FAULT = 500
_GONE = ("NoSuchKey", "404")


class StorageBusy(RemoteBusy):
    """The bucket did not do it. Whoever runs the hub may have to act, what was asked is tried again anyway."""


class Bucket(S3Storage):
    """Private objects, signed by version 4, never one over another; a call ends within half a minute.

    Raises, whatever it is asked:
        StorageBusy: no answer, or one that says no; says which setting to look at, never a secret.
    """

    def get_default_settings(self) -> dict[str, Any]:
        """What differs from django-storages' own."""
        client = Config(
            signature_version="s3v4", connect_timeout=3, read_timeout=10,
            retries={"mode": "standard", "total_max_attempts": 2}, s3={"addressing_style": "path"},
            # Stores that are not Amazon's refuse the checksums that newer clients send unasked.
            request_checksum_calculation="when_required", response_checksum_validation="when_required",
        )  # fmt: skip
        return super().get_default_settings() | {
            "client_config": client, "file_overwrite": False, "default_acl": None, "querystring_auth": True,
            "transfer_config": TransferConfig(use_threads=False),
        }  # fmt: skip

    def exists(self, name: str) -> bool:
        with self._told():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        """Also of what is not there."""
        with self._told():
            super().delete(name)

    def check(self) -> None:
        """Ask whether the bucket is there and ours; by a request whose refusal has a body that says why."""
        with self._told():
            self.connection.meta.client.list_objects_v2(Bucket=self.bucket_name, MaxKeys=1)

    def _save(self, name: str, content: File[bytes]) -> str:
        with self._told():
            return str(super()._save(name, content))

    def _open(self, name: str, mode: str = "rb") -> ContentFile[bytes]:
        """The whole object by one GET.

        Raises:
            FileNotFoundError: it is not there.
        """
        if mode != "rb":
            raise ValueError(f"documents are read as bytes, not opened with {mode!r}")
        with self._told():
            try:
                answer = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=name)
                return ContentFile(answer["Body"].read(), name=name)
            except ClientError as error:
                if error.response["Error"]["Code"] not in _GONE:
                    raise
                raise FileNotFoundError(f"{name} is not in bucket {self.bucket_name}") from None

    @contextmanager
    def _told(self) -> Iterator[None]:
        where = f"documents: bucket {self.bucket_name}"
        try:
            yield
        except ClientError as error:
            code = str(error.response["Error"]["Code"])
            is_ours = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) < _STORES_FAULT
            why = _WHY.get(code, _LOOK if is_ours else "the store failed")
            raise StorageBusy(f"{where}: {why} ({code})", retry_after_s=_AGAIN_S) from None
        except (NotConnected, HTTPClientError) as error:
            why = f"the store does not answer: S3_ENDPOINT_URL ({type(error).__name__})"
            raise StorageBusy(f"{where}: {why}", retry_after_s=_AGAIN_S) from None
        except BotoCoreError as error:
            raise StorageBusy(f"{where}: {type(error).__name__}", retry_after_s=_AGAIN_S) from None
