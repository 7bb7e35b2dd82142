// Answers as they are written. Everything works without this script; then each has its own page.
"use strict";

(() => {
  const form = document.getElementById("ask");
  const exchanges = document.getElementById("exchanges");
  if (!form || !exchanges || !window.ReadableStream) return;

  const status = document.getElementById("status");
  const button = form.querySelector("button");
  const box = form.elements.question;

  // Told to screen readers at the start, the end and a failure: never word by word.
  const announce = (what) => { status.textContent = status.dataset[what]; };

  const begin = (question) => {
    const article = document.getElementById("exchange").content.firstElementChild.cloneNode(true);
    article.querySelector(".asked").textContent = question;
    exchanges.prepend(article);
    return {
      article,
      answer: article.querySelector(".answer"),
      sentences: article.querySelector(".sentences"),
      ending: article.querySelector(".ending"),
      writing: article.querySelector(".writing"),
    };
  };

  const end = (shown) => {
    shown.writing.remove();
    shown.answer.removeAttribute("aria-busy");
    if (!shown.sentences.textContent.trim()) shown.answer.remove();
  };

  // While it is written, [1] leads to the list of sources; then straight to the passage.
  const lead = (shown) => {
    for (const link of shown.sentences.querySelectorAll("a.cite")) {
      const source = shown.ending.querySelector(`a.open[data-n="${link.dataset.n}"]`);
      if (source) link.href = source.href;
    }
  };

  const show = (shown, name, { html, address }) => {
    if (name === "sentence") {
      shown.sentences.insertAdjacentHTML("beforeend", html);
      return false;
    }
    shown.ending.innerHTML = html;
    lead(shown);
    end(shown);
    announce(name === "outcome" ? "ended" : "failed");
    // So that coming back from a source finds the answer again.
    if (address) history.replaceState(null, "", `${address}?conversation=${encodeURIComponent(form.elements.conversation.value)}`);
    return true;
  };

  const read = async (shown, response) => {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    let ended = false;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return ended;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const [, name, data] = event.match(/^event: (\w+)\ndata: (.*)$/s) || [];
        if (data) ended = show(shown, name, JSON.parse(data)) || ended;
      }
    }
  };

  const broke = (shown) => {
    shown.ending.replaceChildren(document.getElementById("broken").content.cloneNode(true));
    end(shown);
    announce("failed");
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const shown = begin(box.value);
    const stop = new AbortController();
    shown.writing.querySelector("button").addEventListener("click", () => stop.abort());
    button.disabled = true;
    announce("started");
    try {
      const response = await fetch(form.dataset.stream, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "text/event-stream" },
        signal: stop.signal,
      });
      box.value = "";
      if (!(await read(shown, response))) broke(shown);
    } catch {
      broke(shown);
    } finally {
      button.disabled = false;
      box.focus({ preventScroll: true });
    }
  });

  // Enter asks, Shift+Enter starts a new line, as in every chat.
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!button.disabled) form.requestSubmit();
    }
  });
})();

// How far an ingestion is, while one is under way.
(() => {
  const live = document.querySelector("[data-live]");
  if (!live) return;

  const refresh = async () => {
    if (!live.querySelector("progress")) return;
    try {
      const response = await fetch(live.dataset.live);
      if (response.ok && !response.redirected) live.innerHTML = await response.text();
    } catch {
      // The server is away for a moment; ask again.
    }
    setTimeout(refresh, 2000);
  };
  setTimeout(refresh, 2000);
})();
