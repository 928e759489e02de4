"""A long text cut where a reader would cut it."""

from django import template
from django.utils.text import Truncator

register = template.Library()


@register.filter
def shortened(text: str, most: int) -> str:
    """`text` in at most `most` letters, ended after a whole word where there is one near."""
    short = Truncator(text).chars(most)
    if short == text:
        return short
    kept = short.removesuffix("…")
    whole, space, rest = kept.rpartition(" ")
    # Of one endless word a part is better than nothing.
    if space and len(rest) < most // 3 and not text[len(kept) :][:1].isspace():
        kept = whole
    if kept[-2:-1] == " ":  # “I…” says nothing
        kept = kept[:-2]
    kept = kept.rstrip(" ,;:–-")
    return f"{kept} …" if kept.endswith((".", "!", "?")) else f"{kept}…"
