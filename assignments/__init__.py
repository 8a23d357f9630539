"""The problem sets with their solutions and hidden tests. Nothing of this folder reaches a student."""
