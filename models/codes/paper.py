"""What is handed in, and what is attached."""

from models.codes.base import Code


class SealKind(Code):
    SEAL = "seal", "記名押印"
    IMAGE = "image", "印影"
    SIGN = "sign", "署名"
    NONE = "none", "押印省略"


class SubmissionStatus(Code):
    DRAFT = "draft", "作成中"
    SEALED = "sealed", "確定"
    SUBMITTED = "submitted", "提出済"
    ACCEPTED = "accepted", "受理"
    RETURNED = "returned", "差戻し"
    SUPERSEDED = "superseded", "差替え済"
    CANCELLED = "cancelled", "取消"


class SubmissionMeans(Code):
    HAND = "hand", "持参"
    MAIL = "mail", "郵送"
    EMAIL = "email", "電子メール"
    OTHER = "other", "その他"


class AttachmentKind(Code):
    SCAN = "scan", "写し"
    PHOTO = "photo", "写真"
    CERTIFICATE = "certificate", "証明書"
    LOG = "log", "記録"
    SOURCE = "source", "取込元ファイル"
    OTHER = "other", "その他"
