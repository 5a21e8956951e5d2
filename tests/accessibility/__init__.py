"""Every page, in a real browser, as people with other eyes and hands meet it."""
