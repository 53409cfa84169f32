"""Here and not in tests/, so that the lessons in notebooks/ are collected too."""

pytest_plugins = ["course_lib.authoring.gate"]
