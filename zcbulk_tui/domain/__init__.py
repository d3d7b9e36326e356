"""What is known about bulk insert jobs: pure values and arithmetic, no I/O, no clock."""
