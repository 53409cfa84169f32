"""The finished code of the course: a GPT built from nothing, one module for each concept."""
