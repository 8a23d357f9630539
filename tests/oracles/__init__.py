"""What tests measure against, and what several of them share: NumPy twins, small models and traces, a server."""
