"""People come and go through the key header; nobody gets in who should not."""

import os
import traceback
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import (
    Conflict,
    Damaged,
    DeviceSecretMissing,
    Foreign,
    InvalidField,
    Locked,
    NotFound,
    NotPermitted,
    NotWritable,
    Refused,
    WeakPassword,
    WrongPassword,
    WrongRecoverySheet,
)
from storage import header_edits, kdf
from storage.kdf import KdfParameters
from storage.keyset import CannotOpen, KeySet, wrap_key
from storage.trust import sign_user
from storage.vault import Vault, create_vault, recover_vault, unlock_vault
from tests.storage.vaults import (
    DEVICE,
    LOGIN,
    NOW,
    OTHER_DEVICE,
    PASSWORD,
    new_vault,
    seeded,
    unlock,
)

FIRST = "initial-password-1"
OWN = "my own long password"


def _with_worker(folder: Path) -> Vault:
    vault, _ = new_vault(folder)
    vault.add_user("u-2", "sato", "worker", FIRST)
    return vault


def test_everybody_opens_the_same_keys(tmp_path: Path) -> None:
    vault = _with_worker(tmp_path / "v")
    worker = unlock(tmp_path / "v", "sato", FIRST)
    assert worker.database_key == vault.database_key
    assert (worker.user_id, worker.role) == ("u-2", "worker")
    assert worker.signer().public_key != vault.signer().public_key
    assert worker.first_responsible_key == vault.signer().public_key


def test_purposes_have_different_keys(tmp_path: Path) -> None:
    vault, _ = new_vault(tmp_path / "v")
    keys = {vault.derive(name) for name in ("database", "journal", "seal", "header")}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_a_signature_verifies_with_the_public_key(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signer = new_vault(tmp_path / "v")[0].signer()
    signature = signer.sign(b"entry")
    Ed25519PublicKey.from_public_bytes(signer.public_key).verify(signature, b"entry")
    assert len(signature) == 64


def test_login_is_forgiving_in_width_and_case_and_never_stored(tmp_path: Path) -> None:
    _with_worker(tmp_path / "v")
    assert unlock(tmp_path / "v", "ＳＡＴＯ", FIRST).user_id == "u-2"
    raw = (tmp_path / "v" / "keys.a").read_bytes()
    assert b"sato" not in raw
    assert LOGIN.encode() not in raw


def test_unknown_login_costs_the_same_work_as_a_wrong_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_worker(tmp_path / "v")
    costs: list[KdfParameters] = []
    real = kdf.argon2id

    def counted(password: str, salt: bytes, parameters: KdfParameters) -> bytes:
        costs.append(parameters)
        return real(password, salt, parameters)

    monkeypatch.setattr(kdf, "argon2id", counted)
    texts = []
    for login in (LOGIN, "sato", "nobody at all"):
        with pytest.raises(WrongPassword) as refused:
            unlock(tmp_path / "v", login, "wrong password!")
        texts.append(str(refused.value))
    assert costs == [kdf.TEST] * 3
    assert len(set(texts)) == 1


def test_secrets_are_in_no_text(tmp_path: Path) -> None:
    vault, sheet = new_vault(tmp_path / "v")
    secret = "ひみつ-password-not-to-be-seen"
    with pytest.raises(WrongPassword) as refused:
        unlock(tmp_path / "v", LOGIN, secret)
    with pytest.raises(WeakPassword) as weak:
        vault.add_user("u-9", "x", "worker", "shortpw")
    shown = "".join(
        [
            *traceback.format_exception(refused.value),
            *traceback.format_exception(weak.value)[-1:],
            repr(refused.value.facts),
            repr(vault),
            repr(vault.signer()),
            repr(sheet),
            repr(vault._opened),
            repr(DEVICE),
        ]
    )
    for marker in (secret, "shortpw", vault.database_key.hex(), repr(vault.database_key)):
        assert marker not in shown
    assert repr(vault._secrets.keys.signing)[2:-1] not in shown


def test_an_initial_password_has_to_be_changed(tmp_path: Path) -> None:
    _with_worker(tmp_path / "v")
    worker = unlock(tmp_path / "v", "sato", FIRST)
    before = worker.must_change_password
    worker.change_password(FIRST, OWN)
    assert (before, worker.must_change_password) == (True, False)
    with pytest.raises(WrongPassword):
        unlock(tmp_path / "v", "sato", FIRST)
    again = unlock(tmp_path / "v", "sato", OWN)
    assert not again.must_change_password
    assert again.signer().public_key == worker.signer().public_key


def test_a_changed_password_leaves_no_old_slot_in_either_copy(tmp_path: Path) -> None:
    vault, _ = new_vault(tmp_path / "v")
    old = vault.header.slots[0].body()["box"].encode()
    vault.change_password(PASSWORD, OWN)
    for name in ("keys.a", "keys.b"):
        raw = (tmp_path / "v" / name).read_bytes()
        assert raw == vault.header_bytes
        assert old not in raw


def test_change_password_needs_the_old_one(tmp_path: Path) -> None:
    vault, _ = new_vault(tmp_path / "v")
    with pytest.raises(WrongPassword):
        vault.change_password("not my password", OWN)
    with pytest.raises(WeakPassword):
        vault.change_password(PASSWORD, "short")
    assert vault.generation == 1


def test_a_worker_changes_nothing_but_the_own_slot(tmp_path: Path) -> None:
    vault = _with_worker(tmp_path / "v")
    worker = unlock(tmp_path / "v", "sato", FIRST)
    for act in (
        lambda: worker.add_user("u-3", "c", "worker", FIRST),
        lambda: worker.reissue("u-1", LOGIN, FIRST),
        lambda: worker.remove_slot("u-1"),
        lambda: worker.replace_recovery_sheet(),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert worker.header_bytes == vault.header_bytes
    assert (tmp_path / "v" / "keys.a").read_bytes() == vault.header_bytes


def test_an_administrator_cannot_make_a_supervisor(tmp_path: Path) -> None:
    vault, _ = new_vault(tmp_path / "v")
    vault.add_user("u-5", "admin-sato", "administrator", FIRST)
    admin = unlock(tmp_path / "v", "admin-sato", FIRST)
    with pytest.raises(NotPermitted):
        admin.add_user("u-6", "c", "supervisor", FIRST)
    with pytest.raises(NotPermitted):
        admin.reissue("u-1", LOGIN, FIRST)
    with pytest.raises(NotPermitted):
        admin.replace_recovery_sheet()
    admin.add_user("u-7", "d", "worker", FIRST)
    assert unlock(tmp_path / "v", "d", FIRST).role == "worker"


def test_a_planted_supervisor_is_found_though_the_mac_is_right(tmp_path: Path) -> None:
    """A worker holds the data key and can make a valid MAC, but no signature that counts."""
    _with_worker(tmp_path / "v")
    worker = unlock(tmp_path / "v", "sato", FIRST)
    users = tuple(
        replace(user, role="supervisor") if user.user_id == "u-2" else user
        for user in worker.header.users
    )
    worker.commit(replace(worker.header, users=users))
    with pytest.raises(Damaged):
        unlock(tmp_path / "v")


def test_a_responsible_half_cannot_change_under_its_old_signature(tmp_path: Path) -> None:
    _with_worker(tmp_path / "v")
    worker = unlock(tmp_path / "v", "sato", FIRST)
    worker.commit(replace(worker.header, policy_hash=bytes(range(32))))
    with pytest.raises(Damaged):
        unlock(tmp_path / "v")


def test_an_administrator_cannot_vouch_for_a_supervisor_by_hand(tmp_path: Path) -> None:
    """He may sign headers, so only the way to the first key stops him."""
    vault, _ = new_vault(tmp_path / "v")
    vault.add_user("u-5", "admin-sato", "administrator", FIRST)
    admin = unlock(tmp_path / "v", "admin-sato", FIRST)
    secrets = admin._secrets
    planted = header_edits.describe_user("u-6", "supervisor", KeySet.create(seeded("planted")))
    planted = sign_user(admin.vault_id, planted, secrets.keys)
    admin.commit(header_edits.with_user(admin.header, planted, secrets), responsible=True)
    for login, password in ((LOGIN, PASSWORD), ("admin-sato", FIRST)):
        with pytest.raises(Damaged):
            unlock(tmp_path / "v", login, password)


def test_a_worker_cannot_sign_the_header_for_himself(tmp_path: Path) -> None:
    _with_worker(tmp_path / "v")
    worker = unlock(tmp_path / "v", "sato", FIRST)
    worker.commit(worker.header, responsible=True)
    with pytest.raises(Damaged):
        unlock(tmp_path / "v", "sato", FIRST)


def test_a_worker_cannot_take_over_another_slot(tmp_path: Path) -> None:
    _with_worker(tmp_path / "v")
    worker = unlock(tmp_path / "v", "sato", FIRST)
    stolen = header_edits.make_slot(
        worker.header,
        worker.header.users[0],
        worker.header.slots[0].tag,
        OWN,
        worker._secrets.keys,
        worker._secrets,
        initial=False,
    )
    worker.commit(worker.header.with_slot(stolen))
    for login, password in ((LOGIN, OWN), ("sato", FIRST)):
        with pytest.raises(Damaged):
            unlock(tmp_path / "v", login, password)


def test_a_lost_password_is_issued_anew(tmp_path: Path) -> None:
    vault = _with_worker(tmp_path / "v")
    old_key = unlock(tmp_path / "v", "sato", FIRST).signer().public_key
    vault.reissue("u-2", "sato", "second-initial-pw", role="inspector")
    with pytest.raises(WrongPassword):
        unlock(tmp_path / "v", "sato", FIRST)
    again = unlock(tmp_path / "v", "sato", "second-initial-pw")
    assert again.must_change_password
    assert again.role == "inspector"
    assert again.signer().public_key != old_key
    states = [(m.user_id, m.state, m.can_sign_in) for m in vault.members]
    assert states == [
        ("u-1", "active", True),
        ("u-2", "replaced", False),
        ("u-2", "active", True),
    ]


def test_a_removed_person_is_out(tmp_path: Path) -> None:
    vault = _with_worker(tmp_path / "v")
    vault.remove_slot("u-2")
    with pytest.raises(WrongPassword):
        unlock(tmp_path / "v", "sato", FIRST)
    with pytest.raises(NotFound):
        vault.remove_slot("u-2")
    with pytest.raises(Refused):
        vault.remove_slot("u-1")
    assert all(wrap.user_id != "u-2" for wrap in vault.header.wraps)


def test_logins_and_people_are_unique(tmp_path: Path) -> None:
    vault = _with_worker(tmp_path / "v")
    with pytest.raises(Refused, match="利用者名"):
        vault.add_user("u-3", "Ｓａｔｏ", "worker", FIRST)
    with pytest.raises(Refused, match="登録済み"):
        vault.add_user("u-2", "other", "worker", FIRST)


def test_sixty_four_people_fit_and_no_more(tmp_path: Path) -> None:
    vault, _ = new_vault(tmp_path / "v")
    for number in range(2, 65):
        vault.add_user(f"user-{number:031d}", f"login{number}", "administrator", FIRST)
    with pytest.raises(Refused):
        vault.add_user("one-more", "one-more", "worker", FIRST)
    assert unlock(tmp_path / "v", "login64", FIRST).role == "administrator"


def test_another_pc_does_not_open_it(tmp_path: Path) -> None:
    new_vault(tmp_path / "v")
    with pytest.raises(DeviceSecretMissing):
        unlock_vault(
            tmp_path / "v",
            login=LOGIN,
            password=PASSWORD,
            device=OTHER_DEVICE,
            allow_test_profile=True,
        )


def test_recovery_on_the_same_pc_keeps_the_others(tmp_path: Path) -> None:
    vault, sheet = new_vault(tmp_path / "v")
    vault.add_user("u-2", "sato", "worker", FIRST)
    recovered, fresh = recover_vault(
        tmp_path / "v",
        sheet=sheet.text.lower(),
        user_id="u-1",
        login=LOGIN,
        password=OWN,
        device=DEVICE,
        allow_test_profile=True,
        random=seeded("r"),
    )
    assert recovered.database_key == vault.database_key
    assert recovered.first_responsible_key == vault.first_responsible_key
    assert unlock(tmp_path / "v", "sato", FIRST).user_id == "u-2"
    assert unlock(tmp_path / "v", LOGIN, OWN).role == "supervisor"
    with pytest.raises(WrongPassword):
        unlock(tmp_path / "v", LOGIN, PASSWORD)
    recovered.check_sheet(fresh.text)
    with pytest.raises(WrongRecoverySheet):
        recovered.check_sheet(sheet.text)


def test_recovery_on_another_pc_moves_the_ledger_there(tmp_path: Path) -> None:
    vault, sheet = new_vault(tmp_path / "v")
    vault.add_user("u-2", "sato", "worker", FIRST)

    def open_there(login: str, password: str) -> Vault:
        return unlock_vault(
            tmp_path / "v",
            login=login,
            password=password,
            device=OTHER_DEVICE,
            allow_test_profile=True,
        )

    recovered, _ = recover_vault(
        tmp_path / "v",
        sheet=sheet.text,
        user_id="u-8",
        login="new boss",
        password=OWN,
        device=OTHER_DEVICE,
        allow_test_profile=True,
    )
    with pytest.raises(DeviceSecretMissing):
        unlock(tmp_path / "v")
    with pytest.raises(WrongPassword):
        open_there("sato", FIRST)
    recovered.reissue("u-2", "sato", "third-initial-pw")
    assert open_there("sato", "third-initial-pw").database_key == vault.database_key
    assert open_there("new boss", OWN).user_id == "u-8"


def test_a_sheet_works_once(tmp_path: Path) -> None:
    _, sheet = new_vault(tmp_path / "v")
    named = {
        "user_id": "u-1",
        "login": LOGIN,
        "password": OWN,
        "device": DEVICE,
        "allow_test_profile": True,
    }
    recover_vault(tmp_path / "v", sheet=sheet.text, **named)  # type: ignore[arg-type]
    with pytest.raises(WrongRecoverySheet):
        recover_vault(tmp_path / "v", sheet=sheet.text, **named)  # type: ignore[arg-type]
    with pytest.raises(InvalidField):
        recover_vault(tmp_path / "v", sheet="ABCD", **named)  # type: ignore[arg-type]


def test_a_sheet_can_be_replaced(tmp_path: Path) -> None:
    vault, sheet = new_vault(tmp_path / "v")
    vault.check_sheet(sheet.text)
    fresh = vault.replace_recovery_sheet()
    vault.check_sheet(fresh.text)
    with pytest.raises(WrongRecoverySheet):
        vault.check_sheet(sheet.text)
    unlock(tmp_path / "v").check_sheet(fresh.text)


def test_a_closed_vault_gives_no_keys(tmp_path: Path) -> None:
    vault, _ = new_vault(tmp_path / "v")
    vault.close()
    for act in (lambda: vault.database_key, vault.signer, lambda: vault.check_password(PASSWORD)):
        with pytest.raises(Locked):
            act()


def test_a_release_refuses_the_test_profile(tmp_path: Path) -> None:
    _, sheet = new_vault(tmp_path / "v")
    with pytest.raises(Foreign, match="試験用"):
        unlock_vault(tmp_path / "v", login=LOGIN, password=PASSWORD, device=DEVICE)
    with pytest.raises(Foreign, match="試験用"):
        recover_vault(
            tmp_path / "v",
            sheet=sheet.text,
            user_id="u-1",
            login=LOGIN,
            password=OWN,
            device=DEVICE,
        )


def test_a_ledger_at_the_floor_cost_opens_without_asking(tmp_path: Path) -> None:
    create_vault(
        tmp_path / "v",
        user_id="u-1",
        login=LOGIN,
        role="supervisor",
        password=PASSWORD,
        kdf=kdf.FLOOR,
        device=DEVICE,
        random=os.urandom,
        now=NOW,
    )
    vault = unlock_vault(tmp_path / "v", login=LOGIN, password=PASSWORD, device=DEVICE)
    assert vault.profile == "standard"


def test_nothing_is_created_over_something(tmp_path: Path) -> None:
    new_vault(tmp_path / "v")
    before = (tmp_path / "v" / "keys.a").read_bytes()
    with pytest.raises(NotWritable):
        new_vault(tmp_path / "v", "b")
    assert (tmp_path / "v" / "keys.a").read_bytes() == before


def test_the_first_person_is_a_supervisor_with_a_password(tmp_path: Path) -> None:
    named = {"user_id": "u", "login": "l", "device": DEVICE, "random": os.urandom, "now": NOW}
    with pytest.raises(NotPermitted):
        create_vault(tmp_path / "v", role="worker", password=PASSWORD, **named)  # type: ignore[arg-type]
    with pytest.raises(WeakPassword):
        create_vault(tmp_path / "v", role="supervisor", password="123456789", **named)  # type: ignore[arg-type]
    assert not (tmp_path / "v" / "keys.a").exists()


def test_a_change_made_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    vault, _ = new_vault(tmp_path / "v")
    other = unlock(tmp_path / "v")
    other.add_user("u-2", "sato", "worker", FIRST)
    with pytest.raises(Conflict):
        vault.add_user("u-3", "c", "worker", FIRST)
    assert unlock(tmp_path / "v", "sato", FIRST).user_id == "u-2"


def test_a_wrap_opens_only_for_its_receiver_and_purpose(tmp_path: Path) -> None:
    vault = _with_worker(tmp_path / "v")
    worker = unlock(tmp_path / "v", "sato", FIRST)
    receiver = vault.header.users[0].exchange
    wrap = wrap_key(bytes(32), receiver, b"purpose", os.urandom)
    assert (len(wrap.ephemeral), len(wrap.box)) == (32, 48)
    assert vault.unwrap(wrap, b"purpose") == bytes(32)
    with pytest.raises(CannotOpen):
        vault.unwrap(wrap, b"other")
    with pytest.raises(CannotOpen):
        worker.unwrap(wrap, b"purpose")
