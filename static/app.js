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
    unfold();
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

  // Signed out: to sign in leads back to where we were, a sheet with what is on it.
  const gone = () => {
    const form = $("sheet"), link = $("gone").querySelector("a");
    const key = form?.elements.client_key.value;
    const back = form ? `${new URL(form.action).pathname}?draft=${key}` : location.pathname + location.search;
    link.search = new URLSearchParams({ next: back });
    $("gone").hidden = false;
    if (form) draft.keep();
  };

  // A page in place of this one, without a page load: where we are now, and for the ears what it is.
  const signIn = () => new URL($("gone").querySelector("a").href).pathname;
  on("htmx:afterSettle", ({ detail: { target, elt } }) => {
    if (target.id !== "main" && elt.id !== "main") return;
    const room = (path) => path.split("/")[1];
    for (const link of document.querySelectorAll(".nav-link[href], .bar__item[href]")) {
      link.toggleAttribute("aria-current", room(link.pathname) === room(location.pathname));
      if (link.hasAttribute("aria-current")) link.setAttribute("aria-current", "page");
    }
    if (!document.activeElement?.matches("[autofocus]")) $("main").focus();
    say($("flash").textContent.trim() || document.querySelector("h1")?.textContent);
  });

  // Redirected to sign in again: what was typed here must not be replaced by that page.
  on("htmx:beforeSwap", ({ detail }) => {
    const { path, verb } = detail.requestConfig;
    const there = new URL(detail.xhr.responseURL || path, location);
    if (there.pathname === new URL(path, location).pathname) return;
    if (detail.target.id === "main" && verb === "get") {
      if (there.pathname !== signIn()) return;
      location.assign(there);
    }
    detail.shouldSwap = false;
    gone();
  });

  const failed = (yes) => { $("net").hidden = !yes; };
  for (const name of ["sendError", "responseError", "timeout"]) {
    on("htmx:" + name, ({ detail }) => {
      // 403: signed in anew in another window, so that this page's token is an old one.
      if (detail.xhr?.status === 403) gone();
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
    // A file in answer leaves the page where it is: free again before a hand is at another button.
    setTimeout(free, form.matches("[data-downloads]") ? 500 : 8000, form);
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
    // Sent on to its call: what was kept here while the sheet could not be sent is done with.
    if (form?.id === "sheet" && event.detail.xhr.getResponseHeader("HX-Location")) draft.isSaved(form.elements.client_key.value);
    if (event.detail.successful) failed(false);
  });
  // The sheet keeps itself as it is typed: on the server; and while that cannot be reached, or
  // wants somebody to sign in first, on this device, for the same user only. Signing out removes it.
  const draft = (() => {
    const SOON = 500, AGAIN = 4000;  // milliseconds
    const store = `wordkeeper-drafts-${document.body.dataset.owner}`;
    const kept = () => JSON.parse(localStorage.getItem(store) || "{}");
    const saved = new Set();  // keys of sheets: an answer may come after the call is saved
    const keepHere = (key, body) => {
      const all = { ...kept(), [key]: body };
      if (body === null || saved.has(key)) delete all[key];
      if (Object.keys(all).length) localStorage.setItem(store, JSON.stringify(all));
      else localStorage.removeItem(store);
    };
    let timer = 0, sending = false;

    const show = (state) => {
      const line = $("kept");
      if (!line) return;
      line.className = "saved" + { kept: " saved--yes", notKept: " saved--no", keeping: "" }[state];
      line.textContent = line.dataset[state];
    };
    const post = (body, extra) => fetch("/calls/new/draft/", {
      method: "POST", body: new URLSearchParams(body), redirect: "manual", ...extra,
      headers: { "X-CSRFToken": JSON.parse(document.body.dataset.hxHeaders)["X-CSRFToken"] },
    });
    const read = (form) => {
      const body = new URLSearchParams(new FormData(form));
      body.delete("csrfmiddlewaretoken");
      body.set("typed_at", Date.now());
      body.set("owner", document.body.dataset.owner);
      return body;
    };

    const now = async (extra) => {
      const form = $("sheet");
      clearTimeout(timer);
      timer = 0;
      if (!form) return;
      // On its way to be saved, and perhaps refused.
      if (form.dataset.busy) { later(); return; }
      if (sending && !extra) { later(); return; }
      const body = read(form), key = body.get("client_key");
      sending = true;
      show("keeping");
      // A page that goes away does not hear the answer.
      if (extra || !$("gone").hidden) keepHere(key, body.toString());
      try {
        const answer = await post(body, extra);
        if (answer.status === 204) {
          keepHere(key, null);
          show("kept");
          failed(false);
          if (location.pathname === new URL(form.action).pathname) history.replaceState(history.state, "", `?draft=${key}`);
        } else if (answer.ok) {
          // Saved in another window. Once it was saved in this one, there is no line to say so.
          keepHere(key, null);
          show("notKept");
          if ($("kept")) $("kept").textContent = await answer.text();
        } else {
          keepHere(key, body.toString());
          show("notKept");
          if (answer.status === 422) $("kept").textContent = await answer.text();
          // Redirected or forbidden: signed out, or in again elsewhere. It comes back after that.
          else gone();
        }
      } catch {
        keepHere(key, body.toString());
        show("notKept");
        later(AGAIN);
      } finally {
        sending = false;
      }
    };
    const later = (wait = SOON) => { timer ||= setTimeout(now, wait); };
    for (const name of ["input", "change"]) on(name, ({ target }) => { if (target.form?.id === "sheet") later(); });
    // Another page takes the place of the sheet: its last words first.
    on("htmx:beforeRequest", ({ detail: { target } }) => { if (timer && target.id === "main") now(); });
    on("visibilitychange", () => { if (timer && document.hidden) now({ keepalive: true }); });
    addEventListener("pagehide", () => { if (timer) now({ keepalive: true }); });

    // What could not be sent before: now it can, and is offered again.
    const deliver = async () => {
      const here = new URL(location).searchParams.get("draft");
      for (const [key, body] of Object.entries(kept())) {
        const isShown = document.querySelector(`#drafts a[href*="${key}"]`);
        const answer = await post(body);
        // Too much for a draft: the others need not wait for it.
        if (answer.status === 422) continue;
        if (!answer.ok) return;
        keepHere(key, null);
        if (key === here) location.reload();
        else if ($("drafts") && !isShown) window.htmx?.ajax("GET", "/drafts/", { target: "#drafts", swap: "outerHTML" });
      }
    };
    // Somebody was forgotten: what could not be sent until now may name them.
    if (document.querySelector("[data-forget-drafts]")) localStorage.removeItem(store);
    if (document.body.dataset.owner) deliver().catch(() => {});
    const keep = () => { const body = read($("sheet")); keepHere(body.get("client_key"), body.toString()); };
    const isSaved = (key) => { saved.add(key); keepHere(key, null); };
    return { later, keep, isSaved };
  })();

  addEventListener("pageshow", () => document.querySelectorAll("[data-busy]").forEach(free));

  // One more promise: data-add names the formset's prefix, the value who owes what. Without this
  // file the same button submits, and the server answers with one more form.
  on("click", (event) => {
    const add = event.target.closest("[data-add]");
    const prefix = add?.dataset.add;
    const empty = add && $(prefix + "-empty");
    if (empty) {
      event.preventDefault();
      const total = $(`id_${prefix}-TOTAL_FORMS`);
      const list = $(prefix + "-entries");
      list.insertAdjacentHTML("beforeend", empty.innerHTML.replaceAll("__prefix__", total.value++));
      const entry = list.lastElementChild;
      window.htmx?.process(entry);
      const [owes, kind] = add.value.split(":");
      entry.querySelector(`[name$=owed_by][value="${owes}"]`).checked = true;
      entry.querySelector("[name$=kind]").value = kind;
      entry.querySelector("[name$=due_chip]").focus();
      entry.scrollIntoView({ block: "nearest" });
      say(add.textContent);
      $(prefix + "-add").hidden = total.value >= Number(add.dataset.most || Infinity);
      draft.later();
    }
    document.querySelectorAll(".menu[open], .bar details[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  on("keydown", (event) => {
    const menu = event.key === "Escape" && document.activeElement.closest(".menu[open], .bar details[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // One key each, never while somebody types; ? shows them.
  on("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest?.("input, textarea, select, dialog") || !["n", "c", "/", "?"].includes(event.key)) return;
    const line = $("capture-line");
    const link = document.querySelector(`[data-key="${event.key}"]`);
    if (event.key === "?") $("keys")?.showModal();
    else if (event.key === "c" && line) line.focus();
    else if (link) link.click();
    else return;
    event.preventDefault();
  });

  // From the field down into what it found, and up again.
  on("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const here = document.activeElement;
    const list = (field) => $(field.getAttribute("aria-controls"));
    const field = [...document.querySelectorAll("[aria-controls][data-hx-post]")]
      .find((one) => one === here || list(one)?.contains(here));
    if (!field) return;
    const all = [field, ...list(field).querySelectorAll("a, button")];
    const at = all.indexOf(here);
    if (at < 0 || all.length < 2) return;
    event.preventDefault();
    all.at((at + (event.key === "ArrowDown" ? 1 : -1)) % all.length).focus();
  });

  // What was found for a picker: pressed, it fills the name and the hidden id.
  on("click", (event) => {
    const option = event.target.closest("[data-pick]");
    const picker = option?.closest("[data-picker]");
    if (!picker) return;
    const [id, name] = picker.querySelectorAll("input");
    window.htmx?.trigger(name, "htmx:abort");
    id.value = option.dataset.pick;
    name.value = option.dataset.pickName;
    name.focus();
    $(name.getAttribute("aria-controls")).replaceChildren();
    say(name.value);
  });

  // A moment is a chip or words, never both: the last one counts.
  on("input", ({ target }) => {
    const words = target.matches?.("[name$=_words]") && target.closest(".field");
    if (words && target.value) words.querySelectorAll("[name$=due_chip]").forEach((chip) => { chip.checked = false; });
    const chip = target.matches?.("[name$=due_chip]") && target.closest(".field");
    if (chip) {
      chip.querySelector("[name$=_words]").value = "";
      chip.querySelector(".echo").replaceChildren();
    }
  });

  // Enter takes the first caller that was found, or waits for the answer that is on its way;
  // shift and Enter says that this is somebody new. The call is never saved by it.
  let picking = false;
  const pick = () => {
    picking = false;
    const found = document.querySelector("#callers a");
    if (found) found.click();
    else $("id_firm").focus();
  };
  const isNew = () => {
    document.querySelector("[name=is_new]").value = "on";
    $("callers").replaceChildren();
    $("id_firm").focus();
  };
  on("click", (event) => { if (event.target.closest("[data-new]")) isNew(); });
  on("keydown", (event) => {
    if (event.target.id !== "id_who" || event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (event.shiftKey) isNew();
    // However long it takes: those who were found for other letters are not who was meant.
    else if ($("id_who").dataset.asked !== $("id_who").value && event.target.value) picking = true;
    else pick();
  });
  on("input", ({ target }) => {
    if (target.id !== "id_who") return;
    document.querySelector("[name=is_new]").value = "";
    picking = false;
  });
  // No answer comes: then it is whoever was typed.
  for (const failed of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) on(failed, ({ detail: { elt } }) => {
    if (elt.id !== "id_who" || !picking) return;
    picking = false;
    $("callers").replaceChildren();
    $("id_firm").focus();
  });
  on("htmx:beforeRequest", ({ detail: { elt } }) => {
    if (elt.id === "id_who") elt.dataset.asking = elt.value;
  });

  // A number that was typed is the one they ring from now, a firm the one they call for: choosing
  // the caller leaves both there. A firm that is not the chosen caller's own was typed.
  let number = "", firm = "";
  on("input", ({ target }) => { if (target.id === "id_phone") number = target.value; });
  on("htmx:beforeSwap", ({ detail: { target } }) => {
    if (target.id === "main") number = "";
    if (target.id === "caller") firm = $("id_firm").value.trim() === target.dataset.firm ? "" : $("id_firm").value;
  });
  // Before the questions are asked anew: they depend on the firm.
  on("htmx:afterSwap", ({ detail: { target } }) => {
    if (target.id !== "caller" || !$("id_phone")) return;
    if (number) $("id_phone").value = number;
    if (firm.trim() && firm.trim().toLowerCase() !== $("id_firm").value.toLowerCase()) {
      $("id_firm").value = firm;
      if ($("moved")) $("moved").hidden = false;
    }
    firm = "";
    draft.later();
  });
  // What is typed into the questions while they are on their way would be lost with them: then
  // they are asked for again, with what was typed.
  const answers = () => [...document.querySelectorAll("#questions :is(input, textarea, select)")]
    .map((field) => (field.matches("[type=radio], [type=checkbox]") ? field.checked : field.value)).join("\n");
  let asked = "";
  on("htmx:beforeRequest", ({ detail: { target } }) => { if (target.id === "questions") asked = answers(); });
  on("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id !== "questions" || asked === answers()) return;
    detail.shouldSwap = false;
    htmx.ajax("POST", detail.requestConfig.path, { source: $("sheet"), target: "#questions", select: "#questions", swap: "outerHTML" });
  });
  on("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id === "callers" && document.querySelector("[name=is_new]").value) detail.shouldSwap = false;
  });
  on("htmx:afterSettle", ({ detail: { target } }) => {
    const who = $("id_who");
    if (target.id !== "callers" || !who) return;
    who.dataset.asked = who.dataset.asking;
    if (picking && who.dataset.asked === who.value) pick();
  });

  addEventListener("toggle", ({ target }) => {
    if (target.open && target.matches(".menu")) target.lastElementChild.scrollIntoView({ block: "nearest" });
  }, true);

  // The browser knows its zone better than a default does.
  document.querySelectorAll("[data-own-zone]").forEach((field) => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && field.value === field.defaultValue && !field.closest(".field--bad, form:has(.form-errors)")) field.value = zone;
  });

  // Elsewhere than the settings say: its time is offered, but not while something is typed.
  const offerZone = () => {
    const offer = $("zone-offer"), zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!offer || !zone?.includes("/") || zone.startsWith("Etc/")) return;
    if (offer.dataset.declined.split(" ").includes(zone) || document.querySelector(".zone, #sheet, main .form")) return;
    // Clocks that agree all year are of one place, whatever it is called (Asia/Calcutta, Asia/Kolkata).
    const differs = () => Array.from({ length: 12 }, (_, month) => new Date(Date.now() + month * 30.4 * 864e5)).some((at) => {
      const [here, there] = [offer.dataset.zone, zone].map((timeZone) => at.toLocaleString("en", { timeZone }));
      return here !== there;
    });
    try {
      if (zone === offer.dataset.zone || !differs()) return;
    } catch { return; }  // a zone that this browser does not know
    const shown = offer.content.cloneNode(true);
    shown.querySelector("b").textContent = zone.split("/").pop().replaceAll("_", " ");
    shown.querySelector("[name=time_zone]").value = zone;
    shown.querySelector("[name=next]").value = location.pathname + location.search;
    ($("main").querySelector(":scope > .page-head") || $("main").lastElementChild)?.before(shown);
  };
  on("htmx:afterSettle", ({ detail: { target } }) => { if (target.id === "main") offerZone(); });
  offerZone();

  // A wide screen has room for what a phone folds away; what was unfolded there stays so.
  const unfolded = {};
  const unfold = () => document.querySelectorAll("details[data-open-wide]").forEach((fold) => {
    fold.open = unfolded[fold.id] ?? (fold.open || matchMedia("(min-width: 1100px)").matches);
  });
  addEventListener("toggle", ({ target }) => { if (target.id) unfolded[target.id] = target.open; }, true);
  unfold();
  mend(document);
})();
