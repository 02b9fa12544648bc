"""Telling people: when a cause is news, in which words, and the channels on which it goes.

What is so is found out elsewhere, and what was told is kept elsewhere: this room decides, words and sends.
"""
