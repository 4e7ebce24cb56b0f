"""Thinks: frozen values in, frozen values out.

Nothing here reads a clock, a socket, a file or the environment; the time, every id and every setting arrive as arguments.
What is written here can be run on a table of examples, printed, and compared: that is what a dry run is.
"""
