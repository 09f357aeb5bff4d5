// The wallboard asks for its figures every few seconds; when it gets none the old ones stay, and it says how old they are.
const PAUSE = 5000;
const OLD = 20000;
const wall = document.getElementById("wall");
const board = document.getElementById("board");
const old = document.getElementById("wall-old");
const clock = document.getElementById("wall-clock");
let heard = performance.now(); // not the clock on the wall, which may be set
let ended = false;

const release = () => board.querySelector("[data-release]")?.dataset.release;
const first = release();

async function ask() {
  try {
    const response = await fetch(location.href, { headers: { "hx-request": "true" }, signal: AbortSignal.timeout(10000) });
    ended = response.status === 404 || response.status === 401 || response.status === 403;
    if (response.ok && !response.redirected) {
      board.innerHTML = await response.text();
      heard = performance.now();
      if (release() !== first) location.reload(); // a new version of Oase
    }
  } catch {
    // no network, or no server: the next turn asks again
  }
  tell();
  setTimeout(ask, PAUSE);
}

function age(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return wall.dataset.seconds.replace("{n}", seconds);
  if (seconds < 7200) return wall.dataset.minutes.replace("{n}", Math.round(seconds / 60));
  return wall.dataset.hours.replace("{n}", Math.round(seconds / 3600));
}

function tell() {
  const since = performance.now() - heard;
  const text = ended ? wall.dataset.ended : since > OLD ? wall.dataset.old.replace("{time}", age(since)) : "";
  if (old.textContent !== text) old.textContent = text;
  board.classList.toggle("board-old", Boolean(text));
  if (ended) board.replaceChildren(); // whoever ended the address does not want it shown
}

function tick() {
  const options = { hour: "2-digit", minute: "2-digit" };
  if (clock.dataset.zone) options.timeZone = clock.dataset.zone;
  clock.textContent = new Date().toLocaleTimeString(document.documentElement.lang, options);
  tell();
}

setTimeout(ask, PAUSE);
setInterval(tick, 1000);
tick();
