// What changes while somebody looks: who else is here, what is new in the queue, what was decided.
// And search as you type. Every answer is a fragment of HTML that the server made.
"use strict";

(() => {
  const ask = async (address, options) => {
    try {
      const answer = await fetch(address, { credentials: "same-origin", ...options });
      return answer.ok ? await answer.text() : null;
    } catch {
      return null; // The next time it may be there again.
    }
  };

  const every = (seconds, work) => {
    const run = () => document.visibilityState === "visible" && work();
    run();
    setInterval(run, seconds * 1000);
  };

  const show = (place, html) => {
    if (html !== null && place.innerHTML !== html) place.innerHTML = html;
  };

  const presence = (place) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    const send = (gone) => {
      const body = new URLSearchParams({ csrfmiddlewaretoken: token.value, gone: gone ? "1" : "" });
      return ask(place.dataset.presence, { method: "POST", body, keepalive: true });
    };
    every(15, async () => show(place, await send(false)));
    addEventListener("pagehide", () => send(true));
  };

  const news = (place) => {
    every(10, async () => {
      const html = await ask(place.dataset.news);
      show(place, html);
      for (const row of place.querySelectorAll("[data-decided]")) {
        const box = document.querySelector(`input.action-select[value="${row.dataset.decided}"]`);
        const line = box && box.closest("tr, tbody");
        if (!line || line.dataset.gone) continue;
        line.dataset.gone = "1";
        line.style.opacity = "0.55";
        box.disabled = true;
        const told = document.createElement("p");
        told.className = "desk-sub";
        told.textContent = row.textContent;
        const link = line.querySelector("a.desk-wrap");
        if (link) link.after(told);
      }
    });
  };

  const run = async (form) => {
    const place = form.querySelector("[data-run-shown]");
    while (!place.querySelector("[data-finished]")) {
      const body = new URLSearchParams(new FormData(form));
      body.set("part", "1");
      const html = await ask(location.href, { method: "POST", body });
      if (html === null) return; // The button goes on.
      show(place, html);
    }
  };

  const search = (field) => {
    const results = document.getElementById(field.dataset.results);
    let last = 0;
    field.addEventListener("input", () => {
      const mine = ++last;
      setTimeout(async () => {
        if (mine !== last) return;
        const words = new URLSearchParams({ q: field.value });
        const mark = field.dataset.search.includes("?") ? "&" : "?";
        const html = await ask(`${field.dataset.search}${mark}${words}`);
        if (mine === last) show(results, html);
      }, 200);
    });
    field.addEventListener("keydown", (event) => {
      const first = results.querySelector("a");
      if (event.key === "ArrowDown" && first) {
        event.preventDefault();
        first.focus();
      }
      if (event.key === "Enter" && first && !/^[0-9a-f-]{36}$/.test(field.value.trim())) {
        event.preventDefault();
        first.click();
      }
    });
    results.addEventListener("keydown", (event) => {
      const links = [...results.querySelectorAll("a")];
      const next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      (links[next] || field).focus();
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-presence]").forEach(presence);
    document.querySelectorAll("[data-news]").forEach(news);
    document.querySelectorAll("form[data-run]").forEach(run);
    document.querySelectorAll("[data-search]").forEach(search);
    const first = document.querySelector("[data-focus]");
    if (first) first.focus({ preventScroll: true });
  });
})();
