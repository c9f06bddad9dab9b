"""The sandbox seen from Lyceum: finding it, following its clock, and the month that the demo community lives."""
