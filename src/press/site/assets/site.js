// Formulas, light and dark, flaws, filters, cards, language at the same place. No framework.
"use strict";

for (const place of document.querySelectorAll(".math")) {
  if (!window.katex) break;
  const displayMode = place.tagName === "DIV";
  window.katex.render(place.textContent, place, { displayMode, throwOnError: false });
}

const root = document.documentElement;
const themeButton = document.querySelector("button.theme");
themeButton.hidden = false;
themeButton.addEventListener("click", () => {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // Without storage the choice holds for this page.
  }
});

// The other language opens at the anchor that stands at the top of the window.
const languageLink = document.querySelector("a.language");
const otherPage = languageLink.getAttribute("href");
const anchors = [...document.querySelectorAll("main section section[id], main a[id]")];
function pointLanguageLink() {
  const above = anchors.filter((anchor) => anchor.getBoundingClientRect().top < innerHeight / 3);
  const here = document.body.classList.contains("lesson") && scrollY > 0 ? above.at(-1) : null;
  languageLink.setAttribute("href", here ? `${otherPage}#${here.id}` : otherPage + location.search);
}
for (const event of ["pointerdown", "focus", "pointerenter", "click"]) {
  languageLink.addEventListener(event, pointLanguageLink);
}

// A link to something inside a fold opens the fold.
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
}
addEventListener("hashchange", openTarget);
openTarget();

// Printing opens every fold, and closes again what was closed.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open])")];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
});

const menu = document.querySelector("details.menu");
addEventListener("click", (event) => {
  if (!menu.contains(event.target)) menu.open = false;
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

for (const form of document.querySelectorAll("form.flaws")) {
  const answers = form.nextElementSibling;
  form.querySelector(".needs-script").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const boxes = [...form.querySelectorAll("input")];
    const isWrong = (box) => box.dataset.wrong === "true";
    const missed = boxes.filter((box) => isWrong(box) && !box.checked).length;
    const accused = boxes.filter((box) => !isWrong(box) && box.checked).length;
    const done = missed + accused === 0;
    form.querySelector("output").textContent = done
      ? `✓ ${form.dataset.found}`
      : `✗ ${form.dataset.left.replace("{missed}", missed).replace("{accused}", accused)}`;
    for (const box of boxes) box.closest("li").classList.toggle("found", done && isWrong(box));
    if (done) answers.open = true;
  });
}

// Pointing at a lesson on the map leaves only the lines that end there.
for (const box of document.querySelectorAll(".map a")) {
  const map = box.closest(".map");
  const own = map.querySelectorAll(`path[data-ends~="${box.dataset.lesson}"]`);
  const trace = (on) => {
    map.classList.toggle("tracing", on);
    for (const line of own) line.classList.toggle("traced", on);
  };
  for (const event of ["pointerenter", "focus"]) box.addEventListener(event, () => trace(true));
  for (const event of ["pointerleave", "blur"]) box.addEventListener(event, () => trace(false));
}

const filters = document.querySelector("form.filters");
if (filters) {
  filters.hidden = false;
  const rows = [...document.querySelectorAll("table.lessons tbody tr")];
  const filter = () => {
    const wanted = [...new FormData(filters)].filter(([, value]) => value);
    for (const row of rows) {
      row.hidden = !wanted.every(([name, value]) => row.firstElementChild.dataset[name] === value);
    }
  };
  filters.addEventListener("input", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filter();
}

const cards = document.querySelector(".cards");
if (cards) {
  const all = [...cards.querySelectorAll("article")];
  const bar = document.querySelector(".card-keys");
  let shown = 0;
  const show = (index) => {
    all[shown].classList.remove("shown");
    shown = (index + all.length) % all.length;
    all[shown].classList.add("shown");
    all[shown].querySelector("details").open = false;
    bar.querySelector("output").textContent = `${shown + 1} / ${all.length}`;
  };
  cards.classList.add("one");
  bar.hidden = false;
  bar.querySelector(".flip").addEventListener("click", () => {
    const fold = all[shown].querySelector("details");
    fold.open = !fold.open;
  });
  bar.querySelector(".next").addEventListener("click", () => show(shown + 1));
  show(0);
}

if (document.body.classList.contains("lesson") && "IntersectionObserver" in window) {
  const links = new Map(
    [...document.querySelectorAll(".contents a[href^='#']")].map((a) => [a.hash.slice(1), a]),
  );
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        links.get(entry.target.id)?.classList.toggle("here", entry.isIntersecting);
      }
    },
    { rootMargin: "-15% 0px -70% 0px" },
  );
  for (const id of links.keys()) {
    const section = id && document.getElementById(id);
    if (section) watcher.observe(section);
  }
}
