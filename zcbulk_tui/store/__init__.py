"""What outlives the process: plain files in the state folder."""
