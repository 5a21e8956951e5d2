"""An installation on several machines: PostgreSQL, Postfix, web servers and workers, each apart."""
