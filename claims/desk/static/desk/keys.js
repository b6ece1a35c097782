// The desk by keyboard: an element with data-key="a" is pressed, or gets the focus, by that key.
// Keys are ignored while somebody types, and can be switched off (WCAG 2.1.4).
"use strict";

(() => {
  const off = () => localStorage.getItem("desk-keys") === "off";
  const typing = (target) =>
    target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  const press = (element) => {
    const details = element.closest("details");
    if (details) details.open = true;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "radio") {
      element.focus();
      if (element.select) element.select();
    } else {
      element.click();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && typing(event.target)) {
      event.target.blur();
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || off()) return;
    if (document.querySelector("dialog[open]")) return;
    const wanted = [...document.querySelectorAll("[data-key]")].find(
      (element) => element.dataset.key === event.key.toLowerCase()
    );
    if (!wanted) return;
    event.preventDefault();
    press(wanted);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const dialog = document.getElementById("desk-shortcuts");
    for (const button of document.querySelectorAll("[data-opens-shortcuts]")) {
      button.addEventListener("click", () => dialog && dialog.showModal());
    }
    const toggle = document.getElementById("desk-keys-on");
    if (toggle) {
      toggle.checked = !off();
      toggle.addEventListener("change", () => {
        localStorage.setItem("desk-keys", toggle.checked ? "on" : "off");
        document.documentElement.classList.toggle("desk-no-keys", off());
      });
    }
    document.documentElement.classList.toggle("desk-no-keys", off());
  });
})();
