"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const by = function (id) { return document.getElementById(id); };
  const form = by("filter"), query = by("q"), show = by("show"), system = by("system"), shown = by("shown");
  const cases = data.cases.map(function (entry) {
    const id = "case-" + entry[0] + "-" + entry[1];
    const text = entry.slice(0, 2).concat(entry.slice(4)).join(" ").toLowerCase();
    return { id: id, states: entry[2], marks: entry[3] || "", text: text, item: by(id).parentNode };
  });
  const areas = Array.from(document.querySelectorAll(".stay > details"));
  const wanted = {
    look: function (entry) { return entry.marks.includes("l"); },
    differ: function (entry) { return entry.marks.includes("x"); },
    changed: function (entry) { return entry.marks.includes("c"); },
    bad: function (entry, states) { return /[fde]/.test(states); },
    known: function (entry, states) { return states.includes("k"); },
    skip: function (entry, states) { return states.includes("s"); },
    all: function () { return true; }
  };
  const hits = by("hits"), MOST_HITS = 20, MOST_OTHERS = 8;
  const rows = Array.from(document.querySelectorAll("#contract .rows > li")).map(function (item) {
    return { id: item.id, text: item.id, item: item, shown: (item.dataset.rows || "").split(" ") };
  });
  let pinned = "", parts = [];

  data.systems.forEach(function (name, index) {
    const option = document.createElement("option");
    option.value = String(index);
    option.textContent = name;
    system.append(option);
  });
  if (!cases.some(function (entry) { return entry.marks.includes("c"); })) show.querySelector("[value=changed]").remove();

  /* The searchable text of a case: statement, function, steps, replies, reasons. Read from the page on the first search. */
  function words(entry) {
    if (entry.words === undefined) entry.words = entry.text + " " + entry.item.textContent.toLowerCase();
    return entry.words;
  }

  const verdicts = { pass: "p", fail: "f", deviates: "d", error: "e", known: "k", skip: "s" };

  /* One part of a search: a word, "a phrase", -word for what lacks it, or SYSTEM:VERDICT. */
  function partOf(match) {
    const word = match[2] === undefined ? match[3] : match[2], at = word.lastIndexOf(":");
    const column = data.systems.findIndex(function (name) { return at > 0 && name.toLowerCase() === word.slice(0, at); });
    const known = column >= 0 && Object.hasOwn(verdicts, word.slice(at + 1));
    return { absent: match[1] === "-", word: word, column: column, state: known ? verdicts[word.slice(at + 1)] : "" };
  }

  /* What to search for. "error 5" asks for the number: the word before it stands in few texts. */
  function asked() {
    const text = query.value.toLowerCase().replace(/\berror (?=\d)/g, "");
    return Array.from(text.matchAll(/(-?)(?:"([^"]+)"|(\S+))/g), partOf);
  }

  /* A number is found as a whole number only: 5 is not in 4256. */
  function has(text, word) {
    return /^\d+$/.test(word) ? new RegExp("(^|\\D)" + word + "(\\D|$)").test(text) : text.includes(word);
  }

  function contains(entry) {
    return parts.every(function (part) {
      if (part.state) return Boolean(entry.states) && (entry.states[part.column] === part.state) !== part.absent;
      return has(words(entry), part.word) !== part.absent;
    });
  }

  function link(id, text) {
    const item = document.createElement("li"), anchor = document.createElement("a");
    anchor.href = "#" + id;
    anchor.textContent = text;
    item.append(anchor);
    hits.append(item);
  }

  /* Rows of the contract and frequent problems that match; problems first. A problem matches by its rows too, which have the
     names of the cases that show it. */
  function others() {
    const found = rows.filter(function (row) {
      return contains(row) || rows.some(function (other) { return row.shown.includes(other.id.slice(4)) && contains(other); });
    });
    return found.sort(function (one, other) { return other.id.startsWith("problem-") - one.id.startsWith("problem-"); });
  }

  /* Lists the cases that match the search, including those that the filter hides. */
  function showHits() {
    const found = parts.length === 0 ? [] : cases.filter(contains), more_found = parts.length === 0 ? [] : others();
    hits.replaceChildren();
    hits.hidden = found.length + more_found.length === 0;
    more_found.slice(0, MOST_OTHERS).forEach(function (row) {
      link(row.id, (row.id.startsWith("problem-") ? "problem " : "row ") + row.item.querySelector("p").textContent.trim().slice(0, 90));
    });
    found.slice(0, MOST_HITS).forEach(function (entry) { link(entry.id, entry.item.querySelector("code").textContent); });
    if (found.length > MOST_HITS) {
      const more = document.createElement("li");
      more.textContent = "and " + (found.length - MOST_HITS) + " more";
      hits.append(more);
    }
  }

  function matches(entry) {
    const states = system.value === "" ? entry.states : entry.states[Number(system.value)];
    return wanted[show.value](entry, states) && contains(entry);
  }

  function apply() {
    let count = 0;
    parts = asked();
    cases.forEach(function (entry) {
      const visible = matches(entry);
      count += visible ? 1 : 0;
      entry.item.hidden = !visible && entry.id !== pinned;
    });
    areas.forEach(function (area) {
      const items = Array.from(area.querySelectorAll(".cases > li"));
      const visible = items.filter(function (item) { return !item.hidden; }).length;
      const word = items.length === 1 ? " case" : " cases";
      area.querySelector(".count").textContent = visible === items.length ? items.length + word : visible + " of " + items.length + word;
      if (query.value.trim() !== "" && visible > 0) area.open = true;
    });
    showHits();
    const hidden = cases.length - count;
    shown.textContent = count + " of " + cases.length + " cases shown" + (hidden ? ", " + hidden + " hidden by the filter" : "");
  }

  /* Stores the filter in the address: #anchor?q=...&show=...&on=SYSTEM. Every part is optional. */
  function remember() {
    const anchor = decode(location.hash.slice(1).split("?")[0]);
    const state = new URLSearchParams();
    if (query.value) state.set("q", query.value);
    if (show.value !== "look") state.set("show", show.value);
    if (system.value !== "") state.set("on", data.systems[Number(system.value)]);
    const text = state.toString();
    try {
      history.replaceState(null, "", "#" + encodeURIComponent(anchor) + (text ? "?" + text : ""));
    } catch (error) { /* some browsers refuse this for local files; the filter still works */ }
  }

  function decode(text) {
    try { return decodeURIComponent(text); } catch (error) { return text; }
  }

  function follow() {
    const parts = location.hash.slice(1).split("?");
    const state = new URLSearchParams(parts.slice(1).join("?"));
    if (parts.length > 1) {
      query.value = state.get("q") || "";
      show.value = Object.hasOwn(wanted, state.get("show") || "") ? state.get("show") : "look";
      if (!show.value) show.value = "look";
      const index = data.systems.indexOf(state.get("on"));
      system.value = index < 0 ? "" : String(index);
    }
    const target = parts[0] && by(decode(parts[0]));
    pinned = target && target.id.startsWith("case-") ? target.id : "";
    apply();
    if (target) reveal(target);
  }

  function reveal(target) {
    for (let node = target; node; node = node.parentElement) if (node.localName === "details") node.open = true;
    target.scrollIntoView();
    const summary = target.localName === "details" ? target.querySelector("summary") : null;
    if (summary) summary.focus({ preventScroll: true });
  }

  /* Adds a permanent link to a case when it opens. */
  document.addEventListener("toggle", function (event) {
    const panel = event.target;
    if (!panel.open || !panel.id.startsWith("case-") || panel.querySelector(".link")) return;
    const link = document.createElement("a");
    link.className = "link";
    link.href = "#" + panel.id;
    link.textContent = "Link to this case";
    panel.querySelector("div").append(link);
  }, true);

  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  [query, show, system].forEach(function (input) {
    input.addEventListener(input === query ? "input" : "change", function () { pinned = ""; apply(); remember(); });
  });
  by("expand").addEventListener("click", function () {
    const open = areas.some(function (area) { return !area.open; });
    areas.forEach(function (area) { area.open = open && area.querySelector(".cases > li:not([hidden])") !== null; });
    this.textContent = open ? "Close areas" : "Open areas";
  });
  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    /* A second click on the same link does not change the hash, so no hashchange event opens the target again. */
    if (link && link.getAttribute("href") === location.hash.split("?")[0]) { event.preventDefault(); follow(); }
  });
  document.addEventListener("keydown", function (event) {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      query.focus();
    }
  });
  let opened = [];
  window.addEventListener("beforeprint", function () {
    /* Cases that fail, deviate or end in an error are printed with their transcripts, in their areas; the rows of the
       contract are not, because there are hundreds of them. */
    const failing = cases.filter(function (entry) { return /[fde]/.test(entry.states); }).map(function (entry) { return by(entry.id); });
    const around = areas.filter(function (area) { return failing.some(function (details) { return area.contains(details); }); });
    const lists = Array.from(document.querySelectorAll("main > section:not(#contract) > details"));
    const all = lists.concat(around, failing).filter(function (details) { return !details.open; });
    opened = opened.concat(all);
    all.forEach(function (details) { details.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (details) { details.open = false; });
    opened = [];
  });
  window.addEventListener("hashchange", follow);
  follow();
  /* After loading, the browser scrolls to the hash and moves the focus, so follow the address again. */
  window.addEventListener("load", function () { setTimeout(follow, 0); });
})();
