"""`press serve`: show build/site on this machine only."""

import argparse
import errno
import functools
import http.server
import sys

from press.course import Course
from press.site.build import folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one (default: 8000)")


def run(arguments: argparse.Namespace, course: Course) -> int:
    site = folder(course)
    if not (site / "index.html").exists():
        print("There is no site yet: run `make site` first.", file=sys.stderr)
        return 1
    try:
        server = serving(site, arguments.port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        print(f"Port {arguments.port} is taken; a free one is used.", file=sys.stderr)
        server = serving(site, 0)
    with server:
        print(f"http://127.0.0.1:{server.server_address[1]}/ (Ctrl+C stops it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0


def serving(site, port: int = 0) -> http.server.ThreadingHTTPServer:
    """A server of the folder on the loopback address; a wrong address gets the site's own 404."""
    handler = functools.partial(_Handler, directory=str(site))
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        """Quiet: the terminal shows the address and nothing else."""

    def send_error(self, code, message=None, explain=None):
        page = None
        if code == 404:
            try:
                with open(f"{self.directory}/404.html", "rb") as file:
                    page = file.read()
            except OSError:
                page = None
        if page is None:
            super().send_error(code, message, explain)
            return
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page)
