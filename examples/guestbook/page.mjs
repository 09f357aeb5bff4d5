// The page of the guest book, as guests see it: a form, the entries, our answers. It looks for new ones by itself.
const WORDS = {
  de: {
    title: "Gästebuch", hello: "Schön, dass Sie da sind. Was möchten Sie uns sagen?", name: "Ihr Name", text: "Ihr Eintrag", picture: "Bild (bis 5 MB)",
    send: "Eintragen", back: "Zurücknehmen", none: "Noch steht hier nichts.", team: "Antwort", liked: "Gefällt uns", public: "Alle können lesen, was Sie schreiben.",
  },
  en: {
    title: "Guest book", hello: "Good to see you. What would you like to tell us?", name: "Your name", text: "Your entry", picture: "Picture (up to 5 MB)",
    send: "Write", back: "Take back", none: "Nothing is written here yet.", team: "Answer", liked: "We like this", public: "Everybody can read what you write.",
  },
};

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d0c4, #4a473f); --soft: light-dark(#f6f3ea, #26241f); --strong: light-dark(#1f5c3d, #8fd3ae) }
body { margin: 0 auto; max-width: 40rem; padding: 1.5rem 1rem 4rem; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fffdf8, #1b1a17) }
h1 { margin: 0 } form.write, article { margin: 1.5rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: .75rem }
form.write { background: var(--soft); display: grid; grid-template-columns: minmax(0, 1fr); gap: .75rem } label { display: grid; grid-template-columns: minmax(0, 1fr); gap: .25rem; font-weight: 600 }
input, textarea { font: inherit; padding: .5rem; border: 1px solid var(--line); border-radius: .4rem; width: 100%; box-sizing: border-box }
textarea { min-height: 6rem } button { font: inherit; padding: .5rem 1rem; border-radius: .4rem; border: 1px solid var(--strong); cursor: pointer; justify-self: start }
form.write button { background: light-dark(#1f5c3d, #8fd3ae); color: light-dark(#fff, #10281b); font-weight: 600 } small, time { color: light-dark(#5d594e, #b5b0a2) }
article p, blockquote p { margin: .25rem 0; white-space: pre-wrap; overflow-wrap: anywhere } article img { max-width: 100%; max-height: 24rem; border-radius: .4rem; margin-top: .5rem }
blockquote { margin: 1rem 0 0; padding: .5rem 1rem; border-left: 4px solid var(--strong); background: var(--soft) } article form { margin-top: .5rem }
article button { padding: .25rem .6rem; background: none; border-color: var(--line); color: inherit } header { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline }`;

// What is new comes without a reload, and what is being typed stays.
const SCRIPT = `setInterval(async () => {
  const answer = await fetch("/").catch(() => null);
  if (!answer?.ok) return;
  const read = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("entries");
  const shown = document.getElementById("entries");
  if (read && read.innerHTML !== shown.innerHTML) shown.innerHTML = read.innerHTML;
}, 2000);`;

const html = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const picture = (one) => (one ? `<img alt="" src="data:${html(one.type)};base64,${html(one.content)}">` : "");
const time = (at, language) => `<time datetime="${html(at)}">${html(new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" }))}</time>`;

function answer(one, words, language) {
  if (one.hidden) return "";
  return `<blockquote id="${one.id}"><header><b>${html(one.name)}</b> <small>${words.team}</small> ${time(one.at, language)}</header><p>${html(one.text)}</p>${picture(one.picture)}</blockquote>`;
}

function entry(one, guest, words, language) {
  if (one.hidden) return "";
  const liked = one.likes ? ` <small>♥ ${words.liked}</small>` : "";
  const back = one.by === guest
    ? `<form method="post" action="/taken-back"><input type="hidden" name="id" value="${one.id}"><button>${words.back}</button></form>` : "";
  return `<article id="${one.id}"><header><b>${html(one.name)}</b> ${time(one.at, language)}${liked}</header><p>${html(one.text)}</p>${picture(one.picture)}
${one.answers.map((each) => answer(each, words, language)).join("")}${back}</article>`;
}

/** The whole page, the newest entry first, for a guest who may take back what they wrote. */
export function page(entries, guest, german) {
  const language = german ? "de" : "en", words = WORDS[language];
  const shown = [...entries].reverse().map((one) => entry(one, guest, words, language)).join("");
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><main><h1>${words.title}</h1><p>${words.hello}</p>
<form class="write" method="post" action="/entries" enctype="multipart/form-data"><label>${words.name} <input name="name" required maxlength="80" autocomplete="name"></label>
<label>${words.text} <textarea name="text" required maxlength="2000"></textarea></label>
<label>${words.picture} <input type="file" name="picture" accept="image/jpeg,image/png,image/gif,image/webp"></label>
<small>${words.public}</small><button>${words.send}</button></form>
<div id="entries">${shown || `<p>${words.none}</p>`}</div></main><script>${SCRIPT}</script></body></html>`;
}
