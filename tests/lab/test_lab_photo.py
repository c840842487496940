"""Photographs in the room Draw: given once, kept in memory, named by the state."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.browser import OpenPage
from tests.lab.test_lab_page import RunningLab, address_of, running, settled, visit

from chainrule.errors import DataError, InputError
from chainrule.lab.lab_gate import COOKIE
from chainrule.lab.photo_album import MOST_PHOTO_BYTES, PhotoAlbum
from chainrule.lab.start_network import start_examples
from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject
from chainrule.lab.workbench import Workbench

ROWS = (0, 1)
"""Two examples beside each other make a photo of two digits."""


def photo() -> bytes:
    """A photo of two test digits: dark ink on white paper."""
    examples = start_examples()
    digits = [examples.inputs[row].reshape(28, 28) for row in ROWS]
    strip = np.hstack([np.pad(255 - digit, 14, constant_values=255) for digit in digits])
    large = Image.fromarray(strip.astype(np.uint8)).resize((strip.shape[1] * 4, strip.shape[0] * 4))
    content = io.BytesIO()
    large.save(content, "PNG")
    return content.getvalue()


def labels() -> list[str]:
    examples = start_examples()
    return [examples.class_names[int(examples.targets[row])] for row in ROWS]


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    yield from running()


def test_each_digit_of_a_photo_gets_its_answer() -> None:
    workbench = Workbench(open_subject())
    name = workbench.photos.add(photo())
    for digit, label in enumerate(labels()):
        found = workbench.view(LabState(photo=name, digit=digit)).values
        assert found["error"] is None
        assert found["drawn_digits"] == len(ROWS)
        answer = found["answer"]
        assert answer["outputs"][answer["best"]]["name"] == label
        assert found["stages"]


def test_an_album_keeps_the_last_ones() -> None:
    album = PhotoAlbum()
    shades = []
    for shade in range(5):
        content = io.BytesIO()
        Image.new("L", (40, 40), shade).save(content, "PNG")
        shades.append(album.add(content.getvalue()))
    assert album.find(shades[-1]).grey.shape == (40, 40)
    with pytest.raises(InputError, match="Choose the photo again"):
        album.find(shades[0])
    with pytest.raises(DataError, match="a picture"):
        album.add(b"no picture")


def test_a_photo_that_is_gone_is_named_by_the_view() -> None:
    found = Workbench(open_subject()).view(LabState(photo="0" * 16)).values
    assert "a photo of this session" in found["error"]["text"]
    state = LabState(photo="0" * 16)
    assert LabState.from_address(state.to_address()) == state
    with pytest.raises(InputError):
        LabState(photo="../x")


def test_what_is_not_a_photo_is_refused(lab: RunningLab) -> None:
    with httpx.Client(base_url=lab.home, follow_redirects=True) as client:
        client.get("/", params={"token": lab.token})
        assert client.cookies.get(COOKIE)
        headers = {"origin": lab.home, "content-type": "image/png"}
        found = client.post("/photo", content=photo(), headers=headers)
        assert found.status_code == 200
        assert len(found.json()["photo"]) == 16
        text = client.post(
            "/photo", content=b"{}", headers={**headers, "content-type": "text/plain"}
        )
        assert text.status_code == 415
        other = client.post("/photo", content=b"no picture", headers=headers)
        assert other.status_code in (400, 422)
        large = client.post("/photo", content=bytes(MOST_PHOTO_BYTES + 1), headers=headers)
        assert large.status_code == 413


def test_a_photo_is_chosen_and_pasted(open_page: OpenPage, lab: RunningLab, tmp_path: Path) -> None:
    (tmp_path / "two.png").write_bytes(photo())
    page = visit(open_page, lab)
    before = address_of(page)
    page.locator("input[type=file]").set_input_files(tmp_path / "two.png")
    settled(page, before)
    assert page.locator(".answer").inner_text().split()[0] == labels()[0]
    before = address_of(page)
    page.locator("section.card").first.locator("select").first.select_option(index=1)
    settled(page, before)
    assert page.locator(".answer").inner_text().split()[0] == labels()[1]
    fresh = visit(open_page, lab)
    before = address_of(fresh)
    fresh.evaluate(
        """bytes => {
            const file = new File([new Uint8Array(bytes)], "two.png", { type: "image/png" });
            const data = new DataTransfer();
            data.items.add(file);
            window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
        }""",
        list(photo()),
    )
    settled(fresh, before)
    assert fresh.locator(".answer").inner_text().split()[0] == labels()[0]
