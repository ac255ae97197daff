"""Pages for people: data in, HTML out.  Nothing here knows a request or a response."""
