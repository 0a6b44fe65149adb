"""Time to render the embedded letters, beside Pillow drawing, turning and cropping plain ones.

Run as `python benchmarks/render_letters.py`. Pillow does less: it does not bend a letter, and the
width of the pen stays the typeface's. The measurement goes to results/speed.jsonl.
"""

from measuring import conclude, describe_machine, take_turns
from PIL import Image, ImageDraw, ImageFont

from assignment4.letters import CYRILLIC, LATIN
from assignment4.letters.embedded import CYRILLIC_COUNT, LATIN_COUNT, render_letters
from assignment4.letters.rendering import SIZE
from assignment4.letters.typefaces import LETTER_SIZE, TYPEFACES, letter_shape

NAME = "rendering"
BOOK, PILLOW = "the book", "Pillow, plain letters"
COUNTS = (CYRILLIC_COUNT, LATIN_COUNT)
PEER_COUNT = 2000
ROUNDS = 3


def render_embedded(cyrillic: int, latin: int) -> None:
    """Render so many letters, the shapes of the typefaces included."""
    letter_shape.cache_clear()
    render_letters(CYRILLIC, cyrillic, seed=0)
    render_letters(LATIN, latin, seed=1)


def render_with_pillow(count: int) -> None:
    """Draw so many letters with Pillow, with its typefaces opened anew."""
    fonts = [ImageFont.truetype(face.path, LETTER_SIZE) for face in TYPEFACES]
    for index in range(count):
        image = Image.new("L", (2 * LETTER_SIZE, 2 * LETTER_SIZE))
        font = fonts[index // 14 % len(fonts)]
        ImageDraw.Draw(image).text((30, 20), CYRILLIC[index % 14], 255, font)
        image = image.rotate(index % 20 - 10, Image.Resampling.BILINEAR)
        image.crop(image.getbbox()).resize((SIZE, SIZE), Image.Resampling.BILINEAR)


def measure(
    *, counts: tuple[int, int] = COUNTS, peer_count: int = PEER_COUNT, rounds: int = ROUNDS
) -> dict[str, object]:
    """Return the seconds of both in each round, and how many letters each rendered.

    Args:
        counts: how many Cyrillic and how many Latin letters the book renders in a round.
        peer_count: how many letters Pillow draws.
        rounds: how many.
    """
    works = {
        BOOK: lambda: render_embedded(*counts),
        PILLOW: lambda: render_with_pillow(peer_count),
    }
    machine = describe_machine("numpy", "scipy", "matplotlib", "pillow")
    ways = take_turns(works, rounds=rounds)
    amounts = {BOOK: sum(counts), PILLOW: peer_count}
    return {"machine": machine, "ways": ways, "amounts": amounts}


if __name__ == "__main__":
    conclude(NAME, measure())
