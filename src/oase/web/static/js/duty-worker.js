// Says every twenty seconds that a page of mine is open. In a worker, since timers of hidden pages are held back to one a minute.
// What the server hears is that somebody is there now: never a time of this machine, whose clock may be wrong.
const EVERY = 20000;
let acted = false;
let idle = false;
let rests = false;
let asking = false;

async function beat() {
  if (asking) return;
  asking = true;
  const says = acted;
  acted = false;
  try {
    const answer = await fetch("/duty/beat", { method: "POST", body: new URLSearchParams({ acted: says ? "1" : "" }), signal: AbortSignal.timeout(15000) });
    if (answer.ok) {
      const heard = await answer.json();
      idle = heard.idle;
      rests = !heard.beats;
      postMessage(heard);
    } else if (answer.status === 401 || answer.status === 403) {
      rests = true;
    }
  } catch {
    acted ||= says; // no connection: said with the next beat
  } finally {
    asking = false;
  }
}

onmessage = ({ data }) => {
  if (data.acted) acted = true;
  if (data.now || (data.acted && idle)) beat();
};
setInterval(() => { if (!rests) beat(); }, EVERY);
beat();
