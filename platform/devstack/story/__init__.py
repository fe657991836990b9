"""The demo story, played over HTTP as its people would play it."""
