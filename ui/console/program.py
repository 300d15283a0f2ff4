"""Run one console verb: parse, speak, and turn every error into its exit code."""

import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from models.errors import AzukariError, Usage
from models.office import Office
from ui.console import arguments as args
from ui.console.output import Speaker, machine_refused, speak_utf8

STOPPED = "中止しました。"


def run(argv: list[str], build_office: Callable[[], Office]) -> int:
    """Carry out the command line and return the exit code (0 fine, 1 no, 2 usage, 3 not let in,
    4 damaged files, 5 the machine)."""
    try:
        return _run(argv, build_office)
    except BrokenPipeError:
        # Whoever read the answer has gone; a second complaint at exit would tell nobody anything.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(argv: list[str], build_office: Callable[[], Office]) -> int:
    """Carry out the command line; every error becomes a sentence and an exit code."""
    if sys.stdout is None or sys.stderr is None:  # closed by whoever started us
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  until the process ends
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    speak_utf8(sys.stdout)
    speak_utf8(sys.stderr)
    speaker = Speaker(sys.stdout, sys.stderr, as_json="--json" in argv)
    try:
        _require_text(argv)
        arguments = args.parse(argv)
        if arguments.verb is None:
            raise Usage(reason="行う操作を指定してください。「--help」で一覧を表示します。")
        return _carry_out(arguments, build_office(), speaker)
    except AzukariError as error:
        from ui.console.requests import findings_of

        speaker.message(str(error))
        speaker.failure(error.code, str(error), findings_of(error))
        return error.exit_code
    except KeyboardInterrupt:
        speaker.message(STOPPED)
        speaker.failure("CANCELLED", STOPPED)
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:
        # A name that the system cannot take, or an answer that nobody could be given.
        unnamed = "結果の出力先" if speaker.answered else "使おうとしたファイル"
        sentence = machine_refused(error, unnamed)
        speaker.message(sentence)
        speaker.failure("INPUT_OUTPUT", sentence)
        return 5
    except Exception as error:
        # A bug of ours: its place and kind may be shown, its text might hold data.
        message = (
            "予期しない誤りが起きました。記録されていないことがあります。台帳を確かめてください。"
        )
        speaker.message(f"{message}\n（{type(error).__name__}、{_place(error)}）")
        speaker.failure("BUG", message)
        return 1


def _require_text(argv: list[str]) -> None:
    """Refuse bytes that are no text: nothing could be entered or looked up under them."""
    try:
        "".join(argv).encode()
    except UnicodeEncodeError:
        raise Usage(reason="文字として読めない引数があります。UTF-8で指定してください。") from None


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def _carry_out(arguments: Namespace, office: Office, speaker: Speaker) -> int:
    verb = arguments.verb
    if verb == "driver":
        from ui.console.driver import Driver

        # A wrong byte becomes a character that every field refuses; it must not end the session.
        speak_utf8(sys.stdin, "surrogateescape")
        return Driver(Path(arguments.ledger), office).run(sys.stdin, sys.stdout)
    if verb in ("demo", "sample-day"):
        from ui.console import demo

        return (demo.demo if verb == "demo" else demo.sample_day)(arguments, office, speaker)
    if verb in ("print", "export", "import"):
        from ui.console import tables

        by_name = {"print": tables.print_document, "export": tables.export, "import": tables.load}
        return by_name[verb](arguments, office, speaker)
    from ui.console import backups, condition, dates, journal, verbs

    asking = {
        "status": verbs.status,
        "verify": verbs.verify,
        "rebuild": verbs.rebuild,
        "verify-document": verbs.verify_document,
        "evidence": verbs.evidence,
        "calendar": dates.calendar,
        "backup": verbs.backup,
        "backups": backups.backups,
        "restore": verbs.restore,
        "restore-test": journal.restore_test,
        "journal": journal.journal,
        "condition": condition.condition,
        "recover": verbs.recover,
        "check-profile": verbs.check_profile,
    }
    return asking[verb](arguments, office, speaker)
