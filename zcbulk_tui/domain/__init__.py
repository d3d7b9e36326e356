"""Values and arithmetic of bulk insert jobs: no I/O, no clock reads, standard library only."""
