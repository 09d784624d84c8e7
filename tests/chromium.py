"""A browser for tests: Debian's or anybody's Chromium, spoken to over its own debugging port."""

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed() -> str | None:
    """The browser's path, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """One headless browser with one tab; a context manager.

    problems: console errors, exceptions and failed or outgoing requests since it started.
    """

    def __init__(self):
        self.problems: list[str] = []
        self.requests: list[str] = []
        self._numbers = itertools.count(1)
        self._loaded = 0

    def __enter__(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        flags = "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run"
        self._process = subprocess.Popen(
            [
                *(installed(), *flags.split(), "--remote-debugging-port=0"),
                *(f"--user-data-dir={self._profile.name}", "--remote-allow-origins=*"),
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = self._port()
        self._socket = websocket.create_connection(self._address(port), timeout=20)
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        # Without it a page in the background gets no focus events.
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        return self

    def __exit__(self, *_):
        self._socket.close()
        self._process.terminate()
        self._process.wait(timeout=20)
        self._profile.cleanup()

    def _port(self) -> str:
        path = Path(self._profile.name) / "DevToolsActivePort"
        for _ in range(200):
            if path.exists() and (lines := path.read_text().split()):
                return lines[0]
            time.sleep(0.05)
        raise TimeoutError("Chromium did not start within ten seconds.")

    @staticmethod
    def _address(port: str) -> str:
        from urllib.request import urlopen

        for _ in range(100):
            with urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
                tabs = [tab for tab in json.load(answer) if tab["type"] == "page"]
            if tabs:
                return tabs[0]["webSocketDebuggerUrl"]
            time.sleep(0.05)
        raise TimeoutError("Chromium opened no tab.")

    def call(self, method: str, **parameters) -> dict:
        """One command of the DevTools protocol and its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self._note(message)

    def _note(self, message: dict) -> None:
        method, about = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded += 1
        elif method == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        elif method == "Network.loadingFailed" and not about.get("canceled"):
            self.problems.append(f"failed: {about['errorText']}")
        elif method == "Network.responseReceived" and about["response"]["status"] >= 400:
            self.problems.append(f"{about['response']['status']}: {about['response']['url']}")
        elif method == "Runtime.exceptionThrown":
            self.problems.append(str(about["exceptionDetails"].get("exception", about)))
        elif method == "Log.entryAdded" and about["entry"]["level"] == "error":
            self.problems.append(about["entry"]["text"])

    def open(self, address: str) -> None:
        """Load a page and wait for its load event."""
        if self.run("location.href").split("#")[0] == address.split("#")[0]:
            self._navigate("about:blank")  # or only the anchor would change
        self._navigate(address)

    def _navigate(self, address: str) -> None:
        before = self._loaded
        self.call("Page.navigate", url=address)
        self.wait(lambda: self._loaded > before)

    def run(self, script: str):
        """The value of a JavaScript expression; a promise is awaited."""
        answer = self.call(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait(self, is_so, seconds: float = 15) -> None:
        """Wait until `is_so()`, or until a JavaScript expression, is true."""
        condition = is_so if callable(is_so) else lambda: self._holds(is_so)
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"Not within {seconds} s: {is_so}")
            self._holds("new Promise(done => setTimeout(done, 20))")

    def _holds(self, script: str) -> bool:
        """Whether the expression is true; a page that is just being replaced has no answer yet."""
        try:
            return bool(self.run(script))
        except RuntimeError:
            return False

    def press(self, key: str, code: int) -> None:
        """One key, as a keyboard sends it."""
        text = "\r" if key == "Enter" else (key if len(key) == 1 else "")
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code="Space" if key == " " else key,
                windowsVirtualKeyCode=code,
                **({"text": text} if kind == "keyDown" and text else {}),
            )

    def window(self, width: int, height: int = 900, mobile: bool = False) -> None:
        """Give the page a size in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=mobile,
        )

    def prefers(self, scheme: str) -> None:
        """Pretend that the reader's system is "light" or "dark"."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def screenshot(self, path: Path, whole: bool = True) -> None:
        """A PNG of the page."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(shot["data"]))
