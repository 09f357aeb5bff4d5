import "./due.js";
