extension Document {
    /// The only stylesheet of the page. The content security policy allows it by its hash.
    package static let contentSecurityPolicy =
        "default-src 'none'; style-src 'sha256-\(styleHash)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// The SHA-256 of ``style`` in base64. It is a constant, because the style is one; a test compares it with the
    /// computed hash.
    private static let styleHash = "h5vonitgtUxNaFGUx6gOoKLvrHPHIVjTAakgPa/MXfE="

    static let style = """
        :root{color-scheme:light dark;--text:#1b1b1f;--paper:#fdfdfd;--quiet:#5c5c66;--line:#d5d5dc;--shade:#f1f1f4;
        --link:#0b57b0;--method:#7a3e00}
        @media (prefers-color-scheme:dark){:root{--text:#e6e6ea;--paper:#16161a;--quiet:#a5a5b0;--line:#3a3a44;
        --shade:#222229;--link:#8ab8ff;--method:#f0b070}}
        *{box-sizing:border-box}
        html{scroll-padding-top:1rem}
        body{margin:0 auto;max-width:62rem;padding:1rem;color:var(--text);background:var(--paper);
        font:1rem/1.55 system-ui,sans-serif;overflow-wrap:break-word}
        h1,h2,h3,h4{line-height:1.25;margin:2em 0 .5em}
        h1{margin-top:.5em}
        h2{border-top:1px solid var(--line);padding-top:1em}
        h4{margin:1.2em 0 .4em}
        a{color:var(--link)}
        :focus-visible{outline:3px solid var(--link);outline-offset:2px}
        main:focus{outline:none}
        .skip{position:absolute;left:-100vw}
        .skip:focus{left:1rem;top:.5rem;padding:.5rem 1rem;background:var(--paper)}
        nav ul{padding-left:1.2em;margin:.2em 0}
        nav a{display:inline-block;padding:.15em 0;overflow-wrap:anywhere}
        article{margin-bottom:3em}
        .method{color:var(--method)}
        .summary{font-weight:600}
        code,pre{font:.9em/1.5 ui-monospace,monospace}
        code{background:var(--shade);padding:.1em .3em;border-radius:3px}
        pre{background:var(--shade);padding:.8em;overflow-x:auto;border-radius:4px}
        pre code{padding:0}
        h3 code{background:none;padding:0;font-size:1em}
        summary{cursor:pointer;color:var(--quiet)}
        .wide{overflow-x:auto}
        table{border-collapse:collapse;min-width:100%}
        th,td{text-align:left;vertical-align:top;padding:.45em .7em .45em 0;border-bottom:1px solid var(--line)}
        thead th{color:var(--quiet);font-weight:500}
        td p{margin:0 0 .3em}
        td{min-width:9rem}
        """
}
