vcl 4.1;

# Keeps what Parley calls fixed, and drops what an erasure changed: PARLEY_PURGE_URL=http://127.0.0.1:6081/
backend parley {
    .host = "127.0.0.1";
    .port = "8000";
}

acl servers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ servers) {
            return (synth(403, "Forbidden"));
        }
        if (req.http.Cache-Tag !~ "^[a-z0-9-]+(,[a-z0-9-]+)*$") {
            return (synth(400, "Bad Request"));
        }
        ban("obj.http.Cache-Tag ~ (^|,)(" + regsuball(req.http.Cache-Tag, ",", "|") + ")(,|$)");
        return (synth(200, "Purged"));
    }
    # Varnish itself passes on what has a cookie or a credential.
}

sub vcl_backend_response {
    # What Parley does not call fixed is asked for each time; nothing is given after its time.
    set beresp.grace = 0s;
    set beresp.keep = 0s;
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
