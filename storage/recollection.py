"""What this PC remembers of one ledger in one folder, and when that may be replaced.

A memory is the only witness of entries that are gone. So it is kept as it is until the ledger itself
tells of them: that it shows less than is remembered, or that nothing is remembered any more, must
stand in an entry first. Until then everybody who opens the ledger hears of it again.
"""

from collections.abc import Iterable
from pathlib import Path

from models.chain import Head
from models.codes import EventLevel, SystemEventKind
from models.journal import News
from models.safe import Parting
from storage.head_memory import HeadMemory
from storage.journal_compare import Shown
from storage.journal_connecting import answered_for, set_back

_HELD_FOR = (SystemEventKind.ROLLED_BACK, SystemEventKind.MEMORY_LOST)
MOST_UNREMEMBERED = 25  # commands that the journal has and a killed program did not remember
NOTHING_LEFT = (
    "このPCで使っている台帳なのに、どの記帳まで見たかというこのPCの記憶がありませんでした。"
    "台帳が以前の状態に戻されていないかを、このPCの記憶では確かめられません。"
    "更新ジャーナルと、前に渡した書類の記帳番号で確かめてください。"
)


class Recollection:
    """The memory of the head of a ledger, as one session uses it.

    Args:
        found: the head that the ledger has at the opening.
    """

    def __init__(
        self, memory: HeadMemory, vault_id: bytes, place: Path, shown: Shown, found: Head
    ) -> None:
        self._memory = memory
        self._vault_id = vault_id
        self._place = place
        self._shown = shown
        self._found = found
        self._unremembered = 0

    def compare(self, *, accept: bool, restored: bool) -> Iterable[News]:
        """Yield what the ledger lacks of what this PC saw of it, unless an entry tells it already.

        An older state in the same folder stops. In a folder where it was never opened it may be a
        copy that somebody tries something with: it is said, entered and printed, and goes on.

        Args:
            accept: somebody answers for it.
            restored: the ledger itself says that a restore made it.

        Raises:
            RolledBack
        """
        lost = self._memory.missing(
            self._vault_id, self._place, self._found, self._shown.contains, restored=restored
        )
        if lost is None or self._shown.accounts_for(lost.head):
            return
        seq = lost.head.seq
        if lost.folder == str(self._place):
            who = f"このPCは記帳番号{seq:,}までを見ています"
            yield answered_for(self._shown, who, lost.head, accept)
        else:
            who = f"このPCは、同じ台帳の記帳番号{seq:,}までを別の場所で見ています"
            yield set_back(self._shown, who, lost.head)

    def missing(self) -> Iterable[News]:
        """Yield that nothing at all is remembered of a ledger that was opened with keys of this PC.

        Whoever makes or restores a ledger, or gives it the secret of this PC, has it remembered.
        """
        if self._found.seq and not self._memory.knows(self._vault_id):
            yield News(SystemEventKind.MEMORY_LOST, EventLevel.WARN, NOTHING_LEFT)

    def keep(self, news: Iterable[News], reached: Head | None = None) -> None:
        """Remember where the ledger stands, unless what is remembered has to be told first.

        Args:
            news: what is not entered yet.
            reached: the head to which it came here; None for the one that it was found with.
        """
        if not any(one.kind in _HELD_FOR for one in news):
            head = reached or self._found
            self._memory.remember(self._vault_id, self._place, head, reached=reached is not None)

    def reached(self, news: Iterable[News], head: Head, *, alone: bool) -> None:
        """Remember where a command led: a program that is killed closes nothing.

        Args:
            news: what is not entered yet.
            alone: no journal saw the command, so that this memory is its only witness.
        """
        self._unremembered += 1
        if alone or self._unremembered >= MOST_UNREMEMBERED:
            self.keep(news, head)
            self._unremembered = 0

    def parting(self) -> Parting | None:
        """Return where this ledger left another folder that still has it."""
        return self._memory.parting(self._vault_id, self._place)
