"""The parts that the tests of all pages share."""
