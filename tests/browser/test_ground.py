"""The browser ground itself: it sees what must not be, and its camera sees a QR code."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.camera import Camera
from tests.support.site import Site
from tests.support.watching import Watch, axe_violations, layout_problems

FRAME = '<!doctype html><html lang="ja"><head><link rel="icon" href="data:,"><title>試験</title></head><body><main><h1>試験</h1>{}</main></body></html>'
VIDEO = '<video id="v" autoplay muted playsinline></video><script src="/test.js"></script>'
START = """
navigator.mediaDevices.getUserMedia({video: {width: 1280, height: 720}}).then(stream => {
  document.querySelector('video').srcObject = stream;
});
"""
SNAP = """() => {
  const video = document.querySelector('video');
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d').drawImage(video, 0, 0);
  return canvas.toDataURL('image/png').split(',')[1];
}"""
NewContext = Callable[..., tuple[BrowserContext, Watch]]


def add_page(site: Site, path: str, body: str, *, door: bool = False) -> None:
    def view() -> object:
        camera = "(self)" if door else "()"
        return FRAME.format(body), {"Permissions-Policy": f"camera={camera}, microphone=()"}

    site.app.add_url_rule(path, path, view)


def test_page_without_trouble_passes(
    site: Site, watched_page: Page, assert_accessible: Callable[[Page], None]
) -> None:
    add_page(site, "/test", "<p>よし</p>")

    watched_page.goto("/test")

    expect(watched_page.get_by_text("よし")).to_be_visible()
    assert_accessible(watched_page)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('<p style="color: red">赤</p>', "CSP: style-src-attr"),
        ("<script>document.title = 'x'</script>", "CSP: script-src-elem"),
        ('<img alt="" src="/nothing.png">', "status of 404"),
        ('<script src="/test.js"></script>', "uncaught: brokenhere is not defined"),
    ],
)
def test_watch_sees_trouble(site: Site, new_context: NewContext, body: str, says: str) -> None:
    add_page(site, "/test", body)
    site.app.add_url_rule("/test.js", "js", lambda: ("brokenhere()", {"Content-Type": "text/javascript"}))
    site.app.add_url_rule("/nothing.png", "nothing", lambda: ("", 404))
    context, watch = new_context("desktop")

    context.new_page().goto("/test", wait_until="networkidle")

    assert any(says in line for line in watch.trouble), watch.trouble
    with pytest.raises(AssertionError, match="the browser complains"):
        watch.assert_quiet()
    watch.allow(".")


def test_axe_sees_a_field_without_label(site: Site, phone_page: Page) -> None:
    add_page(site, "/test", '<form><input name="a"></form>')

    phone_page.goto("/test")

    assert [line.split(":")[0] for line in axe_violations(phone_page)] == ["label"]


def test_layout_problems_are_seen(site: Site, phone_page: Page) -> None:
    add_page(site, "/test", f"<p>{'w' * 200}</p><button>小</button>")

    phone_page.goto("/test")

    wide, small = layout_problems(phone_page)
    assert ("px wide in a window of" in wide, "<button>" in small) == (True, True)


def test_camera_shows_the_code_to_the_page(site: Site, phone_page: Page, camera: Camera) -> None:
    camera.show("TSUDOI-7K2M")
    add_page(site, "/test", VIDEO, door=True)
    site.app.add_url_rule("/test.js", "js", lambda: (START, {"Content-Type": "text/javascript"}))
    phone_page.goto("/test")
    phone_page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")

    picture = Image.open(io.BytesIO(base64.b64decode(phone_page.evaluate(SNAP))))

    assert picture.size == (1280, 720)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == ["TSUDOI-7K2M"]
