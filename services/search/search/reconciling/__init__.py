"""The index compared with publishing's record all the time, and mended."""
