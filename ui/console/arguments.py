"""What may stand on the command line (the contract that scheduled backups and tests rely on)."""

import argparse
import re
import sys
import unicodedata
from collections.abc import Callable
from typing import Any, NoReturn

from models.errors import Usage
from models.purposes import SCHEDULED
from models.records import BY_TYPE
from ui.console.places import (
    file_to_write,
    folder,
    ledger_folder,
    paper_to_write,
    place,
    present_file,
    present_folder,
)

MISTAKES = (  # what argparse says, and what we say; the groups are names that people typed
    (r"the following arguments are required: (.+)", "{0} を指定してください。"),
    (r"unrecognized arguments: (-[^ =]+).*", "「{0}」という指定はありません。"),
    (r"unrecognized arguments: .+", "余分な指定があります。"),  # it might be a secret: not repeated
    (r"argument VERB: invalid choice: '(.*?)'.*", "「{0}」という操作はありません。"),
    (r"argument (\S+): invalid choice: '(.*?)' \(choose from (.+)\)",
     "{0} に「{1}」は使えません。使えるのは {2} です。"),
    (r"argument (\S+): expected (?:one|at least one) argument", "{0} の値を指定してください。"),
    (r"argument (\S+): invalid int value: '(.*)'", "{0} は数で指定してください（「{1}」）。"),
    (r"ambiguous option: (\S+) could match (.+)", "「{0}」は {1} のどれか分かりません。"),
)  # fmt: skip


class Formatter(argparse.HelpFormatter):
    """Help whose own words are Japanese too."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "使い方: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes are our errors, so that they get our words and exit code 2."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, add_help=False, allow_abbrev=False, formatter_class=Formatter)
        self._positionals.title = "順に書くもの"
        self._optionals.title = "選んで書くもの"
        self.add_argument("-h", "--help", action="help", help="この説明を表示する")

    def error(self, message: str) -> NoReturn:
        raise Usage(
            reason=f"指定に誤りがあります。{_in_japanese(message)}\n"
            f"「{self.prog} --help」で使い方を確かめてください。"
        )


def _in_japanese(message: str) -> str:
    for pattern, words in MISTAKES:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            return words.format(*match.groups())
    return message


def parser() -> Parser:
    """Return the parser for everything after `python main.py`."""
    top = Parser(prog="azukari", description="預り台帳 Azukari")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)
    _demo(verbs.add_parser("demo", help="見本の台帳を作る"))
    _demo(verbs.add_parser("sample-day", help="見本の一日を、窓を開かずに通しで行う"))
    for name, text in (("status", "台帳の状態"), ("verify", "台帳の検証")):
        verb = verbs.add_parser(name, help=text)
        _ledger(verb)
        if name == "verify":
            verb.add_argument("--full", action="store_true", help="初めからすべて検証する")
            verb.add_argument(
                "--enter", action="store_true", help="すべて検証し、その結果を台帳に記録する"
            )
            verb.add_argument(
                "--receipt", metavar="FILE.pdf", action="append", default=[], type=place,
                help="前の検査の控え（ほかの確定した書類でもよい）の先頭値とも比べる",
            )  # fmt: skip
    _ledger(verbs.add_parser("rebuild", help="一覧と索引を、記帳から作り直す"))
    _verify_document(verbs.add_parser("verify-document", help="確定した書類の検証"))
    check = verbs.add_parser("check-profile", help="特記事項の設定ファイルの点検")
    check.add_argument(
        "files",
        metavar="FILE.toml",
        nargs="*",
        type=place,
        help="点検するファイル。省くと、置き場所にあるものすべて",
    )
    check.add_argument("--json", action="store_true", help="結果をJSONで標準出力に出す")
    _evidence(verbs.add_parser("evidence", help="条項と証拠"))
    _calendar(verbs.add_parser("calendar", help="予定表（期限の一覧）"))
    _print(verbs.add_parser("print", help="書類の作成"))
    _export(verbs.add_parser("export", help="一覧の書出し"))
    _import(verbs.add_parser("import", help="一覧の取込み"))
    backup = verbs.add_parser("backup", help="バックアップの作成と検証")
    _ledger(backup)
    backup.add_argument(
        "folder", metavar="FOLDER", type=folder, help="バックアップを置くフォルダー"
    )
    _backups(verbs.add_parser("backups", help="残すバックアップと終わらせるバックアップ"))
    _restore(verbs.add_parser("restore", help="バックアップからの復元"))
    _condition(verbs.add_parser("condition", help="システムの状態と、止めた端末の解決"))
    _journal(verbs.add_parser("journal", help="更新ジャーナルの状態と設定"))
    trial = verbs.add_parser("restore-test", help="復旧試験を行い、結果を台帳に記録する")
    _backup_to_read(trial)
    _ledger(trial)
    trial.add_argument(
        "scratch", metavar="FOLDER", type=folder, help="一時的に復元する、空きのある場所"
    )
    recover = verbs.add_parser("recover", help="回復シートで責任者を入れ直す")
    _ledger(recover)
    _sheet(recover, required=True)
    driver = verbs.add_parser("driver", help="JSON行による操作")
    _ledger(driver)
    return top


def parse(argv: list[str]) -> argparse.Namespace:
    """Parse the command line.

    Raises:
        Usage: with a sentence about the mistake.
    """
    return parser().parse_args(argv)


def _common(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--user", metavar="LOGIN", help="利用者名")
    verb.add_argument(
        "--password-file", metavar="FILE", type=present_file, help="パスワードだけを書いたファイル"
    )
    verb.add_argument("--json", action="store_true", help="結果をJSONで標準出力に出す")


def _ledger(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("ledger", metavar="LEDGER", type=ledger_folder, help="台帳のフォルダー")
    _common(verb)


def _record(verb: argparse.ArgumentParser) -> None:
    known = "、".join(f"{name}＝{record.label}" for name, record in BY_TYPE.items())
    verb.add_argument("--record", metavar="TYPE", required=True, help=f"記録の種類（{known}）")


def _backup_to_read(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "backup", metavar="BACKUP", type=present_file, help="バックアップのファイル（.azb）"
    )
    verb.add_argument(
        "--journal", metavar="FOLDER", type=present_folder, help="更新ジャーナルのフォルダー"
    )


def _out(
    verb: argparse.ArgumentParser, kind: Callable[[str], str] = file_to_write, **words: str
) -> None:
    verb.add_argument("out", type=kind, **words)  # type: ignore[arg-type]
    verb.add_argument(
        "--overwrite", action="store_true", help="同じ名前のファイルがあれば置き換える"
    )


def _backups(verb: argparse.ArgumentParser) -> None:
    _ledger(verb)
    verb.add_argument(
        "--dispose", action="store_true", help="残さなくてよいものを廃棄し、台帳に記録する"
    )
    verb.add_argument("--reason", metavar="TEXT", help="廃棄の理由")


def _restore(verb: argparse.ArgumentParser) -> None:
    _backup_to_read(verb)
    verb.add_argument(
        "newledger", metavar="NEWLEDGER", type=place, help="復元する、まだ無いか、空のフォルダー"
    )
    verb.add_argument(
        "--up-to-damage", action="store_true",
        help="更新ジャーナルが途中で壊れていたら、その前の記帳まで復元する",
    )  # fmt: skip
    _sheet(verb, required=False)
    _common(verb)


def _condition(verb: argparse.ArgumentParser) -> None:
    _ledger(verb)
    acts = verb.add_mutually_exclusive_group()
    acts.add_argument(
        "--resolve", choices=("removed", "allowed"),
        help="端末を止めたプログラムを取り除いた、または認められたもの（責任者、--reason も）",
    )  # fmt: skip
    acts.add_argument("--enter", metavar="FINDING", help="所見を付けて、点検の結果を台帳に記録する")
    verb.add_argument("--reason", metavar="TEXT", help="確かめたことと理由")
    verb.add_argument(
        "--support", metavar="TEXT", help="困ったときの連絡先と受付時間を登録する（空なら、なし）"
    )


def _journal(verb: argparse.ArgumentParser) -> None:
    _ledger(verb)
    acts = verb.add_mutually_exclusive_group()
    acts.add_argument("--start", metavar="FOLDER", type=folder, help="このフォルダーで記録を始める")
    acts.add_argument("--without", metavar="REASON", help="媒体がないまま続ける（責任者、理由）")
    acts.add_argument("--stop", metavar="REASON", help="更新ジャーナルをやめる（責任者、理由）")
    acts.add_argument(
        "--prune", metavar="FOLDER", type=present_folder,
        help="このフォルダーに新しいバックアップを作り、もう要らない古いファイルを消去する",
    )  # fmt: skip
    verb.add_argument(
        "--accept-rollback", metavar="REASON", help="以前の状態の台帳のまま続ける（責任者、理由）"
    )


def _sheet(verb: argparse.ArgumentParser, *, required: bool) -> None:
    verb.add_argument(
        "--sheet-file",
        metavar="FILE",
        required=required,
        type=present_file,
        help="回復シートを写した文字のファイル",
    )
    verb.add_argument(
        "--new-sheet-file",
        metavar="FILE",
        type=place,
        help="新しい回復シートを書くファイル（まだ無いもの）",
    )
    verb.add_argument("--new-person", metavar="NAME", help="責任者を引き継ぐ人の氏名")


def _demo(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("folder", metavar="DIR", type=folder, help="見本を作る、空のフォルダー")
    verb.add_argument("--days", type=int, default=30, help="何日分か")
    verb.add_argument("--entries", type=int, default=0, help="少なくとも何件の記帳を作るか")
    verb.add_argument(
        "--profile", default="shiki", metavar="CODE", help="適用する特記事項（既定は shiki）"
    )
    verb.add_argument("--seed", type=int, default=1, help="同じ数なら、同じ見本ができる")
    verb.add_argument("--json", action="store_true", help="結果をJSONで標準出力に出す")


def _verify_document(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "files", metavar="FILE.pdf", nargs="+", type=place, help="検証する書類（いくつでも）"
    )
    verb.add_argument(
        "--ledger", metavar="LEDGER", type=ledger_folder, help="この台帳に記帳された書類とも比べる"
    )
    verb.add_argument("--fingerprint", metavar="HEX", help="あらかじめ知らされた証印の指紋")
    _common(verb)


def _evidence(verb: argparse.ArgumentParser) -> None:
    _ledger(verb)
    verb.add_argument("--contract", metavar="NO", required=True, help="契約番号")


def _calendar(verb: argparse.ArgumentParser) -> None:
    _ledger(verb)
    verb.add_argument("--contract", metavar="NO", help="この契約の期限だけ")


def _print(verb: argparse.ArgumentParser) -> None:
    _ledger(verb)
    verb.add_argument("--document", metavar="D-NN", required=True, help="書類の種類（例 D-18）")
    verb.add_argument("--contract", metavar="NO", required=True, help="契約番号")
    verb.add_argument(
        "--id", metavar="RECORD", action="append", default=[],
        help="対象の記録のID（いくつでも、この指定を繰り返す）",
    )  # fmt: skip
    verb.add_argument("--from", dest="from_day", metavar="DAY", help="期間の初めの日")
    verb.add_argument("--to", dest="to_day", metavar="DAY", help="期間の終わりの日")
    verb.add_argument("--change", action="store_true", help="変更届（前回の提出から変わった分）")
    verb.add_argument(
        "--added-because",
        metavar="TEXT",
        default="",
        help="変更届の、追加の理由（なければ「追加のため」）",
    )
    verb.add_argument(
        "--officer", metavar="NAME", action="append", default=[], dest="officers",
        help="検査の控え（D-37）の、検査した方の職・氏名（いくつでも、この指定を繰り返す）",
    )  # fmt: skip
    verb.add_argument(
        "--attendant", metavar="NAME", action="append", default=[], dest="attendants",
        help="検査の控えの、立ち会った受託者の職・氏名（省くと、サインインした人）",
    )  # fmt: skip
    verb.add_argument(
        "--replaces", metavar="NO",
        help="差し替える書類の文書番号（空なら差し替えない。省くと、同じ記録を載せた提出済の書類）",
    )  # fmt: skip
    _purpose(verb)
    _out(verb, paper_to_write, metavar="OUT.pdf", help="書き出すファイル（.pdf）")


def _export(verb: argparse.ArgumentParser) -> None:
    _ledger(verb)
    _record(verb)
    verb.add_argument("--contract", metavar="NO", help="この契約のものだけ")
    verb.add_argument(
        "--encoding", choices=("cp932", "utf-8"), default="utf-8",
        help="CSVの文字コード（既定は BOM 付きの utf-8）",
    )  # fmt: skip
    _purpose(verb)
    _out(verb, metavar="OUT", help="書き出すファイル（.csv、.xlsx、.json）")


def _purpose(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--purpose", metavar="TEXT", default=SCHEDULED,
        help=f"何のためか（利用の記録に残る。既定は {SCHEDULED}）",
    )  # fmt: skip


def _import(verb: argparse.ArgumentParser) -> None:
    _ledger(verb)
    verb.add_argument(
        "file", metavar="FILE", type=present_file, help="取り込むファイル（.csv、.xlsx）"
    )
    _record(verb)
    verb.add_argument("--contract", metavar="NO", help="取り込む先の契約")
    verb.add_argument(
        "--map", metavar="列名=field", action="append", default=[],
        help="表の列と、台帳の項目の対応（いくつでも。「列名=-」で使わない）",
    )  # fmt: skip
    verb.add_argument(
        "--answer", metavar="言葉=答え", action="append", default=[],
        help="取込みの質問への答え。表の言葉と、台帳の人・場所・種類の名前（質問は --dry-run で分かる）",
    )  # fmt: skip
    verb.add_argument("--dry-run", action="store_true", help="取り込まずに結果だけを見る")
    verb.add_argument(
        "--default-place", metavar="名称", help="台帳にない保管場所のものを置く、登録済みの場所"
    )
    verb.add_argument(
        "--register-only", action="store_true", help="媒体の登録だけを行い、受領や返却は記録しない"
    )
    verb.add_argument("--strict", action="store_true", help="一行でも誤りがあれば何も取り込まない")


def fingerprint_of(typed: str) -> str:
    """Return the fingerprint of a seal as typed: 64 hexadecimal digits, with colons or blanks.

    Raises:
        Usage
    """
    narrow = unicodedata.normalize("NFKC", typed)  # the Japanese input writes wide digits
    plain = "".join(narrow.replace(":", "").split()).lower()
    if len(plain) != 64 or set(plain) - set("0123456789abcdef"):
        raise Usage(reason="証印の指紋は、64桁の16進数で指定してください（区切りの「:」は可）。")
    return plain


def terminal() -> bool:
    """Tell whether a person sits at the keyboard."""
    return sys.stdin is not None and sys.stdin.isatty()
