"""What a test leaves behind falls between two tests, in the thread of the tests."""

import gc
import threading
import weakref

fell: list[threading.Thread] = []


class Ring:
    """Something that holds itself, as a window does that a test has left."""

    def __init__(self) -> None:
        self.me = self


def test_a_ring_is_left_and_no_thread_finds_it() -> None:
    ring = Ring()
    weakref.finalize(ring, lambda: fell.append(threading.current_thread()))
    del ring
    kept: list[object] = []
    thread = threading.Thread(target=lambda: kept.extend([] for _ in range(200_000)))
    thread.start()
    thread.join()
    assert kept and not gc.isenabled() and not fell


def test_it_has_fallen_in_the_thread_of_the_tests() -> None:
    assert fell == [threading.main_thread()]
