"""Mutation testing: change the code in one place, and ask whether a test notices.

A runner of our own, because mutmut 3 passes by what carries the promise here: it makes no mutant
of a decorated function (``addresses._checked``, ``EmailAddress.key``, ``Outcome.kind``, every
``lru_cache``) and none of what stands at the level of a module, where our patterns, character
sets and tables are; and its mutants sleep inside the confined child, whose environment is clean.

Here each mutant is a file in a copy of the project, so that children run it too. One mutant at a
time gets a forked process with a time limit, and only the tests that reach its function: first
those in the module's own ``test_*.py``, then the quickest of the others. Fewer tests can only mean
more survivors, never a false kill; and a test that fails must fail again.

Not mutated, by rule: docstrings, annotations, imports, ``__all__``; sentences in Japanese and
messages of exceptions; ``lru_cache`` and ``slots``, which change only speed and memory; sizes
written as ``100 * 1024``, which are ours to choose.
"""
