"""What the rules of the contract refuse or ask, and a profile that cannot be read as rules."""

from collections.abc import Mapping
from typing import ClassVar

from models.errors.acts import Refused
from models.errors.base import AzukariError


class RuleRefused(Refused):
    """A rule of the contract refuses, and no reason helps. Facts: reason, findings."""

    code = "RULE_REFUSED"
    unnamed: ClassVar[Mapping[str, str]] = {
        "reason": "どの決まりかは、「条項と証拠」で確かめてください。"
    }
    sentence = (
        "契約の決まりにより、このままでは記録できません。"
        "次のことを直してから、もう一度記録してください。\n{reason}"
    )


class FactsDiffer(Refused):
    """The checker entered something else than what is about to be recorded. Fact: which."""

    code = "FACTS_DIFFER"
    sentence = (
        "確認者が入力した「{which}」が、記録しようとしている内容と違います。"
        "まだ記録していません。送付や廃棄を止めて、宛先と現物を確かめてください。"
    )


class TerminalBlocked(Refused):
    """A program that must not be there blocks the terminal (SK-11.7, A-31). Fact: programs."""

    code = "TERMINAL_BLOCKED"
    sentence = (
        "この端末に、使ってはならないプログラム（{programs}）が見つかっています。"
        "責任者が「点検」の「システムの状態」（コンソールでは condition）で解決を記帳するまで、"
        "新しい取扱い、添付、書出しはできません。閲覧、印刷、バックアップ、検証はできます。"
    )


class UnregisteredMedium(Refused):
    """A removable medium is not registered (SK-11.9, CM-5.5, A-32). Fact: file."""

    code = "UNREGISTERED_MEDIUM"
    sentence = (
        "「{file}」は、登録していない外部媒体です。私物や未登録の媒体は使えません。"
        "「バックアップ」の画面の「バックアップの媒体」で登録した媒体を使ってください。"
    )


class NetworkPlace(Refused):
    """A network folder is not registered (A-32, FK-7.2). Fact: file."""

    code = "NETWORK_PLACE"
    sentence = (
        "「{file}」は、ネットワーク上の場所です。書き出すとこのPCの外への送信になるため、"
        "このままでは使えません。登録した媒体を使ってください。"
        "作業場所の中で受託者が管理する保存先なら、責任者かシステム管理者が「バックアップの媒体」で"
        "設置場所とともに登録すると使えます。"
        "ほかへ送るときは、必要な承諾を受け、取扱記録に「送信」として記帳してください。"
    )


class NeedsAnswer(AzukariError):
    """A rule asks for a reason or a second person; send the act again with `Answers`.

    Facts: message, findings (of models.rules.engine), needs_approval, asked (of models.seconding).
    """

    code = "NEEDS_ANSWER"
    sentence = "{message}"
    unnamed: ClassVar[Mapping[str, str]] = {
        "message": "契約の決まりにより、理由か確認が要ります。規則の確認の画面で答えてください。"
    }


class NotAnswered(AzukariError):
    """The user turned back from what the rules ask; nothing was entered."""

    code = "NOT_ANSWERED"
    sentence = "規則の確認をやめたので、まだ記録していません。入力した内容はそのまま残っています。"


class ProfileError(AzukariError):
    """A profile file (取扱規則) is not well formed. Facts: file, line, reason."""

    code = "PROFILE"
    exit_code = 2
    sentence = (
        "特記事項の設定ファイルに誤りがあります（{file}:{line}）。"
        "{reason}ファイルを直してから、もう一度読み込んでください。"
    )
