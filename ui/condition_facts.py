"""The condition of the system as page and console show it: asked of ledger and PC, and judged."""

from models.condition import Condition, judge
from models.denied import parse_denied
from models.ledger import Ledger
from models.machine_facts import read_facts
from resources import VERSION, denied_programs
from ui.ledger_settings import backup_days


def read_conditions(ledger: Ledger) -> list[Condition]:
    """Ask ledger and PC, and judge; what is newly installed and denied is entered."""
    facts = read_facts(
        ledger,
        backup_days=backup_days(ledger),
        denied=parse_denied(denied_programs()),
        version=VERSION,
    )
    return judge(facts)
