"""The few figures that lessons share. Each takes `ax=None` and returns the Axes.

The style is `whiteboard.mplstyle`, in force only while a figure is made: nothing global changes.
Labels are in English in both editions.
"""

from functools import wraps
from itertools import cycle
from math import ceil
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

# A notebook's backend loads with the first figure. Loaded inside the style's context it would be
# switched off again on leaving it, and no later figure would be shown.
plt.switch_backend(plt.get_backend())

STYLE = str(Path(__file__).with_name("whiteboard.mplstyle"))
LINES = ("-", "--", "-.", ":")
HATCHES = ("", "//", "..", "\\\\", "xx")


def _styled(draw):
    """Run a drawing function under the style, with an Axes to draw on."""

    @wraps(draw)
    def styled(*args, ax=None, **options):
        with plt.style.context(STYLE):
            if ax is None:
                ax = plt.figure().add_subplot()
            return draw(*args, ax=ax, **options)

    return styled


def _label(ax, title, xlabel, ylabel, logx=False, logy=False):
    ax.set(title=title or "", xlabel=xlabel, ylabel=ylabel)
    if logx:
        ax.set_xscale("log")
    if logy:
        ax.set_yscale("log")
    return ax


@_styled
def curves(
    series,
    x=None,
    *,
    xlabel="",
    ylabel="",
    title="",
    logx=False,
    logy=False,
    markers=False,
    ax=None,
):
    """Lines that share an x axis.

    Args:
        series: {label: values}; values have shape (n,), or (runs, n): mean and range are drawn.
        x: (n,), by default 0, 1, ….
        logx, logy: logarithmic axes.
        markers: mark the points.
        ax: where to draw; by default a new figure.
    """
    for (label, values), line in zip(series.items(), cycle(LINES), strict=False):
        values = np.asarray(values, dtype=float)
        places = np.arange(values.shape[-1]) if x is None else np.asarray(x)
        # The kind of line repeats what the colour says, for black-and-white print.
        mean = values.mean(axis=0) if values.ndim == 2 else values
        (drawn,) = ax.plot(places, mean, line, marker="o" if markers else None, ms=4, label=label)
        if values.ndim == 2:
            low, high = values.min(axis=0), values.max(axis=0)
            ax.fill_between(places, low, high, color=drawn.get_color(), alpha=0.2, linewidth=0)
    if len(series) > 1:
        ax.legend()
    return _label(ax, title, xlabel, ylabel, logx, logy)


@_styled
def bars(values, *, xlabel="", ylabel="", title="", logy=False, form="{:.3g}", ax=None):
    """One bar for each name, with its value written above it.

    Args:
        values: {name: number}.
        form: format of the written values; "" writes none.
        ax: where to draw; by default a new figure.
    """
    drawn = ax.bar(list(values), list(values.values()), width=0.6)
    if form:
        ax.bar_label(drawn, [form.format(value) for value in values.values()], padding=2)
        ax.margins(y=0.12)
    ax.grid(visible=False, axis="x")
    return _label(ax, title, xlabel, ylabel, logy=logy)


@_styled
def stacked_bars(parts, names, *, xlabel="", ylabel="", title="", ax=None):
    """One bar for each name, made of parts.

    Args:
        parts: {part: values}, each of shape (len(names),), drawn from the bottom up.
        names: list of str.
        ax: where to draw; by default a new figure.
    """
    bottom = np.zeros(len(names))
    for (label, values), hatch in zip(parts.items(), cycle(HATCHES), strict=False):
        values = np.asarray(values, dtype=float)
        ax.bar(names, values, 0.6, bottom=bottom, label=label, hatch=hatch, edgecolor="white")
        bottom = bottom + values
    handles, labels = ax.get_legend_handles_labels()
    # Reversed, so that the legend reads in the order of the stack.
    ax.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1, 0.5))
    ax.grid(visible=False, axis="x")
    return _label(ax, title, xlabel, ylabel)


@_styled
def histograms(samples, *, bins=40, xlabel="", ylabel="density", title="", logy=False, ax=None):
    """Distributions over shared bins.

    Args:
        samples: {label: values of any shape}.
        bins: number of bins, or their edges.
        ax: where to draw; by default a new figure.
    """
    flat = {label: np.ravel(values).astype(float) for label, values in samples.items()}
    edges = np.histogram_bin_edges(np.concatenate(list(flat.values())), bins)
    for (label, values), line in zip(flat.items(), cycle(LINES), strict=False):
        heights, _ = np.histogram(values, edges, density=True)
        drawn = ax.stairs(heights, edges, linestyle=line, linewidth=1.8, label=label)
        ax.stairs(heights, edges, fill=True, alpha=0.15, color=drawn.get_edgecolor())
    if len(flat) > 1:
        ax.legend()
    return _label(ax, title, xlabel, ylabel, logy=logy)


@_styled
def image_grid(images, titles=None, columns=8, *, title="", ax=None):
    """Grey images in rows, all on one scale.

    Args:
        images: (n, height, width); large values are drawn dark, as ink.
        titles: n texts, or None.
        columns: images in a row.
        ax: where to draw; by default a new figure of fitting height.
    """
    images = np.asarray(images, dtype=float)
    columns = min(columns, len(images))
    rows = ceil(len(images) / columns)
    figure = ax.figure
    if figure.axes == [ax] and figure.number in plt.get_fignums():
        cell = figure.get_figwidth() / columns
        figure.set_figheight(max(1.0, rows * cell * (1.25 if titles is not None else 1.05)))
    ax.set_axis_off()
    ax.set_title(title or "")
    limits = {"vmin": images.min(), "vmax": images.max()}
    for place, image in enumerate(images):
        row, column = divmod(place, columns)
        height = 1 / rows * (0.78 if titles is not None else 0.95)
        box = [column / columns, 1 - (row + 1) / rows, 0.95 / columns, height]
        inset = ax.inset_axes(box)
        inset.imshow(image, cmap="Greys", **limits)
        inset.set_axis_off()
        if titles is not None:
            inset.set_title(str(titles[place]), fontsize=9, pad=2)
    return ax


@_styled
def heatmap(
    matrix,
    *,
    rows=None,
    columns=None,
    xlabel="",
    ylabel="",
    title="",
    form="",
    signed=False,
    ax=None,
):
    """A matrix as colours, with a scale beside it.

    Args:
        matrix: (m, n).
        rows, columns: m and n names, or None.
        form: format of the numbers written into the cells, such as "{:.2f}"; "" writes none.
        signed: put white at zero, orange below it and purple above.
        ax: where to draw; by default a new figure.
    """
    matrix = np.asarray(matrix, dtype=float)
    options = {}
    if signed:
        limit = float(np.nanmax(np.abs(matrix))) or 1.0
        options = {"cmap": "PuOr", "vmin": -limit, "vmax": limit}
    drawn = ax.imshow(matrix, aspect="auto", **options)
    ax.figure.colorbar(drawn, ax=ax)
    if rows is not None:
        ax.set_yticks(range(len(rows)), rows)
    if columns is not None:
        ax.set_xticks(range(len(columns)), columns)
    if form:
        shades = drawn.cmap(drawn.norm(matrix))[..., :3] @ (0.299, 0.587, 0.114)
        for (row, column), value in np.ndenumerate(matrix):
            ink = "black" if shades[row, column] > 0.5 else "white"
            ax.text(
                column, row, form.format(value), ha="center", va="center", color=ink, fontsize=9
            )
    ax.grid(visible=False)
    return _label(ax, title, xlabel, ylabel)
