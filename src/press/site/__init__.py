"""The course as a static site: pages from the printed solutions, search, cards, feeds."""
