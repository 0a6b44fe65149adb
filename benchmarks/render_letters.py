"""Time to render the embedded letters, beside Pillow drawing, turning and cropping plain ones.

Pillow does less: it does not bend a letter, and the width of the pen stays the typeface's.
"""

import time

from PIL import Image, ImageDraw, ImageFont

from assignment4.letters import CYRILLIC, LATIN
from assignment4.letters.embedded import CYRILLIC_COUNT, LATIN_COUNT, render_letters
from assignment4.letters.rendering import SIZE
from assignment4.letters.typefaces import LETTER_SIZE, TYPEFACES, letter_shape

PEER_COUNT = 2000


def render_embedded() -> float:
    """Return the seconds that all embedded letters take, the shapes of the typefaces included."""
    letter_shape.cache_clear()
    start = time.perf_counter()
    render_letters(CYRILLIC, CYRILLIC_COUNT, seed=0)
    render_letters(LATIN, LATIN_COUNT, seed=1)
    return time.perf_counter() - start


def render_with_pillow() -> float:
    """Return the seconds that Pillow takes for PEER_COUNT letters."""
    start = time.perf_counter()
    fonts = [ImageFont.truetype(face.path, LETTER_SIZE) for face in TYPEFACES]
    for index in range(PEER_COUNT):
        image = Image.new("L", (2 * LETTER_SIZE, 2 * LETTER_SIZE))
        font = fonts[index // 14 % len(fonts)]
        ImageDraw.Draw(image).text((30, 20), CYRILLIC[index % 14], 255, font)
        image = image.rotate(index % 20 - 10, Image.Resampling.BILINEAR)
        image.crop(image.getbbox()).resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    return time.perf_counter() - start


def main() -> None:
    """Print the best of three runs of each."""
    count = CYRILLIC_COUNT + LATIN_COUNT
    seconds, peer_seconds = (
        min(measure() for _ in range(3)) for measure in (render_embedded, render_with_pillow)
    )
    milliseconds, peer = 1000 * seconds / count, 1000 * peer_seconds / PEER_COUNT
    print(f"{count} embedded letters: {seconds:.2f} s, {milliseconds:.3f} ms an image")
    print(f"Pillow, plain letters: {peer:.3f} ms an image, a ratio of {milliseconds / peer:.2f}")


if __name__ == "__main__":
    main()
