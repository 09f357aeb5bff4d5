// Sets the chosen theme before the page is drawn (a module would come too late and flash).
const chosen = localStorage.getItem("sandbox-theme");
if (chosen) document.documentElement.dataset.theme = chosen;
