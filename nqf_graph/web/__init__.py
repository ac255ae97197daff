"""Documents about things and pages for people: data in, text out.  Nothing here knows a request or a response."""
