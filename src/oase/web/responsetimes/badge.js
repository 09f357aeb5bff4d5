/* Puts a company's response times where this script stands: <script async src="https://desk.example/response-times/NAME/badge.js"></script> */
(() => {
  const facts = __FACTS__;
  const { lang, channel } = document.currentScript.dataset;
  const language = (lang || document.documentElement.lang || navigator.language).startsWith("de") ? "de" : "en";
  const asked = new URLSearchParams({ lang: language, ...(channel ? { channel } : {}) });
  const link = document.createElement("a");
  Object.assign(link, { href: `${facts.page}?lang=${language}`, target: "_blank", rel: "noopener" });
  const picture = document.createElement("img");
  Object.assign(picture, { src: `${facts.page}/badge.svg?${asked}`, alt: facts.says[language], height: 52 });
  link.append(picture);
  document.currentScript.after(link);
})();
