"""What the pages share: the session's data, parts of pages, charts."""
