"""Tables from outside and for outside: CSV and xlsx, read with care and written whole."""
