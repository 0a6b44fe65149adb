"""What is taken from pages so that their first view is light."""

from types import SimpleNamespace

from assignment4.book.page_weight import lighten, load_images_late, without_other_icons

STYLE = (
    '.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}'
    '.fa-ghost:before{content:"\\f6e2"}.fa-solid{font-weight:900}'
)


def test_rules_of_icons_that_no_page_uses_are_left_out():
    kept = without_other_icons(STYLE, {"fa-bars", "fa-solid"})
    assert ".fa-bars:before" in kept
    assert ".fa-solid{" in kept
    assert "ghost" not in kept


def test_images_are_loaded_late_but_for_those_that_the_page_carries():
    context = {"body": '<img alt="a" src="../a.png"><img alt="b" src="data:image/png;base64,AA==">'}
    load_images_late(None, "", "", context, None)
    first, second = context["body"].split("><")
    assert 'loading="lazy"' in first
    assert "loading" not in second


def book(folder):
    for name in ("styles", "scripts"):
        (folder / "_static" / name).mkdir(parents=True)
    (folder / "_static" / "styles" / "theme.css").write_text(STYLE)
    (folder / "_static" / "scripts" / "fontawesome.js").write_text("icons")
    (folder / "_static" / "scripts" / "theme.js.map").write_text("map")
    (folder / "index.html").write_text('<i class="fa-solid fa-bars"></i>')
    return SimpleNamespace(outdir=str(folder), builder=SimpleNamespace(format="html"))


def test_a_built_book_is_lightened(tmp_path):
    lighten(book(tmp_path), None)
    assert "ghost" not in (tmp_path / "_static" / "styles" / "theme.css").read_text()
    assert (tmp_path / "_static" / "scripts" / "fontawesome.js").read_text() == ""
    assert not list(tmp_path.rglob("*.map"))


def test_a_book_that_could_not_be_built_is_left_alone(tmp_path):
    lighten(book(tmp_path), ValueError())
    assert list(tmp_path.rglob("*.map"))
