"""Checkers for the exercises: they take the learner's function and explain what is wrong.

One file a chapter. A checker draws its own inputs and knows the right answer by another road than
the solution; it imports no solution.
"""
