from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.catalogue.html import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Tröja", "Tröja"),
        ("<p>Rad ett</p><p>Rad två<br/>och tre</p>", "Rad ett Rad två och tre"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
        ("H<sub>2</sub>O", "H2O"),
        ("<b>Tröja</b> &amp; byxa&nbsp;à 5 &lt; 6", "Tröja & byxa à 5 < 6"),
        ("<p class='a' title=\"5 > 4\">x</p>", "x"),
        ("före<!-- <p>kommentar</p> -->efter", "föreefter"),
        ("före<!-- aldrig slut", "före"),
        ("<STYLE>p > a {}</STYLE><script>if (a < b) x('</div>')</script>ok", "ok"),
        ("İ<style>p{}</style>ok", "İok"),
        ("<script>aldrig slut", ""),
        ("<!DOCTYPE html><?xml v?>x", "x"),
        ("", ""),
    ],
)
def test_tags_are_taken_out_and_blocks_are_told_apart(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize("text", ["Skruv M6 < M8", "Kabel <3 m", "5 < 6 > 4", "A&B", "a<b c", "slut på <b", "x <", "</ p>"])
def test_what_is_no_html_comes_through_as_it_is(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(
    "pasted",
    [
        "a<![if !supportLists]><span>b</span><![endif]>c",
        "a<![o:p]>b</o:p>c",
        "a<o:p>b</o:p>c",
        "a<!--[if gte mso 9]><xml></xml><![endif]-->bc",
        "<p title=\"it's>a</p>bc".replace("</p>", "</b>"),
    ],
)
def test_what_word_processors_leave_behind_is_taken_out(pasted: str) -> None:
    assert plain_text(pasted) == "abc"


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<![", "<p a='", "<script>", "<a \"'>", "</a"])
def test_a_description_of_a_million_characters_without_an_end_is_read_at_once(piece: str) -> None:
    """The standard library's parser takes hours for it."""
    assert len(plain_text(piece * (1_000_000 // len(piece)))) <= 1_000_000


@given(st.text(st.sampled_from("<>!/-?[]='\" &;abpscriptyle")))
def test_any_text_is_read_as_one_line(html: str) -> None:
    assert "\n" not in plain_text(html)


@given(st.text(st.characters(exclude_characters="<&")))
def test_text_without_tags_only_loses_needless_blanks(text: str) -> None:
    assert plain_text(text) == " ".join(text.split())
