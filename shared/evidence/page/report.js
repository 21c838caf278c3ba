
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement;

  // Theme: what the system says, or what the reader chose.
  const themes = ["system", "light", "dark"];
  const button = $("theme");
  const show = (theme) => {
    if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme;
    button.textContent = "Theme: " + theme;
  };
  let theme = "system";
  try { theme = localStorage.getItem("ringfence-theme") || theme; } catch { /* kept nowhere then */ }
  if (!themes.includes(theme)) theme = "system";
  show(theme);
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    show(theme);
    try { localStorage.setItem("ringfence-theme", theme); } catch { /* kept nowhere then */ }
  });

  // Controls: filter and search, in the list and in the heat map.
  const form = $("filters"), search = $("search"), shown = $("shown");
  const controls = [...document.querySelectorAll("details.control")];
  const heat = new Map([...document.querySelectorAll(".heat tr[data-control]")].map((row) => [row.dataset.control, row]));
  const selects = [...form.querySelectorAll("select")];
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const control of controls) {
      const fits = words.every((word) => control.dataset.search.includes(word)) && selects.every((select) => {
        const value = select.value, has = control.dataset[select.dataset.filter];
        return value === "" || (select.dataset.filter === "frameworks" ? has.split(" ").includes(value) : has === value);
      });
      control.hidden = !fits;
      heat.get(control.id).hidden = !fits;
      if (fits) count++;
    }
    shown.textContent = count === controls.length ? `${count} controls` : `${count} of ${controls.length} controls`;
    $("none").hidden = count > 0;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  $("clear").addEventListener("click", () => { form.reset(); search.focus(); });
  search.addEventListener("keydown", (event) => { if (event.key === "Escape") { search.value = ""; filter(); } });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    search.focus();
  });
  filter();

  // A link to a control opens it, also where a filter hides it.
  const open = () => {
    let name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const control = controls.find((each) => each.id === name);
    if (!control) return;
    if (control.hidden) form.reset(), setTimeout(() => control.scrollIntoView());
    control.open = true;
  };
  addEventListener("hashchange", open);
  open();

  // Access: a grid of who and what for one resource; every cell holds all ways.
  const source = $("access-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const byResource = data.resources.map(() => []);
  for (const row of data.rows) byResource[row[1]].push(row);
  const resource = $("resource"), who = $("who"), grid = $("grid"), because = $("because");
  const names = [...data.resources].sort();
  for (const name of names) resource.add(new Option(name, data.resources.indexOf(name)));
  // First, the part of the data that most is asked about.
  const asked = (name) => name.startsWith("data bucket: ") ? byResource[data.resources.indexOf(name)].length : 0;
  resource.selectedIndex = names.reduce((most, name, index) => asked(name) > asked(names[most]) ? index : most, 0);
  $("matrix").hidden = false;

  const verdict = (row) => data.verdicts[row[4]];
  const kind = (rows) => {
    const allowed = rows.filter((row) => verdict(row) === "allow").length;
    if (allowed === rows.length) return ["allow", "✓", "allowed"];
    if (allowed > 0) return ["some", "◐", "allowed on some ways only"];
    if (rows.some((row) => verdict(row) === "undecided")) return ["undecided", "?", "undecided"];
    if (rows.some((row) => verdict(row) === "explicit deny")) return ["deny", "✕", "denied by a statement"];
    return ["no", "·", "not allowed by any statement"];
  };
  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  let cells = [];
  const explain = (cell) => {
    const list = element("ul");
    for (const row of cell.rows) {
      const item = element("li");
      item.append(element("b", data.ways[row[3]] || "in whatever way"), ": " + verdict(row) + ", " + data.because[row[5]]);
      list.append(item);
    }
    because.replaceChildren(element("p", cell.title), list);
  };
  const focus = (y, x) => {
    const line = cells[Math.max(0, Math.min(y, cells.length - 1))];
    if (!line) return;
    const cell = line[Math.max(0, Math.min(x, line.length - 1))];
    grid.querySelectorAll('td[tabindex="0"]').forEach((each) => { each.tabIndex = -1; });
    cell.at.tabIndex = 0;
    cell.at.focus();
  };
  const draw = () => {
    const rows = byResource[Number(resource.value)] || [];
    const wanted = who.value.toLowerCase();
    const people = [...new Set(rows.map((row) => row[0]))].filter((p) => data.principals[p].toLowerCase().includes(wanted));
    const actions = [...new Set(rows.map((row) => row[2]))].sort((a, b) => a - b);
    const found = new Map();
    for (const row of rows) {
      const key = row[0] + " " + row[2];
      if (found.has(key)) found.get(key).push(row); else found.set(key, [row]);
    }
    const head = element("tr");
    head.append(element("td"), ...actions.map((a) => {
      const th = element("th", undefined, { scope: "col" });
      th.append(element("span", data.actions[a]));
      return th;
    }));
    const body = element("tbody");
    cells = people.map((p) => {
      const line = element("tr"), made = [];
      line.append(element("th", data.principals[p], { scope: "row", title: data.principals[p] }));
      for (const a of actions) {
        const ways = found.get(p + " " + a);
        const [name, glyph, words] = ways ? kind(ways) : ["none", "", "nobody asked"];
        const title = `${data.principals[p]}, ${data.actions[a]}: ${words}`;
        const at = element("td", glyph, { class: "cell " + name, tabindex: "-1", "aria-label": title });
        made.push({ at, rows: ways || [], title });
        line.append(at);
      }
      body.append(line);
      return made;
    });
    const thead = element("thead");
    thead.append(head);
    grid.replaceChildren(thead, body);
    if (cells[0] && cells[0][0]) cells[0][0].at.tabIndex = 0;
    because.replaceChildren(element("p", cells.length ? "No cell chosen yet" : "Nobody of that name"));
  };
  const place = (target) => {
    const at = target.closest && target.closest("td.cell");
    for (let y = 0; at && y < cells.length; y++) {
      const x = cells[y].findIndex((cell) => cell.at === at);
      if (x >= 0) return [y, x];
    }
    return null;
  };
  const explainAt = (event) => {
    const found = place(event.target);
    if (found) explain(cells[found[0]][found[1]]);
  };
  grid.addEventListener("focusin", explainAt);
  grid.addEventListener("mouseover", explainAt);
  grid.addEventListener("click", (event) => { const found = place(event.target); if (found) focus(...found); });
  grid.addEventListener("keydown", (event) => {
    const found = place(event.target);
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -1e6], End: [0, 1e6] }[event.key];
    if (!found || !steps) return;
    event.preventDefault();
    focus(found[0] + steps[0], found[1] + steps[1]);
  });
  resource.addEventListener("change", draw);
  who.addEventListener("input", draw);
  $("matrix-choice").addEventListener("submit", (event) => event.preventDefault());
  draw();
})();
