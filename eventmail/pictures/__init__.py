"""From figures to shapes that a template draws, and the same figures for the table beside them.

Pure: no database, no page. ``templates/pictures.html`` draws what is made here.
"""
