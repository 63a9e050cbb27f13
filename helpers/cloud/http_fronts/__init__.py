"""Functions over HTTP: function URLs, HTTP APIs, REST APIs, and load balancers' target groups."""
