"""What Lyceum does when Discord, its gateway or the community turns against it: real bot, real library, faults on order."""
