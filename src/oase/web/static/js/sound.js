// The sound of a notice: one page of this browser makes it, and not every second.
let context = null;
let lastSound = 0;

/** Rings, if this page has been used and no other one rings for the same. */
export function sound(id) {
  if (!navigator.userActivation?.hasBeenActive || Date.now() - lastSound < 3000) return;
  lastSound = Date.now();
  if (!navigator.locks) { ring(); return; }
  navigator.locks.request(`oase-sound-${id}`, { ifAvailable: true }, async (mine) => {
    if (!mine) return;
    ring();
    await new Promise((done) => setTimeout(done, 2000));
  });
}

function ring() {
  context ??= new AudioContext();
  const volume = context.createGain();
  volume.connect(context.destination);
  volume.gain.setValueAtTime(0.0001, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.12, context.currentTime + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.5);
  for (const [frequency, at] of [[660, 0], [880, 0.12]]) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(volume);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + 0.5);
  }
}
