"""The control side: people act, the clock turns, and what happened is looked at. A contract; see docs."""
