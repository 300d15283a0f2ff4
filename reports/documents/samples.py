"""Letterhead and anchor of the sample papers; every name is invented."""

from datetime import date, datetime

from models.wareki import JAPAN
from reports.page import Anchor, Letterhead


def sample_head(
    kind: str, title: str, clause: str = "第13条第1項", *, number: str = "令和8年度 第12号"
) -> Letterhead:
    return Letterhead(
        kind=kind,
        title=title,
        doc_no=number,
        issued_on=date(2026, 11, 21),
        addressee="見本市長　見本　太郎",
        sender_address="見本県見本市中央一丁目2番3号",
        sender_name="株式会社みほん情報処理",
        signer_title="代表取締役",
        signer_name="見本　一郎",
        contract_no="2026-001",
        work_title="健康診査結果入力業務委託",
        clause_basis=f"個人情報の取扱いに関する特記仕様書 {clause}",
    )


def sample_anchor() -> Anchor:
    return Anchor(
        ledger_id="00112233445566778899aabbccddeeff",
        seq=1234,
        head="0123456789abcdef" * 4,
        since_last=17,
        issued_at=datetime(2026, 11, 21, 10, 30, tzinfo=JAPAN),
        previous_doc_no="令和8年度 第11号",
        previous_sha256="fedcba9876543210" * 4,
        seal_fingerprint="00ff" * 16,
    )
