"""Who plays in the sample ledger. Every name, number and address is invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.codes import (
    AccessLevel,
    Acquisition,
    AssetFieldKind,
    AuthorizationSubject,
    ContractStatus,
    Decision,
    DecisionForm,
    EmploymentType,
    InfoClass,
    Level,
    OnsiteRule,
    OrganizationKind,
    PlaceKind,
    ReportCycle,
    Role,
    SecrecyLevel,
    StorageEquipment,
)
from models.profiles import Profile
from models.records import (
    AssetField,
    Authorization,
    AuthorizationTarget,
    Contract,
    InformationAsset,
    Organization,
    Person,
    Place,
)
from ui.sample.clearance import NewId, granted
from ui.sample.clock import Days


@dataclass(frozen=True)
class User:
    """A sample account; the password stands in demo.json because the ledger is a sample."""

    login: str
    password: str
    role: Role
    person: str  # key in PEOPLE


CONTRACTOR = Organization(
    kinds=(OrganizationKind.CONTRACTOR,),
    name="株式会社みほん情報処理",
    name_kana="カブシキガイシャミホンジョウホウショリ",
    representative_title="代表取締役",
    representative_name="見本　一郎",
    postal_code="999-0001",
    address="見本県見本市中央一丁目2番3号",
    phone="0000-11-2222",
    is_pi_business_operator=False,
)

PEOPLE: dict[str, tuple[str, str, str, EmploymentType]] = {
    "supervisor": ("髙橋　恵子", "タカハシ　ケイコ", "業務部長", EmploymentType.REGULAR),
    "worker": ("𠮷野　翔太", "ヨシノ　ショウタ", "主任", EmploymentType.REGULAR),
    "worker2": ("辻󠄂　美咲", "ツジ　ミサキ", "", EmploymentType.CONTRACT_EMPLOYEE),
    "worker3": ("﨑山　健", "サキヤマ　ケン", "", EmploymentType.PART_TIME),
    "administrator": ("渡邉　誠", "ワタナベ　マコト", "情報管理課長", EmploymentType.REGULAR),
    "officer": ("見本　花子", "ミホン　ハナコ", "主査", EmploymentType.CLIENT_OFFICER),
}

USERS = (
    User("takahashi", "みどり台帳-7つの朝に点検", Role.SUPERVISOR, "supervisor"),
    User("yoshino", "青い保管庫-5つの昼に受渡し", Role.WORKER, "worker"),
    User("kensa", "赤い検査印-3つの春に立会い", Role.INSPECTOR, "officer"),
    User("watanabe", "白い鍵束-9つの夜に見回り", Role.ADMINISTRATOR, "administrator"),
)

RIGHTS = {Role.WORKER: AccessLevel.RECORD, Role.INSPECTOR: AccessLevel.READ}
"""What each of them may do on the sample's contract."""

CLIENT = Organization(
    kinds=(OrganizationKind.CLIENT,),
    name="見本市",
    name_kana="ミホンシ",
    representative_title="見本市長",
    representative_name="見本　太郎",
    address="見本県見本市本町一丁目1番1号",
    phone="0000-33-4444",
    departments=("健康づくり課",),
)

CARRIER = Organization(
    kinds=(OrganizationKind.CARRIER,), name="みほんセキュリティ便株式会社", phone="0000-55-6666"
)


def person(key: str, organization_id: str, new_id: str) -> Person:
    """Return a sample person."""
    name, kana, title, employment = PEOPLE[key]
    return Person(
        id=new_id,
        organization_id=organization_id,
        name=name,
        name_kana=kana,
        job_title=title,
        department="業務部" if key != "officer" else "健康づくり課",
        employment_type=employment,
    )


def helper(organization_id: str, new_id: str) -> Person:
    """Return somebody of the contractor whom nobody designated for the sample's work."""
    return Person(
        id=new_id,
        organization_id=organization_id,
        name="応援　次郎",
        name_kana="オウエン　ジロウ",
        department="総務部",
        employment_type=EmploymentType.REGULAR,
    )


def contract(
    profile: Profile, number: str, client: str, contractor: str, start: date, new_id: str
) -> Contract:
    """Return a sample contract bound to a profile."""
    days = Days(start)
    return Contract(
        id=new_id,
        contract_no=number,
        title="健康診査結果入力業務委託",
        client_org_id=client,
        client_department="健康づくり課",
        client_title="見本市長　見本　太郎",
        contractor_org_id=contractor,
        profile_code=profile.code,
        profile_version=profile.version,
        profile_sha256=profile.sha256,
        signed_on=days.signed,
        starts_on=days.agreed,
        ends_on=start + timedelta(days=365),
        work_start_on=start,
        purpose="健康診査の結果票を入力し、受診勧奨に用いる一覧を作成する。",
        handles_specific_pi=False,
        handles_confidential_info=False,
        onsite_rule=OnsiteRule.ANY,
        periodic_report_cycle=ReportCycle.MONTHLY,
        status=ContractStatus.ACTIVE,
    )


MEASURES = "入室は届け出た者に限り、退室のたびに施錠する。資料と端末はほかの業務と分けて置く。"


def places(ids: list[str]) -> list[Place]:
    """Return office, work room and store room of the sample site."""
    address = CONTRACTOR.address
    return [
        Place(
            id=ids[0],
            name="みほん入力センター",
            address=address,
            floor_room="3階",
            kinds=(PlaceKind.BUSINESS_OFFICE,),
            lockable=True,
            entry_control=True,
        ),
        Place(
            id=ids[1],
            name="入力室",
            address=address,
            floor_room="3階301室",
            kinds=(PlaceKind.WORK,),
            protection_measures=MEASURES,
            parent_place_id=ids[0],
            lockable=True,
            entry_control=True,
        ),
        Place(
            id=ids[2],
            name="第一保管庫",
            address=address,
            floor_room="3階302室",
            kinds=(PlaceKind.STORAGE,),
            protection_measures=MEASURES,
            parent_place_id=ids[0],
            lockable=True,
            entry_control=True,
            storage_equipment=StorageEquipment.SAFE,
        ),
    ]


def asset(contract: Contract, new_id: str) -> InformationAsset:
    """Return what the sample client entrusts."""
    return InformationAsset(
        id=new_id,
        contract_id=contract.id,
        name="健康診査結果データ",
        info_class=InfoClass.PERSONAL,
        subject_category="健康診査の受診者",
        subject_count=1200,
        purpose="健康診査の結果の入力",
        acquisition=Acquisition.PROVIDED,
        identifiability=Level.HIGH,
        breach_impact="健診結果が知られ、本人が不利益を受けるおそれ",
        secrecy_level=SecrecyLevel.A,
        contains_sensitive=True,
        contains_specific_pi=False,
        asset_fields=(
            AssetField(name="氏名", kind=AssetFieldKind.NAME, in_contract_list=True),
            AssetField(name="生年月日", kind=AssetFieldKind.BIRTH_DATE, in_contract_list=True),
            AssetField(name="健診結果", kind=AssetFieldKind.OTHER, in_contract_list=True),
        ),
    )


def consents(
    contract: Contract, profile: Profile, new_id: NewId, rooms: Sequence[Place]
) -> list[Authorization]:
    """Return what the sample client allowed or ordered before the work began.

    Args:
        rooms: to which the consent to places is one.
    """
    assert contract.work_start_on is not None
    days = Days(contract.work_start_on)
    return [
        Authorization(
            id=new_id(),
            contract_id=contract.id,
            basis_type=basis,
            subject=subject,
            requested_on=days.asked,
            reason="業務の実施に必要なため",
            scope_text=scope,
            valid_from=days.agreed,
            decision=Decision.GRANTED,
            decided_on=days.agreed,
            decided_by_title="健康づくり課長",
            decided_by_name="見本　次郎",
            decision_form=DecisionForm.WRITTEN,
            decision_doc_no=f"見健第{number}号",
            targets=tuple(AuthorizationTarget(place_id=room.id) for room in rooms)
            if subject in (AuthorizationSubject.PLACE, AuthorizationSubject.OFFSITE_WORK)
            else (),
        )
        for number, (basis, subject, scope) in enumerate(granted(profile), 101)
    ]
