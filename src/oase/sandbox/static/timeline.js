// The public page of a platform: posts, comments, mentions and reviews, as anybody; what the company answers appears by itself.
import { _, ask, avatar, byId, clockTime, dayName, el, icon, listen } from "./common.js";

const { app, company } = document.documentElement.dataset;
const can = new Set(document.documentElement.dataset.public.split(" "));
const base = `/sandbox/apps/${app}`;
const REMEMBERED = `sandbox-person-${app}`;
const state = { people: [], me: null, threads: [], open: null };
const brand = (name) => { const svg = icon(name); svg.firstChild.setAttribute("href", `/sandbox/static/vendor/brands.svg#${name}`); return svg; };

async function loadPeople() {
  state.people = await ask("GET", `${base}/customers`);
  state.me = state.people.find((each) => each.id === (state.me?.id ?? localStorage.getItem(REMEMBERED))) ?? state.people.at(-1) ?? null;
  drawPeople();
}

function drawPeople() {
  byId("person-list").replaceChildren(...state.people.map((person) =>
    el("li", {}, el("button", { type: "button", "aria-pressed": String(person.id === state.me?.id), onclick: () => become(person) },
      avatar(person.name, person.id), el("span", {}, el("strong", {}, person.name), el("span", {}, person.handle || person.id))))));
}

function become(person) {
  state.me = person;
  localStorage.setItem(REMEMBERED, person.id);
  drawPeople();
  draw();
}

async function load() {
  state.threads = await ask("GET", `${base}/posts`);
  draw();
}

function draw() {
  const drawn = state.threads.map(drawThread);
  byId("posts").replaceChildren(...(drawn.length ? drawn : [el("li", { class: "hint" }, _("Nothing was said here yet."))]));
}

function drawThread(post) {
  const children = (id) => post.comments.filter((each) => each.parent === id);
  const nested = (id, depth) => children(id).map((each) => el("li", { "data-id": each.id }, drawPost(each), el("ol", { class: depth < 2 ? "below" : "" }, nested(each.id, depth + 1))));
  return el("li", { class: "panel thread", "data-id": post.id }, drawPost(post), el("ol", { class: "below" }, nested(post.id, 0)));
}

function drawPost(post) {
  const ours = post.author === "";
  const name = ours ? company : post.name;
  const mine = post.author === state.me?.id;
  const liked = post.likes.includes(state.me?.id);
  const act = (label, name, run, pressed) => el("button", { type: "button", class: "link", "aria-pressed": pressed, onclick: run }, brand(name), label);
  const said = post.deleted ? el("p", { class: "gone" }, _("This was deleted.")) : [
    post.rating > 0 && el("p", { class: "rating", role: "img", "aria-label": _("%(n)s of 5 stars", { n: post.rating }) }, "★".repeat(post.rating), el("span", {}, "★".repeat(5 - post.rating))),
    el("p", { class: "text", dir: "auto" }, post.text),
    post.files.map((file) => (file.type.startsWith("image/") ? el("img", { class: "shot", src: `${base}/files/${file.id}`, alt: file.name }) : el("a", { href: `${base}/files/${file.id}` }, file.name))),
  ];
  return el("article", { class: ["post", ours && "ours", post.hidden && "hidden-post"].filter(Boolean).join(" ") },
    avatar(name, post.author || company),
    el("div", { class: "post-body" },
      el("p", { class: "who" }, el("strong", {}, name), ours && el("span", { class: "badge" }, _("Company")), post.handle && el("span", {}, post.handle),
        el("time", { datetime: post.time }, `${dayName(post.time)}, ${clockTime(post.time)}`), post.edited && el("span", {}, _("edited")),
        post.hidden && el("span", { class: "badge" }, _("hidden by the company"))),
      said,
      !post.deleted && el("div", { class: "acts" },
        can.has("likes") && act(post.likes.length > 0 ? String(post.likes.length) : _("Like"), "heart", () => like(post, !liked), String(liked)),
        can.has("comments") && act(_("Reply"), "message-circle", () => answer(post)),
        mine && can.has("edit") && act(_("Change"), "pencil", () => change(post)),
        mine && can.has("delete") && act(_("Delete"), "trash", () => ask("DELETE", `${base}/posts/${post.id}`).then(load))),
      state.open?.id === post.id && form(post)));
}

const like = (post, on) => ask("POST", `${base}/posts/${post.id}/like`, { by: state.me.id, on }).then(load);
const answer = (post) => { state.open = { id: post.id, kind: "answer" }; draw(); byId("below")?.focus(); };
const change = (post) => { state.open = { id: post.id, kind: "change" }; draw(); byId("below")?.focus(); };

function form(post) {
  const changing = state.open.kind === "change";
  const box = el("textarea", { id: "below", rows: 2, required: true, maxlength: 2000, "aria-label": changing ? _("Change") : _("Answer to %(who)s", { who: post.name || company }) }, changing && post.text);
  return el("form", { class: "below-form", onsubmit: async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    await (changing ? ask("PUT", `${base}/posts/${post.id}`, { text }) : ask("POST", `${base}/posts`, { author: state.me.id, text, parent: post.id }));
    state.open = null;
    await load();
  } }, box, el("div", {}, el("button", { type: "button", class: "button quiet-button", onclick: () => { state.open = null; draw(); } }, _("Cancel")), el("button", { class: "button", type: "submit" }, changing ? _("Change") : _("Reply"))));
}

async function publish(event) {
  event.preventDefault();
  const said = new FormData(event.target);
  const kind = said.get("kind");
  const file = said.get("file");
  const files = file?.size ? [(await ask("POST", `${base}/files?filename=${encodeURIComponent(file.name)}`, file)).id] : [];
  await ask("POST", `${base}/posts`, {
    author: kind === "company" ? "" : state.me.id, text: said.get("text").trim(), files,
    rating: kind === "review" ? Number(said.get("rating")) : 0, mentions: kind === "mention",
  });
  event.target.elements.text.value = "";
  event.target.elements.file.value = "";
  byId("file-name").textContent = _("Picture");
  await load();
}

const kinds = () => { byId("grade").hidden = byId("say").elements.kind.value !== "review"; };
const first = byId("say").querySelector("[name=kind]");
first.checked = true;
for (const each of document.querySelectorAll("[data-public]:not(html)")) each.hidden = !can.has(each.dataset.public);
byId("say").addEventListener("submit", publish);
byId("say").addEventListener("change", () => { kinds(); const [file] = byId("say").elements.file.files; byId("file-name").textContent = file?.name ?? _("Picture"); });
kinds();
await loadPeople();
await load();
let timer;
listen(`${base}/events/public`, () => { clearTimeout(timer); timer = setTimeout(() => { if (!byId("below")) load(); }, 150); }, load);
document.documentElement.dataset.ready = "true";
