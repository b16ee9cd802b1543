"""Texts that look like markup, scripts or layout. With a UUID after it, each is a login of at most 256 bytes."""

HOSTILE = {
    "markup": "<b>x</b><img src=x onerror='document.title=`taken`'>",
    "script": "</script><script>document.title='taken'</script>",
    "quotes": "\"'`&lt;&amp;{points}${1}%s",
    "right to left": "\u202eabc\u2067\u0645\u0631\u062d\u0628\u0627",
    "long": "W" * 164,
    "long words": "слово " * 20,
}
