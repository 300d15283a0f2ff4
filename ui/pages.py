"""How many pages a PDF has; for the access log, without any Qt."""

import pypdfium2

from models.errors import Damaged


def page_count(pdf: bytes) -> int:
    """Return the number of pages.

    Raises:
        Damaged: the bytes are no PDF.
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise Damaged(file="PDF", what_now="もう一度作成してください。") from error
    try:
        return len(document)
    finally:
        document.close()
