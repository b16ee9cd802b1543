import Web

extension Documentation {
    /// How clients get a session and present it, for the page.
    ///
    /// - Parameter cookie: the name of the session's cookie.
    static func sessions(cookie: String) -> String {
        """
        Registering and signing in answer with a token three times: as `{"token":"TOKEN"}`, as `Authorization: Bearer TOKEN`, and \
        as the cookie `\(cookie)`. A request presents it as `Authorization: Bearer TOKEN`, as `Authorization: TOKEN`, or as that \
        cookie, quoted or not. If a request has a token in the header and a cookie, the header counts. An `Authorization` of \
        another scheme, such as the `Basic` of a proxy, is ignored.

        A program or an app keeps the token and sends `Authorization: Bearer TOKEN`; it needs no cookies. The token is a secret, \
        and ends with the session.

        A page of the same site as the API needs nothing: the browser keeps the cookie and sends it, and the page can't read it \
        (`HttpOnly`). After a reload `GET /api/user` shows the user who is signed in. `fetch` sends the cookie to its own origin by \
        default, and to another origin of the same site with `credentials: "include"`.

        A page of another site, or of an app with a scheme of its own (`capacitor://localhost`), may call the API if its owner \
        lists the origin in `cors_origins`. The browser does not send the cookie from there, as it is `SameSite=Lax`: signing in \
        is 200, and each request that relies on the cookie is 401. Such a page takes the token from the body and sends \
        `Authorization: Bearer TOKEN`.

        `EventSource` can't send `Authorization`. A page of the same site uses it with the cookie (`withCredentials: true` on \
        another origin of that site). A page of another site reads `GET /api/user/events` with `fetch` and `Bearer`, and sends \
        `Last-Event-ID` when it reconnects.

        A `POST` that a browser sends from another site is 403, unless the owner lists the origin in `cors_origins` or \
        `http.allowed_origins`, or the request has a token in `Authorization` and no cookie. The browser's `Sec-Fetch-Site` \
        decides; a browser without it is judged by its `Origin`, which must name the `Host` of the request.
        """
    }
}
