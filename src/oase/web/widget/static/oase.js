/* Oase web chat, loader: <script async src="https://desk.example/widget/ACCOUNT/oase.js"></script>
   Calls to window.Oase made before the chat is there wait in a queue. Nothing is stored before the visitor writes. */
(() => {
  if (window.Oase && window.Oase.isOase) return;
  const site = /*SITE*/ null;
  const base = new URL(document.currentScript.src).origin;
  const waiting = [];
  const api = { isOase: true };
  for (const name of ["open", "close", "toggle", "show", "hide", "identify", "reset", "on", "off", "write"])
    api[name] = (...values) => { waiting.push([name, values]); };
  const early = Array.isArray(window.Oase) ? window.Oase : [];
  window.Oase = api;
  for (const call of early) if (api[call[0]]) api[call[0]](...call.slice(1));

  const begin = async () => {
    try {
      const folder = base + site.assets;
      for (const name of ["chat", "net", "store", "sha256", "panel", "thread", "composer", "forms", "dom", "text", "color", "extras"]) {
        const link = document.createElement("link");
        link.rel = "modulepreload";
        link.href = `${folder}${name}.js`;
        link.crossOrigin = "anonymous";
        document.head.append(link);
      }
      const { start } = await import(`${folder}widget.js`);
      await start(site.look, base, folder, api);
      for (const [name, values] of waiting) api[name](...values);
    } catch (error) {
      console.warn("Oase web chat could not start.", error);
    }
  };
  const soon = window.requestIdleCallback || ((act) => setTimeout(act, 1));
  const start = () => soon(begin, { timeout: 1500 }); // some pages are never idle
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start, { once: true });
})();
