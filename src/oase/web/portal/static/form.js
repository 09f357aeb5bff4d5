/* What the form does better with scripts: solves the puzzle while the person types, checks at once, sends once, and tells the
   page around it how tall it is. Without scripts it works too, a little slower. */
import { solve } from "./sha256.js";

const form = document.querySelector("form[data-puzzle]");

if (window.parent !== window) {
  const tell = () => window.parent.postMessage({ oase: "height", height: document.documentElement.getBoundingClientRect().height }, "*");
  new ResizeObserver(tell).observe(document.documentElement);
  tell();
}
document.getElementById("summary")?.focus();

if (form) {
  const words = form.dataset;
  const solved = solve(words.puzzle).then((answer) => { form.elements.answer.value = answer; });

  const problem = (input) => {
    const value = input.type === "checkbox" ? (input.checked ? "1" : "") : input.value.trim();
    if (input.type === "file") {
      if ([...input.files].some((file) => file.size > Number(words.bytes))) return words.large;
      return input.required && !input.files.length && !form.querySelector("[name=files_kept]:checked") ? words.required : "";
    }
    if (input.required && !value) return words.required;
    return input.type === "email" && value && !/^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(value) ? words.email : "";
  };

  const show = (input) => {
    const text = problem(input);
    const id = `${input.id}-wrong`;
    let place = document.getElementById(id);
    if (!place && text) {
      place = Object.assign(document.createElement("p"), { id, className: "wrong" });
      if (input.type === "checkbox") input.closest(".field").append(place);
      else input.before(place);
      input.setAttribute("aria-describedby", `${id} ${input.getAttribute("aria-describedby") || ""}`.trim());
    }
    if (place) place.textContent = text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return !text;
  };

  const inputs = [...form.querySelectorAll(".field:not(.trap) input:not([name=files_kept]), .field textarea, .field select")];
  // Not on blur: words that come or go while the button is pressed would move it away from under the finger.
  for (const input of inputs) input.addEventListener("input", () => input.hasAttribute("aria-invalid") && show(input));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = inputs.filter((input) => !show(input));
    if (wrong.length) return wrong[0].focus();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    form.querySelector(".state").textContent = words.sending;
    await solved;
    form.submit();
  });
  window.addEventListener("pageshow", () => { // back from another page: the button works again
    form.querySelector("button[type=submit]").disabled = false;
    form.querySelector(".state").textContent = "";
  });
}
