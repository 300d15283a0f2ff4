"""Tests mirror the folders of the program; `e2e` holds whole journeys, `data` frozen bytes."""
