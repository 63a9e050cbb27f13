"""S3: operations, actions and ARNs. Leaves out directory buckets, metadata and inventory tables."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from helpers.cloud.moto_seam.operations.arns import keys_from
from helpers.cloud.moto_seam.operations.call import Call, Row, everything, no_keys, row, rows


def bucket(call: Call) -> str:
    """Give the ARN of the bucket."""
    return f"arn:aws:s3:::{call.params['Bucket']}"


def item(call: Call) -> str:
    """Give the ARN of the object."""
    return f"arn:aws:s3:::{call.params['Bucket']}/{call.params['Key']}"


def _items(call: Call) -> list[str]:
    return [f"{bucket(call)}/{entry['Key']}" for entry in call.params["Delete"]["Objects"]]


def _source(call: Call) -> str:
    source = unquote(str(call.params["CopySource"]).split("?versionId=")[0])
    return f"arn:aws:s3:::{source.removeprefix('/')}"


def _versioned(action: str, of_version: str) -> Callable[[Call], str]:
    return lambda call: of_version if call.params.get("VersionId") else action


def _source_action(call: Call) -> str:
    versioned = "?versionId=" in str(call.params.get("CopySource"))
    return "s3:GetObjectVersion" if versioned else "s3:GetObject"


def _deletes(call: Call) -> str:
    entries = call.params.get("Delete", {}).get("Objects", [])
    versioned = any(entry.get("VersionId") for entry in entries)
    return "s3:DeleteObjectVersion" if versioned else "s3:DeleteObject"


def _if_given(action: str, parameter: str) -> Row:
    return row(action, lambda call: [item(call)] if call.params.get(parameter) else [])


_writing = keys_from(
    s3_x_amz_acl="ACL",
    s3_x_amz_server_side_encryption="ServerSideEncryption",
    s3_x_amz_storage_class="StorageClass",
)
_listing = keys_from(s3_prefix="Prefix", s3_delimiter="Delimiter", s3_max_keys="MaxKeys")
_version = keys_from(s3_VersionId="VersionId")
_get = _versioned("s3:GetObject", "s3:GetObjectVersion")
_tagged = _if_given("s3:PutObjectTagging", "Tagging")
_with_acl = _if_given("s3:PutObjectAcl", "ACL")
_read_source = row(_source_action, _source)

OPERATIONS = {
    "ListBuckets": row("s3:ListAllMyBuckets", everything),
    "CreateBucket": row("s3:CreateBucket", bucket, keys_from(s3_x_amz_acl="ACL")),
    "HeadBucket": row("s3:ListBucket", bucket),
    "ListObjects": row("s3:ListBucket", bucket, _listing),
    "ListObjectsV2": row("s3:ListBucket", bucket, _listing),
    "ListObjectVersions": row("s3:ListBucketVersions", bucket, _listing),
    "ListMultipartUploads": row("s3:ListBucketMultipartUploads", bucket),
    "GetObject": row(_get, item, _version),
    "HeadObject": row(_get, item, _version),
    "SelectObjectContent": row("s3:GetObject", item),
    "GetObjectAttributes": row(_get, item, _version, row("s3:GetObjectAttributes", item)),
    "PutObject": row("s3:PutObject", item, _writing, _tagged, _with_acl),
    "CopyObject": row("s3:PutObject", item, _writing, _read_source, _tagged, _with_acl),
    "CreateMultipartUpload": row("s3:PutObject", item, _writing, _tagged, _with_acl),
    "UploadPart": row("s3:PutObject", item),
    "UploadPartCopy": row("s3:PutObject", item, no_keys, _read_source),
    "CompleteMultipartUpload": row("s3:PutObject", item),
    "ListParts": row("s3:ListMultipartUploadParts", item),
    "DeleteObject": row(_versioned("s3:DeleteObject", "s3:DeleteObjectVersion"), item, _version),
    "DeleteObjects": row(_deletes, _items),
    "GetObjectTagging": row(_versioned("s3:GetObjectTagging", "s3:GetObjectVersionTagging"), item),
    "PutObjectTagging": row(_versioned("s3:PutObjectTagging", "s3:PutObjectVersionTagging"), item),
    "DeleteObjectTagging": row(
        _versioned("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"), item
    ),
    "GetObjectAcl": row(_versioned("s3:GetObjectAcl", "s3:GetObjectVersionAcl"), item),
    "PutObjectAcl": row(_versioned("s3:PutObjectAcl", "s3:PutObjectVersionAcl"), item, _writing),
    "GetBucketNotificationConfiguration": row("s3:GetBucketNotification", bucket),
    "PutBucketNotificationConfiguration": row("s3:PutBucketNotification", bucket),
    "DeleteBucketTagging": row("s3:PutBucketTagging", bucket),
    "GetBucketCors": row("s3:GetBucketCORS", bucket),
    "PutBucketCors": row("s3:PutBucketCORS", bucket),
    "DeleteBucketCors": row("s3:PutBucketCORS", bucket),
    "GetBucketEncryption": row("s3:GetEncryptionConfiguration", bucket),
    "PutBucketEncryption": row("s3:PutEncryptionConfiguration", bucket),
    "DeleteBucketEncryption": row("s3:PutEncryptionConfiguration", bucket),
    "GetBucketLifecycleConfiguration": row("s3:GetLifecycleConfiguration", bucket),
    "PutBucketLifecycleConfiguration": row("s3:PutLifecycleConfiguration", bucket),
    "DeleteBucketLifecycle": row("s3:PutLifecycleConfiguration", bucket),
    "GetPublicAccessBlock": row("s3:GetBucketPublicAccessBlock", bucket),
    "PutPublicAccessBlock": row("s3:PutBucketPublicAccessBlock", bucket),
    "DeletePublicAccessBlock": row("s3:PutBucketPublicAccessBlock", bucket),
    "DeleteBucketOwnershipControls": row("s3:PutBucketOwnershipControls", bucket),
    "GetObjectLockConfiguration": row("s3:GetBucketObjectLockConfiguration", bucket),
    "PutObjectLockConfiguration": row("s3:PutBucketObjectLockConfiguration", bucket),
    **rows(
        "s3",
        item,
        "AbortMultipartUpload RestoreObject GetObjectRetention PutObjectRetention"
        " GetObjectLegalHold PutObjectLegalHold",
    ),
    **rows(
        "s3",
        bucket,
        "DeleteBucket GetBucketLocation GetBucketPolicy PutBucketPolicy DeleteBucketPolicy"
        " GetBucketPolicyStatus GetBucketTagging PutBucketTagging GetBucketVersioning"
        " PutBucketVersioning GetBucketAcl PutBucketAcl GetBucketWebsite PutBucketWebsite"
        " DeleteBucketWebsite GetBucketLogging PutBucketLogging GetBucketOwnershipControls"
        " PutBucketOwnershipControls GetBucketRequestPayment PutBucketRequestPayment",
    ),
}
