/* In a tree that was configured, this is beside the headers that include it, and found there. */
