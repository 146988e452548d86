"""Texts that would run as scripts where a page does not take them as texts.

Each sets `top.ran` if anything in it runs: elements that load or fail, handlers of every kind,
addresses that are scripts, ways out of attributes, elements and comments, encodings that are undone
one time too often, and the templates of pages and servers.
"""

from itertools import product
from urllib.parse import quote

RUN = "top.ran=1"
ELEMENTS = (
    f"<script>{RUN}</script>",
    f"<ScRiPt>{RUN}</sCrIpT>",
    f"<script/x>{RUN}</script>",
    "<script src='data:text/javascript,top.ran=1'></script>",
    f"<script type=module>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f'<img src="x" onerror="{RUN}">',
    f"<img src=x onerror\n=\n{RUN}//",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><a xlink:href='javascript:{RUN}'><text y=20>press</text></a></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<iframe srcdoc='<script>{RUN}</script>'></iframe>",
    f"<iframe src='javascript:{RUN}'></iframe>",
    f"<object data='javascript:{RUN}'></object>",
    f"<embed src='javascript:{RUN}'>",
    f"<video><source onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}></audio>",
    f"<details open ontoggle={RUN}>more</details>",
    f"<input autofocus onfocus={RUN}>",
    f"<select autofocus onfocus={RUN}></select>",
    f"<textarea autofocus onfocus={RUN}></textarea>",
    f"<body onload={RUN}>",
    f"<body onpageshow={RUN}>",
    f"<marquee onstart={RUN}>x</marquee>",
    f"<div style='animation:x 1s' onanimationstart={RUN}>x</div>",
    f"<div onpointerenter={RUN} style='position:fixed;inset:0'>x</div>",
    f"<a href='javascript:{RUN}'>press</a>",
    f"<form action='javascript:{RUN}'><button autofocus>press</button></form>",
    f"<button formaction='javascript:{RUN}'>press</button>",
    "<link rel=stylesheet href='data:text/css,*{display:none}'>",
    "<style>@import 'http://198.51.100.1/x.css';</style>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    "<base href='http://198.51.100.1/'>",
    f"<template><script>{RUN}</script></template>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
)
WAYS_IN = (
    "{}",
    '">{}',
    "'>{}",
    "`>{}",
    "</p></div>{}",
    "</title>{}",
    "</textarea>{}",
    "</script>{}",
    "</style>{}",
    "-->{}<!--",
    "]]>{}",
    "<!--{}-->",
)
ADDRESSES = (
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f"java\nscript:{RUN}",
    f"java\tscript:{RUN}",
    f" javascript:{RUN}",
    f"javascript://x.example/%0A{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    "data:text/html;base64,PHNjcmlwdD50b3AucmFuPTE8L3NjcmlwdD4=",
    f"vbscript:{RUN}",
    f"https://x.example/javascript:{RUN}",
    f"http://x.example/'onclick='{RUN}",
    f'http://x.example/"onmouseover="{RUN}',
    f"[press](javascript:{RUN})",
    f'![x](x"onerror="{RUN})',
    f'tel:+380"onclick="{RUN}',
    f'a@x.example"onclick="{RUN}',
)
TEMPLATES = (
    "{{constructor.constructor('" + RUN + "')()}}",
    "{{$el.ownerDocument.defaultView.top.ran=1}}",
    "{{'a'.constructor.prototype.charAt=[].join;" + RUN + "}}",
    "${" + RUN + "}",
    "#{" + RUN + "}",
    "<%= " + RUN + " %>",
    "@:login.title",
    "@.lower:login.title",
    "{client} {operator} {0} {n}",
    "%{name} | other | third",
    "__proto__",
    "constructor",
)
BREAKS = (
    '"onfocus="' + RUN + '"autofocus="',
    "'onfocus='" + RUN + "'autofocus='",
    '" style="animation:x" onanimationstart="' + RUN,
    '\\");' + RUN + "//",
    "';" + RUN + "//",
    "\u2028" + RUN + "\u2029",
    '","ran":1}',
    "url(javascript:" + RUN + ")",
    "expression(" + RUN + ")",
)


def corpus() -> list[str]:
    """Every payload once: all elements by all ways in, and the encodings of some."""
    shown = [way.format(element) for element, way in product(ELEMENTS, WAYS_IN)]
    plain = [*ADDRESSES, *TEMPLATES, *BREAKS]
    encoded = [
        encode(one)
        for one in (ELEMENTS[0], ELEMENTS[5], ELEMENTS[8], ADDRESSES[0])
        for encode in (_entities, _numbers, quote, _escapes, _wide, _twice)
    ]
    return list(dict.fromkeys([*plain, *encoded, *shown]))


def some(count: int) -> list[str]:
    """As many of them, from all kinds alike."""
    whole = corpus()
    count = min(count, len(whole))
    return [whole[index * len(whole) // count] for index in range(count)]


def _entities(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _numbers(text: str) -> str:
    return "".join(f"&#{ord(char)};" for char in text)


def _escapes(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


def _wide(text: str) -> str:
    """Full-width signs, which some programs fold to the usual ones."""
    return text.replace("<", "\uff1c").replace(">", "\uff1e")


def _twice(text: str) -> str:
    return quote(quote(text))
