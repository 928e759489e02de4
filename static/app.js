/* What HTML and htmx do not do. Every page works without this file. */
(() => {
  const $ = (id) => document.getElementById(id);
  const on = (name, then) => document.addEventListener(name, then);

  // Tell what a swap changed: HX-Trigger {"announce": "…"}, [data-say], a new flash.
  const say = (text) => {
    const live = $("live");
    if (!live || !text) return;
    live.textContent = "";
    setTimeout(() => { live.textContent = text.trim(); }, 50);
  };
  on("announce", (event) => say(event.detail.value));

  // After a refusal: where the mending starts.
  const mend = (root) => {
    const bad = root.querySelector(".field--bad :is(input, select, textarea):not([type=hidden]), [aria-invalid=true]");
    (bad || root.querySelector(".form-errors"))?.focus();
  };

  on("htmx:afterSettle", (event) => {
    const { target, xhr } = event.detail;
    // An outerHTML swap leaves the old target behind; the event comes from what is new.
    const fresh = target.isConnected ? target : event.target;
    if (xhr.status === 422) {
      mend(target.isConnected ? target : document);
      say(document.querySelector(".form-errors")?.textContent);
      return;
    }
    const told = fresh.closest("[data-say]") || fresh.querySelector("[data-say]");
    const words = told && (told.dataset.say || told.textContent);
    if (words !== $("live").textContent) say(words);
    // The pressed button went with the old row: its place is taken by the row's next thing to do.
    if (left === fresh.id && document.activeElement === document.body) {
      (fresh.querySelector(".main .button, .main.button") || fresh.querySelector("a, button"))?.focus();
    }
  });
  let left = null;
  on("htmx:beforeSwap", ({ detail: { target } }) => {
    left = target.contains(document.activeElement) && target.id || null;
  });
  on("htmx:oobAfterSwap", (event) => {
    if (event.detail.target.id === "flash") say($("flash").textContent);
  });

  // Redirected to another page, to sign in again: what was typed here must not be replaced by it.
  on("htmx:beforeSwap", ({ detail }) => {
    const { path } = detail.requestConfig;
    if (new URL(detail.xhr.responseURL || path, location).pathname === new URL(path, location).pathname) return;
    detail.shouldSwap = false;
    $("gone").hidden = false;
  });

  const failed = (yes) => { $("net").hidden = !yes; };
  for (const name of ["sendError", "responseError", "timeout"]) {
    on("htmx:" + name, ({ detail }) => {
      // 403: signed in anew in another window, so that this page's token is an old one.
      if (detail.xhr?.status === 403) $("gone").hidden = false;
      else failed(true);
    });
  }

  // One press, one request. Nothing is disabled: the pressed button's value goes along
  // and the focus stays.
  const free = (form) => { delete form.dataset.busy; };
  addEventListener("submit", (event) => {
    if (event.target.dataset.busy) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
  on("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get") return;  // htmx marks its own below
    form.dataset.busy = "1";
    setTimeout(free, 8000, form);  // a download leaves the page where it is
  });
  const pressed = (event) => {
    const { elt, requestConfig } = event.detail;
    return requestConfig.triggeringEvent?.type === "submit" && elt.matches("form") ? elt : null;
  };
  on("htmx:beforeRequest", (event) => {
    const form = pressed(event);
    if (form) form.dataset.busy = "1";
  });
  on("htmx:afterRequest", (event) => {
    const form = pressed(event);
    if (form) free(form);
    if (event.detail.successful) failed(false);
  });
  addEventListener("pageshow", () => document.querySelectorAll("[data-busy]").forEach(free));

  // "Another promise": data-add names the formset's prefix. Without this file the same
  // button submits, and the server answers with one more form.
  on("click", (event) => {
    const add = event.target.closest("[data-add]");
    const empty = add && $(add.dataset.add + "-empty");
    if (empty) {
      event.preventDefault();
      const total = $("id_" + add.dataset.add + "-TOTAL_FORMS");
      const list = $(add.dataset.add + "-entries");
      list.insertAdjacentHTML("beforeend", empty.innerHTML.replaceAll("__prefix__", total.value++));
      const entry = list.lastElementChild;
      window.htmx?.process(entry);
      entry.querySelector("input:not([type=hidden]), select")?.focus();
      add.hidden = total.value >= Number(add.dataset.most || Infinity);
    }
    document.querySelectorAll(".menu[open], .bar details[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  on("keydown", (event) => {
    const menu = event.key === "Escape" && document.activeElement.closest(".menu[open], .bar details[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // From the field down into what it found, and up again.
  on("keydown", (event) => {
    const field = document.querySelector("[aria-controls][data-hx-post]");
    if (!field || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const all = [field, ...$(field.getAttribute("aria-controls")).querySelectorAll("a, button")];
    const at = all.indexOf(document.activeElement);
    if (at < 0 || all.length < 2) return;
    event.preventDefault();
    all.at((at + (event.key === "ArrowDown" ? 1 : -1)) % all.length).focus();
  });

  addEventListener("toggle", ({ target }) => {
    if (target.open && target.matches(".menu")) target.lastElementChild.scrollIntoView({ block: "nearest" });
  }, true);

  // The browser knows its zone better than a default does.
  document.querySelectorAll("[data-own-zone]").forEach((field) => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && field.value === field.defaultValue && !field.closest(".field--bad, form:has(.form-errors)")) field.value = zone;
  });

  if (matchMedia("(min-width: 1100px)").matches) {
    document.querySelectorAll("details[data-open-wide]").forEach((fold) => { fold.open = true; });
  }
  mend(document);
})();
