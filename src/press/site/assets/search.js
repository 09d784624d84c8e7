// The search page: asks Pagefind's index and lists what it finds, best first.
const field = document.querySelector("#words");
const list = document.querySelector("#results");
const status = document.querySelector("#found");
const words = document.querySelector("#ask").dataset;
// Loaded with the page, so that the first word typed is answered as fast as the next.
const engine = import(new URL("../pagefind/pagefind.js", import.meta.url)).then(async (loaded) => {
  await loaded.init();
  return loaded;
});
engine.catch(() => {}); // told when something is searched
const SHOWN = 8;
let latest = 0;

async function search(text) {
  const number = ++latest;
  list.replaceChildren();
  status.textContent = "";
  if (!text.trim()) return;
  let found;
  const began = performance.now();
  try {
    found = await (await engine).search(text);
  } catch {
    status.textContent = words.off;
    return;
  }
  const results = await Promise.all(found.results.slice(0, SHOWN).map((result) => result.data()));
  if (number !== latest) return;
  document.querySelector("#ask").dataset.milliseconds = Math.round(performance.now() - began);
  const wanted = text.toLowerCase().split(/\s+/);
  const titled = ({ meta }) => wanted.every((word) => meta.title.toLowerCase().includes(word));
  const rank = (result) => (titled(result) ? 0 : 2) + (result.meta.kind === "lesson" ? 0 : 1);
  results.sort((a, b) => rank(a) - rank(b)); // stable: Pagefind's order within a group
  status.textContent = results.length ? words.some.replace("{n}", results.length) : words.none;
  for (const result of results) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const excerpt = document.createElement("p");
    link.href = result.url;
    link.textContent = result.meta.title;
    excerpt.innerHTML = result.excerpt; // Pagefind escapes the text and adds <mark>
    item.append(link, excerpt);
    list.append(item);
  }
}

field.value = new URLSearchParams(location.search).get("q") ?? "";
field.addEventListener("input", () => search(field.value));
field.form.addEventListener("submit", (event) => {
  event.preventDefault();
  history.replaceState(null, "", `?q=${encodeURIComponent(field.value)}`);
  search(field.value);
});
if (document.querySelector(".bar .find")) document.querySelector(".bar .find").style.visibility = "hidden";
await search(field.value);
field.focus();
