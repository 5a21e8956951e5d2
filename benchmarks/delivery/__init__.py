"""`make bench`: delivery measured beside other senders and the wire's own limit, in one run."""
