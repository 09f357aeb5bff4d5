/* The shop's own script: what a company's page may do with window.Oase. */
const token = document.querySelector("script[data-token]").dataset.token;
const fetchToken = () => fetch(token, { method: "POST" }).then((answer) => answer.json()).then((content) => content.token);
const say = (...call) => { if (Array.isArray(window.Oase) || !window.Oase) (window.Oase ||= []).push(call); else window.Oase[call[0]](...call.slice(1)); };

document.querySelector("[data-chat]")?.addEventListener("click", () => say("open"));
for (const button of document.querySelectorAll("[data-ask]")) button.addEventListener("click", () => say("write", button.dataset.ask));

const account = document.querySelector("[data-sign-in]");
const show = (signedIn) => { account.textContent = signedIn ? "Jana Weiß · abmelden" : "Als Jana Weiß anmelden"; };
account?.addEventListener("click", () => {
  const signedIn = !sessionStorage.getItem("radhaus");
  if (signedIn) { sessionStorage.setItem("radhaus", "jana"); say("identify", fetchToken); }
  else { sessionStorage.removeItem("radhaus"); say("reset"); }
  show(signedIn);
});
if (account && sessionStorage.getItem("radhaus")) { say("identify", fetchToken); show(true); }
