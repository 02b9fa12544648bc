"""The console: pages and a JSON API over the same use cases as the command line.

`app` puts it together, `gate` decides who gets in, `render` turns templates into pages, `pages/` has a module a topic.
"""
