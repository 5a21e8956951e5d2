"""職員: who serves in an office, who leaves it, and to whom his open work goes."""
