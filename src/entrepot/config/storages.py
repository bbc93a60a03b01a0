"""Where files are kept: in the home of this installation, or in a bucket that all machines share."""

from __future__ import annotations

import importlib.util
from typing import Any

from entrepot.config import environment as env

_LOCAL = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
_STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def storages() -> dict[str, dict[str, Any]]:
    """Django's STORAGES: with ``S3_BUCKET`` the bucket, else files below MEDIA_ROOT.

    Raises:
        ValueError: half of it is set, or the package is missing; says what, never a secret.
    """
    bucket = env.text("S3_BUCKET")
    return {"default": _bucket(bucket) if bucket else _LOCAL, "staticfiles": _STATIC}


def _bucket(name: str) -> dict[str, Any]:
    if importlib.util.find_spec("storages") is None or importlib.util.find_spec("boto3") is None:
        raise ValueError("S3_BUCKET needs the extra s3: pip install 'entrepot[s3]'")
    key, secret = env.text("S3_ACCESS_KEY_ID"), env.text("S3_SECRET_ACCESS_KEY")
    if bool(key) != bool(secret):
        raise ValueError("S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are set together, or neither")
    endpoint = env.web_address("S3_ENDPOINT_URL", "") if env.text("S3_ENDPOINT_URL") else None
    options = {
        "bucket_name": name, "endpoint_url": endpoint, "region_name": env.text("S3_REGION", "us-east-1"),
        # Without a key of its own: what the machine has been given, a role for one.
        "access_key": key or None, "secret_key": secret or None,
    }  # fmt: skip
    return {"BACKEND": "entrepot.documents.bucket.Bucket", "OPTIONS": options}
